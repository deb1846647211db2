//! The organization's administration.

use super::{Asker, demo, empty, header, now};
use crate::atlassian::{DIRECTORY_ID, ORGANIZATION_ID, ORGANIZATION_KEY, generate};
use reqwest::Response;
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Asker {
    async fn admin(&self, path: &str) -> Value {
        let sent = self.client.get(self.url(path)).bearer_auth(ORGANIZATION_KEY).send().await.unwrap();
        assert_eq!(sent.status(), 200, "{path}");
        sent.json().await.unwrap()
    }

    async fn users(&self, body: &Value) -> Response {
        let path = format!("/admin/v2/orgs/{ORGANIZATION_ID}/directories/{DIRECTORY_ID}/users/search");
        self.client.post(self.url(&path)).bearer_auth(ORGANIZATION_KEY).json(body).send().await.unwrap()
    }

    async fn all_users(&self, mut body: Value) -> Vec<Value> {
        let mut users = Vec::new();
        loop {
            let page: Value = self.users(&body).await.json().await.unwrap();
            users.extend(page["data"].as_array().unwrap_or_else(|| panic!("{page}")).clone());
            match page["links"]["next"].as_str() {
                Some(next) => {
                    assert!(!next.contains('/'), "a bare cursor");
                    body["cursor"] = next.into();
                }
                None => return users,
            }
        }
    }
}

#[tokio::test]
async fn seats_and_last_activity_come_with_the_users() {
    let asker = Asker::new().await;
    let truth = demo::company(7, now());
    assert_eq!(asker.admin("/admin/v1/orgs").await["data"][0]["id"], ORGANIZATION_ID);
    let directories = asker.admin(&format!("/admin/v2/orgs/{ORGANIZATION_ID}/directories")).await;
    assert_eq!(directories["data"][0]["directoryId"], DIRECTORY_ID);
    let users = asker.all_users(json!({"limit": 40, "expand": ["productAccess", "groups"]})).await;
    let ids: BTreeSet<&str> = users.iter().map(|user| user["accountId"].as_str().unwrap()).collect();
    let people: usize = truth.people.iter().map(|person| person.atlassian.len()).sum();
    assert_eq!((users.len(), ids.len()), (people, people));
    let limit = now() - jiff::SignedDuration::from_hours(24 * 30);
    for product in ["jira-software", "confluence"] {
        let seats: Vec<&Value> = users
            .iter()
            .filter(|user| user["accountStatus"] == "active" && user["membershipStatus"] == "active")
            .flat_map(|user| user["productAccess"].as_array().unwrap())
            .filter(|seat| seat["key"] == product)
            .collect();
        assert_eq!(seats.len(), truth.product_seats(product));
        let idle = seats.iter().filter(|seat| {
            seat["lastActiveTimestamp"].as_str().is_none_or(|at| at.parse::<jiff::Timestamp>().unwrap() < limit)
        });
        assert_eq!(idle.count(), truth.product_idle(product, 30));
    }
    let groups = asker.admin(&format!("/admin/v2/orgs/{ORGANIZATION_ID}/directories/{DIRECTORY_ID}/groups")).await;
    let confluence =
        groups["data"].as_array().unwrap().iter().find(|g| g["name"] == "confluence-users-acme-rail").unwrap();
    let members = asker.all_users(json!({"groupIds": [confluence["id"]]})).await;
    assert_eq!(confluence["counts"]["users"], members.len());
    assert!(members[0].get("productAccess").is_none(), "only with expand");
    assert!(asker.all_users(json!({"claimStatus": "unmanaged"})).await.len() == 3);
}

#[tokio::test]
async fn version_one_pages_by_addresses() {
    let asker = Asker::new().await;
    let mut path = format!("/admin/v1/orgs/{ORGANIZATION_ID}/users");
    let (mut users, mut total) = (Vec::new(), 0);
    loop {
        let page = asker.admin(&path).await;
        users.extend(page["data"].as_array().unwrap().clone());
        total = page["meta"]["total"].as_u64().unwrap_or(total);
        let Some(next) = page["links"]["next"].as_str() else { break };
        path = next.strip_prefix(&asker.server.base_url()).unwrap().to_owned();
    }
    assert!(users.len() as u64 == total && total > 100);
    assert!(users.iter().all(|user| user["email"].as_str().unwrap().ends_with("@acme-rail.example")));
    assert!(users.iter().any(|user| user.get("last_active").is_none()));
    let id = users[0]["account_id"].as_str().unwrap();
    let dates = format!("/admin/v1/orgs/{ORGANIZATION_ID}/directory/users/{id}/last-active-dates");
    assert!(asker.admin(&dates).await["data"]["product_access"].is_array());
}

#[tokio::test]
async fn sixty_calls_a_minute_and_a_key_are_needed() {
    let asker = Asker::new().await;
    let stranger = asker.client.get(asker.url("/admin/v1/orgs")).bearer_auth("wrong").send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    for _ in 0..60 {
        assert_eq!(asker.users(&empty()).await.status(), 200);
    }
    let refused = asker.users(&empty()).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "x-ratelimit-reset")), (429, "2026-11-22T18:01:00Z"));
    assert_eq!(header(&refused, "retry-after"), "");
    asker.server.state(|state| state.clock.advance(60));
    let after = asker.users(&empty()).await;
    assert_eq!((after.status().as_u16(), header(&after, "x-ratelimit-remaining")), (200, "59"));
    assert_eq!(asker.users(&json!({"limit": 1_000})).await.status(), 400);
}

#[tokio::test]
async fn a_large_company_has_thousands() {
    let state = generate(&demo::company(7, now()), 10, 5_000);
    let asker = Asker::of(state).await;
    let users = asker.all_users(json!({"limit": 100, "expand": ["productAccess"]})).await;
    assert!(users.len() > 5_000);
}
