//! JFrog: users with their last logins, and how full the repositories are.
//!
//! A run reads users, some thirty per page: one call lists them and one more each tells the last login, which the list
//! does not. So a day costs about as many calls as there are users, whether anything changed or not. Then it reads the
//! storage summary. Servers older than Access 7.49.3 are read by their former API.
//!
//! <https://jfrog.com/help/r/jfrog-rest-apis/get-user-list>

mod api;
mod cursor;
mod map;
mod run;
mod size;
mod storage;
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
    provider: Provider::Jfrog,
    name: "JFrog",
    hosts: &["*.jfrog.io"],
    credentials: &[CredentialsForm::Token],
};

/// The JFrog connector.
pub struct Jfrog {
    client: LazyClient,
}

impl Jfrog {
    /// A connector that calls JFrog with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Vendor for Jfrog {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    /// The settings name nothing: all users and repositories are read. The server is the connection's `base_url`, which
    /// is asked for when the credentials are tried.
    fn check(&self, _settings: &Settings) -> Result<(), String> {
        Ok(())
    }

    /// Lists one user.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        Run::new(self.client.get()?, connection, &Marks::default(), now, now)?.probe().await?;
        Ok(Probe { webhook_sources: Vec::new() })
    }
}

#[async_trait]
impl Connector for Jfrog {
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
#[path = "jfrog/sync_tests.rs"]
mod sync_tests;
