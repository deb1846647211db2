//! Beginning, confirming and taking back erasures, and deleting a team.

use crate::{browser::Browser, company::Company, issuer::Issuer, world::World};
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{GrantId, LongJobMessage, Provider};
use plumbline_store::{ErasurePhase, ErasureTask, Job, JobStatus, Task};
use serde_json::{Value, json};

async fn stage() -> (World, wiremock::MockServer, Issuer, Company) {
    let (server, issuer) = Issuer::start(World::NOW.parse::<Timestamp>().unwrap().as_second()).await;
    let world = World::with_sign_in(&issuer.registration(), "{}").await;
    let company = Company::new(&world, &issuer, "zebra").await;
    (world, server, issuer, company)
}

async fn job(world: &World, company: &Company, id: &str) -> (Job, ErasureTask) {
    let job = world.store.load_job(&company.team, &id.parse().unwrap()).await.unwrap().expect("there");
    let Task::Erasure(task) = job.task.clone() else { panic!("{job:?}") };
    (job, task)
}

/// What `privacy` does: everything is looked through.
async fn look(world: &World, company: &Company, id: &str) {
    let id: GrantId = id.parse().unwrap();
    let lease = SignedDuration::from_mins(1);
    let mut held =
        world.store.take_job(&company.team, &id, world.now(), lease).await.unwrap().expect("it is to be had");
    let Task::Erasure(task) = &mut held.task else { panic!("{held:?}") };
    task.phase = ErasurePhase::Confirming;
    task.found.insert("accounts".into(), 3);
    task.look_alikes.insert("trello:t9".parse().unwrap());
    let until = world.now() + SignedDuration::from_hours(24 * 7);
    assert!(world.store.park_job(&held, until).await.unwrap());
}

/// The member that user 3 of the organisation is.
async fn member(world: &World, company: &Company) -> String {
    let members = world.store.load_members(&company.team).await.unwrap();
    let account = "github:3".parse().unwrap();
    let id = plumbline_identity::member_of_account(&members, &account);
    id.expect("a member").to_string()
}

async fn call(world: &World, browser: &Browser, method: Method, path: &str) -> crate::world::Answer {
    browser.clone().call(world, method, path, json!({})).await
}

#[tokio::test]
async fn an_erasure_is_looked_through_confirmed_by_an_admin_and_then_not_to_be_taken_back() {
    let (world, _server, _issuer, ours) = stage().await;
    let (all, body) = (ours.path("/erasure"), json!({ "member": member(&world, &ours).await }));
    let mut admin = ours.admin.clone();
    let begun = admin.call(&world, Method::POST, &all, body.clone()).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    let erasure = begun.json();
    let id = erasure["id"].as_str().unwrap().to_owned();
    assert_eq!((&erasure["status"], &erasure["own"]), (&json!("looking"), &json!(false)));
    let again = admin.call(&world, Method::POST, &all, body).await;
    assert_eq!(again.json()["id"], id.as_str(), "one at a time for each person");
    let sent = world.sent.privacy.lock().unwrap().clone();
    let message: LongJobMessage = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!((sent.len(), message.job_id.as_str()), (1, id.as_str()));

    let (one, confirm) = (ours.path(&format!("/erasure/{id}")), ours.path(&format!("/erasure/{id}/confirm")));
    assert_eq!(call(&world, &admin, Method::POST, &confirm).await.problem(409).0, "not-confirming");
    look(&world, &ours, &id).await;
    let known = call(&world, &admin, Method::GET, &one).await.json();
    assert_eq!(
        (&known["status"], &known["would_go"], &known["look_alikes"]),
        (&json!("confirming"), &json!({ "accounts": 3 }), &json!(["trello:t9"]))
    );
    assert_eq!(known["due_at"], "2026-11-29T10:00:00.000Z");
    let confirmed = call(&world, &admin, Method::POST, &confirm).await;
    assert_eq!((confirmed.status.as_u16(), &confirmed.json()["status"]), (202, &json!("erasing")));
    let (queued, task) = job(&world, &ours, &id).await;
    assert_eq!((queued.status, task.phase), (JobStatus::Queued, ErasurePhase::Confirmed));
    let by = task.confirmed.expect("it is kept who confirmed it").by.expect("an admin");
    let known = call(&world, &admin, Method::GET, &one).await.json();
    assert_eq!((&known["confirmed_by"], &known["asked_by"]), (&json!(by), &json!(by)));
    assert_eq!(known["confirmed_at"], "2026-11-22T10:00:00.000Z");
    assert_eq!(world.sent.privacy.lock().unwrap().len(), 2);
    assert_eq!(call(&world, &admin, Method::POST, &confirm).await.problem(409).0, "not-confirming");
    assert_eq!(call(&world, &admin, Method::DELETE, &one).await.problem(409).0, "too-late");
    let listed = call(&world, &admin, Method::GET, &all).await.json();
    assert_eq!(listed["erasures"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_erasure_that_nobody_wants_is_taken_back() {
    let (world, _server, _issuer, ours) = stage().await;
    let body = json!({ "member": member(&world, &ours).await, "accounts": ["github:4"] });
    let mut admin = ours.admin.clone();
    let begun = admin.call(&world, Method::POST, &ours.path("/erasure"), body).await.json();
    let id = begun["id"].as_str().unwrap();
    assert_eq!(begun["accounts"], json!(["github:4"]));
    assert_eq!((&begun["confirmed_by"], &begun["confirmed_at"]), (&Value::Null, &Value::Null));
    assert_eq!(job(&world, &ours, id).await.1.subject.accounts.len(), 1);
    let one = ours.path(&format!("/erasure/{id}"));
    assert_eq!(call(&world, &admin, Method::DELETE, &one).await.status, 204);
    assert_eq!(call(&world, &admin, Method::GET, &one).await.json()["status"], "cancelled");
}

#[tokio::test]
async fn who_is_to_be_erased_has_to_be_somebody() {
    let (world, _server, _issuer, ours) = stage().await;
    let path = ours.path("/erasure");
    for (body, words) in [
        (json!({}), "Say whom"),
        (json!({ "member": "m_nobody" }), "no member"),
        (json!({ "user": "u_nobody" }), "no user"),
        (json!({ "accounts": ["github:999"] }), "github:999"),
    ] {
        let (_, detail) = ours.admin.clone().call(&world, Method::POST, &path, body).await.problem(422);
        assert!(detail.contains(words), "{detail}");
    }
    let unknown = ours.path("/erasure/e9");
    assert_eq!(call(&world, &ours.admin, Method::GET, &unknown).await.problem(404).0, "unknown-erasure");
}

#[tokio::test]
async fn ones_own_erasure_is_asked_for_seen_and_taken_back_by_oneself_and_confirmed_by_an_admin() {
    let (world, _server, _issuer, ours) = stage().await;
    let (mine, all) = (ours.path("/members/me/erasure"), ours.path("/erasure"));
    assert_eq!(call(&world, &ours.developer, Method::GET, &mine).await.problem(404).0, "no-erasure");
    let asked = call(&world, &ours.developer, Method::POST, &mine).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let (_, task) = job(&world, &ours, &id).await;
    assert!(task.own && task.subject.member.is_some() && task.subject.users.len() == 1, "{task:?}");
    assert_eq!(call(&world, &ours.developer, Method::POST, &mine).await.json()["id"], id.as_str());
    assert_eq!(call(&world, &ours.lead, Method::GET, &mine).await.problem(404).0, "no-erasure");
    look(&world, &ours, &id).await;
    let one = ours.path(&format!("/erasure/{id}"));
    assert_eq!(call(&world, &ours.admin, Method::DELETE, &one).await.problem(403).0, "own-request");
    assert_eq!(call(&world, &ours.developer, Method::DELETE, &mine).await.status, 204);
    assert_eq!(call(&world, &ours.developer, Method::GET, &mine).await.problem(404).0, "no-erasure");
    // Once more, and an admin does not wait for the grace period's end.
    let id = call(&world, &ours.developer, Method::POST, &mine).await.json()["id"].as_str().unwrap().to_owned();
    look(&world, &ours, &id).await;
    let confirm = ours.path(&format!("/erasure/{id}/confirm"));
    assert_eq!(call(&world, &ours.admin, Method::POST, &confirm).await.status, 202);
    assert_eq!(call(&world, &ours.developer, Method::DELETE, &mine).await.problem(409).0, "too-late");
    let listed: Value = call(&world, &ours.admin, Method::GET, &all).await.json();
    let states: Vec<_> = listed["erasures"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&json!("erasing")) && states.contains(&json!("cancelled")), "{states:?}");
    world.advance(SignedDuration::from_mins(11));
    assert_eq!(call(&world, &ours.lead, Method::POST, &mine).await.problem(403).0, "fresh-sign-in");
    assert_eq!(world.post(&mine, json!({})).await.problem(403).0, "people-only", "the operator is nobody");
}

#[tokio::test]
async fn a_team_is_deleted_by_its_exact_name_and_its_vendors_are_told() {
    let (world, _server, _issuer, ours) = stage().await;
    let path = |name: &str| format!("{}?name={name}", ours.path(""));
    assert_eq!(call(&world, &ours.admin, Method::DELETE, &path("zebra")).await.problem(400).0, "bad-request");
    assert!(world.store.load_connection(&ours.team, Provider::Github).await.unwrap().is_some());
    assert_eq!(call(&world, &ours.admin, Method::DELETE, &path("zebra%20Ltd")).await.status, 202);
    assert_eq!(world.store.load_connection(&ours.team, Provider::Github).await.unwrap(), None);
    assert_eq!(world.vendor.revoked.lock().unwrap().len(), 1);
    assert_eq!(call(&world, &ours.admin, Method::DELETE, &path("zebra%20Ltd")).await.status, 202, "again is no other");
    let jobs = world.store.load_jobs(&ours.team).await.unwrap();
    assert!(matches!(jobs[..], [Job { task: Task::Deletion(_), status: JobStatus::Queued, .. }]), "{jobs:?}");
}
