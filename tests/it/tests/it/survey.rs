//! What people see of surveys: each scenario with the messages it ends in.

use crate::survey_stage::{Stage, buttons};
use jiff::SignedDuration;
use plumbline_domain::{Fact, Provider};
use plumbline_identity::{Decided, Decision};
use plumbline_store::SyncStatus;
use plumbline_survey::{Asked, SurveySettings, WhyNot};
use plumbline_vendors::{github::ReviewState, slack::Signed};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What everybody said and was told, without the words: `bert: quality 3, guess yes; right`.
async fn facts(stage: &Stage, number: u64) -> Vec<String> {
    let survey = stage.stored(number).await.survey;
    let author = survey.author.iter().map(|author| {
        let said = author.assisted.map_or("nothing", |given| if given.value { "yes" } else { "no" });
        format!("{}: {said}", author.person.login)
    });
    let reviewers = survey.reviewers.iter().map(|reviewer| {
        let quality = reviewer.quality.map_or("-".to_owned(), |given| u8::from(given.value).to_string());
        let guess = reviewer.guess.map_or("-", |given| if given.value { "yes" } else { "no" });
        format!("{}: {quality} {guess}", reviewer.person.login)
    });
    author.chain(reviewers).collect()
}

/// How many reveals somebody got.
fn reveals(stage: &Stage, login: &str) -> usize {
    let messages = stage.slack.direct_messages(&stage.user(login));
    messages.iter().filter(|message| message.thread_ts.is_some()).count()
}

#[tokio::test]
async fn a_merge_asks_the_author_and_the_reviewers() {
    let mut stage = Stage::new().await;
    stage.asked().await;
    insta::assert_snapshot!(stage.seen(), @r#"
    ada: Your pull request #1 “Change number 1” was merged. Was it AI-assisted? [assisted.yes, assisted.no, opt_out]
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? Do you think it was AI-assisted? [quality.1, quality.2, quality.3, guess.yes, guess.no, opt_out]
    cleo: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? Do you think it was AI-assisted? [quality.1, quality.2, quality.3, guess.yes, guess.no, opt_out]
    "#);
}

#[tokio::test]
async fn the_author_answers_first() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    stage.clicks("ada", "survey.assisted.yes").await;
    stage.clicks("bert", "survey.quality.3").await;
    stage.clicks("bert", "survey.guess.yes").await;
    stage.clicks("cleo", "survey.guess.no").await;
    insta::assert_snapshot!(stage.seen(), @r#"
    ada: Your pull request #1 “Change number 1” was merged. Thank you for your answers!
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. Thank you for your answers!
    bert:   > You guessed right: it was AI-assisted (#1 “Change number 1”). So far you were right in 1 of 1 guess (100 %).
    cleo: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? [quality.1, quality.2, quality.3, opt_out]
    cleo:   > Not this time: it was AI-assisted (#1 “Change number 1”). So far you were right in 0 of 1 guess (0 %).
    "#);
    assert_eq!(facts(&stage, number).await, ["ada: yes", "bert: 3 yes", "cleo: - no"]);
}

#[tokio::test]
async fn the_author_answers_last() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    stage.clicks("bert", "survey.guess.yes").await;
    stage.clicks("cleo", "survey.guess.no").await;
    assert_eq!((reveals(&stage, "bert"), reveals(&stage, "cleo")), (0, 0), "nobody knows yet");
    stage.clicks("ada", "survey.assisted.no").await;
    insta::assert_snapshot!(stage.seen(), @r#"
    ada: Your pull request #1 “Change number 1” was merged. Thank you for your answers!
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? [quality.1, quality.2, quality.3, opt_out]
    bert:   > Not this time: it was not AI-assisted (#1 “Change number 1”). So far you were right in 0 of 1 guess (0 %).
    cleo: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? [quality.1, quality.2, quality.3, opt_out]
    cleo:   > You guessed right: it was not AI-assisted (#1 “Change number 1”). So far you were right in 1 of 1 guess (100 %).
    "#);
    assert_eq!(facts(&stage, number).await, ["ada: no", "bert: - yes", "cleo: - no"]);
}

#[tokio::test]
async fn every_subset_of_clicks_is_kept_and_reveals_what_it_may() {
    for subset in 0..8_u32 {
        let mut stage = Stage::of(&["ada", "bert"]).await;
        let number = stage.merge_reviewed_by(&["bert"]);
        stage.tell_of(number).await;
        stage.work().await;
        let all = [("ada", "survey.assisted.yes"), ("bert", "survey.quality.1"), ("bert", "survey.guess.yes")];
        for (index, (who, button)) in all.into_iter().enumerate() {
            if subset & (1 << index) != 0 {
                stage.clicks(who, button).await;
            }
        }
        let said = |bit: u32, word: &'static str, no: &'static str| if subset & bit != 0 { word } else { no };
        let expected = [
            format!("ada: {}", said(1, "yes", "nothing")),
            format!("bert: {} {}", said(2, "1", "-"), said(4, "yes", "-")),
        ];
        assert_eq!(facts(&stage, number).await, expected, "subset {subset:03b}");
        assert_eq!(reveals(&stage, "bert"), usize::from(subset & 5 == 5), "subset {subset:03b}");
        let left = buttons(&stage.questions("bert").unwrap().blocks);
        let open = |question: &str| left.iter().any(|button| button.starts_with(question));
        assert_eq!((open("quality"), open("guess")), (subset & 2 == 0, subset & 4 == 0), "subset {subset:03b}");
        let stored = stage.stored(number).await.survey;
        // Where all is answered nothing changes any more; else the message says so when the buttons expire.
        let due = stored.due_at(stage.clock.now());
        assert_eq!(due, (subset != 7).then(|| stored.expires_at()), "subset {subset:03b}");
    }
}

#[tokio::test]
async fn a_double_click_a_replay_and_a_second_thought_change_nothing() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    // Both clicks are made before the message changes, then one is delivered three times.
    let (yes, no) = (stage.click("bert", "survey.guess.yes"), stage.click("bert", "survey.guess.no"));
    for click in [&yes, &yes, &no, &yes] {
        stage.receives(click).await;
    }
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - yes", "cleo: - -"]);
    stage.clicks("ada", "survey.assisted.yes").await;
    assert_eq!(reveals(&stage, "bert"), 1);
    insta::assert_snapshot!(stage.seen(), @r#"
    ada: Your pull request #1 “Change number 1” was merged. Thank you for your answers!
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? [quality.1, quality.2, quality.3, opt_out]
    bert:   > You guessed right: it was AI-assisted (#1 “Change number 1”). So far you were right in 1 of 1 guess (100 %).
    bert: (only you) Thank you, but you answered this already, and the first answer is final. Your guess: AI-assisted.
    cleo: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? Do you think it was AI-assisted? [quality.1, quality.2, quality.3, guess.yes, guess.no, opt_out]
    "#);
    // Long after it was signed.
    stage.pass(SignedDuration::from_mins(6)).await;
    assert_eq!(stage.send(&no).await, 401, "a replayed request is refused at the door");
}

#[tokio::test]
async fn two_people_who_race_both_get_in() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    let clicks = [
        stage.click("ada", "survey.assisted.yes"),
        stage.click("bert", "survey.guess.yes"),
        stage.click("cleo", "survey.guess.no"),
        stage.click("bert", "survey.quality.2"),
    ];
    for click in &clicks {
        assert_eq!(stage.send(click).await, 200);
    }
    // Four invocations at once.
    let bodies: Vec<String> = std::iter::from_fn(|| stage.queue.take()).collect();
    assert_eq!(bodies.len(), 4);
    let both = bodies.iter().map(|body| stage.deliver(body));
    futures::future::join_all(both).await;
    stage.pass(SignedDuration::from_mins(5)).await;
    assert_eq!(facts(&stage, number).await, ["ada: yes", "bert: 2 yes", "cleo: - no"]);
    assert_eq!((reveals(&stage, "bert"), reveals(&stage, "cleo")), (1, 1));
}

#[tokio::test]
async fn what_is_clicked_after_seven_days_says_so() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    stage.clicks("bert", "survey.quality.2").await;
    // The click is on its way when the survey ends: its message has buttons still.
    let late = stage.click("cleo", "survey.guess.yes");
    stage.schedule_ticks = false;
    stage.pass(DAY * 7).await;
    let late = late.signed_again(plumbline_vendors::slack::SIGNING_SECRET, stage.clock.now());
    stage.receives(&late).await;
    stage.schedule_ticks = true;
    stage.pass(SignedDuration::from_mins(2)).await;
    insta::assert_snapshot!(stage.seen(), @r#"
    ada: Your pull request #1 “Change number 1” was merged. The survey has expired.
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. The survey has expired.
    cleo: A pull request that you reviewed was merged: #1 “Change number 1”. The survey has expired.
    "#);
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: 2 -", "cleo: - -"]);
    assert!(stage.stored(number).await.survey.is_over(stage.clock.now()));
    assert_eq!(
        stage.db.load_due_surveys(stage.clock.now() + DAY * 30, 10).await.unwrap().len(),
        1,
        "the leaderboard alone"
    );
}

#[tokio::test]
async fn somebody_who_was_not_asked_is_refused() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    let dora = stage.user("dora");
    let message = stage.questions("bert").unwrap();
    let click = stage.slack.click(&dora, &message.ts, "survey.guess.yes");
    stage.receives(&click).await;
    // A reviewer is not the author.
    let author = stage.questions("ada").unwrap();
    let click = stage.slack.click(&stage.user("bert"), &author.ts, "survey.assisted.yes");
    stage.receives(&click).await;
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - -", "cleo: - -"]);
    let told = stage.slack.ephemerals(&dora).into_iter().chain(stage.slack.ephemerals(&stage.user("bert")));
    let told: Vec<String> = told.map(|message| message.text).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    This question is not for you: only the author and the reviewers of the pull request are asked.
    This question is not for you: only the author and the reviewers of the pull request are asked.
    "#);
}

#[tokio::test]
async fn a_forged_button_is_told_so_and_records_nothing() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    let click = stage.click("bert", "survey.guess.yes");
    let forged = |action: &str, value: &str| -> Signed {
        let (action, value) = (action.to_owned(), value.to_owned());
        stage.slack.forge(&click, move |payload| {
            payload["actions"][0]["action_id"] = action.into();
            payload["actions"][0]["value"] = value.into();
        })
    };
    let repository = stage.key(number).repository.id;
    let all = [
        forged("survey.guess.yes", "nonsense"),
        forged("survey.guess.maybe", &format!("guess t1 github:{repository}#{number}")),
        forged("survey.guess.yes", &format!("quality t1 github:{repository}#{number}")),
        // A team that is not this workspace's, and a pull request that was never surveyed.
        forged("survey.guess.yes", &format!("guess t2 github:{repository}#{number}")),
        forged("survey.guess.yes", &format!("guess t1 github:{repository}#999")),
        // The author's question, clicked by a reviewer.
        forged("survey.assisted.yes", &format!("assisted t1 github:{repository}#{number}")),
    ];
    for click in &all {
        stage.receives(click).await;
    }
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - -", "cleo: - -"]);
    let told: Vec<String> = stage.slack.ephemerals(&stage.user("bert")).into_iter().map(|one| one.text).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    Sorry, this button is not one that Plumbline knows. Nothing was recorded; open surveys are in the app's Home tab.
    Sorry, this button is not one that Plumbline knows. Nothing was recorded; open surveys are in the app's Home tab.
    Sorry, this button is not one that Plumbline knows. Nothing was recorded; open surveys are in the app's Home tab.
    Sorry, this button is not one that Plumbline knows. Nothing was recorded; open surveys are in the app's Home tab.
    This question is not for you: only the author and the reviewers of the pull request are asked.
    "#);
}

#[tokio::test]
async fn an_author_who_also_reviewed_is_asked_as_the_author_alone() {
    let mut stage = Stage::new().await;
    let number = stage.merge_reviewed_by(&["ada", "bert"]);
    stage.tell_of(number).await;
    stage.work().await;
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - -"]);
    assert_eq!(stage.slack.direct_messages(&stage.user("ada")).len(), 1);
}

#[tokio::test]
async fn a_bots_pull_request_asks_nobody_and_one_without_reviewers_its_author() {
    let mut stage = Stage::new().await;
    let bots = stage.github.state(|state| {
        state.add_bot("dependabot[bot]");
        let number = state.open_pull_request("acme/engine", "dependabot[bot]");
        state.review("acme/engine", number, "bert", ReviewState::Approved);
        state.merge("acme/engine", number);
        number
    });
    let alone = stage.merge_reviewed_by(&[]);
    for number in [bots, alone] {
        stage.tell_of(number).await;
    }
    stage.work().await;
    assert_eq!(stage.not_asked(bots).await, "bot_author");
    assert_eq!(facts(&stage, alone).await, ["ada: nothing"]);
    assert_eq!(stage.slack.messages().len(), 1);
    // Told again, it is not decided anew.
    stage.tell_of(bots).await;
    stage.tell_of(alone).await;
    stage.work().await;
    assert_eq!(stage.slack.messages().len(), 1);
}

#[tokio::test]
async fn twenty_reviewers_are_asked_and_answer() {
    let names: Vec<String> = (1..=20).map(|n| format!("reviewer{n}")).collect();
    let everybody: Vec<&str> = std::iter::once("ada").chain(names.iter().map(String::as_str)).collect();
    let mut stage = Stage::of(&everybody).await;
    let number = stage.merge_reviewed_by(&everybody[1..]);
    stage.tell_of(number).await;
    // Slack lets fifty conversations be opened in a minute.
    stage.pass(SignedDuration::from_mins(3)).await;
    assert_eq!(stage.slack.messages().len(), 21);
    for name in &names {
        stage.clicks(name, "survey.guess.yes").await;
        stage.pass(SignedDuration::from_secs(5)).await;
    }
    stage.clicks("ada", "survey.assisted.yes").await;
    stage.pass(SignedDuration::from_mins(10)).await;
    for name in &names {
        assert_eq!(reveals(&stage, name), 1, "{name}");
    }
    assert_eq!(stage.slack.calls().violations, 0, "nobody called before Slack said");
}

#[tokio::test]
async fn who_reviews_after_the_merge_is_not_asked() {
    let mut stage = Stage::new().await;
    let number = stage.merge_reviewed_by(&["bert"]);
    let merged_at = stage.clock.now();
    stage.move_to(merged_at + SignedDuration::from_secs(30));
    stage.github.state(|state| state.review("acme/engine", number, "cleo", ReviewState::Approved));
    stage.tell_of(number).await;
    stage.work().await;
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - -"]);
}

#[tokio::test]
async fn a_member_who_left_is_counted_as_unreachable() {
    let mut stage = Stage::new().await;
    let bert = stage.user("bert");
    stage.slack.state(|state| state.users.iter_mut().find(|user| user.id == bert).unwrap().deleted = true);
    let number = stage.asked().await;
    let counts = stage.stored(number).await.survey.counts(stage.clock.now());
    assert_eq!((counts.asked, counts.unreachable, counts.unknown), (3, 1, 0));
    assert_eq!(stage.slack.messages().len(), 2);
    // Whoever is no member at all is not asked on the web either.
    let gone = stage.github.state(|state| {
        state.add_user("passer-by");
        let number = state.open_pull_request("acme/engine", "ada");
        state.review("acme/engine", number, "passer-by", ReviewState::Approved);
        state.merge("acme/engine", number);
        number
    });
    stage.tell_of(gone).await;
    stage.work().await;
    let survey = stage.stored(gone).await.survey;
    assert_eq!(survey.reviewers[0].person.asked, Asked::Nowhere(WhyNot::Unreachable));
}

#[tokio::test]
async fn a_workspace_that_uninstalled_is_not_called_and_the_web_takes_its_place() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    stage.clicks("bert", "survey.guess.yes").await;
    for event in stage.slack.uninstall() {
        stage.receives(&event).await;
    }
    let sync = stage.db.load_sync(&stage.team, Provider::Slack).await.unwrap().unwrap();
    assert_eq!(sync.status, SyncStatus::Broken);
    insta::assert_snapshot!(sync.last_error.unwrap(), @"the Slack workspace removed the app or took its token back; connect Slack again");
    let calls = stage.slack.calls().total;
    // The author answers on the web: the reveal has nowhere to go, and nobody asks Slack.
    let mut before = stage.stored(number).await;
    let person = plumbline_survey::Person { slack_user: Some(stage.user("ada")), member: None };
    let mut survey = before.survey.clone();
    survey.apply(&plumbline_survey::Event::Answer {
        person,
        answer: plumbline_survey::Answer::Assisted(true),
        from: plumbline_survey::Origin::Web,
        place: None,
        at: stage.clock.now(),
    });
    before = stage.db.save_survey(&before, survey, stage.clock.now()).await.unwrap().unwrap();
    assert!(before.survey.truth.is_some());
    let next = stage.merge_reviewed_by(&["bert"]);
    stage.tell_of(next).await;
    stage.pass(SignedDuration::from_mins(30)).await;
    assert_eq!(stage.slack.calls().total, calls, "no call");
    let survey = stage.stored(next).await.survey;
    assert!(survey.participants().all(|person| person.asked == Asked::Web), "{survey:?}");
    assert!(stage.stored(number).await.survey.reviewers[0].reveal.is_refused());

    // Connected again: the event is older than the connection, and does not count.
    stage.pass(SignedDuration::from_mins(1)).await;
    stage.slack.state(|state| state.tokens.insert("another-token".into(), plumbline_vendors::slack::SCOPES.into()));
    stage.connect_with(Provider::Slack, "another-token").await;
    let last = stage.merge_reviewed_by(&["bert"]);
    stage.tell_of(last).await;
    stage.work().await;
    let survey = stage.stored(last).await.survey;
    assert!(survey.participants().all(|person| person.message.post.place().is_some()), "{survey:?}");
}

#[tokio::test]
async fn opting_out_in_a_message_stops_the_questions_and_the_command_brings_them_back() {
    let mut stage = Stage::new().await;
    stage.asked().await;
    stage.clicks("bert", "survey.opt_out").await;
    let second = stage.asked().await;
    let asked = |survey: &plumbline_survey::Survey| survey.reviewers[0].person.asked;
    assert_eq!(asked(&stage.stored(second).await.survey), Asked::Nowhere(WhyNot::OptedOut));
    for text in ["opt in", "", "help", "dance"] {
        let command = stage.slack.command(&stage.user("bert"), text);
        stage.receives(&command).await;
    }
    let third = stage.asked().await;
    assert_eq!(asked(&stage.stored(third).await.survey), Asked::Slack);
    insta::assert_snapshot!(bert_alone(&stage), @r#"
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. You opted out of surveys.
    bert: A pull request that you reviewed was merged: #3 “Change number 3”. How good is it? Do you think it was AI-assisted? [quality.1, quality.2, quality.3, guess.yes, guess.no, opt_out]
    bert: (only you) :no_bell: Done: you will not be asked about pull requests any more. `/plumbline opt in` brings the questions back.
    bert: (only you) :bell: Welcome back: you will be asked about the pull requests that you write and review. `/plumbline opt out` stops it at any time.
    bert: (only you) :bar_chart: *Your surveys so far*
    • *Your guesses:* no guesses yet
    • *Your ratings:* no ratings yet
    • *Your pull requests:* 0 written
    bert: (only you) When a pull request is merged, Plumbline asks its author whether AI helped, and its reviewers how good it is and what they guess. Two clicks at most, no reminders.
    • `/plumbline` shows your statistics
    • `/plumbline opt out` stops the questions
    • `/plumbline opt in` brings them back
    • `/plumbline help` shows this
    Open surveys are in the app's Home tab.
    bert: (only you) Sorry, I don't know that one. When a pull request is merged, Plumbline asks its author whether AI helped, and its reviewers how good it is and what they guess. Two clicks at most, no reminders.
    • `/plumbline` shows your statistics
    • `/plumbline opt out` stops the questions
    • `/plumbline opt in` brings them back
    • `/plumbline help` shows this
    Open surveys are in the app's Home tab.
    "#);
}

fn bert_alone(stage: &Stage) -> String {
    let seen = stage.seen();
    seen.lines().filter(|line| line.starts_with("bert") || !line.contains(": ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_home_shows_what_is_open_and_takes_answers() {
    let mut stage = Stage::new().await;
    let number = stage.asked().await;
    let bert = stage.user("bert");
    let opened = stage.slack.open_home(&bert);
    stage.receives(&opened).await;
    let home = stage.slack.home(&bert).expect("published");
    assert_eq!(
        buttons(home.blocks()),
        ["quality.1", "quality.2", "quality.3", "guess.yes", "guess.no", "settings.opt_out"]
    );
    let click = stage.slack.click_home(&bert, "survey.guess.yes");
    stage.receives(&click).await;
    let home = stage.slack.home(&bert).expect("published");
    assert_eq!(buttons(home.blocks()), ["quality.1", "quality.2", "quality.3", "settings.opt_out"]);
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - yes", "cleo: - -"]);
    let left = buttons(&stage.questions("bert").unwrap().blocks);
    assert!(!left.iter().any(|button| button.starts_with("guess")), "the message follows: {left:?}");
    let click = stage.slack.click_home(&bert, "survey.settings.opt_out");
    stage.receives(&click).await;
    let home = stage.slack.home(&bert).expect("published");
    assert!(buttons(home.blocks()).contains(&"settings.opt_in".to_owned()));
    assert_eq!(stage.db.load_opt_outs(&stage.team).await.unwrap().len(), 1);
    // A stranger to the team.
    let stranger =
        stage.slack.state(|state| state.users.iter().rfind(|user| !user.bot && !user.deleted).unwrap().id.clone());
    let opened = stage.slack.open_home(&stranger);
    stage.receives(&opened).await;
    assert_eq!(buttons(stage.slack.home(&stranger).expect("published").blocks()), Vec::<String>::new());
}

#[tokio::test]
async fn a_tools_trailer_answers_for_the_author() {
    let mut stage = Stage::new().await;
    let number = stage.github.state(|state| {
        let number = state.open_pull_request("acme/engine", "ada");
        let message = "Add a switch\n\nCo-authored-by: Claude <noreply@anthropic.com>";
        let pull_request = state.pull_request_mut("acme/engine", number);
        pull_request.commits[0].message = message.into();
        state.review("acme/engine", number, "bert", ReviewState::Approved);
        state.merge("acme/engine", number);
        number
    });
    stage.tell_of(number).await;
    stage.work().await;
    let survey = stage.stored(number).await.survey;
    assert_eq!(survey.detection.as_ref().unwrap().tools, ["claude_code"]);
    assert_eq!(survey.author.as_ref().unwrap().person.asked, Asked::Nowhere(WhyNot::Detected));
    assert!(stage.questions("ada").is_none());
    stage.clicks("bert", "survey.guess.no").await;
    insta::assert_snapshot!(stage.seen(), @r#"
    bert: A pull request that you reviewed was merged: #1 “Change number 1”. How good is it? [quality.1, quality.2, quality.3, opt_out]
    bert:   > Not this time: it was AI-assisted (#1 “Change number 1”). So far you were right in 0 of 1 guess (0 %).
    "#);
}

#[tokio::test]
async fn a_daily_cap_leaves_out_who_was_asked_enough_and_nobody_else() {
    let mut stage = Stage::new().await;
    stage.settings(SurveySettings { control_rate: 0.0, daily_cap: Some(1), ..SurveySettings::default() }).await;
    let first = stage.asked().await;
    let second = stage.merge_reviewed_by(&["bert", "dora"]);
    stage.tell_of(second).await;
    stage.work().await;
    assert!(stage.stored(first).await.survey.participants().all(|person| person.asked == Asked::Slack));
    let asked: Vec<Asked> = stage.stored(second).await.survey.participants().map(|person| person.asked).collect();
    let over = Asked::Nowhere(WhyNot::OverCap);
    assert_eq!(asked, [over, over, Asked::Slack], "ada, bert, dora");
    stage.pass(DAY).await;
    let third = stage.asked().await;
    assert!(stage.stored(third).await.survey.participants().all(|person| person.asked == Asked::Slack));
}

#[tokio::test]
async fn accounts_that_are_one_person_get_one_question_and_one_record() {
    let mut stage = Stage::new().await;
    // Bert's second account at GitHub, as an admin knows.
    stage.github.state(|state| state.add_member("bert-at-home"));
    let (first, second) = (stage.account_at_github("bert"), stage.account_at_github("bert-at-home"));
    let account = second.id.clone();
    stage.db.save_facts(&stage.team, vec![Fact::Account(second)]).await.unwrap();
    let members = stage.db.load_members(&stage.team).await.unwrap();
    let bert = members.iter().find(|member| member.accounts.iter().any(|link| link.account == first.id)).unwrap();
    let decision = Decision::Confirm { account, member: bert.id.clone() };
    stage.db.save_decision(&stage.team, &Decided { at: stage.clock.now(), decision }, "d1").await.unwrap();
    stage.identify().await;
    let number = stage.merge_reviewed_by(&["bert", "bert-at-home"]);
    stage.tell_of(number).await;
    stage.work().await;
    assert_eq!(facts(&stage, number).await, ["ada: nothing", "bert: - -"]);
    assert_eq!(stage.slack.direct_messages(&stage.user("bert")).len(), 1);
}

#[tokio::test]
async fn switched_off_surveys_and_reveals_stay_off() {
    let mut stage = Stage::new().await;
    stage.settings(SurveySettings { control_rate: 0.0, reveals: false, ..SurveySettings::default() }).await;
    stage.asked().await;
    stage.clicks("bert", "survey.guess.yes").await;
    stage.clicks("ada", "survey.assisted.yes").await;
    assert_eq!(reveals(&stage, "bert"), 0);
    stage.settings(SurveySettings { surveys: false, ..SurveySettings::default() }).await;
    let number = stage.merge_reviewed_by(&["bert"]);
    stage.tell_of(number).await;
    stage.work().await;
    assert_eq!(stage.not_asked(number).await, "surveys_off");
}
