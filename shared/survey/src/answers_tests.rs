use super::*;
use crate::{
    Quality,
    fixtures::{
        AUTHOR, GUESS_NO, GUESS_YES, Merge, NO, SUPER, YES, at, click, day, detected, drive, in_slack, on_the_web,
        place, short, web,
    },
};
use jiff::SignedDuration;

/// Just before the buttons expire.
fn just_in_time() -> Timestamp {
    day(7) - SignedDuration::from_millis(1)
}

/// A survey with reviewers 2 and 3 that was sent.
fn sent(merge: &Merge) -> Survey {
    let mut survey = merge.survey();
    drive(&mut survey, at(0));
    survey
}

#[test]
fn each_click_is_recorded_on_its_own_with_its_time_and_place() {
    let mut survey = sent(&Merge::reviewed_by(&[2, 3]));
    assert_eq!(survey.apply(&click(2, SUPER, at(1))), Reply::Recorded);
    assert_eq!(survey.apply(&web(2, GUESS_NO, at(2))), Reply::Recorded);
    assert_eq!(survey.apply(&click(AUTHOR, YES, at(3))), Reply::Recorded);
    let reviewer = &survey.reviewers[0];
    assert_eq!(reviewer.quality, Some(Given { value: Quality::Super, at: at(1), from: Origin::Slack }));
    assert_eq!(reviewer.guess, Some(Given { value: false, at: at(2), from: Origin::Web }));
    assert_eq!(survey.author.as_ref().unwrap().assisted, Some(Given { value: true, at: at(3), from: Origin::Slack }));
    assert_eq!(survey.truth, Some(Truth { assisted: true, source: TruthSource::Answer, at: at(3) }));
    assert_eq!((survey.reviewers[1].quality, survey.reviewers[1].guess), (None, None));
}

#[test]
fn every_subset_of_clicks_in_every_order_is_what_was_clicked() {
    let clicks = [click(2, SUPER, at(1)), click(2, GUESS_YES, at(2)), click(AUTHOR, NO, at(3))];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        .into_iter()
        .flat_map(|order| (0..8_u8).map(move |subset| order.into_iter().filter(move |index| subset >> index & 1 == 1)));
    for order in orders {
        let order: Vec<usize> = order.collect();
        let mut survey = sent(&Merge::reviewed_by(&[2]));
        let mut reveals = Vec::new();
        for index in &order {
            assert_eq!(survey.apply(&clicks[*index]), Reply::Recorded);
            reveals.extend(short(&drive(&mut survey, at(5))).into_iter().filter(|step| step.starts_with("reveal")));
        }
        let has = |index| order.contains(&index);
        assert_eq!(survey.reviewers[0].quality.is_some(), has(0), "{order:?}");
        assert_eq!(survey.reviewers[0].guess.is_some(), has(1), "{order:?}");
        assert_eq!(survey.truth.is_some(), has(2), "{order:?}");
        // Whichever came last.
        assert_eq!(reveals, if has(1) && has(2) { vec!["reveal 2"] } else { vec![] }, "{order:?}");
    }
}

#[test]
fn the_first_answer_is_final_and_a_second_click_says_so() {
    let mut survey = sent(&Merge::reviewed_by(&[2]));
    survey.apply(&click(2, Answer::Quality(Quality::Ok), at(1)));
    survey.apply(&click(2, GUESS_YES, at(1)));
    survey.apply(&click(AUTHOR, NO, at(1)));
    let before = survey.clone();
    let second = [
        (click(2, SUPER, at(2)), Answer::Quality(Quality::Ok)),
        (click(2, Answer::Quality(Quality::Ok), at(2)), Answer::Quality(Quality::Ok)),
        (web(2, GUESS_NO, at(2)), GUESS_YES),
        (click(AUTHOR, YES, at(2)), NO),
        // Later than the end it is still the first answer that counts.
        (click(AUTHOR, YES, day(8)), NO),
    ];
    for (event, first) in second {
        assert_eq!(survey.apply(&event), Reply::AlreadyAnswered(first), "{event:?}");
    }
    assert_eq!(survey, before);
}

#[test]
fn a_click_that_the_queue_delivers_twice_bothers_nobody() {
    let mut survey = sent(&Merge::reviewed_by(&[2]));
    for event in [click(2, SUPER, at(1)), click(2, GUESS_YES, at(2)), click(AUTHOR, YES, at(3))] {
        assert_eq!(survey.apply(&event), Reply::Recorded);
        assert_eq!(survey.apply(&event), Reply::Recorded);
    }
}

#[test]
fn of_two_who_race_each_has_their_own_answer() {
    let mut survey = sent(&Merge::reviewed_by(&[2, 3]));
    assert_eq!(survey.apply(&click(2, GUESS_YES, at(1))), Reply::Recorded);
    assert_eq!(survey.apply(&click(3, GUESS_NO, at(1))), Reply::Recorded);
    let guesses: Vec<_> = survey.reviewers.iter().map(|reviewer| reviewer.guess.unwrap().value).collect();
    assert_eq!(guesses, [true, false]);
}

#[test]
fn answers_are_taken_until_seven_days_after_the_merge() {
    for event in
        [click(2, SUPER, just_in_time()), web(2, GUESS_YES, just_in_time()), click(AUTHOR, YES, just_in_time())]
    {
        let mut survey = sent(&Merge::reviewed_by(&[2]));
        assert_eq!(survey.apply(&event), Reply::Recorded, "{event:?}");
    }
    for event in [click(2, SUPER, day(7)), web(2, GUESS_YES, day(7)), click(AUTHOR, YES, day(7))] {
        let mut survey = sent(&Merge::reviewed_by(&[2]));
        let before = survey.clone();
        assert_eq!(survey.apply(&event), Reply::Expired, "{event:?}");
        assert_eq!(survey, before);
    }
}

#[test]
fn a_click_in_time_counts_though_the_queue_brings_it_later() {
    let mut survey = sent(&Merge::reviewed_by(&[2]));
    drive(&mut survey, day(8));
    assert_eq!(survey.apply(&click(2, GUESS_YES, just_in_time())), Reply::Recorded);
    assert_eq!(survey.apply(&click(AUTHOR, YES, just_in_time())), Reply::Recorded);
    assert_eq!(short(&drive(&mut survey, day(8))), ["reveal 2", "update 1", "update 2"]);
}

#[test]
fn who_was_not_asked_is_refused() {
    let mut survey = sent(&Merge::reviewed_by(&[2, 3]).with(|merge| {
        merge.person(3).opted_out = true;
        merge.pull_request.reviews.insert(9, crate::fixtures::review(crate::fixtures::user(4), at(10)));
    }));
    let before = survey.clone();
    let refused = [
        // Somebody else, one who reviewed after the merge, one who had opted out.
        click(9, SUPER, at(1)),
        click(4, GUESS_YES, at(1)),
        click(3, SUPER, at(1)),
        // The wrong question.
        click(2, YES, at(1)),
        click(AUTHOR, SUPER, at(1)),
        click(AUTHOR, GUESS_YES, at(1)),
        // Nobody.
        Event::Answer { person: Person::default(), answer: YES, from: Origin::Web, place: None, at: at(1) },
    ];
    for event in refused {
        assert_eq!(survey.apply(&event), Reply::NotAsked, "{event:?}");
    }
    assert_eq!(survey, before);
}

#[test]
fn an_author_for_whom_the_detection_answered_is_not_asked() {
    let mut survey = sent(&Merge::reviewed_by(&[2]).detected());
    assert_eq!(survey.apply(&click(AUTHOR, NO, at(1))), Reply::NotAsked);
    assert!(survey.truth.unwrap().assisted);
}

#[test]
fn a_person_is_found_by_slack_first_and_else_as_a_member() {
    let mut survey = sent(&Merge::reviewed_by(&[2, 3]));
    let both = Person { slack_user: in_slack(2).slack_user, member: on_the_web(3).member };
    survey.apply(&Event::Answer { person: both, answer: SUPER, from: Origin::Slack, place: None, at: at(1) });
    assert!(survey.reviewers[0].quality.is_some() && survey.reviewers[1].quality.is_none());
    let linked_later = Person { slack_user: Some("U9999".to_owned()), member: on_the_web(3).member };
    let event = Event::Answer { person: linked_later, answer: SUPER, from: Origin::AppHome, place: None, at: at(1) };
    assert_eq!(survey.apply(&event), Reply::Recorded);
    assert!(survey.reviewers[1].quality.is_some());
}

#[test]
fn who_has_no_slack_answers_on_the_web_by_the_same_rules() {
    let mut survey = sent(&Merge::reviewed_by(&[2]).with(|merge| {
        merge.person(2).slack_user = None;
        merge.person(AUTHOR).slack_user = None;
    }));
    assert_eq!(survey.apply(&web(2, GUESS_YES, at(1))), Reply::Recorded);
    assert_eq!(survey.apply(&web(2, GUESS_NO, at(2))), Reply::AlreadyAnswered(GUESS_YES));
    assert_eq!(survey.apply(&web(AUTHOR, YES, at(3))), Reply::Recorded);
    assert_eq!(survey.apply(&web(2, SUPER, day(7))), Reply::Expired);
    assert_eq!(drive(&mut survey, at(4)), []);
    assert_eq!(survey.reviewers[0].reveal.state, PostState::Dropped);
}

#[test]
fn a_control_authors_answer_is_a_label_and_without_one_the_detection_answers_in_the_end() {
    let merge = Merge::reviewed_by(&[2]).detected().control();
    let mut answered = sent(&merge);
    answered.apply(&click(AUTHOR, NO, at(1)));
    assert_eq!(answered.truth, Some(Truth { assisted: false, source: TruthSource::Control, at: at(1) }));
    assert!(!answered.settle(day(7)));
    assert!(!answered.truth.unwrap().assisted);

    let mut unanswered = sent(&merge);
    unanswered.apply(&click(2, GUESS_NO, at(1)));
    assert!(!unanswered.settle(just_in_time()));
    assert!(unanswered.settle(day(7)));
    assert_eq!(unanswered.truth, Some(Truth { assisted: true, source: TruthSource::Fallback, at: day(7) }));
    // It may have been read already: an answer from before does not change it.
    assert_eq!(unanswered.apply(&click(AUTHOR, NO, just_in_time())), Reply::Expired);
    assert!(unanswered.truth.unwrap().assisted);
    assert_eq!(short(&drive(&mut unanswered, day(7))), ["reveal 2", "update 1", "update 2"]);
}

#[test]
fn without_an_answer_or_signs_there_is_never_a_truth() {
    for merge in [Merge::reviewed_by(&[2]), Merge::reviewed_by(&[2]).control()] {
        let mut survey = sent(&merge);
        survey.apply(&click(2, GUESS_YES, at(1)));
        drive(&mut survey, day(7));
        assert_eq!(survey.truth, None);
        assert!(survey.is_over(day(7)));
    }
}

#[test]
fn a_click_tells_where_its_message_is() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    let steps = [survey.next(at(0)).unwrap(), survey.next(at(0)).unwrap()];
    assert_eq!(survey.apply(&click(2, SUPER, at(1))), Reply::Recorded);
    assert_eq!(survey.reviewers[0].person.message.post.place(), Some(&place(2)));
    // What it shows is not known, so that it is updated at once.
    assert_eq!(short(&drive(&mut survey, at(1))), ["update 2"]);
    // The attempt's own outcome comes late and changes nothing.
    survey.finish(&steps[1], crate::Outcome::Later { not_before: None }, at(1));
    survey.finish(&steps[0], crate::fixtures::accepted(&steps[0]), at(1));
    assert_eq!(short(&drive(&mut survey, at(20))), Vec::<String>::new());
}

#[test]
fn who_opts_out_gets_no_further_message() {
    let opt_out = |number| Event::OptOut { person: in_slack(number), place: Some(place(number)), at: at(2) };
    let mut survey = sent(&Merge::reviewed_by(&[2, 3]));
    survey.apply(&click(2, GUESS_YES, at(1)));
    drive(&mut survey, at(1));
    assert_eq!(survey.apply(&opt_out(2)), Reply::OptedOut);
    assert_eq!(survey.apply(&opt_out(2)), Reply::OptedOut);
    assert_eq!(short(&drive(&mut survey, at(2))), ["update 2"], "the message says so");
    survey.apply(&click(AUTHOR, YES, at(3)));
    assert_eq!(short(&drive(&mut survey, at(3))), ["update 1"]);
    assert_eq!(survey.reviewers[0].reveal.state, PostState::Dropped);
    // Somebody who is not in it may opt out as well; of the survey it changes nothing.
    let before = survey.clone();
    assert_eq!(survey.apply(&opt_out(9)), Reply::OptedOut);
    assert_eq!(survey, before);
    // What was clicked before the message changed is an answer still.
    assert_eq!(survey.apply(&click(2, SUPER, at(4))), Reply::Recorded);
}

#[test]
fn who_opts_out_before_their_message_is_sent_gets_none() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    survey.apply(&Event::OptOut { person: on_the_web(2), place: None, at: at(0) });
    assert_eq!(short(&drive(&mut survey, at(1))), ["ask 1"]);
}

#[test]
fn reveals_count_as_they_are_wanted_when_both_sides_are_known() {
    let mut survey = sent(&Merge::reviewed_by(&[2, 3]));
    survey.apply(&click(2, GUESS_YES, at(1)));
    survey.reveals = false;
    survey.apply(&click(AUTHOR, YES, at(2)));
    survey.reveals = true;
    assert_eq!(short(&drive(&mut survey, at(2))), ["update 1", "update 2"]);
    survey.apply(&click(3, GUESS_YES, at(3)));
    assert_eq!(short(&drive(&mut survey, at(3))), ["reveal 3", "update 3"]);
}

#[test]
fn what_the_detector_saw_may_have_no_signs() {
    assert!(detected().answers());
    assert!(!crate::fixtures::nothing_detected().answers());
}
