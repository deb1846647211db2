//! Teams, their people, groups and repositories.

use crate::{
    facts::{account, group, membership, merged, pull_request, repository, save, user},
    world::World,
};
use plumbline_domain::{ActorKind, TeamId};
use serde_json::{Value, json};

async fn logins(world: &World, team: &TeamId) -> Vec<String> {
    let teams = world.get("/api/teams").await.json();
    let team = teams["teams"].as_array().unwrap().iter().find(|t| t["team_id"] == team.as_str()).unwrap().clone();
    team["members"].as_array().unwrap().iter().map(|member| member["login"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_team_is_made_listed_and_changed() {
    let world = World::new().await;
    assert_eq!(world.get("/api/teams").await.json(), json!({ "teams": [] }));
    let made = world.post("/api/teams", json!({ "name": " Acme ", "time_zone": "europe/berlin" })).await;
    assert_eq!(made.status, 201);
    let id = made.json()["team_id"].as_str().unwrap().to_owned();
    assert_eq!(made.json(), json!({ "team_id": id }));
    assert_eq!(made.header("location"), format!("/api/teams/{id}"));
    let listed = json!({ "teams": [{
        "team_id": id, "name": "Acme", "time_zone": "Europe/Berlin", "created_at": "2026-11-22T10:00:00.000Z",
        "bots": [], "email_domains": [], "join_domains": [], "join_by_github": false, "members": [],
    }] });
    assert_eq!(world.get("/api/teams").await.json(), listed);

    let changed = world.patch(&format!("/api/teams/{id}"), json!({ "name": "Acme Ltd", "time_zone": "UTC" })).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["name"]), (200, &json!("Acme Ltd")));
    assert_eq!(world.get("/api/teams").await.json()["teams"][0]["time_zone"], "UTC");
    assert_eq!(world.patch(&format!("/api/teams/{id}"), json!({})).await.json(), changed.json());
}

#[tokio::test]
async fn names_and_time_zones_are_checked() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    for (name, zone) in
        [("", "UTC"), ("  ", "UTC"), ("a\nb", "UTC"), (&"x".repeat(101) as &str, "UTC"), ("A", "Mars"), ("A", "")]
    {
        let body = json!({ "name": name, "time_zone": zone });
        for answer in
            [world.post("/api/teams", body.clone()).await, world.patch(&format!("/api/teams/{team}"), body).await]
        {
            let (kind, detail) = answer.problem(422);
            assert_eq!(kind, "invalid");
            assert!(detail.contains("`name`") || detail.contains("`time_zone`"), "{detail}");
        }
    }
    assert_eq!(world.get("/api/teams").await.json()["teams"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn members_are_the_organisations_or_everybody_seen_in_single_repositories() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    save(
        &world.store,
        &team,
        vec![
            account(3, "carol", ActorKind::User, Some(true)),
            account(1, "alice", ActorKind::User, Some(true)),
            account(2, "bob", ActorKind::User, Some(false)),
            account(4, "dave", ActorKind::User, None),
            account(5, "robot[bot]", ActorKind::Bot, None),
        ],
    )
    .await;
    assert_eq!(logins(&world, &team).await, ["alice", "carol"]);
    let members = &world.get("/api/teams").await.json()["teams"][0]["members"][0];
    assert_eq!(*members, json!({ "id": "github:1", "login": "alice", "name": "alice the person", "role": "member" }));

    let body = json!({ "credentials": { "token": "ghp_x" }, "settings": { "repositories": ["acme/api"] } });
    assert_eq!(world.put(&format!("/api/teams/{team}/connections/github"), body).await.status, 200);
    assert_eq!(logins(&world, &team).await, ["alice", "bob", "carol", "dave"]);
}

#[tokio::test]
async fn the_bot_list_takes_logins_and_ids_and_names_who_is_unknown() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    save(
        &world.store,
        &team,
        vec![account(1, "alice", ActorKind::User, Some(true)), account(2, "ci-account", ActorKind::User, Some(true))],
    )
    .await;
    let path = format!("/api/teams/{team}");
    let changed = world.patch(&path, json!({ "bots": ["CI-Account", "github:77", "github:2"] })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json()["bots"], json!(["github:2", "github:77"]));
    assert_eq!(logins(&world, &team).await, ["alice"], "an account that the team calls a bot is nobody");

    let (_, detail) = world.patch(&path, json!({ "bots": ["alice", "nobody-here"] })).await.problem(422);
    assert!(detail.contains("`nobody-here`"), "{detail}");
    assert_eq!(world.get("/api/teams").await.json()["teams"][0]["bots"], json!(["github:2", "github:77"]));
    assert_eq!(world.patch(&path, json!({ "bots": [] })).await.json()["bots"], json!([]));
}

#[tokio::test]
async fn groups_and_repositories_are_listed() {
    let world = World::new().await;
    let team = world.connected_team("Acme").await;
    let by = |path: &str| format!("/api/teams/{team}/{path}");
    assert_eq!(world.get(&by("groups")).await.json(), json!({ "groups": [] }));
    save(
        &world.store,
        &team,
        vec![
            group(9, "web"),
            group(8, "api"),
            membership(9, 1),
            membership(9, 2),
            repository(20, "acme/web"),
            repository(10, "acme/api"),
            pull_request(merged(10, 1, Some(user(1)), 2, "2026-11-10T12:00:00Z")),
        ],
    )
    .await;
    let expected = json!({ "groups": [
        { "id": "github:8", "slug": "api", "name": "API", "members": 0 },
        { "id": "github:9", "slug": "web", "name": "WEB", "members": 2 },
    ] });
    assert_eq!(world.get(&by("groups")).await.json(), expected);
    let expected = json!({ "repositories": [
        { "id": "github:10", "full_name": "acme/api", "archived": false, "gone_at": Value::Null },
        { "id": "github:20", "full_name": "acme/web", "archived": false, "gone_at": Value::Null },
    ] });
    assert_eq!(world.get(&by("repositories")).await.json(), expected);
}
