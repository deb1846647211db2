//! What sprints took on and what they finished.

use super::answer::{SprintCount, SprintNumbers, SprintReport, SprintRow, SprintStatus};
use crate::{
    answer::ExclusionReason,
    definitions::{self as define, exclusion},
    range::Range,
    stats::{count, ratio},
};
use jiff::Timestamp;
use plumbline_domain::{IssueRow, Points, Span, Sprint, SprintState};
use std::collections::BTreeMap;

/// Counts that are added up exactly before they are shown.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    issues: u64,
    points: i64,
}

impl Tally {
    fn add(&mut self, issue: &IssueRow, counts: bool) {
        if counts {
            self.issues += 1;
            self.points = self.points.saturating_add(issue.points.map_or(0, |points| points.0));
        }
    }

    fn shown(self) -> SprintCount {
        SprintCount { issues: self.issues, points: shown(self.points) }
    }
}

/// Thousandths of points as points.
pub(super) fn shown(thousandths: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sums of estimates stay far below 2^53")]
    let thousandths = thousandths as f64;
    thousandths / 1000.0
}

#[derive(Debug, Clone, Copy, Default)]
struct Tallies {
    committed: Tally,
    added: Tally,
    removed: Tally,
    done: Tally,
    carried_over: Tally,
    committed_and_done: u64,
}

impl Tallies {
    /// An issue with its stays in the sprint that lasted from `start` to `end`.
    fn add(&mut self, issue: &IssueRow, stays: &[Span], start: Timestamp, end: Timestamp) {
        let was_in = stays.iter().any(|stay| stay.from <= end && stay.to.is_none_or(|to| to > start && to > stay.from));
        if !was_in {
            return;
        }
        let committed = stays.iter().any(|stay| stay.contains(start));
        // Completing a sprint moves its open issues elsewhere in the same instant.
        let at_end = stays.iter().any(|stay| stay.from <= end && stay.to.is_none_or(|to| to >= end));
        let done = at_end && issue.was_done(end);
        self.committed.add(issue, committed);
        self.added.add(issue, !committed);
        self.removed.add(issue, !at_end);
        self.done.add(issue, done);
        self.carried_over.add(issue, at_end && !done);
        self.committed_and_done += u64::from(committed && done);
    }

    fn join(&mut self, other: &Self) {
        let sum = |a: &mut Tally, b: Tally| {
            a.issues += b.issues;
            a.points = a.points.saturating_add(b.points);
        };
        sum(&mut self.committed, other.committed);
        sum(&mut self.added, other.added);
        sum(&mut self.removed, other.removed);
        sum(&mut self.done, other.done);
        sum(&mut self.carried_over, other.carried_over);
        self.committed_and_done += other.committed_and_done;
    }

    fn shown(&self) -> SprintNumbers {
        SprintNumbers {
            committed: self.committed.shown(),
            added: self.added.shown(),
            removed: self.removed.shown(),
            done: self.done.shown(),
            carried_over: self.carried_over.shown(),
            completion: ratio(self.committed_and_done, self.committed.issues),
        }
    }
}

/// When a sprint began and ended, or ended so far; `None` where the vendor does not tell.
fn lifetime(sprint: &Sprint, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let end = match sprint.state {
        SprintState::Closed => sprint.completed_at.or(sprint.end_at)?,
        SprintState::Active | SprintState::Future => now,
    };
    Some((sprint.start_at?, end))
}

/// `narrowed`: only sprints that had any of these issues are listed.
pub(super) fn report(
    issues: &[&IssueRow],
    sprints: &[Sprint],
    range: &Range,
    now: Timestamp,
    narrowed: bool,
) -> SprintReport {
    let mut stays: BTreeMap<u64, Vec<(&IssueRow, Vec<Span>)>> = BTreeMap::new();
    for issue in issues {
        for stay in &issue.stays {
            let of_sprint = stays.entry(stay.sprint).or_default();
            match of_sprint.last_mut() {
                Some((last, spans)) if std::ptr::eq(*last, *issue) => spans.push(stay.span),
                _ => of_sprint.push((issue, vec![stay.span])),
            }
        }
    }
    let (mut rows, mut totals, mut completed) = (Vec::new(), Tallies::default(), 0_usize);
    let (mut gone, mut undated) = (0, 0);
    for sprint in sprints.iter().filter(|sprint| sprint.state != SprintState::Future) {
        let Some((start, end)) = lifetime(sprint, now) else {
            undated += u64::from(sprint.gone_at.is_none());
            continue;
        };
        let is_closed = sprint.state == SprintState::Closed;
        let in_range = if is_closed { range.contains(end) } else { start < range.end() && end >= range.start() };
        if !in_range {
            continue;
        }
        if sprint.gone_at.is_some() {
            gone += 1;
            continue;
        }
        let mut tallies = Tallies::default();
        let of_sprint = sprint.id.id.parse().ok().and_then(|id: u64| stays.get(&id));
        for (issue, spans) in of_sprint.into_iter().flatten() {
            tallies.add(issue, spans, start, end);
        }
        if narrowed && tallies.committed.issues + tallies.added.issues == 0 {
            continue;
        }
        if is_closed {
            totals.join(&tallies);
            completed += 1;
        }
        rows.push(SprintRow {
            id: sprint.id.to_string(),
            name: sprint.name.clone(),
            board: sprint.board.to_string(),
            status: if is_closed { SprintStatus::Completed } else { SprintStatus::Active },
            start_at: sprint.start_at,
            completed_at: is_closed.then_some(end),
            numbers: tallies.shown(),
        });
    }
    rows.sort_by(|a, b| (a.start_at, &a.id).cmp(&(b.start_at, &b.id)));
    SprintReport {
        sprints: rows,
        totals: totals.shown(),
        n: count(completed),
        definition: define::SPRINTS.to_owned(),
        exclusions: vec![
            exclusion(ExclusionReason::GoneSprint, gone),
            exclusion(ExclusionReason::UndatedSprint, undated),
        ],
    }
}

/// The sum of estimates, in thousandths.
pub(super) fn sum(points: impl Iterator<Item = Option<Points>>) -> i64 {
    points.flatten().fold(0, |sum, points| sum.saturating_add(points.0))
}
