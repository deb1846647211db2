//! Each rule about the instants, one hand-made pull request each.

use super::*;
use crate::fixtures::{With as _, actor, at, merged, open, user};
use plumbline_domain::DraftEventKind::{Draft, Ready};
use plumbline_domain::ReviewState::{Approved, ChangesRequested, Commented, Dismissed};

fn times(pull_request: &PullRequest) -> Timeline {
    timeline(pull_request).unwrap()
}

#[test]
fn nothing_is_known_while_only_a_review_was_heard_of() {
    let mut heard = open().review(user(2), Approved, 1);
    heard.scalars = None;
    assert_eq!(timeline(&heard), None);
}

#[test]
fn one_that_was_never_a_draft_is_ready_at_its_creation() {
    assert_eq!(times(&open()).ready_at, Some(at(0)));
    // It became a draft later: its first event says so.
    assert_eq!(times(&open().turned(Draft, 5).turned(Ready, 9)).ready_at, Some(at(0)));
    assert_eq!(times(&open().with(|s| s.draft = true).turned(Draft, 5)).ready_at, Some(at(0)));
}

#[test]
fn one_created_as_a_draft_is_ready_at_its_first_ready_event() {
    assert_eq!(times(&open().turned(Ready, 7)).ready_at, Some(at(7)));
    let to_and_fro = open().with(|s| s.draft = true).turned(Ready, 7).turned(Draft, 8).turned(Ready, 9);
    assert_eq!(times(&to_and_fro).ready_at, Some(at(7)));
}

#[test]
fn a_draft_that_was_never_ready_has_no_ready_time_unless_it_was_merged() {
    let draft = open().with(|s| s.draft = true).review(user(2), Approved, 3).commit(-5, -5);
    let times_of_draft = times(&draft);
    assert_eq!(times_of_draft.ready_at, None);
    assert_eq!((times_of_draft.first_review_at, times_of_draft.approved_at), (None, None));
    assert_eq!((times_of_draft.coding_seconds, times_of_draft.cycle_seconds), (None, None));

    let merged_draft = times(&merged(10).with(|s| s.draft = true));
    assert_eq!((merged_draft.ready_at, merged_draft.cycle_seconds), (Some(at(0)), Some(600)));
}

#[test]
fn cycle_time_is_never_negative() {
    let ready_after_the_merge = times(&merged(10).turned(Ready, 12));
    assert_eq!(ready_after_the_merge.cycle_seconds, Some(0));
    assert_eq!(times(&open()).cycle_seconds, None);
    assert_eq!(times(&merged(10).turned(Ready, 4)).cycle_seconds, Some(360));
}

#[test]
fn the_first_review_is_by_a_person_other_than_the_author() {
    let reviewed = open()
        .review(user(1), Commented, 1)
        .review(actor(8, ActorKind::Bot), Approved, 2)
        .review(actor(9, ActorKind::Other), Approved, 3)
        .review(None, Approved, 4)
        .review(user(2), Dismissed, 5)
        .review(user(3), Approved, 6);
    assert_eq!(times(&reviewed).first_review_at, Some(at(5)));
    assert_eq!(times(&reviewed).approved_at, Some(at(6)));
}

#[test]
fn where_the_author_was_deleted_every_person_is_somebody_else() {
    let reviewed = open().with(|s| s.author = None).review(None, Commented, 1).review(user(1), Commented, 2);
    assert_eq!(times(&reviewed).first_review_at, Some(at(2)));
}

#[test]
fn reviews_of_a_draft_do_not_end_the_wait() {
    let reviewed = merged(20).turned(Ready, 10).review(user(2), Approved, 5).review(user(3), Commented, 12);
    assert_eq!(times(&reviewed).first_review_at, Some(at(12)));
    assert_eq!(times(&reviewed).approved_at, None);
    // In the same instant is in time.
    assert_eq!(times(&open().turned(Ready, 10).review(user(2), Commented, 10)).first_review_at, Some(at(10)));
}

#[test]
fn the_last_approval_before_the_merge_counts() {
    let approved = merged(20).review(user(2), Approved, 5).review(user(3), Approved, 20).review(user(2), Approved, 25);
    assert_eq!(times(&approved).approved_at, Some(at(20)));
    let open_one = open().review(user(2), Approved, 5).review(user(3), Approved, 25);
    assert_eq!(times(&open_one).approved_at, Some(at(25)));
}

#[test]
fn a_review_after_the_merge_is_shown_as_the_first_when_there_was_none_before() {
    assert_eq!(times(&merged(20).review(user(2), Commented, 30)).first_review_at, Some(at(30)));
}

#[test]
fn a_round_is_a_request_for_changes_that_a_later_commit_followed() {
    let reviewed = merged(50)
        .commit(-10, -10)
        .review(user(2), ChangesRequested, 5)
        .review(user(2), ChangesRequested, 10)
        .review(None, ChangesRequested, 12)
        .review(actor(9, ActorKind::Other), ChangesRequested, 12)
        .review(actor(8, ActorKind::Bot), ChangesRequested, 12)
        .review(user(3), Commented, 12)
        // Rebased: authored before the reviews, committed after them.
        .commit(-8, 20)
        .review(user(2), ChangesRequested, 20)
        .review(user(2), ChangesRequested, 30);
    assert_eq!(times(&reviewed).review_rounds, 4);
}

#[test]
fn coding_time_runs_from_the_earliest_authored_commit_and_may_be_negative() {
    assert_eq!(times(&open()).coding_seconds, None);
    let coded = times(&open().turned(Ready, 10).commit(-5, 3).commit(-20, 4));
    assert_eq!((coded.first_commit_at, coded.coding_seconds), (Some(at(-20)), Some(1800)));
    assert_eq!(times(&open().commit(2, 2)).coding_seconds, Some(-120));
}
