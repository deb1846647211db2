//! Surveys answered on the web: the same rules as in Slack.

use crate::{
    browser::Browser,
    company::Company,
    facts::{at, github, merged, user},
    issuer::Issuer,
    world::World,
};
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::PullRequest;
use plumbline_store::Created;
use plumbline_survey::{Opened, Opening, PersonView, SurveySettings, open};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ON: &str = "2026-11-22T09:00:00Z";

/// A pull request of user 1, reviewed by users 2 and 5, with its survey.
async fn stage() -> (World, wiremock::MockServer, Company) {
    let (server, issuer) = Issuer::start(World::NOW.parse::<Timestamp>().unwrap().as_second()).await;
    let world = World::with_sign_in(&issuer.registration(), "{}").await;
    let company = Company::new(&world, &issuer, "zebra").await;
    let mut pull_request = merged(10, 77, Some(user(1)), 2, ON);
    let second = pull_request.reviews[&770].clone();
    pull_request.reviews.insert(771, plumbline_domain::Review { author: Some(user(5)), ..second });
    survey(&world, &company, &pull_request).await;
    (world, server, company)
}

async fn survey(world: &World, company: &Company, pull_request: &PullRequest) {
    let members = world.store.load_members(&company.team).await.unwrap();
    let view = |id: u64| {
        let member = members.iter().find(|member| member.accounts.iter().any(|link| link.account == github(id)));
        PersonView { member: Some(member.unwrap().id.clone()), ..PersonView::default() }
    };
    let people: BTreeMap<_, _> = [1, 2, 5].map(|id| (github(id), view(id))).into();
    let opened = open(Opening {
        team: &company.team,
        pull_request,
        repository: "acme/zebra-api",
        url: "https://github.com/acme/zebra-api/pull/77",
        people: &people,
        team_bots: &BTreeSet::new(),
        settings: &SurveySettings::default(),
        detection: None,
        now: at(ON),
    });
    let Opened::Survey(survey) = opened else { panic!("{opened:?}") };
    assert!(matches!(world.store.create_survey(*survey, None, at(ON)).await.unwrap(), Created::Yes(_)));
}

async fn list(world: &World, company: &Company, browser: &Browser) -> Value {
    let answer = browser.clone().get(world, &company.path("/surveys")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn answer(world: &World, company: &Company, browser: &Browser, what: Value) -> crate::world::Answer {
    let mut body = json!({ "repository_id": 10, "number": 77 });
    body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    browser.clone().call(world, Method::POST, &company.path("/surveys"), body).await
}

#[tokio::test]
async fn both_answer_on_the_web_and_the_reviewer_learns_whether_they_were_right() {
    let (world, _server, company) = stage().await;
    let mine = list(&world, &company, &company.developer).await;
    assert_eq!(mine["surveys"][0]["role"], "author");
    assert_eq!(
        (&mine["surveys"][0]["open"], &mine["surveys"][0]["repository"]),
        (&json!(["assisted"]), &json!("acme/zebra-api"))
    );
    let theirs = list(&world, &company, &company.lead).await;
    assert_eq!(theirs["surveys"][0]["open"], json!(["quality", "guess"]));

    for what in [json!({ "quality": 3 }), json!({ "guess": true })] {
        let said = answer(&world, &company, &company.lead, what).await;
        assert_eq!(said.status, 200, "{}", said.text);
        assert_eq!(said.json()["truth"], Value::Null, "nobody knows yet");
    }
    let said = answer(&world, &company, &company.developer, json!({ "assisted": false })).await;
    assert_eq!((said.status.as_u16(), &said.json()["assisted"]), (200, &json!(false)));
    let learnt = &list(&world, &company, &company.lead).await;
    let survey = &learnt["surveys"][0];
    assert_eq!(
        (&survey["guessed_right"], &survey["truth"], &survey["open"]),
        (&json!(false), &json!(false), &json!([]))
    );
    assert_eq!(learnt["stats"]["accuracy"], json!({ "correct": 0, "resolved": 1 }));
    // The other reviewer is told nothing before they guessed.
    assert_eq!(list(&world, &company, &company.other_lead).await["surveys"][0]["truth"], Value::Null);
    let messages = world.sent.surveys.lock().unwrap().clone();
    assert_eq!(messages.len(), 3, "each answer is followed up in Slack: {messages:?}");
    assert!(messages[0].contains(r#""kind":"due""#) && messages[0].contains(company.team.as_str()));
}

#[tokio::test]
async fn the_first_answer_is_final_and_others_questions_are_not_answered() {
    let (world, _server, company) = stage().await;
    assert_eq!(answer(&world, &company, &company.developer, json!({ "assisted": true })).await.status, 200);
    let again = answer(&world, &company, &company.developer, json!({ "assisted": false })).await;
    assert_eq!(again.problem(409).0, "already-answered");
    assert_eq!(list(&world, &company, &company.developer).await["surveys"][0]["assisted"], true);
    // The author rates nobody, a reviewer does not answer for the author, and an admin was not asked.
    assert_eq!(answer(&world, &company, &company.developer, json!({ "quality": 3 })).await.problem(404).0, "not-asked");
    assert_eq!(answer(&world, &company, &company.lead, json!({ "assisted": true })).await.problem(404).0, "not-asked");
    assert_eq!(answer(&world, &company, &company.admin, json!({ "guess": true })).await.problem(409).0, "not-a-member");
    for wrong in [json!({}), json!({ "quality": 4 }), json!({ "quality": 1, "guess": true })] {
        answer(&world, &company, &company.lead, wrong).await.problem(422);
    }
}

#[tokio::test]
async fn looking_changes_nothing_and_after_seven_days_it_is_too_late() {
    let (world, _server, company) = stage().await;
    let key = merged(10, 77, Some(user(1)), 2, ON).key;
    let stored = async || format!("{:?}", world.store.load_survey(&company.team, key).await.unwrap());
    let before = stored().await;
    for _ in 0..3 {
        list(&world, &company, &company.lead).await;
    }
    assert_eq!(stored().await, before);
    for _ in 0..15 {
        // Somebody who is there now and then stays signed in.
        world.advance(SignedDuration::from_hours(11));
        list(&world, &company, &company.lead).await;
    }
    world.advance(SignedDuration::from_hours(2));
    let late = answer(&world, &company, &company.lead, json!({ "guess": true })).await;
    assert_eq!(late.problem(409).0, "survey-expired");
}

#[tokio::test]
async fn an_answer_counts_though_slack_hears_of_it_later() {
    let (world, _server, company) = stage().await;
    *world.sent.down.lock().unwrap() = true;
    let said = answer(&world, &company, &company.lead, json!({ "quality": 1 })).await;
    assert_eq!((said.status.as_u16(), &said.json()["quality"]), (200, &json!(1)));
}

#[tokio::test]
async fn members_opt_out_and_in() {
    let (world, _server, company) = stage().await;
    let path = company.path("/members/me");
    let mut developer = company.developer.clone();
    let me = developer.get(&world, &path).await.json();
    assert_eq!((&me["surveys"], &me["member"]["accounts"]), (&json!(true), &json!(["github:1"])));
    for wanted in [false, true] {
        let changed = developer.call(&world, Method::PATCH, &path, json!({ "surveys": wanted })).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["surveys"]), (200, &json!(wanted)));
        assert_eq!(developer.get(&world, &path).await.json()["surveys"], wanted);
    }
}
