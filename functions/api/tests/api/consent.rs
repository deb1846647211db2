//! Connecting by a vendor's consent page, trying a connection again, and taking its credentials back.

use crate::world::{Answer, TOKEN, World};
use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use plumbline_connectors::Failure;
use plumbline_domain::{Provider, TeamId};
use plumbline_store::{Cause, RunEnd, SyncStatus};
use serde_json::{Value, json};
use std::time::Duration;

/// Begins, as a page that asks for JSON does: the state and the cookie's pair.
async fn begin(world: &World, team: &TeamId) -> (String, String) {
    *world.vendor.has_app.lock().unwrap() = true;
    let answer = world.get(&format!("/api/teams/{team}/connections/github/start")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let url: url::Url = answer.json()["url"].as_str().unwrap().parse().unwrap();
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(parameter("redirect_uri"), "https://plumbline.example.com/auth/connections/callback");
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-") && cookie.contains("Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    (parameter("state"), cookie.split(';').next().unwrap().to_owned())
}

async fn come_back(world: &World, query: &str, cookie: Option<&str>) -> Answer {
    arrive(world, query, cookie, "application/json").await
}

async fn arrive(world: &World, query: &str, cookie: Option<&str>, accept: &str) -> Answer {
    let mut request = Request::get(format!("/auth/connections/callback?{query}")).header(header::ACCEPT, accept);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, format!("other=1; {cookie}"));
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

/// What the dashboard is told, which only this host can have written.
fn outcome(answer: &Answer) -> Value {
    let mut cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.find_map(|cookie| cookie.strip_prefix("__Host-plumbline-consent-outcome=")).unwrap();
    let (value, flags) = cookie.split_once(';').unwrap();
    assert_eq!(flags, " Path=/; Max-Age=60; Secure; SameSite=Strict");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).unwrap()).unwrap()
}

#[tokio::test]
async fn there_and_back_makes_a_connection_without_any_token_being_pasted() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let (state, cookie) = begin(&world, &team).await;
    let answer = come_back(&world, &format!("code=c0de&state={state}"), Some(&cookie)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.header("location"), format!("/connections?team={team}"));
    assert_eq!(outcome(&answer), json!({ "provider": "github", "connected": true, "words": null }));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    let (code, verifier) = world.vendor.consents.lock().unwrap()[0].clone();
    assert_eq!((code.as_str(), verifier.len()), ("c0de", 43));
    let all = world.get(&format!("/api/teams/{team}/connections")).await.json();
    assert_eq!(all["consent_pages"], json!(["github"]));
    let shown = &all["connections"][0];
    assert_eq!(shown["settings"], json!({ "organization": "acme", "history_days": 90 }));
    assert_eq!(world.vendor.asked.lock().unwrap()[0].0, "token-by-consent");

    let again = come_back(&world, &format!("code=c0de&state={state}"), Some(&cookie)).await;
    again.problem(400);
    assert_eq!(world.vendor.consents.lock().unwrap().len(), 1, "a state works once");
}

#[tokio::test]
async fn a_state_is_worth_nothing_in_another_browser_or_too_late() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let (state, _) = begin(&world, &team).await;
    let (_, others_cookie) = begin(&world, &team).await;
    come_back(&world, &format!("code=c&state={state}"), None).await.problem(400);
    come_back(&world, &format!("code=c&state={state}"), Some(&others_cookie)).await.problem(400);
    let (state, cookie) = begin(&world, &team).await;
    world.advance(SignedDuration::from_mins(10));
    come_back(&world, &format!("code=c&state={state}"), Some(&cookie)).await.problem(400);
    come_back(&world, "code=c&state=made-up", Some(&cookie)).await.problem(400);
    come_back(&world, "code=c", Some(&cookie)).await.problem(400);
    assert!(world.vendor.consents.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_consent_connects_nothing_and_says_so() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let (state, cookie) = begin(&world, &team).await;
    let query = format!("error=access_denied%3Cscript%3E&state={state}");
    let (kind, detail) = come_back(&world, &query, Some(&cookie)).await.problem(422);
    assert_eq!(kind, "consent-refused");
    assert!(detail.contains("access_deniedscript") && !detail.contains('<'), "{detail}");
    world.get(&format!("/api/teams/{team}/connections/github")).await.problem(404);
}

#[tokio::test]
async fn a_person_is_shown_why_nothing_was_connected() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let back = async |world: &World, query: &str| {
        let (state, cookie) = begin(world, &team).await;
        let answer = arrive(world, &format!("{query}&state={state}"), Some(&cookie), "text/html,*/*;q=0.8").await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(answer.header("location"), format!("/connections?team={team}"));
        let outcome = outcome(&answer);
        assert_eq!((&outcome["provider"], &outcome["connected"]), (&json!("github"), &json!(false)));
        outcome["words"].as_str().unwrap().to_owned()
    };
    let words = back(&world, "error=access_denied&error_description=x").await;
    assert!(words.starts_with("GitHub was not connected, because nobody agreed there."), "{words}");
    let forged = "this GitHub user may not use that installation of the GitHub App";
    *world.vendor.consent_fails.lock().unwrap() = Some(Failure::Unauthorized(forged.into()));
    let words = back(&world, "code=c&installation_id=7&setup_action=install").await;
    assert_eq!(words, format!("GitHub was not connected: {forged}."));
    *world.vendor.consent_fails.lock().unwrap() = Some(Failure::Invalid("é".repeat(5_000)));
    assert!(back(&world, "code=c").await.chars().count() <= 800, "a cookie has its limits");
    *world.vendor.consent_fails.lock().unwrap() = None;
    *world.vendor.answer.lock().unwrap() = Some(Failure::Unavailable("503".into()));
    assert!(back(&world, "code=c").await.contains("could not be reached"));
    world.get(&format!("/api/teams/{team}/connections/github")).await.problem(404);

    let strangers = arrive(&world, "code=c&state=made-up", None, "text/html").await;
    assert_eq!((strangers.status.as_u16(), strangers.header("location")), (303, "/connections"));
    assert_eq!(outcome(&strangers)["provider"], Value::Null);
}

#[tokio::test]
async fn a_consent_for_several_sites_says_which_is_read() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    *world.vendor.choices.lock().unwrap() =
        [("1", "Acme"), ("2", "Globex")].map(|(id, name)| (id.into(), name.into())).into();
    let (state, cookie) = begin(&world, &team).await;
    let answer = come_back(&world, &format!("code=c&state={state}"), Some(&cookie)).await;
    let outcome = outcome(&answer);
    assert_eq!(outcome["connected"], true);
    let expected = "The consent covers Acme, Globex. Acme is read; for another one, connect again and choose it alone.";
    assert_eq!(outcome["words"], expected);
}

/// What the operator registers at GitHub leads to the routes that there are.
#[test]
fn the_github_apps_manifest_names_our_addresses() {
    let manifest: Value = serde_json::from_str(include_str!("../../../../infra/github-app/manifest.json")).unwrap();
    let callbacks = ["{BASE_URL}/auth/connections/callback", "{BASE_URL}/auth/callback/github"];
    assert_eq!(manifest["callback_urls"], json!(callbacks), "installing leads back to the first");
    for route in ["/auth/connections/callback", "/auth/callback/{issuer}"] {
        assert!(plumbline_api::routed().any(|known| known == ("get", route)));
    }
    assert_eq!(manifest["redirect_url"], "{BASE_URL}/connections");
    assert_eq!(manifest["request_oauth_on_install"], true, "what else would prove whose installation it is?");
    // With it, GitHub sends to the callback and refuses these.
    assert!(manifest.get("setup_url").is_none() && manifest.get("setup_on_update").is_none());
    let template = include_str!("../../../../template.yaml");
    assert_eq!(manifest["hook_attributes"], json!({ "url": "{BASE_URL}/webhooks/github", "active": true }));
    assert!(template.contains("RouteKey: POST /webhooks/github"));
}

#[tokio::test]
async fn a_browser_that_navigates_is_sent_on_and_a_vendor_without_app_is_told() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github/start");
    let (kind, detail) = world.get(&path).await.problem(409);
    assert!(kind == "no-consent-page" && detail.contains("PUT"), "{detail}");
    *world.vendor.has_app.lock().unwrap() = true;
    let request = Request::get(&path)
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(header::ACCEPT, "text/html,application/xhtml+xml");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").starts_with("https://vendor.example/consent?state="));
    let installed = world.get(&format!("{path}?installed=true")).await.json();
    assert!(installed["url"].as_str().unwrap().ends_with("&installed=true"), "{installed}");
    world.get(&format!("{path}?instaled=true")).await.problem(400);
}

#[tokio::test]
async fn a_connection_tried_again_is_idle_or_refused_in_the_vendors_words() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github/test");
    world.post("/api/sync", json!({ "team_id": team })).await;
    let job = world.sent.jobs.lock().unwrap()[0].clone();
    let held = world.lease(&job).await;
    let end = RunEnd::Broken { reason: "Bad credentials".into() };
    world.store.finish_run(&held, end, None, world.now()).await.unwrap();

    *world.vendor.answer.lock().unwrap() = Some(Failure::Unauthorized("Bad credentials".into()));
    let (kind, detail) = world.post(&path, json!({})).await.problem(422);
    assert!(kind == "credentials-refused" && detail.contains("Bad credentials"));
    let status = async || world.store.load_sync(&team, Provider::Github).await.unwrap().unwrap().status;
    assert_eq!(status().await, SyncStatus::Broken);

    *world.vendor.answer.lock().unwrap() = None;
    assert_eq!(world.post(&path, json!({})).await.json(), json!({ "provider": "github", "works": true }));
    assert_eq!(status().await, SyncStatus::Idle);
}

#[tokio::test]
async fn a_vendor_that_asked_to_wait_is_left_alone() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let (state, cookie) = begin(&world, &team).await;
    world.post("/api/sync", json!({ "team_id": team })).await;
    let job = world.sent.jobs.lock().unwrap()[0].clone();
    let held = world.lease(&job).await;
    let until = world.now() + SignedDuration::from_mins(40);
    world.store.hand_over(&held, Some(until), Some(Cause::Limit("limited".into())), world.now()).await.unwrap();
    let asked = world.vendor.asked.lock().unwrap().len();

    let path = format!("/api/teams/{team}/connections/github");
    let other = json!({ "credentials": { "token": "another" }, "settings": { "organization": "acme" } });
    for answer in [
        world.post(&format!("{path}/test"), json!({})).await,
        // Other credentials call from the same address.
        world.put(&path, other).await,
        world.get(&format!("{path}/start")).await,
        come_back(&world, &format!("code=c0de&state={state}"), Some(&cookie)).await,
    ] {
        assert_eq!(answer.header("retry-after"), "2400");
        let (_, detail) = answer.problem(503);
        assert!(detail.contains("asks to wait until"), "{detail}");
    }
    assert_eq!(world.store.load_sync(&team, Provider::Github).await.unwrap().unwrap().waiting_until, Some(until));

    // Nobody is kept from disconnecting: the credentials are gone here, and the vendor is not told.
    assert_eq!(world.delete(&path).await.status, 204);
    world.get(&path).await.problem(404);
    assert_eq!(world.vendor.asked.lock().unwrap().len(), asked);
    assert!(world.vendor.revoked.lock().unwrap().is_empty() && world.vendor.consents.lock().unwrap().is_empty());
}

#[tokio::test]
async fn credentials_that_end_are_renewed_once_and_stored_before_they_are_used() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/connections/github");
    let body = json!({ "credentials": { "token": "still-good" }, "settings": { "organization": "acme" } });
    assert_eq!(world.put(&path, body).await.status, 201);
    world.replace_token(&team, "old-token").await;

    let claimed =
        world.store.claim_renewal(&team, Provider::Github, world.now(), Duration::from_secs(20)).await.unwrap();
    assert!(claimed);
    world.post(&format!("{path}/test"), json!({})).await.problem(503);
    assert!(world.vendor.renewed.lock().unwrap().is_empty(), "somebody else is at it");
    world.store.release_renewal(&team, Provider::Github).await.unwrap();

    for _ in 0..2 {
        assert_eq!(world.post(&format!("{path}/test"), json!({})).await.status, 200);
    }
    assert_eq!(*world.vendor.renewed.lock().unwrap(), ["old-token"]);
    assert_eq!(world.vendor.asked.lock().unwrap().last().unwrap().0, "renewed-token");
}

#[tokio::test]
async fn disconnecting_takes_the_credentials_back_and_goes_on_when_the_vendor_is_down() {
    let world = World::new().await;
    for (failure, name) in [(None, "Acme"), (Some(Failure::Unavailable("503".into())), "Other")] {
        let team = world.connected_team(name).await;
        *world.vendor.answer.lock().unwrap() = failure;
        let path = format!("/api/teams/{team}/connections/github");
        assert_eq!(world.delete(&path).await.status, 204);
        world.get(&path).await.problem(404);
        *world.vendor.answer.lock().unwrap() = None;
    }
    assert_eq!(*world.vendor.revoked.lock().unwrap(), ["ghp_example", "ghp_example"]);
}
