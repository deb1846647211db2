//! Who is who: the list, decisions, and the export.

use crate::{facts, world::World};
use plumbline_domain::{Account, ActorKind, Email, Fact, Provider, TeamId, VendorId};
use serde_json::{Value, json};

fn at_vendor(provider: Provider, id: &str, name: &str, email: Option<&str>) -> Fact {
    let Fact::Account(account) = facts::account(0, name, ActorKind::User, Some(true)) else { panic!("an account") };
    Fact::Account(Account {
        id: VendorId::new(provider, id),
        name: Some(name.into()),
        email: email.map(|address| Email { address: address.into(), verified: true }),
        ..account
    })
}

/// Ada at GitHub and Slack by her address; somebody at Jira who is called like her; and a bot.
async fn team_with_people(world: &World) -> TeamId {
    let team = world.team("Acme").await;
    let change = json!({ "email_domains": ["@Acme.Example"] });
    let changed = world.patch(&format!("/api/teams/{team}"), change).await.json();
    assert_eq!(changed["email_domains"], json!(["acme.example"]));
    let people = vec![
        at_vendor(Provider::Github, "7", "Ada Ahlborn", Some("ada@acme.example")),
        at_vendor(Provider::Slack, "U1", "ada.a", Some("ada@acme.example")),
        at_vendor(Provider::Jira, "557058:a", "Ahlborn, Ada", None),
        facts::account(9, "helper[bot]", ActorKind::Bot, None),
    ];
    world.store.save_facts(&team, people).await.unwrap();
    team
}

fn accounts_of(list: &Value, account: &str) -> (String, Vec<String>) {
    let of = |member: &Value| -> Vec<String> {
        member["accounts"].as_array().unwrap().iter().map(|one| one["account"].as_str().unwrap().to_owned()).collect()
    };
    let members = list["members"].as_array().unwrap();
    let member = members.iter().find(|member| of(member).iter().any(|one| one == account)).unwrap();
    (member["id"].as_str().unwrap().to_owned(), of(member))
}

#[tokio::test]
async fn what_is_sure_is_linked_and_what_only_looks_alike_waits_for_an_admin() {
    let world = World::new().await;
    let team = team_with_people(&world).await;
    let path = format!("/api/teams/{team}/identities");
    let list = world.get(&path).await.json();
    let (ada, accounts) = accounts_of(&list, "slack:U1");
    assert_eq!(accounts, ["github:7", "slack:U1"]);
    assert_eq!(list["counts"], json!({ "members": 2, "linked": 2, "unmatched": 1, "review": 1, "not_people": 1 }));
    let review = &list["review"][0];
    assert_eq!(review["account"], "jira:557058:a");
    assert_eq!(review["proposals"][0]["member"], json!(ada));
    assert_eq!(review["proposals"][0]["evidence"]["kind"], "same_name");

    let confirm = json!({ "action": "confirm", "account": "jira:557058:a", "member": ada });
    let decided = world.post(&path, confirm).await.json();
    assert_eq!(decided["moved"], json!(["jira:557058:a"]));
    let list = world.get(&path).await.json();
    let (same, accounts) = accounts_of(&list, "jira:557058:a");
    assert_eq!((same, accounts.len()), (ada, 3));
    assert_eq!(list["review"], json!([]));

    world.post(&path, json!({ "action": "split", "account": "slack:U1" })).await.json();
    let list = world.get(&path).await.json();
    assert_eq!(accounts_of(&list, "slack:U1").1, ["slack:U1"]);
}

#[tokio::test]
async fn decisions_that_make_no_sense_are_refused_with_what_to_write() {
    let world = World::new().await;
    let team = team_with_people(&world).await;
    let path = format!("/api/teams/{team}/identities");
    for (body, status, word) in [
        (json!({ "action": "confirm", "account": "slack:U1" }), 422, "member"),
        (json!({ "action": "split", "account": "slack:U1", "member": "m_x" }), 422, "account"),
        (json!({ "action": "merge", "from": "m_x", "into": "m_y" }), 404, "m_x"),
        (json!({ "action": "split", "account": "slack:U9" }), 404, "slack:U9"),
        (json!({ "action": "forget", "account": "slack:U1" }), 422, "forget"),
    ] {
        let (_, detail) = world.post(&path, body.clone()).await.problem(status);
        assert!(detail.contains(word), "{body}: {detail}");
    }
    world.get(&format!("{path}?limit=0")).await.problem(400);
    let bad = json!({ "email_domains": ["not a domain"] });
    assert!(world.patch(&format!("/api/teams/{team}"), bad).await.problem(422).1.contains("not a domain"));
}

#[tokio::test]
async fn pages_of_members_and_of_the_export_are_the_whole() {
    let world = World::new().await;
    let team = team_with_people(&world).await;
    let path = format!("/api/teams/{team}/identities");
    let first = world.get(&format!("{path}?limit=1")).await.json();
    let next = first["next"].as_str().unwrap();
    let second = world.get(&format!("{path}?limit=1&after={next}")).await.json();
    assert_eq!((first["members"].as_array().unwrap().len(), second["members"].as_array().unwrap().len()), (1, 1));
    assert!(first["members"] != second["members"] && second["next"].is_null());

    let mut rows = Vec::new();
    let mut address = Some(format!("/api/teams/{team}/export/identities?format=ndjson&limit=2"));
    while let Some(page) = address.take() {
        let answer = world.get(&page).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        rows.extend(answer.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        let link = answer.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        address = link.map(|link| link.trim_start_matches('<').split('>').next().unwrap().to_owned());
    }
    let status = |account: &str| rows.iter().find(|row| row["account"] == account).unwrap()["status"].clone();
    assert_eq!(rows.len(), 4);
    assert_eq!(status("slack:U1"), "matched");
    assert_eq!(status("jira:557058:a"), "unmatched");
    assert_eq!(status("github:9"), "not_a_person");
    world.get(&format!("/api/teams/{team}/export/identities?from=2026-01-01")).await.problem(400);
}
