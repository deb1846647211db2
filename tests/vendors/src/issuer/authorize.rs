//! The authorization endpoint: its page, and the way back.

use super::{CLIENT_ID, Knobs, NAME, State, parameters::Parameters, token::Grant};
use crate::service::{Incoming, Reply, oauth};
use axum::http::Method;
use jiff::Timestamp;
use std::collections::BTreeMap;
use url::Url;

/// What is wrong with a request: the code for the client, and words for whoever wrote it.
type Wrong = (&'static str, &'static str);

impl State {
    /// Core, 3.1.2.
    pub(super) fn authorize(&mut self, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
        let text = if incoming.method == Method::POST { &*incoming.body } else { incoming.query.as_bytes() };
        let asked = Parameters::read(text);
        // Nobody is sent to an address that the client did not register, not even with an error (RFC 6749, 3.1.2.4).
        let redirect_uri = match checked_client(&asked, knobs) {
            Ok(redirect_uri) => redirect_uri,
            Err(words) => {
                return no_store(Reply { status: 400, ..oauth::ask(NAME, words, &BTreeMap::new(), &[]) });
            }
        };
        let back = |answer: &[(&str, &str)]| no_store(self.way_back(&redirect_uri, asked.get("state"), answer));
        if let Err((code, description)) = check(&asked) {
            return back(&[("error", code), ("error_description", description)]);
        }
        let user = match asked.get("decision") {
            Some("cancel") => return back(&[("error", "access_denied"), ("error_description", "nobody signed in")]),
            decision => self.users.iter().find(|user| decision == Some(user.subject.as_str())),
        };
        let Some(user) = user else { return self.page(&asked) };
        let grant = Grant {
            redirect_uri: redirect_uri.to_string(),
            challenge: asked.get("code_challenge").unwrap_or_default().to_owned(),
            nonce: asked.get("nonce").map(ToOwned::to_owned),
            scope: asked.get("scope").unwrap_or_default().to_owned(),
            user: user.clone(),
            given_at: now,
        };
        let code = grant.give(&mut self.codes);
        no_store(self.way_back(&redirect_uri, asked.get("state"), &[("code", &code)]))
    }

    /// Everybody is asked who they are, each time: whoever comes back has just signed in.
    fn page(&self, asked: &Parameters) -> Reply {
        let label = |name: &str, role: &str| format!("Sign in as {name} ({role})");
        let people = self.users.iter().map(|user| (user.subject.as_str(), label(&user.name, user.role.as_str())));
        let buttons: Vec<(&str, String)> = people.chain([("cancel", "Cancel".to_owned())]).collect();
        let buttons: Vec<(&str, &str)> = buttons.iter().map(|(value, label)| (*value, label.as_str())).collect();
        no_store(oauth::ask(NAME, "Plumbline asks who you are.", &asked.without("decision"), &buttons))
    }

    /// Back to the client, with its state and with whose answer it is.
    fn way_back(&self, redirect_uri: &Url, state: Option<&str>, answer: &[(&str, &str)]) -> Reply {
        let mut address = redirect_uri.clone();
        let state = state.map(|state| ("state", state));
        address.query_pairs_mut().extend_pairs(answer).extend_pairs(state).append_pair("iss", &self.origin);
        Reply::found(address)
    }
}

/// The registered address that the client wants people back at; or what to tell the person.
fn checked_client(asked: &Parameters, knobs: &Knobs) -> Result<Url, &'static str> {
    if asked.is_repeated("client_id") || !asked.is("client_id", CLIENT_ID) {
        return Err("This program is not known here.");
    }
    let wanted = asked.get("redirect_uri").filter(|_| !asked.is_repeated("redirect_uri"));
    let registered = wanted.filter(|wanted| knobs.redirect_uris.iter().any(|one| one == wanted));
    let unknown = "The program wants you to be sent to an address that it did not register.";
    registered.and_then(|address| Url::parse(address).ok()).ok_or(unknown)
}

fn check(asked: &Parameters) -> Result<(), Wrong> {
    if !asked.are_once() {
        return Err(("invalid_request", "a parameter comes twice"));
    }
    for (name, code) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if asked.get(name).is_some() {
            return Err((code, "not supported"));
        }
    }
    match asked.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
        None => return Err(("invalid_request", "response_type is missing")),
    }
    if asked.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(("invalid_request", "response_mode must be query"));
    }
    if !asked.get("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid")) {
        return Err(("invalid_scope", "scope lacks openid"));
    }
    if asked.get("code_challenge").is_none() {
        return Err(("invalid_request", "code challenge required"));
    }
    // Without a method it would be `plain` (RFC 7636, 4.3).
    if !asked.is("code_challenge_method", "S256") {
        return Err(("invalid_request", "transform algorithm not supported"));
    }
    if asked.get("max_age").is_some_and(|seconds| seconds.parse::<u64>().is_err()) {
        return Err(("invalid_request", "max_age is no number of seconds"));
    }
    let prompts: Vec<&str> = asked.get("prompt").unwrap_or_default().split_whitespace().collect();
    match prompts.as_slice() {
        ["none"] => Err(("login_required", "nobody stays signed in here")),
        several if several.contains(&"none") => Err(("invalid_request", "prompt=none goes with nothing else")),
        _ => Ok(()),
    }
}

fn no_store(reply: Reply) -> Reply {
    reply.with("cache-control", "no-store")
}
