use super::*;
use crate::fixtures::{AUTHOR, GUESS_NO, GUESS_YES, Merge, SUPER, YES, at, day, in_slack, on_the_web, web};

#[test]
fn each_sees_their_own_questions_and_answers() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    survey.apply(&web(2, SUPER, at(1)));
    let author = survey.mine(&on_the_web(AUTHOR), at(2)).unwrap();
    assert_eq!((author.role, author.open), (Role::Author, vec![Question::Assisted]));
    let reviewer = survey.mine(&in_slack(2), at(2)).unwrap();
    assert_eq!(
        (reviewer.role, reviewer.open, reviewer.quality),
        (Role::Reviewer, vec![Question::Guess], Some(Quality::Super))
    );
    assert_eq!(survey.mine(&on_the_web(3), at(2)).unwrap().open, [Question::Quality, Question::Guess]);
    assert_eq!(survey.mine(&on_the_web(9), at(2)), None);
    assert_eq!(survey.mine(&Person::default(), at(2)), None);
    assert!(survey.mine(&on_the_web(3), day(7)).unwrap().open.is_empty());
}

#[test]
fn the_truth_is_shown_only_to_who_guessed_and_only_if_the_team_wants_it() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    survey.apply(&web(2, GUESS_NO, at(1)));
    assert_eq!(survey.mine(&on_the_web(2), at(2)).unwrap().verdict, None);
    survey.apply(&web(AUTHOR, YES, at(3)));
    assert_eq!(survey.mine(&on_the_web(2), at(4)).unwrap().verdict, Some(Verdict { right: false, truth: true }));
    assert_eq!(survey.mine(&on_the_web(3), at(4)).unwrap().verdict, None);
    survey.reveals = false;
    assert_eq!(survey.mine(&on_the_web(2), at(4)).unwrap().verdict, None);
}

#[test]
fn what_was_detected_changes_nothing_before_the_guess() {
    let seen = |merge: Merge| merge.survey().mine(&on_the_web(2), at(1)).unwrap();
    assert_eq!(seen(Merge::reviewed_by(&[2])), seen(Merge::reviewed_by(&[2]).detected()));
    let mut detected = Merge::reviewed_by(&[2]).detected().survey();
    assert_eq!(detected.mine(&on_the_web(AUTHOR), at(1)), None, "the author is not asked");
    detected.apply(&web(2, GUESS_YES, at(1)));
    assert_eq!(detected.mine(&on_the_web(2), at(1)).unwrap().verdict, Some(Verdict { right: true, truth: true }));
}
