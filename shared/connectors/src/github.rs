//! GitHub.

pub mod webhook;

use crate::{Connection, Connector, Cursor, Descriptor, Failure, Marks, Page, Probe, http};
use async_trait::async_trait;
use jiff::Timestamp;
use plumbline_domain::Provider;

static DESCRIPTOR: Descriptor =
    Descriptor { provider: Provider::Github, name: "GitHub", hosts: &["api.github.com", "github.com"] };

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
    async fn probe(&self, _connection: &Connection, _now: Timestamp) -> Result<Probe, Failure> {
        let _client = &self.client;
        Err(Failure::Bug("not there yet".into()))
    }
    async fn fetch(
        &self,
        _c: &Connection,
        _m: &Marks,
        _cursor: Option<&Cursor>,
        _now: Timestamp,
    ) -> Result<Page, Failure> {
        Err(Failure::Bug("not there yet".into()))
    }
}
