//! GitHub: github.com and GitHub Enterprise Server.
//!
//! A run reads members, teams, the teams' members, repositories, what changed in them, the changed ones' pull requests,
//! and the commits of changed default branches, one page per call. Pull requests with their reviews, commits and draft
//! events come by GraphQL, the rest by REST. One pull request at its merge is read apart (`merge.rs`). Where a run stands is its cursor (`cursor.rs`); what it remembers are
//! marks (`marks.rs`).

pub(crate) mod app;
pub(crate) mod budget;
mod commits;
pub(crate) mod consent;
mod cursor;
mod documents;
mod graphql;
pub(crate) mod hash;
pub(crate) mod map;
mod marks;
pub mod merge;
mod nested;
pub(crate) mod odd;
pub(crate) mod pages;
mod people;
mod pull_requests;
mod repositories;
pub(crate) mod rest;
mod run;
pub mod sign_in;
pub mod webhook;
pub(crate) mod wire;

use crate::{
    Connection, Connector, Consent, Consented, Credentials, CredentialsForm, Cursor, Descriptor, Failure, Marks, Page,
    Probe, Settings, Vendor, http::LazyClient,
};
use async_trait::async_trait;
use budget::Budget;
use cursor::Position;
use jiff::Timestamp;
use plumbline_domain::Provider;
use repositories::Named;
use run::Run;
use std::collections::BTreeMap;
use url::Url;
use wire::Identified;

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::Github,
    name: "GitHub",
    hosts: &["api.github.com", "github.com"],
    credentials: &[CredentialsForm::Token],
};

const NOTHING_TO_READ: &str = "give an organization, or repositories as owner/name";

/// The GitHub connector.
pub struct Github {
    client: LazyClient,
}

impl Github {
    /// A connector that calls GitHub with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Github {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.organization.is_none() && settings.repositories.is_empty() {
            return Err("name what to read: an `organization`, or `repositories` as a list of owner/name".into());
        }
        Ok(())
    }

    /// An installation sees which repositories it has; a token may see half the world.
    fn check_with(&self, settings: &Settings, credentials: &Credentials) -> Result<(), String> {
        match credentials {
            Credentials::Installation { .. } => Ok(()),
            _ => self.check(settings),
        }
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

    fn consent_page(&self, consent: Consent<'_>) -> Result<Option<Url>, Failure> {
        consent::page(consent)
    }

    async fn consented(
        &self,
        consent: Consent<'_>,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Consented, Failure> {
        consent::installed(self.client.get()?, consent, parameters, now).await
    }

    /// The installation if it is one, the organisation, and each named repository. As in a sync, a repository that
    /// cannot be read only matters when none can.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let client = self.client.get()?;
        let settings = &connection.settings;
        let mut webhook_sources = Vec::new();
        let with_token = app::usable(client, connection, &app::needed(settings), now).await?;
        // With named repositories, those of the installation beside them are nobody's business here.
        if let Credentials::Installation { installation_id, .. } = connection.credentials
            && settings.repositories.is_empty()
        {
            webhook_sources.push(format!("installation:{installation_id}"));
        }
        let connection = with_token.as_ref().unwrap_or(connection);
        let marks = Marks::default();
        let mut run = Run::new(client, connection, &marks, now, now)?;
        if let Some(org) = &settings.organization {
            let url = run.api.path(&["orgs", org], &[])?;
            let answer = run.api.get(url, None).await;
            let answer = answer.map_err(|refused| about(refused.into(), &format!("organization {org}")))?;
            let org: Identified =
                serde_json::from_slice(&answer.body).map_err(|error| crate::json::unreadable(&error))?;
            if settings.repositories.is_empty() {
                webhook_sources.push(format!("org:{}", org.id));
            }
        } else if run.installed && settings.repositories.is_empty() {
            let url = run.api.path(&["installation", "repositories"], &[("per_page", "1")])?;
            run.api.get(url, None).await?;
        } else if settings.repositories.is_empty() {
            return Err(Failure::Invalid(NOTHING_TO_READ.into()));
        }
        let mut last = None;
        for name in &settings.repositories {
            match run.repository_by_name(name).await {
                Ok(repository) => webhook_sources.push(format!("repository:{}", repository.id)),
                Err(Named::Skipped(failure)) => last = Some(about(failure, &format!("repository {name}"))),
                Err(Named::Failed(failure)) => return Err(failure),
            }
        }
        match last {
            Some(failure) if webhook_sources.is_empty() => Err(failure),
            _ => Ok(Probe { webhook_sources }),
        }
    }
}

#[async_trait]
impl Connector for Github {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = match cursor.and_then(Position::from_cursor) {
            Some(position) => position,
            None => Position {
                // Milliseconds are what the store keeps.
                started: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now),
                step: Run::first_step(connection)?,
            },
        };
        let run = Run::new(self.client.get()?, connection, marks, position.started, now)?;
        run.read(position.step, Budget::of(marks)).await
    }
}

/// Names what a failure about one thing is about.
pub(crate) fn about(failure: Failure, what: &str) -> Failure {
    match failure {
        Failure::Invalid(reason) => Failure::Invalid(format!("{what}: {reason}")),
        Failure::Unauthorized(reason) => Failure::Unauthorized(format!("{what}: {reason}")),
        other => other,
    }
}

#[cfg(test)]
#[path = "github/app_tests.rs"]
pub(crate) mod app_tests;
#[cfg(test)]
#[path = "github/sync_tests.rs"]
mod sync_tests;
