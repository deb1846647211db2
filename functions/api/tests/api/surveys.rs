//! Settings of the surveys through the API.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn settings_have_defaults_and_are_replaced_as_a_whole() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/survey-settings");
    let body = world.get(&path).await.json();
    assert_eq!((&body["settings"]["surveys"], &body["settings"]["control_rate"]), (&json!(true), &json!(0.1)));
    assert_eq!(body["next_leaderboard_at"], json!(null), "no channel, no leaderboard");

    let answer = world.put(&path, json!({ "leaderboard_channel": "C0123ABCD", "daily_cap": 3 })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // The Monday after the world's Sunday, nine o'clock in Berlin.
    assert_eq!(answer.json()["next_leaderboard_at"], "2026-11-23T08:00:00.000Z");
    let body = world.get(&path).await.json();
    assert_eq!((&body["settings"]["daily_cap"], &body["settings"]["leaderboard_at"]), (&json!(3), &json!("09:00")));

    world.put(&path, json!({})).await;
    assert_eq!(world.get(&path).await.json()["settings"]["daily_cap"], json!(null), "what is left out is the default");
}

#[tokio::test]
async fn another_time_zone_moves_the_next_leaderboard() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/survey-settings");
    world.put(&path, json!({ "leaderboard_channel": "C0123ABCD" })).await;
    world.patch(&format!("/api/teams/{team}"), json!({ "time_zone": "America/New_York" })).await;
    let due = world.store.load_next_leaderboard(&team).await.unwrap().unwrap();
    assert_eq!(due.to_string(), "2026-11-23T14:00:00Z");
    assert_eq!(world.get(&path).await.json()["next_leaderboard_at"], "2026-11-23T14:00:00.000Z");
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused_in_words() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let path = format!("/api/teams/{team}/survey-settings");
    for (body, word) in [
        (json!({ "sampling_rate": 1.5 }), "sampling_rate"),
        (json!({ "leaderboard_at": "9" }), "leaderboard_at"),
        (json!({ "leaderboard_channel": "#general" }), "leaderboard_channel"),
        (json!({ "samplingRate": 1 }), "samplingRate"),
    ] {
        let (_, detail) = world.put(&path, body).await.problem(422);
        assert!(detail.contains(word), "{detail}");
    }
    assert_eq!(world.get(&path).await.json()["settings"]["sampling_rate"], 1.0);
}
