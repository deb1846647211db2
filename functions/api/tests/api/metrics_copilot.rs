//! The Copilot metrics through the API.

use crate::{
    facts::{github, save},
    records::{of_usage, seat, usage},
    world::{Answer, World},
};
use plumbline_domain::{Fact, Provider, Record, TeamId, VendorId};
use plumbline_store::{Checkpoint, ConnectionRecord, LeaseOutcome, RunEnd};
use serde_json::{Value, json};
use std::time::Duration;

async fn ask(world: &World, team: &TeamId, query: &str) -> Answer {
    world.get(&format!("/api/teams/{team}/metrics/copilot{query}")).await
}

async fn connect(world: &World, team: &TeamId) {
    let record = ConnectionRecord {
        provider: Provider::Copilot,
        base_url: None,
        sealed_credentials: "v1:sealed".into(),
        settings: json!({ "organization": "acme" }),
        sync_at: None,
        webhook_sources: vec![],
        created_at: world.now(),
        updated_at: world.now(),
    };
    world.store.save_connection(team, &record).await.unwrap();
    world.store.open_sync(team, Provider::Copilot, None).await.unwrap();
}

fn seats() -> Vec<Fact> {
    let seat = |account, last| Fact::Record(Record::Seat(seat("copilot", github(account), last)));
    vec![seat(1, Some("2026-11-20T00:00:00Z")), seat(2, Some("2026-10-01T00:00:00Z")), seat(3, None)]
}

#[tokio::test]
async fn the_numbers_of_a_few_days() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    connect(&world, &team).await;
    let mut facts = seats();
    facts.extend([
        of_usage(usage("2026-10-31", None, [1, 100, 10])),
        of_usage(usage("2026-11-01", None, [1, 60, 30])),
        of_usage(usage("2026-11-02", None, [2, 40, 20])),
        of_usage(usage("2026-11-01", Some(github(1)), [1, 60, 30])),
        of_usage(usage("2026-11-02", Some(github(1)), [1, 20, 10])),
        of_usage(usage("2026-11-02", Some(github(2)), [0, 20, 10])),
        of_usage(usage("2026-11-03", Some(github(3)), [1, 20, 10])),
    ]);
    save(&world.store, &team, facts).await;
    let answer = ask(&world, &team, "?from=2026-11-01&to=2026-11-02").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!((&body["time_zone"], &body["notice"]), (&json!("UTC"), &Value::Null));
    let counts = &body["suggestions"]["counts"];
    assert_eq!(
        (&counts["suggestions"], &counts["acceptances"], &counts["acceptance_rate"], &counts["reason"]),
        (&json!(100), &json!(50), &json!(0.5), &Value::Null)
    );
    assert_eq!((&body["users"]["active"], &body["users"]["engaged"]), (&json!(1), &json!(2)));
    assert_eq!(body["users"]["newest"], json!({ "day": "2026-11-02", "daily": 5, "weekly": 9, "monthly": null }));
    assert_eq!(body["parts"]["languages"][0]["name"], "rust");
    assert_eq!((&body["seats"]["assigned"], &body["seats"]["active_30_days"]), (&json!(3), &json!(1)));
    assert_eq!((&body["seats"]["active_60_days"], &body["seats"]["never_used"]), (&json!(2), &json!(1)));
    assert_eq!(body["daily"].as_array().unwrap().len(), 2);
    // Across months, and by default the last 90 days.
    let body = ask(&world, &team, "").await.json();
    assert_eq!((&body["from"], &body["to"]), (&json!("2026-08-25"), &json!("2026-11-22")));
    assert_eq!(body["suggestions"]["counts"]["suggestions"], 200);
    ask(&world, &team, "?from=2026-11-02&to=2026-11-01").await.problem(400);
}

#[tokio::test]
async fn bots_of_the_team_do_not_count_as_users() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let bot = VendorId::new(Provider::Github, 7);
    save(&world.store, &team, vec![of_usage(usage("2026-11-02", Some(bot), [5, 5, 5]))]).await;
    assert_eq!(ask(&world, &team, "").await.json()["users"]["active"], 1);
    world.patch(&format!("/api/teams/{team}"), json!({ "bots": ["github:7"] })).await;
    let body = ask(&world, &team, "").await.json();
    assert_eq!((&body["users"]["active"], &body["users"]["exclusions"][0]["count"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn what_is_missing_is_said_in_words() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let body = ask(&world, &team, "").await.json();
    let notice = body["notice"].as_str().unwrap();
    assert!(notice.starts_with("Copilot is not connected.") && notice.contains("survey"), "{notice}");
    assert_eq!(body["suggestions"]["counts"]["acceptance_rate"], Value::Null);
    assert!(body["suggestions"]["counts"]["reason"].is_string());

    connect(&world, &team).await;
    assert_eq!(ask(&world, &team, "").await.json()["notice"], Value::Null);
    let run = "run".parse().unwrap();
    let begun = world.store.begin_run(&team, Provider::Copilot, run, world.now(), None).await.unwrap().unwrap();
    let ttl = Duration::from_secs(30);
    let outcome = world.store.acquire_lease(&begun.job, world.now(), ttl).await.unwrap();
    let LeaseOutcome::Acquired(lease) = outcome else { panic!("the run is free") };
    let notice = Some("The policy for Copilot usage metrics is off".to_owned());
    let checkpoint = Checkpoint { notice, ..Checkpoint::default() };
    world.store.save_checkpoint(&lease, &checkpoint, world.now(), ttl).await.unwrap();
    world.store.finish_run(&lease, RunEnd::Success, None, world.now()).await.unwrap();
    let body = ask(&world, &team, "").await.json();
    let notice = body["notice"].as_str().unwrap();
    assert!(notice.starts_with("The policy for Copilot usage metrics is off. What people answer"), "{notice}");
    assert_eq!((&body["as_of"], &body["data_age_seconds"]), (&json!("2026-11-22T10:00:00.000Z"), &json!(0)));
}
