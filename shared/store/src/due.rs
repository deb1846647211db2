//! The index of connections and long jobs by due time: in shards, each ordered by time. It lags, so what it says is read
//! again.

use crate::{
    Result, Store, SyncRecord,
    keys::{self, Key},
    retry,
    sync::{Step, whole_millisecond},
    table::{self, Item},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use std::collections::HashMap;

/// The index's name.
pub(crate) const INDEX: &str = "due";

impl Store {
    /// The connections that are due, the longest due first, at most `limit` of them.
    pub async fn load_due(&self, now: Timestamp, limit: usize) -> Result<Vec<SyncRecord>> {
        let items = self.due_in_state(keys::SYNCS, now, limit).await?;
        let mut records: Vec<SyncRecord> = items.into_values().map(table::read).collect::<Result<_>>()?;
        records.retain(|record| record.due_at.is_some_and(|at| at <= now));
        records.sort_by(|a, b| (a.due_at, &a.team_id, a.provider).cmp(&(b.due_at, &b.team_id, b.provider)));
        records.truncate(limit);
        Ok(records)
    }

    /// The items of the state table that the index says are due, of those whose sort keys begin with `prefix`, as they are
    /// now. The shards hold other kinds, too: whoever leaves theirs due hides what comes after them.
    pub(crate) async fn due_in_state(&self, prefix: &str, now: Timestamp, limit: usize) -> Result<HashMap<Key, Item>> {
        let due: Vec<Vec<Item>> = stream::iter(0..keys::DUE_SHARDS)
            .map(|shard| self.due_in_shard(&self.tables.state, shard.to_string(), now, limit))
            .buffer_unordered(table::CONCURRENCY)
            .try_collect()
            .await?;
        let mut keys = due.concat().iter().map(table::key_of).collect::<Result<Vec<Key>>>()?;
        keys.retain(|key| key.sk.starts_with(prefix));
        self.batch_get(&self.tables.state, keys, None).await
    }

    /// What the index of a table says: keys and due times, the longest due first.
    pub(crate) async fn due_in_shard(
        &self,
        table: &str,
        shard: String,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Item>> {
        let query = self
            .client
            .query()
            .table_name(table)
            .index_name(INDEX)
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", table::text(shard))
            .expression_attribute_values(":now", table::number(now.as_millisecond()))
            .projection_expression("pk, sk, due_at")
            .limit(i32::try_from(limit).unwrap_or(i32::MAX).max(1));
        // One page: what it leaves is due at the next tick, too.
        let answer = retry::call(|| query.clone().send()).await?;
        Ok(answer.items.unwrap_or_default())
    }

    /// Moves a connection's due time, unless it moved meanwhile (`false`).
    pub async fn postpone_due(&self, record: &SyncRecord, to: Timestamp) -> Result<bool> {
        let moved = self.change_sync(&record.team_id, record.provider, |present| {
            if present.due_at != record.due_at {
                return Ok(Step::Keep(false));
            }
            present.due_at = Some(whole_millisecond(to));
            Ok(Step::Save(true, Vec::new()))
        });
        Ok(moved.await?.unwrap_or(false))
    }
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
