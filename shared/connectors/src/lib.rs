//! Vendors behind two traits: a [`Vendor`] lets us in, and its [`Connector`] turns a cursor into a page of facts and the
//! next cursor.
//!
//! They perform HTTP and nothing else: they never sleep, never retry, and never touch the store. What to do about a
//! failure is its [`Failure`]; the one place that acts on it is the connector function.

pub mod atlassian;
pub mod copilot;
mod credentials;
pub mod github;
pub mod github_enterprise;
pub mod http;
pub mod jfrog;
pub mod jira;
mod json;
mod opening;
pub mod pace;
#[cfg(test)]
#[path = "rig_tests.rs"]
mod rig;
pub mod slack;
pub mod trello;

pub use credentials::{Apps, Credentials, Expiring, GithubApp, OAuthApp};
pub use opening::{AllowedHosts, Stored, open, seal};

use async_trait::async_trait;
use jiff::Timestamp;
use plumbline_domain::{Erase, Erased, Fact, Listing, Provider, RecordKind, TeamId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, sync::Arc};
use url::Url;

/// What a connector is called and needs.
#[derive(Debug)]
pub struct Descriptor {
    /// Which provider it serves.
    pub provider: Provider,
    /// The vendor's name for people.
    pub name: &'static str,
    /// The vendor's own API hosts; any other host needs the operator's allow-list. `*.example.com` stands for every
    /// host below it.
    pub hosts: &'static [&'static str],
    /// The forms of credentials that can be entered.
    pub credentials: &'static [CredentialsForm],
}

/// A form of credentials that a person enters; a vendor's consent page makes the others. An installation of an app is
/// none that can be entered: its id is no secret, so whoever names one has proved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialsForm {
    /// `{token}`
    Token,
    /// `{email, token}`
    Basic,
    /// `{key, token}`
    Key,
}

impl CredentialsForm {
    /// The fields, for people.
    pub const fn fields(self) -> &'static str {
        match self {
            Self::Token => "{\"token\"}",
            Self::Basic => "{\"email\", \"token\"}",
            Self::Key => "{\"key\", \"token\"}",
        }
    }
}

/// A team's authorised link to one vendor, opened for use.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Whose data.
    pub team_id: TeamId,
    /// The server's origin where it is not the vendor's own; already checked against the allow-list.
    pub base_url: Option<Url>,
    /// What lets us in.
    pub credentials: Credentials,
    /// What to read.
    pub settings: Settings,
    /// What the operator registered at the vendors.
    pub apps: Arc<Apps>,
}

/// What to read from a vendor, as the connection's `settings`. Each connector says which it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The organisation: a GitHub login, an Atlassian organisation's or Trello workspace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The GitHub enterprise's slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enterprise: Option<String>,
    /// The Jira site's cloud id, where one consent covers several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Only these repositories, each as `owner/name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<String>,
    /// Only these projects, by their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
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
    /// What listings that are read whole had on this page.
    pub listed: Vec<Listed>,
    /// Listings that this page ends: what is stored of them and was on no page of this run is gone. Never one with a
    /// record that could not even be told apart.
    pub complete: Vec<Listing>,
    /// What an admin should know of this run although it is no failure, in words.
    pub notice: Option<String>,
}

/// Things that a page of a listing had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which listing.
    pub listing: Listing,
    /// Their ids in it, see [`Listing`]; broken records' too, as far as they can be told.
    pub ids: Vec<String>,
}

impl Erase for Listed {
    /// A listing names people by their accounts; what is stored of an erased one lies under the pseudonym.
    fn erase(&mut self, erased: &Erased) {
        let Self { listing, ids } = self;
        let names_people = match listing {
            Listing::Accounts(_) | Listing::Memberships(_) => true,
            Listing::Shelf(shelf) => shelf.kind == RecordKind::Seat,
            Listing::Groups(_) => false,
        };
        for id in ids.iter_mut().filter(|_| names_people) {
            if let Some(pseudonym) = id.parse().ok().and_then(|account| erased.account(&account)) {
                *id = pseudonym.to_string();
            }
        }
    }
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

/// What a vendor's consent page brought.
#[derive(Debug)]
pub struct Consented {
    /// What lets us in.
    pub credentials: Credentials,
    /// What there is to read by it, as far as that needs no further choice.
    pub settings: Settings,
    /// Where it has to be chosen among several (Jira sites): `(id, name)`; the settings name the first.
    pub choices: Vec<(String, String)>,
}

/// A request to a vendor's consent page, and its answer.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// The operator's apps.
    pub apps: &'a Apps,
    /// Where the vendor sends the browser back to.
    pub redirect_uri: &'a str,
    /// Comes back unchanged; bound to the session that began.
    pub state: &'a str,
    /// The PKCE verifier (RFC 7636); only its SHA-256 is shown to the vendor before the answer.
    pub verifier: &'a SecretString,
    /// The vendor's app is installed already, so that only its user has to say who they are (GitHub). Matters before the
    /// answer alone.
    pub installed: bool,
}

/// How one vendor lets us in: all that whoever sets up a connection needs, and nothing of what reads its data, so that a
/// function that never reads does not carry it.
#[async_trait]
pub trait Vendor: Send + Sync {
    /// What it is called and needs.
    fn descriptor(&self) -> &'static Descriptor;

    /// Whether the settings name what to read; else a sentence that says what is missing.
    fn check(&self, settings: &Settings) -> Result<(), String>;

    /// The same, of settings for these credentials: some see by themselves what others must be told.
    fn check_with(&self, settings: &Settings, _credentials: &Credentials) -> Result<(), String> {
        self.check(settings)
    }

    /// Whether the credentials end so soon that they have to be renewed before the next page.
    fn renewal_due(&self, _connection: &Connection, _now: Timestamp) -> bool {
        false
    }

    /// Credentials in place of those that end. The caller lets one at a time do this and stores them before they are
    /// used, since a vendor may take a refresh token only once.
    async fn renew(&self, _connection: &Connection, _now: Timestamp) -> Result<Credentials, Failure> {
        Err(Failure::Bug("these credentials are not renewed".into()))
    }

    /// Takes the credentials back at the vendor. `false`: the vendor has no way to, or somebody else owns them.
    async fn revoke(&self, _connection: &Connection, _now: Timestamp) -> Result<bool, Failure> {
        Ok(false)
    }

    /// The address of the vendor's consent page; `None`: it has none, or the operator registered no app.
    fn consent_page(&self, _consent: Consent<'_>) -> Result<Option<Url>, Failure> {
        Ok(None)
    }

    /// What the parameters that the vendor sent the browser back with are worth.
    async fn consented(
        &self,
        _consent: Consent<'_>,
        _parameters: &BTreeMap<String, String>,
        _now: Timestamp,
    ) -> Result<Consented, Failure> {
        Err(Failure::Invalid("this vendor has no consent page".into()))
    }

    /// Tries the credentials and settings without reading data.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure>;
}

/// A vendor's data, page by page.
#[async_trait]
pub trait Connector: Vendor {
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

macro_rules! each {
    ($client:expr) => {
        vec![
            Box::new(github::Github::new($client.clone())),
            Box::new(copilot::Copilot::new($client.clone())),
            Box::new(github_enterprise::GithubEnterprise::new($client.clone())),
            Box::new(jira::Jira::new($client.clone())),
            Box::new(atlassian::Atlassian::new($client.clone())),
            Box::new(jfrog::Jfrog::new($client.clone())),
            Box::new(trello::Trello::new($client.clone())),
            Box::new(slack::Slack::new($client.clone())),
        ]
    };
}

/// Every connector there is. A provider that is not listed answers 501 at the API.
pub fn all() -> Vec<Box<dyn Connector>> {
    all_with(&http::LazyClient::default())
}

/// The same with a client of one's own, for tests that cannot wait as long as a vendor may take.
pub fn all_with(client: &http::LazyClient) -> Vec<Box<dyn Connector>> {
    each!(client)
}

/// The same vendors, for whoever sets up connections and reads nothing.
pub fn vendors() -> Vec<Box<dyn Vendor>> {
    let client = http::LazyClient::default();
    each!(client)
}
