//! What GitHub holds about the company beyond its organization: Copilot seats, and the enterprise's identities.

use super::Company;
use crate::github::{Seat, State};

impl Company {
    /// Gives the organization its Copilot seats and the enterprise its identities.
    pub fn furnish(&self, state: &mut State) {
        let team = |slug: &String| state.teams.values().find(|team| team.slug == *slug).map(|team| team.id);
        let mut seats = Vec::new();
        for person in &self.people {
            let Some((github, seat)) = person.github.as_ref().zip(person.copilot.as_ref()) else { continue };
            seats.push(Seat {
                assignee: Some(github.id),
                created_at: seat.assigned_at,
                last_activity_at: seat.last_activity_at,
                last_activity_editor: seat.editor.clone(),
                pending_cancellation: seat.pending_cancellation,
                granted_by: seat.granted_by.iter().filter_map(team).collect(),
            });
        }
        state.copilot = seats;
        let identities =
            self.people.iter().filter_map(|person| Some((person.github.as_ref()?.id, person.email.clone())));
        state.enterprise.identities = identities.collect();
        state.enterprise.server_only =
            ["hub-bot", "lab", "archive"].map(|name| format!("{name}@{}", self.domain)).into();
    }
}
