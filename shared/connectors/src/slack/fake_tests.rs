//! A small Slack for the connector's tests: the directory and the consent's exchange.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(super) const TOKEN: &str = "xoxb-s3cret";

/// Answers calls whose line holds `line`, so many times.
pub(super) struct Fault {
    pub(super) line: &'static str,
    pub(super) times: usize,
    pub(super) answer: ResponseTemplate,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) users: Vec<Value>,
    pub(super) per_page: usize,
    pub(super) scopes: Option<&'static str>,
    pub(super) faults: Vec<Fault>,
    /// What `oauth.v2.access` grants.
    pub(super) grant: Value,
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

pub(super) fn no(code: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"ok": false, "error": code}))
}

pub(super) fn user(id: &str) -> Value {
    json!({"id": id, "name": id.to_lowercase(), "deleted": false, "is_bot": false, "is_email_confirmed": true,
        "is_admin": false, "is_owner": false, "real_name": format!("Name {id}"),
        "profile": {"real_name": format!("Name {id}"), "display_name": "", "email": format!("{id}@example.com")}})
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let line = format!("{} {}?{}", request.method, request.url.path(), request.url.query().unwrap_or_default());
        assert!(!line.contains("s3cret"), "never in an address: {line}");
        self.log.push(line.clone());
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line)) {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let authorization = request.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
        if request.url.path() == "/api/oauth.v2.access" {
            // id:s3cret
            if authorization != "Basic aWQ6czNjcmV0" {
                return no("bad_client_secret");
            }
            let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
            let field = |name: &str| fields.get(name).map(String::as_str);
            return match (field("grant_type"), field("code"), field("refresh_token")) {
                (None, Some("good"), None) if field("redirect_uri") == Some("https://app.example.com/back") => {
                    ResponseTemplate::new(200).set_body_json(&self.grant)
                }
                (Some("refresh_token"), None, Some("xoxe-s3cret-1")) => {
                    ResponseTemplate::new(200).set_body_json(&self.grant)
                }
                (Some(_), ..) => no("invalid_refresh_token"),
                _ => no("invalid_code"),
            };
        }
        if authorization != format!("Bearer {TOKEN}") {
            return no("invalid_auth");
        }
        let body = match request.url.path() {
            "/api/auth.test" => json!({"ok": true, "team_id": "T1", "user_id": "U1", "is_enterprise_install": false}),
            "/api/auth.revoke" => json!({"ok": true, "revoked": true}),
            "/api/users.list" => {
                let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
                let from: usize = query.get("cursor").map_or(0, |cursor| cursor.parse().expect("a cursor of ours"));
                let to = self.users.len().min(from + self.per_page);
                let next = if to < self.users.len() { to.to_string() } else { String::new() };
                json!({"ok": true, "members": self.users[from..to], "response_metadata": {"next_cursor": next}})
            }
            _ => return no("unknown_method"),
        };
        let answer = ResponseTemplate::new(200).set_body_json(body);
        match self.scopes {
            Some(scopes) => answer.insert_header("x-oauth-scopes", scopes),
            None => answer,
        }
    }
}
