use super::*;
use crate::{
    Held, LeaseOutcome, RunEnd,
    sample::{at, team},
    testing::memory_store,
};
use std::time::Duration;

#[tokio::test]
async fn a_broken_connection_says_why_and_a_run_under_way_saves_no_more() {
    let store = memory_store().await;
    let (team, slack) = (team(), Provider::Slack);
    assert!(!store.mark_broken(&team, slack, "gone", at(0)).await.expect("answers"), "there is none");
    store.open_sync(&team, slack, at(1_000)).await.expect("opened");
    let begun = store.begin_run(&team, slack, "r1".parse().expect("an id"), at(0), None).await.expect("begun");
    let job = begun.expect("a record").job;
    let lease = store.acquire_lease(&job, at(1), Duration::from_secs(30)).await.expect("answers");
    let LeaseOutcome::Acquired(lease) = lease else { panic!("{lease:?}") };
    for second in [2, 3] {
        assert!(store.mark_broken(&team, slack, "the app was removed", at(second)).await.expect("answers"));
    }
    let record = store.load_sync(&team, slack).await.expect("loads").expect("there");
    assert_eq!(record.status, SyncStatus::Broken);
    assert_eq!(record.last_error.as_deref(), Some("the app was removed"));
    assert_eq!((record.last_failure, record.due_at), (Some(at(2)), Some(at(1_000))), "noted once; tried the next day");
    assert_eq!(store.finish_run(&lease, RunEnd::Success, None, at(4)).await.expect("answers"), Held::Lost);
    // Connected again.
    store.open_sync(&team, slack, at(2_000)).await.expect("opened");
    assert_eq!(store.load_sync(&team, slack).await.expect("loads").expect("there").status, SyncStatus::Idle);
}
