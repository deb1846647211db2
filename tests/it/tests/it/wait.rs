//! A vendor that says "wait until T" is not called before T, by nobody.

use crate::{
    vendor::Vendor,
    world::{World, at},
};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plumbline_connector::Outcome;
use plumbline_connectors::{Connection, Connector, Cursor, Descriptor, Failure, Marks, Page, Probe, Settings};
use plumbline_store::SyncStatus;
use plumbline_vendors::{
    demo,
    faults::{Fault, Kind},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::Notify;

/// Half an hour, in seconds.
const WAIT: u64 = 1_800;

fn wait() -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(WAIT).unwrap())
}

#[tokio::test]
async fn invocations_that_race_and_messages_that_come_twice_leave_the_vendor_alone() {
    for connector in plumbline_connectors::all() {
        let provider = connector.descriptor().provider;
        let mut world = World::of(vec![Vendor::start_small(connector).await]).await;
        world.vendor(provider).fault(Fault::once(Kind::TooMany).retry_after(WAIT));
        let told_at = world.clock.now();
        world.ask_for_sync_of(provider).await;
        let job = world.record_of(provider).await.job().unwrap();
        let outcomes = tokio::join!(world.deliver(job.clone()), world.deliver(job.clone()));
        let mut outcomes = [outcomes.0.unwrap(), outcomes.1.unwrap()];
        outcomes.sort_by_key(|outcome| format!("{outcome:?}"));
        let second = &outcomes[1];
        assert_eq!(outcomes[0], Outcome::HandedOver, "{provider}");
        assert!(matches!(second, Outcome::Postponed | Outcome::Stale), "{provider}: {second:?}");
        let record = world.record_of(provider).await;
        assert_eq!((record.status, record.last_failure), (SyncStatus::Waiting, None), "{provider}: {record:?}");
        assert!(record.waiting_until.unwrap() >= told_at + wait(), "{provider}: {record:?}");
        // The messages come again and again, and somebody is impatient.
        for minutes in [1, 5, 14, 20, 29] {
            world.pass_until(told_at + SignedDuration::from_mins(minutes)).await;
            world.ask_for_sync_of(provider).await;
            world.deliver(job.clone()).await;
            world.deliver(world.record_of(provider).await.job().unwrap()).await;
        }
        assert_eq!(world.vendor(provider).calls().total, 1, "{provider}");
        assert!(world.finish_run_of(provider).await.last_success.is_some(), "{provider}");
        let calls = world.vendor(provider).calls();
        let next = calls.log.get(1).unwrap().at;
        assert!(next >= told_at + wait() && next <= told_at + wait() + SignedDuration::from_mins(1), "{provider}");
        assert_eq!(calls.violations, 0, "{provider}");
    }
}

/// A connector whose first page is on its way for as long as the test wants.
struct Held {
    inner: Box<dyn Connector>,
    first: AtomicBool,
    read: Arc<Notify>,
    go_on: Arc<Notify>,
}

#[async_trait]
impl plumbline_connectors::Vendor for Held {
    fn descriptor(&self) -> &'static Descriptor {
        self.inner.descriptor()
    }
    fn check(&self, settings: &Settings) -> Result<(), String> {
        self.inner.check(settings)
    }
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        self.inner.probe(connection, now).await
    }
}

#[async_trait]
impl Connector for Held {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let page = self.inner.fetch(connection, marks, cursor, now).await;
        if self.first.swap(false, Ordering::SeqCst) {
            self.read.notify_one();
            self.go_on.notified().await;
        }
        page
    }
}

#[tokio::test]
async fn an_invocation_that_lost_its_lease_makes_no_call_after_another_was_told_to_wait() {
    for (connector, inner) in plumbline_connectors::all().into_iter().zip(plumbline_connectors::all()) {
        let provider = connector.descriptor().provider;
        let mut world = World::of(vec![Vendor::start_small(connector).await]).await;
        let (read, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let held = Held { inner, first: AtomicBool::new(true), read: read.clone(), go_on: go_on.clone() };
        world.connector.connectors = vec![Box::new(held)];
        world.ask_for_sync_of(provider).await;
        let job = world.record_of(provider).await.job().unwrap();
        let later = world.clock.now() + SignedDuration::from_secs(31);
        let (slow, (quick, calls)) = tokio::join!(world.deliver(job.clone()), async {
            read.notified().await;
            // Its lease ends.
            world.move_to(later);
            world.vendors[0].fault(Fault::once(Kind::TooMany).retry_after(WAIT));
            let quick = world.deliver(job.clone()).await;
            let calls = world.vendors[0].calls().total;
            go_on.notify_one();
            (quick, calls)
        });
        assert_eq!((slow, quick), (Some(Outcome::Lost), Some(Outcome::HandedOver)), "{provider}");
        world.pass_until(later + wait() - SignedDuration::from_secs(1)).await;
        assert_eq!(world.record_of(provider).await.status, SyncStatus::Waiting, "{provider}");
        let after = world.vendor(provider).calls();
        assert_eq!((after.total, after.violations), (calls, 0), "{provider}");
    }
}

#[tokio::test]
async fn webhooks_that_come_while_a_sync_waits_are_applied_without_a_call() {
    let state = demo::plain(1, 10, 1, 1, 1, at("2026-06-01T08:00:00Z"));
    let settings = serde_json::json!({"organization": state.organization.login, "history_days": 1_000});
    let mut world = World::with_settings(state, settings).await;
    world.sync().await;
    world.github.reset_counters();
    world.github.fault(Fault::once(Kind::Secondary).retry_after(WAIT));
    let told_at = world.clock.now();
    world.ask_for_sync().await;
    world.pass_until(told_at + SignedDuration::from_mins(1)).await;
    assert_eq!(world.record().await.status, SyncStatus::Waiting);
    let before = world.outcome().await.1.len();
    world.github.state(|state| {
        let repository = state.own_repositories().next().unwrap().full_name();
        let number = state.open_pull_request(&repository, "person1");
        state.advance(60);
        state.merge(&repository, number);
    });
    world.move_to(world.github.state(|state| state.now()));
    for event in world.github.take_webhooks() {
        assert_eq!(world.send_webhook(&event).await, 202);
    }
    assert_eq!(world.ingest().await, 0);
    world.flow().await;
    assert_eq!(world.outcome().await.1.len(), before + 1, "the merge has its row");
    world.pass_until(told_at + wait() - SignedDuration::from_secs(1)).await;
    assert_eq!(world.github.calls().total, 1, "the one that was told to wait");
    assert!(world.finish_run().await.last_success.is_some_and(|at| at >= told_at + wait()));
    assert_eq!(world.github.calls().violations, 0);
}
