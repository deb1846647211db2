use super::*;
use crate::{
    Malformed,
    fixtures::{GUESS_NO, SUPER, YES, key},
};

fn team() -> TeamId {
    "demo".parse().unwrap()
}

fn all() -> Vec<Click> {
    let answers = [
        Answer::Assisted(true),
        Answer::Assisted(false),
        Answer::Quality(Quality::CouldBeBetter),
        Answer::Quality(Quality::Ok),
        Answer::Quality(Quality::Super),
        Answer::Guess(true),
        Answer::Guess(false),
    ];
    let answers = answers.map(|answer| Click::Answer { team_id: team(), pull_request: key(42), answer });
    let settings = [true, false].map(|opted_in| Click::Settings { team_id: team(), opted_in });
    [answers.to_vec(), settings.to_vec(), vec![Click::OptOut { team_id: team(), pull_request: key(42) }]].concat()
}

#[test]
fn what_a_button_carries_is_read_as_it_was_made() {
    for click in all() {
        assert_eq!(Click::parse(&click.action_id(), &click.value()), Ok(click.clone()), "{click:?}");
        assert_eq!(click.team_id(), &team());
    }
    let click = Click::Answer { team_id: team(), pull_request: key(42), answer: SUPER };
    assert_eq!((click.action_id().as_str(), click.value().as_str()), ("survey.quality.3", "quality demo github:17#42"));
}

#[test]
fn every_action_has_a_name_of_its_own_within_slacks_limits() {
    let long: TeamId = "a".repeat(32).parse().unwrap();
    let mut names: Vec<_> = all().iter().map(Click::action_id).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all().len());
    let largest = PullRequestKey {
        repository: RepositoryKey { provider: Provider::GithubEnterprise, id: u64::MAX },
        number: u64::MAX,
    };
    let click = Click::Answer { team_id: long, pull_request: largest, answer: GUESS_NO };
    assert!(click.action_id().len() <= 255 && click.value().len() <= 2000);
    assert_eq!(Click::parse(&click.action_id(), &click.value()), Ok(click));
}

#[test]
fn what_no_button_of_ours_carries_is_malformed() {
    let good = Click::Answer { team_id: team(), pull_request: key(42), answer: YES };
    let (action, value) = (good.action_id(), good.value());
    let bad = [
        ("", ""),
        (action.as_str(), ""),
        ("", value.as_str()),
        ("survey.assisted.maybe", &value),
        ("survey.assisted.yes ", &value),
        ("survey.quality.0", "quality demo github:17#42"),
        ("survey.quality.4", "quality demo github:17#42"),
        ("survey.quality.03", "quality demo github:17#42"),
        ("survey.guess.yes", &value),
        (&action, "guess demo github:17#42"),
        (&action, "assisted demo"),
        (&action, "assisted Demo github:17#42"),
        (&action, "assisted TEAM#x github:17#42"),
        (&action, "assisted demo github:17#42 U0002"),
        (&action, "assisted demo github:17#042"),
        (&action, "assisted demo github:+17#42"),
        (&action, "assisted demo gitlab:17#42"),
        (&action, "assisted demo github:17"),
        (&action, "assisted demo github:18446744073709551616#1"),
        (&action, "assisted  demo github:17#42"),
        ("survey.opt_out", "opt_out demo"),
        ("survey.settings.opt_maybe", "settings demo"),
        ("survey.settings.opt_in", "settings demo github:17#42"),
        (&action, "{\"team\":\"demo\"}"),
    ];
    for (action, value) in bad {
        assert_eq!(Click::parse(action, value), Err(Malformed), "{action:?} {value:?}");
    }
}

#[test]
fn nothing_that_a_button_carries_says_who() {
    for click in all() {
        let carried = format!("{} {}", click.action_id(), click.value());
        assert!(!carried.contains('U') && !carried.contains("m_"), "{carried}");
    }
}

#[test]
fn commands_are_read_in_any_case_and_spacing() {
    let cases = [
        ("", Command::Stats),
        ("  Stats ", Command::Stats),
        ("my stats", Command::Stats),
        ("opt out", Command::OptOut),
        ("Opt-Out", Command::OptOut),
        ("opt  in", Command::OptIn),
        ("optin", Command::OptIn),
        ("HELP", Command::Help),
        ("opt", Command::Unknown),
        ("delete everything", Command::Unknown),
    ];
    for (text, command) in cases {
        assert_eq!(Command::parse(text), command, "{text:?}");
    }
}
