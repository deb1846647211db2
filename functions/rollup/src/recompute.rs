//! From documents to rows.

use crate::records::Change;
use futures::{StreamExt, TryStreamExt, stream};
use plumbline_domain::{PullRequest, PullRequestKey, TeamId};
use plumbline_metrics::flow_row;
use plumbline_store::{Store, StoreError};
use std::collections::HashMap;

/// Documents in memory at once. A document has 380 KB at most, nearly all have less than ten.
const BATCH: usize = 25;
/// Rows written at once: one team's rows of a month share a partition, which takes 1,000 writes a second.
const CONCURRENCY: usize = 8;

/// A row that was not brought up to date.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) change: Change,
    pub(crate) error: StoreError,
    /// The same again would fail again.
    pub(crate) is_hopeless: bool,
}

/// Computes the rows of these pull requests from their documents as they are now. Rows of the same revision, which were
/// computed from the same facts, are left as they are.
pub async fn recompute(store: &Store, team: &TeamId, pull_requests: &[PullRequestKey]) -> Result<(), StoreError> {
    let changes: Vec<Change> = pull_requests.iter().copied().map(Change::named).collect();
    match recompute_changes(store, team, &changes).await.into_iter().next() {
        None => Ok(()),
        Some(failed) => Err(failed.error),
    }
}

/// The same for changes that the stream told of, each alone: answers those that failed.
pub(crate) async fn recompute_changes(store: &Store, team: &TeamId, changes: &[Change]) -> Vec<Failed> {
    let mut failed = Vec::new();
    for batch in changes.chunks(BATCH) {
        match load(store, team, batch).await {
            Ok(documents) => failed.extend(save_all(store, team, batch, &documents).await),
            // One of them cannot be had: alone, it does not stop the others.
            Err(_) if batch.len() > 1 => {
                for change in batch {
                    let alone = std::slice::from_ref(change);
                    match load(store, team, alone).await {
                        Ok(documents) => failed.extend(save_all(store, team, alone, &documents).await),
                        Err(error) => failed.push(Failed::new(change, error)),
                    }
                }
            }
            Err(error) => failed.extend(batch.first().map(|change| Failed::new(change, error))),
        }
    }
    failed
}

impl Failed {
    fn new(change: &Change, error: StoreError) -> Self {
        // A document that cannot be read is not mended by reading it again; all else may pass.
        Self { change: change.clone(), is_hopeless: matches!(error, StoreError::Corrupt { .. }), error }
    }
}

type Documents = HashMap<PullRequestKey, (PullRequest, u64)>;

async fn load(store: &Store, team: &TeamId, changes: &[Change]) -> Result<Documents, StoreError> {
    let keys: Vec<PullRequestKey> = changes.iter().map(|change| change.key).collect();
    let loaded = store.load_pull_requests(team, &keys).await?;
    Ok(loaded.into_iter().map(|(document, rev)| (document.key, (document, rev))).collect())
}

async fn save_all(store: &Store, team: &TeamId, changes: &[Change], documents: &Documents) -> Vec<Failed> {
    stream::iter(changes)
        .map(async |change| {
            let saved = save(store, team, change, documents.get(&change.key)).await;
            saved.err().map(|error| Failed::new(change, error))
        })
        .buffer_unordered(CONCURRENCY)
        .filter_map(std::future::ready)
        .collect()
        .await
}

/// Saves one row, and removes those at former times of its merge. Both are conditional on the document's revision, so
/// that whoever read an older document can do no harm.
async fn save(
    store: &Store,
    team: &TeamId,
    change: &Change,
    document: Option<&(PullRequest, u64)>,
) -> Result<(), StoreError> {
    if change.was_removed || document.is_none() {
        // No revision of the present document, if there is one, says anything about the rows of the former.
        delete_former(store, team, change, u64::MAX).await?;
    }
    let Some((document, rev)) = document else { return Ok(()) };
    if let Some(row) = flow_row(document) {
        store.save_row(team, &row, *rev).await?;
    }
    // A row at the present time carries the present revision now, and is not touched.
    delete_former(store, team, change, *rev).await
}

async fn delete_former(store: &Store, team: &TeamId, change: &Change, below_rev: u64) -> Result<(), StoreError> {
    stream::iter(&change.formerly)
        .map(Ok)
        .try_for_each(async |merged_at| {
            store.delete_row(team, change.key, *merged_at, below_rev).await?;
            Ok(())
        })
        .await
}
