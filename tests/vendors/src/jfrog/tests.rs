//! What the simulated JFrog promises to those who test with it.

use super::{IDENTITIES_TOKEN, JfrogServer, State, TOKEN, size};
use crate::demo;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Response};
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-11-22T18:00:00Z".parse().unwrap()
}

struct Asker {
    server: JfrogServer,
    client: Client,
}

impl Asker {
    async fn new() -> Self {
        let state = State::of(&demo::company(7, now()));
        Self { server: JfrogServer::start(state).await.unwrap(), client: Client::builder().no_proxy().build().unwrap() }
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        self.client.get(format!("{}{path}", self.server.base_url())).bearer_auth(token).send().await.unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        self.get(path, TOKEN).await.json().await.unwrap()
    }
}

#[tokio::test]
async fn users_come_by_cursor_and_their_logins_one_by_one() {
    let asker = Asker::new().await;
    let truth = demo::company(7, now());
    let mut names: Vec<String> = Vec::new();
    let mut path = "/access/api/v2/users?limit=15".to_owned();
    loop {
        let page = asker.json(&path).await;
        for user in page["users"].as_array().unwrap() {
            assert!(user.get("last_logged_in").is_none() && user["realm"].is_string());
            names.push(user["username"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["cursor"].as_str() else { break };
        path = format!("/access/api/v2/users?limit=15&cursor={cursor}");
    }
    assert_eq!(names.len(), truth.account_counts()["jfrog"]);
    let (mut idle, mut absent) = (0, 0);
    let limit = now() - SignedDuration::from_hours(24 * 60);
    for name in &names {
        let user = asker.json(&format!("/access/api/v2/users/{name}")).await;
        assert_eq!(user["username"], json!(name));
        let at = user.get("last_logged_in").map(|at| at.as_str().unwrap().parse::<Timestamp>().unwrap());
        absent += usize::from(at.is_none());
        if user["status"] == "enabled" && at.is_none_or(|at| at < limit) {
            idle += 1;
        }
    }
    assert!(absent > 1);
    assert_eq!(idle, truth.jfrog_idle(60));
    assert_eq!(asker.get("/access/api/v2/users/nobody", TOKEN).await.status(), 404);
    assert_eq!(asker.get("/access/api/v2/users?limit=0", TOKEN).await.status(), 400);
    assert_eq!(asker.get("/access/api/v2/users", "wrong").await.status(), 401);
}

#[tokio::test]
async fn the_storage_summary_has_texts_for_numbers_and_a_total() {
    let asker = Asker::new().await;
    let summary = asker.json("/artifactory/api/storageinfo").await;
    assert!(summary["binariesSummary"]["artifactsCount"].as_str().unwrap().contains(','));
    let rows = summary["repositoriesSummaryList"].as_array().unwrap();
    let last = rows.last().unwrap();
    assert_eq!((&last["repoKey"], &last["repoType"]), (&json!("TOTAL"), &json!("NA")));
    assert!(rows[0].get("usedSpaceInBytes").is_none());
    asker.server.settings(|settings| settings.knobs.used_space_in_bytes = true);
    let newer = asker.json("/artifactory/api/storageinfo").await;
    let bytes = |row: &Value| row["usedSpaceInBytes"].as_u64().unwrap();
    let rows = newer["repositoriesSummaryList"].as_array().unwrap();
    let sum: u64 = rows.iter().take(rows.len() - 1).map(bytes).sum();
    assert_eq!(sum, bytes(rows.last().unwrap()));
    assert_eq!(asker.get("/artifactory/api/storageinfo", IDENTITIES_TOKEN).await.status(), 403);
    assert_eq!(asker.get("/access/api/v2/users", IDENTITIES_TOKEN).await.status(), 200);
}

#[test]
fn sizes_are_written_as_in_jfrogs_own_example() {
    assert_eq!(size(36_138_261), "34.46 MB");
    assert_eq!((size(12), size(2_048)), ("12 bytes".into(), "2.00 KB".into()));
}

#[tokio::test]
async fn three_hundred_calls_a_minute_and_a_revoked_token() {
    let asker = Asker::new().await;
    for _ in 0..300 {
        assert_eq!(asker.get("/access/api/v2/users?limit=1", TOKEN).await.status(), 200);
    }
    assert_eq!(asker.get("/access/api/v2/users", TOKEN).await.status(), 429);
    asker.server.state(|state| state.clock.advance(60));
    let revoke = asker.client.post(format!("{}/access/api/v1/tokens/revoke", asker.server.base_url()));
    let revoked = revoke.bearer_auth(TOKEN).form(&[("token", TOKEN)]).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    assert_eq!(asker.get("/access/api/v2/users", TOKEN).await.status(), 401);
}
