//! What AI does, through the API: facts, rows and a survey together.

use crate::{
    facts::{account, at, github, merged, pull_request, repository, save, user},
    world::World,
};
use plumbline_domain::{ActorKind, PullRequest, TeamId};
use plumbline_store::{Created, SurveyRecord};
use plumbline_survey::{
    Answer, Event, Opened, Opening, Origin, Person, PersonView, Quality, SurveySettings, TruthSource, open,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const ON: &str = "2026-11-10T12:00:00Z";

/// With a trailer on its commit.
fn credited(mut pull_request: PullRequest, line: &str) -> PullRequest {
    pull_request.commits.as_mut().unwrap().commits[0].attribution = Some(line.into());
    pull_request
}

/// Opens the survey of a pull request of user 1, reviewed by user 2; both are members.
async fn surveyed(world: &World, team: &TeamId, pull_request: &PullRequest, answers: &[(u64, Answer)]) {
    let view = |id: u64| PersonView { member: Some(format!("m{id}").parse().unwrap()), ..PersonView::default() };
    let people: BTreeMap<_, _> = [1, 2].map(|id| (github(id), view(id))).into();
    let opened = open(Opening {
        team,
        pull_request,
        repository: "acme/api",
        url: "https://github.com/acme/api/pull/1",
        people: &people,
        team_bots: &BTreeSet::new(),
        settings: &SurveySettings { control_rate: 0.0, ..SurveySettings::default() },
        detection: None,
        now: at(ON),
    });
    let Opened::Survey(survey) = opened else { panic!("{opened:?}") };
    let Created::Yes(stored) = world.store.create_survey(*survey, None, at(ON)).await.unwrap() else { panic!("taken") };
    let mut survey = stored.survey.clone();
    for (id, answer) in answers {
        let person = Person { slack_user: None, member: Some(format!("m{id}").parse().unwrap()) };
        survey.apply(&Event::Answer { person, answer: *answer, from: Origin::Web, place: None, at: at(ON) });
    }
    world.store.save_survey(&stored, survey, at(ON)).await.unwrap().unwrap();
    let known = world.store.load_survey(team, pull_request.key).await.unwrap();
    assert!(matches!(known, Some(SurveyRecord::Opened(_))));
}

#[tokio::test]
async fn answers_and_detection_meet_in_one_answer() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let answered = merged(10, 1, Some(user(1)), 2, ON);
    let detected = credited(merged(10, 2, Some(user(1)), 2, ON), "Co-authored-by: Claude <noreply@anthropic.com>");
    let plain = merged(20, 1, Some(user(2)), 1, ON);
    let mut facts = vec![
        repository(10, "acme/api"),
        repository(20, "acme/web"),
        account(1, "alice", ActorKind::User, Some(true)),
        account(2, "bob", ActorKind::User, Some(true)),
    ];
    facts.extend([&answered, &detected, &plain].map(|one| pull_request(one.clone())));
    save(&world.store, &team, facts).await;
    let answers = [(1, Answer::Assisted(true)), (2, Answer::Guess(false)), (2, Answer::Quality(Quality::Super))];
    surveyed(&world, &team, &answered, &answers).await;
    world.store.create_not_asked(&team, plain.key, at(ON), "not_sampled").await.unwrap();

    let ask = async |query: &str| {
        let answer = world.get(&format!("/api/teams/{team}/metrics/ai{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    let body = ask("").await;
    let share = |name: &str| (body["assisted_share"][name]["count"].clone(), body["assisted_share"][name]["n"].clone());
    assert_eq!(share("by_answer"), (json!(1), json!(1)));
    assert_eq!(share("by_detection"), (json!(1), json!(3)));
    assert_eq!(share("combined"), (json!(2), json!(3)));
    assert_eq!((&body["detection_rate"]["count"], &body["detection_rate"]["n"]), (&json!(0), &json!(1)));
    assert_eq!(body["impact"]["quality"]["assisted"]["value"], 3.0);
    assert_eq!((&body["impact"]["cycle_time"]["enough_data"], &body["by"]), (&json!(false), &json!("combined")));
    assert_eq!(body["tools"][0]["name"], "Claude Code");
    assert_eq!(body["surveys"]["not_asked"], json!({ "not_sampled": 1 }));
    assert_eq!(ask("?repository=acme/web").await["assisted_share"]["combined"]["n"], 1);
    assert_eq!(ask("?by=answer").await["impact"]["cycle_time"]["not_assisted"]["n"], 0);
    assert_eq!(ask("?author=bob").await["surveys"]["surveys"], 0);
    assert_eq!(serde_json::to_value(TruthSource::Answer).unwrap(), "answer");
    world.get(&format!("/api/teams/{team}/metrics/ai?by=guess")).await.problem(400);
}
