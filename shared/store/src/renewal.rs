//! Renewing a connection's credentials: by one at a time, and stored before they are used.

use crate::{
    Result, Store,
    accounts::ConnectionItem,
    keys::{self, Key},
    retry,
    table::{self, number},
};
use jiff::Timestamp;
use plumbline_domain::{Provider, TeamId};
use std::time::Duration;

impl Store {
    /// Takes the right to renew a connection's credentials for `ttl`. `false`: somebody else is at it.
    pub async fn claim_renewal(
        &self,
        team: &TeamId,
        provider: Provider,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<bool> {
        self.claim(&keys::renewal(team, provider), now, ttl).await
    }

    /// Gives the right back.
    pub async fn release_renewal(&self, team: &TeamId, provider: Provider) -> Result<()> {
        self.release(&keys::renewal(team, provider)).await
    }

    /// Takes the right to do what one at a time may do, for `ttl`: an item of the state table says who is at it.
    pub(crate) async fn claim(&self, what: &Key, now: Timestamp, ttl: Duration) -> Result<bool> {
        let until = now.saturating_add(ttl).unwrap_or(Timestamp::MAX);
        let item = table::item(
            what,
            [("until", number(until.as_millisecond())), ("expires_at", number(until.as_second() + 60))],
        );
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.state)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #until <= :now")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.as_millisecond()));
        match retry::call(|| put.clone().send()).await {
            Ok(_) => Ok(true),
            Err(error) if retry::is_condition_failed(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a right back.
    pub(crate) async fn release(&self, what: &Key) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.tables.state);
        let delete = delete.set_key(Some(table::key_item(what)));
        retry::call(|| delete.clone().send()).await?;
        Ok(())
    }

    /// Puts `new` in place of the sealed credentials `old`. `false`: the connection was replaced or removed meanwhile,
    /// and stays as it is.
    pub async fn replace_credentials(&self, team: &TeamId, provider: Provider, old: &str, new: String) -> Result<bool> {
        let key = keys::connection(team, provider);
        let accounts = &self.tables.accounts;
        loop {
            let Some(item) = self.get(accounts, &key).await? else { return Ok(false) };
            let mut known: ConnectionItem = table::read(item)?;
            if known.sealed_credentials != old {
                return Ok(false);
            }
            let rev = known.rev;
            known.sealed_credentials.clone_from(&new);
            known.rev += 1;
            // A write that loses a race looks again: what it finds decides.
            if self.put_after(accounts, table::written(&key, known)?, Some(rev)).await? {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
#[path = "renewal_tests.rs"]
mod tests;
