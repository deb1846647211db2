use super::*;
use crate::{
    sample::{at, key, team},
    testing::{TestStore, memory_store},
};
use serde_json::json;

const GITHUB: Provider = Provider::Github;
const TTL: Duration = Duration::from_secs(90);

async fn opened() -> TestStore {
    let store = memory_store().await;
    store.open_sync(&team(), GITHUB, at(86_400)).await.expect("opens");
    store
}

async fn begin(store: &Store, id: &str, now: i64) -> Begun {
    let run = id.parse().expect("an id");
    store.begin_run(&team(), GITHUB, run, at(now), None).await.expect("begins").expect("there is a connection")
}

async fn lease(store: &Store, job: &SyncJob, now: i64) -> Lease {
    match store.acquire_lease(job, at(now), TTL).await.expect("answers") {
        LeaseOutcome::Acquired(lease) => lease,
        other => panic!("not free: {other:?}"),
    }
}

async fn record(store: &Store) -> SyncRecord {
    store.load_sync(&team(), GITHUB).await.expect("loads").expect("there")
}

fn page(n: u64) -> Checkpoint {
    Checkpoint {
        cursor: Some(json!({ "page": n })),
        progress: SyncProgress { step: "pull requests".into(), done: n, total: Some(9) },
        marks: BTreeMap::from([("repository:1".to_owned(), Some(json!(n)))]),
        settle: vec![SavedPullRequest { key: key(n), merged_at: at(0), rev: n }],
        records: 10 * n,
        quarantined: n,
        calls: 2 * n,
        ..Checkpoint::default()
    }
}

#[tokio::test]
async fn a_run_is_begun_leased_saved_and_finished() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    assert!(begun.started);
    let queued = record(&store).await;
    assert_eq!((queued.status, queued.due_at), (SyncStatus::Queued, Some(at(60))));
    assert_eq!(queued.started_at, Some(at(0)));

    let lease = lease(&store, &begun.job, 1).await;
    assert_eq!((lease.fence, lease.record.cursor.clone()), (1, None));
    let running = record(&store).await;
    assert_eq!(running, *lease.record);
    assert_eq!(
        (running.status, running.lease_until, running.due_at),
        (SyncStatus::Running, Some(at(91)), Some(at(91)))
    );

    assert_eq!(store.save_checkpoint(&lease, &page(1), at(2), TTL).await.expect("saves"), Held::Yes);
    assert_eq!(store.save_checkpoint(&lease, &page(2), at(3), TTL).await.expect("saves"), Held::Yes);
    let saved = record(&store).await;
    assert_eq!(saved.cursor, Some(json!({"page": 2})));
    assert_eq!(saved.progress, Some(page(2).progress));
    assert_eq!((saved.records, saved.quarantined, saved.calls), (20, 2, 4));
    assert_eq!((saved.lease_until, saved.due_at), (Some(at(93)), Some(at(93))));
    let marks = store.load_marks(&team(), GITHUB).await.expect("loads");
    assert_eq!(marks, BTreeMap::from([("repository:1".to_owned(), json!(2))]));

    assert_eq!(store.finish_run(&lease, RunEnd::Success, at(86_400), at(5)).await.expect("saves"), Held::Yes);
    let ended = record(&store).await;
    assert_eq!((ended.status, ended.run_id, ended.cursor), (SyncStatus::Idle, None, None));
    assert_eq!((ended.last_success, ended.last_failure, ended.last_error), (Some(at(5)), None, None));
    assert_eq!((ended.last_duration_ms, ended.last_records), (Some(5_000), Some(20)));
    assert_eq!((ended.next_run, ended.due_at, ended.lease_until), (Some(at(86_400)), Some(at(86_400)), None));
    assert_eq!(ended.progress, None);
    assert_eq!(store.load_marks(&team(), GITHUB).await.expect("loads"), marks);
}

#[tokio::test]
async fn to_begin_a_run_during_a_run_returns_that_run() {
    let store = opened().await;
    let first = begin(&store, "r1", 0).await;
    assert_eq!(begin(&store, "r2", 1).await, Begun { started: false, ..first.clone() });
    let held = lease(&store, &first.job, 2).await;
    assert_eq!(begin(&store, "r3", 3).await, Begun { started: false, ..first });
    let next = store.hand_over(&held, Some(at(500)), None, at(4)).await.expect("saves").expect("held");
    assert_eq!(begin(&store, "r4", 5).await, Begun { started: false, job: next });
}

#[tokio::test]
async fn of_two_who_begin_a_run_at_once_one_starts_it_and_both_have_it() {
    let store = opened().await;
    let (a, b) = tokio::join!(begin(&store, "r1", 0), begin(&store, "r2", 0));
    assert_eq!(a.job, b.job);
    assert_ne!(a.started, b.started);
}

#[tokio::test]
async fn of_many_who_want_the_lease_one_gets_it() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let tries = (0..8).map(|_| store.acquire_lease(&begun.job, at(1), TTL));
    let outcomes: Vec<LeaseOutcome> = futures::future::try_join_all(tries).await.expect("answers");
    let acquired = outcomes.iter().filter(|outcome| matches!(outcome, LeaseOutcome::Acquired(_))).count();
    let busy = outcomes.iter().filter(|outcome| **outcome == LeaseOutcome::Busy { until: at(91) }).count();
    assert_eq!((acquired, busy), (1, 7));
}

#[tokio::test]
async fn a_lost_lease_can_save_nothing() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let dead = lease(&store, &begun.job, 0).await;
    assert_eq!(store.save_checkpoint(&dead, &page(1), at(1), TTL).await.expect("saves"), Held::Yes);
    let held = lease(&store, &begun.job, 200).await;
    assert_eq!((held.fence, held.record.cursor.clone()), (2, Some(json!({"page": 1}))));

    let before = record(&store).await;
    assert_eq!(store.save_checkpoint(&dead, &page(7), at(201), TTL).await.expect("answers"), Held::Lost);
    let many = Checkpoint { marks: (0..300).map(|n| (format!("m{n}"), Some(json!(n)))).collect(), ..page(7) };
    assert_eq!(store.save_checkpoint(&dead, &many, at(201), TTL).await.expect("answers"), Held::Lost);
    assert_eq!(store.hand_over(&dead, None, None, at(201)).await.expect("answers"), None);
    assert_eq!(store.finish_run(&dead, RunEnd::Success, None, at(201)).await.expect("answers"), Held::Lost);
    assert_eq!(record(&store).await, before);
    let marks = store.load_marks(&team(), GITHUB).await.expect("loads");
    assert_eq!(marks, BTreeMap::from([("repository:1".to_owned(), json!(1))]));
    assert_eq!(store.load_settle(&team(), GITHUB, &begun.job.run_id, None, 9).await.expect("loads").len(), 1);

    assert_eq!(store.save_checkpoint(&held, &page(2), at(202), TTL).await.expect("saves"), Held::Yes);
    assert_eq!(store.finish_run(&held, RunEnd::Success, None, at(203)).await.expect("saves"), Held::Yes);
    assert_eq!(store.save_checkpoint(&held, &page(3), at(204), TTL).await.expect("answers"), Held::Lost);
}

#[tokio::test]
async fn a_lease_that_ran_out_counts_until_somebody_takes_it() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let slow = lease(&store, &begun.job, 0).await;
    assert_eq!(store.save_checkpoint(&slow, &page(1), at(500), TTL).await.expect("saves"), Held::Yes);
    let busy = store.acquire_lease(&begun.job, at(501), TTL).await.expect("answers");
    assert_eq!(busy, LeaseOutcome::Busy { until: at(590) });
}

#[tokio::test]
async fn a_run_handed_over_belongs_to_its_next_message_alone() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let first = lease(&store, &begun.job, 0).await;
    let next = store.hand_over(&first, None, None, at(10)).await.expect("saves").expect("held");
    assert_eq!(next, SyncJob { sequence: 1, ..begun.job.clone() });
    let queued = record(&store).await;
    assert_eq!((queued.status, queued.due_at, queued.attempts), (SyncStatus::Queued, Some(at(70)), 0));
    assert_eq!(store.save_checkpoint(&first, &page(1), at(11), TTL).await.expect("answers"), Held::Lost);
    assert_eq!(store.acquire_lease(&begun.job, at(11), TTL).await.expect("answers"), LeaseOutcome::Stale);
    assert_eq!(lease(&store, &next, 11).await.fence, 2);
}

#[tokio::test]
async fn a_wait_keeps_everybody_away_until_it_ends_and_failures_are_counted() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let held = lease(&store, &begun.job, 0).await;
    let cause = Some(Cause::Failure("no answer".to_owned()));
    let next = store.hand_over(&held, Some(at(600)), cause, at(10)).await.expect("saves").expect("held");
    let waiting = record(&store).await;
    assert_eq!(
        (waiting.status, waiting.waiting_until, waiting.due_at),
        (SyncStatus::Waiting, Some(at(600)), Some(at(630)))
    );
    assert_eq!((waiting.attempts, waiting.last_error.as_deref()), (1, Some("no answer")));
    let early = store.acquire_lease(&next, at(599), TTL).await.expect("answers");
    assert_eq!(early, LeaseOutcome::Waiting { until: at(600) });

    let held = lease(&store, &next, 600).await;
    assert_eq!((held.record.attempts, held.record.waiting_until), (1, None));
    assert_eq!(store.save_checkpoint(&held, &page(1), at(601), TTL).await.expect("saves"), Held::Yes);
    assert_eq!(record(&store).await.attempts, 0);
    assert_eq!(store.finish_run(&held, RunEnd::Success, None, at(602)).await.expect("saves"), Held::Yes);
    let ended = record(&store).await;
    assert_eq!(ended.last_error, None);
    assert_eq!((ended.next_run, ended.due_at), (Some(at(86_400)), Some(at(86_400))));
}

#[tokio::test]
async fn the_first_failure_in_a_row_says_since_when_and_a_limit_is_none() {
    let store = opened().await;
    let mut job = begin(&store, "r1", 0).await.job;
    let failed = |words: &str| Some(Cause::Failure(words.to_owned()));
    let told = [
        (Some(Cause::Limit("too many calls".to_owned())), None, "too many calls"),
        (failed("503"), Some(at(20)), "503"),
        (failed("no connection"), Some(at(20)), "no connection"),
        (Some(Cause::Limit("slower".to_owned())), Some(at(20)), "slower"),
    ];
    for ((cause, since, words), second) in told.into_iter().zip([10, 20, 30, 40]) {
        let held = lease(&store, &job, second).await;
        job = store.hand_over(&held, None, cause, at(second)).await.expect("saves").expect("held");
        let record = record(&store).await;
        assert_eq!((record.last_failure, record.last_error.as_deref()), (since, Some(words)));
    }
    let held = lease(&store, &job, 50).await;
    assert_eq!(store.save_checkpoint(&held, &page(1), at(51), TTL).await.expect("saves"), Held::Yes);
    store.hand_over(&held, None, failed("500"), at(52)).await.expect("saves").expect("held");
    assert_eq!(record(&store).await.last_failure, Some(at(52)), "a page was read in between");
}

#[tokio::test]
async fn a_broken_connection_says_why_and_gets_another_chance_when_it_is_replaced() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let held = lease(&store, &begun.job, 0).await;
    let end = RunEnd::Broken { reason: "Bad credentials".into() };
    assert_eq!(store.finish_run(&held, end, at(900), at(3)).await.expect("saves"), Held::Yes);
    let broken = record(&store).await;
    assert_eq!((broken.status, broken.last_failure, broken.due_at), (SyncStatus::Broken, Some(at(3)), Some(at(900))));
    assert_eq!((broken.last_success, broken.last_error.as_deref()), (None, Some("Bad credentials")));
    store.open_sync(&team(), GITHUB, at(950)).await.expect("opens");
    let mended = record(&store).await;
    assert_eq!((mended.status, mended.due_at), (SyncStatus::Idle, Some(at(950))));

    let begun = begin(&store, "r2", 10).await;
    assert!(begun.started);
    let held = lease(&store, &begun.job, 10).await;
    assert_eq!((held.fence, held.record.records), (2, 0));
    let end = RunEnd::Failed { reason: "gave up".into() };
    assert_eq!(store.finish_run(&held, end, at(900), at(13)).await.expect("saves"), Held::Yes);
    let failed = record(&store).await;
    assert_eq!(
        (failed.status, failed.last_failure, failed.last_error.as_deref()),
        (SyncStatus::Idle, Some(at(13)), Some("gave up"))
    );
}

#[tokio::test]
async fn more_marks_than_a_transaction_takes_are_set_and_removed() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let held = lease(&store, &begun.job, 0).await;
    let marks: BTreeMap<String, Option<Value>> = (0..250).map(|n| (format!("m{n}"), Some(json!({ "n": n })))).collect();
    let many = Checkpoint { marks: marks.clone(), ..page(1) };
    assert_eq!(store.save_checkpoint(&held, &many, at(1), TTL).await.expect("saves"), Held::Yes);
    let loaded = store.load_marks(&team(), GITHUB).await.expect("loads");
    assert_eq!(loaded.len(), 250);
    assert_eq!(loaded["m249"], json!({"n": 249}));
    let fewer = Checkpoint { marks: marks.into_keys().skip(1).map(|name| (name, None)).collect(), ..page(2) };
    assert_eq!(store.save_checkpoint(&held, &fewer, at(2), TTL).await.expect("saves"), Held::Yes);
    assert_eq!(store.load_marks(&team(), GITHUB).await.expect("loads").into_keys().collect::<Vec<_>>(), ["m0"]);
}

#[tokio::test]
async fn settle_lists_are_read_in_their_order_piece_by_piece() {
    let store = opened().await;
    let begun = begin(&store, "r1", 0).await;
    let mut held = lease(&store, &begun.job, 0).await;
    for n in 1..=12 {
        if n == 7 {
            // The numbers go on under another lease.
            held = lease(&store, &begun.job, 1_000).await;
        }
        let none = Checkpoint { settle: Vec::new(), ..page(n) };
        assert_eq!(store.save_checkpoint(&held, &page(n), at(1), TTL).await.expect("saves"), Held::Yes);
        assert_eq!(store.save_checkpoint(&held, &none, at(1), TTL).await.expect("saves"), Held::Yes);
    }
    let load =
        async |after, limit| store.load_settle(&team(), GITHUB, &begun.job.run_id, after, limit).await.expect("loads");
    let expected: Vec<(u32, Vec<SavedPullRequest>)> = (0..12).map(|n| (n, page(u64::from(n) + 1).settle)).collect();
    assert_eq!(load(None, 100).await, expected);
    assert_eq!(load(None, 5).await, expected[..5]);
    assert_eq!(load(Some(4), 5).await, expected[5..10]);
    assert_eq!(load(Some(11), 5).await, []);
    let other = store.load_settle(&team(), GITHUB, &"r".parse().expect("an id"), None, 5).await.expect("loads");
    assert_eq!(other, []);
}
