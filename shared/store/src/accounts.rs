//! Teams and their connections, with the lookups that begin outside a team and return only ids.

use crate::{
    Result, Store, StoreError, keys,
    keys::Key,
    retry::Backoff,
    table::{self, Item, Sort},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use plumbline_domain::{Provider, TeamId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// A team: the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name for people.
    pub name: String,
    /// Its IANA time zone: days and weeks are counted in it.
    pub time_zone: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Accounts the team itself calls bots, beyond those the vendor types as such.
    #[serde(default)]
    pub bots: Vec<VendorId>,
    /// Domains whose e-mail addresses the organisation gives out.
    #[serde(default)]
    pub email_domains: Vec<String>,
    /// Domains whose people may join by themselves, as developers.
    #[serde(default)]
    pub join_domains: Vec<String>,
    /// Whether people of the connected GitHub organisation may join by themselves, as developers.
    #[serde(default)]
    pub join_by_github: bool,
}

/// A team's authorised link to one provider, as it is stored.
#[derive(Clone, PartialEq)]
pub struct ConnectionRecord {
    /// Which provider.
    pub provider: Provider,
    /// The server's origin where it is not the vendor's own.
    pub base_url: Option<String>,
    /// The credentials, sealed.
    pub sealed_credentials: String,
    /// What to read; the connector knows its shape.
    pub settings: serde_json::Value,
    /// `HH:MM` in the team's time: when the daily sync is due.
    pub sync_at: Option<String>,
    /// Where its webhooks come from (`org:9919`, `repository:1296269`).
    pub webhook_sources: Vec<String>,
    /// When it was first made.
    pub created_at: Timestamp,
    /// When it was last replaced.
    pub updated_at: Timestamp,
}

impl std::fmt::Debug for ConnectionRecord {
    /// Without the credentials, sealed though they are: a log is read by more people than the table.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { provider, updated_at, .. } = self;
        f.debug_struct("ConnectionRecord")
            .field("provider", provider)
            .field("updated_at", updated_at)
            .finish_non_exhaustive()
    }
}

/// The stored form: settings are JSON text, since DynamoDB's own numbers and empty values differ from JSON's.
#[derive(Serialize, Deserialize)]
pub(crate) struct ConnectionItem {
    provider: Provider,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    pub(crate) sealed_credentials: String,
    settings: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sync_at: Option<String>,
    #[serde(default)]
    webhook_sources: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts writes.
    pub(crate) rev: u64,
}

impl ConnectionItem {
    fn of(record: &ConnectionRecord, rev: u64) -> Self {
        Self {
            provider: record.provider,
            base_url: record.base_url.clone(),
            sealed_credentials: record.sealed_credentials.clone(),
            settings: record.settings.to_string(),
            sync_at: record.sync_at.clone(),
            webhook_sources: record.webhook_sources.clone(),
            created_at: record.created_at,
            updated_at: record.updated_at,
            rev,
        }
    }

    fn record(self, key: &Key) -> Result<ConnectionRecord> {
        let settings = serde_json::from_str(&self.settings)
            .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: format!("settings: {error}") })?;
        Ok(ConnectionRecord {
            provider: self.provider,
            base_url: self.base_url,
            sealed_credentials: self.sealed_credentials,
            settings,
            sync_at: self.sync_at,
            webhook_sources: self.webhook_sources,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

impl Store {
    /// Creates a team. `false`: its id is taken.
    pub async fn create_team(&self, team: &Team) -> Result<bool> {
        let accounts = &self.tables.accounts;
        let item = table::written(&keys::team(&team.id), team)?;
        let lookup = table::item(&keys::lookup_team(&team.id), []);
        self.transact(vec![
            table::transact_put(table::put(accounts, item).condition_expression("attribute_not_exists(pk)"))?,
            table::transact_put(table::put(accounts, lookup))?,
        ])
        .await
    }

    /// The team, if there is one of this id.
    pub async fn load_team(&self, team: &TeamId) -> Result<Option<Team>> {
        self.get(&self.tables.accounts, &keys::team(team)).await?.map(table::read).transpose()
    }

    /// All teams, the oldest first.
    pub async fn load_teams(&self) -> Result<Vec<Team>> {
        let accounts = &self.tables.accounts;
        let ids = team_ids(&self.query_all(accounts, &keys::lookup_teams(), Sort::All).await?)?;
        let found = self.batch_get(accounts, ids.iter().map(keys::team).collect(), None).await?;
        let mut teams: Vec<Team> = found.into_values().map(table::read).collect::<Result<_>>()?;
        teams.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(teams)
    }

    /// Replaces what is stored of a team.
    pub async fn save_team(&self, team: &Team) -> Result<()> {
        let item = table::written(&keys::team(&team.id), team)?;
        self.batch_write(&self.tables.accounts, vec![table::write_request(item)?]).await
    }

    /// Makes or replaces a connection, and with it the lookups of its webhooks.
    pub async fn save_connection(&self, team: &TeamId, record: &ConnectionRecord) -> Result<()> {
        self.change_connection(team, record.provider, Some(record)).await.map(|_| ())
    }

    /// Removes a connection and its lookups. `false`: there was none.
    pub async fn delete_connection(&self, team: &TeamId, provider: Provider) -> Result<bool> {
        self.change_connection(team, provider, None).await
    }

    /// Puts `new` in place of what there is, or removes it. Whether there was one.
    async fn change_connection(
        &self,
        team: &TeamId,
        provider: Provider,
        new: Option<&ConnectionRecord>,
    ) -> Result<bool> {
        let accounts = &self.tables.accounts;
        let key = keys::connection(team, provider);
        let mut backoff = Backoff::default();
        loop {
            let known: Option<ConnectionItem> = self.get(accounts, &key).await?.map(table::read).transpose()?;
            if known.is_none() && new.is_none() {
                return Ok(false);
            }
            let rev = known.as_ref().map(|item| item.rev);
            let lookups = |sources: &[String]| -> BTreeSet<Key> {
                sources.iter().map(|source| keys::lookup_webhook(provider, source, team)).collect()
            };
            let old = known.as_ref().map(|item| lookups(&item.webhook_sources)).unwrap_or_default();
            let added = new.map(|record| lookups(&record.webhook_sources)).unwrap_or_default();
            let removed: Vec<&Key> = old.difference(&added).collect();
            let guard = if rev.is_some() { "rev = :rev" } else { "attribute_not_exists(pk)" };
            let values = rev.map(|rev| HashMap::from([(":rev".to_owned(), table::number(rev))]));
            let main = if let Some(record) = new {
                let item = table::written(&key, ConnectionItem::of(record, rev.unwrap_or(0) + 1))?;
                let put = table::put(accounts, item).condition_expression(guard);
                table::transact_put(put.set_expression_attribute_values(values))?
            } else {
                let delete = table::delete(accounts, &key).condition_expression(guard);
                table::transact_delete(delete.set_expression_attribute_values(values))?
            };
            let mut writes = vec![main];
            if 1 + added.len() + removed.len() <= table::TRANSACTION_ITEMS {
                for key in &added {
                    writes.push(table::transact_put(table::put(accounts, table::item(key, [])))?);
                }
                for key in &removed {
                    writes.push(table::transact_delete(table::delete(accounts, key))?);
                }
                if self.transact(writes).await? {
                    return Ok(known.is_some());
                }
            } else {
                // More than one transaction takes: new lookups first and old ones last, so that a crash between
                // leaves a webhook too many that finds the team, and never one that does not.
                let puts = added.iter().map(|key| table::write_request(table::item(key, []))).collect::<Result<_>>()?;
                self.batch_write(accounts, puts).await?;
                if self.transact(writes).await? {
                    let deletes = removed.into_iter().map(table::delete_request).collect::<Result<_>>()?;
                    self.batch_write(accounts, deletes).await?;
                    return Ok(known.is_some());
                }
            }
            backoff.pause(|| StoreError::Conflict(key.to_string())).await?;
        }
    }

    /// The connection, if the team has one to this provider.
    pub async fn load_connection(&self, team: &TeamId, provider: Provider) -> Result<Option<ConnectionRecord>> {
        let item = self.get(&self.tables.accounts, &keys::connection(team, provider)).await?;
        item.map(connection_of).transpose()
    }

    /// The team's connections, in order of the providers' names.
    pub async fn load_connections(&self, team: &TeamId) -> Result<Vec<ConnectionRecord>> {
        let sort = Sort::Prefix(keys::CONNECTIONS.into());
        let items = self.query_all(&self.tables.accounts, &keys::team_partition(team), sort).await?;
        items.into_iter().map(connection_of).collect()
    }

    /// The teams that take webhooks from any of `sources`, each once, in order of their ids.
    pub async fn load_webhook_teams(&self, provider: Provider, sources: &[String]) -> Result<Vec<TeamId>> {
        let partitions: BTreeSet<String> =
            sources.iter().map(|source| keys::lookup_webhooks(provider, source)).collect();
        let found: Vec<Vec<Item>> = stream::iter(partitions)
            .map(|pk| async move { self.query_all(&self.tables.accounts, &pk, Sort::All).await })
            .buffer_unordered(table::CONCURRENCY)
            .try_collect()
            .await?;
        let teams: BTreeSet<TeamId> = team_ids(&found.concat())?.into_iter().collect();
        Ok(teams.into_iter().collect())
    }
}

pub(crate) fn connection_of(item: Item) -> Result<ConnectionRecord> {
    let key = table::key_of(&item)?;
    table::read::<ConnectionItem>(item)?.record(&key)
}

/// The teams that lookups name.
pub(crate) fn team_ids(lookups: &[Item]) -> Result<Vec<TeamId>> {
    lookups
        .iter()
        .map(|item| table::text_of(item, "sk")?.parse().map_err(|error| table::corrupt(item, error)))
        .collect()
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
