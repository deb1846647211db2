//! Calls to Slack's Web API. Slack says no with status 200 and `"ok": false`.

use crate::{
    Apps, Connection, Failure,
    http::{self, Answer},
    json::unreadable,
};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

const NO_TOKEN: &str = "the stored credentials hold no token for Slack; connect it again";

/// Slack's own servers, or what the operator has in their place.
pub(super) fn origin(apps: &Apps) -> Result<Url, Failure> {
    let own = || Url::parse("https://slack.com/").map_err(|error| Failure::Bug(error.to_string()));
    apps.slack.as_ref().and_then(|app| app.origin.clone()).map_or_else(own, Ok)
}

/// The address of a method.
pub(super) fn method(origin: &Url, method: &str) -> Result<Url, Failure> {
    origin.join(&format!("/api/{method}")).map_err(|error| Failure::Invalid(format!("base_url: {error}")))
}

/// Where a connection's calls go.
pub(super) fn origin_of(connection: &Connection) -> Result<Url, Failure> {
    connection.base_url.clone().map_or_else(|| origin(&connection.apps), Ok)
}

/// What a connection's calls are made with.
pub(super) fn token_of(connection: &Connection) -> Result<&SecretString, Failure> {
    connection.credentials.bearer().ok_or_else(|| Failure::Unauthorized(NO_TOKEN.into()))
}

/// One workspace's token.
pub(super) struct Api<'a> {
    client: &'a Client,
    origin: Url,
    token: &'a SecretString,
    now: Timestamp,
    /// Calls made.
    pub(super) calls: u32,
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Client, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        Ok(Self { client, origin: origin_of(connection)?, token: token_of(connection)?, now, calls: 0 })
    }

    /// A method that reads.
    pub(super) async fn get(&mut self, name: &str, query: &[(&str, &str)]) -> Result<Said, Refused> {
        let url = method(&self.origin, name)?;
        self.send(self.client.get(url).query(query)).await
    }

    /// A method without arguments.
    pub(super) async fn post(&mut self, name: &str) -> Result<Said, Refused> {
        let url = method(&self.origin, name)?;
        self.send(self.client.post(url)).await
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Said, Refused> {
        self.calls += 1;
        send(request.bearer_auth(self.token.expose_secret()), self.now).await
    }
}

/// An answer with `"ok": true`.
#[derive(Debug)]
pub(super) struct Said(Answer);

impl Said {
    /// What it says.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.0.body).map_err(|error| unreadable(&error))
    }

    /// The body.
    pub(super) fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Whether Slack says what the token may do, and this is not among it.
    pub(super) fn lacks(&self, scope: &str) -> bool {
        let scopes = http::text(&self.0.headers, "x-oauth-scopes");
        scopes.is_some_and(|scopes| !scopes.split(',').any(|given| given.trim() == scope))
    }
}

/// A call that brought nothing.
#[derive(Debug)]
pub(super) struct Refused {
    /// What to do.
    pub(super) failure: Failure,
    code: Option<String>,
}

impl Refused {
    /// Slack's name of the error; empty where it gave none.
    pub(super) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, code: None }
    }
}

/// What every answer says first.
#[derive(Deserialize)]
pub(super) struct Verdict {
    /// Whether Slack did what it was asked to.
    pub(super) ok: bool,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    needed: Option<String>,
}

impl Verdict {
    /// Slack's name of the error; empty where it gave none.
    pub(super) fn code(&self) -> &str {
        self.error.as_deref().filter(|code| is_word(code)).unwrap_or_default()
    }

    /// What is to be done about it; `limited_until` is when calls may go on if it is a limit.
    pub(super) fn failure(&self, limited_until: Timestamp) -> Failure {
        let needed = self.needed.as_deref().filter(|needed| is_word(needed)).unwrap_or_default();
        judge(self.code(), needed, limited_until)
    }
}

/// Sends a request; what Slack refuses becomes a [`Failure`] by [`judge`].
pub(super) async fn send(request: RequestBuilder, now: Timestamp) -> Result<Said, Refused> {
    let answer = http::send(request, now).await.map_err(|refused| Refused::from(refused.failure))?;
    let verdict: Verdict = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
    if verdict.ok {
        return Ok(Said(answer));
    }
    let failure = verdict.failure(http::limited_until(&answer.headers, now));
    Err(Refused { failure, code: Some(verdict.code().to_owned()) })
}

/// Names of errors and scopes, and nothing that a person wrote.
fn is_word(text: &str) -> bool {
    text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:.,- ".contains(&b))
}

/// What is to be done about an error of Slack's.
fn judge(code: &str, needed: &str, limited_until: Timestamp) -> Failure {
    match code {
        "ratelimited" | "rate_limited" => {
            Failure::RateLimited { until: limited_until, reason: "too many calls".into() }
        }
        "missing_scope" if !needed.is_empty() => missing_scope(needed),
        "invalid_auth"
        | "not_authed"
        | "token_revoked"
        | "token_expired"
        | "account_inactive"
        | "missing_scope"
        | "no_permission"
        | "not_allowed_token_type"
        | "access_denied"
        | "org_login_required"
        | "ekm_access_denied"
        | "team_access_not_granted"
        | "invalid_code"
        | "code_already_used"
        | "invalid_grant"
        | "invalid_refresh_token" => Failure::Unauthorized(format!("the credential was refused: {code}")),
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" | "team_added_to_org" | "" => {
            let code = if code.is_empty() { "an error without a name" } else { code };
            Failure::Unavailable(format!("Slack answered {code}"))
        }
        code => Failure::Invalid(format!("Slack refused the call: {code}")),
    }
}

/// The token may not do something.
pub(super) fn missing_scope(scope: &str) -> Failure {
    Failure::Unauthorized(format!(
        "the token lacks the scope {scope}; add it to the Slack app, install the app again and send the new token"
    ))
}
