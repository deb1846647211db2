//! Who is offered.

use super::Asker;
use crate::{
    demo::{self, company::VendorAccount},
    github::Role as Membership,
    issuer::{CLIENT_ID, CLIENT_SECRET, Role, State},
};
use jiff::Timestamp;
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-11-22T18:00:00Z".parse().unwrap()
}

#[test]
fn they_work_in_the_organization_and_their_addresses_are_verified() {
    let (company, organization) = (demo::company(7, now()), demo::organization(7, now()));
    let users = State::of(&company).users;
    assert_eq!(users.iter().map(|user| user.role).collect::<Vec<_>>(), [Role::Admin, Role::Lead, Role::Developer]);
    let (first, _) = organization.members.first_key_value().unwrap();
    for user in &users {
        let person = company.person(&user.email).unwrap();
        let github = person.github.as_ref().unwrap();
        assert_eq!((&user.name, &user.account), (&person.name, &format!("github:{}", github.id)));
        assert!(github.id != *first, "whoever authorizes the App at GitHub is somebody else");
        assert_eq!(organization.enterprise.identities[&github.id], user.email);
        assert_eq!(organization.users[&github.id].email.as_ref(), Some(&user.email), "commits have it");
        assert_eq!(person.slack.as_ref().and_then(|slack| slack.email.as_ref()), Some(&user.email));
        let accounts = person.accounts();
        assert!(accounts.iter().filter(|one| matches!(one, VendorAccount::Atlassian(_))).count() <= 1);
    }
    let [admin, lead, developer] = users.as_slice() else { panic!("{users:?}") };
    let id = |account: &str| account.strip_prefix("github:").unwrap().parse::<u64>().unwrap();
    assert_eq!(organization.members[&id(&admin.account)], Membership::Admin);
    let [team] = lead.leads.as_slice() else { panic!("{lead:?}") };
    let team = &organization.teams[&id(team)];
    assert!(team.members[&id(&lead.account)] && !team.members[&id(&developer.account)] && team.members.len() >= 6);
    assert!(admin.leads.is_empty() && developer.leads.is_empty());
    let pulls = || organization.repositories.values().flat_map(|repository| repository.pull_requests.values());
    for user in [lead, developer] {
        let by = Some(id(&user.account));
        let merged = pulls().filter(|pull| pull.author == by && pull.merged_at.is_some()).count();
        let reviewed = pulls().filter(|pull| pull.reviews.iter().any(|review| review.author == by)).count();
        assert!(merged >= 10 && reviewed >= 10, "{}: {merged} merged, {reviewed} reviewed", user.name);
    }
}

#[test]
fn they_are_the_same_at_every_start_whatever_the_day() {
    let on = |now: &str| State::of(&demo::company(7, now.parse().unwrap())).users;
    assert_eq!(on("2026-11-22T18:00:00Z"), on("2027-03-01T18:00:00Z"));
    for seed in 1..=5 {
        assert_eq!(State::of(&demo::company(seed, now())).users.len(), 3, "seed {seed}");
    }
}

#[tokio::test]
async fn who_tests_with_it_learns_who_they_are() {
    let asker = Asker::new().await;
    let told: Value = asker.control("GET", "credentials", json!({})).await.json().await.unwrap();
    assert_eq!((&told["issuer"], &told["name"]), (&json!(asker.server.base_url()), &json!("Acme sign-in")));
    assert_eq!((&told["client_id"], &told["client_secret"]), (&json!(CLIENT_ID), &json!(CLIENT_SECRET)));
    let users = asker.server.state(|state| state.users.clone());
    assert_eq!(told["people"], json!(users));
    assert_eq!(told["people"][1]["role"], "lead");
}
