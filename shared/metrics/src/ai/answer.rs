//! The shape of the AI answer, as the API shows it.

use crate::answer::{Exclusion, Filters, milliseconds};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What AI does to merged pull requests.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Ai {
    /// First day, in the team's time zone.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// IANA name of the team's time zone.
    pub time_zone: String,
    /// When the data was last complete: the last successful sync of GitHub.
    #[serde(serialize_with = "milliseconds")]
    pub as_of: Option<Timestamp>,
    /// Seconds since `as_of`.
    pub data_age_seconds: Option<i64>,
    /// What the answer was narrowed to.
    pub filters: Filters,
    /// What tells assisted from other pull requests in `impact`.
    pub by: AiBasis,
    /// How many were AI-assisted.
    pub assisted_share: AssistedShares,
    /// AI-assisted against other pull requests.
    pub impact: Impact,
    /// How often reviewers guessed right.
    pub detection_rate: Proportion,
    /// How good automatic detection is, by the authors of the control sample.
    pub detector: Detector,
    /// The tools that were detected, most pull requests first.
    pub tools: Vec<ToolShare>,
    /// How far the survey reached.
    pub surveys: SurveyReach,
    /// One entry per week of the range, empty weeks included.
    pub weekly: Vec<AiWeek>,
}

/// What says whether a pull request was AI-assisted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AiBasis {
    /// Its author; pull requests without an answer are left out.
    Answer,
    /// Detection.
    Detection,
    /// Its author where there is an answer, else detection.
    #[default]
    Combined,
}

/// The share of AI-assisted pull requests, by each of the three ways to tell.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssistedShares {
    /// By the authors' answers.
    pub by_answer: Proportion,
    /// By detection.
    pub by_detection: Proportion,
    /// By answer where there is one, else by detection.
    pub combined: Proportion,
}

/// A share with its 95 % interval. The numbers are null when `n` is 0.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Proportion {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub n: u64,
    /// `count / n`.
    pub share: Option<f64>,
    /// Lower end of the interval (Wilson's score).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// AI-assisted pull requests against the others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Impact {
    /// Median seconds from ready to merge.
    pub cycle_time: Comparison,
    /// Median changed lines.
    pub size: Comparison,
    /// Mean rounds of requested changes.
    pub review_rounds: Comparison,
    /// Mean of the reviewers' ratings, 1 to 3; each rating counts.
    pub quality: Comparison,
    /// Share that is a revert or a hotfix.
    pub reverts: Comparison,
}

/// One number in both groups.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// Of the AI-assisted ones.
    pub assisted: Estimate,
    /// Of the others.
    pub not_assisted: Estimate,
    /// Assisted minus others; null without enough data.
    pub difference: Option<Difference>,
    /// Both groups have at least ten. If not, the numbers are too few to compare.
    pub enough_data: bool,
    /// What is measured.
    pub definition: String,
}

/// A number of a group, with its 95 % interval. Null without values, or too few.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Estimate {
    /// The number.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// How many were measured.
    pub n: u64,
}

/// A difference with its 95 % interval: when that holds 0, the groups may well be the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Assisted minus others.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How good detection is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Detector {
    /// Of the detected ones, those whose authors say so, too.
    pub precision: Proportion,
    /// Of those that authors call assisted, the detected ones.
    pub recall: Proportion,
    /// Answers of the control sample: the labels.
    pub labels: u64,
}

/// How many pull requests show a tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ToolShare {
    /// Short name (`claude_code`).
    pub tool: String,
    /// Its name for people.
    pub name: String,
    /// Pull requests that show it; one may show several tools.
    pub pull_requests: u64,
    /// Of all merged pull requests.
    pub share: Option<f64>,
}

/// How far the survey reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SurveyReach {
    /// Surveys of pull requests merged in the range.
    pub surveys: u64,
    /// People asked, in all surveys together.
    pub asked: u64,
    /// People who could not be reached in Slack.
    pub unreachable: u64,
    /// People who had opted out.
    pub opted_out: u64,
    /// People who had been asked often enough that day.
    pub over_cap: u64,
    /// Messages of which nobody knows whether Slack took them.
    pub unknown: u64,
    /// Authors asked.
    pub authors_asked: u64,
    /// Authors who answered.
    pub authors_answered: u64,
    /// Reviewers asked.
    pub reviewers_asked: u64,
    /// Reviewers who guessed.
    pub reviewers_guessed: u64,
    /// Reviewers who rated.
    pub reviewers_rated: u64,
    /// Merged pull requests without a survey, by the reason.
    pub not_asked: BTreeMap<String, u64>,
}

/// One week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AiWeek {
    /// Its Monday.
    pub week: Date,
    /// Merged pull requests.
    pub merged: u64,
    /// Those with an answer of their author.
    pub answered: u64,
    /// AI-assisted by answer.
    pub by_answer: u64,
    /// By detection.
    pub by_detection: u64,
    /// By answer where there is one, else by detection.
    pub combined: u64,
}
