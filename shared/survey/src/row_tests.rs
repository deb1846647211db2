use super::*;
use crate::fixtures::{AUTHOR, GUESS_NO, GUESS_YES, Merge, NO, SUPER, YES, account, at, click, day, drive, web};
use jiff::SignedDuration;

#[test]
fn a_row_holds_what_metrics_and_the_leaderboard_need() {
    let mut survey = Merge::reviewed_by(&[2, 3, 4])
        .with(|merge| {
            merge.person(3).slack_user = None;
            merge.person(4).opted_out = true;
        })
        .survey();
    drive(&mut survey, at(0));
    survey.apply(&click(2, SUPER, at(1)));
    survey.apply(&click(2, GUESS_NO, at(2)));
    survey.apply(&click(AUTHOR, YES, at(3)));
    let row = survey.row(at(4));
    assert_eq!((row.merged_at, row.author.clone()), (at(0), Some(account(AUTHOR))));
    assert_eq!(row.truth, Some(TruthRow { assisted: true, source: TruthSource::Answer, at: at(3) }));
    assert_eq!(
        row.detection,
        Some(DetectionRow { assisted: false, tools: Vec::new(), version: "2026-11-29".to_owned() })
    );
    assert_eq!((row.asked, row.unreachable, row.opted_out, row.over_cap, row.unknown), (3, 1, 1, 0, 0));
    assert!(row.author_asked);
    let nothing = ReviewerRow { account: account(3), quality: None, guess: None, guessed_at: None };
    let answered =
        ReviewerRow { account: account(2), quality: Some(Quality::Super), guess: Some(false), guessed_at: Some(at(2)) };
    assert_eq!(row.reviewers, [answered, nothing]);
    let resolved: Vec<_> = row.resolved().map(|(reviewer, at, right)| (reviewer.account.clone(), at, right)).collect();
    assert_eq!(resolved, [(account(2), at(3), false)]);
}

#[test]
fn only_the_answer_of_a_control_author_is_a_label() {
    let label = |merge: &Merge, answer: Option<crate::Answer>| {
        let mut survey = merge.survey();
        if let Some(answer) = answer {
            survey.apply(&web(AUTHOR, answer, at(1)));
        }
        survey.settle(day(7));
        let row = survey.row(day(7));
        (row.truth.map(|truth| (truth.assisted, truth.source)), row.label)
    };
    let control = Merge::reviewed_by(&[2]).detected().control();
    assert_eq!(label(&control, Some(NO)), (Some((false, TruthSource::Control)), Some(false)));
    assert_eq!(label(&control, Some(YES)), (Some((true, TruthSource::Control)), Some(true)));
    assert_eq!(label(&control, None), (Some((true, TruthSource::Fallback)), None));
    let missed = Merge::reviewed_by(&[2]).control();
    assert_eq!(label(&missed, Some(YES)), (Some((true, TruthSource::Control)), Some(true)));
    assert_eq!(label(&missed, None), (None, None));
    assert_eq!(label(&Merge::reviewed_by(&[2]).detected(), None), (Some((true, TruthSource::Auto)), None));
    assert_eq!(label(&Merge::reviewed_by(&[2]), Some(NO)), (Some((false, TruthSource::Answer)), None));
}

#[test]
fn a_guess_is_resolved_when_the_later_of_both_is_known() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    survey.apply(&click(2, GUESS_YES, at(1)));
    survey.apply(&click(AUTHOR, YES, at(5)));
    survey.apply(&click(3, GUESS_NO, at(9)));
    let row = survey.row(at(9));
    assert_eq!(row.resolved().map(|(_, at, right)| (at, right)).collect::<Vec<_>>(), [(at(5), true), (at(9), false)]);
}

#[test]
fn it_survives_postcard_and_is_small() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    survey.apply(&click(2, GUESS_YES, at(1) + SignedDuration::from_nanos(1_234_567)));
    survey.apply(&click(AUTHOR, YES, at(2) + SignedDuration::from_nanos(7)));
    let row = survey.row(at(3));
    let bytes = postcard::to_extend(&row, Vec::new()).unwrap();
    assert_eq!(postcard::from_bytes::<SurveyRow>(&bytes).unwrap(), row);
    assert!(bytes.len() < 130, "{} bytes", bytes.len());
}
