//! A webhook's life.

use crate::world::{WEBHOOK_SECRET, World, at};
use jiff::SignedDuration;
use plumbline_vendors::github::{ReviewState, State, webhook};

fn state() -> State {
    let mut state = State::new("acme", at("2026-06-01T08:00:00Z"));
    state.add_member("ada");
    state.add_member("bert");
    state.add_repository("engine");
    state
}

/// Opens, reviews and merges a pull request while nobody syncs.
fn story(state: &mut State) -> u64 {
    let number = state.open_pull_request("acme/engine", "ada");
    state.advance(3_600);
    state.review("acme/engine", number, "bert", ReviewState::Approved);
    state.advance(600);
    state.merge("acme/engine", number);
    number
}

async fn cycles(world: &World) -> Vec<u64> {
    let rows = world.db.load_rows(&world.team, at("2026-05-01T00:00:00Z"), at("2026-07-01T00:00:00Z")).await.unwrap();
    rows.rows.iter().map(|row| row.cycle_seconds).collect()
}

#[tokio::test]
async fn a_merge_is_visible_without_a_sync_and_the_sync_after_it_agrees() {
    let mut world = World::new(state()).await;
    world.sync().await;
    world.github.state(story);
    for event in world.github.take_webhooks() {
        assert_eq!(world.send_webhook(&event).await, 202);
    }
    assert_eq!(world.ingest().await, 0);
    world.flow().await;
    assert_eq!(cycles(&world).await, [4_200]);
    world.move_to(world.github.state(|s| s.now()) + SignedDuration::from_mins(10));
    world.sync().await;
    assert_eq!(cycles(&world).await, [4_200]);
}

#[tokio::test]
async fn order_and_repetition_of_deliveries_do_not_matter() {
    let mut outcomes = Vec::new();
    for order in [[0, 1, 2, 2], [2, 1, 0, 0], [1, 2, 1, 0]] {
        let mut world = World::new(state()).await;
        world.sync().await;
        world.github.state(story);
        let events = world.github.take_webhooks();
        assert_eq!(events.len(), 3, "opened, submitted, closed");
        for index in order {
            assert_eq!(world.send_webhook(&events[index]).await, 202);
            assert_eq!(world.ingest().await, 0);
            world.flow().await;
        }
        let (mut facts, rollups) = world.outcome().await;
        facts.retain(|fact| fact["sk"].as_str().unwrap().starts_with("PR#"));
        outcomes.push((facts, rollups));
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0], outcomes[2]);
}

#[tokio::test]
async fn what_is_not_signed_with_the_secret_is_refused_and_what_is_no_event_of_ours_is_accepted() {
    let world = World::new(state()).await;
    let ping = world.github.state(webhook::ping);
    assert_eq!(world.send_webhook(&ping).await, 200);
    let mut forged = ping.clone();
    forged.delivery = "another".into();
    let mut request = lambda_http::http::Request::post("/webhooks/github").header("x-github-event", "pull_request");
    request = request.header("x-hub-signature-256", webhook::signature("not the secret", b"{}"));
    let answer = world.raw_webhook(request, b"{}").await;
    assert_eq!(answer.0, 401);
    let request = lambda_http::http::Request::post("/webhooks/github").header("x-github-event", "pull_request");
    let answer = world.raw_webhook(request, b"{}").await;
    assert_eq!(answer.0, 401);
    assert!(answer.1.contains("X-Hub-Signature-256"), "{}", answer.1);
    let broken = b"{\"action\": \"closed\", ";
    let request = lambda_http::http::Request::post("/webhooks/github")
        .header("x-github-event", "pull_request")
        .header("x-hub-signature-256", webhook::signature(WEBHOOK_SECRET, broken));
    assert_eq!(world.raw_webhook(request, broken).await.0, 400);
    let request = lambda_http::http::Request::post("/webhooks/github")
        .header("x-github-event", "star")
        .header("x-hub-signature-256", webhook::signature(WEBHOOK_SECRET, b"{}"));
    assert_eq!(world.raw_webhook(request, b"{}").await.0, 202);
    let huge = vec![b' '; 5_000_000];
    let request = lambda_http::http::Request::post("/webhooks/github")
        .header("x-github-event", "pull_request")
        .header("x-hub-signature-256", webhook::signature(WEBHOOK_SECRET, &huge));
    assert_eq!(world.raw_webhook(request, &huge).await.0, 413);
    assert_eq!(world.ingest().await, 0, "nothing of all this was queued");
}

#[tokio::test]
async fn a_webhook_of_an_organisation_that_nobody_connected_is_accepted_and_leaves_nothing() {
    let world = World::new(state()).await;
    world.db.delete_connection(&world.team, plumbline_domain::Provider::Github).await.unwrap();
    world.github.state(story);
    for event in world.github.take_webhooks() {
        assert_eq!(world.send_webhook(&event).await, 202);
    }
    assert_eq!(world.ingest().await, 0);
    assert!(world.items(&world.db.tables.facts).await.is_empty());
}
