use super::*;
use crate::{
    Answer, End, Event, Origin, Quality, Reply,
    fixtures::{
        AUTHOR, GUESS_NO, GUESS_YES, Merge, SUPER, YES, accepted, at, click, day, drive, name, on_the_web, place,
        short, web,
    },
};
use jiff::SignedDuration;

fn seconds(n: i64) -> Timestamp {
    at(0) + SignedDuration::from_secs(n)
}

fn nothing() -> Vec<String> {
    Vec::new()
}

fn later(not_before: Timestamp) -> Outcome {
    Outcome::Later { not_before: Some(not_before) }
}

fn refused() -> Outcome {
    Outcome::Refused { reason: "user_not_found".to_owned() }
}

/// All steps that there are now, as if they were carried out side by side.
fn take_all(survey: &mut Survey, now: Timestamp) -> Vec<Step> {
    std::iter::from_fn(|| survey.next(now)).collect()
}

#[test]
fn everybody_is_asked_once_and_shown_what_they_answered() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    assert_eq!(short(&drive(&mut survey, at(0))), ["ask 1", "ask 2", "ask 3"]);
    assert_eq!(short(&drive(&mut survey, at(60))), nothing());
    survey.apply(&click(2, SUPER, at(61)));
    let steps = drive(&mut survey, at(61));
    assert_eq!(short(&steps), ["update 2"]);
    let Call::Update { place: shown_at, view } = &steps[0].call else { panic!("{steps:?}") };
    assert_eq!(*shown_at, place(2));
    assert_eq!((view.quality, view.guess, view.end), (Some(Quality::Super), None, None));
}

#[test]
fn twenty_are_asked_side_by_side() {
    let many: Vec<u64> = (2..=21).collect();
    let mut survey = Merge::reviewed_by(&many).survey();
    let steps = take_all(&mut survey, at(0));
    assert_eq!(steps.len(), 21);
    for step in steps.iter().rev() {
        survey.finish(step, accepted(step), at(0));
    }
    assert_eq!(drive(&mut survey, at(1)), []);
    assert!(survey.participants().all(|person| person.message.post.place().is_some()));
}

#[test]
fn an_attempt_that_nobody_finished_is_never_made_again() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    let lost = take_all(&mut survey, at(0));
    assert_eq!(lost.len(), 2);
    assert_eq!(survey.counts(seconds(119)).unknown, 0);
    assert_eq!(survey.due_at(seconds(1)), Some(seconds(120)), "somebody looks again when the attempt counts as lost");
    assert_eq!(survey.counts(seconds(120)).unknown, 2);
    assert!(survey.settle(seconds(120)) && !survey.settle(seconds(121)));
    assert_eq!(drive(&mut survey, seconds(120)), []);
    assert_eq!(drive(&mut survey, day(6)), []);
    // It is answered all the same, and the reveal finds its way.
    assert_eq!(survey.mine(&on_the_web(2), at(5)).unwrap().open.len(), 2);
    assert!(survey.mine(&on_the_web(2), at(5)).unwrap().message_unknown);
    let home =
        Event::Answer { person: on_the_web(2), answer: GUESS_YES, from: Origin::AppHome, place: None, at: at(5) };
    assert_eq!(survey.apply(&home), Reply::Recorded);
    assert_eq!(survey.apply(&web(AUTHOR, YES, at(6))), Reply::Recorded);
    assert_eq!(short(&drive(&mut survey, at(6))), ["reveal without thread 2"]);
    assert_eq!(drive(&mut survey, at(7)), []);
}

#[test]
fn what_became_of_an_attempt_may_be_told_late_and_twice() {
    let mut survey = Merge::reviewed_by(&[]).survey();
    let lost = survey.next(at(0)).unwrap();
    survey.settle(at(2));
    // That Slack has it is a certainty; that it has not comes too late to try again.
    survey.finish(&lost, later(at(2)), at(2));
    assert_eq!(survey.next(at(3)), None);
    survey.finish(&lost, accepted(&lost), at(4));
    assert_eq!(survey.author.as_ref().unwrap().person.message.post.place(), Some(&place(AUTHOR)));
    let before = survey.clone();
    survey.finish(&lost, accepted(&lost), at(5));
    survey.finish(&lost, Outcome::Unknown, at(5));
    assert_eq!(survey, before);
}

#[test]
fn an_old_attempts_failure_does_not_end_the_present_one() {
    let mut survey = Merge::reviewed_by(&[]).survey();
    let first = survey.next(at(0)).unwrap();
    survey.finish(&first, later(at(1)), at(0));
    let second = survey.next(at(1)).unwrap();
    assert_eq!((first.attempt, second.attempt), (1, 2));
    survey.finish(&first, later(at(1)), at(1));
    assert_eq!(survey.next(at(1)), None, "the second is under way");
}

#[test]
fn no_answer_from_slack_is_unknown_and_not_sent_again() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    for step in take_all(&mut survey, at(0)) {
        survey.finish(&step, Outcome::Unknown, at(0));
    }
    assert_eq!(survey.counts(at(0)).unknown, 2);
    assert_eq!(drive(&mut survey, at(10)), []);
}

#[test]
fn a_rate_limit_is_obeyed_to_the_second_in_that_channel_alone() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    let steps = take_all(&mut survey, at(0));
    survey.finish(&steps[0], accepted(&steps[0]), at(0));
    survey.finish(&steps[1], later(seconds(30)), at(0));
    survey.finish(&steps[2], accepted(&steps[2]), at(0));
    assert_eq!(survey.due_at(at(0)), Some(seconds(30)));
    assert_eq!(survey.next(seconds(30) - SignedDuration::from_nanos(1)), None);
    // The others' channels are free.
    survey.apply(&click(3, SUPER, seconds(10)));
    assert_eq!(short(&drive(&mut survey, seconds(10))), ["update 3"]);
    assert_eq!(short(&drive(&mut survey, seconds(30))), ["ask 2"]);
    assert_eq!(drive(&mut survey, seconds(31)), []);
}

#[test]
fn a_limit_holds_for_every_message_in_the_channel() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    drive(&mut survey, at(0));
    survey.apply(&click(2, GUESS_NO, at(1)));
    survey.apply(&click(AUTHOR, YES, at(1)));
    let reveal = survey.next(at(1)).unwrap();
    assert_eq!(name(&reveal), "reveal 2");
    assert_eq!(short(&drive(&mut survey, at(1))), ["update 1"], "one thing at a time for each");
    survey.finish(&reveal, later(at(3)), at(1));
    assert_eq!(survey.next(at(2)), None);
    let reveal = survey.next(at(3)).unwrap();
    survey.finish(&reveal, accepted(&reveal), at(3));
    let update = survey.next(at(3)).unwrap();
    assert_eq!(update.account.id, "2");
    survey.finish(&update, later(at(9)), at(3));
    assert_eq!(survey.next(at(8)), None);
    assert_eq!(short(&drive(&mut survey, at(9))), ["update 2"]);
}

#[test]
fn slack_down_for_an_hour_delays_every_message_and_doubles_none() {
    let mut survey = Merge::reviewed_by(&[2, 3]).survey();
    let (mut now, mut attempts, mut sent) = (at(0), 0, Vec::new());
    while let Some(due) = survey.due_at(now).filter(|due| *due < day(1)) {
        now = now.max(due);
        while let Some(step) = survey.next(now) {
            attempts += 1;
            if now < at(60) {
                survey.finish(&step, Outcome::Later { not_before: None }, now);
            } else {
                survey.finish(&step, accepted(&step), now);
                sent.push(step);
            }
        }
    }
    assert_eq!(short(&sent), ["ask 1", "ask 2", "ask 3"]);
    assert!(now <= at(70), "within ten minutes of its return: {now}");
    assert!(attempts <= 3 * 12, "{attempts} attempts");
}

#[test]
fn a_message_that_slack_refuses_is_not_tried_again_and_counts_as_unreachable() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    let steps = take_all(&mut survey, at(0));
    survey.finish(&steps[0], accepted(&steps[0]), at(0));
    survey.finish(&steps[1], refused(), at(0));
    assert_eq!(drive(&mut survey, day(1)), []);
    assert_eq!(survey.counts(day(1)).unreachable, 1);
    // Answered on the web, there is nobody to tell in Slack.
    survey.apply(&web(2, GUESS_YES, day(1)));
    survey.apply(&click(AUTHOR, YES, day(1)));
    assert_eq!(short(&drive(&mut survey, day(1))), ["update 1"]);
    assert_eq!(survey.reviewers[0].reveal.state, PostState::Dropped);
}

#[test]
fn an_update_is_repeated_until_it_is_shown_unless_the_message_is_gone() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    drive(&mut survey, at(0));
    survey.apply(&click(2, SUPER, at(1)));
    let lost = survey.next(at(1)).unwrap();
    assert_eq!(survey.next(at(2)), None, "it is under way");
    assert_eq!(survey.due_at(at(2)), Some(at(3)));
    let again = survey.next(at(3)).unwrap();
    assert_eq!((name(&again), &again.call), ("update 2".to_owned(), &lost.call));
    survey.finish(&again, Outcome::Unknown, at(3));
    survey.finish(&lost, accepted(&lost), at(3));
    assert_eq!(survey.next(at(3)), None, "after a failure it waits");
    let third = survey.next(at(4)).unwrap();
    survey.finish(&third, refused(), at(4));
    survey.apply(&click(2, GUESS_YES, at(5)));
    assert_eq!(drive(&mut survey, at(5)), [], "nothing can be shown in it any more");
}

#[test]
fn an_answer_during_an_update_is_shown_by_another() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    drive(&mut survey, at(0));
    survey.apply(&click(2, SUPER, at(1)));
    let first = survey.next(at(1)).unwrap();
    survey.apply(&click(2, GUESS_YES, at(1)));
    assert_eq!(survey.next(at(1)), None);
    survey.finish(&first, accepted(&first), at(1));
    let second = survey.next(at(1)).unwrap();
    let Call::Update { view, .. } = &second.call else { panic!("{second:?}") };
    assert_eq!((view.quality, view.guess), (Some(Quality::Super), Some(true)));
}

#[test]
fn who_answered_everything_on_the_web_before_the_message_went_out_gets_none_but_the_reveal() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    survey.apply(&web(2, SUPER, at(0)));
    survey.apply(&web(2, GUESS_YES, at(0)));
    survey.apply(&web(AUTHOR, YES, at(0)));
    assert_eq!(short(&drive(&mut survey, at(1))), ["reveal without thread 2"]);
}

#[test]
fn a_reveal_waits_for_the_message_that_it_belongs_under() {
    let mut survey = Merge::reviewed_by(&[2]).detected().survey();
    survey.apply(&web(2, GUESS_YES, at(0)));
    let ask = survey.next(at(0)).unwrap();
    assert_eq!((name(&ask), survey.next(at(0))), ("ask 2".to_owned(), None));
    survey.finish(&ask, later(at(1)), at(0));
    assert_eq!(survey.next(at(0)), None);
    let steps = drive(&mut survey, at(1));
    assert_eq!(short(&steps), ["ask 2", "reveal 2"]);
    let Call::Reveal { user, thread, guess, truth } = &steps[1].call else { panic!("{steps:?}") };
    assert_eq!((user.as_str(), thread, *guess, *truth), ("U0002", &Some(place(2)), true, true));
}

#[test]
fn a_reveal_that_was_lost_is_not_sent_again() {
    let mut survey = Merge::reviewed_by(&[2]).detected().survey();
    drive(&mut survey, at(0));
    survey.apply(&click(2, GUESS_NO, at(1)));
    assert_eq!(short(&take_all(&mut survey, at(1))), ["reveal 2"]);
    assert_eq!(survey.counts(at(2)).unknown, 0);
    assert_eq!(short(&drive(&mut survey, at(3))), ["update 2"]);
    assert_eq!(survey.counts(at(3)).unknown, 1);
}

#[test]
fn expired_messages_say_so_unless_nothing_was_open() {
    let mut survey = Merge::reviewed_by(&[2, 3, 4]).survey();
    drive(&mut survey, at(0));
    survey.apply(&click(2, SUPER, at(1)));
    survey.apply(&click(2, GUESS_YES, at(1)));
    survey.apply(&click(3, SUPER, at(1)));
    survey.apply(&Event::OptOut { person: on_the_web(4), place: None, at: at(1) });
    drive(&mut survey, at(1));
    assert_eq!(survey.due_at(at(2)), Some(day(7)));
    let steps = drive(&mut survey, day(7));
    assert_eq!(short(&steps), ["update 1", "update 3"]);
    let Call::Update { view, .. } = &steps[1].call else { panic!("{steps:?}") };
    assert_eq!((view.quality, view.end), (Some(Quality::Super), Some(End::Expired)));
    assert!(survey.is_over(day(7)));
}

#[test]
fn nothing_is_asked_after_the_end_and_nothing_tried_after_two_weeks() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    assert_eq!(drive(&mut survey, day(7)), []);
    assert!(survey.is_over(day(7)));

    let mut down = Merge::reviewed_by(&[2]).survey();
    drive(&mut down, at(0));
    let mut now = day(7);
    while let Some(due) = down.due_at(now) {
        now = due;
        while let Some(step) = down.next(now) {
            down.finish(&step, Outcome::Later { not_before: None }, now);
        }
    }
    assert!(now < day(14) && down.is_over(day(14)), "{now}");
}

#[test]
fn a_survey_that_is_answered_is_over_before_it_expires() {
    let mut survey = Merge::reviewed_by(&[2]).survey();
    assert_eq!(survey.due_at(at(0)), Some(at(0)));
    drive(&mut survey, at(0));
    assert_eq!(survey.due_at(at(0)), Some(day(7)));
    for event in [click(2, SUPER, at(1)), click(2, Answer::Guess(true), at(1)), click(AUTHOR, YES, at(1))] {
        survey.apply(&event);
    }
    assert_eq!(survey.due_at(at(1)), Some(at(1)));
    drive(&mut survey, at(1));
    assert!(survey.is_over(at(1)));
}

#[test]
fn a_control_author_who_does_not_answer_is_looked_at_in_the_end() {
    let unasked = |merge: &mut Merge| merge.person(AUTHOR).slack_user = None;
    let mut survey = Merge::reviewed_by(&[]).detected().control().with(unasked).survey();
    assert_eq!(survey.due_at(at(0)), Some(day(7)), "though there is nothing to send");
    assert!(survey.settle(day(7)) && survey.is_over(day(7)));
}

#[test]
fn the_wait_doubles_to_ten_minutes_and_begins_anew_after_a_success() {
    let mut post = Post::default();
    let mut waits = Vec::new();
    let mut now = at(0);
    for _ in 0..8 {
        let attempt = post.begin(now).unwrap();
        post.finish(attempt, Outcome::Later { not_before: None }, now);
        waits.push(post.not_before.unwrap().as_second() - now.as_second());
        now = post.not_before.unwrap();
    }
    assert_eq!(waits, [15, 30, 60, 120, 240, 480, 600, 600]);
    let attempt = post.begin(now).unwrap();
    assert_eq!(post.begin(now), None);
    post.finish(attempt, Outcome::Done(place(1)), now);
    assert_eq!((post.failures, post.not_before), (0, None));
    assert_eq!(post.begin(now), None);
}
