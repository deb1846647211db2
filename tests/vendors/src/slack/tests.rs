//! What the simulated Slack promises to those who test with it.

mod actions;
mod messages;
mod outside;

use super::{CLIENT_ID, CLIENT_SECRET, SlackServer, State, TEAM_ID, TOKEN};
use crate::{
    demo,
    faults::{Fault, Kind},
};
use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};

struct Asker {
    server: SlackServer,
    client: Client,
}

impl Asker {
    async fn new() -> Self {
        let state = State::of(&demo::company(7, "2026-11-22T18:00:00Z".parse().unwrap()));
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { server: SlackServer::start(state).await.unwrap(), client }
    }

    async fn call(&self, method: &str, token: &str) -> Response {
        let address = format!("{}/api/{method}", self.server.base_url());
        self.client.get(address).bearer_auth(token).send().await.unwrap()
    }

    async fn json(&self, method: &str) -> Value {
        self.call(method, TOKEN).await.json().await.unwrap()
    }

    async fn send(&self, method: &str, body: &Value) -> Response {
        let address = format!("{}/api/{method}", self.server.base_url());
        self.client.post(address).bearer_auth(TOKEN).json(body).send().await.unwrap()
    }

    async fn post(&self, method: &str, body: Value) -> Value {
        self.send(method, &body).await.json().await.unwrap()
    }

    async fn control(&self, verb: &str, body: Value) -> Value {
        let address = format!("{}/_control/{verb}", self.server.base_url());
        self.client.post(address).json(&body).send().await.unwrap().json().await.unwrap()
    }

    async fn workspace(&self, person: &str) -> Value {
        let address = format!("{}/_control/workspace?person={person}", self.server.base_url());
        self.client.get(address).send().await.unwrap().json().await.unwrap()
    }

    /// Two who work there, the first of them a developer.
    fn two(&self) -> (String, String) {
        self.server.state(|state| {
            let mut people = state.logins.keys().filter(|id| state.writable_user(id)).cloned();
            (people.next().unwrap(), people.next().unwrap())
        })
    }

    /// A message to this person with these buttons, each with its id as its value; its channel and `ts`.
    async fn ask(&self, person: &str, buttons: &[&str]) -> (String, String) {
        let buttons: Vec<Value> = buttons
            .iter()
            .map(|id| {
                json!({"type": "button", "action_id": id, "value": id, "text": {"type": "plain_text", "text": "Yes"}})
            })
            .collect();
        let blocks = json!([
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Was it?*"}},
            {"type": "actions", "block_id": "answers", "elements": buttons},
        ]);
        let sent = self.post("chat.postMessage", json!({"channel": person, "text": "Was it?", "blocks": blocks})).await;
        assert_eq!(sent["ok"], true, "{sent}");
        (sent["channel"].as_str().unwrap().into(), sent["ts"].as_str().unwrap().into())
    }
}

#[tokio::test]
async fn users_come_by_cursor_until_it_is_empty() {
    let asker = Asker::new().await;
    let mut users: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = asker.json(&format!("users.list?limit=50&cursor={}", cursor.replace('=', "%3D"))).await;
        assert_eq!(page["ok"], true, "{page}");
        users.extend(page["members"].as_array().unwrap().clone());
        page["response_metadata"]["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    let truth = demo::company(7, "2026-11-22T18:00:00Z".parse().unwrap());
    assert_eq!(users.len(), truth.account_counts()["slack"]);
    let count = |test: &dyn Fn(&Value) -> bool| users.iter().filter(|user| test(user)).count();
    assert!(count(&|user| user["deleted"] == true) > 6 && count(&|user| user["is_bot"] == true) == 3);
    assert!(count(&|user| user["id"] == "USLACKBOT" && user["is_bot"] == false) == 1);
    assert!(count(&|user| user["profile"]["email"].is_string()) > 100);
    assert!(count(&|user| user["is_restricted"] == true) == 2);
}

#[tokio::test]
async fn mistakes_come_with_two_hundred_and_limits_do_not() {
    let asker = Asker::new().await;
    let wrong = asker.call("auth.test", "xoxb-wrong").await;
    assert_eq!(
        (wrong.status().as_u16(), wrong.json::<Value>().await.unwrap()["error"].clone()),
        (200, json!("invalid_auth"))
    );
    assert_eq!(asker.json("users.list?cursor=xx").await["error"], "invalid_cursor");
    assert_eq!(asker.json("nothing.there").await["error"], "unknown_method");
    asker.server.state(|state| state.tokens.insert("xoxb-few".into(), "users:read".into()));
    let few: Value = asker.call("users.list?limit=10", "xoxb-few").await.json().await.unwrap();
    assert!(few["members"][0]["profile"].get("email").is_none());
    asker.server.reset_budgets();
    for _ in 0..20 {
        assert_eq!(asker.call("users.list?limit=1", TOKEN).await.status(), 200);
    }
    let refused = asker.call("users.list?limit=1", TOKEN).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "60"));
    assert_eq!(asker.call("users.list?limit=1", "xoxb-few").await.status(), 429, "a limit is that of the workspace");
    assert_eq!(asker.call("users.lookupByEmail", TOKEN).await.status(), 200, "and of the method");
    asker.server.state(|state| state.clock.advance(60));
    asker.server.fault(Fault::once(Kind::TooMany).on_path("auth.test").retry_after(4));
    let told = asker.call("auth.test", TOKEN).await;
    assert_eq!((told.status().as_u16(), told.headers()["retry-after"].to_str().unwrap()), (429, "4"));
    assert_eq!(asker.json("auth.test").await["team_id"], TEAM_ID);
}

#[tokio::test]
async fn an_install_gives_a_token_until_it_is_revoked() {
    let asker = Asker::new().await;
    let address = format!(
        "{}/oauth/v2/authorize?client_id={CLIENT_ID}&scope=users:read,users:read.email&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&state=s",
        asker.server.base_url()
    );
    let denied = asker.client.get(format!("{address}&decision=cancel")).send().await.unwrap();
    assert_eq!(denied.headers()["location"], "http://127.0.0.1/back?error=access_denied&state=s");
    let browser = asker.client.get(address).send().await.unwrap();
    let location = url::Url::parse(browser.headers()["location"].to_str().unwrap()).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let access = async |secret: &str, code: &str| -> Value {
        let sent = asker.client.post(format!("{}/api/oauth.v2.access", asker.server.base_url()));
        let sent = sent.basic_auth(CLIENT_ID, Some(secret)).form(&[("code", code)]);
        sent.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(access("wrong", &code).await["error"], "bad_client_secret");
    let made = access(CLIENT_SECRET, &code).await;
    assert_eq!((&made["team"]["id"], &made["token_type"]), (&json!(TEAM_ID), &json!("bot")));
    assert_eq!(access(CLIENT_SECRET, &code).await["error"], "invalid_code");
    let token = made["access_token"].as_str().unwrap();
    let revoked: Value = asker.call("auth.revoke", token).await.json().await.unwrap();
    assert_eq!(revoked["revoked"], true);
    let after: Value = asker.call("auth.test", token).await.json().await.unwrap();
    assert_eq!(after["error"], "token_revoked");
}
