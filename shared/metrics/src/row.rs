//! The compact row of a merged pull request.

use crate::{
    detected::detected,
    issue_keys::issue_projects,
    timeline::{commits, is_person, is_round, is_vendor_bot, last_committed_at, seconds, timeline},
};
use plumbline_detection::Tool;
use plumbline_domain::{FlowRow, PullRequest, ReviewState, Reviewer};
use std::collections::BTreeMap;

/// The row of a merged pull request; nothing for one that is not merged or of which only a review was heard.
///
/// It says what happened, account by account. Who counts is decided on read: the author's own reviews are in the row,
/// since an identity merge can make another account the author's. Accounts that are no person's (deleted ones, and
/// the vendor's placeholders) share one entry without an id; vendor-typed bots have none. Reviewers are in order of
/// their account, so that the same facts give the same bytes.
pub fn flow_row(pull_request: &PullRequest) -> Option<FlowRow> {
    let scalars = pull_request.scalars.as_ref()?;
    let merged_at = scalars.merged_at?;
    let times = timeline(pull_request)?;
    let ready_at = times.ready_at?;
    let last_commit = last_committed_at(commits(pull_request));

    let mut reviewers: BTreeMap<Option<u64>, Reviewer> = BTreeMap::new();
    for review in pull_request.reviews.values().filter(|review| !is_vendor_bot(review.author.as_ref())) {
        let in_time = review.submitted_at <= merged_at;
        let round = is_round(review, last_commit);
        if !in_time && !round {
            continue;
        }
        let account = review.author.as_ref().filter(|author| is_person(Some(author))).map(|author| author.id);
        let reviewer = reviewers.entry(account).or_insert(Reviewer {
            account,
            reviews: 0,
            rounds: 0,
            first_review: None,
            last_approval: None,
        });
        reviewer.rounds += u32::from(round);
        reviewer.reviews += u32::from(in_time);
        let Ok(offset) = u64::try_from(seconds(ready_at, review.submitted_at)) else { continue };
        if account.is_none() || !in_time {
            continue;
        }
        reviewer.first_review = Some(reviewer.first_review.map_or(offset, |first| first.min(offset)));
        if review.state == ReviewState::Approved {
            reviewer.last_approval = reviewer.last_approval.max(Some(offset));
        }
    }

    Some(FlowRow {
        key: pull_request.key,
        merged_at,
        author: scalars.author.as_ref().map(|author| author.id),
        author_is_bot: times.author_is_bot,
        cycle_seconds: times.cycle_seconds?,
        coding_seconds: times.coding_seconds,
        lines: scalars.additions.saturating_add(scalars.deletions),
        is_revert: scalars.reverts || scalars.title.starts_with("Revert "),
        is_hotfix: says_hotfix(&scalars.title) || says_hotfix(&scalars.head_ref),
        issue_projects: issue_projects(&scalars.title, &scalars.head_ref),
        tools: detected(pull_request)?.tools.into_iter().map(Tool::number).collect(),
        reviewers: reviewers.into_values().collect(),
    })
}

/// Whether `hotfix` stands in the text as a word of its own: `hotfix/login`, `Hotfix: login`, `release_hotfix`; not
/// `hotfixture`.
fn says_hotfix(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("hotfix"))
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
