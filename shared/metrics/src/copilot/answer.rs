//! The shape of the Copilot answer, as the API shows it.

use crate::answer::{Exclusion, milliseconds};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

/// The Copilot metrics of a range of days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Copilot {
    /// First day: a UTC day, as GitHub counts them.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// Whose days they are: `UTC`.
    pub time_zone: String,
    /// When the data was last complete: the last successful sync of Copilot.
    #[serde(serialize_with = "milliseconds")]
    pub as_of: Option<Timestamp>,
    /// Seconds since `as_of`.
    pub data_age_seconds: Option<i64>,
    /// Why numbers are missing, and what stands in for them, in words.
    pub notice: Option<String>,
    /// Who used it.
    pub users: CopilotUsers,
    /// What was suggested and accepted.
    pub suggestions: CopilotSuggestions,
    /// The same by language, editor, model and feature.
    pub parts: CopilotParts,
    /// Who may use it.
    pub seats: CopilotSeats,
    /// One entry per day that has a report of the whole organisation.
    pub daily: Vec<CopilotDay>,
}

/// Who used Copilot.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopilotUsers {
    /// People who began an interaction.
    pub active: u64,
    /// People who accepted a suggestion, or used the agent or chat.
    pub engaged: u64,
    /// The newest day of the range that has a report, with the vendor's own counts.
    pub newest: Option<CopilotActive>,
    /// People who are in the reports, active or not.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// The vendor's counts of active users on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CopilotActive {
    /// The day.
    pub day: Date,
    /// Active that day.
    pub daily: u64,
    /// Active in the 7 days up to it, where the vendor tells.
    pub weekly: Option<u64>,
    /// Active in the 28 days up to it, where the vendor tells.
    pub monthly: Option<u64>,
}

/// What was suggested and accepted.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopilotSuggestions {
    /// The sums over the days.
    pub counts: CopilotCounts,
    /// Days that have a report.
    pub days: u64,
    /// Days of the range that have none.
    pub missing_days: u64,
    /// Suggestions counted: what the rate is a rate of.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// Counts, with the rate of acceptance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CopilotCounts {
    /// Prompts and other interactions begun by a person.
    pub interactions: u64,
    /// Suggestions made.
    pub suggestions: u64,
    /// Suggestions accepted.
    pub acceptances: u64,
    /// Acceptances divided by suggestions; null without suggestions.
    pub acceptance_rate: Option<f64>,
    /// Why the rate is null.
    pub reason: Option<String>,
    /// Lines suggested to add.
    pub lines_suggested: u64,
    /// Lines added.
    pub lines_added: u64,
}

/// The sums by what the vendor divides them by, most suggestions first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopilotParts {
    /// By programming language.
    pub languages: Vec<CopilotPart>,
    /// By editor.
    pub editors: Vec<CopilotPart>,
    /// By model.
    pub models: Vec<CopilotPart>,
    /// By feature.
    pub features: Vec<CopilotPart>,
    /// Days that have a report.
    pub n: u64,
    /// What is measured.
    pub definition: String,
}

/// One language, editor, model or feature.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopilotPart {
    /// The vendor's name of it.
    pub name: String,
    /// Its sums.
    pub counts: CopilotCounts,
}

/// Who may use Copilot.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopilotSeats {
    /// Seats assigned now.
    pub assigned: u64,
    /// Those with activity in the last 30 days.
    pub active_30_days: u64,
    /// In the last 60 days.
    pub active_60_days: u64,
    /// In the last 90 days.
    pub active_90_days: u64,
    /// Those without any activity.
    pub never_used: u64,
    /// Those that end with the billing cycle.
    pub pending_cancellation: u64,
    /// `active_30_days` divided by `assigned`; null without seats.
    pub utilisation: Option<f64>,
    /// Why the utilisation is null.
    pub reason: Option<String>,
    /// Seats counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// A day's report of the whole organisation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CopilotDay {
    /// The day.
    pub day: Date,
    /// Active users, by the vendor's own count, where it tells.
    pub active: Option<u64>,
    /// Its counts.
    pub counts: CopilotCounts,
}
