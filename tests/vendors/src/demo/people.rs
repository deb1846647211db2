//! Who works there.

use super::names::{FIRST, LAST, TEAMS};
use crate::{
    github::{Role, State, UserKind},
    random::Random,
};
use std::collections::BTreeMap;

/// Who is who, by account id.
pub(super) struct People {
    /// Members of each team, by its slug. The first of `ticketing` reviews nearly everything there.
    pub(super) teams: BTreeMap<&'static str, Vec<u64>>,
    /// Updates dependencies.
    pub(super) updaters: Vec<u64>,
    /// Writes changes by itself.
    pub(super) agent: u64,
    /// Reviews by itself.
    pub(super) review_bot: u64,
    /// Contributes without being a member.
    pub(super) outsiders: Vec<u64>,
}

/// So many people have an account.
pub(super) const COUNT: usize = 122;

/// First and last name of the `n`th of them. Every pair differs: 30 and 24 share no pair before 120.
pub(super) fn names(n: usize) -> (&'static str, &'static str) {
    (FIRST[n % FIRST.len()], LAST[(n + n / 120 * 7) % LAST.len()])
}

/// Adds about 120 people, the bots and the teams.
pub(super) fn add(state: &mut State, random: &mut Random) -> People {
    let mut everybody = Vec::new();
    for n in 0..COUNT {
        let (first, last) = names(n);
        let login = format!("{}-{}", first.to_lowercase(), last.to_lowercase());
        let name = format!("{first} {last}");
        let email = format!("{}.{}@acme-rail.example", first.to_lowercase(), last.to_lowercase());
        // Some show no name, many no e-mail.
        let name = (!random.chance(0.1)).then_some(name);
        let email = (!random.chance(0.3)).then_some(email);
        everybody.push(state.insert_user(&login, name.as_deref(), email.as_deref(), UserKind::User));
    }
    for (index, &id) in everybody.iter().enumerate() {
        state.members.insert(id, if index < 3 { Role::Admin } else { Role::Member });
    }
    let mut ids: BTreeMap<&str, u64> = BTreeMap::new();
    let mut teams: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
    let leaves: Vec<_> = TEAMS.iter().filter(|(slug, ..)| !TEAMS.iter().any(|other| other.2 == Some(*slug))).collect();
    for (slug, name, parent) in &TEAMS {
        let id = state.insert_team(slug, name, parent.map(|parent| ids[parent]));
        ids.insert(slug, id);
    }
    let mut rest = everybody.iter().copied().skip(3);
    for (slug, ..) in leaves {
        // 5 to 12 each; some people are in no team.
        let members: Vec<u64> = rest.by_ref().take(usize::try_from(random.between(5, 12)).unwrap()).collect();
        let team = state.teams.get_mut(&ids[slug]).unwrap();
        team.members = members.iter().enumerate().map(|(index, &id)| (id, index == 0)).collect();
        teams.insert(slug, members);
    }
    teams.retain(|_, members| members.len() > 1);
    // Two left the company, two more even deleted their accounts: their work stays.
    let leavers: Vec<u64> = teams.values().rev().take(4).filter_map(|members| members.last().copied()).collect();
    for (index, id) in leavers.into_iter().enumerate() {
        state.members.remove(&id);
        for team in state.teams.values_mut() {
            team.members.remove(&id);
        }
        if index < 2 {
            state.users.entry(id).and_modify(|user| user.deleted = true);
        }
    }
    let mut bot = |login: &str| state.insert_user(login, None, None, UserKind::Bot);
    let updaters = vec![bot("dependabot[bot]"), bot("renovate[bot]")];
    let (agent, review_bot) = (bot("copilot-swe-agent[bot]"), bot("copilot-pull-request-reviewer[bot]"));
    let outsiders = ["kiosk-supplier", "map-vendor"].map(|login| state.insert_user(login, None, None, UserKind::User));
    People { teams, updaters, agent, review_bot, outsiders: outsiders.to_vec() }
}
