//! What each metric means and what is left out of it, in the words the API and the dashboard show.

use crate::answer::{Exclusion, ExclusionReason};

pub(crate) const CYCLE_TIME: &str = "Time from ready to merge. A pull request is ready when it is created or, if it was created as a draft, when it \
     is first marked ready for review. Pull requests count on the day of their merge in the team's time zone.";

pub(crate) const PICKUP_TIME: &str = "Time from ready to the first review by a person other than the author. Pickup, review and merge time add up to the \
     cycle time of each reviewed pull request.";

pub(crate) const REVIEW_TIME: &str = "Time from the first review by a person other than the author to the last approval before the merge, or to the \
     merge when nobody approved.";

pub(crate) const MERGE_TIME: &str = "Time from the last approval by a person other than the author to the merge; 0 when the pull request was reviewed \
     but never approved, since its review time then lasts until the merge.";

pub(crate) const CODING_TIME: &str =
    "Time from the author date of the first commit to ready. It lies before the cycle time and is not part of it.";

pub(crate) const LEAD_TIME: &str =
    "Coding time plus cycle time: from the author date of the first commit to the merge.";

pub(crate) const THROUGHPUT: &str = "Merged pull requests per seven days of the range. Active authors are the people who wrote at least one of them; \
     somebody with several linked accounts counts once.";

pub(crate) const SIZE: &str =
    "Lines added plus lines deleted. XS: up to 10, S: up to 50, M: up to 200, L: up to 500, XL: more.";

pub(crate) const REVIEW_ROUNDS: &str = "Reviews that requested changes and were followed by a commit with a later committer date, per merged pull request.";

pub(crate) const REVIEW_LOAD: &str = "Reviews that people submitted before the merge on other people's pull requests merged in the range, and each \
     person's share of them. A warning is shown when one person did more than half of at least 5 reviews.";

pub(crate) const REVERT_SHARE: &str = "Share of merged pull requests that are a revert (the title begins with \"Revert\" or the text carries GitHub's link \
     to what it reverts) or a hotfix (the title or the branch says so). One that is both counts once.";

/// The fewest reviews of which one person's share is worth a warning: of fewer, somebody nearly always did over half.
pub(crate) const WARNING_FROM_REVIEWS: u64 = 5;

/// The warning about one person's share of the reviews.
pub(crate) fn warning(login: &str, reviews: u64, all: u64) -> String {
    let percent = reviews * 100 / all.max(1);
    format!(
        "{login} did {percent} % of the reviews ({reviews} of {all}): reviews wait while one person is away. \
         Spread them over more people."
    )
}

/// An exclusion with its words.
pub(crate) fn exclusion(reason: ExclusionReason, count: u64) -> Exclusion {
    let description = match reason {
        ExclusionReason::BotAuthor => {
            "Written by a bot: an account that the vendor types as one, or one on the team's own list."
        }
        ExclusionReason::MergedWithoutReview => {
            "Merged without a review by a person other than the author between ready and merge."
        }
        ExclusionReason::NoCommits => "None of its commits is known.",
        ExclusionReason::Negative => {
            "The first commit is dated after the pull request was ready, as happens when a branch is rebased or amended."
        }
        ExclusionReason::DeletedAuthor => {
            "The author's account was deleted: counted as merged, but not among the active authors."
        }
        ExclusionReason::OwnReview => "Reviews of one's own pull request.",
        ExclusionReason::BotReview => "Reviews by an account on the team's own list of bots.",
        ExclusionReason::UnknownReviewer => "Reviews by accounts that were deleted or do not belong to a person.",
    };
    Exclusion { reason, count, description: description.to_owned() }
}
