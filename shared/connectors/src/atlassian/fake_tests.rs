//! A small administration API for the connector's tests.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(super) const KEY: &str = "s3cret-organization-key";
pub(super) const ORG: &str = "1a2b-org";

/// A user with products and groups.
pub(super) fn user(n: usize, products: &[&str], groups: &[&str]) -> Value {
    let access = |product: &&str| json!({"key": product, "id": "site", "lastActiveTimestamp": "2026-09-20T10:00:00Z"});
    json!({
        "accountId": format!("acc-{n:05}"), "accountType": "atlassian", "status": "active", "accountStatus": "active",
        "membershipStatus": "active", "addedToOrg": "2025-01-02T03:04:05Z", "name": format!("Person {n}"),
        "email": format!("p{n}@acme.example"), "emailVerified": true, "claimStatus": "managed", "newField": [1],
        "productAccess": products.iter().map(access).collect::<Vec<_>>(),
        "groups": groups.iter().map(|group| json!({"id": format!("id-{group}"), "name": group})).collect::<Vec<_>>(),
    })
}

/// Answers calls whose line holds `line`, so many times.
pub(super) struct Fault {
    pub(super) line: &'static str,
    pub(super) times: usize,
    pub(super) answer: ResponseTemplate,
}

pub(super) struct World {
    pub(super) organizations: Vec<&'static str>,
    pub(super) directories: Vec<Value>,
    pub(super) groups: Vec<String>,
    pub(super) users: Vec<Value>,
    /// The server's own bound on pages.
    pub(super) most: usize,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) faults: Vec<Fault>,
    pub(super) log: Vec<String>,
    pub(super) uri: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            organizations: vec![ORG],
            directories: vec![json!({"directoryId": "dir-1", "name": "Acme"})],
            groups: Vec::new(),
            users: Vec::new(),
            most: 100,
            headers: Vec::new(),
            faults: Vec::new(),
            log: Vec::new(),
            uri: String::new(),
        }
    }
}

#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<World>>);

impl Fake {
    pub(super) async fn start(world: World) -> (MockServer, Self) {
        let server = MockServer::start().await;
        let fake = Self(Arc::new(Mutex::new(world)));
        fake.world().uri = server.uri();
        Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
        (server, fake)
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("not poisoned")
    }

    pub(super) fn fail(&self, line: &'static str, answer: ResponseTemplate) {
        self.world().faults.push(Fault { line, times: 1, answer });
    }

    /// The calls since the last question.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }
}

impl Respond for Fake {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut world = self.world();
        let mut answer = world.respond(request);
        for (name, value) in &world.headers {
            answer = answer.insert_header(*name, value.as_str());
        }
        answer
    }
}

pub(super) fn refusal(status: u16, title: &str) -> ResponseTemplate {
    let one = json!({"id": "x", "status": status.to_string(), "code": "ADMIN", "title": title, "detail": null});
    ResponseTemplate::new(status).set_body_json(json!({"errors": [one]}))
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().strip_prefix("/admin").expect("below /admin").to_owned();
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let cursor = query.get("cursor").map(String::as_str).or_else(|| body["cursor"].as_str()).map(str::to_owned);
        let line = format!("{} {path} {}", request.method, cursor.as_deref().unwrap_or("-"));
        self.log.push(line.clone());
        if request.headers.get("authorization").is_none_or(|value| value != &format!("Bearer {KEY}")) {
            return ResponseTemplate::new(401).set_body_json(json!({"code": 401, "message": "Unauthorized"}));
        }
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line)) {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let asked = body["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
        let limit = asked.or_else(|| query.get("limit")?.parse().ok()).unwrap_or(50).min(self.most);
        match segments.as_slice() {
            ["v1", "orgs"] => {
                let all: Vec<Value> = self.organizations.iter().map(|id| json!({"id": id, "type": "orgs"})).collect();
                let mut answer = page(&all, cursor.as_deref(), 1);
                if let Some(next) = answer["links"]["next"].as_str() {
                    answer["links"]["next"] = format!("{}/admin/v1/orgs?cursor={next}", self.uri).into();
                }
                ResponseTemplate::new(200).set_body_json(answer)
            }
            ["v2", "orgs", ORG, "directories"] => {
                ResponseTemplate::new(200).set_body_json(page(&self.directories, cursor.as_deref(), 1))
            }
            ["v2", "orgs", ORG, "directories", "dir-1" | "-", "groups"] => {
                let all: Vec<Value> =
                    self.groups.iter().map(|name| json!({"id": format!("id-{name}"), "name": name})).collect();
                ResponseTemplate::new(200).set_body_json(page(&all, cursor.as_deref(), limit))
            }
            ["v2", "orgs", ORG, "directories", "dir-1" | "-", "users", "search"] => {
                assert_eq!(body["expand"], json!(["productAccess", "groups"]));
                ResponseTemplate::new(200).set_body_json(page(&self.users, cursor.as_deref(), limit))
            }
            _ => refusal(404, "Not found"),
        }
    }
}

fn page(all: &[Value], cursor: Option<&str>, size: usize) -> Value {
    let start = cursor.map_or(0, |cursor| cursor.trim_start_matches("c-").parse().expect("a cursor of ours"));
    let end = (start + size).min(all.len());
    let next = (end < all.len()).then(|| format!("c-{end}"));
    json!({"data": all[start.min(end)..end], "links": {"self": cursor, "prev": null, "next": next}})
}
