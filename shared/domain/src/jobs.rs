//! Messages between functions.

use crate::{
    facts::Fact,
    ids::{Provider, RunId, TeamId},
};
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
}
