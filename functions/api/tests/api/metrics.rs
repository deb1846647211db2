//! The delivery metrics through the API: ranges, filters, bots, age.

use crate::{
    facts::{account, at, github, group, membership, merged, pull_request, repository, save, user},
    world::{Answer, World},
};
use jiff::SignedDuration;
use plumbline_domain::{ActorKind, Provider, TeamId};
use plumbline_store::{LeaseOutcome, RunEnd};
use serde_json::{Value, json};
use std::time::Duration;

async fn delivery(world: &World, team: &TeamId, query: &str) -> Answer {
    world.get(&format!("/api/teams/{team}/metrics/delivery{query}")).await
}

/// Two people in two repositories, one of them in a group.
async fn acme(world: &World) -> TeamId {
    let team = world.connected_team("Acme").await;
    save(
        &world.store,
        &team,
        vec![
            repository(10, "acme/api"),
            repository(20, "acme/web"),
            account(1, "alice", ActorKind::User, Some(true)),
            account(2, "bob", ActorKind::User, Some(true)),
            group(9, "backend"),
            membership(9, 1),
            pull_request(merged(10, 1, Some(user(1)), 2, "2026-11-10T12:00:00Z")),
            pull_request(merged(20, 1, Some(user(2)), 1, "2026-11-11T12:00:00Z")),
            pull_request(merged(20, 2, Some(user(1)), 2, "2026-11-12T12:00:00Z")),
        ],
    )
    .await;
    team
}

#[tokio::test]
async fn without_a_range_it_is_the_last_90_days_of_the_team() {
    let world = World::new().await;
    let team = acme(&world).await;
    let answer = delivery(&world, &team, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!((&body["from"], &body["to"]), (&json!("2026-08-25"), &json!("2026-11-22")));
    assert_eq!(body["time_zone"], "Europe/Berlin");
    assert_eq!(body["throughput"]["merged"], 3);
    assert_eq!(body["cycle_time"]["median"], 7200.0);
    assert_eq!(
        (&body["pickup_time"]["median"], &body["review_time"]["median"], &body["merge_time"]["median"]),
        (&json!(3600.0), &json!(0.0), &json!(3600.0))
    );
    assert_eq!(body["weekly"].as_array().unwrap().len(), 13);
    assert_eq!(body["filters"], json!({ "group": null, "repository": null, "author": null }));
    let timing = answer.header("server-timing");
    assert!(timing.contains("handler;dur=") && timing.contains("read-units;desc="), "{timing}");
}

#[tokio::test]
async fn a_range_is_inclusive_of_both_days_in_the_teams_time_zone() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    // Berlin's 10 November lasts from 23:00 to 23:00 in UTC.
    for (number, merged_at) in [
        (1, "2026-11-09T22:59:59Z"),
        (2, "2026-11-09T23:00:00Z"),
        (3, "2026-11-10T22:59:59Z"),
        (4, "2026-11-10T23:00:00Z"),
    ] {
        save(&world.store, &team, vec![pull_request(merged(10, number, Some(user(1)), 2, merged_at))]).await;
    }
    let merged = async |query: &str| delivery(&world, &team, query).await.json()["throughput"]["merged"].clone();
    assert_eq!(merged("?from=2026-11-10&to=2026-11-10").await, 2);
    assert_eq!(merged("?from=2026-11-09&to=2026-11-10").await, 3);
    assert_eq!(merged("?from=2026-11-10&to=2026-11-11").await, 3);
    assert_eq!(merged("?to=2026-11-09").await, 1);
    assert_eq!(merged("?from=2026-11-11").await, 1);
    assert_eq!(merged("?from=0001-01-01&to=0001-01-02").await, 0);
}

#[tokio::test]
async fn filters_take_names_and_ids() {
    let world = World::new().await;
    let team = acme(&world).await;
    for (query, merged) in [
        ("?repository=acme/web", 2),
        ("?repository=ACME%2FWeb", 2),
        ("?repository=github:10", 1),
        ("?author=alice", 2),
        ("?author=github:2", 1),
        ("?group=backend", 2),
        ("?group=github:9", 2),
        ("?group=backend&repository=acme/api", 1),
        ("?author=bob&repository=acme/api", 0),
    ] {
        let answer = delivery(&world, &team, query).await;
        assert_eq!(answer.json()["throughput"]["merged"], merged, "{query}: {}", answer.text);
    }
    let filters = delivery(&world, &team, "?author=alice").await.json()["filters"].clone();
    assert_eq!(filters, json!({ "group": null, "repository": null, "author": "alice" }));
}

#[tokio::test]
async fn unknown_names_are_named() {
    let world = World::new().await;
    let team = acme(&world).await;
    for (query, kind) in [
        ("group=nope", "unknown-group"),
        ("repository=acme/nope", "unknown-repository"),
        ("author=nope", "unknown-author"),
    ] {
        let (found, detail) = delivery(&world, &team, &format!("?{query}")).await.problem(404);
        assert_eq!(found, kind);
        assert!(detail.contains("nope"), "{detail}");
    }
}

#[tokio::test]
async fn ranges_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    for (query, word) in [
        ("?from=2026-11-11&to=2026-11-10", "swap"),
        ("?from=2026-12-01", "swap"),
        ("?from=yesterday", "YYYY-MM-DD"),
        ("?to=2026-02-30", "YYYY-MM-DD"),
        ("?to=2026-11-10T00:00:00Z", "YYYY-MM-DD"),
        ("?from=&to=", "YYYY-MM-DD"),
        ("?from=2024-11-20&to=2026-11-22", "two years"),
        ("?to=9999-12-31", "outside"),
        ("?form=2026-11-01", "form"),
    ] {
        let (_, detail) = delivery(&world, &team, query).await.problem(400);
        assert!(detail.contains(word), "{query}: {detail}");
    }
    for query in ["?from=2024-11-22&to=2026-11-22", "?from=2023-03-01&to=2025-03-01"] {
        assert_eq!(delivery(&world, &team, query).await.status, 200, "{query} is two years");
    }
}

#[tokio::test]
async fn bots_of_the_team_are_left_out_and_listed() {
    let world = World::new().await;
    let team = acme(&world).await;
    world.patch(&format!("/api/teams/{team}"), json!({ "bots": ["bob"] })).await;
    let body = delivery(&world, &team, "").await.json();
    assert_eq!(body["throughput"]["merged"], 2);
    assert_eq!(
        body["bots"],
        json!([{ "id": github(2).to_string(), "login": "bob", "pull_requests": 1, "source": "team" }])
    );
}

#[tokio::test]
async fn the_age_is_that_of_the_last_success() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let body = delivery(&world, &team, "").await.json();
    assert_eq!((&body["as_of"], &body["data_age_seconds"]), (&Value::Null, &Value::Null));
    let run = "run".parse().unwrap();
    let begun = world.store.begin_run(&team, Provider::Github, run, world.now(), None).await.unwrap().unwrap();
    let outcome = world.store.acquire_lease(&begun.job, world.now(), Duration::from_secs(30)).await.unwrap();
    let LeaseOutcome::Acquired(lease) = outcome else { panic!("the run is free") };
    world.store.finish_run(&lease, RunEnd::Success, None, world.now()).await.unwrap();
    world.advance(SignedDuration::from_mins(10));
    let body = delivery(&world, &team, "").await.json();
    assert_eq!((&body["as_of"], &body["data_age_seconds"]), (&json!("2026-11-22T10:00:00.000Z"), &json!(600)));
    assert!(at("2026-11-22T10:10:00Z") == world.now());
}
