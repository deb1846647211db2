//! Vendors behind one trait: a connector turns a cursor into a page of facts and the next cursor.
//!
//! It performs HTTP and nothing else: it never sleeps, never retries, and never touches the store. What to do about a
//! failure is its [`Failure`]; the one place that acts on it is the connector function.

pub mod github;
pub mod http;

use async_trait::async_trait;
use jiff::Timestamp;
use plumbline_domain::{Fact, Provider, TeamId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use url::Url;

/// What a connector is called and needs.
#[derive(Debug)]
pub struct Descriptor {
    /// Which provider it serves.
    pub provider: Provider,
    /// The vendor's name for people.
    pub name: &'static str,
    /// The vendor's own API hosts; any other host needs the operator's allow-list.
    pub hosts: &'static [&'static str],
}

/// A team's authorised link to one vendor, opened for use.
#[derive(Debug)]
pub struct Connection {
    /// Whose data.
    pub team_id: TeamId,
    /// The server's origin where it is not the vendor's own; already checked against the allow-list.
    pub base_url: Option<Url>,
    /// The credential. GitHub App installations will be a second variant of how it is obtained.
    pub token: SecretString,
    /// What to read.
    pub settings: Settings,
}

/// What to read from a vendor, as the connection's `settings`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// All repositories, members and teams of this organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Only these repositories, each as `owner/name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<String>,
    /// How many days the first sync goes back.
    #[serde(default = "default_history_days")]
    pub history_days: u32,
}

/// First sync: half a year.
pub const fn default_history_days() -> u32 {
    180
}

/// Where a run stands; only the connector that made it reads it.
pub type Cursor = serde_json::Value;

/// What a connector remembers between runs, by its own keys (one per repository): watermarks, ETags, page sizes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks(pub BTreeMap<String, serde_json::Value>);

impl Marks {
    /// The mark under `key`, if there is one of this shape; one of another shape counts as absent, so that an older
    /// version's mark costs a re-read and never a failure.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.0.get(key).and_then(|value| T::deserialize(value).ok())
    }
}

/// What one `fetch` brought. The engine saves the facts, then marks and cursor together, then asks for the next page.
#[derive(Debug, Default)]
pub struct Page {
    /// Normalised records.
    pub facts: Vec<Fact>,
    /// Marks to set (`Some`) or remove (`None`).
    pub marks: BTreeMap<String, Option<serde_json::Value>>,
    /// Where to go on; `None` when the run has read everything.
    pub next: Option<Cursor>,
    /// How far the run is, for people.
    pub progress: Progress,
    /// Records the vendor sent that could not be used, each with the reason; nothing else is lost for them.
    pub quarantined: Vec<Quarantined>,
    /// Set when the vendor's budget is used up: no call before this instant.
    pub pause_until: Option<Timestamp>,
    /// Vendor calls made for this page.
    pub calls: u32,
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being read, in words (`pull requests`).
    pub step: String,
    /// Units done in this step (repositories, mostly).
    pub done: u64,
    /// Units in this step, when known.
    pub total: Option<u64>,
}

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Which record, by the vendor's ids (`repository 5 pull request 7`).
    pub what: String,
    /// Why.
    pub reason: String,
}

/// Why a vendor call did not bring a page: each variant is a decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The vendor said to wait: no call before `until`.
    #[error("rate limited until {until}: {reason}")]
    RateLimited {
        /// When calls may go on.
        until: Timestamp,
        /// The vendor's words.
        reason: String,
    },
    /// The vendor or the way to it is down: the same again, later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The credential does not work (any more): the connection is broken until somebody acts.
    #[error("unauthorized: {0}")]
    Unauthorized(String),
    /// What was asked for does not exist or cannot be used: the connection's settings are wrong.
    #[error("invalid: {0}")]
    Invalid(String),
    /// Plumbline's own mistake.
    #[error("bug: {0}")]
    Bug(String),
}

/// What trying a connection's credentials brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Where webhooks for this connection come from, as lookup keys (`org:9919`, `repository:1296269`).
    pub webhook_sources: Vec<String>,
}

/// One vendor.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What it is called and needs.
    fn descriptor(&self) -> &'static Descriptor;

    /// Tries the credentials and settings without reading data.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure>;

    /// Reads one page. `cursor` is `None` at the start of a run; else what the last page's `next` was. Called again
    /// with the same arguments it reads the same page again.
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure>;
}

/// Every connector there is. A provider that is not listed answers 501 at the API.
pub fn all() -> Result<Vec<Box<dyn Connector>>, Failure> {
    Ok(vec![Box::new(github::Github::new()?)])
}
