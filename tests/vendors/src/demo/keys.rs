//! Issue keys in the names of branches, as many teams have them.

use super::names::REPOSITORIES;
use crate::github::State;

/// So many issues each project has at least.
const ISSUES: u64 = 300;

/// Three of five topic branches are named for an issue of the team's project in Jira.
pub(super) fn add(state: &mut State) {
    for repository in state.repositories.values_mut() {
        let team = REPOSITORIES.iter().find(|(name, _)| *name == repository.name).map(|(_, team)| *team);
        let project = match team {
            Some("ticketing") => "TICK",
            Some("payments" | "identity") => "PAY",
            Some("fleet" | "signalling" | "maintenance") => "FLEET",
            Some("passenger-app" | "website") => "APP",
            Some("operations") => "OPS",
            _ => continue,
        };
        for pull in repository.pull_requests.values_mut().filter(|pull| pull.number % 5 < 3) {
            if let Some(rest) = pull.head_ref.strip_prefix("topic/") {
                pull.head_ref = format!("topic/{project}-{}-{rest}", pull.number % ISSUES + 1);
            }
        }
    }
}
