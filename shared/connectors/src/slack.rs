//! Slack: the workspace's directory; messages are in [`chat`].
//!
//! A run reads `users.list` page by page and knows everybody then. Slack cannot be asked for what changed.
//!
//! Source: Slack, "Web API methods" (`auth.test`, `users.list`, `auth.revoke`, `oauth.v2.access`), "Rate limits", "Using
//! token rotation".

mod api;
pub mod chat;
mod consent;
mod run;
mod wire;

use crate::{
    Connection, Connector, Consent, Consented, Credentials, CredentialsForm, Cursor, Descriptor, Failure, Marks, Page,
    Probe, Settings, Vendor, http::LazyClient,
};
use api::Api;
use async_trait::async_trait;
use jiff::Timestamp;
use plumbline_domain::Provider;
use run::{Position, Run};
use std::collections::BTreeMap;
use url::Url;

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::Slack,
    name: "Slack",
    hosts: &["slack.com"],
    credentials: &[CredentialsForm::Token],
};

/// Without it there is no directory.
const DIRECTORY_SCOPE: &str = "users:read";
/// Without it the directory has no addresses.
const EMAIL_SCOPE: &str = "users:read.email";
/// An organisation-wide installation would need a workspace with every call.
const WHOLE_ORGANIZATION: &str =
    "the app is installed in the whole Slack organization; install it in one workspace and connect that";

/// The Slack connector.
pub struct Slack {
    client: LazyClient,
}

impl Slack {
    /// A connector that calls Slack with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Slack {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    /// Nothing is needed: a token belongs to one workspace.
    fn check(&self, _settings: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn renewal_due(&self, connection: &Connection, now: Timestamp) -> bool {
        consent::renewal_due(connection, now)
    }

    async fn renew(&self, connection: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
        consent::renew(self.client.get()?, connection, now).await
    }

    /// `auth.revoke`. A token that Slack no longer knows is taken back already.
    async fn revoke(&self, connection: &Connection, now: Timestamp) -> Result<bool, Failure> {
        let mut api = Api::new(self.client.get()?, connection, now)?;
        match api.post("auth.revoke").await {
            Ok(_) => Ok(true),
            Err(refused) if matches!(refused.code(), "token_revoked" | "account_inactive" | "invalid_auth") => Ok(true),
            Err(refused) => Err(refused.failure),
        }
    }

    fn consent_page(&self, consent: Consent<'_>) -> Result<Option<Url>, Failure> {
        consent::page(consent)
    }

    async fn consented(
        &self,
        consent: Consent<'_>,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Consented, Failure> {
        consent::exchange(self.client.get()?, consent, parameters, now).await
    }

    /// `auth.test`: whose token it is, and by Slack's header what it may do.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let mut api = Api::new(self.client.get()?, connection, now)?;
        let answer = api.post("auth.test").await.map_err(|refused| refused.failure)?;
        let tested: wire::AuthTest = answer.read()?;
        if tested.is_enterprise_install == Some(true) {
            return Err(Failure::Invalid(WHOLE_ORGANIZATION.into()));
        }
        if answer.lacks(DIRECTORY_SCOPE) {
            return Err(api::missing_scope(DIRECTORY_SCOPE));
        }
        Ok(Probe { webhook_sources: vec![format!("team:{}", tested.team_id)] })
    }
}

#[async_trait]
impl Connector for Slack {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = cursor.and_then(Position::from_cursor).unwrap_or_else(|| Position::first(now));
        Run::new(Api::new(self.client.get()?, connection, now)?, marks, position, now).read().await
    }
}

#[cfg(test)]
#[path = "slack/consent_tests.rs"]
mod consent_tests;
#[cfg(test)]
#[path = "slack/fake_tests.rs"]
mod fake;
#[cfg(test)]
#[path = "slack/sync_tests.rs"]
mod sync_tests;
