//! Jira Cloud: projects, accounts, boards, sprints, and issues with their histories.
//!
//! A run reads the projects, what the site's statuses and fields mean, the accounts, the boards with their sprints, the
//! issues that changed with what changed on them, and once a week the ids of all issues, since a deleted one is told by
//! nothing else. Where a run stands is its cursor (`cursor.rs`); what it remembers are marks (`marks.rs`).
//!
//! Source: Atlassian, "The Jira Cloud platform REST API", "The Jira Software Cloud REST API", "OAuth 2.0 (3LO) apps" and
//! "Rate limiting", <https://developer.atlassian.com/cloud/jira/platform/>.

mod api;
mod boards;
mod changes;
mod cursor;
mod issues;
mod map;
mod marks;
mod oauth;
mod people;
mod points;
mod projects;
mod run;
mod sweep;
mod wire;

use crate::{
    Connection, Connector, Consent, Consented, Credentials, CredentialsForm, Cursor, Descriptor, Failure, Marks, Page,
    Probe, Settings, Vendor, http::LazyClient,
};
use async_trait::async_trait;
use cursor::Position;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::Provider;
use run::Run;
use std::collections::BTreeMap;
use url::Url;

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::Jira,
    name: "Jira",
    hosts: &["*.atlassian.net", "api.atlassian.com", "auth.atlassian.com"],
    credentials: &[CredentialsForm::Basic],
};

/// An access token that ends within this time is renewed before the next page.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_mins(2);

/// The Jira connector.
pub struct Jira {
    client: LazyClient,
}

impl Jira {
    /// A connector that calls Jira with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Jira {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    /// Nothing is needed: without `projects` every project is read that the account can see.
    fn check(&self, _settings: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn renewal_due(&self, connection: &Connection, now: Timestamp) -> bool {
        match &connection.credentials {
            Credentials::OAuth { access, .. } => {
                access.ends_before(now.saturating_add(RENEWED_BEFORE).unwrap_or(Timestamp::MAX))
            }
            _ => false,
        }
    }

    async fn renew(&self, connection: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
        oauth::renew(self.client.get()?, connection, now).await
    }

    /// Always `false`: Atlassian has no way to revoke what a 3LO app was given but the person's own account page.
    async fn revoke(&self, _connection: &Connection, _now: Timestamp) -> Result<bool, Failure> {
        Ok(false)
    }

    fn consent_page(&self, consent: Consent<'_>) -> Result<Option<Url>, Failure> {
        oauth::consent_page(consent)
    }

    async fn consented(
        &self,
        consent: Consent<'_>,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Consented, Failure> {
        oauth::consented(self.client.get()?, consent, parameters, now).await
    }

    /// Whose credentials they are, and whether any of the settings' projects can be seen. Nothing comes by webhooks.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let marks = Marks::default();
        let mut run = Run::new(self.client.get()?, connection, &marks, now, now)?;
        run.try_credentials().await?;
        run.try_projects().await?;
        Ok(Probe { webhook_sources: Vec::new() })
    }
}

#[async_trait]
impl Connector for Jira {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = cursor.and_then(Position::from_cursor).unwrap_or_else(|| Position::first(now));
        Run::new(self.client.get()?, connection, marks, position.started, now)?.read(position.step).await
    }
}

#[cfg(test)]
#[path = "jira/sync_tests.rs"]
mod sync_tests;
