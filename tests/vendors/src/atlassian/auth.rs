//! Who asks, and OAuth 2.0 with refresh tokens that rotate.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>

use super::state::{CLIENT_ID, CLIENT_SECRET, CLOUD_ID, EMAIL, State};
use crate::{
    digest::hash,
    service::{
        Incoming, Reply,
        oauth::{Codes, ConsentPage},
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;

/// A refresh token may be used again for so long after its first use: the answer may have been lost.
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);
/// A refresh token that nobody uses ends.
const UNUSED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Codes and tokens that were given out.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    codes: Codes,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    count: u64,
}

#[derive(Debug, Clone)]
struct Access {
    scope: String,
    until: Timestamp,
}

#[derive(Debug, Clone)]
struct Refresh {
    scope: String,
    made_at: Timestamp,
    used_at: Option<Timestamp>,
}

/// How somebody was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// With e-mail and API token, at the site.
    Basic,
    /// With a token of OAuth that has these scopes, at the gateway.
    Oauth(String),
}

impl Caller {
    /// Whether OAuth's scopes include this one; API tokens have none.
    pub(super) fn may(&self, scope: &str) -> bool {
        match self {
            Self::Basic => true,
            Self::Oauth(scopes) => scopes.split(' ').any(|one| one == scope),
        }
    }
}

/// Lets in whoever has the right credentials for the address, and answers with the path below the product.
pub(super) fn enter(state: &State, incoming: &Incoming, now: Timestamp) -> Result<(Caller, String), Reply> {
    let gateway = format!("/ex/jira/{CLOUD_ID}");
    if let Some(below) = incoming.path.strip_prefix(&gateway) {
        let access = state.tokens.valid(incoming.bearer().unwrap_or_default(), now).ok_or_else(unauthorized)?;
        return Ok((Caller::Oauth(access.scope.clone()), below.to_owned()));
    }
    if incoming.path.starts_with("/ex/jira/") {
        return Err(Reply::of(
            404,
            json!({"timestamp": now, "status": 404, "error": "Not Found", "message": "No message available"}),
        ));
    }
    // A token of OAuth opens nothing at the site itself.
    match incoming.basic() {
        Some((email, token)) if state.basic.get(&email) == Some(&token) => Ok((Caller::Basic, incoming.path.clone())),
        _ => {
            let words = "Client must be authenticated to access this resource.";
            let reply = Reply::text(401, "text/plain; charset=utf-8", words);
            Err(reply
                .with("www-authenticate", "OAuth realm=\"https%3A%2F%2Facme-rail.atlassian.net\"")
                .with("x-seraph-loginreason", "AUTHENTICATED_FAILED"))
        }
    }
}

pub(super) fn unauthorized() -> Reply {
    Reply::of(401, json!({"code": 401, "message": "Unauthorized"}))
}

pub(super) fn scope_does_not_match() -> Reply {
    Reply::of(401, json!({"code": 401, "message": "Unauthorized; scope does not match"}))
}

impl Tokens {
    fn valid(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access.get(token).filter(|access| access.until > now)
    }

    /// A pair of tokens; the refresh token only with `offline_access`.
    fn issue(&mut self, scope: &str, now: Timestamp) -> Reply {
        self.count += 1;
        let number = self.count.to_string();
        let access = format!("eyJraWQiOiJzaW0i.{}.{}", hash(&["access", &number]), hash(&["signature", &number]));
        let until = now + SignedDuration::from_hours(1);
        self.access.insert(access.clone(), Access { scope: scope.into(), until });
        let mut body = json!({"access_token": access, "expires_in": 3600, "token_type": "Bearer", "scope": scope});
        if scope.split(' ').any(|one| one == "offline_access") {
            let refresh = format!("eyJraWQiOiJzaW1y.{}", hash(&["refresh", &number]));
            body["refresh_token"] = refresh.clone().into();
            self.refresh.insert(refresh, Refresh { scope: scope.into(), made_at: now, used_at: None });
        }
        Reply::ok(body)
    }

    /// Ends every token, as somebody does who takes the app's access away.
    pub(super) fn revoke_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }
}

impl State {
    /// Ends every token of OAuth, as a person does who takes the app's access away.
    pub fn revoke_oauth(&mut self) {
        self.tokens.revoke_all();
    }

    /// A pair of tokens as somebody who consented gets them: the access token and the refresh token.
    pub fn oauth_tokens(&mut self, scope: &str) -> (String, String) {
        let now = self.clock.now();
        let body = self.tokens.issue(scope, now).body;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        (text("access_token"), text("refresh_token"))
    }
}

const CONSENT_PAGE: ConsentPage<'static> =
    ConsentPage { vendor: "Atlassian", refusal: &[("error_description", "User did not authorize the request")] };

/// `GET /authorize`.
pub(super) fn authorize(state: &mut State, incoming: &Incoming, now: Timestamp) -> Reply {
    let asked = incoming.parameters();
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    if !is("client_id", CLIENT_ID) || !is("audience", "api.atlassian.com") || !is("response_type", "code") {
        return Reply::text(400, "text/plain; charset=utf-8", "client_id, audience or response_type is wrong");
    }
    state.tokens.codes.at_the_page(&CONSENT_PAGE, incoming, now)
}

/// `POST /oauth/token`.
pub(super) fn token(state: &mut State, incoming: &Incoming, now: Timestamp) -> Reply {
    let fields = incoming.fields();
    let text = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let denied =
        |status: u16, error: &str, words: &str| Reply::of(status, json!({"error": error, "error_description": words}));
    if text("client_id") != CLIENT_ID || text("client_secret") != CLIENT_SECRET {
        return denied(401, "access_denied", "Unauthorized");
    }
    match text("grant_type") {
        "authorization_code" => match state.tokens.codes.redeem(&fields, CLIENT_ID, now) {
            Some(code) => state.tokens.issue(&code.scope, now),
            None => denied(403, "invalid_grant", "Invalid authorization code"),
        },
        "refresh_token" => {
            let invalid = || denied(403, "invalid_grant", "Unknown or invalid refresh token.");
            let Some(refresh) = state.tokens.refresh.get_mut(text("refresh_token")) else { return invalid() };
            let over = match refresh.used_at {
                Some(used) => used + LEEWAY < now,
                None => refresh.made_at + UNUSED < now,
            };
            if over {
                return invalid();
            }
            refresh.used_at.get_or_insert(now);
            let scope = refresh.scope.clone();
            state.tokens.issue(&scope, now)
        }
        _ => denied(400, "unsupported_grant_type", "Unsupported grant type"),
    }
}

/// `GET /oauth/token/accessible-resources`.
pub(super) fn resources(state: &State, incoming: &Incoming, now: Timestamp) -> Reply {
    let Some(access) = state.tokens.valid(incoming.bearer().unwrap_or_default(), now) else { return unauthorized() };
    let scopes: Vec<&str> = access.scope.split(' ').filter(|scope| *scope != "offline_access").collect();
    Reply::ok(json!([{
        "id": CLOUD_ID, "url": format!("https://{}.atlassian.net", state.slug), "name": state.slug, "scopes": scopes,
        "avatarUrl": format!("https://site-admin-avatar-cdn.prod.public.atl-paas.net/avatars/240/{}.png", EMAIL.len()),
    }]))
}
