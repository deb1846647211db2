//! Installing the operator's GitHub App: GitHub's pages, and what comes back from them.
//!
//! `installation_id` in an address proves nothing: anybody can write one. So the app asks for the user's authorization
//! during the installation, and the code that comes with it shows which installations this user may use.
//!
//! Where the app is installed already, GitHub's page for installing it leads into its settings and never back; then
//! the page that only authorizes the user serves. That one takes PKCE; the page that installs takes no challenge, and a
//! verifier that no challenge went before may be refused. The code needs the app's secret, and the state is bound to the
//! session.
//!
//! Source: GitHub, "About the setup URL", "Generating a user access token for a GitHub App", "List app installations
//! accessible to the user access token".

use super::{
    app::{self, Installation},
    rest::{Api, Server},
};
use crate::{
    Consent, Consented, Credentials, Failure, GithubApp, Settings, default_history_days,
    http::{self, next_link},
    json::{elements_in, lenient, unreadable},
};
use jiff::Timestamp;
use plumbline_auth::pkce;
use reqwest::{Client, header::ACCEPT};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

/// Pages of installations that are looked through; a hundred on each.
const MOST_PAGES: u32 = 20;

/// The page where an owner installs the app or, where it is installed, its user authorizes it; `None` without an app.
pub(crate) fn page(consent: Consent<'_>) -> Result<Option<Url>, Failure> {
    let Some(app) = &consent.apps.github else { return Ok(None) };
    let server = Server::new(app.client.origin.as_ref())?;
    let mut url = if consent.installed {
        let mut url = server.page(&["login", "oauth", "authorize"])?;
        url.query_pairs_mut()
            .append_pair("client_id", &app.client.client_id)
            .append_pair("redirect_uri", consent.redirect_uri)
            .append_pair("code_challenge", &pkce::challenge(consent.verifier))
            .append_pair("code_challenge_method", "S256");
        url
    } else {
        server.page(&["apps", &app.slug, "installations", "new"])?
    };
    url.query_pairs_mut().append_pair("state", consent.state);
    Ok(Some(url))
}

/// The installation that the browser came back with, or the only one there is, if its user may use it.
pub(crate) async fn installed(
    client: &Client,
    consent: Consent<'_>,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Consented, Failure> {
    let app = consent.apps.github.as_ref().ok_or_else(app::no_app)?;
    let parameter = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if parameter("error").is_some() {
        return Err(Failure::Unauthorized("nobody agreed at GitHub; begin again".into()));
    }
    let named = parameter("installation_id");
    if named.is_none() && parameter("setup_action") == Some("request") {
        return Err(Failure::Invalid(
            "an owner of the organization has to approve the app first; connect again then".into(),
        ));
    }
    let named: Option<u64> = named
        .map(str::parse)
        .transpose()
        .map_err(|_| Failure::Invalid("GitHub's installation_id is no number; begin again".into()))?;
    let code = parameter("code").ok_or_else(|| {
        Failure::Invalid(
            "GitHub sent no code; the operator has to switch on \"Request user authorization (OAuth) during installation\" in the GitHub App's settings".into(),
        )
    })?;
    let server = Server::new(app.client.origin.as_ref())?;
    let verifier = named.is_none().then_some(consent.verifier);
    let token = user_token(client, app, &server, (code, verifier), now).await?;
    let usable = usable(&mut Api::at(client, server.clone(), &token, now), named).await;
    forget(client, app, server, &token, now).await;
    let installation = only(usable?, named.is_some())?;
    let organization = installation.account.as_ref().and_then(app::Owner::organization).map(ToOwned::to_owned);
    let settings = Settings { organization, history_days: default_history_days(), ..Settings::default() };
    let credentials = Credentials::Installation { installation_id: installation.id, token: None };
    Ok(Consented { credentials, settings, choices: Vec::new() })
}

/// One installation; which of several is meant cannot be guessed.
fn only(mut usable: Vec<Installation>, named: bool) -> Result<Installation, Failure> {
    match (usable.pop(), usable.as_slice()) {
        (Some(installation), []) => Ok(installation),
        (None, _) if named => {
            Err(Failure::Unauthorized("this GitHub user may not use that installation of the GitHub App".into()))
        }
        (None, _) => Err(Failure::Invalid(
            "the GitHub App is installed nowhere that this GitHub user may use; connect GitHub by installing it".into(),
        )),
        (Some(last), others) => {
            let login = |installation: &Installation| installation.account.as_ref().map(|owner| owner.login.clone());
            let logins: Vec<_> = others.iter().chain([&last]).filter_map(login).collect();
            Err(Failure::Invalid(format!(
                "the GitHub App is installed in several places that this GitHub user may use ({}); which one is meant \
                 cannot be told: uninstall it where it is not needed, or connect with a token",
                logins.join(", ")
            )))
        }
    }
}

/// `POST /login/oauth/access_token`: mistakes come with status 200.
pub(super) async fn user_token(
    client: &Client,
    app: &GithubApp,
    server: &Server,
    (code, verifier): (&str, Option<&SecretString>),
    now: Timestamp,
) -> Result<SecretString, Failure> {
    #[derive(Deserialize)]
    struct Granted {
        #[serde(default, deserialize_with = "lenient")]
        access_token: Option<SecretString>,
        #[serde(default, deserialize_with = "lenient")]
        error: Option<String>,
    }
    let mut fields = vec![
        ("client_id", app.client.client_id.as_str()),
        ("client_secret", app.client.client_secret.expose_secret()),
        ("code", code),
    ];
    fields.extend(verifier.map(|verifier| ("code_verifier", verifier.expose_secret())));
    let url = server.page(&["login", "oauth", "access_token"])?;
    let answer = http::send(client.post(url).header(ACCEPT, "application/json").form(&fields), now).await?;
    let granted: Granted = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
    match (granted.access_token, granted.error.as_deref()) {
        (Some(token), None) => Ok(token),
        (_, Some("bad_verification_code")) => {
            Err(Failure::Unauthorized("GitHub's code is used up or over; begin again".into()))
        }
        (_, Some("incorrect_client_credentials")) => {
            Err(Failure::Invalid("GitHub does not accept the client id and secret of the operator's GitHub App".into()))
        }
        _ => Err(Failure::Unauthorized("GitHub gave no token for its code; begin again".into())),
    }
}

/// The installations that `GET /user/installations` has; only the named one, where one is named.
pub(super) async fn usable(api: &mut Api<'_>, named: Option<u64>) -> Result<Vec<Installation>, Failure> {
    let mut url = api.path(&["user", "installations"], &[("per_page", "100")])?;
    let mut found = Vec::new();
    for _ in 0..MOST_PAGES {
        let answer = api.get(url, None).await?;
        let page = elements_in(&answer.body, "installations")?;
        let read = page.iter().filter_map(|raw| serde_json::from_str::<Installation>(raw.get()).ok());
        found.extend(read.filter(|installation| named.is_none_or(|id| installation.id == id)));
        if named.is_some() && !found.is_empty() {
            break;
        }
        let Some(next) = next_link(&answer.headers) else { break };
        url = api.linked(&next)?;
    }
    Ok(found)
}

/// The user's token has served its purpose. That it cannot be taken back harms nobody: it is nowhere but here, and ends
/// by itself.
pub(super) async fn forget(client: &Client, app: &GithubApp, server: Server, token: &SecretString, now: Timestamp) {
    let api = Api::at(client, server, token, now);
    let Ok(url) = api.path(&["applications", &app.client.client_id, "token"], &[]) else { return };
    let body = serde_json::json!({ "access_token": token.expose_secret() });
    let request = client
        .delete(url)
        .basic_auth(&app.client.client_id, Some(app.client.client_secret.expose_secret()))
        .json(&body);
    drop(http::send(request, now).await);
}
