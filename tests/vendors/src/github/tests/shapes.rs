//! Ours against the vendor's published examples: every key of ours that the example has carries the same type of JSON,
//! and every key that a client may rely on is there.

use super::{super::webhook, story};
use crate::github::{json, model::Repository, state::State};
use serde_json::Value;
use std::mem::discriminant;

/// Documented as nullable, so that `null` on either side says nothing.
const NULLABLE: [&str; 25] = [
    "body",
    "closed_at",
    "merged_at",
    "merged_by",
    "milestone",
    "active_lock_reason",
    "auto_merge",
    "language",
    "parent",
    "merge_commit_sha",
    "description",
    "mergeable",
    "rebaseable",
    "signature",
    "payload",
    "verified_at",
    "homepage",
    "mirror_url",
    "commit_id",
    "user",
    "assignee",
    "last_activity_at",
    "last_activity_editor",
    "last_authenticated_at",
    "pending_cancellation_date",
];

fn compare(path: &str, ours: &Value, example: &Value, differences: &mut Vec<String>) {
    match (ours, example) {
        (Value::Object(ours), Value::Object(example)) => {
            for (key, value) in ours {
                let path = format!("{path}.{key}");
                match example.get(key) {
                    Some(Value::Null) if NULLABLE.contains(&key.as_str()) => {}
                    Some(_) if value.is_null() && NULLABLE.contains(&key.as_str()) => {}
                    Some(known) => compare(&path, value, known, differences),
                    None => {}
                }
            }
        }
        (Value::Array(ours), Value::Array(example)) => {
            if let Some(known) = example.first() {
                for item in ours {
                    compare(&format!("{path}[]"), item, known, differences);
                }
            }
        }
        _ if discriminant(ours) == discriminant(example) => {}
        _ => differences.push(format!("{path}: {ours} where the example has {example}")),
    }
}

/// Compares, and answers the example's top-level keys that ours lacks.
fn missing(ours: &Value, example: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare("", ours, example, &mut differences);
    assert_eq!(differences, Vec::<String>::new());
    let (ours, example) = (ours.as_object().unwrap(), example.as_object().unwrap());
    example.keys().filter(|key| !ours.contains_key(*key)).cloned().collect()
}

fn example(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    if let Value::Array(mut items) = value { items.remove(0) } else { value }
}

fn home(state: &State) -> &Repository {
    state.repository("acme/board")
}

macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!("../../../../fixtures/github/", $path))
    };
}

#[test]
fn rest_has_the_shapes_of_the_published_examples() {
    let state = story();
    let repository = home(&state);
    let pull = &repository.pull_requests[&1];
    let member = json::user(&state, pull.author);
    assert_eq!(missing(&member, &example(fixture!("rest/members.json"))), [""; 0]);
    let team = json::team(&state, state.teams.values().next().unwrap());
    assert_eq!(missing(&team, &example(fixture!("rest/teams.json"))), [""; 0]);
    let shown = json::repository(&state, repository);
    // What an administrator alone sees, and what the next API version no longer has.
    let lacking = missing(&shown, &example(fixture!("rest/repositories.json")));
    let expected = ["mirror_url", "has_downloads", "security_and_analysis"];
    assert!(lacking.iter().all(|key| expected.contains(&key.as_str())), "{lacking:?}");
    let listed = json::pull_request_listed(&state, repository, pull);
    assert_eq!(missing(&listed, &example(fixture!("rest/pull_requests.json"))), [""; 0]);
    let alone = json::pull_request(&state, repository, pull);
    assert_eq!(missing(&alone, &example(fixture!("rest/pull_request.json"))), [""; 0]);
    let review = json::review(&state, repository, pull, &pull.reviews[0]);
    assert_eq!(missing(&review, &example(fixture!("rest/reviews.json"))), [""; 0]);
    let commit = json::commit(&state, "acme/board", &pull.commits[0]);
    assert_eq!(missing(&commit, &example(fixture!("rest/commits.json"))), [""; 0]);
    let file = json::file(&state, "acme/board", pull, 0);
    assert_eq!(missing(&file, &example(fixture!("rest/files.json"))), [""; 0]);
}

#[test]
fn webhooks_have_the_shapes_of_the_published_examples() {
    let mut state = story();
    let examples = |text: &str| -> Vec<Value> { serde_json::from_str(text).unwrap() };
    let pulls = examples(fixture!("webhooks/pull_request.json"));
    let reviews = examples(fixture!("webhooks/pull_request_review.json"));
    let told: Vec<(&str, String)> = state.outbox.iter().map(|event| (event.name, event.action().to_owned())).collect();
    let expected = [
        ("pull_request", "opened"),
        ("pull_request", "ready_for_review"),
        ("pull_request_review", "submitted"),
        ("pull_request", "synchronize"),
        ("pull_request_review", "submitted"),
        ("pull_request", "closed"),
    ];
    assert_eq!(told, expected.map(|(name, action)| (name, action.to_owned())));
    for event in &state.outbox {
        let known = if event.name == "pull_request" { &pulls } else { &reviews };
        let known = known.iter().find(|known| known["action"] == event.action()).unwrap();
        let lacking = missing(&event.payload, known);
        assert!(lacking.iter().all(|key| ["installation", "before", "after"].contains(&key.as_str())), "{lacking:?}");
        assert_eq!(missing(&event.payload["pull_request"], &known["pull_request"]), [""; 0]);
    }
    let ping = webhook::ping(&mut state);
    let mut differences = Vec::new();
    compare("", &ping.payload, &example(fixture!("webhooks/ping.json")), &mut differences);
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn the_signature_is_the_one_that_github_documents() {
    assert_eq!(
        webhook::signature("It's a Secret to Everybody", b"Hello, World!"),
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    );
}

#[tokio::test]
async fn copilot_licences_and_installations_have_the_shapes_of_the_published_examples() {
    use crate::{
        demo,
        github::{CLASSIC_TOKEN, INSTALLATION, app_jwt},
    };
    let now = "2026-11-22T18:00:00Z".parse().unwrap();
    let mut state = demo::people(7, now);
    demo::company(7, now).furnish(&mut state);
    state.add_repository("board");
    state.install_app(INSTALLATION);
    let asker = super::Asker::of(state).await;
    let check = |ours: &Value, text: &str, lacking: &[&str]| {
        let missing = missing(ours, &example(text));
        assert!(missing.iter().all(|key| lacking.contains(&key.as_str())), "{missing:?}");
    };
    check(&asker.json("orgs/acme-rail/copilot/billing").await, fixture!("rest/copilot_billing.json"), &[]);
    check(&asker.json("orgs/acme-rail/copilot/billing/seats").await, fixture!("rest/copilot_seats.json"), &[]);
    let seats = asker.json("enterprises/acme-rail-group/copilot/billing/seats").await;
    check(&seats, fixture!("rest/enterprise_copilot_seats.json"), &[]);
    let report = asker.json("orgs/acme-rail/copilot/metrics/reports/users-1-day?day=2026-11-18").await;
    check(&report, fixture!("rest/copilot_report.json"), &[]);
    let address = format!("{}/enterprises/acme-rail-group/consumed-licenses", asker.server.base_url());
    let licences = super::body(asker.client.get(address).bearer_auth(CLASSIC_TOKEN).send().await.unwrap()).await;
    check(&licences, fixture!("rest/consumed_licenses.json"), &[]);
    let address = format!("{}/app/installations/{INSTALLATION}/access_tokens", asker.server.base_url());
    let sent = asker.client.post(address).bearer_auth(app_jwt(now, 300)).body(r#"{"repositories":["board"]}"#);
    let token = super::body(sent.send().await.unwrap()).await;
    check(&token, fixture!("rest/access_token.json"), &[]);
    let address = format!("{}/installation/repositories", asker.server.base_url());
    let sent = asker.client.get(address).bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
    check(&super::body(sent).await, fixture!("rest/installation_repositories.json"), &[]);
}
