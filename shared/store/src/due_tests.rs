use super::*;
use crate::{
    LeaseOutcome,
    sample::at,
    testing::{TestStore, memory_store},
};
use plumbline_domain::{Provider, TeamId};
use std::{collections::BTreeSet, time::Duration};

const GITHUB: Provider = Provider::Github;

fn team(n: i64) -> TeamId {
    format!("team{n}").parse().expect("an id")
}

/// Twenty teams, the last one due first.
async fn twenty() -> TestStore {
    let store = memory_store().await;
    for n in 0..20 {
        store.open_sync(&team(n), GITHUB, at(100 - n)).await.expect("opens");
    }
    store
}

fn teams(records: &[SyncRecord]) -> Vec<TeamId> {
    records.iter().map(|record| record.team_id.clone()).collect()
}

#[tokio::test]
async fn the_longest_due_come_first_whatever_their_shard() {
    let store = twenty().await;
    let shards: BTreeSet<String> = (0..20).map(|n| keys::due_shard(&team(n))).collect();
    assert_eq!(shards.len(), usize::try_from(keys::DUE_SHARDS).expect("small"));
    let load = async |now, limit| teams(&store.load_due(at(now), limit).await.expect("loads"));
    assert_eq!(load(80, 100).await, []);
    assert_eq!(load(81, 100).await, [team(19)]);
    assert_eq!(load(90, 100).await, (10..20).rev().map(team).collect::<Vec<_>>());
    assert_eq!(load(200, 100).await, (0..20).rev().map(team).collect::<Vec<_>>());
    assert_eq!(load(200, 3).await, [team(19), team(18), team(17)]);
}

#[tokio::test]
async fn a_due_time_moves_once() {
    let store = twenty().await;
    let due = store.load_due(at(81), 10).await.expect("loads").pop().expect("one is due");
    assert!(store.postpone_due(&due, at(300)).await.expect("moves"));
    assert!(!store.postpone_due(&due, at(400)).await.expect("refused"));
    assert_eq!(store.load_due(at(81), 10).await.expect("loads"), []);
    let moved = store.load_sync(&team(19), GITHUB).await.expect("loads").expect("there");
    assert_eq!((moved.due_at, moved.next_run), (Some(at(300)), Some(at(81))));
}

#[tokio::test]
async fn a_run_whose_message_or_process_was_lost_becomes_due() {
    let store = memory_store().await;
    store.open_sync(&team(1), GITHUB, at(10_000)).await.expect("opens");
    let run = "r1".parse().expect("an id");
    let begun = store.begin_run(&team(1), GITHUB, run, at(0), None).await.expect("begins").expect("there");
    let due = async |now| store.load_due(at(now), 10).await.expect("loads");
    assert_eq!(due(59).await, []);
    assert_eq!(due(60).await[0].job(), Some(begun.job.clone()));
    let outcome = store.acquire_lease(&begun.job, at(61), Duration::from_secs(90)).await.expect("answers");
    assert!(matches!(outcome, LeaseOutcome::Acquired(_)));
    assert_eq!(due(150).await, []);
    assert_eq!(due(151).await[0].job(), Some(begun.job));
}
