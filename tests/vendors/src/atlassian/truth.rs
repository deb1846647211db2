//! The expected Jira numbers, counted in the plainest way from the simulated issues' histories.

use super::{
    model::{Category, Issue, SPRINT_FIELD, STATUSES, Sprint},
    state::State,
};
use jiff::Timestamp;
use serde::Serialize;

/// Issue cycle times of a range, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flow {
    /// Issues that were done in the range for the last time, and still are.
    pub throughput: usize,
    /// Those of them that were ever in progress.
    pub n: usize,
    /// The median of their times from first in progress to done.
    pub median: Option<f64>,
}

/// A sprint's numbers: issues, and their present story points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SprintNumbers {
    /// The sprint.
    pub sprint: u64,
    /// Its board.
    pub board: u64,
    /// In it when it started.
    pub committed: usize,
    /// Came into it later.
    pub added: usize,
    /// In it and done when it was completed; in an active one, now.
    pub done: usize,
    /// In it and not done when it was completed; in an active one, now.
    pub carried_over: usize,
    /// Were in it at some time and were taken out again.
    pub removed: usize,
    /// Points of those committed.
    pub committed_points: u64,
    /// Points of those done.
    pub done_points: u64,
}

fn category(id: Option<&String>) -> Option<Category> {
    STATUSES.iter().find(|status| id.is_some_and(|id| *id == status.id.to_string())).map(|status| status.category)
}

/// The changes of status, each with the category it led to.
fn moves(issue: &Issue) -> Vec<(Timestamp, Category)> {
    let mut all = Vec::new();
    for history in &issue.history {
        for item in history.items.iter().filter(|item| item.field_id == "status") {
            all.extend(category(item.to.as_ref()).map(|category| (history.at, category)));
        }
    }
    all
}

/// When it was first in progress.
pub fn begun_at(issue: &Issue) -> Option<Timestamp> {
    moves(issue).iter().find(|(_, category)| *category == Category::Indeterminate).map(|(at, _)| *at)
}

/// When it was done for the last time; nothing when it no longer is.
pub fn done_at(issue: &Issue) -> Option<Timestamp> {
    let moves = moves(issue);
    let (_, last) = moves.last()?;
    if *last != Category::Done {
        return None;
    }
    // Moving on among the statuses that mean done does not make it done again.
    let mut done = None;
    let mut before = Category::New;
    for (at, category) in moves {
        if category == Category::Done && before != Category::Done {
            done = Some(at);
        }
        before = category;
    }
    done
}

/// Cycle time and throughput of the issues done from `from` to before `to`.
pub fn flow(state: &State, from: Timestamp, to: Timestamp) -> Flow {
    let mut throughput = 0;
    let mut times = Vec::new();
    for issue in state.issues.values().filter(|issue| !state.hidden.contains(&issue.id)) {
        let Some(done) = done_at(issue).filter(|at| *at >= from && *at < to) else { continue };
        throughput += 1;
        if let Some(begun) = begun_at(issue) {
            times.push(done.as_second() - begun.as_second());
        }
    }
    times.sort_unstable();
    let middle = |index: usize| -> f64 { f64::from(i32::try_from(times[index]).unwrap()) };
    let n = times.len();
    let median = (n > 0).then(|| f64::midpoint(middle((n - 1) / 2), middle(n / 2)));
    Flow { throughput, n, median }
}

/// Whether it was in the sprint just before `at`.
fn in_sprint(issue: &Issue, sprint: u64, at: Timestamp) -> bool {
    let mut inside = false;
    for history in issue.history.iter().filter(|history| history.at < at) {
        for item in history.items.iter().filter(|item| item.field_id == SPRINT_FIELD) {
            inside = item.to.as_deref().unwrap_or_default().split(", ").any(|id| id == sprint.to_string());
        }
    }
    inside
}

/// Whether it was ever in the sprint before `at`.
fn ever_in_sprint(issue: &Issue, sprint: u64, at: Timestamp) -> bool {
    let items = issue.history.iter().filter(|history| history.at < at).flat_map(|history| &history.items);
    let mut lists = items.filter(|item| item.field_id == SPRINT_FIELD).filter_map(|item| item.to.as_deref());
    lists.any(|list| list.split(", ").any(|id| id == sprint.to_string()))
}

fn done_before(issue: &Issue, at: Timestamp) -> bool {
    moves(issue).iter().rfind(|(moved, _)| *moved < at).is_some_and(|(_, category)| *category == Category::Done)
}

/// The numbers of every sprint that started.
pub fn sprints(state: &State) -> Vec<SprintNumbers> {
    state.sprints.values().filter_map(|sprint| numbers(state, sprint)).collect()
}

fn numbers(state: &State, sprint: &Sprint) -> Option<SprintNumbers> {
    let started_at = sprint.started_at?;
    let end = sprint.completed_at.unwrap_or_else(|| state.clock.now());
    let mut numbers = SprintNumbers {
        sprint: sprint.id,
        board: sprint.board,
        committed: 0,
        added: 0,
        done: 0,
        carried_over: 0,
        removed: 0,
        committed_points: 0,
        done_points: 0,
    };
    let project = state.boards[&sprint.board].project;
    let visible = |issue: &&Issue| issue.project == project && !state.hidden.contains(&issue.id);
    for issue in state.issues.values().filter(visible) {
        let points = u64::from(issue.points.unwrap_or(0));
        if !ever_in_sprint(issue, sprint.id, end) {
            continue;
        }
        if in_sprint(issue, sprint.id, started_at) {
            numbers.committed += 1;
            numbers.committed_points += points;
        } else {
            numbers.added += 1;
        }
        if !in_sprint(issue, sprint.id, end) {
            numbers.removed += 1;
        } else if done_before(issue, end) {
            numbers.done += 1;
            numbers.done_points += points;
        } else {
            numbers.carried_over += 1;
        }
    }
    Some(numbers)
}
