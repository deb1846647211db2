//! A function is killed at any moment: the run goes on by itself, within two minutes, and loses nothing.

use crate::world::{World, at};
use jiff::SignedDuration;
use plumbline_vendors::demo;

fn organization() -> plumbline_vendors::github::State {
    demo::plain(2, 130, 2, 1, 40, at("2026-06-01T08:00:00Z"))
}

fn settings(state: &plumbline_vendors::github::State) -> serde_json::Value {
    serde_json::json!({"organization": state.organization.login, "history_days": 1_000})
}

#[tokio::test]
async fn killed_after_any_write_the_run_ends_with_the_same_facts_and_reads_at_most_a_page_again() {
    let state = organization();
    let settings = settings(&state);
    let mut calm = World::with_settings(state.clone(), settings.clone()).await;
    calm.sync().await;
    let undisturbed = calm.github.calls().total;
    let expected = calm.outcome().await;

    // Each write of the first invocation in turn would be some hundreds; steps that share no factor with a page's
    // number of writes hit all kinds.
    let kills: Vec<u64> = if std::env::var_os("PLUMBLINE_LONG_DRILLS").is_some() {
        (0..1_000).collect()
    } else {
        vec![0, 1, 2, 3, 5, 13, 34, 59, 97, 151, 211]
    };
    for writes in kills {
        let mut world = World::with_settings(state.clone(), settings.clone()).await;
        world.ask_for_sync().await;
        world.fuse.set(writes);
        let job = world.record().await.job().unwrap();
        let outcome = world.deliver(job).await;
        world.fuse.mend();
        world.flow().await;
        let killed_at = world.clock.now();
        if outcome.is_none() {
            // The message is SQS's until its visibility timeout; the schedule must be quicker.
            let fence = world.record().await.fence;
            world.pass_until(killed_at + SignedDuration::from_mins(2)).await;
            let record = world.record().await;
            assert!(
                record.last_success.is_some() || record.fence > fence,
                "after {writes} writes: not resumed within two minutes: {record:?}"
            );
        }
        let record = world.finish_run().await;
        assert_eq!(record.last_error, None, "after {writes} writes");
        assert!(record.last_success.is_some(), "after {writes} writes");
        assert!(world.outcome().await == expected, "after {writes} writes the facts or rows differ");
        let again = world.github.calls().total - undisturbed;
        assert!(again <= 1, "after {writes} writes: {again} calls more than undisturbed");
    }
}

#[tokio::test]
async fn a_lost_message_is_sent_again_by_the_schedule() {
    let state = organization();
    let settings = settings(&state);
    let mut world = World::with_settings(state, settings).await;
    world.ask_for_sync().await;
    world.queue.lose_everything();
    let asked = world.clock.now();
    let record = world.finish_run().await;
    assert!(record.last_success.is_some_and(|done| done <= asked + SignedDuration::from_mins(3)), "{record:?}");
}

#[tokio::test]
async fn ingest_killed_between_writes_is_delivered_again_and_ends_the_same() {
    let state = organization();
    let settings = settings(&state);
    let mut world = World::with_settings(state, settings).await;
    world.sync().await;
    let repository = world.github.state(|s| s.own_repositories().next().unwrap().full_name());
    world.github.state(|s| {
        let number = s.open_pull_request(&repository, "person1");
        s.advance(60);
        s.merge(&repository, number);
    });
    for event in world.github.take_webhooks() {
        assert_eq!(world.send_webhook(&event).await, 202);
    }
    world.fuse.set(1);
    assert!(world.ingest().await > 0, "the kill fails a record");
    world.fuse.mend();
    assert_eq!(world.ingest().await, 0);
    world.flow().await;
    let (facts, rows) = world.outcome().await;
    world.move_to(world.github.state(|s| s.now()) + SignedDuration::from_secs(300));
    world.sync().await;
    let (facts_after, rows_after) = world.outcome().await;
    assert!(facts_after.len() >= facts.len(), "the sync wipes nothing");
    assert!(rows_after.len() == rows.len(), "the merge was visible before the sync");
}
