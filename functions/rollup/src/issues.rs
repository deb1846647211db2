//! From issues to rows.

use futures::{StreamExt, TryStreamExt, stream};
use plumbline_domain::TeamId;
use plumbline_metrics::issue_row;
use plumbline_store::{SavedIssue, Store, StoreError};

/// Rows written at once: a project's rows share a partition, which takes 1,000 writes a second.
const CONCURRENCY: usize = 8;

/// Brings the rows of issues up to date with what is stored of them. Rows of the same revision stay as they are, so
/// that doing it again writes nothing; an issue that is gone has none.
pub async fn recompute_issues(store: &Store, team: &TeamId, issues: &[SavedIssue]) -> Result<(), StoreError> {
    stream::iter(store.missing_issue_rows(team, issues).await?)
        .map(async |SavedIssue { issue, rev }| {
            if issue.gone_at.is_some() {
                store.delete_issue_row(team, &issue.project, &issue.id, *rev).await
            } else {
                store.save_issue_row(team, &issue_row(issue), *rev).await
            }
        })
        .buffer_unordered(CONCURRENCY)
        .try_for_each(async |_| Ok(()))
        .await
}
