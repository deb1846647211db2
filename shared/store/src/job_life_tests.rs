use super::*;
use crate::{
    ExportFile, ExportOf, ExportTask, JobProgress,
    sample::{at, team},
    testing::memory_store,
};
use plumbline_domain::Provider;
use serde_json::json;

const LEASE: SignedDuration = SignedDuration::from_secs(60);

fn id(n: u64) -> GrantId {
    format!("j{n}").parse().expect("an id")
}

fn task() -> Task {
    Task::Export(ExportTask { of: ExportOf::Team, file: None, removed: false })
}

fn job(n: u64) -> Job {
    Job::new(team(), id(n), task(), Some("u_ada".parse().expect("an id")), at(0), None)
}

#[tokio::test]
async fn a_job_is_taken_saved_and_ended() {
    let store = memory_store().await;
    assert!(store.create_job(&job(1)).await.expect("kept"));
    assert!(!store.create_job(&job(1)).await.expect("answers"), "an id is nobody else's");
    let mut held = store.take_job(&team(), &id(1), at(1), LEASE).await.expect("answers").expect("taken");
    assert_eq!((held.status, held.attempts, held.token), (JobStatus::Running, 1, 1));
    assert_eq!((held.lease_until, held.due_at), (Some(at(61)), Some(at(61))));
    held.progress = JobProgress { step: "reviews".into(), done: 7, total: None };
    held.position = Some(json!({"share": 0.5, "empty": ""}));
    assert!(store.save_job(&held, at(20), LEASE).await.expect("saves"));
    let present = store.load_job(&team(), &id(1)).await.expect("loads").expect("there");
    assert_eq!((present.lease_until, &present.progress), (Some(at(80)), &held.progress));
    assert_eq!(present.position, held.position);
    let file = ExportFile { bytes: 9, ends_at: at(1000) };
    held.task = Task::Export(ExportTask { of: ExportOf::Team, file: Some(file), removed: false });
    assert!(store.end_job(&held, &JobEnd::Done, at(30), Some(at(1000))).await.expect("ends"));
    let over = store.load_job(&team(), &id(1)).await.expect("loads").expect("there");
    assert_eq!(
        (over.status, over.due_at, over.ended_at, over.expires_at),
        (JobStatus::Done, None, Some(at(30)), Some(at(1000)))
    );
    assert_eq!(over.task, held.task);
    assert_eq!(store.take_job(&team(), &id(1), at(999), LEASE).await.expect("answers"), None);
    assert!(!store.save_job(&held, at(31), LEASE).await.expect("answers"));
    // What the database reads: the time to live in seconds, and no entry in the index.
    let items = store.client.scan().table_name("state").send().await.expect("scans").items.expect("items");
    assert_eq!(items[0]["expires_at"].as_n().map(String::as_str), Ok(at(1000).as_second().to_string().as_str()));
    assert!(!items[0].contains_key("due_shard") && !items[0].contains_key("due_at"));
}

#[tokio::test]
async fn of_two_who_take_a_job_one_has_it_and_who_lost_it_saves_nothing() {
    let store = memory_store().await;
    store.create_job(&job(1)).await.expect("kept");
    let (team, id) = (team(), id(1));
    let take = || store.take_job(&team, &id, at(0), LEASE);
    let (one, other) = futures::join!(take(), take());
    let taken: Vec<Job> = [one, other].into_iter().filter_map(|taken| taken.expect("answers")).collect();
    assert_eq!(taken.len(), 1);
    let first = &taken[0];
    assert_eq!(store.take_job(&team, &id, at(59), LEASE).await.expect("answers"), None, "somebody works on it");
    let second = store.take_job(&team, &id, at(60), LEASE).await.expect("answers").expect("its lease ended");
    assert_eq!((second.attempts, second.token), (2, 2));
    assert!(!store.save_job(first, at(61), LEASE).await.expect("answers"));
    assert!(!store.hand_over_job(first, at(61)).await.expect("answers"));
    assert!(!store.retry_job(first, "late", at(61)).await.expect("answers"));
    assert!(!store.end_job(first, &JobEnd::Done, at(61), None).await.expect("answers"));
    assert!(!store.delete_job(first).await.expect("answers"));
    let present = store.load_job(&team, &id).await.expect("loads").expect("there");
    assert_eq!((present.status, present.error), (JobStatus::Running, None));
    assert!(store.delete_job(&second).await.expect("answers"));
    assert_eq!(store.load_jobs(&team).await.expect("loads"), []);
}

#[tokio::test]
async fn a_job_is_due_until_it_is_over() {
    let store = memory_store().await;
    let due = async |second| {
        let due = store.load_due_jobs(at(second), 10).await.expect("loads");
        due.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    // A connection in the same index is not taken for a job, nor the other way round.
    store.open_sync(&team(), Provider::Github, at(0)).await.expect("opens");
    store.create_job(&job(1)).await.expect("kept");
    let waiting = Job::new(team(), id(2), task(), None, at(0), Some(at(500)));
    store.create_job(&waiting).await.expect("kept");
    assert_eq!(store.load_due(at(1000), 10).await.expect("loads").len(), 1);
    assert_eq!(due(59).await, []);
    assert_eq!(due(60).await, [id(1)], "its message may be lost");
    let first = store.load_due_jobs(at(60), 10).await.expect("loads").pop().expect("one");
    assert!(store.postpone_job(&first, at(120)).await.expect("moves"));
    assert!(!store.postpone_job(&first, at(130)).await.expect("answers"), "it moved");
    assert_eq!(due(119).await, []);
    let held = store.take_job(&team(), &id(1), at(120), LEASE).await.expect("answers").expect("taken");
    assert_eq!(due(179).await, []);
    assert_eq!(due(180).await, [id(1)], "its process may be dead");
    assert!(store.retry_job(&held, "S3 does not answer", at(300)).await.expect("saves"));
    assert_eq!(due(299).await, []);
    assert_eq!(due(300).await, [id(1)]);
    let held = store.take_job(&team(), &id(1), at(300), LEASE).await.expect("answers").expect("taken");
    assert_eq!((held.attempts, held.error.as_deref()), (2, Some("S3 does not answer")));
    assert!(store.hand_over_job(&held, at(310)).await.expect("saves"));
    assert_eq!(due(370).await, [id(1)]);
    let held = store.take_job(&team(), &id(1), at(370), LEASE).await.expect("answers").expect("taken");
    assert_eq!((held.attempts, held.error.as_deref()), (1, None), "it got on");
    store.end_job(&held, &JobEnd::Failed("no".into()), at(380), None).await.expect("ends");
    assert_eq!(due(499).await, []);
    assert_eq!(store.take_job(&team(), &id(2), at(499), LEASE).await.expect("answers"), None, "its time has not come");
    assert_eq!(due(500).await, [id(2)]);
    assert!(store.take_job(&team(), &id(2), at(500), LEASE).await.expect("answers").is_some());
}

#[tokio::test]
async fn who_works_on_a_cancelled_or_restarted_job_saves_nothing() {
    let store = memory_store().await;
    store.create_job(&job(1)).await.expect("kept");
    let held = store.take_job(&team(), &id(1), at(0), LEASE).await.expect("answers").expect("taken");
    let over = store.cancel_job(&team(), &id(1), at(5), Some(at(99))).await.expect("answers").expect("cancelled");
    assert_eq!((over.status, over.ended_at, over.expires_at), (JobStatus::Cancelled, Some(at(5)), Some(at(99))));
    assert_eq!(store.cancel_job(&team(), &id(1), at(6), None).await.expect("answers"), None);
    assert!(!store.end_job(&held, &JobEnd::Done, at(7), None).await.expect("answers"));
    let removal = Task::Export(ExportTask { of: ExportOf::Team, file: None, removed: true });
    let queued = store.restart_job(&team(), &id(1), &removal, at(8)).await.expect("answers").expect("there");
    assert_eq!((queued.status, queued.due_at, queued.expires_at), (JobStatus::Queued, Some(at(68)), None));
    let next = store.take_job(&team(), &id(1), at(9), LEASE).await.expect("answers").expect("taken");
    assert_eq!((next.task.clone(), next.attempts), (removal.clone(), 1));
    store.restart_job(&team(), &id(1), &removal, at(10)).await.expect("answers");
    assert!(!store.save_job(&next, at(11), LEASE).await.expect("answers"));
    assert_eq!(store.restart_job(&team(), &id(9), &removal, at(8)).await.expect("answers"), None);
}

#[tokio::test]
async fn of_those_in_a_slot_one_goes_on_at_a_time() {
    let store = memory_store().await;
    let (one, two) = (job(1), job(2));
    let both = futures::join!(store.create_job_in("export#u", &one), store.create_job_in("export#u", &two));
    let opened = [both.0.expect("answers"), both.1.expect("answers")];
    assert_eq!(opened.iter().filter(|opened| opened.is_new).count(), 1);
    assert_eq!(opened[0].job.id, opened[1].job.id);
    assert!(store.create_job_in("export#v", &job(3)).await.expect("answers").is_new, "another slot");
    store.cancel_job(&team(), &opened[0].job.id, at(9), None).await.expect("answers").expect("cancelled");
    let next = store.create_job_in("export#u", &job(4)).await.expect("answers");
    assert!(next.is_new && next.job.id == id(4));
    let listed: Vec<GrantId> = store.load_jobs(&team()).await.expect("loads").into_iter().map(|job| job.id).collect();
    assert_eq!(listed.len(), 3);
    assert_eq!(store.load_jobs(&"other".parse().expect("an id")).await.expect("loads"), []);
}
