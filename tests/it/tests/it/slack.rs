//! What reaches `survey`: merges that `ingest` heard of, what Slack sends; and that the app's manifest leads there.

use crate::world::{World, at};
use hmac::{Hmac, KeyInit as _, Mac as _};
use plumbline_connectors::{Apps, Consent, OAuthApp, Vendor as _, http::LazyClient, slack::Slack};
use plumbline_domain::{Provider, PullRequestKey, SlackAction, SurveyMessage, TeamId};
use plumbline_lambda::SecretCache;
use plumbline_store::Team;
use plumbline_vendors::github::{ReviewState, State, webhook::Event};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{collections::BTreeSet, sync::atomic::Ordering};

const SIGNING_SECRET: &str = "a signing secret for tests";
const ORIGIN: &str = "https://plumbline.example.com";

fn state() -> State {
    let mut state = State::new("acme", at("2026-06-01T08:00:00Z"));
    state.add_member("ada");
    state.add_member("bert");
    state.add_repository("engine");
    state
}

/// Opens, reviews and merges a pull request; what GitHub sends of it.
fn merged(world: &World) -> (u64, Vec<Event>) {
    let number = world.github.state(|state| {
        let number = state.open_pull_request("acme/engine", "ada");
        state.advance(3_600);
        state.review("acme/engine", number, "bert", ReviewState::Approved);
        state.advance(600);
        state.merge("acme/engine", number);
        number
    });
    (number, world.github.take_webhooks())
}

async fn deliver(world: &World, events: &[Event]) {
    for event in events {
        assert_eq!(world.send_webhook(event).await, 202);
    }
}

/// What was sent to `survey` since the last question.
fn told(world: &World) -> Vec<(String, SurveyMessage)> {
    std::mem::take(&mut *world.survey.sent.lock().unwrap())
}

fn merge_of(world: &World, team: &str, number: u64) -> (String, SurveyMessage) {
    let id = world.github.state(|state| state.own_repositories().next().unwrap().id);
    let pull_request =
        PullRequestKey { repository: plumbline_domain::RepositoryKey { provider: Provider::Github, id }, number };
    let message = SurveyMessage::Merged {
        team_id: team.parse().unwrap(),
        pull_request,
        repository: "acme/engine".into(),
        merged_at: at("2026-06-01T09:10:00Z"),
    };
    (team.into(), message)
}

/// A second team with the same organisation.
async fn add_team(world: &World, id: &str) {
    let team = Team {
        id: id.parse().unwrap(),
        name: "Acme again".into(),
        time_zone: "Europe/Berlin".into(),
        created_at: world.clock.now(),
        bots: Vec::new(),
        email_domains: Vec::new(),
        join_domains: Vec::new(),
        join_by_github: false,
    };
    assert!(world.db.create_team(&team).await.unwrap());
    let connection = world.db.load_connection(&world.team, Provider::Github).await.unwrap().unwrap();
    world.db.save_connection(&team.id, &connection).await.unwrap();
}

#[tokio::test]
async fn every_team_hears_of_a_merge_and_of_nothing_else() {
    let world = World::new(state()).await;
    add_team(&world, "t2").await;
    let (number, events) = merged(&world);
    assert_eq!(events.len(), 3, "opened, submitted, closed");
    deliver(&world, &events[..2]).await;
    assert_eq!(world.ingest().await, 0);
    assert_eq!(told(&world), []);
    deliver(&world, &events[2..]).await;
    assert_eq!(world.ingest().await, 0);
    let expected = [merge_of(&world, "t1", number), merge_of(&world, "t2", number)];
    assert_eq!(told(&world), expected);
    // What GitHub tells twice is told twice: `survey` knows which surveys it has begun.
    deliver(&world, &events[2..]).await;
    assert_eq!(world.ingest().await, 0);
    assert_eq!(told(&world), expected);
}

#[tokio::test]
async fn a_merge_is_not_lost_when_the_queue_is_down() {
    let world = World::new(state()).await;
    add_team(&world, "t2").await;
    let (number, events) = merged(&world);
    deliver(&world, &events).await;
    world.survey.failures.store(1, Ordering::SeqCst);
    assert_eq!(world.ingest().await, 1, "the merge alone comes back");
    assert_eq!(told(&world), []);
    let key = match merge_of(&world, "t1", number).1 {
        SurveyMessage::Merged { pull_request, .. } => pull_request,
        other => panic!("{other:?}"),
    };
    let team: TeamId = "t1".parse().unwrap();
    let (saved, _) = world.db.load_pull_request(&team, key).await.unwrap().expect("its facts are there");
    assert_eq!(saved.reviews.len(), 1);
    assert_eq!(world.ingest().await, 0);
    assert_eq!(told(&world), [merge_of(&world, "t1", number), merge_of(&world, "t2", number)]);
}

#[tokio::test]
async fn a_merge_whose_facts_are_not_saved_is_not_told_yet() {
    let world = World::new(state()).await;
    let (number, events) = merged(&world);
    deliver(&world, &events).await;
    world.fuse.set(0);
    assert_eq!(world.ingest().await, 3);
    assert_eq!(told(&world), []);
    world.fuse.mend();
    assert_eq!(world.ingest().await, 0);
    assert_eq!(told(&world), [merge_of(&world, "t1", number)]);
}

/// What Slack sends to `path`, signed at the world's time.
async fn slack_sends(world: &World, path: &str, body: &str) -> (u16, String) {
    let app = plumbline_slack_webhook::App {
        secret: SecretCache::fixed(SIGNING_SECRET, None),
        survey: Box::new(world.survey.clone()),
        clock: world.clock.clock(),
    };
    let time = world.clock.now().as_second();
    let mac = Hmac::<Sha256>::new_from_slice(SIGNING_SECRET.as_bytes()).unwrap();
    let mac = mac.chain_update(format!("v0:{time}:{body}")).finalize().into_bytes();
    let request = lambda_http::http::Request::post(path)
        .header("x-slack-request-timestamp", time.to_string())
        .header("x-slack-signature", format!("v0={}", hex::encode(mac)))
        .body(lambda_http::Body::Binary(body.as_bytes().to_vec()))
        .unwrap();
    let answer = plumbline_slack_webhook::handle(request, &app).await;
    (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
}

fn manifest() -> Value {
    let template = include_str!("../../../../infra/slack-app/manifest.json").replace("{BASE_URL}", ORIGIN);
    serde_json::from_str(&template).unwrap()
}

/// The path of the manifest's address at `pointer`.
fn path(manifest: &Value, pointer: &str) -> String {
    let url = manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"));
    url.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("{url}")).to_owned()
}

#[tokio::test]
async fn the_manifest_leads_slack_to_the_function() {
    let world = World::new(state()).await;
    let manifest = manifest();
    let commands = path(&manifest, "/features/slash_commands/0/url");
    let interactions = path(&manifest, "/settings/interactivity/request_url");
    let events = path(&manifest, "/settings/event_subscriptions/request_url");

    let command =
        "team_id=T0001&user_id=U0001&command=%2Fplumbline&text=help&response_url=https%3A%2F%2Fhooks.slack.com%2F1";
    assert_eq!(slack_sends(&world, &commands, command).await, (200, String::new()));
    let click = "payload=%7B%22type%22%3A%22block_actions%22%2C%22team%22%3A%7B%22id%22%3A%22T0001%22%7D%2C%22user%22%3A%7B\
        %22id%22%3A%22U0001%22%7D%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22answer%22%2C%22value%22%3A%22x%22%7D%5D%7D";
    assert_eq!(slack_sends(&world, &interactions, click).await, (200, String::new()));
    let whats = told(&world).into_iter().map(|(group, message)| {
        assert_eq!(group, "T0001");
        let SurveyMessage::Slack(event) = message else { panic!("{message:?}") };
        assert_eq!(event.received_at, world.clock.now());
        event.what
    });
    let whats: Vec<SlackAction> = whats.collect();
    assert!(matches!(&whats[0], SlackAction::Command { text, .. } if text == "help"), "{whats:?}");
    assert!(matches!(&whats[1], SlackAction::Click { value, .. } if value == "x"), "{whats:?}");

    // Each event that the app asks for comes to something; Slack's trial of the address, too.
    let trial = json!({"type": "url_verification", "challenge": "c"}).to_string();
    assert_eq!(slack_sends(&world, &events, &trial).await, (200, json!({"challenge": "c"}).to_string()));
    for event in manifest.pointer("/settings/event_subscriptions/bot_events").unwrap().as_array().unwrap() {
        let event = json!({"type": event, "user": "U0001", "tab": "home", "tokens": {"bot": ["U0009"]}});
        let body = json!({"type": "event_callback", "team_id": "T0001", "event": event}).to_string();
        assert_eq!(slack_sends(&world, &events, &body).await.0, 200);
        assert_eq!(told(&world).len(), 1, "{event}");
    }
    assert_eq!(manifest.pointer("/features/slash_commands/0/command"), Some(&json!("/plumbline")));
}

#[test]
fn the_manifest_asks_for_what_the_consent_asks_for_and_leads_back_to_it() {
    let manifest = manifest();
    let app = OAuthApp { client_id: "id".into(), client_secret: "secret".into(), origin: None };
    let apps = Apps { slack: Some(app), ..Apps::default() };
    let back = path(&manifest, "/oauth_config/redirect_urls/0");
    let redirect_uri = format!("{ORIGIN}{back}");
    let verifier = secrecy::SecretString::from("v");
    let consent =
        Consent { apps: &apps, redirect_uri: &redirect_uri, state: "st", verifier: &verifier, installed: false };
    let page = Slack::new(LazyClient::default()).consent_page(consent).unwrap().unwrap();
    let asked = page.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
    let asked: BTreeSet<&str> = asked.split(',').collect();
    let scopes = manifest.pointer("/oauth_config/scopes/bot").unwrap().as_array().unwrap();
    let scopes: BTreeSet<&str> = scopes.iter().map(|scope| scope.as_str().unwrap()).collect();
    assert_eq!(scopes, asked);
    // A test of the API's holds that this is what it serves.
    let api: Value = serde_json::from_str(include_str!("../../../../functions/api/openapi.json")).unwrap();
    assert!(api["paths"][&back]["get"].is_object(), "{back}");
}
