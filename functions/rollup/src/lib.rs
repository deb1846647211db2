//! Keeps the compact rows of merged pull requests and of issues up to date with the facts.
//!
//! A record of the facts table's stream only says which pull request to look at: its document is read as it is now,
//! consistently, and the row computed from it is saved under the document's revision. Whatever is delivered twice, late
//! or in another order therefore ends in the same rows; and since they are computed from nothing but facts, deleting
//! all of them and calling [`rebuild`] gives them back byte for byte.
//!
//! Issues are not taken from the stream: whoever saves them calls [`recompute_issues`] at once.

mod issues;
mod rebuild;
mod recompute;
mod records;

pub use issues::recompute_issues;
pub use rebuild::{Position, Rebuild, Rebuilt, rebuild};
pub use recompute::recompute;

use crate::records::Record;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use jiff::Timestamp;
use plumbline_domain::Clock;
use plumbline_store::Store;
use serde::{Deserialize, Serialize};

/// What the function is called with: by the stream with records, or by hand with
/// `{"rebuild": {"team_id": "..."}}`, to be repeated with the answer's `next` until that is null.
#[derive(Debug, Deserialize)]
pub struct Call {
    /// Changes of the facts table, in the order they happened to each item.
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
    /// Whose rows to compute anew.
    #[serde(default)]
    rebuild: Option<Rebuild>,
}

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To the stream: from which record on to deliver again.
    Stream(DynamoDbEventResponse),
    /// To a rebuild.
    Rebuild(Rebuilt),
}

/// One invocation; a rebuild stops at `deadline` and says where.
pub async fn handle(call: Call, store: &Store, clock: &Clock, deadline: Timestamp) -> anyhow::Result<Answer> {
    if let Some(asked) = call.rebuild {
        let rebuilt = rebuild(store, &asked, || clock.now() < deadline).await?;
        let (pull_requests, issues, complete) = (rebuilt.pull_requests, rebuilt.issues, rebuilt.next.is_none());
        tracing::info!(team = %asked.team_id, pull_requests, issues, complete, "rebuilt rows");
        return Ok(Answer::Rebuild(rebuilt));
    }
    Ok(Answer::Stream(handle_records(&call.records, store).await))
}

/// Brings the rows of all pull requests that the records name up to date. What fails is reported by the first record
/// that named it: the stream delivers from there on again, and what was done meanwhile is done once more, without
/// effect. What can never succeed is logged and skipped: it would block everything behind it.
async fn handle_records(records: &[Record], store: &Store) -> DynamoDbEventResponse {
    let mut first_failed: Option<usize> = None;
    for (team, changes) in records::changes(records) {
        for failed in recompute::recompute_changes(store, &team, &changes).await {
            let (repository, number) = (failed.change.key.repository, failed.change.key.number);
            let error = format!("{:#}", anyhow::Error::from(failed.error));
            if failed.is_hopeless {
                tracing::error!(%team, %repository, number, error, "a row cannot be computed: its records are skipped");
            } else {
                tracing::warn!(%team, %repository, number, error, "a row was not brought up to date: once more");
                let record = failed.change.first_record;
                first_failed = Some(first_failed.map_or(record, |first| first.min(record)));
            }
        }
    }
    let mut response = DynamoDbEventResponse::default();
    if let Some(record) = first_failed.and_then(|index| records.get(index)) {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = record.sequence_number();
        response.batch_item_failures.push(failure);
    }
    response
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "issues_tests.rs"]
mod issues_tests;
