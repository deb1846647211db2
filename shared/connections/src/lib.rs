//! A team's connection, ready for use: read from the store, unsealed, and renewed where its credentials end soon.

use anyhow::Context as _;
use futures::try_join;
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::envelope::Keyring;
use plumbline_connectors::{AllowedHosts, Apps, Connection, Failure, Stored, Vendor, open, seal};
use plumbline_domain::{Provider, TeamId};
use plumbline_lambda::SecretCache;
use plumbline_store::{Store, SyncStatus};
use secrecy::ExposeSecret as _;
use std::{sync::Arc, time::Duration};

/// How long renewing credentials may take: one vendor call and two writes.
const RENEWAL: Duration = Duration::from_secs(20);

/// When to ask again for credentials that somebody else renews just now.
const SOON: SignedDuration = SignedDuration::from_secs(5);

/// When to try again where the vendor names no time.
const LATER: SignedDuration = SignedDuration::from_secs(60);

/// What opens connections.
pub struct Connections {
    /// Connections, and who renews them.
    pub store: Store,
    /// Opens credentials.
    pub keyring: SecretCache,
    /// What the operator registered at the vendors.
    pub apps: SecretCache,
    /// Hosts allowed beyond the vendors' own.
    pub allowed_hosts: AllowedHosts,
}

/// A connection in use.
#[derive(Debug)]
pub struct Opened {
    /// What lets us in.
    pub connection: Connection,
    /// The sealed form that its credentials were opened from: another one is stored once they were entered anew or renewed.
    pub sealed: String,
}

/// Why a stored connection is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReady {
    /// The team has no such connection.
    Missing,
    /// What is stored does not open.
    Broken {
        /// Why, in words.
        reason: String,
    },
    /// Somebody else renews its credentials just now.
    Busy {
        /// When they should be there.
        at: Timestamp,
    },
    /// The vendor did not renew its credentials.
    Refused(Failure),
}

/// Why there is nothing to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// The team has no such connection.
    Missing,
    /// Somebody has to act.
    Broken {
        /// Why, in words.
        reason: String,
    },
    /// Not now.
    Later {
        /// When it may be.
        at: Timestamp,
        /// Why, in words.
        reason: String,
    },
}

impl Connections {
    /// A team's connection to this vendor.
    pub async fn open(
        &self,
        team: &TeamId,
        vendor: &dyn Vendor,
        now: Timestamp,
    ) -> anyhow::Result<Result<Opened, Unusable>> {
        let ready = match self.stored(team, vendor).await? {
            Ok(opened) => Box::pin(self.fresh(team, vendor, opened, now)).await?,
            Err(not_ready) => Err(not_ready),
        };
        Ok(ready.map_err(|not_ready| unusable(not_ready, now)))
    }

    /// The same where somebody would wait for messages: a connection that its sync found to be broken, or that the vendor
    /// took away, is not used until somebody mends it.
    pub async fn open_unless_broken(
        &self,
        team: &TeamId,
        vendor: &dyn Vendor,
        now: Timestamp,
    ) -> anyhow::Result<Result<Opened, Unusable>> {
        let provider = vendor.descriptor().provider;
        let (opened, sync) = try_join!(self.open(team, vendor, now), async {
            self.store.load_sync(team, provider).await.context("how the connection stands")
        })?;
        let broken = sync.filter(|sync| sync.status == SyncStatus::Broken);
        let Some(sync) = broken.filter(|_| !matches!(opened, Err(Unusable::Missing))) else { return Ok(opened) };
        let reason = sync.last_error.unwrap_or_else(|| "the connection is broken".to_owned());
        Ok(Err(Unusable::Broken { reason }))
    }

    /// The vendor did not take the credentials. Where others are stored by now those may do (`true`); else the connection
    /// is broken from now on, for the reason given in words.
    pub async fn refused(
        &self,
        team: &TeamId,
        provider: Provider,
        opened: &Opened,
        reason: &str,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        let present = self.store.load_connection(team, provider).await?;
        let is_other = present.is_some_and(|present| present.sealed_credentials != opened.sealed);
        if !is_other {
            self.store.mark_broken(team, provider, reason, now).await?;
        }
        Ok(is_other)
    }

    /// An opened connection, with other credentials where its own end soon: renewed by one at a time, and stored before they
    /// are used.
    pub async fn fresh(
        &self,
        team: &TeamId,
        vendor: &dyn Vendor,
        opened: Opened,
        now: Timestamp,
    ) -> anyhow::Result<Result<Opened, NotReady>> {
        if !vendor.renewal_due(&opened.connection, now) {
            return Ok(Ok(opened));
        }
        let provider = vendor.descriptor().provider;
        let busy = || NotReady::Busy { at: now.checked_add(SOON).unwrap_or(Timestamp::MAX) };
        if !self.store.claim_renewal(team, provider, now, RENEWAL).await? {
            return Ok(Err(busy()));
        }
        // Somebody may have renewed them between our reading and our turn.
        let mut opened = match self.stored(team, vendor).await? {
            Ok(opened) => opened,
            Err(not_ready) => {
                self.store.release_renewal(team, provider).await?;
                return Ok(Err(not_ready));
            }
        };
        if vendor.renewal_due(&opened.connection, now) {
            let renewed = match vendor.renew(&opened.connection, now).await {
                Ok(renewed) => renewed,
                Err(failure) => {
                    self.store.release_renewal(team, provider).await?;
                    return Ok(Err(NotReady::Refused(failure)));
                }
            };
            let sealed = seal(&renewed, &self.keyring().await?, team, provider)?;
            if !self.store.replace_credentials(team, provider, &opened.sealed, sealed.clone()).await? {
                // Entered anew meanwhile: those count.
                return Ok(Err(busy()));
            }
            opened.connection.credentials = renewed;
            opened.sealed = sealed;
        }
        self.store.release_renewal(team, provider).await?;
        Ok(Ok(opened))
    }

    /// What is stored, opened, whether or not it lasts.
    pub async fn stored(&self, team: &TeamId, vendor: &dyn Vendor) -> anyhow::Result<Result<Opened, NotReady>> {
        let descriptor = vendor.descriptor();
        let Some(record) = self.store.load_connection(team, descriptor.provider).await? else {
            return Ok(Err(NotReady::Missing));
        };
        let apps = Apps::parse(&self.apps.versions().await.current).map_err(anyhow::Error::msg)?;
        let stored = Stored {
            team_id: team,
            base_url: record.base_url.as_deref(),
            sealed_credentials: &record.sealed_credentials,
            settings: &record.settings,
        };
        let opened = open(stored, descriptor, &self.keyring().await?, &self.allowed_hosts, Arc::new(apps));
        Ok(match opened {
            Ok(connection) => Ok(Opened { connection, sealed: record.sealed_credentials }),
            Err(reason) => Err(NotReady::Broken { reason }),
        })
    }

    async fn keyring(&self) -> anyhow::Result<Keyring> {
        Ok(Keyring::parse(self.keyring.versions().await.current.expose_secret())?)
    }
}

/// What it means that a connection is not ready, to whoever makes a single call.
fn unusable(not_ready: NotReady, now: Timestamp) -> Unusable {
    let later = |at, reason| Unusable::Later { at, reason };
    match not_ready {
        NotReady::Missing => Unusable::Missing,
        NotReady::Broken { reason } => Unusable::Broken { reason },
        NotReady::Busy { at } => later(at, "the credentials are being renewed".to_owned()),
        NotReady::Refused(Failure::RateLimited { until, reason }) => later(until, reason),
        NotReady::Refused(Failure::Unavailable(reason)) => {
            later(now.checked_add(LATER).unwrap_or(Timestamp::MAX), reason)
        }
        NotReady::Refused(Failure::Unauthorized(reason) | Failure::Invalid(reason) | Failure::Bug(reason)) => {
            Unusable::Broken { reason }
        }
    }
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
