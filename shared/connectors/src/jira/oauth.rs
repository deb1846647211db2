//! OAuth 2.0 (3LO): the consent page, what came of it, and tokens anew.
//!
//! Source: <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>. Refresh tokens rotate: each brings the
//! next one and is then worth nothing (but for ten minutes, should the answer have been lost).

use super::wire::{self, Resource};
use crate::{
    Apps, Connection, Consent, Consented, Credentials, Expiring, Failure, Settings, default_history_days,
    http::{self, Answer},
    json::{elements, read_each, unreadable},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::pkce;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;

/// Where products are asked.
pub(super) const API: &str = "https://api.atlassian.com";
/// Where people consent and tokens are made.
const AUTH: &str = "https://auth.atlassian.com";

/// What is asked for: reading issues and accounts, renewal, boards and sprints. Boards also need to see their projects.
const SCOPES: &str = "read:jira-work read:jira-user offline_access read:board-scope:jira-software \
                      read:sprint:jira-software read:project:jira";

/// How long an access token is good where Atlassian does not say, in seconds.
const USUAL_LIFE: i64 = 3_600;

const NO_APP: &str = "the operator registered no Atlassian app; connect Jira with an API token";
const CONNECT_AGAIN: &str = "Atlassian no longer takes the consent that was given; connect it again";

/// The origin that stands for one of Atlassian's: its own, or the one of the operator's app.
pub(super) fn origin(apps: &Apps, own: &str) -> Result<Url, Failure> {
    match apps.atlassian.as_ref().and_then(|app| app.origin.as_ref()) {
        Some(origin) => Ok(origin.clone()),
        None => Url::parse(own).map_err(|error| Failure::Bug(format!("{own}: {error}"))),
    }
}

fn at(apps: &Apps, own: &str, path: &str) -> Result<Url, Failure> {
    origin(apps, own)?.join(path).map_err(|error| Failure::Invalid(format!("the origin of the Atlassian app: {error}")))
}

/// The address of the consent page.
pub(super) fn consent_page(consent: Consent<'_>) -> Result<Option<Url>, Failure> {
    let Some(app) = &consent.apps.atlassian else { return Ok(None) };
    let mut url = at(consent.apps, AUTH, "/authorize")?;
    url.query_pairs_mut()
        .append_pair("audience", "api.atlassian.com")
        .append_pair("client_id", &app.client_id)
        .append_pair("scope", SCOPES)
        .append_pair("redirect_uri", consent.redirect_uri)
        .append_pair("state", consent.state)
        .append_pair("response_type", "code")
        .append_pair("prompt", "consent")
        .append_pair("code_challenge", &pkce::challenge(consent.verifier))
        .append_pair("code_challenge_method", "S256");
    Ok(Some(url))
}

/// The code that Atlassian sent the browser back with becomes tokens, and the tokens tell which sites they open.
pub(super) async fn consented(
    client: &Client,
    consent: Consent<'_>,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Consented, Failure> {
    let app = consent.apps.atlassian.as_ref().ok_or_else(|| Failure::Invalid(NO_APP.into()))?;
    let Some(code) = parameters.get("code") else {
        return Err(Failure::Invalid("Atlassian sent no code along; begin again".into()));
    };
    let grant = json!({
        "grant_type": "authorization_code", "code": code, "redirect_uri": consent.redirect_uri,
        "code_verifier": consent.verifier.expose_secret(), "client_id": app.client_id,
        "client_secret": app.client_secret.expose_secret(),
    });
    let refused = "Atlassian did not take its own code, which works once and for minutes only; begin again";
    let tokens = fetch_tokens(client, consent.apps, &grant, refused, now).await?;
    let mut sites = fetch_sites(client, consent.apps, &tokens.access_token, now).await?;
    let Some((site, _)) = sites.first().cloned() else {
        return Err(Failure::Invalid("the consent covers no Jira site; begin again and choose one".into()));
    };
    if sites.len() == 1 {
        sites.clear();
    }
    let settings = Settings { site: Some(site), history_days: default_history_days(), ..Settings::default() };
    Ok(Consented { credentials: tokens.credentials(None, now), settings, choices: sites })
}

/// Tokens in place of those that end.
pub(super) async fn renew(client: &Client, connection: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
    let Credentials::OAuth { refresh, .. } = &connection.credentials else {
        return Err(Failure::Bug("an API token is not renewed".into()));
    };
    let apps = &connection.apps;
    let app = apps.atlassian.as_ref().ok_or_else(|| Failure::Unauthorized(NO_APP.into()))?;
    let refresh = refresh.as_ref().ok_or_else(|| Failure::Unauthorized(CONNECT_AGAIN.into()))?;
    let grant = json!({
        "grant_type": "refresh_token", "refresh_token": refresh.expose_secret(), "client_id": app.client_id,
        "client_secret": app.client_secret.expose_secret(),
    });
    let tokens = fetch_tokens(client, apps, &grant, CONNECT_AGAIN, now).await?;
    Ok(tokens.credentials(Some(refresh), now))
}

/// Tokens as they come. Not `Debug`: they are secrets.
#[derive(Deserialize)]
struct Tokens {
    access_token: SecretString,
    #[serde(default)]
    refresh_token: Option<SecretString>,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl Tokens {
    /// `known` is the refresh token that these were made with; it stays where Atlassian brings no other.
    fn credentials(self, known: Option<&SecretString>, now: Timestamp) -> Credentials {
        let life = self.expires_in.unwrap_or(USUAL_LIFE).clamp(0, 365 * 86_400);
        let expires_at = now.saturating_add(SignedDuration::from_secs(life)).ok();
        let refresh = self.refresh_token.or_else(|| known.cloned());
        Credentials::OAuth { access: Expiring { token: self.access_token, expires_at }, refresh }
    }
}

async fn fetch_tokens(
    client: &Client,
    apps: &Apps,
    grant: &Value,
    refused: &str,
    now: Timestamp,
) -> Result<Tokens, Failure> {
    let request = client.post(at(apps, AUTH, "/oauth/token")?).json(grant);
    let answer = http::receive(request).await?;
    if let Some(failure) = http::judge(answer.status, &answer.headers, &answer.body, now) {
        return Err(denied(&answer, refused).unwrap_or(failure));
    }
    serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))
}

/// What a refused grant means: RFC 6749, 5.2, with Atlassian's `access_denied` for an app that it does not know.
fn denied(answer: &Answer, refused: &str) -> Option<Failure> {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    let is_grant = matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    let said: Said = serde_json::from_slice(&answer.body).ok().filter(|_| is_grant)?;
    let words = match said.error.as_str() {
        // A refresh token that was used or has ended is answered with either.
        "invalid_grant" | "unauthorized_client" => refused,
        "access_denied" | "invalid_client" => {
            "Atlassian does not take the operator's app; the operator has to check its client id and secret"
        }
        _ => return None,
    };
    Some(Failure::Unauthorized(words.into()))
}

/// The Jira sites that a token opens: `(cloud id, name)`.
async fn fetch_sites(
    client: &Client,
    apps: &Apps,
    token: &SecretString,
    now: Timestamp,
) -> Result<Vec<(String, String)>, Failure> {
    let url = at(apps, API, "/oauth/token/accessible-resources")?;
    let answer = http::send(client.get(url).bearer_auth(token.expose_secret()), now).await?;
    let read = read_each::<Resource>(&elements(&answer.body)?, wire::id_of)?;
    let mut sites: Vec<(String, String)> = Vec::new();
    // A site is there once for each of its products.
    for site in read.items.into_iter().filter(Resource::is_jira) {
        if !sites.iter().any(|(id, _)| *id == site.id) {
            let name = site.name.or(site.url).unwrap_or_else(|| site.id.clone());
            sites.push((site.id, name));
        }
    }
    Ok(sites)
}

#[cfg(test)]
#[path = "oauth_tests.rs"]
mod tests;
