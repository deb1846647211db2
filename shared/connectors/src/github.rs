//! GitHub: github.com and GitHub Enterprise Server.
//!
//! A run reads members, teams, the teams' members, repositories, what changed in them, the changed ones' pull requests,
//! and the commits of changed default branches, one page per call. Pull requests with their reviews, commits and draft
//! events come by GraphQL, the rest by REST. Where a run stands is its cursor (`cursor.rs`); what it remembers are
//! marks (`marks.rs`).

mod commits;
mod cursor;
mod documents;
mod graphql;
mod map;
mod marks;
mod nested;
mod people;
mod pull_requests;
mod repositories;
mod rest;
mod run;
pub mod webhook;
mod wire;

use crate::{Connection, Connector, Cursor, Descriptor, Failure, Marks, Page, Probe, http};
use async_trait::async_trait;
use cursor::Position;
use jiff::Timestamp;
use plumbline_domain::Provider;
use repositories::Named;
use run::Run;
use wire::Identified;

static DESCRIPTOR: Descriptor =
    Descriptor { provider: Provider::Github, name: "GitHub", hosts: &["api.github.com", "github.com"] };

const NOTHING_TO_READ: &str = "give an organization, or repositories as owner/name";

/// The GitHub connector.
pub struct Github {
    client: reqwest::Client,
}

impl Github {
    /// Builds the connector and its HTTP client.
    pub fn new() -> Result<Self, Failure> {
        Ok(Self { client: http::client()? })
    }
}

#[async_trait]
impl Connector for Github {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    /// The organisation, and each named repository. As in a sync, a repository that cannot be read only matters when
    /// none can.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let marks = Marks::default();
        let mut run = Run::new(&self.client, connection, &marks, now, now)?;
        let settings = &connection.settings;
        let mut webhook_sources = Vec::new();
        if let Some(org) = &settings.organization {
            let url = run.api.path(&["orgs", org], &[])?;
            let answer = run.api.get(url, None).await;
            let answer = answer.map_err(|refused| about(refused.into(), &format!("organization {org}")))?;
            let org: Identified = serde_json::from_slice(&answer.body).map_err(|error| rest::unreadable(&error))?;
            if settings.repositories.is_empty() {
                webhook_sources.push(format!("org:{}", org.id));
            }
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
                step: Run::first_step(&connection.settings)?,
            },
        };
        Run::new(&self.client, connection, marks, position.started, now)?.read(position.step).await
    }
}

/// Names what a failure about one thing is about.
fn about(failure: Failure, what: &str) -> Failure {
    match failure {
        Failure::Invalid(reason) => Failure::Invalid(format!("{what}: {reason}")),
        Failure::Unauthorized(reason) => Failure::Unauthorized(format!("{what}: {reason}")),
        other => other,
    }
}

#[cfg(test)]
#[path = "github/sync_tests.rs"]
mod sync_tests;
