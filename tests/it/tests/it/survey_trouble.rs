//! Surveys while something is broken: Slack, GitHub, the database, or `survey` itself at any moment.

use crate::survey_stage::Stage;
use jiff::SignedDuration;
use plumbline_domain::Provider;
use plumbline_survey::{PostState, Survey};
use plumbline_vendors::{
    faults::{Fault, Kind, Matching},
    github::ReviewState,
};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn fault(path: &str, kind: Kind, times: u32) -> Fault {
    let matching = Matching { path: Some(path.into()), ..Matching::default() };
    Fault { matching, times, ..Fault::once(kind) }
}

/// How many messages each person got, replies apart: `ada 1, bert 1+1`.
fn counts(stage: &Stage, logins: &[&str]) -> String {
    let count = |login: &&str| {
        let messages = stage.slack.direct_messages(&stage.user(login));
        let replies = messages.iter().filter(|message| message.thread_ts.is_some()).count();
        format!("{login} {}+{replies}", messages.len() - replies)
    };
    logins.iter().map(count).collect::<Vec<_>>().join(", ")
}

fn unknown(survey: &Survey) -> usize {
    survey.participants().filter(|person| matches!(person.message.post.state, PostState::Unknown { .. })).count()
}

const ALL: [&str; 3] = ["ada", "bert", "cleo"];

#[tokio::test]
async fn slack_down_for_an_hour_every_message_arrives_later_once() {
    let mut stage = Stage::new().await;
    stage.slack.down(true);
    let number = stage.asked().await;
    stage.pass(MINUTE * 30).await;
    // Another merge meanwhile, and the first one told of again.
    let second = stage.asked().await;
    stage.tell_of(number).await;
    stage.pass(MINUTE * 30).await;
    assert_eq!(counts(&stage, &ALL), "ada 0+0, bert 0+0, cleo 0+0");
    stage.slack.down(false);
    stage.pass(MINUTE * 15).await;
    assert_eq!(counts(&stage, &ALL), "ada 2+0, bert 2+0, cleo 2+0");
    stage.pass(MINUTE * 60).await;
    assert_eq!(counts(&stage, &ALL), "ada 2+0, bert 2+0, cleo 2+0");
    for number in [number, second] {
        assert_eq!(unknown(&stage.stored(number).await.survey), 0);
    }
    assert!(stage.queue.len() <= 2, "{} messages are left", stage.queue.len());
}

#[tokio::test]
async fn the_reveal_of_a_click_while_slack_is_down_comes_later_once() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    let clicks = [stage.click("ada", "survey.assisted.yes"), stage.click("bert", "survey.guess.no")];
    stage.slack.down(true);
    for click in &clicks {
        stage.receives(click).await;
    }
    assert!(stage.stored(number).await.survey.truth.is_some(), "the answers are kept at once");
    stage.pass(MINUTE * 60).await;
    stage.slack.down(false);
    stage.pass(MINUTE * 15).await;
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 1+1, cleo 1+0");
    let shown = stage.questions("ada").unwrap();
    assert_eq!(crate::survey_stage::buttons(&shown.blocks), Vec::<String>::new(), "{}", shown.text);
}

#[tokio::test]
async fn a_crash_between_slacks_acceptance_and_our_record_is_unknown_and_never_sent_again() {
    let mut stage = Stage::new().await;
    let number = stage.merge_reviewed_by(&["bert", "cleo"]);
    stage.tell_of(number).await;
    // The survey with its intents is saved; what came of the calls is not.
    stage.fuse.set(1);
    let body = stage.queue.take().unwrap();
    assert!(!stage.deliver(&body).await);
    stage.fuse.mend();
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 1+0, cleo 1+0", "Slack took them");
    stage.pass(MINUTE * 10).await;
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 1+0, cleo 1+0", "nothing was sent again");
    let survey = stage.stored(number).await.survey;
    assert_eq!((unknown(&survey), survey.counts(stage.clock.now()).unknown), (3, 3));

    // It can be answered in the App Home, and by the message that is there after all, which tells where it is.
    let bert = stage.user("bert");
    let opened = stage.slack.open_home(&bert);
    stage.receives(&opened).await;
    let click = stage.slack.click_home(&bert, "survey.guess.yes");
    stage.receives(&click).await;
    stage.clicks("ada", "survey.assisted.yes").await;
    stage.clicks("cleo", "survey.guess.yes").await;
    stage.pass(MINUTE * 10).await;
    let survey = stage.stored(number).await.survey;
    assert_eq!(unknown(&survey), 1, "bert's");
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 2+0, cleo 1+1", "bert's reveal has no thread to go to");
    assert!(stage.questions("bert").unwrap().text.contains("right"), "{}", stage.seen());
}

#[tokio::test]
async fn an_answer_that_got_lost_on_the_way_is_unknown_too() {
    let mut stage = Stage::new().await;
    stage.slack.fault(fault("chat.postMessage", Kind::Lost, 1));
    let number = stage.asked().await;
    stage.pass(MINUTE * 10).await;
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 1+0, cleo 1+0");
    assert_eq!(unknown(&stage.stored(number).await.survey), 1);
}

#[tokio::test]
async fn a_429_is_obeyed_to_the_second_by_its_channel_alone() {
    let mut stage = Stage::new().await;
    stage.slack.fault(Fault { retry_after: Some(37), ..fault("chat.postMessage", Kind::TooMany, 1) });
    let start = stage.clock.now();
    let number = stage.merge_reviewed_by(&["bert", "cleo"]);
    stage.tell_of(number).await;
    stage.work().await;
    assert_eq!(stage.slack.messages().len(), 2, "the others' conversations may be written to");
    stage.pass_until(start + SignedDuration::from_secs(36)).await;
    assert_eq!(stage.slack.messages().len(), 2);
    stage.pass_until(start + SignedDuration::from_secs(37)).await;
    assert_eq!(stage.slack.messages().len(), 3);
}

#[tokio::test]
async fn what_no_message_brings_back_the_schedule_does() {
    let mut stage = Stage::new().await;
    stage.slack.down(true);
    stage.asked().await;
    stage.queue.lose_everything();
    stage.slack.down(false);
    stage.pass(MINUTE * 3).await;
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 1+0, cleo 1+0");
}

#[tokio::test]
async fn a_merge_that_github_does_not_show_yet_is_asked_about_later_and_not_lost() {
    let mut stage = Stage::new().await;
    stage.github.fault(Fault { times: 50, ..Fault::once(Kind::Unavailable) });
    let number = stage.asked().await;
    stage.pass(MINUTE * 10).await;
    assert_eq!(stage.slack.messages().len(), 0);
    assert_eq!(stage.db.load_survey(&stage.team, stage.key(number)).await.unwrap(), None, "nothing is decided yet");
    stage.github.clear_faults();
    stage.pass(MINUTE * 15).await;
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 1+0, cleo 1+0");
    // Without a connection to GitHub it is kept why nobody was asked.
    stage.db.delete_connection(&stage.team, Provider::Github).await.unwrap();
    let next = stage.merge_reviewed_by(&["bert"]);
    stage.tell_of(next).await;
    stage.work().await;
    assert_eq!(stage.not_asked(next).await, "no_connection");
}

#[tokio::test]
async fn a_token_that_slack_refuses_breaks_the_connection_in_words() {
    let mut stage = Stage::new().await;
    stage.slack.state(|state| state.tokens.clear());
    let number = stage.asked().await;
    let survey = stage.stored(number).await.survey;
    assert!(survey.participants().all(|person| person.message.post.is_refused()), "{survey:?}");
    let sync = stage.db.load_sync(&stage.team, Provider::Slack).await.unwrap().unwrap();
    insta::assert_snapshot!(sync.last_error.unwrap(), @"the credential was refused: invalid_auth");
}

/// What is between the merge's message and those in Slack is one call to GitHub, and two to Slack for each person, side
/// by side. How long that takes is told by the stack test.
#[tokio::test]
async fn a_merge_becomes_messages_by_one_call_to_github_and_two_for_each_person() {
    let stage = Stage::new().await;
    let number = stage.merge_reviewed_by(&["bert", "cleo"]);
    stage.tell_of(number).await;
    let body = stage.queue.take().unwrap();
    stage.slack.reset_counters();
    stage.github.reset_counters();
    assert!(stage.deliver(&body).await);
    assert_eq!(stage.slack.messages().len(), 3);
    assert_eq!((stage.github.calls().total, stage.slack.calls().total), (1, 6));
}

#[tokio::test]
async fn whoever_opts_out_while_the_question_waits_is_not_asked_any_more() {
    let mut stage = Stage::new().await;
    stage.slack.down(true);
    let number = stage.asked().await;
    stage.pass(MINUTE * 5).await;
    let survey = stage.stored(number).await.survey;
    let bert = stage.account_at_github("bert").id;
    let bert = survey.participants().find(|person| person.account == bert).unwrap().member.clone().unwrap();
    stage.db.save_opt_out(&stage.team, &bert, true, stage.clock.now()).await.unwrap();
    stage.slack.down(false);
    stage.pass(MINUTE * 15).await;
    assert_eq!(counts(&stage, &ALL), "ada 1+0, bert 0+0, cleo 1+0");
}

/// `survey` dies at each of its writes in turn, in a story of a merge, clicks and an end; whatever happens, nobody is
/// asked or told anything twice, and every answer is kept.
#[tokio::test]
async fn a_death_at_any_write_asks_and_reveals_nothing_twice() {
    for writes in 0.. {
        let mut stage = Stage::of(&["ada", "bert"]).await;
        stage.fuse.set(writes);
        let number = stage.merge_reviewed_by(&["bert"]);
        stage.tell_of(number).await;
        stage.pass(SignedDuration::from_secs(50)).await;
        let mut died = stage.fuse.left() == 0;
        stage.fuse.mend();
        stage.pass(MINUTE * 5).await;
        if !died {
            stage.fuse.set(writes.saturating_sub(2));
        }
        for (who, button) in [("bert", "survey.guess.yes"), ("ada", "survey.assisted.yes")] {
            let click = stage.click(who, button);
            assert_eq!(stage.send(&click).await, 200);
            stage.pass(SignedDuration::from_secs(50)).await;
        }
        died |= stage.fuse.left() == 0;
        stage.fuse.mend();
        stage.pass(MINUTE * 10).await;
        let survey = stage.stored(number).await.survey;
        assert!(survey.truth.is_some() && survey.reviewers[0].guess.is_some(), "death at {writes}: an answer is lost");
        let seen = stage.seen();
        let asked = |login: &str| {
            stage.slack.direct_messages(&stage.user(login)).iter().filter(|one| !one.text.contains("right")).count()
        };
        let revealed =
            stage.slack.direct_messages(&stage.user("bert")).iter().filter(|one| one.text.contains("right")).count();
        assert_eq!((asked("ada"), asked("bert")), (1, 1), "death at {writes}\n{seen}");
        let lost = matches!(survey.reviewers[0].reveal.state, PostState::Unknown { .. });
        assert!(revealed == 1 || (lost && revealed == 0), "death at {writes}\n{seen}");
        if !died {
            assert!(writes > 6, "the story has that many writes at least: {writes}");
            return;
        }
    }
}

#[tokio::test]
async fn reviews_that_webhooks_missed_are_read_at_the_merge() {
    let mut stage = Stage::new().await;
    let number = stage.github.state(|state| {
        let number = state.open_pull_request("acme/engine", "ada");
        for reviewer in ["bert", "cleo", "dora"] {
            state.review("acme/engine", number, reviewer, ReviewState::Commented);
        }
        state.merge("acme/engine", number);
        number
    });
    // No webhook was delivered, and no sync ever ran.
    stage.tell_of(number).await;
    stage.work().await;
    assert_eq!(stage.stored(number).await.survey.reviewers.len(), 3);
}
