//! What a run keeps beside its record: marks, which outlive it, and the lists of merged pull requests whose rows it
//! waits for.

use crate::{
    Result, SavedPullRequest, Store, keys,
    table::{self, Sort},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Provider, RunId, SyncJob, TeamId};
use serde_json::Value;
use std::collections::BTreeMap;

/// Writes of a transaction.
pub(crate) type Writes = Vec<TransactWriteItem>;

/// How long the lists stay: no run lasts longer, and a run that vanished leaves nothing behind for ever.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Store {
    /// Sets and removes marks.
    pub(crate) fn mark_writes(&self, job: &SyncJob, marks: &[(&String, &Option<Value>)]) -> Result<Writes> {
        let state = &self.tables.state;
        let write = |(name, value): &(&String, &Option<Value>)| {
            let key = keys::mark(&job.team_id, job.provider, name);
            match value {
                Some(value) => {
                    let item = table::item(&key, [("value", table::text(value.to_string()))]);
                    table::transact_put(table::put(state, item))
                }
                None => table::transact_delete(table::delete(state, &key)),
            }
        };
        marks.iter().map(write).collect()
    }

    /// Adds the run's settle list of this number.
    pub(crate) fn settle_write(
        &self,
        job: &SyncJob,
        index: u32,
        saved: &[SavedPullRequest],
        now: Timestamp,
    ) -> Result<TransactWriteItem> {
        let key = keys::settle(&job.team_id, job.provider, &job.run_id, index);
        let list = serde_json::to_string(saved)
            .map_err(|error| crate::StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
        let expires = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
        let item = table::item(&key, [("list", table::text(list)), ("expires_at", table::number(expires))]);
        table::transact_put(table::put(&self.tables.state, item))
    }

    /// The run's settle lists after number `after`, at most `limit` of them, each with its number.
    pub async fn load_settle(
        &self,
        team: &TeamId,
        provider: Provider,
        run: &RunId,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Vec<(u32, Vec<SavedPullRequest>)>> {
        let (from, to) = keys::settle_after(run, after);
        let pk = keys::settle_partition(team, provider);
        let items = self.query_first(&self.tables.state, &pk, Sort::Between(from, to), Some(limit)).await?;
        items
            .iter()
            .map(|item| {
                let index = keys::parse_settle_sort(table::text_of(item, "sk")?);
                let list = serde_json::from_str(table::text_of(item, "list")?);
                Ok((
                    index.ok_or_else(|| table::corrupt(item, "no number in its key"))?,
                    list.map_err(|error| table::corrupt(item, error))?,
                ))
            })
            .collect()
    }

    /// What the connector remembers between runs.
    pub async fn load_marks(&self, team: &TeamId, provider: Provider) -> Result<BTreeMap<String, Value>> {
        let pk = keys::marks_partition(team, provider);
        let read = |item: &table::Item| {
            let value = serde_json::from_str(table::text_of(item, "value")?);
            Ok((table::text_of(item, "sk")?.to_owned(), value.map_err(|error| table::corrupt(item, error))?))
        };
        Ok(self.query_each(&self.tables.state, &pk, Sort::All, read).await?.into_iter().collect())
    }
}
