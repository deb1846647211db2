//! A large organization of people with licences alone, for measuring.

use crate::{
    github::{Role, Seat, State, UserKind},
    service::whole_seconds,
};
use jiff::{SignedDuration, Timestamp};

/// An organization `seated` of so many people, each a member with a licence of the enterprise and a Copilot seat that
/// was used lately. So many teams have all of them and grant the seat: the enterprise lists it once for each, or once
/// when there are none.
pub fn seated(people: u64, teams: u64, now: Timestamp) -> State {
    let now = whole_seconds(now);
    let mut state = State::new("seated", now);
    state.enterprise.purchased = people;
    let granted_by: Vec<u64> =
        (1..=teams).map(|n| state.insert_team(&format!("team{n}"), &format!("Team {n}"), None)).collect();
    for n in 1..=people {
        let (login, email) = (format!("colleague{n}"), format!("colleague{n}@seated.example"));
        let id = state.insert_user(&login, Some(&format!("Colleague {n}")), None, UserKind::User);
        state.members.insert(id, if n == 1 { Role::Admin } else { Role::Member });
        state.enterprise.identities.insert(id, email);
        for team in &granted_by {
            state.teams.get_mut(team).unwrap().members.insert(id, false);
        }
        state.copilot.push(Seat {
            assignee: Some(id),
            created_at: now - SignedDuration::from_hours(24 * 400),
            last_activity_at: Some(now - SignedDuration::from_hours(i64::try_from(n % 48).unwrap())),
            last_activity_editor: Some("vscode/1.104.2/copilot/1.372.0".into()),
            pending_cancellation: None,
            granted_by: granted_by.clone(),
        });
    }
    state
}
