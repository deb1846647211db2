//! Trello: boards, and who is in the workspaces.
//!
//! A run reads the workspaces, the boards, each workspace's memberships, and then tells the people, who may be in
//! several workspaces and have one seat all the same. Each call brings a list whole: Trello has no pages here.
//!
//! Source: Atlassian, "The Trello REST API" (authorization, rate limits, members, organizations).

mod api;
mod people;
mod run;
mod wire;

use crate::{
    Connection, Connector, CredentialsForm, Cursor, Descriptor, Failure, Marks, Page, Probe, Settings, Vendor,
    http::LazyClient,
};
use api::Api;
use async_trait::async_trait;
use jiff::Timestamp;
use plumbline_domain::Provider;
use run::{Position, Run};

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::Trello,
    name: "Trello",
    hosts: &["api.trello.com"],
    credentials: &[CredentialsForm::Key],
};

/// The Trello connector.
pub struct Trello {
    client: LazyClient,
}

impl Trello {
    /// A connector that calls Trello with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Trello {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    /// Nothing is needed: without an `organization` every workspace of the token's owner is read.
    fn check(&self, _settings: &Settings) -> Result<(), String> {
        Ok(())
    }

    /// Always `false`: Trello's only way is `DELETE /1/tokens/{token}`, and a token in an address ends up in the logs of
    /// everything on the way. Its owner revokes it in Trello's settings.
    async fn revoke(&self, _connection: &Connection, _now: Timestamp) -> Result<bool, Failure> {
        Ok(false)
    }

    /// The workspaces, and whether the one of the settings is among them. Nothing comes by webhooks.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let mut api = Api::new(self.client.get()?, connection, now)?;
        let read = api.workspaces().await?;
        api::asked_for(read.items, &connection.settings)?;
        Ok(Probe { webhook_sources: Vec::new() })
    }
}

#[async_trait]
impl Connector for Trello {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = cursor.and_then(Position::from_cursor).unwrap_or_else(|| Position::first(now));
        Run::new(self.client.get()?, connection, marks, position, now)?.read().await
    }
}

#[cfg(test)]
#[path = "trello/sync_tests.rs"]
mod sync_tests;
