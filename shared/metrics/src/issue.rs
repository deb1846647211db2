//! The compact row of an issue.

use jiff::Timestamp;
use plumbline_domain::{Issue, IssueChange, IssueChangeKind, IssueRow, Span, SprintStay, StatusCategory};

/// The row of an issue, whether the vendor still has it or not.
///
/// Statuses count by what they mean; one whose meaning the vendor does not tell is neither in progress nor done. What
/// the issue is now is what its present status means now: where that is done but the history does not end there (none is
/// known, it was made in a done status, or the meaning of a status was changed), it was done when it was resolved.
///
/// It is in the sprints that it was made in (those its first change of sprints came from, or all it ever was in if there
/// is none) and in those it was moved to, until it is moved out. A vendor that leaves the completed sprint in the list
/// of an issue that goes on to the next one says that it was in it at the end.
pub fn issue_row(issue: &Issue) -> IssueRow {
    let mut history: Vec<&IssueChange> = issue.history.iter().collect();
    history.sort_by_key(|change| (change.at, change.id));
    let moves: Vec<(Timestamp, StatusCategory, StatusCategory)> = history
        .iter()
        .filter_map(|change| match change.what {
            IssueChangeKind::Status { from, to } => Some((change.at, from, to)),
            _ => None,
        })
        .collect();
    IssueRow {
        id: issue.id.clone(),
        project: issue.project.clone(),
        created_at: issue.created_at,
        started_at: started_at(issue, &moves),
        done: done(issue, &moves),
        points: issue.points,
        category: issue.category,
        has_history: !moves.is_empty(),
        stays: stays(issue, &history),
    }
}

fn started_at(issue: &Issue, moves: &[(Timestamp, StatusCategory, StatusCategory)]) -> Option<Timestamp> {
    let first = moves.first().map_or(issue.category, |(_, from, _)| *from);
    if first == StatusCategory::InProgress {
        return Some(issue.created_at);
    }
    moves.iter().find(|(_, _, to)| *to == StatusCategory::InProgress).map(|(at, _, _)| *at)
}

fn done(issue: &Issue, moves: &[(Timestamp, StatusCategory, StatusCategory)]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let made_done = matches!(moves.first(), Some((_, StatusCategory::Done, _)));
    let mut since = made_done.then_some(issue.created_at);
    for (at, _, to) in moves {
        match (since, *to == StatusCategory::Done) {
            (None, true) => since = Some(*at),
            (Some(from), false) => {
                spans.push(Span { from, to: Some(*at) });
                since = None;
            }
            _ => {}
        }
    }
    if issue.category != StatusCategory::Done {
        return spans;
    }
    let never_left = made_done && spans.is_empty();
    let since = if never_left { issue.resolved_at.or(since) } else { since };
    // Resolved before it was reopened says nothing of when it was done again.
    let reopened = spans.last().and_then(|span| span.to);
    let resolved = || issue.resolved_at.map(|at| reopened.map_or(at, |reopened| at.max(reopened)));
    spans.extend(since.or_else(resolved).map(|from| Span { from, to: None }));
    spans
}

fn stays(issue: &Issue, history: &[&IssueChange]) -> Vec<SprintStay> {
    let mut changes = history.iter().filter_map(|change| match &change.what {
        IssueChangeKind::Sprints { from, to } => Some((change.at, from, to)),
        _ => None,
    });
    let mut stays: Vec<SprintStay> = Vec::new();
    let join = |stays: &mut Vec<SprintStay>, sprints: &[u64], at: Timestamp| {
        for sprint in sprints {
            if !stays.iter().any(|stay| stay.sprint == *sprint && stay.span.to.is_none()) {
                stays.push(SprintStay { sprint: *sprint, span: Span { from: at, to: None } });
            }
        }
    };
    let first = changes.clone().next();
    join(&mut stays, first.map_or(issue.sprints.as_slice(), |(_, from, _)| from.as_slice()), issue.created_at);
    for (at, _, to) in changes.by_ref() {
        for stay in stays.iter_mut().filter(|stay| stay.span.to.is_none() && !to.contains(&stay.sprint)) {
            stay.span.to = Some(at);
        }
        join(&mut stays, to, at);
    }
    stays
}

#[cfg(test)]
#[path = "issue_tests.rs"]
mod tests;
