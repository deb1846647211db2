//! A sync's life, from the first run to the quiet ones.

use crate::world::{World, at};
use jiff::{SignedDuration, ToSpan as _, tz::TimeZone};
use plumbline_store::SyncStatus;
use plumbline_vendors::{
    demo,
    github::{ReviewState, State},
    truth,
};

fn small() -> State {
    let mut state = State::new("acme", at("2026-06-01T08:00:00Z"));
    for login in ["ada", "bert", "cleo"] {
        state.add_member(login);
    }
    state.add_team("core", None, &["ada", "bert"]);
    state.add_repository("engine");
    for _ in 0..3 {
        let number = state.open_pull_request("acme/engine", "ada");
        state.advance(3_600);
        state.review("acme/engine", number, "bert", ReviewState::Approved);
        state.advance(1_800);
        state.merge("acme/engine", number);
        state.advance(600);
    }
    state.advance(86_400);
    state
}

#[tokio::test]
async fn the_first_run_brings_everything_and_the_second_writes_nothing() {
    let mut world = World::new(small()).await;
    let record = world.sync().await;
    assert_eq!((record.status, record.last_error), (SyncStatus::Idle, None));
    assert_eq!(record.last_success, Some(world.clock.now()));

    let rows = world.db.load_rows(&world.team, at("2026-05-01T00:00:00Z"), at("2026-07-01T00:00:00Z")).await.unwrap();
    let cycles: Vec<u64> = rows.rows.iter().map(|row| row.cycle_seconds).collect();
    assert_eq!(cycles, [5_400, 5_400, 5_400]);
    let accounts = world.db.load_accounts(&world.team).await.unwrap();
    let members = accounts.iter().filter(|account| account.member == Some(true)).count();
    // The organisation's owner, whom the simulator adds, is one of them.
    assert!(members >= 3, "{accounts:?}");

    let before = (world.items(&world.db.tables.facts).await, world.items(&world.db.tables.rollups).await);
    world.github.reset_counters();
    world.sync().await;
    let after = (world.items(&world.db.tables.facts).await, world.items(&world.db.tables.rollups).await);
    assert!(before == after, "an unchanged organisation costs no write");
    assert_eq!(world.github.calls().of("graphql"), 1, "one query asks for all repositories' changes");
}

#[tokio::test]
async fn a_pull_request_updated_late_is_not_missed() {
    let mut world = World::new(small()).await;
    world.sync().await;
    world.github.state(|state| {
        state.advance(3_600);
        state.edit_title("acme/engine", 1, "a better title");
    });
    world.move_to(world.github.state(|state| state.now()) + SignedDuration::from_secs(60));
    world.sync().await;
    let repository = world.db.load_repositories(&world.team).await.unwrap()[0].key;
    let all = world.db.list_pull_requests(&world.team, repository, None, 10).await.unwrap();
    assert_eq!(all[0].scalars.as_ref().unwrap().title, "a better title");
}

#[tokio::test]
async fn the_daily_run_comes_by_itself_at_the_teams_own_hour() {
    let mut world = World::new(small()).await;
    let due = world.record().await.next_run.unwrap();
    assert_eq!(due.to_zoned(TimeZone::get("Europe/Berlin").unwrap()).time().to_string(), "03:00:00");
    world.move_to(due - SignedDuration::from_mins(10));
    world.pass_until(due + SignedDuration::from_mins(5)).await;
    let record = world.record().await;
    assert!(record.last_success.is_some_and(|at| at >= due), "{record:?}");
    assert_eq!(record.next_run, Some(due + SignedDuration::from_hours(24)));
}

#[tokio::test]
async fn success_is_only_told_when_the_rows_are_visible_and_missing_ones_are_computed() {
    let mut world = World::new(small()).await;
    world.stream_flows = false;
    let started = world.clock.now();
    let record = world.sync().await;
    // The stream had its time, then the connector computed the rows itself.
    assert!(record.last_success.unwrap() >= started + SignedDuration::from_secs(20));
    let rows = world.db.load_rows(&world.team, at("2026-05-01T00:00:00Z"), at("2026-07-01T00:00:00Z")).await.unwrap();
    assert_eq!(rows.rows.len(), 3);
}

#[tokio::test]
async fn a_job_that_finds_the_lease_taken_comes_back_later_and_is_no_failure() {
    let mut world = World::new(small()).await;
    world.ask_for_sync().await;
    let job = world.record().await.job().unwrap();
    let lease = world.db.acquire_lease(&job, world.clock.now(), std::time::Duration::from_secs(30)).await.unwrap();
    assert!(matches!(lease, plumbline_store::LeaseOutcome::Acquired(_)));
    assert_eq!(world.deliver(job.clone()).await, Some(plumbline_connector::Outcome::Postponed));
    let record = world.finish_run().await;
    assert!(record.last_success.is_some());
    assert_eq!(world.deliver(job).await, Some(plumbline_connector::Outcome::Stale));
}

/// The demo organisation, whole: what the product says equals what the simulator's own plain arithmetic says.
#[tokio::test]
async fn the_demo_organisations_numbers_are_right() {
    let now = at("2026-06-01T08:00:00Z");
    let state = demo::organization(7, now);
    let name = state.organization.login.clone();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let to = now.to_zoned(zone.clone()).date();
    let from = to.checked_sub(89.days()).unwrap();
    let expected = truth::delivery(&state, from, to, &zone);
    let settings = serde_json::json!({"organization": name, "history_days": 120});
    let mut world = World::with_settings(state, settings).await;
    let record = world.sync().await;
    assert_eq!(record.last_error, None);
    assert!(record.last_success.is_some());
    let path = format!("/api/teams/t1/metrics/delivery?from={from}&to={to}");
    let answer = world.ask(&path).await;
    for (name, expected) in [
        ("cycle_time", &expected.cycle),
        ("pickup_time", &expected.pickup),
        ("review_time", &expected.review),
        ("merge_time", &expected.merge),
        ("coding_time", &expected.coding),
        ("lead_time", &expected.lead),
    ] {
        let number = |field: &str| answer[name][field].as_f64().unwrap_or(f64::NAN);
        assert_eq!(answer[name]["n"], expected.n, "{name}");
        for (field, expected) in [("median", expected.median), ("p75", expected.p75), ("mean", expected.mean)] {
            let difference = (number(field) - expected.unwrap()).abs();
            assert!(difference < 0.01, "{name} {field}: {} and not {expected:?}", number(field));
        }
    }
    assert_eq!(answer["throughput"]["merged"], expected.merged);
    assert_eq!(answer["throughput"]["active_authors"], expected.active_authors);
    let unreviewed = answer["pickup_time"]["exclusions"].as_array().unwrap().iter();
    let unreviewed = unreviewed.filter(|exclusion| exclusion["reason"] == "merged_without_review");
    assert_eq!(unreviewed.map(|exclusion| &exclusion["count"]).collect::<Vec<_>>(), [expected.merged_without_review]);
    assert!(expected.merged > 100 && expected.by_bots > 0, "the demo has something to show");
}
