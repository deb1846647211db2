//! What is rare, and breaks what does not expect it.

use super::{calendar::seconds, change::Maker};
use crate::github::{PullRequest, ReviewState};
use jiff::SignedDuration;

/// Adds this repository's rarities, if it has some.
pub(super) fn add(maker: &mut Maker<'_>) {
    match maker.name {
        "timetable-engine" => large(maker, "Rewrite the timetable engine", 130, 3, 240),
        "lakehouse" => large(maker, "Import the history of the old warehouse", 260, 2, 3_200),
        "checkout" => large(maker, "Change the order of checkout", 12, 64, 18),
        _ => {}
    }
}

/// A pull request with many commits, reviews or files, merged three weeks before the end.
fn large(maker: &mut Maker<'_>, title: &str, commits: u64, reviews: u64, files: u64) {
    let number = maker.pulls.last_key_value().map_or(1, |(number, _)| number + 1);
    let created_at = maker.now - SignedDuration::from_hours(24 * 33);
    let merged_at = maker.now - SignedDuration::from_hours(24 * 21);
    let author = maker.members().get(1).copied();
    let pull = PullRequest {
        number,
        id: maker.state.large_id(),
        title: title.into(),
        body: "Larger than we like.".into(),
        author,
        draft: false,
        created_at,
        updated_at: merged_at,
        merged_at: Some(merged_at),
        merged_by: author,
        closed_at: Some(merged_at),
        additions: 48_211,
        deletions: 39_077,
        changed_files: files,
        base_ref: "main".into(),
        head_ref: "large".into(),
        labels: Vec::new(),
        commits: Vec::new(),
        reviews: Vec::new(),
        draft_events: Vec::new(),
    };
    let mut pull = maker.with_commits(pull, commits, SignedDuration::from_hours(24 * 40));
    for n in 0..reviews {
        let reviewer = maker.reviewer(&pull);
        let last = n + 1 == reviews;
        let state = if last { ReviewState::Approved } else { ReviewState::Commented };
        maker.review(&mut pull, reviewer, state, created_at + seconds(3_600 * (n + 1)));
    }
    maker.insert(pull);
}
