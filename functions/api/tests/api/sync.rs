//! Starting runs, and how they are shown.

use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Provider, TeamId};
use plumbline_store::{Cause, Checkpoint, Lease, LeaseOutcome, RunEnd, SyncProgress};
use serde_json::{Value, json};
use std::time::Duration;

const TTL: Duration = Duration::from_secs(30);

async fn row(world: &World, team: &TeamId) -> Value {
    let rows = world.get(&format!("/api/sync?team_id={team}")).await.json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    rows[0].clone()
}

async fn lease(world: &World, job: &plumbline_domain::SyncJob, now: Timestamp) -> Lease {
    let LeaseOutcome::Acquired(lease) = world.store.acquire_lease(job, now, TTL).await.unwrap() else {
        panic!("the run is not free");
    };
    lease
}

#[tokio::test]
async fn a_run_is_begun_once_and_a_second_request_gets_its_id() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let first = world.post("/api/sync", json!({ "team_id": team.as_str() })).await;
    assert_eq!(first.status, 202, "{}", first.text);
    let run_id = first.json()["run_id"].as_str().unwrap().to_owned();
    assert_eq!(first.json(), json!({ "run_id": run_id, "runs": [{ "provider": "github", "run_id": run_id }] }));
    let job = world.sent.jobs.lock().unwrap()[0].clone();
    assert_eq!(
        (job.team_id.clone(), job.provider, job.run_id.as_str(), job.sequence),
        (team.clone(), Provider::Github, run_id.as_str(), 0)
    );

    let again = world.post("/api/sync", json!({ "team_id": team.as_str(), "providers": ["github"] })).await;
    assert_eq!(again.json(), first.json());
    assert_eq!(
        world.sent.jobs.lock().unwrap().len(),
        2,
        "while it is queued the message may be lost: it is sent again"
    );

    lease(&world, &job, world.now()).await;
    assert_eq!(world.post("/api/sync", json!({ "team_id": team.as_str() })).await.json(), first.json());
    assert_eq!(world.sent.jobs.lock().unwrap().len(), 2, "a running run needs no message");
}

#[tokio::test]
async fn the_rows_follow_a_run_from_its_beginning_to_its_end() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let idle = row(&world, &team).await;
    for (field, value) in [
        ("provider", json!("github")),
        ("status", json!("idle")),
        ("run_id", Value::Null),
        ("progress", Value::Null),
        ("last_success", Value::Null),
        ("last_error", Value::Null),
        ("notice", Value::Null),
        ("records", json!(0)),
    ] {
        assert_eq!(idle[field], value, "{field}");
    }
    let run_id = world.post("/api/sync", json!({ "team_id": team.as_str() })).await.json()["run_id"].clone();
    let queued = row(&world, &team).await;
    assert_eq!((&queued["status"], &queued["run_id"]), (&json!("queued"), &run_id));
    assert_eq!(queued["started_at"], "2026-11-22T10:00:00.000Z");

    let job = world.sent.jobs.lock().unwrap()[0].clone();
    let held = lease(&world, &job, world.now()).await;
    let checkpoint = Checkpoint {
        cursor: Some(json!({ "page": 2 })),
        progress: SyncProgress { step: "pull requests".into(), done: 3, total: Some(40) },
        marks: [].into(),
        settle: Vec::new(),
        records: 150,
        quarantined: 2,
        calls: 7,
        notice: Some("Two repositories cannot be read.".into()),
        ..Checkpoint::default()
    };
    world.store.save_checkpoint(&held, &checkpoint, world.now(), TTL).await.unwrap();
    let running = row(&world, &team).await;
    assert_eq!(running["status"], "running");
    assert_eq!(running["notice"], "Two repositories cannot be read.");
    assert_eq!(running["progress"], json!({ "step": "pull requests", "done": 3, "total": 40 }));
    assert_eq!((&running["records"], &running["quarantined"], &running["calls"]), (&json!(150), &json!(2), &json!(7)));

    let resume = world.now() + SignedDuration::from_mins(40);
    let limit = Cause::Limit("API rate limit exceeded".into());
    let job = world.store.hand_over(&held, Some(resume), Some(limit), world.now()).await.unwrap();
    let waiting = row(&world, &team).await;
    assert_eq!((&waiting["status"], &waiting["last_error"]), (&json!("waiting"), &json!("API rate limit exceeded")));
    assert_eq!(waiting["waiting_until"], "2026-11-22T10:40:00.000Z");

    world.advance(SignedDuration::from_mins(41));
    let held = lease(&world, &job.unwrap(), world.now()).await;
    let next_run = "2026-11-23T02:30:00Z".parse().unwrap();
    world.advance(SignedDuration::from_millis(500));
    world.store.finish_run(&held, RunEnd::Success, Some(next_run), world.now()).await.unwrap();
    let done = row(&world, &team).await;
    assert_eq!((&done["status"], &done["run_id"], &done["progress"]), (&json!("idle"), &Value::Null, &Value::Null));
    assert_eq!(done["last_success"], "2026-11-22T10:41:00.500Z");
    assert_eq!((&done["last_error"], &done["waiting_until"]), (&Value::Null, &Value::Null));
    assert_eq!((&done["records"], &done["duration_ms"]), (&json!(150), &json!(41 * 60 * 1000 + 500)));
    assert_eq!(done["next_run"], "2026-11-23T02:30:00.000Z");
}

#[tokio::test]
async fn a_queue_that_is_down_delays_the_run_and_loses_nothing() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    *world.sent.down.lock().unwrap() = true;
    let answer = world.post("/api/sync", json!({ "team_id": team.as_str() })).await;
    assert_eq!(answer.status, 202);
    let later = world.now() + SignedDuration::from_secs(61);
    let due = world.store.load_due(later, 10).await.unwrap();
    assert_eq!(due.len(), 1, "the schedule finds it a minute later");
    assert_eq!(due[0].run_id.as_ref().unwrap().as_str(), answer.json()["run_id"].as_str().unwrap());
}

#[tokio::test]
async fn a_connection_whose_making_was_cut_off_can_be_synced() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    world.store.delete_sync(&team, Provider::Github).await.unwrap();
    assert_eq!(row(&world, &team).await["status"], "idle");
    assert_eq!(world.post("/api/sync", json!({ "team_id": team.as_str() })).await.status, 202);
    assert_eq!(row(&world, &team).await["status"], "queued");
}

#[tokio::test]
async fn what_cannot_be_synced_says_what_to_do() {
    let world = World::new().await;
    let (bare, connected) = (world.team("Bare").await, world.connected_team("Connected").await);
    let sync = async |body: Value| world.post("/api/sync", body).await;
    let (kind, detail) = sync(json!({ "team_id": bare.as_str() })).await.problem(409);
    assert_eq!(kind, "no-connection");
    assert!(detail.contains("PUT /api/teams/"), "{detail}");
    let (_, detail) =
        sync(json!({ "team_id": connected.as_str(), "providers": ["github", "jira"] })).await.problem(409);
    assert!(detail.contains("no jira connection"), "{detail}");
    let (_, detail) = sync(json!({ "team_id": connected.as_str(), "providers": ["gitlab"] })).await.problem(422);
    assert!(detail.contains("`gitlab`") && detail.contains("github"), "{detail}");
    sync(json!({ "team_id": connected.as_str(), "providers": [] })).await.problem(422);
    sync(json!({ "team_id": 7 })).await.problem(422);
    assert!(world.sent.jobs.lock().unwrap().is_empty());
    assert!(world.get("/api/sync").await.problem(400).1.contains("team_id"));
}
