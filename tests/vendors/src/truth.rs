//! The expected delivery numbers, computed from the simulated state in the plainest way, so that tests can hold the
//! product's answers against them. Shares no code with the product.

use crate::github::{DraftKind, PullRequest, Repository, ReviewState, State, UserKind};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

/// One merged pull request. Durations are seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// `owner/name`.
    pub repository: String,
    /// Number.
    pub number: u64,
    /// The author's login; absent when the account was deleted.
    pub author: Option<String>,
    /// Whether the vendor types the author as a bot.
    pub is_bot: bool,
    /// When it was ready for review.
    pub ready_at: Timestamp,
    /// When it was merged.
    pub merged_at: Timestamp,
    /// The first commit's date by its author.
    pub first_commit_at: Option<Timestamp>,
    /// The first review by a human other than the author, once ready, before the merge.
    pub first_review_at: Option<Timestamp>,
    /// The last approval by a human other than the author, once ready, before the merge.
    pub approved_at: Option<Timestamp>,
    /// Ready to merge.
    pub cycle: i64,
    /// Ready to first review.
    pub pickup: Option<i64>,
    /// First review to last approval, or to the merge.
    pub review: Option<i64>,
    /// Last approval to merge.
    pub merge: Option<i64>,
    /// First commit to ready; absent when it is negative.
    pub coding: Option<i64>,
    /// Coding and cycle.
    pub lead: Option<i64>,
    /// Reviews that asked for changes and were answered by a later commit.
    pub review_rounds: usize,
    /// Lines added and deleted.
    pub lines: u64,
}

/// Numbers about a set of durations or counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    /// How many.
    pub n: usize,
    /// Median.
    pub median: Option<f64>,
    /// 75th percentile, by linear interpolation between the closest ranks.
    pub p75: Option<f64>,
    /// Mean.
    pub mean: Option<f64>,
}

/// The expected numbers of a range.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// All merged ones of the range, those of bots too, in order of their merges.
    pub rows: Vec<Row>,
    /// Merged by anybody but bots.
    pub merged: usize,
    /// Merged by bots.
    pub by_bots: usize,
    /// Different authors who are not bots.
    pub active_authors: usize,
    /// Ready to merge.
    pub cycle: Numbers,
    /// Ready to first review.
    pub pickup: Numbers,
    /// First review to last approval.
    pub review: Numbers,
    /// Last approval to merge.
    pub merge: Numbers,
    /// First commit to ready.
    pub coding: Numbers,
    /// Coding and cycle.
    pub lead: Numbers,
    /// Rounds of review.
    pub review_rounds: Numbers,
    /// Changed lines.
    pub lines: Numbers,
    /// Merged by anybody but bots, without any review that counts.
    pub merged_without_review: usize,
}

/// The row of a pull request; `None` unless it is merged.
pub fn row(state: &State, repository: &Repository, pull: &PullRequest) -> Option<Row> {
    let merged_at = pull.merged_at?;
    let author = state.actor(pull.author);
    let was_draft = match pull.draft_events.first() {
        Some(event) => event.kind == DraftKind::Ready,
        None => pull.draft,
    };
    let first_ready = pull.draft_events.iter().find(|event| event.kind == DraftKind::Ready).map(|event| event.at);
    let ready_at = if was_draft { first_ready.unwrap_or(pull.created_at) } else { pull.created_at };
    let mut first_review_at: Option<Timestamp> = None;
    let mut approved_at: Option<Timestamp> = None;
    let mut review_rounds = 0;
    for review in &pull.reviews {
        if review.state == ReviewState::Pending {
            continue;
        }
        let reviewer = state.actor(review.author);
        let is_bot = reviewer.is_some_and(|user| user.kind == UserKind::Bot);
        let at = review.submitted_at;
        if review.state == ReviewState::ChangesRequested
            && !is_bot
            && at <= merged_at
            && pull.commits.iter().any(|commit| commit.committed_at > at)
        {
            review_rounds += 1;
        }
        let by_another = reviewer
            .is_some_and(|user| user.kind == UserKind::User && author.is_none_or(|author| author.id != user.id));
        if !by_another || at < ready_at || at > merged_at {
            continue;
        }
        first_review_at = Some(first_review_at.map_or(at, |known| known.min(at)));
        if review.state == ReviewState::Approved {
            approved_at = Some(approved_at.map_or(at, |known| known.max(at)));
        }
    }
    let seconds = |from: Timestamp, to: Timestamp| to.as_second() - from.as_second();
    let first_commit_at = pull.commits.iter().map(|commit| commit.authored_at).min();
    let coding = first_commit_at.map(|at| seconds(at, ready_at)).filter(|coding| *coding >= 0);
    let cycle = seconds(ready_at, merged_at);
    Some(Row {
        repository: repository.full_name(),
        number: pull.number,
        author: author.map(|user| user.login.clone()),
        is_bot: author.is_some_and(|user| user.kind == UserKind::Bot),
        ready_at,
        merged_at,
        first_commit_at,
        first_review_at,
        approved_at,
        cycle,
        pickup: first_review_at.map(|at| seconds(ready_at, at)),
        review: first_review_at.map(|at| seconds(at, approved_at.unwrap_or(merged_at))),
        merge: first_review_at.map(|_| approved_at.map_or(0, |at| seconds(at, merged_at))),
        coding,
        lead: coding.map(|coding| coding + cycle),
        review_rounds,
        lines: pull.additions + pull.deletions,
    })
}

/// The numbers of what was merged from `from` to `to`, both included, by the days of `zone`.
pub fn delivery(state: &State, from: Date, to: Date, zone: &TimeZone) -> Delivery {
    let mut rows: Vec<Row> = state
        .repositories
        .values()
        .flat_map(|repository| repository.pull_requests.values().filter_map(|pull| row(state, repository, pull)))
        .filter(|row| (from..=to).contains(&row.merged_at.to_zoned(zone.clone()).date()))
        .collect();
    rows.sort_by(|a, b| (a.merged_at, &a.repository, a.number).cmp(&(b.merged_at, &b.repository, b.number)));
    let people: Vec<&Row> = rows.iter().filter(|row| !row.is_bot).collect();
    let of = |value: &dyn Fn(&Row) -> Option<i64>| numbers(people.iter().filter_map(|row| value(row)).collect());
    let mut authors: Vec<_> = people.iter().filter_map(|row| row.author.as_ref()).collect();
    authors.sort();
    authors.dedup();
    Delivery {
        merged: people.len(),
        by_bots: rows.len() - people.len(),
        active_authors: authors.len(),
        cycle: of(&|row| Some(row.cycle)),
        pickup: of(&|row| row.pickup),
        review: of(&|row| row.review),
        merge: of(&|row| row.merge),
        coding: of(&|row| row.coding),
        lead: of(&|row| row.lead),
        review_rounds: of(&|row| i64::try_from(row.review_rounds).ok()),
        lines: of(&|row| i64::try_from(row.lines).ok()),
        merged_without_review: people.iter().filter(|row| row.first_review_at.is_none()).count(),
        rows,
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some years fit")]
fn numbers(mut values: Vec<i64>) -> Numbers {
    values.sort_unstable();
    let n = values.len();
    let at = |quarter: usize| {
        let last = values.len().checked_sub(1)?;
        let (below, rest) = (last * quarter / 4, last * quarter % 4);
        let low = values[below] as f64;
        let high = values[(below + 1).min(last)] as f64;
        Some(low + (high - low) * rest as f64 / 4.0)
    };
    let mean = (n > 0).then(|| values.iter().sum::<i64>() as f64 / n as f64);
    Numbers { n, median: at(2), p75: at(3), mean }
}

#[cfg(test)]
mod tests {
    use super::{delivery, numbers, row};
    use crate::github::{NewCommit, NewPullRequest, ReviewState, State};
    use jiff::tz::TimeZone;

    #[test]
    fn quartiles_lie_between_the_closest_ranks() {
        let four = numbers(vec![4, 1, 3, 2]);
        assert_eq!((four.n, four.median, four.p75, four.mean), (4, Some(2.5), Some(3.25), Some(2.5)));
        assert_eq!(numbers(vec![]).median, None);
    }

    #[test]
    fn a_story_has_the_times_that_one_would_count_by_hand() {
        let mut state = State::new("acme", "2026-11-02T08:00:00Z".parse().unwrap());
        state.add_member("ann");
        state.add_member("ben");
        state.add_repository("board");
        let commit = NewCommit { authored_at: Some("2026-11-02T07:00:00Z".parse().unwrap()), ..NewCommit::default() };
        let commits = vec![commit];
        let new = NewPullRequest { author: Some("ann".into()), draft: true, commits, ..NewPullRequest::default() };
        state.add_pull_request("acme/board", new);
        state.review("acme/board", 1, "ben", ReviewState::Commented);
        state.advance(3_600);
        state.mark_ready("acme/board", 1);
        state.advance(600);
        state.review("acme/board", 1, "ann", ReviewState::Commented);
        state.review("acme/board", 1, "ben", ReviewState::ChangesRequested);
        state.advance(600);
        state.push_commit("acme/board", 1);
        state.review("acme/board", 1, "ben", ReviewState::Approved);
        state.advance(60);
        state.merge("acme/board", 1);
        let row = row(&state, state.repository("acme/board"), state.pull_request("acme/board", 1)).unwrap();
        assert_eq!((row.cycle, row.pickup, row.review, row.merge), (1_260, Some(600), Some(600), Some(60)));
        assert_eq!((row.coding, row.lead, row.review_rounds), (Some(7_200), Some(8_460), 1));
        let day = "2026-11-02".parse().unwrap();
        let truth = delivery(&state, day, day, &TimeZone::UTC);
        assert_eq!((truth.merged, truth.active_authors, truth.cycle.median), (1, 1, Some(1_260.0)));
    }
}
