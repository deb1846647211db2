//! Asking for exports of everything, seeing how they stand, fetching and removing them.

use crate::{browser::Browser, company::Company, issuer::Issuer, world::World};
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{GrantId, LongJobMessage, TeamId};
use plumbline_store::{ExportFile, ExportTask, JobEnd, JobStatus, Task};
use serde_json::{Value, json};

const LEASE: SignedDuration = SignedDuration::from_mins(1);

async fn stage() -> (World, wiremock::MockServer, Issuer, Company) {
    let (server, issuer) = Issuer::start(World::NOW.parse::<Timestamp>().unwrap().as_second()).await;
    let world = World::with_sign_in(&issuer.registration(), "{}").await;
    let company = Company::new(&world, &issuer, "zebra").await;
    (world, server, issuer, company)
}

/// What `privacy` does: the file is there.
async fn make(world: &World, team: &TeamId, id: &str) {
    let id: GrantId = id.parse().unwrap();
    let mut held = world.store.take_job(team, &id, world.now(), LEASE).await.unwrap().expect("it is to be had");
    let file = Some(ExportFile { bytes: 7, ends_at: world.now() + SignedDuration::from_hours(24 * 7) });
    held.task = Task::Export(ExportTask { file, ..held.task.export().unwrap().clone() });
    assert!(world.store.end_job(&held, &JobEnd::Done, world.now(), None).await.unwrap());
}

async fn ask(world: &World, browser: &mut Browser, company: &Company, whose: &str) -> Value {
    let answer = browser.call(world, Method::POST, &company.path("/exports"), json!({ "whose": whose })).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()
}

fn id(export: &Value) -> String {
    export["id"].as_str().unwrap().to_owned()
}

async fn listed(world: &World, browser: &mut Browser, path: &str) -> Vec<String> {
    browser.get(world, path).await.json()["exports"].as_array().unwrap().iter().map(id).collect()
}

/// What the audit log has of a call: the path's end, with what it was about.
async fn logged(world: &World, company: &Company, end: &str) -> Vec<String> {
    let log = world.get(&company.path("/audit?format=ndjson")).await.text;
    let entries = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of = entries.filter(|entry| entry["action"].as_str().unwrap().ends_with(end));
    of.map(|entry| {
        format!(
            "{} {} {}",
            entry["actor"].as_str().unwrap(),
            entry["status"],
            entry["about"].as_str().unwrap_or_default()
        )
    })
    .collect()
}

#[tokio::test]
async fn an_own_export_is_asked_for_once_fetched_and_removed_by_its_person_alone() {
    let (world, _server, _issuer, ours) = stage().await;
    let (mut developer, mut admin, mut lead) = (ours.developer.clone(), ours.admin.clone(), ours.lead.clone());
    let export = ask(&world, &mut developer, &ours, "me").await;
    assert_eq!((&export["status"], &export["whose"], &export["bytes"]), (&json!("queued"), &json!("me"), &Value::Null));
    let again = ask(&world, &mut developer, &ours, "me").await;
    assert_eq!(id(&again), id(&export), "one at a time");
    let sent = world.sent.privacy.lock().unwrap().clone();
    let message: LongJobMessage = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!((sent.len(), message.job_id.as_str()), (1, id(&export).as_str()));
    let (all, one) = (ours.path("/exports"), ours.path(&format!("/exports/{}", id(&export))));
    let file = format!("{one}/file");
    assert_eq!(developer.get(&world, &file).await.problem(409).0, "export-not-ready");
    make(&world, &ours.team, &id(&export)).await;
    let done = developer.get(&world, &one).await.json();
    assert_eq!((&done["status"], &done["bytes"]), (&json!("done"), &json!(7)));
    assert_eq!(done["ends_at"], "2026-11-29T10:00:00.000Z");
    let answer = developer.get(&world, &file).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let location = answer.header("location");
    let start = format!("https://exports.s3.eu-central-1.amazonaws.com/{}/{}.zip?", ours.team, id(&export));
    assert!(location.starts_with(&start) && location.contains("X-Amz-Expires=300"), "{location}");
    assert_eq!(answer.header("cache-control"), "no-store");
    // An admin sees that there is one, and does not get it; others see nothing.
    assert_eq!(listed(&world, &mut admin, &all).await, [id(&export)]);
    assert_eq!(admin.get(&world, &file).await.problem(404).0, "unknown-export");
    assert_eq!(admin.call(&world, Method::DELETE, &one, json!({})).await.problem(404).0, "unknown-export");
    assert_eq!(world.get(&file).await.problem(404).0, "unknown-export", "the operator neither");
    assert_eq!(listed(&world, &mut lead, &all).await, Vec::<String>::new());
    for path in [&one, &file] {
        assert_eq!(lead.get(&world, path).await.problem(404).0, "unknown-export");
    }
    // Removed, it is gone at once for everybody, and what is left to do is a job.
    assert_eq!(developer.call(&world, Method::DELETE, &one, json!({})).await.status, 204);
    assert_eq!(developer.get(&world, &one).await.problem(404).0, "unknown-export");
    assert_eq!(listed(&world, &mut admin, &all).await, Vec::<String>::new());
    let job = world.store.load_job(&ours.team, &id(&export).parse().unwrap()).await.unwrap().expect("there");
    assert!(
        job.task.export().unwrap().removed
            && job.status == JobStatus::Queued
            && world.sent.privacy.lock().unwrap().len() == 2
    );
    let next = ask(&world, &mut developer, &ours, "me").await;
    assert_ne!(id(&next), id(&export));
    let about = format!("export:{}", id(&export));
    assert_eq!(logged(&world, &ours, "POST /api/teams/{team_id}/exports").await[0], format!("user 202 {about}"));
    assert_eq!(logged(&world, &ours, "/file").await, [format!("user 303 {about}")]);
    let removals = logged(&world, &ours, "DELETE /api/teams/{team_id}/exports/{export_id}").await;
    assert_eq!(removals, ["user 404 ".to_owned(), format!("user 204 {about}")]);
}

#[tokio::test]
async fn a_teams_export_is_for_admins_who_just_signed_in() {
    let (world, _server, _issuer, ours) = stage().await;
    let path = ours.path("/exports");
    for mut browser in [ours.developer.clone(), ours.lead.clone()] {
        let answer = browser.call(&world, Method::POST, &path, json!({ "whose": "team" })).await;
        assert_eq!(answer.problem(403).0, "role");
    }
    assert_eq!(world.post(&path, json!({ "whose": "me" })).await.problem(403).0, "people-only");
    assert_eq!(world.post(&path, json!({ "whose": "all" })).await.problem(422).0, "invalid");
    let mut admin = ours.admin.clone();
    let export = ask(&world, &mut admin, &ours, "team").await;
    make(&world, &ours.team, &id(&export)).await;
    let file = ours.path(&format!("/exports/{}/file", id(&export)));
    assert_eq!(admin.get(&world, &file).await.status, 303);
    assert_eq!(world.get(&file).await.status, 303, "the operator may, too");
    let mut developer = ours.developer.clone();
    assert_eq!(developer.get(&world, &file).await.problem(404).0, "unknown-export");
    world.advance(SignedDuration::from_mins(11));
    assert_eq!(admin.get(&world, &file).await.problem(403).0, "fresh-sign-in");
    let answer = admin.call(&world, Method::POST, &path, json!({ "whose": "team" })).await;
    assert_eq!(answer.problem(403).0, "fresh-sign-in");
    let about = format!("everybody; export:{}", id(&export));
    let asked = logged(&world, &ours, "POST /api/teams/{team_id}/exports").await;
    assert!(asked.contains(&format!("user 202 {about}")), "{asked:?}");
    assert_eq!(logged(&world, &ours, "/file").await, [format!("user 303 {about}"), format!("operator 303 {about}")]);
    // A week later the file is no more.
    world.advance(SignedDuration::from_hours(24 * 7));
    assert_eq!(world.get(&file).await.problem(404).0, "export-expired");
}

#[tokio::test]
async fn a_queue_that_does_not_answer_is_no_reason_not_to_ask() {
    let (world, _server, _issuer, ours) = stage().await;
    *world.sent.down.lock().unwrap() = true;
    let export = ask(&world, &mut ours.developer.clone(), &ours, "me").await;
    let due = world.store.load_due_jobs(world.now() + LEASE, 10).await.unwrap();
    assert_eq!(due.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), [id(&export)], "the schedule sends it");
    let held = world.store.take_job(&ours.team, &due[0].id, world.now(), LEASE).await.unwrap().expect("taken");
    world.store.end_job(&held, &JobEnd::Failed("S3 is down".into()), world.now(), None).await.unwrap();
    let one = ours.path(&format!("/exports/{}", id(&export)));
    let mut developer = ours.developer.clone();
    let failed = developer.get(&world, &one).await.json();
    assert_eq!((&failed["status"], &failed["error"]), (&json!("failed"), &json!("S3 is down")));
    assert_eq!(developer.get(&world, &format!("{one}/file")).await.problem(409).0, "export-failed");
}
