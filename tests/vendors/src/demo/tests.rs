//! The generated organization is what its documentation says.

use super::organization;
use crate::{
    github::{ReviewState, UserKind},
    truth,
};
use jiff::{Timestamp, tz::TimeZone};

fn now() -> Timestamp {
    "2026-11-22T18:00:00Z".parse().unwrap()
}

#[test]
fn the_same_seed_makes_the_same_organization() {
    let shown = |seed| serde_json::to_string(&organization(seed, now()).repositories).unwrap();
    let (one, other) = (shown(7), shown(8));
    assert!(one == shown(7) && one != other);
}

#[test]
fn the_demo_has_the_common_and_the_uncommon() {
    let state = organization(7, now());
    let pulls = || state.repositories.values().flat_map(|r| r.pull_requests.values());
    let count = |test: &dyn Fn(&crate::github::PullRequest) -> bool| pulls().filter(|pull| test(pull)).count();
    assert!((115..=125).contains(&state.members.len()), "{} members", state.members.len());
    assert_eq!(state.repositories.len(), 40);
    assert!((4_000..=5_000).contains(&pulls().count()), "{} pull requests", pulls().count());
    assert!(state.repositories.values().any(|r| r.empty) && state.repositories.values().any(|r| r.archived));
    assert!(state.repository_named("acme-rail/ticketing-core").is_some_and(|(_, former)| former));
    let bot =
        |pull: &crate::github::PullRequest| state.actor(pull.author).is_some_and(|user| user.kind == UserKind::Bot);
    assert!(count(&bot) > 300);
    assert!(count(&|pull| !pull.draft_events.is_empty()) > 300);
    assert!(count(&|pull| pull.title.starts_with("Revert \"")) > 20);
    assert!(count(&|pull| pull.title.starts_with("Hotfix")) > 30);
    assert!(count(&|pull| pull.merged_at.is_some() && pull.reviews.is_empty()) > 100);
    assert!(count(&|pull| pull.author.is_some() && state.actor(pull.author).is_none()) > 10, "deleted authors");
    assert!(count(&|pull| pull.state() == "OPEN") > 20 && count(&|pull| pull.state() == "CLOSED") > 100);
    assert!(count(&|pull| pull.merged_at.is_some_and(|at| pull.reviews.iter().any(|r| r.submitted_at > at))) > 50);
    assert!(count(&|pull| pull.commits.len() == 130) == 1 && count(&|pull| pull.commits.len() == 260) == 1);
    assert!(count(&|pull| pull.reviews.len() >= 60) == 1 && count(&|pull| pull.changed_files > 3_000) == 1);
    assert!(count(&|pull| pull.reviews.iter().any(|r| r.state == ReviewState::ChangesRequested)) > 300);
    assert!(state.users.values().filter(|user| user.email.is_none()).count() > 20);
    assert!(
        state.users.values().filter_map(|user| user.email.as_ref()).all(|email| email.ends_with("@acme-rail.example"))
    );
    assert!(pulls().all(|pull| pull.updated_at <= now() && pull.created_at <= pull.updated_at));
    assert!(pulls().all(|pull| pull.merged_at.is_none_or(|at| at >= pull.created_at)));
}

#[test]
fn its_numbers_look_like_those_of_real_teams() {
    let state = organization(7, now());
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let truth = truth::delivery(&state, "2026-08-25".parse().unwrap(), "2026-11-22".parse().unwrap(), &zone);
    let hours = |numbers: &truth::Numbers| numbers.median.unwrap() / 3_600.0;
    assert!((400..1_200).contains(&truth.merged), "{} merged", truth.merged);
    assert!((4.0..72.0).contains(&hours(&truth.cycle)), "cycle {}", hours(&truth.cycle));
    assert!((1.0..24.0).contains(&hours(&truth.pickup)), "pickup {}", hours(&truth.pickup));
    assert!((0.2..24.0).contains(&hours(&truth.review)), "review {}", hours(&truth.review));
    assert!((20.0..200.0).contains(&truth.lines.median.unwrap()));
    assert!(truth.merged_without_review > 10 && truth.by_bots > 30);
    // One person of the ticketing team reviews most of what it merges.
    let team = state.teams.values().find(|team| team.slug == "ticketing").unwrap();
    let hub = *team.members.iter().find(|(_, maintainer)| **maintainer).unwrap().0;
    let pulls = state.repository("acme-rail/ticket-core").pull_requests.values();
    let reviews: Vec<_> = pulls.flat_map(|pull| &pull.reviews).collect();
    let share = reviews.iter().filter(|review| review.author == Some(hub)).count() * 100 / reviews.len();
    assert!(share > 45, "{share} %");
}
