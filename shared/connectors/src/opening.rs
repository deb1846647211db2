//! From a stored connection to one that can be used, and credentials back to their sealed form.

use crate::{Apps, Connection, Credentials, Descriptor, Settings, http};
use plumbline_auth::envelope::{self, Keyring, Purpose, SealError};
use plumbline_domain::{Provider, TeamId};
use serde::Deserialize as _;
use std::sync::Arc;

/// Which hosts a connection may name besides the vendors' own.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts {
    /// Names, or `name:port`.
    pub names: Vec<String>,
    /// Plain HTTP to this machine, for the local stack.
    pub http_loopback: bool,
}

impl AllowedHosts {
    /// Checks a `base_url`; the error is a sentence for people.
    pub fn check(&self, base_url: &str, descriptor: &Descriptor) -> Result<url::Url, String> {
        http::check_base_url(base_url, &self.names, self.http_loopback, descriptor.hosts)
    }
}

/// A connection as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Whose.
    pub team_id: &'a TeamId,
    /// The server's origin where it is not the vendor's own.
    pub base_url: Option<&'a str>,
    /// The credentials, sealed.
    pub sealed_credentials: &'a str,
    /// What to read.
    pub settings: &'a serde_json::Value,
}

/// Opens a stored connection; the error says in words why it cannot be used and what to do.
pub fn open(
    stored: Stored<'_>,
    descriptor: &Descriptor,
    keyring: &Keyring,
    hosts: &AllowedHosts,
    apps: Arc<Apps>,
) -> Result<Connection, String> {
    let purpose = Purpose::connection(stored.team_id, descriptor.provider);
    let credentials = envelope::open(keyring, stored.sealed_credentials, &purpose)
        .ok()
        .and_then(|opened| Credentials::from_json(&opened.secret))
        .ok_or("the stored credential cannot be opened with the present keys; enter it again")?;
    let base_url = stored.base_url.map(|url| hosts.check(url, descriptor)).transpose()?;
    let settings = Settings::deserialize(stored.settings)
        .map_err(|error| format!("the stored settings cannot be read ({error}); enter the connection again"))?;
    Ok(Connection { team_id: stored.team_id.clone(), base_url, credentials, settings, apps })
}

/// Seals credentials for one team's connection to one provider.
pub fn seal(
    credentials: &Credentials,
    keyring: &Keyring,
    team: &TeamId,
    provider: Provider,
) -> Result<String, SealError> {
    let json = credentials.to_json().map_err(|_| SealError)?;
    envelope::seal(keyring, &json, &Purpose::connection(team, provider))
}
