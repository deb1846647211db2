//! REST, budgets, faults, webhooks.

use super::{Asker, body, header, start, story};
use crate::{
    faults::{Fault, Kind},
    github::{Budget, NewPullRequest, State},
};
use serde_json::{Value, json};

#[tokio::test]
async fn lists_come_in_pages_that_link_to_each_other() {
    let mut state = story();
    for _ in 0..4 {
        state.open_pull_request("acme/board", "ben");
    }
    let asker = Asker::of(state).await;
    let mut path = "repos/acme/board/pulls?state=all&per_page=2&sort=updated&direction=desc".to_owned();
    let mut numbers = Vec::new();
    loop {
        let response = asker.get(&path).send().await.unwrap();
        let link = header(&response, "link");
        numbers.extend(body(response).await.as_array().unwrap().iter().map(|pull| pull["number"].as_u64().unwrap()));
        let next = link.split(", ").find(|part| part.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        let address = next.split(['<', '>']).nth(1).unwrap();
        path = address.split_once("/api/v3/").unwrap().1.to_owned();
    }
    assert_eq!(numbers, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn an_etag_saves_the_call_from_the_budget_and_belongs_to_its_token() {
    let mut state = story();
    state.tokens.insert("another".into(), "ann".into());
    let asker = Asker::of(state).await;
    let first = asker.get("orgs/acme/members").send().await.unwrap();
    let etag = header(&first, "etag");
    assert_eq!(header(&first, "x-ratelimit-remaining"), "4999");
    let again = asker.get("orgs/acme/members").header("if-none-match", &etag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), header(&again, "x-ratelimit-remaining")), (304, "4999".into()));
    let address = format!("{}/orgs/acme/members", asker.server.base_url());
    let other = asker.client.get(address).bearer_auth("another").header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn a_renamed_repository_redirects_by_its_id_and_an_empty_one_conflicts() {
    let mut state = story();
    state.rename_repository("acme/board", "departures");
    state.add_repository("nothing");
    let id = state.repository("acme/departures").id;
    let asker = Asker::of(state).await;
    let moved = asker.get("repos/acme/board/pulls?state=all").send().await.unwrap();
    assert_eq!(moved.status(), 301);
    let expected = format!("{}/api/v3/repositories/{id}/pulls?state=all", asker.server.base_url());
    assert_eq!(header(&moved, "location"), expected);
    assert_eq!(asker.json(&format!("repositories/{id}")).await["full_name"], "acme/departures");
    let empty = asker.get("repos/acme/nothing/commits").send().await.unwrap();
    assert_eq!(
        (empty.status().as_u16(), body(empty).await["message"].clone()),
        (409, json!("Git Repository is empty."))
    );
}

#[tokio::test]
async fn strangers_are_told_why() {
    let asker = Asker::of(story()).await;
    let address = format!("{}/api/v3/user", asker.server.base_url());
    let wrong = asker.client.get(&address).bearer_auth("wrong").send().await.unwrap();
    assert_eq!((wrong.status().as_u16(), body(wrong).await["message"].clone()), (401, json!("Bad credentials")));
    let nameless = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(nameless.get(&address).send().await.unwrap().status(), 403);
    assert_eq!(asker.get("repos/acme/unknown").send().await.unwrap().status(), 404);
    let version = asker.get("user").header("x-github-api-version", "2020-01-01").send().await.unwrap();
    assert_eq!(version.status(), 400);
}

#[tokio::test]
async fn an_exhausted_budget_refuses_until_its_reset_and_counts_who_asks_meanwhile() {
    let asker = Asker::of(story()).await;
    asker.server.settings(|settings| settings.core = Budget { limit: 2, reset_after: 60 });
    let now = asker.server.state(|state| state.now());
    assert_eq!(asker.get("user").send().await.unwrap().status(), 200);
    let last = asker.get("user").send().await.unwrap();
    assert_eq!((last.status().as_u16(), header(&last, "x-ratelimit-remaining")), (200, "0".into()));
    assert_eq!(asker.server.calls().violations, 0);
    let refused = asker.get("user").send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "x-ratelimit-reset")),
        (403, (now.as_second() + 60).to_string())
    );
    assert_eq!(asker.server.calls().violations, 1);
    asker.server.state(|state| state.advance(60));
    assert_eq!(asker.get("user").send().await.unwrap().status(), 200);
    assert_eq!(asker.json("rate_limit").await["resources"]["core"]["used"], 1);
}

#[tokio::test]
async fn faults_happen_when_asked_for() {
    let asker = Asker::of(story()).await;
    let control = format!("{}/_control", asker.server.base_url());
    let ask = json!({"match": {"path": "/orgs/acme/teams"}, "times": 2, "kind": "429", "retry_after": 7});
    asker.client.post(format!("{control}/faults")).json(&ask).send().await.unwrap();
    assert_eq!(asker.get("user").send().await.unwrap().status(), 200);
    let limited = asker.get("orgs/acme/teams").send().await.unwrap();
    assert_eq!((limited.status().as_u16(), header(&limited, "retry-after")), (429, "7".into()));
    assert_eq!(asker.get("orgs/acme/teams").send().await.unwrap().status(), 429);
    assert_eq!(asker.get("orgs/acme/teams").send().await.unwrap().status(), 200);
    let calls: Value = body(asker.client.get(format!("{control}/calls")).send().await.unwrap()).await;
    // Both later calls came before the seven seconds were over.
    assert_eq!((&calls["violations"], &calls["by_kind"]["rest"]), (&json!(2), &json!(4)));
    asker.server.fault(Fault::once(Kind::Truncated));
    let cut = asker.get("orgs/acme/teams").send().await.unwrap().bytes().await.unwrap();
    assert!(serde_json::from_slice::<Value>(&cut).is_err());
    asker.server.fault(Fault::once(Kind::WrongRecord));
    let members = asker.json("orgs/acme/members").await;
    assert!(members[0]["id"].is_string() && members[1]["id"].is_number());
    asker.server.fault(Fault::once(Kind::Close));
    let closed = asker.get("user").send().await;
    assert!(match closed {
        Ok(response) => response.bytes().await.is_err(),
        Err(_) => true,
    });
}

#[tokio::test]
async fn members_of_child_teams_are_inherited_and_deleted_people_are_null() {
    let mut state = story();
    state.delete_user("ann");
    let asker = Asker::of(state).await;
    let members = asker.json("orgs/acme/teams/rail/members").await;
    assert_eq!((&members[0]["login"], &members[0]["inherited"]), (&json!("ben"), &json!(true)));
    assert_eq!(asker.json("repos/acme/board/pulls/1").await["user"], Value::Null);
}

#[tokio::test]
async fn a_merge_from_outside_is_told_by_webhooks() {
    let receiver = Asker::of(State::new("receiver", start())).await;
    let asker = Asker::of(story()).await;
    asker.server.drop_webhooks();
    asker.server.settings(|settings| {
        let url = format!("{}/_control/health", receiver.server.base_url());
        settings.webhook = Some(crate::github::WebhookTarget { url, secret: "s".into() });
    });
    let address = format!("{}/_control/merge", asker.server.base_url());
    let merged = body(asker.client.post(address).json(&json!({"repository": "board"})).send().await.unwrap()).await;
    assert_eq!((&merged["repository"], &merged["number"]), (&json!("acme/board"), &json!(2)));
    let told: Vec<&str> =
        merged["deliveries"].as_array().unwrap().iter().map(|d| d["action"].as_str().unwrap()).collect();
    assert_eq!(told, ["opened", "submitted", "closed"]);
    // The receiver has no POST there, but it was reached.
    assert_eq!(merged["deliveries"][0]["status"], 404);
    assert!(asker.server.state(|state| state.pull_request("acme/board", 2).merged_at.is_some()));
}

#[test]
fn what_was_done_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let (journal, mut state) = crate::journal::Journal::open(&path, 3, start()).unwrap();
    let name = "acme-rail/fares";
    let author = state.members.keys().next().map(|&id| state.users[&id].login.clone());
    state.set_now("2026-11-05T10:00:00Z".parse().unwrap());
    let number = state.add_pull_request(name, NewPullRequest { author, ..NewPullRequest::default() });
    state.merge(name, number);
    journal.save(&state).unwrap();
    // Another seed and instant do not matter any more.
    let (_, again) = crate::journal::Journal::open(&path, 4, "2026-12-24T00:00:00Z".parse().unwrap()).unwrap();
    let shown = |state: &State| serde_json::to_string(&state.repositories).unwrap();
    assert_eq!(shown(&again), shown(&state));
    assert!(again.outbox.is_empty());
}
