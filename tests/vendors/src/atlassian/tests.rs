//! What the simulated Atlassian promises to those who test with it.

mod admin;
mod generated;
mod jira;
mod oauth;

use super::{API_TOKEN, AtlassianServer, EMAIL, State, site};
use crate::demo;
use jiff::Timestamp;
use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-11-22T18:00:00Z".parse().unwrap()
}

/// The demo's site.
fn demo_site() -> State {
    site(&demo::company(7, now()))
}

struct Asker {
    server: AtlassianServer,
    client: Client,
}

impl Asker {
    async fn new() -> Self {
        Self::of(demo_site()).await
    }

    async fn of(state: State) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { server: AtlassianServer::start(state).await.unwrap(), client }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).basic_auth(EMAIL, Some(API_TOKEN)).send().await.unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Response {
        self.client.post(self.url(path)).basic_auth(EMAIL, Some(API_TOKEN)).json(&body).send().await.unwrap()
    }

    /// All pages of a search.
    async fn search(&self, mut body: Value) -> Vec<Value> {
        let mut issues = Vec::new();
        loop {
            let page: Value = self.post("/rest/api/3/search/jql", body.clone()).await.json().await.unwrap();
            issues.extend(page["issues"].as_array().unwrap_or_else(|| panic!("{page}")).clone());
            assert!(page.get("total").is_none());
            if page["isLast"] == true {
                assert!(page.get("nextPageToken").is_none());
                return issues;
            }
            body["nextPageToken"] = page["nextPageToken"].clone();
        }
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn empty() -> Value {
    json!({})
}
