//! Groups, shares and labels of a few pull requests counted by hand.

use super::*;
use crate::fixtures::key;
use jiff::{civil::date, tz::TimeZone};
use plumbline_domain::{Provider, Reviewer, VendorId};
use plumbline_survey::{DetectionRow, Quality, ReviewerRow, TruthRow};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Merged in the first week of September by account 1; with `tools` found in it.
fn row(number: u64, tools: &[Tool]) -> FlowRow {
    FlowRow {
        key: key(1, number),
        merged_at: at("2026-09-01T12:00:00Z"),
        author: Some(1),
        author_is_bot: false,
        cycle_seconds: 1000 * number,
        coding_seconds: None,
        lines: 10,
        is_revert: false,
        is_hotfix: false,
        issue_projects: vec![],
        tools: tools.iter().map(|tool| tool.number()).collect(),
        reviewers: vec![Reviewer { account: Some(2), reviews: 1, rounds: 1, first_review: None, last_approval: None }],
    }
}

fn survey(number: u64, truth: Option<(bool, TruthSource)>) -> SurveyRow {
    let control = truth.is_some_and(|(_, source)| source == TruthSource::Control);
    SurveyRow {
        key: key(1, number),
        merged_at: at("2026-09-01T12:00:00Z"),
        author: Some(VendorId::new(Provider::Github, 1)),
        truth: truth.map(|(assisted, source)| TruthRow { assisted, source, at: at("2026-09-01T13:00:00Z") }),
        detection: None,
        control,
        label: truth.filter(|_| control).map(|(assisted, _)| assisted),
        reviewers: vec![],
        asked: 1,
        unreachable: 0,
        opted_out: 0,
        over_cap: 0,
        unknown: 0,
        author_asked: true,
    }
}

fn with(mut survey: SurveyRow, guess: Option<bool>, quality: Option<Quality>) -> SurveyRow {
    let guessed_at = guess.map(|_| at("2026-09-01T14:00:00Z"));
    survey.reviewers.push(ReviewerRow { account: VendorId::new(Provider::Github, 2), quality, guess, guessed_at });
    survey
}

fn ask(rows: &[FlowRow], surveys: &[SurveyRow], by: AiBasis, bots: &[u64]) -> Ai {
    let range = Range::new(date(2026, 8, 31), date(2026, 9, 13), &TimeZone::UTC).unwrap();
    ai(AiInput {
        rows,
        surveys,
        not_asked: [("bot_author".to_owned(), 3)].into(),
        range: &range,
        selection: Selection::default(),
        filters: Filters::default(),
        by,
        team_bots: &bots.iter().copied().collect(),
        person_of: &|account| account,
        as_of: Some(at("2026-09-13T23:59:00Z")),
        now: at("2026-09-14T00:00:00Z"),
    })
}

#[test]
fn the_answer_wins_over_detection_and_each_share_stands_alone() {
    let rows = [row(1, &[Tool::ClaudeCode]), row(2, &[Tool::ClaudeCode, Tool::Cursor]), row(3, &[]), row(4, &[])];
    let surveys = [
        survey(1, Some((false, TruthSource::Control))),
        survey(2, Some((true, TruthSource::Auto))),
        survey(3, Some((true, TruthSource::Answer))),
        survey(4, None),
    ];
    let answer = ask(&rows, &surveys, AiBasis::Combined, &[]);
    let shares = &answer.assisted_share;
    let numbers = |one: &Proportion| (one.count, one.n);
    assert_eq!(numbers(&shares.by_answer), (1, 2), "what was detected is no answer");
    assert_eq!(numbers(&shares.by_detection), (2, 4));
    assert_eq!(numbers(&shares.combined), (2, 4));
    assert_eq!(shares.by_answer.exclusions.last().map(|one| one.count), Some(2), "two did not answer");
    let tools: Vec<(&str, u64)> = answer.tools.iter().map(|one| (one.tool.as_str(), one.pull_requests)).collect();
    assert_eq!(tools, [("claude_code", 2), ("cursor", 1)]);
    let first = &answer.weekly[0];
    assert_eq!((first.merged, first.answered, first.by_answer, first.by_detection, first.combined), (4, 2, 1, 2, 2));
    assert_eq!((answer.weekly.len(), answer.weekly[1].merged), (2, 0));
    assert_eq!(answer.data_age_seconds, Some(60));
    let of = |by| {
        let impact = ask(&rows, &surveys, by, &[]).impact.cycle_time;
        (impact.assisted.n, impact.not_assisted.n)
    };
    assert_eq!((of(AiBasis::Answer), of(AiBasis::Detection), of(AiBasis::Combined)), ((1, 1), (2, 2), (2, 2)));
}

#[test]
fn groups_are_compared_from_ten_on() {
    let rows: Vec<FlowRow> =
        (1..=20).map(|number| row(number, if number <= 10 { &[Tool::Codex] } else { &[] })).collect();
    let surveys: Vec<SurveyRow> = (1..=19)
        .map(|number| {
            let quality = if number <= 10 { Quality::Super } else { Quality::Ok };
            with(survey(number, None), None, Some(quality))
        })
        .collect();
    let impact = ask(&rows, &surveys, AiBasis::Combined, &[]).impact;
    assert_eq!(
        (impact.cycle_time.assisted.value, impact.cycle_time.not_assisted.value),
        (Some(5500.0), Some(15_500.0))
    );
    let difference = impact.cycle_time.difference.expect("ten in each");
    assert!(impact.cycle_time.enough_data && (difference.value + 10_000.0).abs() < 1e-9, "{difference:?}");
    assert!(difference.high < 0.0, "clearly faster: {difference:?}");
    assert_eq!((impact.quality.assisted.n, impact.quality.not_assisted.n), (10, 9));
    assert_eq!((impact.quality.assisted.value, impact.quality.not_assisted.value), (Some(3.0), Some(2.0)));
    assert!(!impact.quality.enough_data && impact.quality.difference.is_none(), "nine are not enough");
    assert_eq!(impact.review_rounds.assisted.value, Some(1.0));
}

#[test]
fn bots_are_in_nothing_and_listed() {
    let rows = [FlowRow { author: Some(9), ..row(1, &[Tool::Devin]) }, FlowRow { author_is_bot: true, ..row(2, &[]) }];
    let surveys = [with(survey(1, Some((true, TruthSource::Answer))), Some(true), Some(Quality::Ok))];
    let answer = ask(&rows, &surveys, AiBasis::Combined, &[9]);
    assert_eq!((answer.assisted_share.combined.n, answer.tools.len(), answer.surveys.surveys), (0, 0, 0));
    assert_eq!(answer.assisted_share.combined.exclusions[0].count, 2);
    assert_eq!(answer.detection_rate.n, 0);
    assert_eq!(answer.surveys.not_asked, [("bot_author".to_owned(), 3)].into());
}

#[test]
fn guesses_count_once_their_truth_is_known() {
    let rows = [row(1, &[]), row(2, &[Tool::Amp]), row(3, &[])];
    let surveys = [
        with(survey(1, Some((false, TruthSource::Answer))), Some(true), None),
        with(survey(2, Some((true, TruthSource::Auto))), Some(true), Some(Quality::CouldBeBetter)),
        with(survey(3, None), Some(false), None),
    ];
    let answer = ask(&rows, &surveys, AiBasis::Combined, &[]);
    assert_eq!((answer.detection_rate.count, answer.detection_rate.n), (1, 2));
    assert_eq!(answer.detection_rate.exclusions[0].count, 1);
    let reach = &answer.surveys;
    assert_eq!((reach.surveys, reach.authors_asked, reach.authors_answered), (3, 3, 1));
    assert_eq!((reach.reviewers_asked, reach.reviewers_guessed, reach.reviewers_rated), (3, 3, 1));
}

#[test]
fn the_control_sample_alone_labels_detection() {
    let labelled = |number, said, found| SurveyRow {
        detection: Some(DetectionRow { assisted: found, tools: vec![], version: "1".into() }),
        ..survey(number, Some((said, TruthSource::Control)))
    };
    let unlabelled = SurveyRow {
        detection: Some(DetectionRow { assisted: true, tools: vec![], version: "1".into() }),
        ..survey(5, Some((true, TruthSource::Auto)))
    };
    let surveys = [
        labelled(1, true, true),
        labelled(2, false, true),
        labelled(3, true, false),
        labelled(4, true, true),
        unlabelled,
    ];
    let rows: Vec<FlowRow> = (1..=5).map(|number| row(number, &[])).collect();
    let detector = ask(&rows, &surveys, AiBasis::Combined, &[]).detector;
    assert_eq!((detector.precision.count, detector.precision.n), (2, 3));
    assert_eq!((detector.recall.count, detector.recall.n), (2, 3));
    assert_eq!(detector.labels, 4);
}
