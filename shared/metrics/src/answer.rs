//! The shape of the delivery answer, as the API shows it.

use jiff::{Timestamp, civil::Date};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// The delivery metrics of a range of days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Delivery {
    /// First day, in the team's time zone.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// IANA name of the team's time zone.
    pub time_zone: String,
    /// When the data was last complete: the last successful sync.
    #[serde(serialize_with = "milliseconds")]
    pub as_of: Option<Timestamp>,
    /// Seconds since `as_of`.
    pub data_age_seconds: Option<i64>,
    /// What the answer was narrowed to.
    pub filters: Filters,
    /// Ready to merge.
    pub cycle_time: Duration,
    /// Ready to the first review.
    pub pickup_time: Duration,
    /// First review to the last approval.
    pub review_time: Duration,
    /// Last approval to the merge.
    pub merge_time: Duration,
    /// First commit to ready.
    pub coding_time: Duration,
    /// First commit to merge.
    pub lead_time: Duration,
    /// Merged pull requests per week.
    pub throughput: Throughput,
    /// Changed lines.
    pub size: SizeMix,
    /// Rounds of requested changes.
    pub review_rounds: ReviewRounds,
    /// Who reviews.
    pub review_load: ReviewLoad,
    /// Reverts and hotfixes.
    pub revert_share: RevertShare,
    /// The bots left out, most pull requests first.
    pub bots: Vec<Bot>,
    /// One entry per week of the range, empty weeks included.
    pub weekly: Vec<Week>,
}

/// What the answer was narrowed to, as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Filters {
    /// Group by slug or id.
    pub group: Option<String>,
    /// Repository by full name or id.
    pub repository: Option<String>,
    /// Author by login or id.
    pub author: Option<String>,
}

/// The unit of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    Seconds,
}

/// A duration over many pull requests, or issues. The numbers are null when `n` is 0.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Duration {
    /// Exact median.
    pub median: Option<f64>,
    /// 75th percentile, linear interpolation.
    pub p75: Option<f64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// How many were measured.
    pub n: u64,
    /// Unit of the three numbers.
    pub unit: Unit,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// Why something was left out of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionReason {
    /// A bot wrote the pull request.
    BotAuthor,
    /// Nobody else reviewed it between ready and merge.
    MergedWithoutReview,
    /// No commit is known.
    NoCommits,
    /// The first commit is dated after ready.
    Negative,
    /// The author's account was deleted.
    DeletedAuthor,
    /// The author's own reviews.
    OwnReview,
    /// Reviews by bots of the team's list.
    BotReview,
    /// Reviews by accounts that are no person's (any more).
    UnknownReviewer,
    /// No change of the status is known.
    NoHistory,
    /// The issue was never in progress.
    NeverStarted,
    /// The issue was done before it was in progress.
    DoneBeforeStarted,
    /// The issue is done, and nobody knows since when.
    DoneSometime,
    /// The vendor no longer has the sprint.
    GoneSprint,
    /// The vendor does not tell when the sprint began or ended.
    UndatedSprint,
    /// The account is on the team's own list of bots.
    BotAccount,
    /// The seat is no longer assigned.
    GoneSeat,
    /// The author was not asked, or has not answered.
    Unanswered,
    /// A guess of which the truth is not known (yet).
    Unresolved,
}

/// How many were left out for one reason; 0 is listed, too, so that the rule is visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Exclusion {
    /// The reason.
    pub reason: ExclusionReason,
    /// How many pull requests; reviews in the review load, else what the reason speaks of.
    pub count: u64,
    /// The reason in words.
    pub description: String,
}

/// Merged pull requests per week.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Throughput {
    /// Merged pull requests.
    pub merged: u64,
    /// Merged per seven days.
    pub per_week: f64,
    /// People who wrote them.
    pub active_authors: u64,
    /// `per_week` divided by `active_authors`; null without authors.
    pub per_week_per_active_author: Option<f64>,
    /// Pull requests counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// Pull requests by changed lines (added plus deleted).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SizeMix {
    /// Up to 10 lines.
    pub xs: u64,
    /// 11 to 50.
    pub s: u64,
    /// 51 to 200.
    pub m: u64,
    /// 201 to 500.
    pub l: u64,
    /// More than 500.
    pub xl: u64,
    /// Exact median of the changed lines.
    pub median_lines: Option<f64>,
    /// Pull requests counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// Rounds of requested changes per pull request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReviewRounds {
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Exact median.
    pub median: Option<f64>,
    /// Pull requests counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// How the reviews are spread over people.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReviewLoad {
    /// Reviews counted.
    pub reviews: u64,
    /// Who submitted them, most first.
    pub reviewers: Vec<ReviewerLoad>,
    /// Set when one person did over half of them.
    pub warning: Option<String>,
    /// Reviews counted: what the shares are shares of.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// One person's part of the reviews.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReviewerLoad {
    /// The account, as `provider:id`.
    pub id: String,
    /// Its login; the id where no login is known.
    pub login: String,
    /// Reviews submitted.
    pub reviews: u64,
    /// Of all reviews counted, 0 to 1.
    pub share: f64,
}

/// Reverts and hotfixes among the merged pull requests.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevertShare {
    /// Reverts.
    pub reverts: u64,
    /// Hotfixes.
    pub hotfixes: u64,
    /// Share of pull requests that are either, 0 to 1; one that is both counts once.
    pub share: Option<f64>,
    /// Pull requests counted.
    pub n: u64,
    /// What is measured.
    pub definition: String,
    /// What was left out.
    pub exclusions: Vec<Exclusion>,
}

/// Who says that an account is a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BotSource {
    /// The vendor's type of the account.
    Vendor,
    /// The team's own list.
    Team,
}

/// A bot that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bot {
    /// The account, as `provider:id`.
    pub id: String,
    /// Its login; the id where no login is known.
    pub login: String,
    /// Its merged pull requests in this answer's range and filters.
    pub pull_requests: u64,
    /// Who says so; the vendor goes first.
    pub source: BotSource,
}

/// One week of the range: Monday to Sunday in the team's time zone, cut at the range's ends.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Week {
    /// Its Monday; in the first week this may be before the range's first day.
    pub week: Date,
    /// Merged pull requests.
    pub merged: u64,
    /// Pull requests counted: the same as `merged`.
    pub n: u64,
    /// Ready to merge.
    pub cycle_time: WeekDuration,
    /// Ready to the first review.
    pub pickup_time: WeekDuration,
    /// First review to the last approval.
    pub review_time: WeekDuration,
    /// Last approval to the merge.
    pub merge_time: WeekDuration,
    /// First commit to ready.
    pub coding_time: WeekDuration,
}

/// A week's duration in seconds; null when `n` is 0.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WeekDuration {
    /// Exact median.
    pub median: Option<f64>,
    /// 75th percentile, linear interpolation.
    pub p75: Option<f64>,
    /// How many were measured.
    pub n: u64,
}

/// RFC 3339 in UTC, always with three decimals, as everywhere in the API.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
pub(crate) fn milliseconds<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(&format_args!("{at:.3}")),
        None => serializer.serialize_none(),
    }
}
