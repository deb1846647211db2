//! The Web API's methods: what each of them takes, costs and needs.
//!
//! Tiers: <https://docs.slack.dev/apis/web-api/rate-limits>. Scopes: each method's page below
//! <https://docs.slack.dev/reference/methods>.

use super::APP_ID;
use crate::service::{Budget, Incoming, Reply, Toll};
use serde_json::{Map, Value, json};

/// A method.
pub(super) struct Method {
    pub(super) name: &'static str,
    /// The scope it needs; empty: none.
    pub(super) scope: &'static str,
    /// Calls a minute; 0: as many as one likes.
    pub(super) tier: u64,
    /// It takes JSON, too; methods that read take forms and queries only.
    pub(super) json: bool,
}

const fn writes(name: &'static str, scope: &'static str, tier: u64) -> Method {
    Method { name, scope, tier, json: true }
}

const fn reads(name: &'static str, scope: &'static str, tier: u64) -> Method {
    Method { name, scope, tier, json: false }
}

pub(super) const METHODS: [Method; 16] = [
    writes("auth.test", "", 0),
    reads("auth.revoke", "", 50),
    // Its own limit is that of the channel; this one is the workspace's.
    writes("chat.postMessage", "chat:write", 300),
    writes("chat.postEphemeral", "chat:write", 100),
    writes("chat.update", "chat:write", 50),
    // What is needed depends on the kind of conversation.
    writes("conversations.open", "", 50),
    reads("conversations.list", "", 20),
    reads("conversations.info", "", 50),
    writes("conversations.join", "channels:join", 50),
    reads("users.info", "users:read", 100),
    reads("users.list", "users:read", 20),
    reads("users.lookupByEmail", "users:read.email", 50),
    writes("views.open", "", 100),
    writes("views.publish", "", 100),
    writes("views.update", "", 100),
    reads("oauth.v2.access", "", 100),
];

/// The method that a path names.
pub(super) fn of(path: &str) -> Option<&'static Method> {
    let name = path.strip_prefix("/api/")?;
    METHODS.iter().find(|method| method.name == name)
}

/// The limits that a call of a method counts against: per method and workspace, and for messages per channel.
pub(super) fn tolls(method: &'static Method, workspace: &str, channel: Option<&str>) -> Vec<Toll> {
    let holder = format!("{workspace} {APP_ID}");
    let mut all = Vec::new();
    if let Some(channel) = channel.filter(|_| method.name == "chat.postMessage") {
        // One a second, with short bursts.
        let mut toll = Toll::calls("chat.postMessage channel", format!("{holder} {channel}"), 0, 0);
        toll.budget = Budget::of(3, 3);
        all.push(toll);
    }
    if method.tier > 0 {
        all.push(Toll::calls(method.name, holder, method.tier, 60));
    }
    all
}

/// What a method was given.
pub(super) struct Given(Map<String, Value>);

impl Given {
    /// Query, form and JSON, as far as the method takes it. `Err`: Slack's refusal.
    pub(super) fn of(incoming: &Incoming, json: bool) -> Result<Self, Reply> {
        let texts = |(name, value): (String, String)| (name, Value::String(value));
        let mut all: Map<String, Value> = incoming.parameters().into_iter().map(texts).collect();
        let kind = incoming.header("content-type").unwrap_or_default();
        if kind.starts_with("application/json") {
            if json && !incoming.body.is_empty() {
                match incoming.json() {
                    Some(Value::Object(map)) => all.extend(map),
                    Some(_) => return Err(no("json_not_object")),
                    None => return Err(no("invalid_json")),
                }
            }
        } else {
            let form = url::form_urlencoded::parse(&incoming.body).into_owned();
            all.extend(form.map(texts));
        }
        Ok(Self(all))
    }

    /// A text that is not empty; numbers and truth values as their texts.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true" || text == "1")
    }

    /// An array or object, or the JSON text of one, as forms carry it. `Err`: it is neither.
    pub(super) fn structured(&self, name: &str) -> Result<Option<Value>, ()> {
        let value = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| ())?,
            Some(value) => value.clone(),
        };
        if value.is_array() || value.is_object() { Ok(Some(value)) } else { Err(()) }
    }

    /// The same of what was not sent to a method but to a `response_url`.
    pub(super) fn from_json(value: Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self(map)),
            _ => None,
        }
    }
}

/// Slack's no: 200 with the error's name.
pub(super) fn no(error: &str) -> Reply {
    Reply::ok(json!({"ok": false, "error": error}))
}

/// The token's scopes are too few.
pub(super) fn missing_scope(needed: &str, provided: &str) -> Reply {
    Reply::ok(json!({"ok": false, "error": "missing_scope", "needed": needed, "provided": provided}))
}

/// Whether the scope is among those.
pub(super) fn has(scopes: &str, scope: &str) -> bool {
    scopes.split([',', ' ']).any(|one| one == scope)
}
