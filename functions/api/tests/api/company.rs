//! A team with people of every role, and the browsers and tokens of each. Two such teams have the same vendor ids; what
//! tells them apart is a word in every text.

use crate::{
    browser::Browser,
    facts::{self, github, group, membership, merged, pull_request, repository, user},
    issuer::Issuer,
    records,
    world::World,
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use plumbline_domain::{Account, ActorKind, Email, Fact, StatusCategory, TeamId};
use plumbline_store::Identified;
use serde_json::{Value, json};

/// Users 1 to 20 are in the organisation; 1 is the developer, 2 the lead of group 100 (users 3 and 4), 5 the lead of group
/// 200 (users 5 to 10). Group 300 is everybody but 17 to 20.
pub(crate) struct Company {
    pub(crate) team: TeamId,
    pub(crate) word: &'static str,
    pub(crate) admin: Browser,
    pub(crate) developer: Browser,
    pub(crate) lead: Browser,
    pub(crate) other_lead: Browser,
}

fn person(word: &str, id: u64) -> Fact {
    let Fact::Account(account) = facts::account(id, &format!("{word}-u{id}"), ActorKind::User, Some(true)) else {
        panic!("an account")
    };
    let email = Email { address: format!("{word}-u{id}@acme.example"), verified: true };
    Fact::Account(Account { email: Some(email), ..account })
}

pub(crate) fn facts(word: &str) -> Vec<Fact> {
    let mut facts = vec![
        repository(10, &format!("acme/{word}-api")),
        repository(20, &format!("acme/{word}-small")),
        group(100, &format!("{word}-two")),
        group(200, &format!("{word}-six")),
        group(300, &format!("{word}-most")),
        records::project(1, "RAIL", &format!("{word} rail")),
        records::board(plumbline_domain::Provider::Jira, "3", &format!("{word} board")),
        records::sprint(7, plumbline_domain::SprintState::Active, Some("2026-11-10T00:00:00Z"), None),
        records::of_usage(records::usage("2026-11-20", None, [9, 8, 7])),
        records::storage("2026-11-20", &format!("{word}-libs"), 1024),
    ];
    facts.extend((1..=20).map(|id| person(word, id)));
    facts.extend([3, 4].map(|id| membership(100, id)));
    facts.extend((5..=10).map(|id| membership(200, id)));
    facts.extend((1..=16).map(|id| membership(300, id)));
    for id in 1..=12 {
        let mut change = merged(10, id, Some(user(id)), id % 12 + 1, "2026-11-10T12:00:00Z");
        change.scalars.as_mut().unwrap().title = format!("{word} change by {id}");
        facts.push(pull_request(change));
        facts.push(Fact::Record(plumbline_domain::Record::Seat(records::seat("copilot", github(id), None))));
        facts.push(records::of_usage(records::usage("2026-11-20", Some(github(id)), [3, 2, 1])));
    }
    facts.push(pull_request(merged(20, 1, Some(user(3)), 4, "2026-11-11T12:00:00Z")));
    let mut issue = records::issue(1, 501, StatusCategory::InProgress);
    issue.title = format!("{word} issue");
    issue.assignee = Some(github(3));
    facts.push(records::fact(issue));
    facts
}

impl Company {
    pub(crate) async fn new(world: &World, issuer: &Issuer, word: &'static str) -> Self {
        let team = world.connected_team(&format!("{word} Ltd")).await;
        facts::save(&world.store, &team, facts(word)).await;
        let identified = world.store.identify(&team, world.now()).await.unwrap();
        assert_eq!(identified, Identified::Assigned);
        let person = async |name: String, role: &str, leads: &[&str]| {
            let invitation = json!({ "email": format!("{name}@acme.example"), "role": role, "leads": leads });
            let answer = world.post(&format!("/api/teams/{team}/invitations"), invitation).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            Browser::sign_in(world, issuer, &name).await
        };
        let admin = person(format!("{word}-admin"), "admin", &[]).await;
        let developer = person(format!("{word}-u1"), "developer", &[]).await;
        let lead = person(format!("{word}-u2"), "lead", &["github:100"]).await;
        let other_lead = person(format!("{word}-u5"), "lead", &["github:200"]).await;
        Self { team, word, admin, developer, lead, other_lead }
    }

    /// An API token with these scopes, made by the admin.
    pub(crate) async fn token(&mut self, world: &World, scopes: &[&str]) -> String {
        let new = json!({ "name": "a program", "scopes": scopes });
        let answer = self.admin.call(world, Method::POST, &format!("/api/teams/{}/tokens", self.team), new).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["text"].as_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/teams/{}{rest}", self.team)
    }
}

/// A request with a token.
pub(crate) fn with_token(method: Method, path: &str, token: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    request.body(body.to_string().into()).unwrap()
}
