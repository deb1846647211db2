use super::*;
use plumbline_connectors::{Credentials, CredentialsForm, Descriptor, Expiring, Probe, Settings};
use plumbline_store::{
    ConnectionRecord, SyncRecord,
    testing::{TestStore, memory_store},
};
use std::sync::Mutex;

const KEYRING: &str = r#"{"current":"k1","k1":"a keyring for tests, long enough to be taken"}"#;
const SLACK: Provider = Provider::Slack;

static DESCRIPTOR: Descriptor =
    Descriptor { provider: SLACK, name: "Slack", hosts: &["slack.com"], credentials: &[CredentialsForm::Token] };

/// A vendor whose tokens end; each renewal answers the next of these.
struct Rotating(Mutex<Vec<Result<&'static str, Failure>>>);

impl Rotating {
    fn answering(answers: impl IntoIterator<Item = Result<&'static str, Failure>>) -> Self {
        Self(Mutex::new(answers.into_iter().collect()))
    }
}

#[async_trait::async_trait]
impl Vendor for Rotating {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }
    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }
    fn renewal_due(&self, connection: &Connection, now: Timestamp) -> bool {
        matches!(&connection.credentials, Credentials::OAuth { access, .. } if access.ends_before(now))
    }
    async fn renew(&self, _: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
        let answer = self.0.lock().expect("not poisoned").remove(0);
        answer.map(|token| token_until(token, now + SignedDuration::from_hours(1)))
    }
    async fn probe(&self, _: &Connection, _: Timestamp) -> Result<Probe, Failure> {
        Err(Failure::Bug("nobody probes".into()))
    }
}

fn now() -> Timestamp {
    "2026-11-02T10:00:00Z".parse().expect("a time")
}

fn team() -> TeamId {
    "t1".parse().expect("an id")
}

fn token_until(token: &str, end: Timestamp) -> Credentials {
    let access = Expiring { token: token.into(), expires_at: Some(end) };
    Credentials::OAuth { access, refresh: Some("refresh".into()) }
}

fn keyring() -> Keyring {
    Keyring::parse(KEYRING).expect("a keyring")
}

async fn connected(credentials: &Credentials) -> (TestStore, Connections) {
    let store = memory_store().await;
    save(&store, credentials).await;
    store.open_sync(&team(), SLACK, now()).await.expect("opened");
    let connections = Connections {
        store: store.store.clone(),
        keyring: SecretCache::fixed(KEYRING, None),
        apps: SecretCache::fixed("{}", None),
        allowed_hosts: AllowedHosts::default(),
    };
    (store, connections)
}

async fn save(store: &Store, credentials: &Credentials) {
    let record = ConnectionRecord {
        provider: SLACK,
        base_url: None,
        sealed_credentials: seal(credentials, &keyring(), &team(), SLACK).expect("sealed"),
        settings: serde_json::json!({"history_days": 180}),
        sync_at: None,
        webhook_sources: Vec::new(),
        created_at: now(),
        updated_at: now(),
    };
    store.save_connection(&team(), &record).await.expect("saved");
}

fn bearer(opened: &Opened) -> String {
    opened.connection.credentials.bearer().expect("a token").expose_secret().to_owned()
}

#[tokio::test]
async fn a_token_that_ends_is_renewed_once_and_stored_before_it_is_used() {
    let (store, connections) = connected(&token_until("old", now())).await;
    let vendor = Rotating::answering([Ok("new")]);
    let opened = connections.open(&team(), &vendor, now()).await.expect("answers").expect("usable");
    assert_eq!(bearer(&opened), "new");
    let stored = store.load_connection(&team(), SLACK).await.expect("loads").expect("there");
    assert_eq!(stored.sealed_credentials, opened.sealed);
    // The next one finds it, and asks nobody.
    let again = connections.open(&team(), &vendor, now()).await.expect("answers").expect("usable");
    assert_eq!((bearer(&again).as_str(), again.sealed), ("new", opened.sealed));
}

#[tokio::test]
async fn while_somebody_else_renews_it_has_to_wait() {
    let (store, connections) = connected(&token_until("old", now())).await;
    assert!(store.claim_renewal(&team(), SLACK, now(), RENEWAL).await.expect("claimed"));
    let vendor = Rotating::answering([]);
    let unusable = connections.open(&team(), &vendor, now()).await.expect("answers").expect_err("not now");
    assert!(matches!(unusable, Unusable::Later { at, .. } if at == now() + SOON), "{unusable:?}");
}

#[tokio::test]
async fn a_renewal_that_fails_says_what_to_do_and_leaves_the_turn_to_others() {
    let (store, connections) = connected(&token_until("old", now())).await;
    let until = now() + SignedDuration::from_secs(90);
    let vendor = Rotating::answering([
        Err(Failure::RateLimited { until, reason: "too many calls".into() }),
        Err(Failure::Unavailable("down".into())),
        Err(Failure::Unauthorized("the refresh token was used".into())),
    ]);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(connections.open(&team(), &vendor, now()).await.expect("answers").expect_err("unusable"));
    }
    assert_eq!(
        seen,
        [
            Unusable::Later { at: until, reason: "too many calls".into() },
            Unusable::Later { at: now() + LATER, reason: "down".into() },
            Unusable::Broken { reason: "the refresh token was used".into() },
        ]
    );
    assert!(store.claim_renewal(&team(), SLACK, now(), RENEWAL).await.expect("answers"), "nobody holds it");
}

#[tokio::test]
async fn what_is_not_there_or_cannot_be_opened_is_told_apart() {
    let (store, connections) = connected(&Credentials::Token("t".into())).await;
    let vendor = Rotating::answering([]);
    let other: TeamId = "t2".parse().expect("an id");
    assert_eq!(connections.open(&other, &vendor, now()).await.expect("answers").expect_err("none"), Unusable::Missing);
    let strange = Connections { keyring: SecretCache::fixed(&KEYRING.replace("long", "wide"), None), ..connections };
    let unusable = strange.open(&team(), &vendor, now()).await.expect("answers").expect_err("sealed for others");
    assert!(matches!(unusable, Unusable::Broken { reason } if reason.contains("enter it again")));
    assert!(store.load_connection(&team(), SLACK).await.expect("loads").is_some());
}

#[tokio::test]
async fn a_broken_connection_is_opened_for_its_sync_alone() {
    let (store, connections) = connected(&Credentials::Token("t".into())).await;
    let vendor = Rotating::answering([]);
    assert!(connections.open_unless_broken(&team(), &vendor, now()).await.expect("answers").is_ok());
    assert!(store.mark_broken(&team(), SLACK, "the app was removed", now()).await.expect("marked"));
    let unusable = connections.open_unless_broken(&team(), &vendor, now()).await.expect("answers").expect_err("broken");
    assert_eq!(unusable, Unusable::Broken { reason: "the app was removed".into() });
    assert!(connections.open(&team(), &vendor, now()).await.expect("answers").is_ok());
}

async fn sync(store: &Store) -> SyncRecord {
    store.load_sync(&team(), SLACK).await.expect("loads").expect("there")
}

#[tokio::test]
async fn a_refused_token_breaks_the_connection_unless_another_is_stored() {
    let (store, connections) = connected(&Credentials::Token("t".into())).await;
    let vendor = Rotating::answering([]);
    let opened = connections.open(&team(), &vendor, now()).await.expect("answers").expect("usable");
    save(&store, &Credentials::Token("another".into())).await;
    assert!(connections.refused(&team(), SLACK, &opened, "token_revoked", now()).await.expect("answers"));
    assert_eq!(sync(&store).await.last_error, None);
    let opened = connections.open(&team(), &vendor, now()).await.expect("answers").expect("usable");
    assert!(!connections.refused(&team(), SLACK, &opened, "token_revoked", now()).await.expect("answers"));
    let record = sync(&store).await;
    assert_eq!((record.status, record.last_error.as_deref()), (SyncStatus::Broken, Some("token_revoked")));
}
