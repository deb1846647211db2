//! The instants of a pull request's life that the metrics and the exports speak of.

use jiff::Timestamp;
use plumbline_domain::{Actor, ActorKind, Commit, DraftEventKind, PullRequest, Review, ReviewState, Scalars};

/// A pull request's life. Nothing here knows a team's bot list or identity merges: those are applied on read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    /// When it could first be reviewed: its creation, or the first ready event when it was created as a draft. `None`
    /// while such a draft has not been ready; one merged as a draft counts as ready from its creation.
    pub ready_at: Option<Timestamp>,
    /// When its earliest commit was authored; `None` while no commit is known.
    pub first_commit_at: Option<Timestamp>,
    /// First review by a person other than the author, once ready, even after the merge.
    pub first_review_at: Option<Timestamp>,
    /// Last approval by a person other than the author, once ready and no later than the merge.
    pub approved_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// "Changes requested" reviews that a later commit followed, by anybody but the vendor's bots.
    pub review_rounds: u64,
    /// Seconds from ready to merge, never negative; `None` unless merged.
    pub cycle_seconds: Option<u64>,
    /// Seconds from the first commit to ready; negative when the branch was rebased.
    pub coding_seconds: Option<i64>,
    /// Whether the vendor types the author as a bot.
    pub author_is_bot: bool,
}

/// The timeline, or nothing while only a review was heard of.
pub fn timeline(pull_request: &PullRequest) -> Option<Timeline> {
    let scalars = pull_request.scalars.as_ref()?;
    let ready_at = ready_at(pull_request, scalars);
    let merged_at = scalars.merged_at;
    let commits = commits(pull_request);
    let first_commit_at = commits.iter().map(|commit| commit.authored_at).min();
    let last_commit = last_committed_at(commits);
    let author = scalars.author.as_ref();
    let by_others = || {
        pull_request.reviews.values().filter(|review| {
            is_person(review.author.as_ref())
                && !is_same(author, review.author.as_ref())
                && ready_at.is_some_and(|ready| review.submitted_at >= ready)
        })
    };
    Some(Timeline {
        ready_at,
        first_commit_at,
        first_review_at: by_others().map(|review| review.submitted_at).min(),
        approved_at: by_others()
            .filter(|review| review.state == ReviewState::Approved)
            .map(|review| review.submitted_at)
            .filter(|at| merged_at.is_none_or(|merged| *at <= merged))
            .max(),
        merged_at,
        review_rounds: pull_request
            .reviews
            .values()
            .filter(|review| !is_vendor_bot(review.author.as_ref()) && is_round(review, last_commit))
            .map(|_| 1)
            .sum(),
        cycle_seconds: merged_at.zip(ready_at).map(|(merged, ready)| seconds(ready, merged).max(0).unsigned_abs()),
        coding_seconds: first_commit_at.zip(ready_at).map(|(first, ready)| seconds(first, ready)),
        author_is_bot: is_vendor_bot(author),
    })
}

/// See [`Timeline::ready_at`]. A pull request was created as a draft when its first draft event is "ready", or when it
/// is a draft without any event.
fn ready_at(pull_request: &PullRequest, scalars: &Scalars) -> Option<Timestamp> {
    let events = pull_request.draft_history.events();
    let created_as_draft = events.first().map_or(scalars.draft, |first| first.kind == DraftEventKind::Ready);
    if !created_as_draft {
        return Some(scalars.created_at);
    }
    let first_ready = events.iter().find(|event| event.kind == DraftEventKind::Ready).map(|event| event.at);
    first_ready.or_else(|| scalars.merged_at.map(|_| scalars.created_at))
}

pub(crate) fn commits(pull_request: &PullRequest) -> &[Commit] {
    pull_request.commits.as_ref().map_or(&[], |list| &list.commits)
}

/// The latest committer date: a review was followed by some later commit exactly when it is before this.
pub(crate) fn last_committed_at(commits: &[Commit]) -> Option<Timestamp> {
    commits.iter().map(|commit| commit.committed_at).max()
}

pub(crate) fn is_round(review: &Review, last_commit: Option<Timestamp>) -> bool {
    review.state == ReviewState::ChangesRequested && last_commit.is_some_and(|last| last > review.submitted_at)
}

/// A deleted account is neither a bot nor a person.
pub(crate) fn is_vendor_bot(actor: Option<&Actor>) -> bool {
    actor.is_some_and(|actor| actor.kind == ActorKind::Bot)
}

pub(crate) fn is_person(actor: Option<&Actor>) -> bool {
    actor.is_some_and(|actor| actor.kind == ActorKind::User)
}

/// Two deleted accounts are not known to be the same.
fn is_same(one: Option<&Actor>, other: Option<&Actor>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.id == other.id)
}

/// Whole seconds between two instants, rounded down.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    let nanoseconds = to.as_nanosecond() - from.as_nanosecond();
    i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
