//! One vendor is down for a day: the others' data is on time, its own connection says since when and why, nobody storms
//! it, and what was missed comes by itself.

use crate::{
    vendor::Vendor,
    world::{World, at},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::Provider;
use plumbline_store::SyncStatus;
use plumbline_vendors::faults::{Fault, Kind};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A run of this company's vendors takes no longer than this, with the pauses for their budgets.
const RUN: SignedDuration = SignedDuration::from_mins(10);

/// How often a vendor that does not answer may be tried in this time: six times in the first ten minutes, and then every
/// 15 minutes.
fn most_tries(time: SignedDuration) -> u32 {
    6 + u32::try_from(time.as_mins() / 15).unwrap()
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// One company's team, connected to all of its vendors.
async fn team() -> World {
    let mut vendors = Vec::new();
    for connector in plumbline_connectors::all() {
        vendors.push(Vendor::start_small(connector).await);
    }
    World::of(vendors).await
}

/// Whether what happened at a vendor is among the facts.
async fn knows(world: &World, words: &[String]) -> Vec<bool> {
    let facts: String = world.items(&world.db.tables.facts).await.iter().map(ToString::to_string).collect();
    words.iter().map(|words| facts.contains(words)).collect()
}

/// Every connection's run of the night that began at `night` is over and well.
async fn check_night(world: &World, night: Timestamp, but: Option<Provider>) {
    for provider in Provider::ALL.into_iter().filter(|provider| Some(*provider) != but) {
        let record = world.record_of(provider).await;
        let on_time = record.last_success.is_some_and(|at| night <= at && at <= night + RUN);
        assert!(on_time, "{provider}, {but:?} being down: {record:?}");
        assert_eq!((record.status, record.last_error), (SyncStatus::Idle, None), "{provider}");
    }
}

/// Each of the vendors in turn is down for a day with one night in it: it answers 503 until half past twelve, and refuses
/// connections after that.
async fn drill(providers: &[Provider]) {
    let (mut world, mut calm) = (team().await, team().await);
    let mut night = at("2026-06-16T01:00:00Z");
    for world in [&mut world, &mut calm] {
        world.pass_until(night + RUN).await;
        check_night(world, night, None).await;
    }
    for (day, &down) in (1_usize..).zip(providers) {
        night += DAY;
        // Later from day to day, so that a vendor is back before the next one fails.
        let failed_at = night - minutes(200) + minutes(25) * i32::try_from(day).unwrap();
        for world in [&mut world, &mut calm] {
            world.pass_until(failed_at).await;
        }
        let before = world.record_of(down).await;
        world.vendor(down).forget();
        world.vendor(down).fault(Fault::once(Kind::Unavailable).times(u32::MAX));
        let words: Vec<String> = calm.vendors.iter().map(|vendor| vendor.change(day)).collect();
        for vendor in &world.vendors {
            vendor.change(day);
        }
        for world in [&mut world, &mut calm] {
            world.pass_until(night + RUN).await;
        }
        check_night(&calm, night, None).await;
        check_night(&world, night, Some(down)).await;
        let known: Vec<bool> = calm.vendors.iter().map(|vendor| vendor.provider() != down).collect();
        assert_eq!(knows(&world, &words).await, known, "{down} is down, of {words:?}");

        // What people see of it at noon.
        let noon = night + SignedDuration::from_mins(690);
        world.pass_until(noon).await;
        let seen = told(&world, down).await;
        assert_eq!(seen["status"], "waiting", "{seen}");
        assert_eq!(seen["last_failure"], shown(night), "since when: {seen}");
        assert_eq!(seen["last_success"], shown(before.last_success.unwrap()), "{seen}");
        assert!(seen["last_error"].as_str().unwrap().contains("503"), "why: {seen}");
        let calls = world.vendor(down).calls();
        assert_eq!(calls.by_status.keys().copied().collect::<Vec<_>>(), [503], "{down}");
        let tries = world.record_of(down).await.attempts;
        assert!(calls.total <= u64::from(tries), "{down}: {} calls in {tries} tries", calls.total);
        assert!(tries <= most_tries(noon.duration_since(night)), "{down}: {tries} tries");

        // New functions, which hold no connection open.
        world.vendor(down).clear_faults();
        world.vendor(down).shut().await;
        world.connector.connectors = plumbline_connectors::all();
        let back_at = failed_at + DAY;
        world.pass_until(back_at).await;
        let seen = told(&world, down).await;
        assert_eq!((&seen["status"], &seen["last_failure"]), (&"waiting".into(), &shown(night)), "{seen}");
        assert!(seen["last_error"].as_str().unwrap().contains("no connection"), "why: {seen}");
        let tries = world.record_of(down).await.attempts;
        assert!((80..=most_tries(back_at.duration_since(night))).contains(&tries), "{down}: {tries} tries");

        world.vendor(down).reopen();
        world.pass_until(back_at + minutes(16)).await;
        let record = world.record_of(down).await;
        assert!(record.last_success.is_some_and(|at| at > back_at), "{down}: {record:?}");
        assert_eq!((record.status, record.last_error), (SyncStatus::Idle, None), "{down}");
        calm.pass_until(back_at + minutes(16)).await;
        calm.ask_for_sync_of(down).await;
        assert_eq!(calm.finish_run_of(down).await.last_error, None);
        assert!(world.outcome().await == calm.outcome().await, "{down} was down, and the facts differ");
    }
}

/// The connection's row of `GET /api/sync`.
async fn told(world: &World, provider: Provider) -> serde_json::Value {
    let rows = world.ask(&format!("/api/sync?team_id={}", world.team)).await;
    rows.as_array().unwrap().iter().find(|row| row["provider"] == provider.as_str()).unwrap().clone()
}

/// As the API writes instants.
fn shown(at: Timestamp) -> serde_json::Value {
    format!("{at:.3}").into()
}

#[tokio::test]
async fn a_vendor_that_is_down_for_a_day_holds_up_nobody_and_catches_up_by_itself_github_and_jira() {
    Box::pin(drill(&[Provider::Github, Provider::Copilot, Provider::GithubEnterprise, Provider::Jira])).await;
}

#[tokio::test]
async fn a_vendor_that_is_down_for_a_day_holds_up_nobody_and_catches_up_by_itself_the_others() {
    Box::pin(drill(&[Provider::Atlassian, Provider::Jfrog, Provider::Trello, Provider::Slack])).await;
}
