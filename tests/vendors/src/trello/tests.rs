//! What the simulated Trello promises to those who test with it.

use super::{KEY, State, TOKEN, TrelloServer};
use crate::demo;
use reqwest::{Client, Response};
use serde_json::{Value, json};

struct Asker {
    server: TrelloServer,
    client: Client,
}

impl Asker {
    async fn new() -> Self {
        let state = State::of(&demo::company(7, "2026-11-22T18:00:00Z".parse().unwrap()));
        let client = Client::builder().no_proxy().build().unwrap();
        Self { server: TrelloServer::start(state).await.unwrap(), client }
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        let header = format!("OAuth oauth_consumer_key=\"{KEY}\", oauth_token=\"{token}\"");
        let address = format!("{}{path}", self.server.base_url());
        self.client.get(address).header("authorization", header).send().await.unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        self.get(path, TOKEN).await.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_workspace_shows_its_members_and_whether_they_are_deactivated() {
    let asker = Asker::new().await;
    let workspaces = asker.json("/1/members/me/organizations?fields=id,name,membersCount").await;
    assert_eq!(workspaces[0]["name"], "acmerail");
    assert!(workspaces[0].get("displayName").is_none());
    let id = workspaces[0]["id"].as_str().unwrap();
    let members = asker.json(&format!("/1/organizations/{id}/members")).await;
    let expected = asker.server.state(|state| state.members.len());
    assert_eq!(members.as_array().unwrap().len(), expected);
    assert!(members[0].get("email").is_none());
    let memberships = asker.json(&format!("/1/organizations/{id}/memberships?member=true")).await;
    assert!(
        memberships.as_array().unwrap().iter().all(|row| row.get("lastActive").is_none() && row["member"].is_object())
    );
    let gone = asker.json(&format!("/1/organizations/{id}/memberships?filter=deactivated")).await;
    let deactivated = asker.server.state(|state| state.members.values().filter(|one| one.deactivated).count());
    assert_eq!(gone.as_array().unwrap().len(), deactivated);
    asker.server.settings(|settings| settings.knobs.last_active = true);
    let seen = asker.json(&format!("/1/organizations/{id}/memberships")).await;
    assert!(seen.as_array().unwrap().iter().any(|row| row["lastActive"].is_string()));
    let boards = asker.json("/1/members/me/boards?filter=open").await;
    assert_eq!(boards.as_array().unwrap().len(), 3);
    assert_eq!(asker.json("/1/organizations/acmerail/boards").await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn secrets_belong_into_the_header() {
    let asker = Asker::new().await;
    let wrong = asker.get("/1/members/me", "wrong").await;
    assert_eq!((wrong.status().as_u16(), wrong.text().await.unwrap().as_str()), (401, "invalid token"));
    let leaked = asker.get(&format!("/1/members/me?key={KEY}&token={TOKEN}"), TOKEN).await;
    assert_eq!(leaked.status(), 401);
    assert_eq!(asker.get("/1/members/me", TOKEN).await.status(), 200);
    let address = format!("{}/1/tokens/{TOKEN}", asker.server.base_url());
    let header = format!("OAuth oauth_consumer_key=\"{KEY}\", oauth_token=\"{TOKEN}\"");
    let revoked = asker.client.delete(address).header("authorization", header).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    assert_eq!(asker.get("/1/members/me", TOKEN).await.status(), 401);
}

#[tokio::test]
async fn limits_say_no_word_of_when_to_come_back() {
    let asker = Asker::new().await;
    for _ in 0..100 {
        assert_eq!(asker.get("/1/members/me", TOKEN).await.status(), 200);
    }
    let refused = asker.get("/1/members/me/boards", TOKEN).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().get("retry-after").is_none());
    let words = json!({"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"});
    assert_eq!(refused.json::<Value>().await.unwrap(), words);
    asker.server.state(|state| state.clock.advance(10));
    assert_eq!(asker.get("/1/members/me/boards", TOKEN).await.status(), 200);
    assert_eq!(asker.get("/1/members/me", TOKEN).await.status(), 429, "members have 900 seconds");
    asker.server.state(|state| state.clock.advance(890));
    assert_eq!(asker.get("/1/members/me", TOKEN).await.status(), 200);
    assert_eq!(asker.server.calls().violations, 0);
}
