//! Wrong tokens, wrong names, odd records: a clear error or a skipped record with its reason, and nothing else lost.

use crate::world::{World, at};
use jiff::SignedDuration;
use plumbline_store::SyncStatus;
use plumbline_vendors::{
    demo,
    faults::{Fault, Kind, Matching},
    github::{Repository, ReviewState, State},
};
use serde_json::json;

fn state() -> State {
    demo::plain(2, 20, 1, 1, 3, at("2026-06-01T08:00:00Z"))
}

fn settings(state: &State) -> serde_json::Value {
    json!({"organization": state.organization.login, "history_days": 1_000})
}

async fn pull_requests(world: &World) -> usize {
    let mut count = 0;
    for repository in world.db.load_repositories(&world.team).await.unwrap() {
        count += world.db.list_pull_requests(&world.team, repository.key, None, 1_000).await.unwrap().len();
    }
    count
}

#[tokio::test]
async fn a_wrong_token_marks_the_connection_broken_with_githubs_reason_and_is_not_tried_in_a_storm() {
    let state = state();
    let settings = settings(&state);
    let mut world = World::with_settings(state, settings.clone()).await;
    world.replace_connection(settings.clone(), "a token that GitHub does not know").await;
    let record = world.sync().await;
    assert_eq!(record.status, SyncStatus::Broken);
    assert!(record.last_error.as_ref().unwrap().contains("Bad credentials"), "{record:?}");
    let calls = world.github.calls().total;
    world.pass_until(world.clock.now() + SignedDuration::from_hours(2)).await;
    assert_eq!(world.github.calls().total, calls, "nobody tries again by himself before the night");

    world.replace_connection(settings, plumbline_vendors::github::TOKEN).await;
    assert_eq!(world.record().await.status, SyncStatus::Idle);
    assert!(world.sync().await.last_success.is_some());
}

#[tokio::test]
async fn an_unknown_repository_is_named_and_the_others_are_read() {
    let state = state();
    let known: Vec<String> = state.own_repositories().map(Repository::full_name).collect();
    let settings = json!({"repositories": [known[0], "nobody/nothing"], "history_days": 1_000});
    let mut world = World::with_settings(state, settings).await;
    let record = world.sync().await;
    assert!(record.last_success.is_some(), "{record:?}");
    assert!(record.quarantined >= 1);
    assert!(pull_requests(&world).await > 0);
}

#[tokio::test]
async fn an_empty_repository_a_deleted_user_and_a_renamed_repository_are_ordinary() {
    let mut state = State::new("acme", at("2026-06-01T08:00:00Z"));
    state.add_member("ada");
    state.add_member("bert");
    state.add_repository("empty");
    state.add_repository("engine");
    let number = state.open_pull_request("acme/engine", "ada");
    state.advance(60);
    state.review("acme/engine", number, "bert", ReviewState::Approved);
    state.advance(60);
    state.merge("acme/engine", number);
    state.delete_user("bert");
    state.advance(3_600);
    let mut world = World::new(state).await;
    assert!(world.sync().await.last_success.is_some());
    assert_eq!(pull_requests(&world).await, 1);

    world.github.state(|state| {
        state.rename_repository("acme/engine", "motor");
        state.advance(60);
        let number = state.open_pull_request("acme/motor", "ada");
        state.advance(60);
        state.merge("acme/motor", number);
        state.advance(600);
    });
    world.move_to(world.github.state(|state| state.now()));
    assert!(world.sync().await.last_success.is_some());
    let repositories = world.db.load_repositories(&world.team).await.unwrap();
    let names: Vec<&str> = repositories.iter().map(|repository| repository.full_name.as_str()).collect();
    assert_eq!(names.len(), 2, "a renamed repository is the same one: {names:?}");
    assert!(names.contains(&"acme/motor"));
    assert_eq!(pull_requests(&world).await, 2, "its history came along");
    let rows = world.db.load_rows(&world.team, at("2026-05-01T00:00:00Z"), at("2026-07-01T00:00:00Z")).await.unwrap();
    assert_eq!(rows.rows.len(), 2);
}

#[tokio::test]
async fn every_kind_of_fault_in_the_middle_of_a_run_ends_in_the_same_facts() {
    let state = state();
    let settings = settings(&state);
    let mut calm = World::with_settings(state.clone(), settings.clone()).await;
    calm.sync().await;
    let expected = calm.outcome().await;
    for kind in [
        Kind::Internal,
        Kind::BadGateway,
        Kind::Unavailable,
        Kind::Truncated,
        Kind::Close,
        Kind::TooMany,
        Kind::Secondary,
        Kind::GraphqlErrors,
        Kind::GraphqlRateLimited,
    ] {
        let mut world = World::with_settings(state.clone(), settings.clone()).await;
        world.github.fault(Fault {
            matching: Matching { graphql: Some("pullRequests".into()), ..Matching::default() },
            skip: 1,
            times: 2,
            kind,
            retry_after: None,
            ms: 0,
            message: None,
        });
        world.github.fault(Fault {
            matching: Matching { path: Some("/members".into()), ..Matching::default() },
            skip: 0,
            times: u32::from(!matches!(kind, Kind::GraphqlErrors | Kind::GraphqlRateLimited)),
            kind,
            retry_after: Some(7),
            ms: 0,
            message: None,
        });
        let record = world.sync().await;
        assert!(record.last_success.is_some(), "{kind:?}: {record:?}");
        assert_eq!(record.last_error, None, "{kind:?}");
        let outcome = world.outcome().await;
        let strip = |facts: &[serde_json::Value]| -> Vec<serde_json::Value> {
            facts.iter().map(|fact| json!([fact["pk"], fact["sk"]])).collect()
        };
        assert_eq!(strip(&outcome.0), strip(&expected.0), "{kind:?}");
        assert_eq!(outcome.1, expected.1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_record_of_wrong_types_is_left_out_with_its_reason_and_the_rest_is_kept() {
    let state = state();
    let settings = settings(&state);
    let all: usize = state.own_repositories().map(|repository| repository.pull_requests.len()).sum();
    let mut world = World::with_settings(state, settings).await;
    world.github.fault(Fault {
        matching: Matching { graphql: Some("reviews".into()), ..Matching::default() },
        skip: 0,
        times: 1,
        kind: Kind::WrongRecord,
        retry_after: None,
        ms: 0,
        message: None,
    });
    let record = world.sync().await;
    assert!(record.last_success.is_some(), "{record:?}");
    assert_eq!(record.quarantined, 1);
    assert_eq!(pull_requests(&world).await, all - 1);
}

#[tokio::test]
async fn more_than_250_commits_are_all_kept_and_only_their_number_is_a_scalar() {
    let mut state = State::new("acme", at("2026-06-01T08:00:00Z"));
    state.add_member("ada");
    state.add_repository("engine");
    let number = state.open_pull_request("acme/engine", "ada");
    for _ in 0..329 {
        state.advance(1);
        state.push_commit("acme/engine", number);
    }
    state.merge("acme/engine", number);
    state.advance(600);
    let mut world = World::new(state).await;
    world.github.settings(|settings| settings.commit_cap = None);
    assert!(world.sync().await.last_success.is_some());
    let repository = world.db.load_repositories(&world.team).await.unwrap()[0].key;
    let all = world.db.list_pull_requests(&world.team, repository, None, 5).await.unwrap();
    let commits = &all[0].commits.as_ref().unwrap().commits;
    assert_eq!((commits.len(), all[0].scalars.as_ref().unwrap().commits), (330, 330));
}
