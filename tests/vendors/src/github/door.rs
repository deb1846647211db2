//! What is asked without a token of the API: with an app's JWT, with client id and secret, or by a browser.
//!
//! <https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>

use super::{
    app::{self, CLIENT_ID, CLIENT_SECRET},
    settings::Settings,
    state::State,
};
use crate::{
    digest::hash,
    service::{
        Incoming, Reply,
        oauth::{self, ConsentPage, Decision},
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::{Url, form_urlencoded};

/// <https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors>
const CONSENT_PAGE: ConsentPage<'static> =
    ConsentPage { vendor: "GitHub", refusal: &[("error_description", "The user has denied your application access.")] };

/// Whether a path is answered here.
pub(super) fn is_for(method: &str, path: &str) -> bool {
    path == "app"
        || (method == "DELETE" && path == "installation/token")
        || ["app/", "apps/", "login/oauth/", "applications/"].iter().any(|start| path.starts_with(start))
}

/// Answers.
pub(super) fn answer(state: &mut State, settings: &Settings, incoming: &Incoming, path: &str) -> Reply {
    let now = state.now();
    let segments: Vec<&str> = path.split('/').collect();
    match (incoming.method.as_str(), segments.as_slice()) {
        (_, ["app", ..]) => app::answer(state, incoming, path, now),
        ("GET", ["apps", slug, "installations", "new"]) if *slug == state.app.slug => {
            install(state, settings, incoming, now)
        }
        ("GET", ["login", "oauth", "authorize"]) => {
            let asked = incoming.parameters();
            if asked.get("client_id").is_none_or(|id| id != CLIENT_ID) {
                return Reply::not_found();
            }
            match elsewhere(&asked, &settings.app_callback_urls) {
                Some(address) => Reply::found(address),
                None => state.app.codes.at_the_page(&CONSENT_PAGE, incoming, now),
            }
        }
        ("POST", ["login", "oauth", "access_token"]) => access_token(state, incoming, now),
        ("DELETE", ["applications", client, "token"]) => {
            if *client != CLIENT_ID || incoming.basic() != Some((CLIENT_ID.into(), CLIENT_SECRET.into())) {
                return Reply::not_found();
            }
            let body = incoming.json().unwrap_or_default();
            let token = body.get("access_token").and_then(Value::as_str).unwrap_or_default();
            match state.tokens.remove(token) {
                Some(_) => Reply::of(204, Value::Null),
                None => Reply::error(422, "Validation Failed"),
            }
        }
        ("DELETE", ["installation", "token"]) => {
            let known = incoming.bearer().is_some_and(|token| state.app.revoke(token));
            if known { Reply::of(204, Value::Null) } else { Reply::error(401, "Bad credentials") }
        }
        _ => Reply::not_found(),
    }
}

/// Where the browser is sent when it is to come back at an address that is not registered: to the first one that is, with
/// an error.
fn elsewhere(asked: &BTreeMap<String, String>, registered: &[String]) -> Option<String> {
    let wanted = asked.get("redirect_uri")?;
    let mut address = Url::parse(registered.first().filter(|_| !registered.contains(wanted))?).ok()?;
    let words = "The redirect_uri MUST match the registered callback URL for this application.";
    let state = asked.get("state").map(|state| ("state", state.as_str()));
    let mut pairs = address.query_pairs_mut();
    pairs.append_pair("error", "redirect_uri_mismatch").append_pair("error_description", words).extend_pairs(state);
    drop(pairs);
    Some(address.into())
}

/// The page for installing the app. Whoever installs it authorizes it, too, and comes back with a code. Where it is
/// installed already, the page is that installation's settings, and nothing leads back from there.
fn install(state: &mut State, settings: &Settings, incoming: &Incoming, now: Timestamp) -> Reply {
    let Some(callback) = settings.app_callback_urls.first() else { return Reply::not_found() };
    let asked = incoming.parameters();
    let page = |words: &str, buttons: &[(&str, &str)]| oauth::ask("GitHub: install Plumbline", words, &asked, buttons);
    let login = state.organization.login.clone();
    if !state.app.installations.is_empty() {
        return page(&format!("Plumbline is installed in {login}. Its settings are here."), &[]);
    }
    // Somebody who is no owner can only ask one.
    let is_asked_for = match oauth::decision(incoming) {
        Decision::Open => {
            let buttons = [("install", "Install & Authorize"), ("request", "Request"), ("cancel", "Cancel")];
            return page(&format!("Plumbline asks to be installed in {login}."), &buttons);
        }
        Decision::Taken("cancel") => return page("Nothing was installed.", &[]),
        Decision::Taken(button) => button == "request",
    };
    let mut wanted = asked.clone();
    wanted.extend([("client_id".to_owned(), CLIENT_ID.to_owned()), ("redirect_uri".to_owned(), callback.clone())]);
    let address = match state.app.codes.consent(&wanted, now) {
        Ok(address) => address,
        Err(words) => return Reply::text(400, "text/plain; charset=utf-8", words),
    };
    if is_asked_for {
        return Reply::found(format!("{address}&setup_action=request"));
    }
    state.install_app(app::INSTALLATION);
    Reply::found(format!("{address}&installation_id={}&setup_action=install", app::INSTALLATION))
}

/// Mistakes come with 200, as GitHub answers them.
fn access_token(state: &mut State, incoming: &Incoming, now: Timestamp) -> Reply {
    let fields = incoming.fields();
    let is = |name: &str, value: &str| fields.get(name).is_some_and(|given| given == value);
    let body = if !is("client_id", CLIENT_ID) || !is("client_secret", CLIENT_SECRET) {
        json!({
            "error": "incorrect_client_credentials",
            "error_description": "The client_id and/or client_secret passed are incorrect.",
        })
    } else if let Some(code) = state.app.codes.redeem(&fields, CLIENT_ID, now) {
        let token = format!("ghu_{}", &hash(&["oauth", &fields["code"]])[..36]);
        let people = state.members.keys().filter_map(|&id| state.actor(Some(id)));
        let login = people.map(|user| user.login.clone()).next().unwrap_or_else(|| "plumbline-reader".into());
        state.tokens.insert(token.clone(), login);
        json!({"access_token": token, "scope": code.scope, "token_type": "bearer"})
    } else {
        json!({
            "error": "bad_verification_code", "error_description": "The code passed is incorrect or expired.",
            "error_uri": "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#bad-verification-code",
        })
    };
    if incoming.header("accept").is_some_and(|accept| accept.contains("json")) {
        return Reply::ok(body);
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.as_object().into_iter().flatten() {
        form.append_pair(name, value.as_str().unwrap_or_default());
    }
    Reply::text(200, "application/x-www-form-urlencoded; charset=utf-8", form.finish())
}
