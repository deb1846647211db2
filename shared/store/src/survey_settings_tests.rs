use super::*;
use crate::{
    sample::{at, team},
    sample_surveys::member,
    testing::memory_store,
};

#[tokio::test]
async fn settings_are_the_defaults_until_they_are_saved() {
    let store = memory_store().await;
    let load = async || store.load_survey_settings(&team()).await.expect("loads");
    assert_eq!(load().await, SurveySettings::default());
    assert_eq!(store.load_next_leaderboard(&team()).await.expect("loads"), None);
    let settings = SurveySettings { sampling_rate: 0.25, daily_cap: Some(3), ..SurveySettings::default() };
    store.save_survey_settings(&team(), &settings, Some(at(500)), at(0)).await.expect("saved");
    assert_eq!(load().await, settings);
    assert_eq!(store.load_next_leaderboard(&team()).await.expect("loads"), Some(at(500)));
    store.save_survey_settings(&team(), &settings, Some(at(400)), at(1)).await.expect("saved");
    assert_eq!(store.load_next_leaderboard(&team()).await.expect("loads"), Some(at(400)));
    let other = "t70".parse().expect("an id");
    assert_eq!(store.load_survey_settings(&other).await.expect("loads"), SurveySettings::default());
}

#[tokio::test]
async fn settings_saved_when_a_leaderboard_is_due_do_not_lose_it() {
    let store = memory_store().await;
    let settings = SurveySettings::default();
    store.save_survey_settings(&team(), &settings, Some(at(100)), at(0)).await.expect("saved");
    store.save_survey_settings(&team(), &settings, Some(at(900)), at(100)).await.expect("saved");
    assert_eq!(store.load_next_leaderboard(&team()).await.expect("loads"), Some(at(100)));
}

#[tokio::test]
async fn the_later_decision_of_a_member_stays() {
    let store = memory_store().await;
    let opt = async |id, out, second| store.save_opt_out(&team(), &member(id), out, at(second)).await.expect("saved");
    let load = async || store.load_opt_outs(&team()).await.expect("loads");
    assert_eq!(load().await, BTreeSet::new());
    opt(1, true, 10).await;
    opt(2, true, 10).await;
    assert_eq!(load().await, BTreeSet::from([member(1), member(2)]));
    opt(1, false, 20).await;
    assert_eq!(load().await, BTreeSet::from([member(2)]));
    // The first message once more, late.
    opt(1, true, 10).await;
    assert_eq!(load().await, BTreeSet::from([member(2)]));
    opt(1, true, 30).await;
    assert_eq!(load().await, BTreeSet::from([member(1), member(2)]));
    assert_eq!(store.load_opt_outs(&"t70".parse().expect("an id")).await.expect("loads"), BTreeSet::new());
}
