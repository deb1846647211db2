//! Atlassian's administration of an organization: who has an account in it, which products each may use, in which groups.
//!
//! A run reads the organization (unless the settings name it), its directories, its groups, and its users with their
//! product access and groups, one page per call; then it says which listings were read whole. A user costs no call of
//! its own: 5,000 users take 50 calls. Every run reads all of it, since the vendor does not tell what changed.
//!
//! Managed accounts (`/v1/orgs/{org}/users`, which tells who is billable) are not read: neither listing can be asked for
//! the accounts of the other, so that joining them would mean to hold every account of the organization in memory.
//!
//! <https://developer.atlassian.com/cloud/admin/organization/rest/intro/>

mod api;
mod cursor;
mod map;
mod run;
mod sweep;
mod users;
mod wire;

use crate::{
    Connection, Connector, CredentialsForm, Cursor, Descriptor, Failure, Marks, Page, Probe, Settings, Vendor,
    http::LazyClient,
};
use async_trait::async_trait;
use cursor::Position;
use jiff::Timestamp;
use plumbline_domain::Provider;
use run::Run;

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::Atlassian,
    name: "Atlassian Admin",
    hosts: &["api.atlassian.com"],
    credentials: &[CredentialsForm::Token],
};

/// The Atlassian Admin connector.
pub struct Atlassian {
    client: LazyClient,
}

impl Atlassian {
    /// A connector that calls Atlassian with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Atlassian {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        let is_id = |id: &String| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        match &settings.organization {
            Some(id) if !is_id(id) => {
                Err("`organization` is the organization's id: the part after /o/ in the address \
                                           of admin.atlassian.com, not its name"
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// The organization, its directories, and one user: the key's scopes are told apart by them.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let marks = Marks::default();
        Run::new(self.client.get()?, connection, &marks, now, now)?.probe().await?;
        Ok(Probe { webhook_sources: Vec::new() })
    }
}

#[async_trait]
impl Connector for Atlassian {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = cursor.and_then(Position::from_cursor).unwrap_or_else(|| Position::first(connection, now));
        Run::new(self.client.get()?, connection, marks, position.started, now)?.read(position).await
    }
}

#[cfg(test)]
#[path = "atlassian/sync_tests.rs"]
mod sync_tests;
