//! The record outside of runs; its life in a run is in `run_tests.rs`.

use super::*;
use crate::{Checkpoint, LeaseOutcome, sample::at, testing::memory_store};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

const GITHUB: Provider = Provider::Github;

fn team() -> TeamId {
    crate::sample::team()
}

fn run(id: &str) -> RunId {
    id.parse().expect("an id")
}

#[tokio::test]
async fn a_connection_begins_idle_and_due_at_its_next_run() {
    let store = memory_store().await;
    assert_eq!(store.load_sync(&team(), GITHUB).await.expect("loads"), None);
    store.open_sync(&team(), GITHUB, at(100)).await.expect("opens");
    let record = store.load_sync(&team(), GITHUB).await.expect("loads").expect("there");
    assert_eq!((record.status, record.next_run, record.due_at), (SyncStatus::Idle, Some(at(100)), Some(at(100))));
    assert_eq!(record.job(), None);
    store.open_sync(&team(), GITHUB, None).await.expect("opens");
    let record = store.load_sync(&team(), GITHUB).await.expect("loads").expect("there");
    assert_eq!((record.next_run, record.due_at), (None, None));
    assert_eq!(store.load_due(at(1_000), 10).await.expect("loads"), []);
}

#[tokio::test]
async fn replacing_a_connection_leaves_a_run_under_way_alone() {
    let store = memory_store().await;
    store.open_sync(&team(), GITHUB, at(100)).await.expect("opens");
    let begun = store.begin_run(&team(), GITHUB, run("r1"), at(0), None).await.expect("begins").expect("there");
    let before = store.load_sync(&team(), GITHUB).await.expect("loads").expect("there");
    store.open_sync(&team(), GITHUB, at(200)).await.expect("opens");
    let after = store.load_sync(&team(), GITHUB).await.expect("loads").expect("there");
    assert_eq!(after.job(), Some(begun.job));
    assert_eq!(after, SyncRecord { next_run: Some(at(200)), rev: before.rev + 1, ..before });
}

#[tokio::test]
async fn a_removed_connection_leaves_nothing_and_its_run_can_save_no_more() {
    let store = memory_store().await;
    let ttl = Duration::from_mins(2);
    store.open_sync(&team(), GITHUB, at(100)).await.expect("opens");
    store.open_sync(&team(), Provider::Jira, at(100)).await.expect("opens");
    let begun = store.begin_run(&team(), GITHUB, run("r1"), at(0), None).await.expect("begins").expect("there");
    let LeaseOutcome::Acquired(lease) = store.acquire_lease(&begun.job, at(0), ttl).await.expect("answers") else {
        panic!("free")
    };
    let checkpoint = Checkpoint {
        marks: (0..60).map(|n| (format!("m{n}"), Some(json!(n)))).collect(),
        settle: vec![crate::SavedPullRequest { key: crate::sample::key(1), merged_at: at(0), rev: 1 }],
        ..Checkpoint::default()
    };
    assert_eq!(store.save_checkpoint(&lease, &checkpoint, at(1), ttl).await.expect("saves"), crate::Held::Yes);
    store.delete_sync(&team(), GITHUB).await.expect("deletes");
    assert_eq!(store.load_sync(&team(), GITHUB).await.expect("loads"), None);
    assert_eq!(store.save_checkpoint(&lease, &checkpoint, at(2), ttl).await.expect("answers"), crate::Held::Lost);
    assert_eq!(store.acquire_lease(&begun.job, at(2), ttl).await.expect("answers"), LeaseOutcome::Stale);
    assert_eq!(store.load_marks(&team(), GITHUB).await.expect("loads"), BTreeMap::new());
    assert_eq!(store.load_settle(&team(), GITHUB, &run("r1"), None, 10).await.expect("loads"), []);
    assert_eq!(store.begin_run(&team(), GITHUB, run("r2"), at(3), None).await.expect("answers"), None);
    let left: Vec<Provider> =
        store.load_syncs(&team()).await.expect("loads").into_iter().map(|record| record.provider).collect();
    assert_eq!(left, [Provider::Jira]);
}

#[tokio::test]
async fn every_field_of_a_record_survives() {
    let store = memory_store().await;
    let full = SyncRecord {
        status: SyncStatus::Waiting,
        run_id: Some(run("r1")),
        sequence: 3,
        cursor: Some(json!({"step": "x", "n": 1.5, "none": null, "empty": "", "list": []})),
        progress: Some(SyncProgress { step: "pull requests".into(), done: 3, total: Some(9) }),
        fence: 4,
        lease_until: Some(at(1)),
        waiting_until: Some(at(2)),
        attempts: 2,
        started_at: Some(at(3)),
        records: 5,
        quarantined: 6,
        calls: 7,
        last_success: Some("2026-11-02T10:40:00.123Z".parse().expect("a time")),
        last_failure: Some(at(5)),
        last_error: Some("why".into()),
        last_duration_ms: Some(8),
        last_records: Some(9),
        next_run: Some(at(6)),
        due_at: Some(at(7)),
        settle_lists: 10,
        rev: 11,
        ..SyncRecord::new(&team(), GITHUB)
    };
    assert!(store.put_after(&store.tables.state, full.item().expect("an item"), None).await.expect("put"));
    assert_eq!(store.load_sync(&team(), GITHUB).await.expect("loads"), Some(full));
}
