use super::*;
use crate::{
    BoardInput, BoardMember, Quality, SurveyRow,
    blocks::MOST_BLOCKS,
    click::Click,
    fixtures::{
        AUTHOR, GUESS_NO, GUESS_YES, Merge, NO, SUPER, YES, account, at, click, day, drive, key, on_the_web, web,
    },
    leaderboard as rank, week_of,
};
use jiff::tz::TimeZone;

const NASTY: &str = "<!channel> & <@U0001>";

/// Every text and every button (`action_id`) of blocks, in order.
fn read(blocks: &[Value]) -> (String, Vec<String>) {
    let mut texts = Vec::new();
    let mut buttons = Vec::new();
    for block in blocks {
        texts.extend(block["text"]["text"].as_str().map(str::to_owned));
        for element in block["elements"].as_array().into_iter().flatten() {
            texts.extend(element["text"].as_str().map(str::to_owned));
            buttons.extend(element["action_id"].as_str().map(str::to_owned));
        }
    }
    (texts.join("\n"), buttons)
}

/// Slack's limits, which hold for every message and view.
fn check(text: Option<&str>, blocks: &[Value], most_blocks: usize) {
    if let Some(text) = text {
        assert!(!text.is_empty() && text.chars().count() <= 4000, "{text}");
    }
    assert!((1..=most_blocks).contains(&blocks.len()), "{} blocks", blocks.len());
    for block in blocks {
        let length = |text: &Value| text.as_str().unwrap().chars().count();
        match block["type"].as_str().unwrap() {
            "section" => assert!((1..=3000).contains(&length(&block["text"]["text"]))),
            "header" => assert!((1..=150).contains(&length(&block["text"]["text"]))),
            "context" => assert!(block["elements"].as_array().unwrap().len() <= 10),
            "divider" => {}
            "actions" => {
                let buttons = block["elements"].as_array().unwrap();
                assert!((1..=25).contains(&buttons.len()));
                let mut ids: Vec<_> = buttons.iter().map(|button| button["action_id"].as_str().unwrap()).collect();
                for button in buttons {
                    assert!((1..=75).contains(&length(&button["text"]["text"])));
                    assert!(length(&button["action_id"]) <= 255 && length(&button["value"]) <= 2000);
                    let (action, value) = (button["action_id"].as_str().unwrap(), button["value"].as_str().unwrap());
                    Click::parse(action, value).expect("its own buttons");
                }
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), buttons.len(), "actions of a block have names of their own");
            }
            other => panic!("{other}"),
        }
    }
}

fn checked(message: &SlackMessage) -> (String, Vec<String>) {
    check(Some(&message.text), &message.blocks, MOST_BLOCKS);
    read(&message.blocks)
}

/// What a participant's message shows after these events.
fn shown(survey: &Survey, role: Role, expired: bool) -> SlackMessage {
    let view = match role {
        Role::Author => survey.author.as_ref().unwrap().view(expired),
        Role::Reviewer => survey.reviewers[0].view(expired),
    };
    question(survey, &view)
}

#[test]
fn the_author_is_asked_one_question() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    let message = shown(&survey, Role::Author, false);
    let (text, buttons) = checked(&message);
    assert!(text.contains("Was it AI-assisted?"), "{text}");
    assert!(text.contains("<https://code.example/rail/signals/pull/42|rail/signals #42: Signals at the junction>"));
    assert_eq!(buttons, ["survey.assisted.yes", "survey.assisted.no", "survey.opt_out"]);
    assert_eq!(message.text, "Your pull request #42 “Signals at the junction” was merged. Was it AI-assisted?",);
    survey.apply(&web(AUTHOR, NO, at(1)));
    let (text, buttons) = checked(&shown(&survey, Role::Author, false));
    assert!(text.contains("You said: it was not AI-assisted.") && !text.contains("Was it"), "{text}");
    assert_eq!(buttons, Vec::<String>::new());
}

#[test]
fn a_reviewers_message_shows_what_is_still_open() {
    let quality = ["survey.quality.1", "survey.quality.2", "survey.quality.3"];
    let guess = ["survey.guess.yes", "survey.guess.no"];
    let after = |answers: &[Answer]| {
        let mut survey = Merge::reviewed_by(&[2]).survey();
        for answer in answers {
            survey.apply(&web(2, *answer, at(1)));
        }
        checked(&shown(&survey, Role::Reviewer, false))
    };
    let (text, buttons) = after(&[]);
    assert!(text.contains("How good is it?") && text.contains("Do you think it was AI-assisted?"), "{text}");
    assert_eq!(buttons, [&quality[..], &guess, &["survey.opt_out"]].concat());
    let (text, buttons) = after(&[SUPER]);
    assert!(text.contains("Your rating: super.") && text.contains("one more click"), "{text}");
    assert_eq!(buttons, [&guess[..], &["survey.opt_out"]].concat());
    let (text, buttons) = after(&[GUESS_NO]);
    assert!(text.contains("Your guess: not AI-assisted.") && text.contains("How good is it?"), "{text}");
    assert_eq!(buttons, [&quality[..], &["survey.opt_out"]].concat());
    let (text, buttons) = after(&[SUPER, GUESS_YES]);
    assert!(text.contains("Your rating: super.") && text.contains("Your guess: AI-assisted."), "{text}");
    assert!(text.contains("Thank you!") && buttons.is_empty());
}

#[test]
fn a_message_that_ended_has_no_buttons_and_says_why() {
    for role in [Role::Author, Role::Reviewer] {
        let mut survey = Merge::reviewed_by(&[2]).survey();
        let (text, buttons) = checked(&shown(&survey, role, true));
        assert!(text.contains("expired") && text.contains("7 days"), "{text}");
        assert_eq!(buttons, Vec::<String>::new());
        for number in [AUTHOR, 2] {
            survey.apply(&crate::Event::OptOut { person: on_the_web(number), place: None, at: at(1) });
        }
        let (text, buttons) = checked(&shown(&survey, role, false));
        assert!(text.contains("opted out") && text.contains("/plumbline opt in"), "{text}");
        assert_eq!(buttons, Vec::<String>::new());
    }
    let mut half = Merge::reviewed_by(&[2]).survey();
    half.apply(&web(2, SUPER, at(1)));
    let (text, _) = checked(&shown(&half, Role::Reviewer, true));
    assert!(text.contains("Your rating: super.") && text.contains("expired"), "{text}");
}

#[test]
fn a_reviewers_message_does_not_give_the_answer_away() {
    let messages = |merge: &Merge, author: Option<Answer>| {
        let mut survey = merge.survey();
        drive(&mut survey, at(0));
        if let Some(answer) = author {
            survey.apply(&click(AUTHOR, answer, at(1)));
        }
        let seen = [None, Some(SUPER), Some(GUESS_YES)].map(|answer| {
            if let Some(answer) = answer {
                survey.apply(&click(2, answer, at(2)));
            }
            [shown(&survey, Role::Reviewer, false), shown(&survey, Role::Reviewer, true)]
        });
        seen.to_vec()
    };
    let plain = messages(&Merge::reviewed_by(&[2]), None);
    assert_eq!(messages(&Merge::reviewed_by(&[2]).detected(), None), plain);
    assert_eq!(messages(&Merge::reviewed_by(&[2]).detected().control(), Some(NO)), plain);
    assert_eq!(messages(&Merge::reviewed_by(&[2]), Some(YES)), plain);
    assert_eq!(messages(&Merge::reviewed_by(&[2]).with(|merge| merge.person(AUTHOR).opted_out = true), None), plain);
    let text = serde_json::to_string(&plain).unwrap();
    for word in ["Claude", "trailer", "detect", "evidence"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn a_reveal_tells_right_or_wrong_the_truth_and_the_accuracy() {
    let survey = Merge::reviewed_by(&[2]).survey();
    let told = |guess, truth, correct, resolved| {
        let message = reveal(&survey, guess, truth, Accuracy { correct, resolved });
        checked(&message);
        message.text
    };
    assert_eq!(
        told(true, true, 5, 8),
        "You guessed right: it was AI-assisted (#42 “Signals at the junction”). So far you were right in 5 of 8 guesses \
         (63 %)."
    );
    assert!(told(false, false, 1, 1).starts_with("You guessed right: it was not AI-assisted"));
    assert!(told(false, false, 1, 1).ends_with("1 of 1 guess (100 %)."));
    assert!(told(true, false, 0, 3).starts_with("Not this time: it was not AI-assisted"));
    assert!(told(false, true, 0, 3).ends_with("0 of 3 guesses (0 %)."));
    let mut asked = Merge::reviewed_by(&[2]).detected().survey();
    asked.apply(&web(2, GUESS_NO, at(0)));
    let steps = drive(&mut asked, at(1));
    let accuracy = Accuracy { correct: 1, resolved: 2 };
    assert_eq!(step(&asked, &steps[1], accuracy), reveal(&asked, false, true, accuracy));
    assert_eq!(step(&asked, &steps[0], accuracy).text, shown(&asked, Role::Reviewer, false).text);
}

#[test]
fn who_clicks_in_vain_is_told_why() {
    let told = |what: Reply| reply(what).map(|message| checked(&message).0).unwrap_or_default();
    assert_eq!(reply(Reply::Recorded), None);
    assert!(told(Reply::AlreadyAnswered(SUPER)).contains("the first answer is final. Your rating: super."));
    assert!(told(Reply::AlreadyAnswered(YES)).contains("You said: it was AI-assisted."));
    assert!(told(Reply::Expired).contains("expired"));
    assert!(told(Reply::NotAsked).contains("not for you"));
    assert!(told(Reply::Malformed).contains("Nothing was recorded"));
    assert!(told(Reply::OptedOut).contains("/plumbline opt in"));
}

#[test]
fn every_other_message_is_within_the_limits() {
    let extreme = MyStats {
        reviews_asked: u64::MAX,
        rated: u64::MAX,
        mean_quality: Some(2.999),
        guesses: u64::MAX,
        accuracy: Accuracy { correct: 1 << 50, resolved: 1 << 51 },
        authored: 9,
        authored_assisted: 3,
        authored_known: 8,
    };
    for message in [opted_out(), opted_in(), not_a_member(), help(), unknown_command(), stats(&extreme)] {
        checked(&message);
    }
    check(None, home_of_nobody()["blocks"].as_array().unwrap(), 100);
    assert!(stats(&extreme).text.contains("38 % AI-assisted (3 of 8 known)"));
    let none = stats(&MyStats::default()).text;
    assert!(none.contains("no guesses yet") && none.contains("no ratings yet"), "{none}");
}

#[test]
fn the_home_has_statistics_open_surveys_with_buttons_and_settings() {
    let survey = Merge::reviewed_by(&[2]).survey();
    let mine = survey.mine(&on_the_web(2), at(1)).unwrap();
    let closed = survey.mine(&on_the_web(2), day(7)).unwrap();
    let stats = MyStats { guesses: 2, accuracy: Accuracy { correct: 1, resolved: 2 }, ..MyStats::default() };
    let view = |surveys: &[(Survey, Mine)], opted_in| {
        let view = home(&Home { team_id: &survey.team_id, stats: &stats, surveys, opted_in });
        assert_eq!(view["type"], "home");
        check(None, view["blocks"].as_array().unwrap(), 100);
        read(view["blocks"].as_array().unwrap())
    };
    let (text, buttons) = view(&[(survey.clone(), mine.clone()), (survey.clone(), closed)], true);
    assert!(text.contains("right in 1 of 2 guesses (50 %)") && text.contains("You reviewed <https"), "{text}");
    assert_eq!(
        buttons,
        [
            "survey.quality.1",
            "survey.quality.2",
            "survey.quality.3",
            "survey.guess.yes",
            "survey.guess.no",
            "survey.settings.opt_out"
        ]
    );
    let (text, buttons) = view(&[], false);
    assert!(text.contains("Nothing to answer") && text.contains("you opted out"), "{text}");
    assert_eq!(buttons, ["survey.settings.opt_in"]);
    let many = vec![(survey.clone(), mine); 100];
    let (text, _) = view(&many, true);
    assert!(text.contains("And 86 more"), "{text}");
}

#[test]
fn titles_and_names_cannot_speak_to_slack() {
    let mut survey = Merge::reviewed_by(&[2]).with(|merge| merge.scalars().title = NASTY.repeat(100)).survey();
    survey.repository = NASTY.to_owned();
    let home = home(&Home {
        team_id: &survey.team_id,
        stats: &MyStats::default(),
        surveys: &[(survey.clone(), survey.mine(&on_the_web(2), at(0)).unwrap())],
        opted_in: true,
    });
    let messages = [
        serde_json::to_string(&shown(&survey, Role::Author, false)).unwrap(),
        serde_json::to_string(&shown(&survey, Role::Reviewer, false)).unwrap(),
        serde_json::to_string(&reveal(&survey, true, true, Accuracy::default())).unwrap(),
        serde_json::to_string(&leaderboard(&board(&[NASTY; 8], 3))).unwrap(),
        home.to_string(),
    ];
    checked(&shown(&survey, Role::Reviewer, false));
    for message in messages {
        assert!(message.contains("&lt;!channel&gt; &amp; &lt;@U0001&gt;"), "{message}");
        assert!(!message.contains("<!channel") && !message.contains("<@"), "{message}");
    }
}

/// A leaderboard of members with these names, of whom the first so many have guessed: the first once, the next twice ...
fn board(names: &[&str], guessers: u64) -> Board {
    let due = "2026-11-30T09:00:00Z".parse().unwrap();
    let members: Vec<_> = (1..)
        .zip(names)
        .map(|(number, name)| BoardMember {
            id: format!("m_{number}").parse().unwrap(),
            name: (*name).to_owned(),
            accounts: [account(number)].into(),
            active: true,
        })
        .collect();
    let rows: Vec<SurveyRow> = (1..=guessers)
        .flat_map(|number| (0..number).map(move |nth| (number, nth)))
        .map(|(number, nth)| {
            let id = number * 100 + nth;
            let mut survey = Merge::reviewed_by(&[number])
                .with(|merge| {
                    merge.pull_request.key = key(id);
                    merge.scalars().author = Some(crate::fixtures::user(30));
                })
                .survey();
            for event in [web(number, GUESS_YES, at(1)), web(number, SUPER, at(1)), web(30, YES, at(2))] {
                survey.apply(&event);
            }
            survey.row(at(3))
        })
        .collect();
    rank(BoardInput { rows: &rows, members: &members, merged: 7, week: week_of(due, &TimeZone::UTC).unwrap() })
}

#[test]
fn the_leaderboard_names_the_best_three_and_the_teams_numbers() {
    let message = leaderboard(&board(&["Anna", "Bert", "Cleo", "Dora", "Emil"], 4));
    let (text, _) = checked(&message);
    assert!(text.starts_with("The week 23 to 29 November 2026"), "{text}");
    assert!(text.contains(":first_place_medal: 1. *Dora*: 4 of 4 guesses (100 %)"), "{text}");
    assert!(text.contains(":third_place_medal: 3. *Bert*: 2 of 2 guesses (100 %)") && !text.contains("Anna"), "{text}");
    assert!(text.contains("Merged pull requests: 7"), "{text}");
    assert!(text.contains("AI-assisted: 100 % (10 of 10)"), "{text}");
    assert!(text.contains("Guessed right: 10 of 10 guesses (100 %)"), "{text}");
    assert!(text.contains("Mean quality: 3.0 of 3 (10 ratings)"), "{text}");
    assert!(message.text.contains("best guesses by Dora"), "{}", message.text);
}

#[test]
fn ties_are_called_joint() {
    let mut tied = board(&["Anna", "Bert", "Cleo", "Dora", "Emil"], 3);
    let top = tied.top.as_mut().unwrap();
    for one in top.iter_mut() {
        one.place = crate::BoardPlace { number: 1, shared: true };
    }
    let first = top[0].clone();
    let (text, _) = checked(&leaderboard(&tied));
    assert_eq!(text.matches(":first_place_medal: joint 1.").count(), 3, "{text}");
    tied.top = Some(vec![first; 25]);
    let (text, _) = checked(&leaderboard(&tied));
    assert!(text.contains("and 15 more on the same place"), "{text}");
}

#[test]
fn the_short_leaderboard_names_nobody() {
    for short in [board(&["Anna", "Bert", "Cleo", "Dora", "Emil"], 2), board(&["Anna", "Bert", "Cleo", "Dora"], 4)] {
        let message = leaderboard(&short);
        let (text, _) = checked(&message);
        for name in ["Anna", "Bert", "Cleo", "Dora"] {
            assert!(!text.contains(name) && !message.text.contains(name), "{text}");
        }
        assert!(text.contains("Not enough people") && text.contains("Guessed right: "), "{text}");
    }
    let (text, _) = checked(&leaderboard(&board(&["Anna"], 0)));
    assert!(text.contains("No guesses were resolved") && text.contains("AI-assisted: not known yet"), "{text}");
}

#[test]
fn a_rating_has_words() {
    for (quality, words) in
        [(Quality::CouldBeBetter, "could be better"), (Quality::Ok, "OK"), (Quality::Super, "super")]
    {
        assert_eq!(said(Answer::Quality(quality)), format!("Your rating: {words}."));
    }
}
