//! JFrog: users, their last logins, and what the repositories hold.

mod storage;

pub use storage::{Repository, size};

use crate::{
    demo::company::{Company, JfrogAccount},
    faults::Kind,
    service::{Answer, Clock, Incoming, Reply, Server, Standing, Toll, Vendor},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{
    Timestamp,
    tz::{self, TimeZone},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An administrator's access token.
pub const TOKEN: &str = "simulated-jfrog-token";
/// An access token that may read identities alone (`system:identities:r`).
pub const IDENTITIES_TOKEN: &str = "simulated-jfrog-identities-token";

/// A running simulated JFrog.
pub type JfrogServer = Server<State>;

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Admin,
    /// Reading users.
    Identities,
}

/// All that the simulated JFrog holds. Plain data: a test may change any of it.
#[derive(Debug, Clone)]
pub struct State {
    /// The clock.
    pub clock: Clock,
    /// The server's origin, in all addresses.
    pub origin: String,
    /// Users by name.
    pub users: BTreeMap<String, JfrogAccount>,
    /// Repositories.
    pub repositories: Vec<Repository>,
    /// Tokens that work.
    pub tokens: BTreeMap<String, Scope>,
}

/// Switches of the simulated JFrog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// Repositories tell their size as a number, too, as newer releases do.
    pub used_space_in_bytes: bool,
    /// The file store's summary is empty, as in the cloud.
    pub without_file_store: bool,
}

impl State {
    /// The company's users and repositories.
    pub fn of(company: &Company) -> Self {
        let people = company.people.iter().filter_map(|person| person.jfrog.as_ref());
        let users = people.chain(&company.other_jfrog).map(|user| (user.username.clone(), user.clone()));
        Self {
            clock: Clock::fixed(company.now),
            origin: format!("https://{}.jfrog.io", company.slug),
            users: users.collect(),
            repositories: storage::repositories(),
            tokens: [(TOKEN.to_owned(), Scope::Admin), (IDENTITIES_TOKEN.to_owned(), Scope::Identities)].into(),
        }
    }

    fn list(&self, incoming: &Incoming) -> Reply {
        let asked = incoming.parameters();
        let limit: usize = match asked.get("limit").map_or(Ok(1_000), |text| text.parse()) {
            Ok(limit) if (1..=99_999).contains(&limit) => limit,
            _ => return error(400, "BAD_REQUEST", "limit must be between 1 and 99999"),
        };
        let after = asked.get("cursor").map(|cursor| {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
            String::from_utf8(bytes).unwrap_or_default()
        });
        let fits = |user: &&JfrogAccount| {
            asked.get("status").is_none_or(|status| status == user.status)
                && asked.get("username").is_none_or(|part| user.username.contains(part.as_str()))
                && (user.admin || asked.get("onlyAdmins").is_none_or(|only| only != "true"))
                && after.as_ref().is_none_or(|last| user.username > *last)
        };
        let mut rest = self.users.values().filter(fits);
        let page: Vec<&JfrogAccount> = rest.by_ref().take(limit).collect();
        let users: Vec<Value> = page
            .iter()
            .map(|user| {
                let uri = format!("{}/access/api/v2/users/{}", self.origin, user.username);
                json!({"username": user.username, "uri": uri, "realm": user.realm, "status": user.status})
            })
            .collect();
        let mut body = json!({"users": users});
        if rest.next().is_some()
            && let Some(last) = page.last()
        {
            body["cursor"] = URL_SAFE_NO_PAD.encode(&last.username).into();
        }
        Reply::ok(body)
    }

    fn user(&self, name: &str) -> Reply {
        let Some(user) = self.users.get(name) else {
            return error(404, "NOT_FOUND", &format!("User '{name}' not found"));
        };
        let groups = if user.admin { vec!["readers", "administrators"] } else { vec!["readers"] };
        let mut body = json!({
            "username": user.username, "email": user.email, "admin": user.admin, "effective_admin": user.admin,
            "profile_updatable": true, "disable_ui_access": false, "internal_password_disabled": user.realm == "saml",
            "realm": user.realm, "groups": groups, "status": user.status,
        });
        if let Some(at) = user.last_login_at {
            let at = at.to_zoned(TimeZone::fixed(tz::offset(2)));
            body["last_logged_in"] = at.strftime("%Y-%m-%dT%H:%M:%S.351%:z").to_string().into();
        }
        Reply::ok(body)
    }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::of(status, json!({"errors": [{"code": code, "message": message, "detail": null}]}))
}

impl Vendor for State {
    type Knobs = Knobs;

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn served_at(&mut self, origin: &str) {
        self.origin = origin.into();
    }

    fn kind(&self, incoming: &Incoming) -> &'static str {
        if incoming.path.starts_with("/artifactory/") { "artifactory" } else { "access" }
    }

    /// JFrog publishes no limits of its API; this is what its cloud is seen to do.
    fn tolls(&self, incoming: &Incoming, _: &Knobs) -> Vec<Toll> {
        vec![Toll::calls("jfrog", incoming.bearer().unwrap_or_default(), 300, 60)]
    }

    fn limited(&self, _: &Toll, _: &Standing, _: Timestamp) -> Reply {
        error(429, "TOO_MANY_REQUESTS", "Too many requests")
    }

    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply {
        let (status, code) = match kind {
            Kind::Unauthorized => (401, "UNAUTHORIZED"),
            Kind::Forbidden | Kind::Secondary => (403, "FORBIDDEN"),
            Kind::NotFound => (404, "NOT_FOUND"),
            Kind::Gone => (410, "GONE"),
            Kind::TooMany | Kind::GraphqlRateLimited => (429, "TOO_MANY_REQUESTS"),
            Kind::Unavailable => (503, "SERVICE_UNAVAILABLE"),
            _ => (500, "INTERNAL_SERVER_ERROR"),
        };
        error(status, code, message.unwrap_or(code))
    }

    fn answer(&mut self, incoming: &Incoming, _: Timestamp, knobs: &Knobs) -> Reply {
        let Some(scope) = incoming.bearer().and_then(|token| self.tokens.get(token)).copied() else {
            return error(401, "UNAUTHORIZED", "Token failed verification: parse");
        };
        let segments = incoming.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (incoming.method.as_str(), segments.as_slice()) {
            ("GET", ["access", "api", "v2", "users"]) => self.list(incoming),
            ("GET", ["access", "api", "v2", "users", name]) => self.user(name),
            ("POST", ["access", "api", "v1", "tokens", "revoke"]) => {
                let fields = incoming.fields();
                let known = fields.get("token").is_some_and(|token| self.tokens.remove(token).is_some());
                if known { Reply::ok(json!({})) } else { error(404, "NOT_FOUND", "Token not found") }
            }
            (_, ["artifactory", ..]) if scope != Scope::Admin => error(403, "FORBIDDEN", "Forbidden"),
            ("GET", ["artifactory", "api", "storageinfo"]) => Reply::ok(storage::summary(&self.repositories, knobs)),
            ("POST", ["artifactory", "api", "storageinfo", "calculate"]) => {
                Reply::of(202, json!({"info": "Calculating storage summary was successfully scheduled."}))
            }
            _ => error(404, "NOT_FOUND", "Not Found"),
        }
    }

    fn dress(&self, reply: Reply, _: &[(Toll, Standing)]) -> Reply {
        reply
    }

    fn control(&mut self, verb: &str, _: &Incoming, _: &Self::Knobs) -> Option<Answer> {
        let bytes: u64 = self.repositories.iter().map(|repository| repository.bytes).sum();
        (verb == "summary")
            .then(|| Ok(json!({"users": self.users.len(), "repositories": self.repositories.len(), "bytes": bytes})))
    }
}

#[cfg(test)]
mod tests;
