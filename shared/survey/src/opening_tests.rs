use super::*;
use crate::fixtures::{AUTHOR, Merge, account, actor, at, day, key, review, user};

/// The author (if asked) and the reviewers who are asked, by number.
fn asked(merge: &Merge) -> Vec<u64> {
    let survey = merge.survey();
    survey.participants().filter(|person| person.is_asked()).map(|person| person.account.id.parse().unwrap()).collect()
}

fn why(survey: &Survey, number: u64) -> Asked {
    survey.participants().find(|person| person.account == account(number)).unwrap().asked
}

#[test]
fn the_author_and_every_reviewer_are_asked() {
    let merge = Merge::reviewed_by(&[2, 3]);
    assert_eq!(asked(&merge), [AUTHOR, 2, 3]);
    let survey = merge.survey();
    assert_eq!(survey.author.unwrap().person.account, account(AUTHOR));
    assert_eq!((survey.key, survey.title.as_str()), (key(42), "Signals at the junction"));
    assert_eq!(survey.truth, None);
}

#[test]
fn it_takes_no_approval_to_be_asked() {
    let states = [
        plumbline_domain::ReviewState::Commented,
        plumbline_domain::ReviewState::ChangesRequested,
        plumbline_domain::ReviewState::Approved,
        plumbline_domain::ReviewState::Dismissed,
        plumbline_domain::ReviewState::Unknown,
    ];
    let merge = Merge::reviewed_by(&[2, 3, 4, 5, 6]).with(|merge| {
        for (review, state) in merge.pull_request.reviews.values_mut().zip(states) {
            review.state = state;
        }
    });
    assert_eq!(asked(&merge), [AUTHOR, 2, 3, 4, 5, 6]);
}

#[test]
fn twenty_reviewers_are_asked() {
    let many: Vec<u64> = (2..=21).collect();
    assert_eq!(asked(&Merge::reviewed_by(&many)).len(), 21);
}

#[test]
fn who_reviewed_twice_is_asked_once() {
    assert_eq!(asked(&Merge::reviewed_by(&[2, 3, 2, 2])), [AUTHOR, 2, 3]);
}

#[test]
fn a_review_after_the_merge_comes_too_late_and_one_at_the_merge_does_not() {
    let merge = Merge::reviewed_by(&[2]).with(|merge| {
        merge.pull_request.reviews.insert(8, review(user(3), at(0)));
        merge.pull_request.reviews.insert(9, review(user(4), at(0) + SignedDuration::from_secs(1)));
    });
    assert_eq!(asked(&merge), [AUTHOR, 2, 3]);
}

#[test]
fn an_author_who_also_reviewed_is_asked_as_the_author_alone() {
    assert_eq!(asked(&Merge::reviewed_by(&[AUTHOR, 2])), [AUTHOR, 2]);
}

#[test]
fn who_merges_their_own_unreviewed_pull_request_is_asked_as_the_author() {
    let survey = Merge::reviewed_by(&[]).survey();
    assert!(survey.author.unwrap().person.is_asked());
    assert_eq!(survey.reviewers, []);
}

#[test]
fn a_bots_pull_request_asks_nobody() {
    let by_type = Merge::reviewed_by(&[2]).with(|merge| merge.scalars().author = Some(actor(1, ActorKind::Bot)));
    assert_eq!(by_type.refusal(), NotAsked::BotAuthor);
    let by_list = Merge::reviewed_by(&[2]).with(|merge| merge.team_bots = [account(AUTHOR)].into());
    assert_eq!(by_list.refusal(), NotAsked::BotAuthor);
}

#[test]
fn bots_deleted_users_and_accounts_of_no_person_are_no_reviewers() {
    let merge = Merge::reviewed_by(&[2, 3]).with(|merge| {
        let before = at(-5);
        merge.pull_request.reviews.insert(10, review(Some(actor(4, ActorKind::Bot)), before));
        merge.pull_request.reviews.insert(11, review(Some(actor(5, ActorKind::Other)), before));
        merge.pull_request.reviews.insert(12, review(None, before));
        merge.team_bots = [account(3)].into();
    });
    assert_eq!(asked(&merge), [AUTHOR, 2]);
    assert_eq!(merge.survey().reviewers.len(), 1);
}

#[test]
fn reviewers_of_a_deleted_author_are_asked_and_without_them_there_is_no_survey() {
    for author in [None, Some(actor(AUTHOR, ActorKind::Other))] {
        let merge = Merge::reviewed_by(&[2]).with(|merge| merge.scalars().author = author.clone());
        assert_eq!(asked(&merge), [2]);
        assert_eq!((merge.survey().author, merge.survey().truth), (None, None));
        let alone = Merge::reviewed_by(&[]).with(|merge| merge.scalars().author = author);
        assert_eq!(alone.refusal(), NotAsked::Nobody);
    }
    let detected = Merge::reviewed_by(&[2]).detected().control().with(|merge| merge.scalars().author = None).survey();
    assert_eq!(detected.truth.unwrap().source, TruthSource::Auto);
    assert!(!detected.control, "who cannot be asked is no control");
}

#[test]
fn a_person_with_two_accounts_is_asked_once() {
    let one_person = |merge: &mut Merge, one: u64, other: u64| {
        let view = merge.person(one).clone();
        *merge.person(other) = view;
    };
    let reviewers = Merge::reviewed_by(&[2, 3, 4]).with(|merge| one_person(merge, 2, 3));
    assert_eq!(asked(&reviewers), [AUTHOR, 2, 4]);
    let as_author = Merge::reviewed_by(&[2, 3]).with(|merge| one_person(merge, AUTHOR, 3));
    assert_eq!(asked(&as_author), [AUTHOR, 2]);
    let by_slack = Merge::reviewed_by(&[2, 3]).with(|merge| {
        merge.person(3).member = None;
        merge.person(3).slack_user = merge.person(2).slack_user.clone();
    });
    assert_eq!(asked(&by_slack), [AUTHOR, 2]);
}

#[test]
fn who_is_not_merged_or_was_merged_too_long_ago_is_not_surveyed() {
    let open = Merge::reviewed_by(&[2]).with(|merge| merge.scalars().merged_at = None);
    assert_eq!(open.refusal(), NotAsked::NotMerged);
    let unknown = Merge::reviewed_by(&[2]).with(|merge| merge.pull_request.scalars = None);
    assert_eq!(unknown.refusal(), NotAsked::NotMerged);
    assert_eq!(Merge::reviewed_by(&[2]).with(|merge| merge.now = day(7)).refusal(), NotAsked::TooLate);
    let just = Merge::reviewed_by(&[2]).with(|merge| merge.now = day(7) - SignedDuration::from_secs(1));
    assert_eq!(asked(&just), [AUTHOR, 2]);
}

#[test]
fn a_team_can_switch_surveys_off_and_sample() {
    let off = Merge::reviewed_by(&[2]).with(|merge| merge.settings.surveys = false);
    assert_eq!(off.refusal(), NotAsked::SurveysOff);
    let none = Merge::reviewed_by(&[2]).with(|merge| merge.settings.sampling_rate = 0.0);
    assert_eq!(none.refusal(), NotAsked::NotSampled);
    let half = (0..400)
        .map(|number| {
            Merge::reviewed_by(&[2]).with(|merge| {
                merge.settings.sampling_rate = 0.5;
                merge.pull_request.key = key(number);
            })
        })
        .filter(|merge| matches!(merge.open(), Opened::Survey(_)));
    assert!((150..250).contains(&half.count()));
}

#[test]
fn reveals_are_as_the_team_wants_them() {
    assert!(Merge::reviewed_by(&[2]).survey().reveals);
    assert!(!Merge::reviewed_by(&[2]).with(|merge| merge.settings.reveals = false).survey().reveals);
}

#[test]
fn who_cannot_be_reached_in_slack_is_counted_and_asked_on_the_web_if_a_member() {
    let survey = Merge::reviewed_by(&[2, 3, 40])
        .with(|merge| {
            merge.person(2).slack_user = None;
            *merge.person(3) = PersonView::default();
        })
        .survey();
    assert_eq!(why(&survey, 2), Asked::Web);
    assert_eq!(why(&survey, 3), Asked::Nowhere(WhyNot::Unreachable));
    assert_eq!(why(&survey, 40), Asked::Nowhere(WhyNot::Unreachable), "nobody knows that account");
    let counts = survey.counts(at(0));
    assert_eq!((counts.asked, counts.unreachable), (2, 3));
}

#[test]
fn who_opted_out_or_was_asked_often_enough_is_not_asked_and_counted() {
    let survey = Merge::reviewed_by(&[2, 3, 4])
        .with(|merge| {
            merge.settings.daily_cap = Some(2);
            merge.person(2).opted_out = true;
            merge.person(3).asked_today = 2;
            merge.person(4).asked_today = 1;
        })
        .survey();
    assert_eq!(why(&survey, 2), Asked::Nowhere(WhyNot::OptedOut));
    assert_eq!(why(&survey, 3), Asked::Nowhere(WhyNot::OverCap));
    assert_eq!(why(&survey, 4), Asked::Slack);
    let counts = survey.counts(at(0));
    assert_eq!((counts.asked, counts.opted_out, counts.over_cap, counts.unreachable), (2, 1, 1, 0));
    let no_cap = Merge::reviewed_by(&[3]).with(|merge| merge.person(3).asked_today = 99);
    assert_eq!(asked(&no_cap), [AUTHOR, 3]);
}

#[test]
fn a_survey_in_which_nobody_is_asked_says_why() {
    let survey = Merge::reviewed_by(&[2])
        .with(|merge| merge.people.values_mut().for_each(|person| person.opted_out = true))
        .survey();
    assert_eq!(survey.counts(at(0)).opted_out, 2);
    assert!(survey.is_over(at(0)));
}

#[test]
fn what_was_detected_answers_for_the_author_who_is_not_asked() {
    let survey = Merge::reviewed_by(&[2]).detected().survey();
    assert_eq!(why(&survey, AUTHOR), Asked::Nowhere(WhyNot::Detected));
    assert_eq!(survey.truth, Some(Truth { assisted: true, source: TruthSource::Auto, at: at(0) }));
    assert_eq!(why(&survey, 2), Asked::Slack);
    assert_eq!(survey.counts(at(0)).unreachable, 0);
}

#[test]
fn a_denial_or_no_detector_leaves_it_to_the_author() {
    let denied = Merge::reviewed_by(&[2]).detected().with(|merge| merge.detection.as_mut().unwrap().denied = true);
    let unseen = Merge::reviewed_by(&[2]).with(|merge| merge.detection = None);
    for merge in [denied, unseen] {
        assert_eq!(asked(&merge), [AUTHOR, 2]);
        assert_eq!(merge.survey().truth, None);
    }
}

#[test]
fn the_control_sample_is_asked_whatever_was_detected() {
    let survey = Merge::reviewed_by(&[2]).detected().control().survey();
    assert!(survey.control);
    assert_eq!((why(&survey, AUTHOR), survey.truth), (Asked::Slack, None));
    // Without signs the sample is drawn all the same: else nothing would be known about what the detector misses.
    assert!(Merge::reviewed_by(&[2]).control().survey().control);
}

#[test]
fn a_tenth_is_the_control_sample_and_a_redelivery_decides_the_same() {
    let controls = |rate: f64| {
        (0..2000)
            .filter(|number| {
                let merge = Merge::reviewed_by(&[]).detected().with(|merge| {
                    merge.settings.control_rate = rate;
                    merge.pull_request.key = key(*number);
                });
                assert_eq!(merge.open(), merge.open());
                merge.survey().control
            })
            .count()
    };
    let tenth = controls(SurveySettings::default().control_rate);
    assert!((150..250).contains(&tenth), "{tenth} of 2,000");
}

#[test]
fn an_author_who_cannot_be_asked_is_answered_for_by_the_detection_or_not_at_all() {
    let opted_out = |merge: &mut Merge| merge.person(AUTHOR).opted_out = true;
    let unreachable = |merge: &mut Merge| *merge.person(AUTHOR) = PersonView::default();
    for change in [&opted_out as &dyn Fn(&mut Merge), &unreachable] {
        let detected = Merge::reviewed_by(&[2]).detected().control().with(|merge| change(merge)).survey();
        assert_eq!(detected.truth.unwrap().source, TruthSource::Auto);
        assert!(!detected.control);
        let nothing = Merge::reviewed_by(&[2]).with(|merge| change(merge));
        assert_eq!(nothing.survey().truth, None);
        assert_eq!(asked(&nothing), [2]);
    }
}

#[test]
fn the_document_survives_being_stored() {
    let survey = Merge::reviewed_by(&[2, 3]).detected().control().survey();
    let json = serde_json::to_string(&survey).unwrap();
    assert_eq!(serde_json::from_str::<Survey>(&json).unwrap(), survey);
}
