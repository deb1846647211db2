//! What of surveys and leaderboards is due.

use crate::{
    Result, Store, keys,
    keys::Due,
    retry,
    survey_settings::due_of,
    sync::whole_millisecond,
    table::{self, Item},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

/// Something that is due, as the index says, which lags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueItem {
    /// Since when.
    pub at: Timestamp,
    /// What.
    pub due: Due,
}

impl Store {
    /// What is due, the longest due first, at most `limit`.
    pub async fn load_due_surveys(&self, now: Timestamp, limit: usize) -> Result<Vec<DueItem>> {
        let found: Vec<Vec<Item>> = stream::iter(0..keys::DUE_SHARDS)
            .map(|shard| self.due_in_shard(&self.tables.surveys, shard.to_string(), now, limit))
            .buffer_unordered(table::CONCURRENCY)
            .try_collect()
            .await?;
        let mut items = Vec::new();
        for item in found.concat() {
            let due = Due::parse(&table::key_of(&item)?);
            let due = due.ok_or_else(|| table::corrupt(&item, "it is due, but not of a kind that may be"))?;
            items.push(DueItem { at: due_of(&item)?, due });
        }
        items.sort_unstable();
        items.truncate(limit);
        Ok(items)
    }

    /// Makes something due later, unless its due time moved meanwhile (`false`).
    pub async fn postpone_due_survey(&self, item: &DueItem, to: Timestamp) -> Result<bool> {
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.surveys)
            .set_key(Some(table::key_item(&item.due.key())))
            .update_expression("SET due_at = :to")
            .condition_expression("due_at = :from")
            .expression_attribute_values(":to", table::number(whole_millisecond(to).as_millisecond()))
            .expression_attribute_values(":from", table::number(item.at.as_millisecond()));
        match retry::call(|| update.clone().send()).await {
            Ok(_) => Ok(true),
            Err(error) if retry::is_condition_failed(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
#[path = "survey_due_tests.rs"]
mod tests;
