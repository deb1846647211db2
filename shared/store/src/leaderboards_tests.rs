use super::*;
use crate::{
    Due,
    sample::{at, team},
    testing::{TestStore, memory_store},
};
use jiff::tz::TimeZone;
use plumbline_survey::{Outcome, Place, SurveySettings, week_of};

fn leaderboard() -> Leaderboard {
    let week = week_of(at(0), &TimeZone::UTC).expect("a week");
    Leaderboard::new(team(), week, at(0), at(40_000))
}

async fn store_with_one_due() -> TestStore {
    let store = memory_store().await;
    let settings = SurveySettings::default();
    store.save_survey_settings(&team(), &settings, Some(at(0)), at(-1)).await.expect("saved");
    store
}

async fn due(store: &TestStore, second: i64) -> Vec<Due> {
    let due = store.load_due_surveys(at(second), 10).await.expect("loads");
    due.into_iter().map(|item| item.due).collect()
}

#[tokio::test]
async fn a_schedule_that_fires_twice_begins_a_leaderboard_once() {
    let store = store_with_one_due().await;
    assert_eq!(due(&store, 0).await, [Due::Leaderboard { team_id: team() }]);
    let new = leaderboard();
    let (one, other) = futures::join!(
        store.begin_leaderboard(&new, at(0), Some(at(604_800))),
        store.begin_leaderboard(&new, at(0), Some(at(604_800))),
    );
    let begun = [one.expect("answers"), other.expect("answers")];
    assert_eq!(begun.iter().filter(|begun| **begun).count(), 1, "{begun:?}");
    let week = leaderboard().week.from;
    assert_eq!(due(&store, 0).await, [Due::Post { team_id: team(), week }]);
    assert_eq!(store.load_next_leaderboard(&team()).await.expect("loads"), Some(at(604_800)));
    assert_eq!(store.load_leaderboards(&team()).await.expect("loads"), [leaderboard()]);
}

#[tokio::test]
async fn a_week_that_was_begun_before_stays_as_it_is() {
    let store = store_with_one_due().await;
    assert!(store.begin_leaderboard(&leaderboard(), at(0), Some(at(100))).await.expect("answers"));
    let week = leaderboard().week.from;
    let stored = store.load_leaderboard(&team(), week).await.expect("loads").expect("there");
    let mut board = stored.leaderboard.clone();
    let attempt = board.post.begin(at(1)).expect("it waits");
    board.post.finish(attempt, Outcome::Done(Place { channel: "C1".into(), ts: "1.1".into() }), at(1));
    let posted = store.save_leaderboard(&stored, board, None).await.expect("answers").expect("nobody else saves");
    assert!(posted.leaderboard.is_over());
    // The team chose another day of the same week.
    assert!(store.begin_leaderboard(&leaderboard(), at(100), Some(at(700_000))).await.expect("answers"));
    assert_eq!(store.load_leaderboard(&team(), week).await.expect("loads"), Some(posted));
    assert_eq!(due(&store, 200).await, []);
}

#[tokio::test]
async fn of_two_who_would_post_one_may() {
    let store = store_with_one_due().await;
    assert!(store.begin_leaderboard(&leaderboard(), at(0), None).await.expect("answers"));
    let week = leaderboard().week.from;
    let stored = store.load_leaderboard(&team(), week).await.expect("loads").expect("there");
    let mut board = stored.leaderboard.clone();
    assert_eq!(board.post.begin(at(1)), Some(1));
    let first = store.save_leaderboard(&stored, board.clone(), Some(at(121))).await.expect("answers");
    assert!(first.is_some());
    assert_eq!(store.save_leaderboard(&stored, board, Some(at(121))).await.expect("answers"), None);
    assert_eq!(due(&store, 120).await, []);
    assert_eq!(due(&store, 121).await, [Due::Post { team_id: team(), week }], "somebody looks after a lost attempt");
}
