//! The operator's GitHub App: what an installation of it may do, and the tokens that it gets, one for an hour.
//!
//! The app's own JWT opens every installation of it, so it goes to the app's own server and nowhere else.
//!
//! Source: GitHub, "Generating a JSON Web Token for a GitHub App", "REST API endpoints for GitHub Apps", "REST API
//! endpoints for GitHub App installations".

use super::rest::{Api, Server};
use crate::{
    Connection, Credentials, Expiring, Failure, GithubApp, Settings,
    http::Refused,
    json::{lenient, unreadable},
};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A token that ends sooner is made anew before the next page.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// A JWT is dated back for a clock that runs ahead of GitHub's ...
const DATED_BACK: SignedDuration = SignedDuration::from_secs(60);
/// ... and ends well before the ten minutes that GitHub allows.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(8);
/// What reading repositories takes.
const NEEDED: [&str; 3] = ["contents", "metadata", "pull_requests"];
/// What an organisation's people and teams take.
const NEEDED_OF_ORGANIZATIONS: &str = "members";

/// The permissions that reading these settings' repositories and people takes, each at least to `read`.
pub(super) fn needed(settings: &Settings) -> Vec<&'static str> {
    NEEDED.into_iter().chain(settings.organization.as_ref().map(|_| NEEDED_OF_ORGANIZATIONS)).collect()
}

/// `GET /app/installations/{id}`, and an element of `GET /user/installations`.
#[derive(Debug, Deserialize)]
pub(super) struct Installation {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) account: Option<Owner>,
    #[serde(default, deserialize_with = "lenient")]
    permissions: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "lenient")]
    suspended_at: Option<String>,
}

/// Where an app is installed.
#[derive(Debug, Deserialize)]
pub(super) struct Owner {
    pub(super) login: String,
    #[serde(default, deserialize_with = "lenient")]
    id: Option<u64>,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    kind: Option<String>,
}

impl Owner {
    /// The organisation's login, if it is one.
    pub(super) fn organization(&self) -> Option<&str> {
        (self.kind.as_deref() == Some("Organization")).then_some(self.login.as_str())
    }

    /// The organisation's id, if it is one.
    pub(super) fn organization_id(&self) -> Option<u64> {
        self.organization().and(self.id)
    }
}

/// Whether an installation has no token, or one that ends soon.
pub(crate) fn renewal_due(credentials: &Credentials, now: Timestamp) -> bool {
    let soon = now.saturating_add(MARGIN).unwrap_or(Timestamp::MAX);
    match credentials {
        Credentials::Installation { token, .. } => token.as_ref().is_none_or(|token| token.ends_before(soon)),
        _ => false,
    }
}

/// A new token for an installation. The old one goes on until its hour is over.
pub(crate) async fn renew(client: &Client, connection: &Connection, now: Timestamp) -> Result<Credentials, Failure> {
    #[derive(Deserialize)]
    struct Made {
        token: SecretString,
        expires_at: Timestamp,
    }
    let Credentials::Installation { installation_id, .. } = connection.credentials else {
        return Err(Failure::Bug("these credentials are not renewed".into()));
    };
    let app = registered(connection)?;
    let jwt = jwt(app, now)?;
    let mut api = Api::at(client, server(app, connection)?, &jwt, now);
    let url = api.path(&["app", "installations", &installation_id.to_string(), "access_tokens"], &[])?;
    let answer = api.post(url).await.map_err(in_words)?;
    let made: Made = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
    let token = Some(Expiring { token: made.token, expires_at: Some(made.expires_at) });
    Ok(Credentials::Installation { installation_id, token })
}

/// An installation with a new token, if it works, is of the organisation in the settings, and has the permissions that
/// are needed. `None`: the connection is by no installation.
pub(crate) async fn usable(
    client: &Client,
    connection: &Connection,
    needed: &[&str],
    now: Timestamp,
) -> Result<Option<Connection>, Failure> {
    let Credentials::Installation { installation_id, .. } = connection.credentials else { return Ok(None) };
    inspect(client, connection, installation_id, needed, now).await?;
    let credentials = renew(client, connection, now).await?;
    Ok(Some(Connection { credentials, ..connection.clone() }))
}

async fn inspect(
    client: &Client,
    connection: &Connection,
    installation_id: u64,
    needed: &[&str],
    now: Timestamp,
) -> Result<(), Failure> {
    let app = registered(connection)?;
    let jwt = jwt(app, now)?;
    let mut api = Api::at(client, server(app, connection)?, &jwt, now);
    let url = api.path(&["app", "installations", &installation_id.to_string()], &[])?;
    let answer = api.get(url, None).await.map_err(in_words)?;
    let installation: Installation = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
    if installation.suspended_at.is_some() {
        return Err(Failure::Unauthorized(SUSPENDED.into()));
    }
    let organization = connection.settings.organization.as_deref();
    // Of any other one it would see what everybody sees, and that would look like all there is.
    let is_of = |owner: &Owner| organization.is_none_or(|name| name.eq_ignore_ascii_case(&owner.login));
    if !installation.account.as_ref().is_none_or(is_of) {
        let name = organization.unwrap_or_default();
        return Err(Failure::Invalid(format!("organization {name}: the GitHub App's installation is not in it")));
    }
    let Some(given) = installation.permissions else { return Ok(()) };
    let missing: Vec<_> =
        needed.iter().filter(|needed| !given.contains_key(**needed)).map(|needed| format!("{needed}: read")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Unauthorized(format!(
        "the installation lacks the permissions {}; give them to the GitHub App and accept them in the installation's settings",
        missing.join(", ")
    )))
}

/// Takes an installation's token back. The installation stays: taking it away is for those who made it. Tokens that
/// people entered are theirs.
pub(crate) async fn revoke(client: &Client, connection: &Connection, now: Timestamp) -> Result<bool, Failure> {
    let Credentials::Installation { token, .. } = &connection.credentials else { return Ok(false) };
    if token.as_ref().is_none_or(|token| token.ends_before(now)) {
        return Ok(true);
    }
    let mut api = Api::new(client, connection, now)?;
    let url = api.path(&["installation", "token"], &[])?;
    match api.delete(url).await {
        Ok(_) => Ok(true),
        // It ended, or its installation did.
        Err(refused) if refused.status == Some(StatusCode::UNAUTHORIZED) => Ok(true),
        Err(refused) => Err(refused.into()),
    }
}

fn registered(connection: &Connection) -> Result<&GithubApp, Failure> {
    connection.apps.github.as_ref().ok_or_else(no_app)
}

pub(super) fn no_app() -> Failure {
    Failure::Unauthorized("the operator has no GitHub App registered; ask for it, or connect with a token".into())
}

/// The app's server, which must be the connection's.
pub(super) fn server(app: &GithubApp, connection: &Connection) -> Result<Server, Failure> {
    let server = Server::new(app.client.origin.as_ref())?;
    let base = connection.base_url.as_ref();
    if base.is_some() && !Server::new(base)?.is(&server) {
        return Err(Failure::Invalid(
            "base_url: the operator's GitHub App is registered at another server; leave base_url out".into(),
        ));
    }
    Ok(server)
}

/// The app's JWT.
fn jwt(app: &GithubApp, now: Timestamp) -> Result<SecretString, Failure> {
    #[derive(Serialize)]
    struct Claims<'a> {
        iss: &'a str,
        iat: i64,
        exp: i64,
    }
    // The errors are not repeated: what they are about is a key.
    let unusable = || Failure::Invalid("the private key of the operator's GitHub App is not an RSA key in PEM".into());
    let key = EncodingKey::from_rsa_pem(app.private_key.expose_secret().as_bytes()).map_err(|_| unusable())?;
    let second = |at: Result<Timestamp, jiff::Error>| at.map_or(now.as_second(), Timestamp::as_second);
    let claims = Claims {
        iss: &app.client.client_id,
        iat: second(now.checked_sub(DATED_BACK)),
        exp: second(now.checked_add(GOOD_FOR)),
    };
    let jwt = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).map_err(|_| unusable())?;
    Ok(jwt.into())
}

const SUSPENDED: &str =
    "the GitHub App's installation is suspended; an owner can unsuspend it in the organization's settings";

/// What a refusal of the app's JWT means.
fn in_words(refused: Refused) -> Failure {
    match refused.status.map(|status| status.as_u16()) {
        Some(401) => Failure::Unauthorized(
            "GitHub does not accept the key of the operator's GitHub App; the operator has to register it anew".into(),
        ),
        Some(403) if refused.failure.to_string().contains("suspended") => Failure::Unauthorized(SUSPENDED.into()),
        Some(404) => Failure::Unauthorized(
            "the GitHub App is not installed there, or no longer; install it and connect again".into(),
        ),
        _ => refused.failure,
    }
}
