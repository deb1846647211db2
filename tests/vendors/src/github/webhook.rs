//! Webhooks: the payload at the moment of its cause, the headers and signature it is sent with.
//!
//! <https://docs.github.com/en/webhooks/webhook-events-and-payloads>

use super::{app, json, state::State};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Something that GitHub tells by a webhook.
#[derive(Debug, Clone)]
pub struct Event {
    /// `X-GitHub-Event`.
    pub name: &'static str,
    /// `X-GitHub-Delivery`: the same when it is delivered again.
    pub delivery: String,
    /// The payload.
    pub payload: Value,
}

impl Event {
    /// The payload's `action`.
    pub fn action(&self) -> &str {
        self.payload.get("action").and_then(Value::as_str).unwrap_or("")
    }

    /// Headers and body as they are sent, signed with `secret`. Pure: a test can hand them to a handler.
    pub fn signed(&self, secret: &str) -> Delivery {
        let body = self.payload.to_string().into_bytes();
        let headers = vec![
            ("content-type".into(), "application/json".into()),
            ("user-agent".into(), "GitHub-Hookshot/0000000".into()),
            ("x-github-event".into(), self.name.into()),
            ("x-github-delivery".into(), self.delivery.clone()),
            ("x-github-hook-id".into(), "30".into()),
            ("x-github-hook-installation-target-type".into(), "organization".into()),
            ("x-github-hook-installation-target-id".into(), "9919".into()),
            ("x-hub-signature-256".into(), signature(secret, &body)),
        ];
        Delivery { headers, body }
    }
}

/// An HTTP request's headers and body.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The raw body, which the signature is over.
    pub body: Vec<u8>,
}

/// `sha256=` and the HMAC of the raw body in hexadecimal.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length of key works");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// What GitHub sends when a webhook is set up.
pub fn ping(state: &mut State) -> Event {
    let at = state.now().to_string();
    let url = format!("{}/orgs/{}/hooks/30", state.api(), state.organization.login);
    let payload = json!({
        "zen": "Anything added dilutes everything else.", "hook_id": 30,
        "hook": {
            "type": "Organization", "id": 30, "name": "web", "active": true,
            "events": ["pull_request", "pull_request_review"],
            "config": {"content_type": "json", "url": "https://plumbline.example/webhooks/github", "insecure_ssl": "0"},
            "updated_at": at, "created_at": at, "url": url, "ping_url": format!("{url}/pings"),
        },
        "organization": organization(state), "sender": json::owner(state, &state.organization.login),
    });
    event(state, "ping", payload)
}

/// Makes a `pull_request` event due.
pub(crate) fn pull_request(state: &mut State, repository: u64, number: u64, action: &str, sender: Option<u64>) {
    let home = &state.repositories[&repository];
    let pull = &home.pull_requests[&number];
    let payload = json!({
        "action": action, "number": number, "pull_request": json::pull_request(state, home, pull),
        "repository": json::repository(state, home), "organization": organization(state),
        "sender": sender_of(state, sender),
    });
    let event = event(state, "pull_request", payload);
    state.outbox.push_back(event);
}

/// Makes a `pull_request_review` event due. Its pull request has no sizes, as GitHub's has none.
pub(crate) fn review(state: &mut State, repository: u64, number: u64, id: u64, action: &str, sender: Option<u64>) {
    let home = &state.repositories[&repository];
    let pull = &home.pull_requests[&number];
    let found = pull.reviews.iter().find(|review| review.id == id).unwrap();
    let mut review = json::review(state, home, pull, found);
    review["state"] = found.state.as_str().to_lowercase().into();
    review["body"] = Value::Null;
    review["updated_at"] = found.updated_at.to_string().into();
    let payload = json!({
        "action": action, "review": review, "pull_request": json::pull_request_listed(state, home, pull),
        "repository": json::repository(state, home), "organization": organization(state),
        "sender": sender_of(state, sender),
    });
    let event = event(state, "pull_request_review", payload);
    state.outbox.push_back(event);
}

/// Makes an `installation` or `installation_repositories` event due.
pub(super) fn installation(state: &mut State, id: u64, name: &'static str, action: &str, named: &[u64]) {
    let Some(installation) = state.app.installations.get(&id) else { return };
    let brief = |id: &u64| {
        let repository = state.repositories.get(id)?;
        Some(json!({
            "id": repository.id, "node_id": json::node_id("Repository", repository.id), "name": repository.name,
            "full_name": repository.full_name(), "private": true,
        }))
    };
    let mut payload = json!({
        "action": action, "installation": app::shown(state, installation), "requester": null,
        "sender": sender_of(state, state.members.keys().next().copied()),
    });
    let changed: Vec<Value> = named.iter().filter_map(brief).collect();
    if name == "installation" {
        let seen = state.own_repositories().filter(|r| State::selected(installation.repositories.as_ref(), r.id));
        let repositories: Vec<Value> = seen.filter_map(|repository| brief(&repository.id)).collect();
        payload["repositories"] = repositories.into();
    } else {
        let (added, removed) = if action == "added" { (changed, Vec::new()) } else { (Vec::new(), changed) };
        payload["repository_selection"] = payload["installation"]["repository_selection"].clone();
        payload["repositories_added"] = added.into();
        payload["repositories_removed"] = removed.into();
    }
    let event = event(state, name, payload);
    state.outbox.push_back(event);
}

fn event(state: &mut State, name: &'static str, mut payload: Value) -> Event {
    if payload.get("installation").is_none()
        && let Some(id) = state.app.installations.keys().next()
    {
        payload["installation"] = json!({"id": id, "node_id": json::node_id("IntegrationInstallation", id)});
    }
    let digest = crate::digest::hash(&["delivery", &state.large_id().to_string()]);
    let delivery =
        format!("{}-{}-{}-{}-{}", &digest[..8], &digest[8..12], &digest[12..16], &digest[16..20], &digest[20..32]);
    Event { name, delivery, payload }
}

fn organization(state: &State) -> Value {
    let mut organization = json::organization(state);
    if let Some(map) = organization.as_object_mut() {
        for key in ["name", "type", "html_url", "public_repos", "total_private_repos"] {
            map.remove(key);
        }
    }
    organization
}

fn sender_of(state: &State, id: Option<u64>) -> Value {
    match json::user(state, id) {
        Value::Null => json::owner(state, &state.organization.login),
        user => user,
    }
}
