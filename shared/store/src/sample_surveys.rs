//! Surveys for this crate's tests.

use crate::{
    Created, DailyCap, StoredSurvey, SurveyRecord,
    sample::{actor, at, key, review, scalars, team},
    testing::TestStore,
};
use jiff::Timestamp;
use plumbline_domain::{MemberId, Provider, PullRequest, VendorId};
use plumbline_survey::{
    Answer, Event, Opened, Opening, Origin, Outcome, Person, PersonView, Place, Quality, Survey, SurveySettings, open,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn member(id: u64) -> MemberId {
    format!("m{id}").parse().expect("an id")
}

pub(crate) fn account(id: u64) -> VendorId {
    VendorId::new(Provider::Github, id)
}

/// Everybody is a member and known in Slack; `asked_today` so often.
fn people(ids: impl IntoIterator<Item = u64>, asked_today: u32) -> BTreeMap<VendorId, PersonView> {
    let view =
        |id| PersonView { member: Some(member(id)), slack_user: Some(format!("U{id}")), opted_out: false, asked_today };
    ids.into_iter().map(|id| (account(id), view(id))).collect()
}

/// The survey of a pull request that user 1 wrote and `reviewers` reviewed, merged at a second.
pub(crate) fn survey(number: u64, merged: i64, reviewers: &[u64]) -> Survey {
    survey_with(number, merged, reviewers, 0, None)
}

/// The same where everybody was asked so often today, under a cap.
pub(crate) fn survey_with(number: u64, merged: i64, reviewers: &[u64], asked_today: u32, cap: Option<u32>) -> Survey {
    let pull_request = PullRequest {
        scalars: Some(scalars(merged, true)),
        reviews: reviewers.iter().map(|id| (*id, review(*id, merged - 60))).collect(),
        ..PullRequest::new(key(number))
    };
    assert_eq!(actor(1).id, 1, "user 1 writes");
    let opened = open(Opening {
        team: &team(),
        pull_request: &pull_request,
        repository: "acme/engine",
        url: "https://github.example.com/acme/engine/pull/1",
        people: &people([1].into_iter().chain(reviewers.iter().copied()), asked_today),
        team_bots: &BTreeSet::new(),
        settings: &SurveySettings { daily_cap: cap, control_rate: 0.0, ..SurveySettings::default() },
        detection: None,
        now: at(merged),
    });
    let Opened::Survey(survey) = opened else { panic!("{opened:?}") };
    *survey
}

pub(crate) async fn created(store: &TestStore, survey: Survey, now: Timestamp) -> StoredSurvey {
    let created = store.create_survey(survey, None, now).await.expect("saved");
    let Created::Yes(stored) = created else { panic!("{created:?}") };
    *stored
}

/// Saves what user `id` answers now.
pub(crate) async fn answered(
    store: &TestStore,
    before: &StoredSurvey,
    id: u64,
    answer: Answer,
    now: Timestamp,
) -> Option<StoredSurvey> {
    let mut survey = before.survey.clone();
    let person = Person { slack_user: Some(format!("U{id}")), member: None };
    survey.apply(&Event::Answer { person, answer, from: Origin::Slack, place: None, at: now });
    store.save_survey(before, survey, now).await.expect("answers")
}

/// Sends all messages there are, as Slack takes them.
pub(crate) async fn sent(store: &TestStore, before: &StoredSurvey, now: Timestamp) -> StoredSurvey {
    let mut survey = before.survey.clone();
    while let Some(step) = survey.next(now) {
        let place = Place { channel: format!("D{}", step.account.id), ts: "1.1".into() };
        survey.finish(&step, Outcome::Done(place), now);
    }
    store.save_survey(before, survey, now).await.expect("answers").expect("nobody else saves")
}

pub(crate) async fn loaded(store: &TestStore, number: u64) -> StoredSurvey {
    let record = store.load_survey(&team(), key(number)).await.expect("loads");
    let Some(SurveyRecord::Opened(stored)) = record else { panic!("{record:?}") };
    *stored
}

pub(crate) const GUESS: Answer = Answer::Guess(true);
pub(crate) const SUPER: Answer = Answer::Quality(Quality::Super);
pub(crate) const YES: Answer = Answer::Assisted(true);

pub(crate) fn cap(most: u32) -> DailyCap {
    DailyCap { date: "2026-11-02".parse().expect("a date"), most }
}
