//! Slack's consent page, and tokens that rotate.
//!
//! Without PKCE: Slack has it for apps that declare themselves public clients, which cannot be undone and lets refresh
//! tokens end after thirty days. This app has a secret, and the state is bound to the session.
//!
//! Source: Slack, "Installing with OAuth", "Using token rotation", "PKCE is now generally available" (2026-03-30).

use super::{
    DIRECTORY_SCOPE, WHOLE_ORGANIZATION,
    api::{self, missing_scope},
};
use crate::{
    Connection, Consent, Consented, Credentials, Expiring, Failure, OAuthApp, Settings, default_history_days,
    json::lenient,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

/// What the app asks for: the directory, and messages to people.
const SCOPES: &str = "chat:write,im:write,users:read,users:read.email,commands";
/// A token that ends sooner is renewed before the next page.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// `oauth.v2.access`.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default, deserialize_with = "lenient")]
    refresh_token: Option<SecretString>,
    /// Seconds.
    #[serde(default, deserialize_with = "lenient")]
    expires_in: Option<i64>,
    /// Separated by commas.
    #[serde(default, deserialize_with = "lenient")]
    scope: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    is_enterprise_install: Option<bool>,
}

impl Granted {
    fn credentials(self, refresh: Option<&SecretString>, now: Timestamp) -> Credentials {
        let seconds = self.expires_in.filter(|seconds| *seconds > 0);
        let expires_at = seconds.and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
        let refresh = self.refresh_token.or_else(|| refresh.cloned());
        Credentials::OAuth { access: Expiring { token: self.access_token, expires_at }, refresh }
    }
}

/// The address of the consent page; `None` without an app.
pub(super) fn page(consent: Consent<'_>) -> Result<Option<Url>, Failure> {
    let Some(app) = &consent.apps.slack else { return Ok(None) };
    let origin = api::origin(consent.apps)?;
    let mut url = origin.join("/oauth/v2/authorize").map_err(|error| Failure::Bug(error.to_string()))?;
    url.query_pairs_mut()
        .append_pair("client_id", &app.client_id)
        .append_pair("scope", SCOPES)
        .append_pair("redirect_uri", consent.redirect_uri)
        .append_pair("state", consent.state);
    Ok(Some(url))
}

/// A token for the code that Slack sent the browser back with.
pub(super) async fn exchange(
    client: &Client,
    consent: Consent<'_>,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Consented, Failure> {
    let app = consent.apps.slack.as_ref().ok_or_else(no_app)?;
    if parameters.contains_key("error") {
        return Err(Failure::Unauthorized("nobody agreed at Slack; begin again".into()));
    }
    let code = parameters.get("code").filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| Failure::Invalid("Slack sent no code; begin again".into()))?;
    let fields = [("code", code.as_str()), ("redirect_uri", consent.redirect_uri)];
    let granted = access(client, app, &api::origin(consent.apps)?, &fields, now).await?;
    if granted.is_enterprise_install == Some(true) {
        return Err(Failure::Invalid(WHOLE_ORGANIZATION.into()));
    }
    let has_directory = |scope: &str| scope.split(',').any(|scope| scope.trim() == DIRECTORY_SCOPE);
    if !granted.scope.as_deref().is_none_or(has_directory) {
        return Err(missing_scope(DIRECTORY_SCOPE));
    }
    let settings = Settings { history_days: default_history_days(), ..Settings::default() };
    Ok(Consented { credentials: granted.credentials(None, now), settings, choices: Vec::new() })
}

/// Only tokens that rotate end, and each refresh token works once.
pub(super) fn renewal_due(connection: &Connection, now: Timestamp) -> bool {
    match &connection.credentials {
        Credentials::OAuth { access, refresh: Some(_) } => {
            access.ends_before(now.saturating_add(MARGIN).unwrap_or(Timestamp::MAX))
        }
        _ => false,
    }
}

/// The next token. Secret and refresh token go to the app's own servers, whatever the connection's address.
pub(super) async fn renew(client: &Client, connection: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
    let Credentials::OAuth { refresh: Some(refresh), .. } = &connection.credentials else {
        return Err(Failure::Bug("these credentials are not renewed".into()));
    };
    let app = connection.apps.slack.as_ref().ok_or_else(no_app)?;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
    let granted = access(client, app, &api::origin(&connection.apps)?, &fields, now).await?;
    Ok(granted.credentials(Some(refresh), now))
}

async fn access(
    client: &Client,
    app: &OAuthApp,
    origin: &Url,
    fields: &[(&str, &str)],
    now: Timestamp,
) -> Result<Granted, Failure> {
    let request = client
        .post(api::method(origin, "oauth.v2.access")?)
        .basic_auth(&app.client_id, Some(app.client_secret.expose_secret()))
        .form(fields);
    let said = api::send(request, now).await.map_err(|refused| refused.failure)?;
    said.read()
}

fn no_app() -> Failure {
    Failure::Unauthorized("the operator has no Slack app registered; ask for it, or connect with a bot token".into())
}
