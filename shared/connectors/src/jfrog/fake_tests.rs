//! A small JFrog for the connector's tests.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(super) const TOKEN: &str = "s3cret-access-token";

/// A user as the details have it.
pub(super) fn user(name: &str) -> Value {
    json!({
        "username": name, "email": format!("{name}@acme.example"), "admin": false, "effective_admin": false,
        "last_logged_in": "2026-09-20T10:58:18.351+02:00", "realm": "internal", "groups": ["readers"],
        "status": "enabled", "new_field": {"a": 1},
    })
}

pub(super) fn people(count: usize) -> Vec<Value> {
    (0..count).map(|n| user(&format!("user{n:04}"))).collect()
}

/// A row of the storage summary.
pub(super) fn row(key: &str, kind: &str, used: &str, files: u64) -> Value {
    json!({"repoKey": key, "repoType": kind, "foldersCount": 3, "filesCount": files, "usedSpace": used,
        "itemsCount": files + 3, "packageType": "Docker", "percentage": "3.95%"})
}

/// Answers calls whose line holds `line`, so many times.
pub(super) struct Fault {
    pub(super) line: &'static str,
    pub(super) times: usize,
    pub(super) answer: ResponseTemplate,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) users: Vec<Value>,
    pub(super) repositories: Vec<Value>,
    /// Knows the former API alone.
    pub(super) former: bool,
    /// The list's pages are of this size, whatever is asked for.
    pub(super) page: Option<usize>,
    pub(super) faults: Vec<Fault>,
    pub(super) log: Vec<String>,
}

#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<World>>);

impl Fake {
    pub(super) async fn start(world: World) -> (MockServer, Self) {
        let server = MockServer::start().await;
        let fake = Self(Arc::new(Mutex::new(world)));
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
        self.world().respond(request)
    }
}

pub(super) fn refusal(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errors": [{"code": "X", "message": message, "detail": null}]}))
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().to_owned();
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let line = format!("{path}?{}", request.url.query().unwrap_or_default());
        self.log.push(line.clone());
        if request.headers.get("authorization").is_none_or(|value| value != &format!("Bearer {TOKEN}")) {
            return refusal(401, "Token failed verification");
        }
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line)) {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let segments: Vec<String> = request.url.path_segments().expect("a path").map(decoded).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let ok = |body: Value| ResponseTemplate::new(200).set_body_json(body);
        match segments.as_slice() {
            ["access", "api", "v2", "users"] if !self.former => {
                let asked = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(1_000);
                let size = self.page.unwrap_or(asked);
                let start = query
                    .get("cursor")
                    .map_or(0, |cursor| cursor.trim_start_matches("c-").parse().expect("a cursor of ours"));
                let end = (start + size).min(self.users.len());
                let users: Vec<Value> = self.users[start.min(end)..end]
                    .iter()
                    .map(|user| json!({"username": user["username"], "uri": "x", "realm": user["realm"], "status": user["status"]}))
                    .collect();
                let cursor = if end < self.users.len() { format!("c-{end}") } else { String::new() };
                ok(json!({"users": users, "cursor": cursor}))
            }
            ["access", "api", "v2", "users", name] if !self.former => {
                let found = self.users.iter().find(|user| user["username"] == *name);
                found.map_or_else(|| refusal(404, "Not found"), |user| ok(user.clone()))
            }
            ["artifactory", "api", "security", "users"] if self.former => {
                let named = |user: &Value| json!({"name": user["username"], "uri": "x", "realm": "internal"});
                ok(self.users.iter().map(named).collect())
            }
            ["artifactory", "api", "security", "users", name] if self.former => {
                let found = self.users.iter().find(|user| user["username"] == *name);
                let told = |user: &Value| {
                    json!({"name": name, "email": user["email"], "admin": true,
                    "realm": "internal", "lastLoggedIn": user["last_logged_in"], "lastLoggedInMillis": 7})
                };
                found.map_or_else(|| refusal(404, "Not found"), |user| ok(told(user)))
            }
            ["artifactory", "api", "storageinfo"] => {
                let mut rows = self.repositories.clone();
                rows.push(row("TOTAL", "NA", "100 GB", 999_999));
                ok(json!({
                    "binariesSummary": {"binariesCount": "125,726", "binariesSize": "3.48 GB", "artifactsSize": "59.77 GB",
                        "optimization": "5.82%", "itemsCount": "2,176,580", "artifactsCount": "2,084,408"},
                    "fileStoreSummary": {}, "repositoriesSummaryList": rows,
                }))
            }
            _ => refusal(404, "Not found"),
        }
    }
}

/// A segment of a path without its escapes.
fn decoded(segment: &str) -> String {
    let form = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().expect("one").1.into_owned()
}
