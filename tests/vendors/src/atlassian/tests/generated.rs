//! The generated site is what its documentation says, and its truth adds up.

use super::{demo, demo_site, now};
use crate::atlassian::{Category, generate, truth};
use jiff::{SignedDuration, Timestamp};

#[test]
fn the_same_company_has_the_same_site() {
    let shown = || serde_json::to_string(&demo_site().issues).unwrap();
    assert!(shown() == shown());
}

#[test]
fn there_are_five_projects_with_the_common_and_the_uncommon() {
    let state = demo_site();
    assert!((2_200..2_800).contains(&state.issues.len()), "{} issues", state.issues.len());
    assert_eq!((state.projects.len(), state.boards.len()), (5, 5));
    let count = |test: &dyn Fn(&crate::atlassian::Issue) -> bool| state.issues.values().filter(|i| test(i)).count();
    let begun = count(&|issue| issue.status.category == Category::Indeterminate);
    assert!(begun > 10, "{begun} in progress");
    assert!(count(&|issue| issue.status.name == "Verworfen") > 5);
    assert!(count(&|issue| issue.assignee.is_none()) > 50 && count(&|issue| issue.points.is_none()) > 100);
    assert!(count(&|issue| issue.sprints.len() > 1) > 50);
    assert!(count(&|issue| issue.created_at > now() || issue.updated_at > now()) == 0);
    let ordered = |issue: &crate::atlassian::Issue| issue.history.is_sorted_by_key(|history| history.at);
    assert_eq!(count(&|issue| !ordered(issue)), 0);
    let states = |state_name| state.sprints.values().filter(|sprint| sprint.state() == state_name).count();
    assert_eq!((states("active"), states("future")), (4, 8));
    assert!(states("closed") > 140);
}

#[test]
fn the_numbers_of_sprints_add_up() {
    let state = demo_site();
    let numbers = truth::sprints(&state);
    let started = state.sprints.values().filter(|sprint| sprint.started_at.is_some()).count();
    assert_eq!(numbers.len(), started);
    for one in &numbers {
        assert_eq!(one.committed + one.added, one.done + one.carried_over + one.removed, "{one:?}");
    }
    let sum = |part: &dyn Fn(&truth::SprintNumbers) -> usize| numbers.iter().map(part).sum::<usize>();
    let sums = (sum(&|one| one.added), sum(&|one| one.removed), sum(&|one| one.carried_over));
    assert!(sums.0 > 100 && sums.1 > 20 && sums.2 > 150, "{sums:?}");
    assert!(sum(&|one| one.done) * 10 > sum(&|one| one.committed + one.added) * 5);
    // What is carried over from a closed sprint is committed in the next.
    let board = numbers[0].board;
    let of_board: Vec<_> = numbers.iter().filter(|one| one.board == board).collect();
    for pair in of_board.windows(2) {
        assert!(pair[1].committed >= pair[0].carried_over, "{pair:?}");
    }
}

#[test]
fn flow_is_that_of_real_teams() {
    let state = demo_site();
    let from = now() - SignedDuration::from_hours(24 * 90);
    let flow = truth::flow(&state, from, now());
    assert!(flow.throughput >= flow.n && flow.n > 200, "{flow:?}");
    let days = flow.median.unwrap() / 86_400.0;
    assert!((0.5..8.0).contains(&days), "{days} days");
    let nothing = truth::flow(&state, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    assert_eq!((nothing.throughput, nothing.median), (0, None));
}

#[test]
fn twenty_thousand_issues_are_made_quickly() {
    let state = generate(&demo::company(7, now()), 20_000, 0);
    assert!((18_000..22_000).contains(&state.issues.len()), "{} issues", state.issues.len());
}
