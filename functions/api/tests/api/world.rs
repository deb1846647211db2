//! What the tests stand on: an API with a fake vendor and a list instead of a queue.

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_api::{App, Ids, SignIn, router};
use plumbline_auth::Keyring;
use plumbline_connectors::{
    AllowedHosts, Connection, Consent, Consented, Credentials, CredentialsForm, Descriptor, Failure, Probe, Settings,
    seal,
};
use plumbline_domain::{Clock, Provider, SyncJob, TeamId};
use plumbline_lambda::{
    JobSender, LazySecret, Presigner, QueueError, SecretCache,
    queue::{DelayedSender, MessageSender},
};
use plumbline_store::{
    Lease, LeaseOutcome,
    testing::{TestStore, memory_store},
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt as _;

pub(crate) const TOKEN: &str = "operator-token-for-tests";
pub(crate) const PREVIOUS_TOKEN: &str = "operator-token-before-it";
pub(crate) const KEYRING: &str = r#"{"current":"k1","k1":"a text that only tests know"}"#;

/// What the fake vendor was asked, and what it answers.
#[derive(Default)]
pub(crate) struct Vendor {
    pub(crate) answer: Mutex<Option<Failure>>,
    pub(crate) panics: Mutex<bool>,
    pub(crate) asked: Mutex<Vec<(String, Option<String>, Settings)>>,
    /// Whether the operator registered an app there.
    pub(crate) has_app: Mutex<bool>,
    /// Codes and verifiers of consents that came back.
    pub(crate) consents: Mutex<Vec<(String, String)>>,
    /// What a consent leaves to choose from.
    pub(crate) choices: Mutex<Vec<(String, String)>>,
    /// What a consent is worth: a failure, where there is one.
    pub(crate) consent_fails: Mutex<Option<Failure>>,
    /// Tokens that were taken back.
    pub(crate) revoked: Mutex<Vec<String>>,
    /// Tokens that were renewed; a token that begins with `old` is due.
    pub(crate) renewed: Mutex<Vec<String>>,
}

fn token(connection: &Connection) -> String {
    connection.credentials.bearer().unwrap().expose_secret().to_owned()
}

struct FakeVendor(Arc<Vendor>);

#[async_trait]
impl plumbline_connectors::Vendor for FakeVendor {
    fn descriptor(&self) -> &'static Descriptor {
        &Descriptor {
            provider: Provider::Github,
            name: "GitHub",
            hosts: &["api.github.com", "github.com"],
            credentials: &[CredentialsForm::Token],
        }
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.organization.is_none() && settings.repositories.is_empty() {
            return Err("name an `organization` or `repositories`".into());
        }
        Ok(())
    }

    async fn probe(&self, connection: &Connection, _: Timestamp) -> Result<Probe, Failure> {
        assert!(!*self.0.panics.lock().unwrap(), "the vendor's connector panics");
        let base_url = connection.base_url.as_ref().map(ToString::to_string);
        let asked = (token(connection), base_url, connection.settings.clone());
        self.0.asked.lock().unwrap().push(asked);
        match self.0.answer.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => Ok(Probe { webhook_sources: vec!["org:9919".into()] }),
        }
    }

    fn renewal_due(&self, connection: &Connection, _: Timestamp) -> bool {
        token(connection).starts_with("old")
    }

    async fn renew(&self, connection: &Connection, _: Timestamp) -> Result<Credentials, Failure> {
        self.0.renewed.lock().unwrap().push(token(connection));
        Ok(Credentials::Token("renewed-token".into()))
    }

    async fn revoke(&self, connection: &Connection, _: Timestamp) -> Result<bool, Failure> {
        self.0.revoked.lock().unwrap().push(token(connection));
        self.0.answer.lock().unwrap().clone().map_or(Ok(true), Err)
    }

    fn consent_page(&self, consent: Consent<'_>) -> Result<Option<url::Url>, Failure> {
        let mut url: url::Url = "https://vendor.example/consent".parse().unwrap();
        url.query_pairs_mut()
            .append_pair("state", consent.state)
            .append_pair("redirect_uri", consent.redirect_uri)
            .append_pair("installed", &consent.installed.to_string());
        Ok(self.0.has_app.lock().unwrap().then_some(url))
    }

    async fn consented(
        &self,
        consent: Consent<'_>,
        parameters: &BTreeMap<String, String>,
        _: Timestamp,
    ) -> Result<Consented, Failure> {
        if let Some(failure) = self.0.consent_fails.lock().unwrap().clone() {
            return Err(failure);
        }
        let code = parameters.get("code").cloned().ok_or_else(|| Failure::Invalid("no code".into()))?;
        self.0.consents.lock().unwrap().push((code, consent.verifier.expose_secret().to_owned()));
        Ok(Consented {
            credentials: Credentials::Token("token-by-consent".into()),
            settings: Settings { organization: Some("acme".into()), history_days: 90, ..Settings::default() },
            choices: self.0.choices.lock().unwrap().clone(),
        })
    }
}

/// Jobs that were sent; `down` refuses them.
#[derive(Default)]
pub(crate) struct Sent {
    pub(crate) jobs: Mutex<Vec<SyncJob>>,
    pub(crate) down: Mutex<bool>,
    /// Messages to `survey`.
    pub(crate) surveys: Mutex<Vec<String>>,
    /// Messages to `privacy`.
    pub(crate) privacy: Mutex<Vec<String>>,
}

#[async_trait]
impl MessageSender for Sent {
    async fn send_text(&self, _: &str, body: String) -> Result<(), QueueError> {
        if *self.down.lock().unwrap() {
            return Err(QueueError::NoQueue(Provider::Slack));
        }
        self.privacy.lock().unwrap().push(body);
        Ok(())
    }
}

#[async_trait]
impl DelayedSender for Sent {
    async fn send_later(&self, _: &str, body: String, _: Duration) -> Result<(), QueueError> {
        if *self.down.lock().unwrap() {
            return Err(QueueError::NoQueue(Provider::Slack));
        }
        self.surveys.lock().unwrap().push(body);
        Ok(())
    }
}

#[async_trait]
impl JobSender for Sent {
    async fn send(&self, job: &SyncJob, _: Duration) -> Result<(), QueueError> {
        if *self.down.lock().unwrap() {
            return Err(QueueError::NoQueue(job.provider));
        }
        self.jobs.lock().unwrap().push(job.clone());
        Ok(())
    }

    async fn send_all(&self, _: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError> {
        Err(QueueError::NoQueue(Provider::Github))
    }
}

pub(crate) struct World {
    pub(crate) store: TestStore,
    pub(crate) router: Router,
    pub(crate) vendor: Arc<Vendor>,
    pub(crate) sent: Arc<Sent>,
    now: Arc<AtomicI64>,
    /// Milliseconds that the clock goes on whenever it is looked at.
    pub(crate) tick: Arc<AtomicI64>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Null for what is no JSON.
    pub(crate) fn json_or_null(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a complete problem document; answers its kind and detail.
    pub(crate) fn problem(&self, status: u16) -> (String, String) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name}: {body}")).to_owned();
        assert_eq!(body["status"], status);
        assert_eq!(text("request_id"), self.header("x-request-id"));
        assert!(!text("title").is_empty() && !text("detail").is_empty());
        let kind = text("type").strip_prefix("urn:plumbline:problem:").expect("our own kind").to_owned();
        (kind, text("detail"))
    }
}

impl World {
    /// When it begins.
    pub(crate) const NOW: &str = "2026-11-22T10:00:00Z";

    pub(crate) async fn new() -> Self {
        Self::with_sign_in("", "{}").await
    }

    /// With issuers and vendor apps that the operator registered.
    pub(crate) async fn with_sign_in(issuers: &str, apps: &str) -> Self {
        Self::over(memory_store().await, KEYRING, issuers, apps)
    }

    /// The same store with another keyring.
    pub(crate) fn with_keyring(&self, keyring: &str) -> Self {
        Self::over(self.store.clone(), keyring, "", "{}")
    }

    fn over(store: TestStore, keyring: &str, issuers: &str, apps: &str) -> Self {
        plumbline_lambda::telemetry::record();
        let (vendor, sent) = (Arc::new(Vendor::default()), Arc::new(Sent::default()));
        let now = Arc::new(AtomicI64::new(Self::NOW.parse::<Timestamp>().unwrap().as_millisecond()));
        let tick = Arc::new(AtomicI64::new(0));
        let counter = AtomicU64::new(0);
        let clock = {
            let (now, tick) = (now.clone(), tick.clone());
            Clock::from_fn(move || {
                let at = now.fetch_add(tick.load(Ordering::SeqCst), Ordering::SeqCst);
                Timestamp::from_millisecond(at).unwrap()
            })
        };
        let app = App {
            store: store.store.clone(),
            vendors: Arc::new(vec![Box::new(FakeVendor(vendor.clone()))]),
            jobs: sent.clone(),
            surveys: sent.clone(),
            privacy: sent.clone(),
            downloads: Arc::new(Presigner::fixed("eu-central-1", "exports", None)),
            admin_token: Arc::new(SecretCache::fixed(TOKEN, Some(PREVIOUS_TOKEN)).into()),
            keyring: Arc::new(LazySecret::fixed(keyring)),
            apps: Arc::new(LazySecret::fixed(apps)),
            sign_in: Arc::new(SignIn::new(LazySecret::fixed(issuers))),
            clock,
            allowed_hosts: Arc::new(AllowedHosts {
                names: vec!["ghe.example.com".into(), "127.0.0.1".into()],
                http_loopback: true,
            }),
            public_url: Arc::new(Some("https://plumbline.example.com".parse().unwrap())),
            ids: Ids::from_fn(move || {
                let mut bytes = [0; 10];
                bytes[2..].copy_from_slice(&counter.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                bytes
            }),
        };
        Self { store, router: router(app), vendor, sent, now, tick }
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.now.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// A request with the operator's token; `body` as it is.
    pub(crate) async fn raw(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.raw(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.raw(Method::DELETE, path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::POST, path, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::PUT, path, body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::PATCH, path, body.to_string()).await
    }

    /// A new team in Berlin; its id.
    /// Takes the lease of a job.
    pub(crate) async fn lease(&self, job: &SyncJob) -> Lease {
        match self.store.acquire_lease(job, self.now(), Duration::from_secs(30)).await.unwrap() {
            LeaseOutcome::Acquired(lease) => lease,
            other => panic!("{other:?}"),
        }
    }

    /// Puts a token in place of a connection's, as if it had been stored long ago.
    pub(crate) async fn replace_token(&self, team: &TeamId, token: &str) {
        let mut record = self.store.load_connection(team, Provider::Github).await.unwrap().unwrap();
        let credentials = Credentials::Token(token.into());
        let keyring = Keyring::parse(KEYRING).unwrap();
        record.sealed_credentials = seal(&credentials, &keyring, team, Provider::Github).unwrap();
        self.store.save_connection(team, &record).await.unwrap();
    }

    pub(crate) async fn team(&self, name: &str) -> TeamId {
        let answer = self.post("/api/teams", serde_json::json!({ "name": name, "time_zone": "Europe/Berlin" })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["team_id"].as_str().unwrap().parse().unwrap()
    }

    /// A new team connected to the organisation acme.
    pub(crate) async fn connected_team(&self, name: &str) -> TeamId {
        let team = self.team(name).await;
        let body =
            serde_json::json!({ "credentials": { "token": "ghp_example" }, "settings": { "organization": "acme" } });
        let answer = self.put(&format!("/api/teams/{team}/connections/github"), body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        team
    }
}
