//! Rows of merged pull requests, in partitions of one UTC month: what the delivery metrics read.

use crate::{
    Result, SavedPullRequest, Store, keys,
    keys::Key,
    retry, row_codec,
    table::{self, Sort},
};
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use plumbline_domain::{FlowRow, PullRequestKey, TeamId};
use std::collections::HashMap;

/// What became of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is in the table.
    Applied,
    /// Something as new or newer was there already.
    Stale,
}

/// Rows and what reading them cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// In order of the merges' seconds.
    pub rows: Vec<FlowRow>,
    /// Read units that the database counted.
    pub read_units: f64,
}

impl Store {
    /// Saves the row computed from revision `rev` of its pull request's document, unless one of that or a later
    /// revision is there.
    pub async fn save_row(&self, team: &TeamId, row: &FlowRow, rev: u64) -> Result<Written> {
        let key = keys::flow_row(team, row.key, row.merged_at);
        self.save_coded(&key, row_codec::encode(row)?, rev).await
    }

    /// Removes the row that a pull request merged at `merged_at` had, unless it is of revision `below_rev` or later.
    /// `Applied` also when there was none.
    pub async fn delete_row(
        &self,
        team: &TeamId,
        pull_request: PullRequestKey,
        merged_at: Timestamp,
        below_rev: u64,
    ) -> Result<Written> {
        self.delete_coded(&keys::flow_row(team, pull_request, merged_at), below_rev).await
    }

    /// Saves a coded row of any kind under the revision of what it was computed from, unless one of that or a later
    /// revision is there.
    pub(crate) async fn save_coded(&self, key: &Key, row: Vec<u8>, rev: u64) -> Result<Written> {
        let item = table::item(key, [("d", AttributeValue::B(Blob::new(row))), ("r", table::number(rev))]);
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.rollups)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR r < :r")
            .expression_attribute_values(":r", table::number(rev));
        match retry::call(|| put.clone().send()).await {
            Ok(_) => Ok(Written::Applied),
            Err(error) if retry::is_condition_failed(&error) => Ok(Written::Stale),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a row of any kind, unless it is of revision `below_rev` or later.
    pub(crate) async fn delete_coded(&self, key: &Key, below_rev: u64) -> Result<Written> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.tables.rollups)
            .set_key(Some(table::key_item(key)))
            .condition_expression("attribute_not_exists(pk) OR r < :r")
            .expression_attribute_values(":r", table::number(below_rev));
        match retry::call(|| delete.clone().send()).await {
            Ok(_) => Ok(Written::Applied),
            Err(error) if retry::is_condition_failed(&error) => Ok(Written::Stale),
            Err(error) => Err(error.into()),
        }
    }

    /// The rows of pull requests merged in `from..to`. Months are read side by side, eventually consistent, which
    /// costs half: a row shows within a second of its write.
    pub async fn load_rows(&self, team: &TeamId, from: Timestamp, to: Timestamp) -> Result<Rows> {
        if from >= to {
            return Ok(Rows { rows: Vec::new(), read_units: 0.0 });
        }
        // Both ends' seconds whole: what lies beside them is dropped below.
        let sort = Sort::Between(keys::flow_second(from), format!("{}#~", keys::flow_second(to)));
        let months: Vec<(Vec<FlowRow>, f64)> = stream::iter(months(from, to))
            .map(|month| self.load_month(keys::flow_partition(team, month), &sort))
            .buffered(table::CONCURRENCY)
            .try_collect()
            .await?;
        let read_units = months.iter().map(|(_, units)| units).sum();
        let rows = months.into_iter().flat_map(|(rows, _)| rows);
        Ok(Rows { rows: rows.filter(|row| row.merged_at >= from && row.merged_at < to).collect(), read_units })
    }

    async fn load_month(&self, pk: String, sort: &Sort) -> Result<(Vec<FlowRow>, f64)> {
        let (mut rows, mut units, mut start) = (Vec::new(), 0.0, None);
        loop {
            let page = self.query_page(&self.tables.rollups, &pk, sort, false, None, start).await?;
            units += page.read_units;
            for item in &page.items {
                let data = item.get("d").and_then(|value| value.as_b().ok());
                let data = data.ok_or_else(|| table::corrupt(item, "no binary `d`"))?;
                let row = row_codec::decode(table::text_of(item, "sk")?, data.as_ref());
                rows.push(row.map_err(|reason| table::corrupt(item, reason))?);
            }
            if page.next.is_none() {
                return Ok((rows, units));
            }
            start = page.next;
        }
    }

    /// Those whose row is absent or was computed from an earlier revision.
    pub async fn missing_rows(&self, team: &TeamId, saved: &[SavedPullRequest]) -> Result<Vec<SavedPullRequest>> {
        let key = |saved: &SavedPullRequest| keys::flow_row(team, saved.key, saved.merged_at);
        let wanted = saved.iter().map(key).collect();
        let found = self.batch_get(&self.tables.rollups, wanted, Some("r")).await?;
        let mut revs: HashMap<Key, u64> = HashMap::with_capacity(found.len());
        for (key, item) in found {
            revs.insert(key, table::number_of(&item, "r")?);
        }
        Ok(saved.iter().filter(|saved| revs.get(&key(saved)).is_none_or(|rev| *rev < saved.rev)).cloned().collect())
    }
}

/// The beginnings of the UTC months that `from..to` touches, in order.
pub(crate) fn months(from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let mut months = Vec::new();
    let mut month = from.to_zoned(TimeZone::UTC).date().first_of_month();
    while let Ok(start) = month.to_zoned(TimeZone::UTC)
        && start.timestamp() < to
    {
        months.push(start.timestamp());
        let Ok(next) = month.checked_add(1.month()) else { break };
        month = next;
    }
    months
}

#[cfg(test)]
#[path = "rollups_tests.rs"]
mod tests;
