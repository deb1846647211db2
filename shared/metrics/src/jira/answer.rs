//! The shape of the Jira answer, as the API shows it.

use crate::answer::{Duration, Exclusion, WeekDuration, milliseconds};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

/// The Jira metrics of a range of days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Jira {
    /// First day, in the team's time zone.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// IANA name of the team's time zone.
    pub time_zone: String,
    /// When the data was last complete: the last successful sync of Jira.
    #[serde(serialize_with = "milliseconds")]
    pub as_of: Option<Timestamp>,
    /// Seconds since `as_of`.
    pub data_age_seconds: Option<i64>,
    /// What the answer was narrowed to.
    pub filters: JiraFilters,
    /// The projects that are known, by key.
    pub projects: Vec<JiraProject>,
    /// First in progress to done.
    pub cycle_time: Duration,
    /// Issues done.
    pub throughput: IssueThroughput,
    /// What sprints took on and what they finished.
    pub sprints: SprintReport,
    /// Pull requests that name an issue.
    pub linkage: Linkage,
    /// One entry per week of the range, empty weeks included.
    pub weekly: Vec<JiraWeek>,
}

/// What the answer was narrowed to, as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct JiraFilters {
    /// Project by key, name or id.
    pub project: Option<String>,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JiraProject {
    /// The vendor's id, as `provider:id`.
    pub id: String,
    /// What its issues' keys begin with.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The vendor no longer has it; its history stays.
    pub gone: bool,
}

/// Issues done.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IssueThroughput {
    /// Issues done.
    pub done: u64,
    /// Their points.
    pub points: f64,
    /// Those of them without an estimate.
    pub unestimated: u64,
    /// Done per seven days.
    pub per_week: f64,
    /// Points per seven days.
    pub points_per_week: f64,
    /// Issues counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// What sprints took on and what they finished.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SprintReport {
    /// Those completed in the range or under way in it, by start.
    pub sprints: Vec<SprintRow>,
    /// The completed ones together.
    pub totals: SprintNumbers,
    /// Completed sprints counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// Whether a sprint goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SprintStatus {
    /// Under way: the numbers are those of now.
    Active,
    /// Completed.
    Completed,
}

/// A sprint.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SprintRow {
    /// The vendor's id, as `provider:id`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The board it was made on.
    pub board: String,
    /// Whether it goes on.
    pub status: SprintStatus,
    /// When it began.
    #[serde(serialize_with = "milliseconds")]
    pub start_at: Option<Timestamp>,
    /// When it was completed.
    #[serde(serialize_with = "milliseconds")]
    pub completed_at: Option<Timestamp>,
    /// Its numbers.
    pub numbers: SprintNumbers,
}

/// The numbers of a sprint: what was committed or added was done, carried over or removed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct SprintNumbers {
    /// In it at its start.
    pub committed: SprintCount,
    /// Joined after its start.
    pub added: SprintCount,
    /// Taken out of it before its end.
    pub removed: SprintCount,
    /// In it at its completion, or now, and done by then.
    pub done: SprintCount,
    /// In it at its completion and not done; of a sprint under way, what is still open.
    pub carried_over: SprintCount,
    /// Share of the committed issues that were done in it, 0 to 1; null when none was committed.
    pub completion: Option<f64>,
}

/// Issues, counted and weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct SprintCount {
    /// How many.
    pub issues: u64,
    /// Their points, by their present estimates.
    pub points: f64,
}

/// Pull requests that name an issue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Linkage {
    /// Merged pull requests that do.
    pub linked: u64,
    /// Of all merged pull requests counted, 0 to 1; null when there is none, or no project to look for.
    pub share: Option<f64>,
    /// Pull requests counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// One week of the range: Monday to Sunday in the team's time zone, cut at the range's ends.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JiraWeek {
    /// Its Monday; in the first week this may be before the range's first day.
    pub week: Date,
    /// Issues done.
    pub done: u64,
    /// Their points.
    pub points: f64,
    /// Issues counted: the same as `done`.
    pub n: u64,
    /// First in progress to done.
    pub cycle_time: WeekDuration,
}
