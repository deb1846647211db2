//! All that Plumbline keeps, in DynamoDB: the only crate that knows that SDK.
//!
//! Every method takes the team whose data it reads or writes, and [`keys`] has no way to make a key without one. The
//! few lookups that begin outside a team answer with ids alone. Nothing but [`erasure`] scans a table.

mod accounts;
mod api_tokens;
mod audit;
mod consent;
mod directory;
mod documents;
mod due;
mod erasure;
mod facts;
mod identities;
#[cfg(test)]
mod isolation_tests;
mod issue_rows;
mod job_life;
pub mod keys;
mod leaderboards;
mod listings;
mod long_jobs;
mod outage;
mod pull_requests;
mod records;
mod renewal;
mod retry;
mod roll;
mod rollups;
mod row_codec;
mod run;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sample_surveys;
mod sessions;
mod settle;
mod survey_due;
mod survey_rows;
mod survey_settings;
mod surveys;
mod sync;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod users;

pub use accounts::{ConnectionRecord, Team};
pub use api_tokens::ApiToken;
pub use audit::{AuditActor, AuditEntry, KEPT as AUDIT_KEPT};
pub use consent::PendingConsent;
pub use erasure::{Found, SweepPage, SweepPlace};
pub use facts::{Rejected, Saved, SavedIssue, SavedPullRequest};
pub use identities::{Identified, SamePerson};
pub use issue_rows::IssueRows;
pub use job_life::Opened;
pub use keys::{Due, changed_pull_request};
pub use leaderboards::{Leaderboard, StoredLeaderboard};
pub use long_jobs::{
    Confirmation, DeletionTask, ErasurePhase, ErasureTask, ExportFile, ExportOf, ExportTask, Job, JobEnd, JobProgress,
    JobStatus, MOST_ATTEMPTS as MOST_JOB_ATTEMPTS, Subject, Task, export_object_key,
};
pub use roll::Swept;
pub use rollups::{Rows, Written};
pub use run::{Begun, Cause, Checkpoint, Held, Lease, LeaseOutcome, RunEnd};
pub use sessions::{PendingSignIn, Session};
pub use survey_due::DueItem;
pub use survey_rows::SurveyRows;
pub use surveys::{Created, DailyCap, MOST_REVIEWERS, StoredSurvey, SurveyRecord};
pub use sync::{SyncProgress, SyncRecord, SyncStatus};
pub use users::{Invitation, JoinedBy, User};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};
use std::{error::Error, fmt::Debug, sync::Arc};

/// The tables' names. A function that needs not all of them leaves the others empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// What vendors said.
    pub facts: String,
    /// Rows computed from facts; rebuildable.
    pub rollups: String,
    /// Teams and connections.
    pub accounts: String,
    /// Runs, marks, leases; what may be lost with no more harm than a longer sync.
    pub state: String,
    /// Surveys, with what teams and members set about them.
    pub surveys: String,
}

/// Why the store did not do what was asked: each variant is a decision.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused for load, also after pauses: the same again, later.
    #[error("the database is throttling")]
    Throttled,
    /// Others kept writing the same item: the same again, later.
    #[error("others kept writing {0}")]
    Conflict(String),
    /// A stored item cannot be read: somebody has to look at it.
    #[error("the item {key} cannot be read: {reason}")]
    Corrupt {
        /// Its keys, which hold ids alone.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database is not there, or refuses for another reason: permissions, a missing table, a bug.
    #[error("database: {0}")]
    Service(String, #[source] Box<dyn Error + Send + Sync>),
}

/// What the store answers.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        if retry::is_throttling(&error) {
            return Self::Throttled;
        }
        // `SdkError` itself prints "service error" and no more: the words are in its metadata or at the chain's end.
        let words = match (error.code(), error.message()) {
            (Some(code), message) => format!("{code}: {}", message.unwrap_or("no message")),
            (None, _) => innermost(&error).to_string(),
        };
        Self::Service(words, Box::new(error))
    }
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last
}

/// The store. Cloning shares the client and its connections.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    tables: Arc<Tables>,
}

impl Store {
    /// A store over these tables.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables: Arc::new(tables) }
    }

    /// Opens the connection by one cheap read of a table that the caller may query, so that the first request does not
    /// pay for TLS. What it answers is of no interest.
    pub async fn warm(&self, table: &str) {
        if let Err(error) = self.query_first(table, &keys::nothing(), table::Sort::All, Some(1)).await {
            tracing::debug!(%error, "warming the database connection");
        }
    }
}
