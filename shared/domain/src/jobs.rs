//! Messages between functions.

use crate::{
    facts::Fact,
    ids::{Provider, PullRequestKey, RunId, TeamId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Asks the connector to go on with a sync run. It carries no cursor: that lives in the store alone, so that a
/// message delivered twice continues where the last page was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncJob {
    /// Whose data.
    pub team_id: TeamId,
    /// Which connection.
    pub provider: Provider,
    /// Which run; a message of an older run is acknowledged and dropped.
    pub run_id: RunId,
    /// Counts the run's messages; a stale one is acknowledged and dropped.
    pub sequence: u64,
}

/// Facts that a vendor's webhook brought, already verified and parsed; `ingest` finds the teams and saves them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookFacts {
    /// Whose webhook.
    pub provider: Provider,
    /// The vendor's id of the delivery, for tracing.
    pub delivery: String,
    /// Where it came from, as lookup keys of connections (`org:9919`, `repository:1296269`).
    pub sources: Vec<String>,
    /// What it said.
    pub facts: Vec<Fact>,
    /// The merge it told of; the survey of a pull request begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<MergedPullRequest>,
}

/// A pull request that was merged just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedPullRequest {
    /// Which one.
    pub pull_request: PullRequestKey,
    /// `owner/name` of its repository, as it is called now.
    pub repository: String,
    /// When.
    pub merged_at: Timestamp,
}
