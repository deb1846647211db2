//! Connections: settings, addresses, credentials, and what the vendor says to them.

use crate::world::{KEYRING, World};
use jiff::SignedDuration;
use plumbline_auth::{Keyring, Purpose, open};
use plumbline_connectors::{Credentials, Failure};
use plumbline_domain::{Provider, RunId};
use plumbline_store::{LeaseOutcome, RunEnd, SyncStatus};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::time::Duration;

const TOKEN: &str = "ghp_0123456789";

fn body(settings: &Value) -> Value {
    json!({ "credentials": { "token": TOKEN }, "settings": settings })
}

#[tokio::test]
async fn a_connection_is_made_shown_replaced_and_removed() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let all = format!("/api/teams/{team}/connections");
    let path = format!("{all}/github");
    assert_eq!(world.get(&path).await.problem(404).0, "unknown-connection");

    let made = world.put(&path, body(&json!({ "organization": "acme", "history_days": 30 }))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let expected = json!({
        "provider": "github", "base_url": null, "settings": { "organization": "acme", "history_days": 30 },
        "connected_by": "credentials", "sync_at": null, "created_at": "2026-11-22T10:00:00.000Z", "updated_at": "2026-11-22T10:00:00.000Z",
    });
    assert_eq!(made.json(), expected);
    assert_eq!(world.get(&path).await.json(), expected);
    assert_eq!(world.get(&all).await.json(), json!({ "connections": [expected], "consent_pages": [] }));
    assert!(world.sent.jobs.lock().unwrap().is_empty(), "no sync is started");

    world.advance(SignedDuration::from_secs(90));
    let mut second = body(&json!({ "repositories": ["acme/api"] }));
    second["base_url"] = json!("https://ghe.example.com/");
    second["sync_at"] = json!("05:15");
    let replaced = world.put(&path, second).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text);
    let expected = json!({
        "provider": "github", "base_url": "https://ghe.example.com",
        "settings": { "repositories": ["acme/api"], "history_days": 180 }, "connected_by": "credentials",
        "sync_at": "05:15",
        "created_at": "2026-11-22T10:00:00.000Z", "updated_at": "2026-11-22T10:01:30.000Z",
    });
    assert_eq!(world.get(&path).await.json(), expected);
    let asked = world.vendor.asked.lock().unwrap().last().unwrap().clone();
    assert_eq!((asked.0.as_str(), asked.1.as_deref()), (TOKEN, Some("https://ghe.example.com/")));

    assert_eq!(world.delete(&path).await.status, 204);
    world.delete(&path).await.problem(404);
    assert_eq!(world.get(&all).await.json(), json!({ "connections": [], "consent_pages": [] }));
    assert_eq!(world.get(&format!("/api/sync?team_id={team}")).await.json(), json!([]));
    assert!(world.store.load_sync(&team, Provider::Github).await.unwrap().is_none());
}

#[tokio::test]
async fn credentials_are_sealed_for_this_team_and_provider_and_never_shown() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    let answers = [
        world.put(&path, body(&json!({ "organization": "acme" }))).await,
        world.get(&path).await,
        world.get(&format!("/api/teams/{team}/connections")).await,
        world.get("/api/teams").await,
    ];
    for answer in answers {
        assert!(!answer.text.contains(TOKEN) && !answer.text.contains("sealed"), "{}", answer.text);
    }
    let record = world.store.load_connection(&team, Provider::Github).await.unwrap().unwrap();
    assert!(!record.sealed_credentials.contains(TOKEN));
    assert_eq!(record.webhook_sources, ["org:9919"]);
    let keyring = Keyring::parse(KEYRING).unwrap();
    let opened = open(&keyring, &record.sealed_credentials, &Purpose::connection(&team, Provider::Github)).unwrap();
    let Some(Credentials::Token(token)) = Credentials::from_json(&opened.secret) else { panic!("a token") };
    assert_eq!(token.expose_secret(), TOKEN);
    let other = "other".parse().unwrap();
    assert!(open(&keyring, &record.sealed_credentials, &Purpose::connection(&other, Provider::Github)).is_err());
}

#[tokio::test]
async fn a_refusal_never_repeats_what_may_be_a_token() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    for credentials in [
        json!(TOKEN),
        json!([TOKEN]),
        json!({ "password": TOKEN }),
        json!({ "token": [TOKEN] }),
        json!({ "token": "", "x": TOKEN }),
        // The id of an installation is no secret: whoever names one has proved nothing.
        json!({ "installation_id": 51_001, "x": TOKEN }),
        json!({ "installation_id": 51_001 }),
    ] {
        let answer = world.put(&path, json!({ "credentials": credentials, "settings": { "organization": "a" } })).await;
        let (_, detail) = answer.problem(422);
        assert!(detail.contains("credentials") && !answer.text.contains(TOKEN), "{}", answer.text);
    }
    assert!(
        world.put(&path, json!({ "settings": { "organization": "a" } })).await.problem(422).1.contains("credentials")
    );
    let blank = json!({ "credentials": { "token": " " }, "settings": { "organization": "a" } });
    assert!(world.put(&path, blank).await.problem(422).1.contains("credentials.token"));
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused_before_the_vendor_is_asked() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    for (settings, word) in [
        (json!({}), "organization"),
        (json!({ "repositories": [] }), "organization"),
        (json!({ "organization": "" }), "organization"),
        (json!({ "organization": "https://github.com/acme" }), "login"),
        (json!({ "repositories": ["acme"] }), "owner/name"),
        (json!({ "repositories": ["acme/api", "acme/../x"] }), "owner/name"),
        (json!({ "repositories": "acme/api" }), "sequence"),
        (json!({ "organization": "acme", "history_days": 0 }), "1 to 1825"),
        (json!({ "organization": "acme", "history_days": 1826 }), "1 to 1825"),
        (json!({ "organization": "acme", "history_days": -1 }), "-1"),
        (json!({ "organisation": "acme" }), "organisation"),
    ] {
        let (_, detail) = world.put(&path, body(&settings)).await.problem(422);
        assert!(detail.contains(word), "{settings}: {detail}");
    }
    for time in ["2:30", "24:00", "noon", ""] {
        let mut body = body(&json!({ "organization": "acme" }));
        body["sync_at"] = json!(time);
        assert!(world.put(&path, body).await.problem(422).1.contains("HH:MM"), "{time}");
    }
    assert!(world.vendor.asked.lock().unwrap().is_empty());
    world.get(&path).await.problem(404);
}

#[tokio::test]
async fn only_hosts_that_the_operator_allows_are_called() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    let with = |url: &str| {
        let mut body = body(&json!({ "organization": "acme" }));
        body["base_url"] = json!(url);
        body
    };
    for url in [
        "https://evil.example.com",
        "https://ghe.example.com.evil.example.com",
        "http://ghe.example.com",
        "https://user:secret@ghe.example.com",
        "https://ghe.example.com/api/v3",
        "http://169.254.169.254",
        "ftp://ghe.example.com",
        "ghe.example.com",
        "",
    ] {
        let (_, detail) = world.put(&path, with(url)).await.problem(422);
        assert!(detail.contains("base_url") || detail.contains("host"), "{url}: {detail}");
    }
    assert!(world.vendor.asked.lock().unwrap().is_empty());
    for url in ["https://ghe.example.com", "http://127.0.0.1:8081"] {
        let answer = world.put(&path, with(url)).await;
        assert!(answer.status.is_success(), "{url}: {}", answer.text);
        assert_eq!(answer.json()["base_url"], url);
    }
}

#[tokio::test]
async fn what_the_vendor_answers_decides() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    let until = world.now() + SignedDuration::from_secs(120);
    for (failure, status, kind, words, retry_after) in [
        (Failure::Unauthorized("Bad credentials".into()), 422, "credentials-refused", "Bad credentials", ""),
        (Failure::Invalid("no organisation acme".into()), 422, "settings-refused", "no organisation acme", ""),
        (
            Failure::RateLimited { until, reason: "API rate limit exceeded".into() },
            503,
            "try-later",
            "API rate limit exceeded",
            "120",
        ),
        (Failure::Unavailable("502 Bad Gateway".into()), 503, "try-later", "502 Bad Gateway", "60"),
        (Failure::Bug("index out of bounds".into()), 500, "internal", "logs", ""),
    ] {
        *world.vendor.answer.lock().unwrap() = Some(failure);
        let answer = world.put(&path, body(&json!({ "organization": "acme" }))).await;
        let (found, detail) = answer.problem(status);
        assert_eq!(found, kind);
        assert!(detail.contains(words), "{detail}");
        assert_eq!(answer.header("retry-after"), retry_after);
    }
    world.get(&path).await.problem(404);
    assert!(world.store.load_sync(&team, Provider::Github).await.unwrap().is_none(), "nothing was saved");
}

#[tokio::test]
async fn providers_without_a_connector_are_501_and_what_is_no_provider_is_404() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::Github) {
        let path = format!("/api/teams/{team}/connections/{provider}");
        for body in [json!({ "credentials": { "token": "x" }, "settings": { "site": "acme" } }), json!([])] {
            let (kind, detail) = world.put(&path, body).await.problem(501);
            assert_eq!(kind, "not-implemented");
            assert!(detail.contains(provider.as_str()) && detail.contains("github"), "{detail}");
        }
        assert_eq!(world.get(&path).await.problem(404).0, "unknown-connection");
        assert_eq!(world.delete(&path).await.problem(404).0, "unknown-connection");
    }
    let path = format!("/api/teams/{team}/connections/gitlab");
    assert_eq!(world.put(&path, json!({})).await.problem(404).0, "unknown-provider");
}

#[tokio::test]
async fn the_daily_run_is_at_the_time_given_or_in_the_teams_night() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    let next_run = async || world.store.load_sync(&team, Provider::Github).await.unwrap().unwrap().next_run.unwrap();
    let night = next_run().await;
    // 02:00 to 04:00 in Berlin's winter.
    assert!("2026-11-23T01:00:00Z".parse().is_ok_and(|from| night >= from), "{night}");
    assert!("2026-11-23T03:00:00Z".parse().is_ok_and(|to| night < to), "{night}");
    let mut body = body(&json!({ "organization": "acme" }));
    body["sync_at"] = json!("13:45");
    assert_eq!(world.put(&path, body).await.status, 200);
    assert_eq!(next_run().await.to_string(), "2026-11-22T12:45:00Z");
}

#[tokio::test]
async fn a_new_token_mends_a_broken_connection_and_leaves_a_run_under_way_alone() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    let status = async || world.get(&format!("/api/sync?team_id={team}")).await.json()[0]["status"].clone();
    let (now, ttl) = (world.now(), Duration::from_secs(30));
    let run: RunId = "first".parse().unwrap();
    let begun = world.store.begin_run(&team, Provider::Github, run, now, None).await.unwrap().unwrap();
    assert_eq!(world.put(&path, body(&json!({ "organization": "acme" }))).await.status, 200);
    assert_eq!(status().await, "queued");

    let LeaseOutcome::Acquired(lease) = world.store.acquire_lease(&begun.job, now, ttl).await.unwrap() else {
        panic!("the run is free");
    };
    let end = RunEnd::Broken { reason: "Bad credentials".into() };
    world.store.finish_run(&lease, end, None, now).await.unwrap();
    assert_eq!(status().await, "broken");
    assert_eq!(world.put(&path, body(&json!({ "organization": "acme" }))).await.status, 200);
    assert_eq!(status().await, "idle");
    let record = world.store.load_sync(&team, Provider::Github).await.unwrap().unwrap();
    assert_eq!(record.status, SyncStatus::Idle);
}
