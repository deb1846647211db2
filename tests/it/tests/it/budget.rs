//! A budget that is too small: every window saves what it fetched, and nobody calls before the reset.

use crate::world::{World, at};
use jiff::SignedDuration;
use plumbline_store::SyncStatus;
use plumbline_vendors::{
    demo,
    faults::{Fault, Kind, Matching},
    github::Budget,
};

#[tokio::test]
async fn two_thousand_pull_requests_under_a_small_budget_take_as_many_windows_as_the_arithmetic_says() {
    let state = demo::plain(1, 2_000, 2, 1, 10, at("2026-06-01T08:00:00Z"));
    let settings = serde_json::json!({"organization": state.organization.login, "history_days": 1_000});
    let mut world = World::with_settings(state, settings).await;
    // 40 pages of pull requests and one query for changes; two points a page.
    world.github.settings(|settings| settings.graphql = Budget { limit: 20, reset_after: 3_600 });
    // The stream has no part in this; the run computes the rows itself.
    world.stream_flows = false;
    let started = world.clock.now();
    world.ask_for_sync().await;
    let mut saved = Vec::new();
    for window in 1..=6 {
        world.pass_until(started + SignedDuration::from_mins(60 * window - 5)).await;
        let repository = world.db.load_repositories(&world.team).await.unwrap()[0].key;
        saved.push(world.db.list_pull_requests(&world.team, repository, None, 5_000).await.unwrap().len());
    }
    let record = world.finish_run().await;
    assert!(record.last_success.is_some(), "{record:?}");
    assert_eq!(world.github.calls().violations, 0, "no call between exhaustion and reset");
    assert!(saved.windows(2).all(|pair| pair[0] < pair[1] || pair[0] == 2_000), "each window saves: {saved:?}");
    assert_eq!(saved.last(), Some(&2_000), "{saved:?}");
    let points = world.github.calls().cost;
    let windows = points.div_ceil(20);
    let took = record.last_success.unwrap().duration_since(started);
    assert!(took < SignedDuration::from_hours(i64::try_from(windows).unwrap()), "{points} points took {took}");
}

#[tokio::test]
async fn a_secondary_limit_is_waited_for_by_a_message_and_told_in_words() {
    let state = demo::plain(1, 60, 1, 1, 1, at("2026-06-01T08:00:00Z"));
    let settings = serde_json::json!({"organization": state.organization.login, "history_days": 1_000});
    let mut world = World::with_settings(state, settings).await;
    world.github.fault(Fault {
        matching: Matching { graphql: Some("pullRequests".into()), ..Matching::default() },
        skip: 1,
        times: 1,
        kind: Kind::Secondary,
        retry_after: Some(120),
        ms: 0,
        message: None,
    });
    let started = world.clock.now();
    world.ask_for_sync().await;
    world.pass_until(started + SignedDuration::from_secs(30)).await;
    let record = world.record().await;
    assert_eq!(record.status, SyncStatus::Waiting);
    assert!(record.waiting_until.unwrap() >= started + SignedDuration::from_secs(120));
    assert!(record.last_error.unwrap().to_lowercase().contains("secondary rate limit"));
    let record = world.finish_run().await;
    assert!(record.last_success.is_some());
    assert_eq!(world.github.calls().violations, 0);
}

#[tokio::test]
async fn an_outage_is_survived_with_growing_pauses_and_the_run_catches_up_by_itself() {
    let state = demo::plain(1, 60, 1, 1, 1, at("2026-06-01T08:00:00Z"));
    let settings = serde_json::json!({"organization": state.organization.login, "history_days": 1_000});
    let mut world = World::with_settings(state, settings).await;
    world.github.fault(Fault {
        matching: Matching::default(),
        skip: 0,
        times: 12,
        kind: Kind::Unavailable,
        retry_after: None,
        ms: 0,
        message: None,
    });
    let started = world.clock.now();
    let record = world.sync().await;
    assert!(record.last_success.is_some(), "{record:?}");
    assert_eq!(record.last_error, None);
    let took = record.last_success.unwrap().duration_since(started);
    assert!(took > SignedDuration::from_mins(30), "twelve failures are not twelve quick tries: {took}");
}
