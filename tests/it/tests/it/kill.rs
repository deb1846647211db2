//! A function is killed at any moment: the run goes on by itself, within two minutes, and loses nothing.

use crate::{
    vendor::{self, Vendor},
    world::{World, at},
};
use jiff::SignedDuration;
use plumbline_domain::Provider;
use plumbline_store::SyncStatus;
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

/// Killed at random writes, of every vendor, several times in a run: each time somebody goes on within two minutes and
/// reads at most a page again, and the run ends with the facts of an undisturbed one. (At random calls: `contract.rs`.)
async fn killed_between_writes(providers: &[Provider]) {
    let per_vendor = if std::env::var_os("PLUMBLINE_LONG_DRILLS").is_some() { 125 } else { 13 };
    // As in `contract.rs`: positions spread over the whole run, the same in every build.
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let connectors = plumbline_connectors::all().into_iter();
    for connector in connectors.filter(|one| providers.contains(&one.descriptor().provider)) {
        let provider = connector.descriptor().provider;
        let plain = Vendor::start_small(connector).await;
        let mut run = plain.run(vendor::now());
        assert_eq!(run.go_on().await, Ok(()), "{provider}");
        let largest_page = run.pages.iter().map(|page| u64::from(page.calls)).max().unwrap();
        drop(run);
        plain.forget();
        let plenty = u64::MAX - 1;
        let mut calm = World::of(vec![plain]).await;
        calm.ask_for_sync_of(provider).await;
        calm.fuse.set(plenty);
        assert!(calm.finish_run_of(provider).await.last_success.is_some(), "{provider}");
        let (writes, expected) = (plenty - calm.fuse.left(), calm.outcome().await);
        let mut vendor = calm.vendors.pop().unwrap();
        let calls = vendor.calls().total;
        let mut kills = 0;
        while kills < per_vendor {
            vendor.forget();
            vendor.set_clock(vendor::now());
            let mut world = World::of(vec![vendor]).await;
            world.ask_for_sync_of(provider).await;
            // About a dozen kills fall into a run.
            let mut next_kill = || {
                random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
                (random >> 33) % (writes / 6 + 2)
            };
            world.fuse.set(next_kill());
            let (mut of_run, mut killed) = (0, None);
            let limit = world.clock.now() + SignedDuration::from_hours(24);
            loop {
                let record = world.record_of(provider).await;
                if let Some((at, fence)) = killed.filter(|(_, fence)| record.fence > *fence) {
                    let idle = world.clock.now().duration_since(at);
                    assert!(idle <= SignedDuration::from_mins(2), "{provider}, fence {fence}: resumed after {idle}");
                    killed = None;
                }
                if matches!(record.status, SyncStatus::Idle | SyncStatus::Broken) {
                    assert_eq!((record.status, &record.last_error), (SyncStatus::Idle, &None), "{provider}");
                    break;
                }
                assert!(world.step(limit).await, "{provider}: the run did not end within a day: {record:?}");
                if world.fuse.has_blown() {
                    of_run += 1;
                    killed = Some((world.clock.now(), world.record_of(provider).await.fence));
                    if kills + of_run < per_vendor {
                        world.fuse.set(next_kill());
                    } else {
                        world.fuse.mend();
                    }
                }
            }
            assert!(world.outcome().await == expected, "{provider}, killed {of_run} times: other facts or rows");
            vendor = world.vendors.pop().unwrap();
            let again = vendor.calls().total.saturating_sub(calls);
            assert!(again <= of_run * largest_page, "{provider}, killed {of_run} times: {again} calls more");
            assert!(of_run > 0, "{provider}: a run of {writes} writes without a kill");
            kills += of_run;
        }
    }
}

#[tokio::test]
async fn killed_between_any_writes_of_githubs_connections_a_run_ends_with_the_same_facts() {
    Box::pin(killed_between_writes(&[Provider::Github, Provider::Copilot, Provider::GithubEnterprise])).await;
}

#[tokio::test]
async fn killed_between_any_writes_of_the_other_vendors_a_run_ends_with_the_same_facts() {
    let others = [Provider::Jira, Provider::Atlassian, Provider::Jfrog, Provider::Trello, Provider::Slack];
    Box::pin(killed_between_writes(&others)).await;
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
