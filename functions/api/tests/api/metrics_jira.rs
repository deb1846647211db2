//! The Jira metrics through the API.

use crate::{
    facts::{merged, pull_request, save, user},
    records::{done, fact, issue, jira, project, sprint},
    world::{Answer, World},
};
use plumbline_domain::{
    IssueChange, IssueChangeKind, Provider, SprintState,
    StatusCategory::{Done, ToDo},
    TeamId,
};
use plumbline_store::{LeaseOutcome, RunEnd};
use serde_json::{Value, json};
use std::time::Duration;

async fn ask(world: &World, team: &TeamId, query: &str) -> Answer {
    world.get(&format!("/api/teams/{team}/metrics/jira{query}")).await
}

/// Two projects; two sprints; pull requests that name one of them.
async fn acme(world: &World) -> TeamId {
    let team = world.connected_team("Acme").await;
    let in_sprint = |mut issue: plumbline_domain::Issue| {
        issue.sprints = vec![7];
        issue
    };
    let mut later = in_sprint(issue(10_001, 4, ToDo));
    later.sprints = vec![7, 8];
    later.points = Some(plumbline_domain::Points(500));
    later.history = vec![IssueChange {
        at: "2026-11-12T08:00:00Z".parse().unwrap(),
        id: 9,
        what: IssueChangeKind::Sprints { from: vec![7], to: vec![7, 8] },
    }];
    let mut gone = done(10_001, 6, Some(1000), "2026-11-03T10:00:00Z", "2026-11-03T11:00:00Z");
    gone.gone_at = Some(gone.seen_at);
    let named = |number, title: &str, branch: &str| {
        let mut one = merged(10, number, Some(user(1)), 2, "2026-11-10T12:00:00Z");
        let scalars = one.scalars.as_mut().unwrap();
        (scalars.title, scalars.head_ref) = (title.into(), branch.into());
        pull_request(one)
    };
    let facts = vec![
        project(10_001, "RAIL", "Railway"),
        project(10_002, "OPS", "Operations"),
        fact(in_sprint(done(10_001, 1, Some(3000), "2026-11-03T10:00:00Z", "2026-11-03T12:00:00Z"))),
        fact(in_sprint(done(10_001, 2, Some(1500), "2026-11-04T10:00:00Z", "2026-11-04T14:00:00Z"))),
        fact(done(10_002, 3, None, "2026-11-10T10:00:00Z", "2026-11-10T20:00:00Z")),
        fact(later),
        fact(issue(10_002, 5, Done)),
        fact(gone),
        sprint(7, SprintState::Closed, Some("2026-11-02T08:00:00Z"), Some("2026-11-12T08:00:00Z")),
        sprint(8, SprintState::Active, Some("2026-11-12T09:00:00Z"), None),
        named(1, "RAIL-1 switch", "topic"),
        named(2, "Switch", "feature/ops-3-switch"),
        named(3, "UTF-8", "topic"),
    ];
    save(&world.store, &team, facts).await;
    team
}

#[tokio::test]
async fn the_numbers_of_a_month() {
    let world = World::new().await;
    let team = acme(&world).await;
    let answer = ask(&world, &team, "?from=2026-11-01&to=2026-11-22").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    let cycle = &body["cycle_time"];
    // 2, 4 and 10 hours.
    assert_eq!((&cycle["median"], &cycle["p75"], &cycle["n"]), (&json!(14_400.0), &json!(25_200.0), &json!(3)));
    assert_eq!(cycle["unit"], "seconds");
    let through = &body["throughput"];
    assert_eq!((&through["done"], &through["points"], &through["unestimated"]), (&json!(3), &json!(4.5), &json!(1)));
    let sometime = through["exclusions"].as_array().unwrap().iter().find(|one| one["reason"] == "done_sometime");
    assert_eq!(sometime.unwrap()["count"], 1);
    let sprints = body["sprints"]["sprints"].as_array().unwrap();
    assert_eq!(sprints.len(), 2);
    assert_eq!(
        (&sprints[0]["id"], &sprints[0]["status"], &sprints[0]["completed_at"]),
        (&json!("jira:7"), &json!("completed"), &json!("2026-11-12T08:00:00.000Z"))
    );
    let numbers = &sprints[0]["numbers"];
    assert_eq!(numbers["committed"], json!({ "issues": 3, "points": 5.0 }));
    assert_eq!(numbers["done"], json!({ "issues": 2, "points": 4.5 }));
    assert_eq!(numbers["carried_over"], json!({ "issues": 1, "points": 0.5 }));
    assert_eq!(sprints[1]["numbers"]["carried_over"]["issues"], 1);
    assert_eq!(body["sprints"]["totals"], *numbers);
    assert_eq!((&body["linkage"]["linked"], &body["linkage"]["n"]), (&json!(2), &json!(3)));
    let projects: Vec<&Value> = body["projects"].as_array().unwrap().iter().map(|project| &project["key"]).collect();
    assert_eq!(projects, ["OPS", "RAIL"]);
    let weeks: Vec<u64> =
        body["weekly"].as_array().unwrap().iter().map(|week| week["done"].as_u64().unwrap()).collect();
    assert_eq!(weeks, [0, 2, 1, 0]);
    assert!(answer.header("server-timing").contains("read-units"));
}

#[tokio::test]
async fn a_project_is_named_by_key_name_or_id() {
    let world = World::new().await;
    let team = acme(&world).await;
    for (text, done, linked) in [("RAIL", 2, 1), ("rail", 2, 1), ("operations", 1, 1), ("jira:10002", 1, 1)] {
        let body = ask(&world, &team, &format!("?project={text}")).await.json();
        assert_eq!((&body["throughput"]["done"], &body["linkage"]["linked"]), (&json!(done), &json!(linked)), "{text}");
        assert_eq!(body["filters"], json!({ "project": text }));
    }
    let (kind, detail) = ask(&world, &team, "?project=NOPE").await.problem(404);
    assert_eq!(kind, "unknown-project");
    assert!(detail.contains("NOPE"), "{detail}");
    assert_eq!(jira(10_001).to_string(), "jira:10001");
}

#[tokio::test]
async fn days_are_the_teams_and_ranges_are_checked() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    // Berlin's 10 November lasts from 23:00 to 23:00 in UTC.
    let issues = [
        done(10_001, 1, None, "2026-11-09T20:00:00Z", "2026-11-09T22:59:59Z"),
        done(10_001, 2, None, "2026-11-09T20:00:00Z", "2026-11-09T23:00:00Z"),
        done(10_001, 3, None, "2026-11-09T20:00:00Z", "2026-11-10T22:59:59Z"),
        done(10_001, 4, None, "2026-11-09T20:00:00Z", "2026-11-10T23:00:00Z"),
    ];
    save(&world.store, &team, issues.map(fact).to_vec()).await;
    let body = ask(&world, &team, "?from=2026-11-10&to=2026-11-10").await.json();
    assert_eq!((&body["throughput"]["done"], &body["time_zone"]), (&json!(2), &json!("Europe/Berlin")));
    for (query, word) in [
        ("?from=2026-11-11&to=2026-11-10", "swap"),
        ("?from=yesterday", "YYYY-MM-DD"),
        ("?from=2024-11-20&to=2026-11-22", "two years"),
        ("?projekt=RAIL", "projekt"),
    ] {
        let (_, detail) = ask(&world, &team, query).await.problem(400);
        assert!(detail.contains(word), "{query}: {detail}");
    }
}

#[tokio::test]
async fn without_data_there_are_no_numbers_and_the_age_is_that_of_jiras_sync() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let body = ask(&world, &team, "").await.json();
    assert_eq!((&body["as_of"], &body["cycle_time"]["median"]), (&Value::Null, &Value::Null));
    assert_eq!((&body["from"], &body["to"]), (&json!("2026-08-25"), &json!("2026-11-22")));
    world.store.open_sync(&team, Provider::Jira, None).await.unwrap();
    let run = "run".parse().unwrap();
    let begun = world.store.begin_run(&team, Provider::Jira, run, world.now(), None).await.unwrap().unwrap();
    let outcome = world.store.acquire_lease(&begun.job, world.now(), Duration::from_secs(30)).await.unwrap();
    let LeaseOutcome::Acquired(lease) = outcome else { panic!("the run is free") };
    world.store.finish_run(&lease, RunEnd::Success, None, world.now()).await.unwrap();
    world.advance(jiff::SignedDuration::from_mins(10));
    let body = ask(&world, &team, "").await.json();
    assert_eq!((&body["as_of"], &body["data_age_seconds"]), (&json!("2026-11-22T10:00:00.000Z"), &json!(600)));
}
