//! What a row keeps of a pull request.

use super::*;
use crate::fixtures::{With as _, actor, at, key, merged, open, user};
use plumbline_domain::ActorKind;
use plumbline_domain::DraftEventKind::Ready;
use plumbline_domain::ReviewState::{Approved, ChangesRequested, Commented};
use proptest::prelude::*;

fn row(pull_request: &PullRequest) -> FlowRow {
    flow_row(pull_request).unwrap()
}

fn reviewer(account: Option<u64>, reviews: u32) -> Reviewer {
    Reviewer { account, reviews, rounds: 0, first_review: None, last_approval: None }
}

#[test]
fn only_a_merged_one_leaves_a_row() {
    assert_eq!(flow_row(&open()), None);
    assert_eq!(flow_row(&PullRequest::new(key(1, 1))), None);
    assert_eq!(
        row(&merged(10).commit(-3, -3)),
        FlowRow {
            key: key(1, 1),
            merged_at: at(10),
            author: Some(1),
            author_is_bot: false,
            cycle_seconds: 600,
            coding_seconds: Some(180),
            lines: 42,
            is_revert: false,
            is_hotfix: false,
            issue_projects: vec![],
            tools: vec![],
            reviewers: vec![],
        }
    );
}

#[test]
fn a_deleted_author_is_nobody_and_a_bot_is_flagged() {
    let deleted = row(&merged(1).with(|s| s.author = None));
    assert_eq!((deleted.author, deleted.author_is_bot), (None, false));
    let bot = row(&merged(1).with(|s| s.author = actor(9, ActorKind::Bot)));
    assert_eq!((bot.author, bot.author_is_bot), (Some(9), true));
}

#[test]
fn each_account_has_its_own_counts_and_offsets_from_ready() {
    let reviewed = merged(60)
        .turned(Ready, 10)
        .review(user(3), Commented, 5)
        .review(user(2), ChangesRequested, 15)
        .commit(20, 20)
        .review(user(2), Approved, 25)
        .review(user(3), Approved, 40)
        .review(user(3), Approved, 35)
        .review(user(1), Commented, 12)
        .review(user(2), Approved, 61);
    assert_eq!(
        row(&reviewed).reviewers,
        [
            Reviewer { first_review: Some(120), ..reviewer(Some(1), 1) },
            Reviewer { rounds: 1, first_review: Some(300), last_approval: Some(900), ..reviewer(Some(2), 2) },
            Reviewer { first_review: Some(1500), last_approval: Some(1800), ..reviewer(Some(3), 3) },
        ]
    );
}

#[test]
fn accounts_that_are_no_persons_share_an_entry_that_ends_no_wait() {
    let reviewed = merged(60)
        .review(None, ChangesRequested, 5)
        .review(actor(9, ActorKind::Other), Approved, 6)
        .review(actor(8, ActorKind::Bot), ChangesRequested, 7)
        .commit(10, 10);
    assert_eq!(row(&reviewed).reviewers, [Reviewer { rounds: 1, ..reviewer(None, 2) }]);
}

#[test]
fn a_review_after_the_merge_leaves_nothing_but_a_round_that_the_vendors_clock_shows() {
    assert_eq!(row(&merged(10).review(user(2), Approved, 11)).reviewers, []);
    let skewed = merged(10).review(user(2), ChangesRequested, 11).commit(12, 12);
    assert_eq!(row(&skewed).reviewers, [Reviewer { rounds: 1, ..reviewer(Some(2), 0) }]);
}

#[test]
fn reverts_and_hotfixes_are_recognised() {
    let titled = |title: &str| row(&merged(1).with(|s| s.title = title.to_owned()));
    assert!(titled("Revert \"Add a switch\"").is_revert);
    assert!(titled("Revert the switch").is_revert);
    assert!(!titled("Reverting is easy now").is_revert);
    assert!(row(&merged(1).with(|s| s.reverts = true)).is_revert);

    for title in ["Hotfix: login", "[HOTFIX] login", "login hotfix", "release_hotfix"] {
        assert!(titled(title).is_hotfix, "{title}");
    }
    assert!(row(&merged(1).with(|s| s.head_ref = "hotfix/login".to_owned())).is_hotfix);
    for title in ["hotfixture", "hot fix", "Fix the hot path"] {
        assert!(!titled(title).is_hotfix, "{title}");
    }
}

prop_compose! {
    fn any_review()(
        account in 0..6u64,
        state in proptest::sample::select(vec![Approved, ChangesRequested, Commented, ReviewState::Dismissed]),
        minute in -5..40i64,
    ) -> (Option<plumbline_domain::Actor>, ReviewState, i64) {
        let author = match account {
            0 => None,
            4 => actor(4, ActorKind::Bot),
            5 => actor(5, ActorKind::Other),
            id => user(id),
        };
        (author, state, minute)
    }
}

proptest! {
    #[test]
    fn the_row_says_what_the_timeline_says(
        reviews in proptest::collection::vec(any_review(), 0..12),
        ready in proptest::option::of(0..10i64),
        commits in proptest::collection::vec(-20..45i64, 0..4),
    ) {
        let mut pull_request = merged(30);
        if let Some(minute) = ready {
            pull_request = pull_request.turned(Ready, minute);
        }
        for (author, state, minute) in reviews {
            pull_request = pull_request.review(author, state, minute);
        }
        for minute in commits {
            pull_request = pull_request.commit(minute, minute);
        }
        let (row, times) = (row(&pull_request), timeline(&pull_request).unwrap());
        let others = || row.reviewers.iter().filter(|r| r.account.is_some() && r.account != row.author);
        let after_ready = |at: jiff::Timestamp| u64::try_from(seconds(times.ready_at.unwrap(), at)).unwrap();
        prop_assert_eq!(Some(row.cycle_seconds), times.cycle_seconds);
        prop_assert_eq!(row.coding_seconds, times.coding_seconds);
        prop_assert_eq!(row.reviewers.iter().map(|r| u64::from(r.rounds)).sum::<u64>(), times.review_rounds);
        prop_assert_eq!(others().filter_map(|r| r.last_approval).max(), times.approved_at.map(after_ready));
        let in_time = times.first_review_at.filter(|at| *at <= row.merged_at);
        prop_assert_eq!(others().filter_map(|r| r.first_review).min(), in_time.map(after_ready));
        prop_assert!(others().all(|r| r.first_review.max(r.last_approval).unwrap_or(0) <= row.cycle_seconds));
    }
}

#[test]
fn the_tools_that_had_a_hand_in_it_are_kept_by_their_numbers() {
    let commits = |pull_request: &mut PullRequest, lines: &str| {
        if let Some(list) = &mut pull_request.commits {
            list.commits[0].attribution = Some(lines.to_owned());
        }
    };
    let mut credited = merged(10).commit(-3, -3).commit(-2, -2);
    commits(&mut credited, "Co-authored-by: Claude <noreply@anthropic.com>");
    assert_eq!(row(&credited).tools, [Tool::ClaudeCode.number()]);
    let mut told = merged(10).with(|s| s.attribution = Some("Generated with Cursor".into())).commit(-3, -3);
    commits(&mut told, "Co-authored-by: Claude Dupont <claude.dupont@example.com>");
    assert_eq!(row(&told).tools, [Tool::Cursor.number()], "a person of that name is no tool");
    let committed = merged(10).commit(-3, -3);
    let mut by_tool = committed.clone();
    if let Some(list) = &mut by_tool.commits {
        list.commits[0].committer =
            Some(plumbline_domain::Committer { name: "Cursor Agent".into(), email: "cursoragent@cursor.com".into() });
    }
    assert_eq!((row(&committed).tools, row(&by_tool).tools), (vec![], vec![Tool::Cursor.number()]));
}
