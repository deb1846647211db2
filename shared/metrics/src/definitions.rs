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

pub(crate) const ISSUE_CYCLE_TIME: &str = "Time from an issue's first move to a status in progress (or its creation in one) to the move to a done status \
     after which it never left one, of issues done in the range. Statuses count by their category, whatever they are \
     called. An issue counts on the day it was done in the team's time zone. Issues that were deleted in Jira count \
     nowhere.";

pub(crate) const ISSUE_THROUGHPUT: &str = "Issues done in the range, and their points, in all and per seven days of it. An issue is done since the move to a \
     done status after which it never left one; one without any known move, since Jira resolved it. A reopened issue \
     counts once, when it was done for good. Points are present estimates; an issue without one counts as 0 points.";

pub(crate) const SPRINTS: &str = "Sprints that were completed in the range, and those under way in it. Committed: in the sprint at its start. Added: \
     joined after the start. Removed: taken out before the end. Done: in it at its completion and done by then. Carried \
     over: in it at its completion and not done; of a sprint under way, what is still open. Committed and added together \
     are done, carried over and removed. Points are present estimates, not those at the time. Totals are of completed \
     sprints; an issue counts in each sprint that it was in.";

pub(crate) const LINKAGE: &str = "Share of pull requests merged in the range whose title or branch has an issue key (as RAIL-17, in capitals or not) of \
     a known project, or of the project asked for. Rows keep a hash of the project's key: of 65,536 other words before \
     a number, one would count as well.";

pub(crate) const BY_ANSWER: &str =
    "Share of the merged pull requests whose authors answered the survey that they call AI-assisted.";

pub(crate) const BY_DETECTION: &str = "Share of merged pull requests in which detection found a tool's hand: in trailers of commits, in authors and \
     committers, in the text or the branch. Each finding keeps its evidence.";

pub(crate) const AI_COMBINED: &str = "Share of merged pull requests that are AI-assisted by their author's answer where there is one, else by detection. \
     One without either counts as not assisted.";

pub(crate) const QUALITY: &str =
    "Mean of the reviewers' ratings in the survey: 1 could be better, 2 OK, 3 super. Each rating counts once.";

pub(crate) const DETECTION_RATE: &str = "Share of right guesses among the reviewers' guesses whose truth is known: whether the author used AI, by their own \
     answer or, where they were not asked or did not answer in time, by detection.";

pub(crate) const PRECISION: &str = "Of the pull requests of the control sample in which detection found AI, those whose authors say so, too. Authors of \
     the control sample are drawn at random and asked whatever was detected.";

pub(crate) const RECALL: &str = "Of the pull requests of the control sample that their authors call AI-assisted, those in which detection found it.";

pub(crate) const COPILOT_USERS: &str = "Accounts with usage reports of the range's days, which are UTC days as GitHub counts them. Active: began at least one \
     interaction (prompt) on some day, as GitHub counts activity. Engaged: accepted at least one suggestion, or used \
     the agent or chat, on some day; somebody who only accepts completions is engaged but begins no interaction. \
     Somebody with several linked accounts counts once. The newest day's active users are GitHub's own counts.";

pub(crate) const COPILOT_SUGGESTIONS: &str = "Sums of the organisation's daily reports over the range's UTC days. Acceptance rate: acceptances divided by \
     suggestions. GitHub's numbers settle within three days; a day without a report is missing, not 0. Where an \
     enterprise's report is there for a day, its organisations' are not added to it; of several organisations the \
     numbers are added up, and somebody in two of them counts in both.";

pub(crate) const COPILOT_PARTS: &str = "The same sums by what the vendor divides them by; parts need not add up to the whole, since not all activity has \
     a language, an editor, a model or a feature.";

pub(crate) const COPILOT_SEATS: &str = "Copilot seats assigned now, whatever the range. Active: the last activity that GitHub tells of is at most 30, 60 or 90 \
     times 24 hours ago. Never used: GitHub tells of no activity. Pending cancellation: ends with the billing cycle. \
     Utilisation: seats active in the last 30 days divided by seats assigned.";

/// Why a rate is null.
pub(crate) const NO_SUGGESTIONS: &str = "No suggestion is reported for these days: a rate of nothing is none.";
/// Why a utilisation is null.
pub(crate) const NO_SEATS: &str = "No seat is assigned: a share of nothing is none.";
/// What is there instead of measured use.
pub(crate) const SURVEY_STANDS_IN: &str = "What people answer in the survey stands in for measured use.";
/// Without a connection.
pub(crate) const NO_COPILOT: &str = "Copilot is not connected.";

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
        ExclusionReason::NoHistory => {
            "Done, but no change of their status is known, so that nobody knows when they were begun."
        }
        ExclusionReason::NeverStarted => "Moved to done without ever having been in progress.",
        ExclusionReason::DoneBeforeStarted => "In progress for the first time only after they were done.",
        ExclusionReason::DoneSometime => {
            "Done, but neither a move to done nor a resolution tells when: of all times, not of the range alone."
        }
        ExclusionReason::GoneSprint => "Sprints of the range that were deleted in Jira.",
        ExclusionReason::UndatedSprint => "Sprints of which Jira does not tell when they began or ended.",
        ExclusionReason::BotAccount => "Accounts on the team's own list of bots.",
        ExclusionReason::GoneSeat => "Seats that were assigned once and are no longer.",
        ExclusionReason::Unanswered => "Their authors were not asked, or have not answered.",
        ExclusionReason::Unresolved => "Guesses of which nobody knows (yet) whether they are right.",
        ExclusionReason::UnknownReviewer => "Reviews by accounts that were deleted or do not belong to a person.",
    };
    Exclusion { reason, count, description: description.to_owned() }
}
