//! GitHub Copilot of an organisation or an enterprise.
//!
//! A run reads who has a seat, then the daily usage reports: of the organisation or enterprise, of people, and of the
//! teams they were in. Where a run stands is its cursor (`cursor.rs`); what it remembers are marks (`marks.rs`).
//!
//! Copilot's people are GitHub's accounts: seats and usage name them as `github:<id>`.
//!
//! An installation of the operator's GitHub App reads an organisation's Copilot as a token does; it is found by its
//! user's authorization, as GitHub's is. An enterprise's takes a token: an installation is in one organisation.

mod cursor;
mod download;
mod map;
mod marks;
mod run;
mod scope;
mod seats;
mod usage;
mod wire;

use crate::{
    Connection, Connector, Consent, Consented, Credentials, CredentialsForm, Cursor, Descriptor, Failure, Marks, Page,
    Probe, Settings, Vendor,
    github::{app, budget::Budget, consent},
    http::LazyClient,
};
use async_trait::async_trait;
use cursor::Position;
use jiff::Timestamp;
use plumbline_domain::Provider;
use run::Run;
use scope::Scope;
use std::collections::BTreeMap;
use url::Url;

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::Copilot,
    name: "GitHub Copilot",
    hosts: &["api.github.com", "github.com"],
    credentials: &[CredentialsForm::Token],
};

/// The permissions that an installation needs, each at least to `read`.
pub(crate) const NEEDED: [&str; 2] = ["organization_copilot_metrics", "organization_copilot_seat_management"];

/// The Copilot connector.
pub struct Copilot {
    client: LazyClient,
}

impl Copilot {
    /// A connector that calls GitHub with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Copilot {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        Scope::of(settings).map(|_| ())
    }

    fn renewal_due(&self, connection: &Connection, now: Timestamp) -> bool {
        app::renewal_due(&connection.credentials, now)
    }

    async fn renew(&self, connection: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
        app::renew(self.client.get()?, connection, now).await
    }

    async fn revoke(&self, connection: &Connection, now: Timestamp) -> Result<bool, Failure> {
        app::revoke(self.client.get()?, connection, now).await
    }

    /// The app is there already: it is GitHub's.
    fn consent_page(&self, consent: Consent<'_>) -> Result<Option<Url>, Failure> {
        consent::page(Consent { installed: true, ..consent })
    }

    async fn consented(
        &self,
        consent: Consent<'_>,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Consented, Failure> {
        let consented = consent::installed(self.client.get()?, consent, parameters, now).await?;
        if consented.settings.organization.is_none() {
            return Err(Failure::Invalid(
                "the GitHub App is installed in a person's account, and Copilot's seats are an organization's".into(),
            ));
        }
        Ok(consented)
    }

    /// One seat. Whether there are usage reports shows in a run: their absence is no failure.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let client = self.client.get()?;
        let with_token = app::usable(client, connection, &NEEDED, now).await?;
        let connection = with_token.as_ref().unwrap_or(connection);
        let marks = Marks::default();
        let mut run = Run::new(client, connection, &marks, now, now)?;
        let url = run.api.path(&run.scope.path(&["copilot", "billing", "seats"]), &[("per_page", "1")])?;
        let answer = run.api.get(url, None).await.map_err(|refused| run.scope.about(refused, seats::NEEDED))?;
        serde_json::from_slice::<wire::SeatsAnswer<'_>>(&answer.body)
            .map_err(|error| crate::json::unreadable(&error))?;
        Ok(Probe { webhook_sources: Vec::new() })
    }
}

#[async_trait]
impl Connector for Copilot {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = cursor.and_then(Position::from_cursor).unwrap_or_else(|| Run::first_position(now));
        let run = Run::new(self.client.get()?, connection, marks, position.started, now)?;
        run.read(position, Budget::of(marks)).await
    }
}

#[cfg(test)]
#[path = "copilot/installation_tests.rs"]
mod installation_tests;
#[cfg(test)]
#[path = "copilot/sync_tests.rs"]
mod sync_tests;
