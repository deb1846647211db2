//! The record of a connection's runs: one item per connection, changed only through [`Store::change_sync`], which
//! reads it, decides, and writes it back if nobody else did meanwhile. The transitions of a run are in `run.rs`.

use crate::{
    Result, Store, StoreError, keys,
    retry::Backoff,
    table::{self, Item, Sort},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use plumbline_domain::{Provider, RunId, SyncJob, TeamId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a connection's sync stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// No run.
    Idle,
    /// A run waits for its message to be taken.
    Queued,
    /// Somebody works on a run.
    Running,
    /// A run waits for the vendor until an instant.
    Waiting,
    /// The last run found that the connection does not work; a person has to act.
    Broken,
}

/// How far a run is, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncProgress {
    /// What is being read, in words.
    pub step: String,
    /// Units done in this step.
    pub done: u64,
    /// Units in this step, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// All that is known of a connection's runs. Instants are kept in whole milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncRecord {
    /// Whose.
    pub team_id: TeamId,
    /// Which connection.
    pub provider: Provider,
    /// How it stands.
    pub status: SyncStatus,
    /// The run under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Number of the run's message that counts; an earlier one is stale.
    pub sequence: u64,
    /// Where the run goes on; `None` at its start.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    pub cursor: Option<Value>,
    /// How far the run is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<SyncProgress>,
    /// Counts the leases ever taken: only the holder of the latest may save.
    pub fence: u64,
    /// Until when the run belongs to the holder of the lease.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub lease_until: Option<Timestamp>,
    /// No vendor call before this instant.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub waiting_until: Option<Timestamp>,
    /// Failures in a row since the last page.
    pub attempts: u32,
    /// When the latest run began.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub started_at: Option<Timestamp>,
    /// Facts the latest run has read so far.
    pub records: u64,
    /// Records the latest run could not use.
    pub quarantined: u64,
    /// Vendor calls the latest run has made.
    pub calls: u64,
    /// When a run last ended with all its facts and rows visible.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub last_success: Option<Timestamp>,
    /// When a run last ended otherwise, or the vendor began not to answer one that is under way.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub last_failure: Option<Timestamp>,
    /// Why, in words; also why a run is waiting. Gone after a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// What an admin should know of the latest run although it is no failure, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// How long the last run that ended took, waits included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_duration_ms: Option<u64>,
    /// Facts of the last run that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_records: Option<u64>,
    /// When the next scheduled run begins.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub next_run: Option<Timestamp>,
    /// When the scheduler has to look at this connection: a run to begin, or one under way whose message may be lost.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub due_at: Option<Timestamp>,
    /// Settle lists the run has saved.
    #[serde(default)]
    pub(crate) settle_lists: u32,
    /// Roll sheets the run has saved.
    #[serde(default)]
    pub(crate) roll_sheets: u32,
    /// Counts writes of this item.
    pub(crate) rev: u64,
}

impl SyncRecord {
    fn new(team: &TeamId, provider: Provider) -> Self {
        Self {
            team_id: team.clone(),
            provider,
            status: SyncStatus::Idle,
            run_id: None,
            sequence: 0,
            cursor: None,
            progress: None,
            fence: 0,
            lease_until: None,
            waiting_until: None,
            attempts: 0,
            started_at: None,
            records: 0,
            quarantined: 0,
            calls: 0,
            last_success: None,
            last_failure: None,
            last_error: None,
            notice: None,
            last_duration_ms: None,
            last_records: None,
            next_run: None,
            due_at: None,
            settle_lists: 0,
            roll_sheets: 0,
            rev: 0,
        }
    }

    /// The run under way, as the message that counts.
    pub fn job(&self) -> Option<SyncJob> {
        let run_id = self.run_id.clone()?;
        Some(SyncJob { team_id: self.team_id.clone(), provider: self.provider, run_id, sequence: self.sequence })
    }

    /// The attributes: those of the index by due time only when there is a due time.
    fn item(&self) -> Result<Item> {
        let mut item = table::written(&keys::sync(&self.team_id, self.provider), self)?;
        if self.due_at.is_some() {
            item.insert("due_shard".into(), table::text(keys::due_shard(&self.team_id)));
        }
        Ok(item)
    }
}

/// A value as JSON text: DynamoDB's numbers and empty values differ from JSON's.
pub(crate) mod json_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};
    use serde_json::Value;

    #[expect(clippy::ref_option, reason = "serde's `with` passes a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_str(&serde_json::to_string(value).map_err(S::Error::custom)?),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| serde_json::from_str(&text).map_err(D::Error::custom)).transpose()
    }
}

/// What a transition decided.
pub(crate) enum Step<T> {
    /// The record changed: save it, and in the same transaction these.
    Save(T, Vec<TransactWriteItem>),
    /// Nothing to save.
    Keep(T),
}

/// An instant as it is stored.
pub(crate) fn whole_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

impl Store {
    /// Reads the record, lets `decide` change it, and writes it back; all again when somebody else wrote meanwhile.
    /// `None`: there is no record.
    pub(crate) async fn change_sync<T>(
        &self,
        team: &TeamId,
        provider: Provider,
        mut decide: impl FnMut(&mut SyncRecord) -> Result<Step<T>>,
    ) -> Result<Option<T>> {
        let state = &self.tables.state;
        let mut backoff = Backoff::default();
        loop {
            let Some(mut record) = self.load_sync(team, provider).await? else { return Ok(None) };
            let known = record.rev;
            record.rev = known + 1;
            let (outcome, mut writes) = match decide(&mut record)? {
                Step::Save(outcome, writes) => (outcome, writes),
                Step::Keep(outcome) => return Ok(Some(outcome)),
            };
            let item = record.item()?;
            let saved = if writes.is_empty() {
                self.put_after(state, item, Some(known)).await?
            } else {
                let put = table::put(state, item).condition_expression("rev = :rev");
                writes.push(table::transact_put(put.expression_attribute_values(":rev", table::number(known)))?);
                self.transact(writes).await?
            };
            if saved {
                return Ok(Some(outcome));
            }
            backoff.pause(|| StoreError::Conflict(keys::sync(team, provider).to_string())).await?;
        }
    }

    /// For a connection that was made or replaced: from now on its next run is at `next_run`. A broken one gets
    /// another chance; a run under way goes on.
    pub async fn open_sync(
        &self,
        team: &TeamId,
        provider: Provider,
        next_run: impl Into<Option<Timestamp>>,
    ) -> Result<()> {
        let next_run = next_run.into().map(whole_millisecond);
        let mut backoff = Backoff::default();
        loop {
            let opened = self.change_sync(team, provider, |record| {
                record.next_run = next_run;
                if record.run_id.is_none() {
                    record.status = SyncStatus::Idle;
                    record.due_at = next_run;
                }
                Ok(Step::Save((), Vec::new()))
            });
            if opened.await?.is_some() {
                return Ok(());
            }
            let new = SyncRecord { next_run, due_at: next_run, rev: 1, ..SyncRecord::new(team, provider) };
            if self.put_after(&self.tables.state, new.item()?, None).await? {
                return Ok(());
            }
            backoff.pause(|| StoreError::Conflict(keys::sync(team, provider).to_string())).await?;
        }
    }

    /// For a connection that was removed: its record, so that a run under way can save no more; then its marks, settle
    /// lists and roll.
    pub async fn delete_sync(&self, team: &TeamId, provider: Provider) -> Result<()> {
        let state = &self.tables.state;
        self.batch_write(state, vec![table::delete_request(&keys::sync(team, provider))?]).await?;
        let partitions = [keys::marks_partition, keys::settle_partition, keys::roll_partition];
        for pk in partitions.map(|partition| partition(team, provider)) {
            let items = self.query_all(state, &pk, Sort::All).await?;
            let deletes = items.iter().map(|item| table::delete_request(&table::key_of(item)?));
            self.batch_write(state, deletes.collect::<Result<_>>()?).await?;
        }
        Ok(())
    }

    /// The record of a connection's runs, as it is now.
    pub async fn load_sync(&self, team: &TeamId, provider: Provider) -> Result<Option<SyncRecord>> {
        self.get(&self.tables.state, &keys::sync(team, provider)).await?.map(table::read).transpose()
    }

    /// Those of all the team's connections, in order of the providers' names.
    pub async fn load_syncs(&self, team: &TeamId) -> Result<Vec<SyncRecord>> {
        let sort = Sort::Prefix(keys::SYNCS.into());
        let items = self.query_all(&self.tables.state, &keys::team_partition(team), sort).await?;
        items.into_iter().map(table::read).collect()
    }
}

#[cfg(test)]
#[path = "sync_tests.rs"]
mod tests;
