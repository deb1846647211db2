//! What a row keeps of an issue. Times are hours after a fixed instant.

use super::*;
use crate::issue_fixtures::{hour, issue, moved, sprints};
use StatusCategory::{Done, InProgress, ToDo, Unknown};
use plumbline_domain::Points;
use proptest::prelude::*;

fn span(from: i64, to: Option<i64>) -> Span {
    Span { from: hour(from), to: to.map(hour) }
}

fn stay(sprint: u64, from: i64, to: Option<i64>) -> SprintStay {
    SprintStay { sprint, span: span(from, to) }
}

#[test]
fn an_issue_that_was_worked_on_and_finished() {
    let mut finished = issue(17, Done, vec![moved(2, ToDo, InProgress), moved(5, InProgress, Done)]);
    finished.points = Some(Points(2500));
    finished.resolved_at = Some(hour(9));
    let row = issue_row(&finished);
    assert_eq!((&row.id, &row.project), (&finished.id, &finished.project));
    assert_eq!((row.created_at, row.started_at), (hour(0), Some(hour(2))));
    assert_eq!((row.done.as_slice(), row.done_at()), (&[span(5, None)][..], Some(hour(5))));
    assert_eq!((row.points, row.category, row.has_history), (Some(Points(2500)), Done, true));
    assert_eq!(row.stays, []);
}

#[test]
fn one_that_was_reopened_is_done_when_it_was_done_for_good() {
    let moves = [
        moved(1, ToDo, InProgress),
        moved(2, InProgress, Done),
        moved(3, Done, InProgress),
        moved(4, InProgress, InProgress),
        moved(6, InProgress, Done),
        moved(7, Done, Done),
    ];
    let row = issue_row(&issue(1, Done, moves.to_vec()));
    assert_eq!(row.started_at, Some(hour(1)));
    assert_eq!(row.done, [span(2, Some(3)), span(6, None)]);
    assert_eq!(row.done_at(), Some(hour(6)));
    let at = |time| row.was_done(hour(time));
    assert_eq!([1, 2, 3, 5, 6, 100].map(at), [false, true, false, false, true, true]);

    let reopened = issue_row(&issue(1, InProgress, moves[..4].to_vec()));
    assert_eq!((reopened.done_at(), reopened.done), (None, vec![span(2, Some(3))]));
}

#[test]
fn without_moves_it_was_done_when_the_vendor_resolved_it() {
    let mut bare = issue(1, Done, vec![]);
    assert_eq!(issue_row(&bare).done, [], "nobody knows when");
    bare.resolved_at = Some(hour(8));
    let row = issue_row(&bare);
    assert_eq!((row.done_at(), row.started_at, row.has_history), (Some(hour(8)), None, false));
    let to_do = Issue { category: ToDo, ..bare.clone() };
    assert_eq!(issue_row(&to_do).done_at(), None, "what it is now counts");

    // Made in a done status.
    let made = |resolved: Option<i64>, moves| {
        issue_row(&Issue { resolved_at: resolved.map(hour), ..issue(1, Done, moves) }).done
    };
    assert_eq!(made(Some(8), vec![moved(4, Done, Done)]), [span(8, None)]);
    assert_eq!(made(None, vec![moved(4, Done, Done)]), [span(0, None)]);
    let reopened = vec![moved(4, Done, ToDo), moved(6, ToDo, Done)];
    assert_eq!(made(Some(9), reopened), [span(0, Some(4)), span(6, None)]);
}

#[test]
fn a_status_whose_meaning_changed_counts_by_what_it_means_now() {
    let mut now_done = issue(1, Done, vec![moved(1, ToDo, InProgress), moved(3, InProgress, Unknown)]);
    assert_eq!(issue_row(&now_done).done, []);
    now_done.resolved_at = Some(hour(3));
    assert_eq!(issue_row(&now_done).done, [span(3, None)]);
    let now_open = issue(1, ToDo, vec![moved(1, ToDo, Done)]);
    assert_eq!(issue_row(&now_open).done, []);
    let mut again = issue(1, Done, vec![moved(1, ToDo, Done), moved(5, Done, ToDo)]);
    again.resolved_at = Some(hour(1));
    assert_eq!(issue_row(&again).done, [span(1, Some(5)), span(5, None)], "not before it was reopened");
}

#[test]
fn work_begins_with_the_first_move_into_progress_or_the_creation_in_it() {
    let started = |category, moves| issue_row(&issue(1, category, moves)).started_at;
    assert_eq!(started(InProgress, vec![]), Some(hour(0)));
    assert_eq!(started(ToDo, vec![]), None);
    assert_eq!(started(Done, vec![moved(2, ToDo, Done)]), None);
    assert_eq!(started(Done, vec![moved(2, InProgress, Done)]), Some(hour(0)));
    assert_eq!(started(InProgress, vec![moved(2, Unknown, InProgress)]), Some(hour(2)));
    let back = vec![moved(2, ToDo, InProgress), moved(3, InProgress, ToDo), moved(4, ToDo, InProgress)];
    assert_eq!(started(InProgress, back), Some(hour(2)));
}

#[test]
fn sprints_are_those_it_was_made_in_and_those_it_was_moved_to() {
    let stays =
        |present: &[u64], history| issue_row(&Issue { sprints: present.to_vec(), ..issue(1, ToDo, history) }).stays;
    assert_eq!(stays(&[], vec![]), []);
    assert_eq!(stays(&[7], vec![]), [stay(7, 0, None)]);
    assert_eq!(stays(&[7], vec![sprints(2, &[], &[7])]), [stay(7, 2, None)]);
    assert_eq!(stays(&[], vec![sprints(2, &[7], &[])]), [stay(7, 0, Some(2))]);
    // Carried over: the vendor leaves the completed one in the list.
    assert_eq!(stays(&[7, 8], vec![sprints(3, &[7], &[7, 8])]), [stay(7, 0, None), stay(8, 3, None)]);
    // Out and in again.
    let out_and_in = vec![sprints(4, &[], &[7]), sprints(1, &[7], &[])];
    assert_eq!(stays(&[7], out_and_in), [stay(7, 0, Some(1)), stay(7, 4, None)]);
}

#[test]
fn changes_of_one_instant_are_in_order_of_their_ids() {
    let mut moves = vec![moved(2, ToDo, InProgress), moved(2, InProgress, Done)];
    moves[1].id = moves[0].id + 1;
    let row = issue_row(&issue(1, Done, moves.clone()));
    moves.reverse();
    assert_eq!(issue_row(&issue(1, Done, moves)), row);
    assert_eq!((row.started_at, row.done_at()), (Some(hour(2)), Some(hour(2))));
}

fn any_category() -> impl Strategy<Value = StatusCategory> {
    proptest::sample::select(vec![ToDo, InProgress, Done, Unknown])
}

proptest! {
    #[test]
    fn a_row_is_orderly_whatever_the_history(
        present in any_category(), resolved in proptest::option::of(0..50i64),
        moves in proptest::collection::vec((1..40i64, any_category(), any_category()), 0..8),
        joins in proptest::collection::vec((1..40i64, proptest::collection::vec(1..4u64, 0..3)), 0..5),
    ) {
        let mut history: Vec<_> = moves.into_iter().map(|(at, from, to)| moved(at, from, to)).collect();
        history.extend(joins.iter().map(|(at, to)| sprints(*at, &[], to)));
        for (id, change) in (1..).zip(&mut history) {
            change.id = id;
        }
        let row = issue_row(&Issue { resolved_at: resolved.map(hour), ..issue(1, present, history.clone()) });
        history.reverse();
        prop_assert_eq!(&row, &issue_row(&Issue { resolved_at: resolved.map(hour), ..issue(1, present, history) }));
        prop_assert!(row.done_at().is_none() || present == Done);
        prop_assert!(row.done.windows(2).all(|two| two[0].to.is_some_and(|to| to <= two[1].from)));
        for sprint in 1..4 {
            let own: Vec<_> = row.stays.iter().filter(|stay| stay.sprint == sprint).map(|stay| stay.span).collect();
            prop_assert!(own.windows(2).all(|two| two[0].to.is_some_and(|to| to <= two[1].from)));
        }
    }
}
