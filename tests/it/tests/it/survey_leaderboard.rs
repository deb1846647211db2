//! The weekly leaderboard, from its due time to the channel.

use crate::{survey_stage::Stage, world::at};
use jiff::{SignedDuration, Timestamp};
use plumbline_store::Leaderboard;
use plumbline_survey::{PostState, SurveySettings};
use plumbline_vendors::faults::{Fault, Kind, Matching};

/// The Monday after the story's, 09:00 in Berlin.
const DUE: &str = "2026-06-08T07:00:00Z";

fn in_channel(stage: &Stage) -> Vec<String> {
    let channel = stage.slack.channel("engineering");
    stage.slack.messages().into_iter().filter(|one| one.channel == channel).map(|one| one.text).collect()
}

/// A team that chose the channel, and in which people guessed in the week before.
async fn a_week(people: &[&str]) -> Stage {
    let mut stage = Stage::of(people).await;
    let leaderboard_channel = Some(stage.slack.channel("engineering"));
    stage.settings(SurveySettings { control_rate: 0.0, leaderboard_channel, ..SurveySettings::default() }).await;
    for guess in ["yes", "no"] {
        let number = stage.merge_reviewed_by(&people[1..]);
        stage.tell_of(number).await;
        stage.pass(SignedDuration::from_mins(2)).await;
        for (index, who) in people[1..].iter().enumerate() {
            let word = if index == 0 { "yes" } else { guess };
            stage.clicks(who, &format!("survey.guess.{word}")).await;
        }
        stage.clicks("ada", "survey.assisted.yes").await;
        stage.pass(SignedDuration::from_mins(2)).await;
    }
    stage
}

async fn only(stage: &Stage) -> Leaderboard {
    let mut all = stage.db.load_leaderboards(&stage.team).await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The minutes before it is due take a while, one by one.
async fn pass_until_due(stage: &mut Stage) {
    stage.schedule_ticks = false;
    stage.pass_until(at(DUE) - SignedDuration::from_secs(1)).await;
    stage.schedule_ticks = true;
}

async fn pass_until(stage: &mut Stage, until: Timestamp) {
    pass_until_due(stage).await;
    stage.pass_until(until).await;
}

const FIVE: [&str; 5] = ["ada", "bert", "cleo", "dora", "emil"];

#[tokio::test]
async fn it_is_posted_when_it_is_due_in_the_teams_time_and_once() {
    let mut stage = a_week(&FIVE).await;
    pass_until_due(&mut stage).await;
    assert_eq!(in_channel(&stage), Vec::<String>::new());
    stage.pass_until(at(DUE) + SignedDuration::from_mins(10)).await;
    insta::assert_snapshot!(in_channel(&stage).join("\n---\n"), @"The week 1 to 7 June 2026: best guesses by bert. Merged pull requests: 0, AI-assisted: 100 % (2 of 2), Guessed right: 5 of 8 guesses (63 %), Mean quality: not known yet");
    let posted = only(&stage).await;
    assert_eq!(posted.week.from.to_string(), "2026-06-01");
    assert!(matches!(posted.post.state, PostState::Sent(_)));
    // The schedule fires once more for the same time.
    let next = stage.db.load_next_leaderboard(&stage.team).await.unwrap().unwrap();
    assert_eq!(next, at("2026-06-15T07:00:00Z"));
    let again = serde_json::json!({"kind": "leaderboard", "team_id": "t1", "week": "2026-06-01"}).to_string();
    for _ in 0..3 {
        assert!(stage.deliver_notification(&again).await);
    }
    assert_eq!(in_channel(&stage).len(), 1);
}

#[tokio::test]
async fn of_fewer_than_five_members_nobody_is_named() {
    let mut stage = a_week(&["ada", "bert", "cleo", "dora"]).await;
    pass_until(&mut stage, at(DUE) + SignedDuration::from_mins(2)).await;
    insta::assert_snapshot!(in_channel(&stage).join("\n---\n"), @"The week 1 to 7 June 2026. Merged pull requests: 0, AI-assisted: 100 % (2 of 2), Guessed right: 4 of 6 guesses (67 %), Mean quality: not known yet");
}

#[tokio::test]
async fn slack_down_in_the_morning_it_comes_later_the_same_day() {
    let mut stage = a_week(&FIVE).await;
    pass_until_due(&mut stage).await;
    stage.slack.fault(Fault {
        matching: Matching { path: Some("chat.postMessage".into()), ..Matching::default() },
        times: 4,
        retry_after: Some(1_800),
        ..Fault::once(Kind::TooMany)
    });
    stage.pass_until(at(DUE) + SignedDuration::from_mins(119)).await;
    assert_eq!(in_channel(&stage).len(), 0);
    stage.pass_until(at(DUE) + SignedDuration::from_mins(121)).await;
    assert_eq!(in_channel(&stage).len(), 1);
}

#[tokio::test]
async fn a_day_without_slack_leaves_the_week_out_and_says_why() {
    let mut stage = a_week(&FIVE).await;
    pass_until_due(&mut stage).await;
    stage.slack.fault(Fault {
        matching: Matching { path: Some("chat.postMessage".into()), ..Matching::default() },
        times: 10_000,
        retry_after: Some(3_600),
        ..Fault::once(Kind::TooMany)
    });
    stage.pass_until(at("2026-06-08T22:05:00Z")).await;
    stage.slack.clear_faults();
    stage.pass(SignedDuration::from_mins(90)).await;
    assert_eq!(in_channel(&stage).len(), 0);
    insta::assert_snapshot!(only(&stage).await.skipped.unwrap(), @"Slack could not be reached on the day it was due");
}

#[tokio::test]
async fn without_a_channel_or_slack_it_is_left_out_and_says_why() {
    let mut stage = a_week(&FIVE).await;
    stage.settings(SurveySettings::default()).await;
    pass_until(&mut stage, at(DUE) + SignedDuration::from_mins(2)).await;
    insta::assert_snapshot!(only(&stage).await.skipped.unwrap(), @"no channel is chosen for it");

    let mut stage = a_week(&FIVE).await;
    for event in stage.slack.uninstall() {
        stage.receives(&event).await;
    }
    pass_until(&mut stage, at(DUE) + SignedDuration::from_mins(2)).await;
    insta::assert_snapshot!(only(&stage).await.skipped.unwrap(), @"the connection to Slack is broken: the Slack workspace removed the app or took its token back; connect Slack again");
}

#[tokio::test]
async fn a_crash_at_any_write_posts_it_at_most_once() {
    let mut unknown = 0;
    for writes in 0..6 {
        let mut stage = a_week(&FIVE).await;
        pass_until_due(&mut stage).await;
        stage.fuse.set(writes);
        stage.pass_until(at(DUE) + SignedDuration::from_secs(110)).await;
        stage.fuse.mend();
        stage.pass(SignedDuration::from_mins(10)).await;
        let state = only(&stage).await.post.state;
        assert_eq!(in_channel(&stage).len(), 1, "death at {writes}: {state:?}");
        unknown += u32::from(matches!(state, PostState::Unknown { .. }));
    }
    assert_eq!(unknown, 1, "death between the post and the note of it, and no other, leaves it unknown");
}
