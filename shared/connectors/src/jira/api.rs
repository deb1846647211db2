//! Calls to one Jira site with one credential: at the site itself with an API token, at Atlassian's gateway with what
//! somebody consented to.

use super::{oauth::API, points};
use crate::{
    Connection, Credentials, Failure,
    http::{self, Answer, Refused},
    pace::Meter,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Client, RequestBuilder, StatusCode,
    header::{ACCEPT, HeaderMap, RETRY_AFTER},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

const NO_SITE_ADDRESS: &str =
    "an API token needs the Jira site's address as base_url, such as https://acme.atlassian.net";
const NO_SITE: &str = "the settings name no `site` (the Jira site's cloud id); connect Jira again, or set it";
const OTHER_CREDENTIALS: &str = "the stored credentials are not for Jira; connect it again";

/// How long a burst lasts where Atlassian does not say.
const BURST: SignedDuration = SignedDuration::from_secs(5);
/// A limit cannot make a connection wait longer than this.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

enum Key<'a> {
    Basic { email: &'a str, token: &'a SecretString },
    Bearer(&'a SecretString),
}

/// One site and one credential.
pub(super) struct Api<'a> {
    client: &'a Client,
    root: Url,
    key: Key<'a>,
    now: Timestamp,
    /// Calls made.
    pub(super) calls: u32,
    /// The points of the last hour, where they are limited.
    pub(super) meter: Option<Meter>,
}

impl<'a> Api<'a> {
    /// With an API token: at `base_url`. With consent: at the gateway, which the operator's app may place elsewhere.
    pub(super) fn new(
        client: &'a Client,
        connection: &'a Connection,
        spent: Option<Meter>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let site = connection.settings.site.as_deref().filter(|site| !site.trim().is_empty());
        let of_site = |origin: &Url| {
            let site = site.ok_or_else(|| Failure::Invalid(NO_SITE.into()))?;
            below(origin, &["ex", "jira", site])
        };
        let (root, key, meter) = match &connection.credentials {
            Credentials::Basic { email, token } => {
                let base = connection.base_url.as_ref().ok_or_else(|| Failure::Invalid(NO_SITE_ADDRESS.into()))?;
                // API tokens with scopes work at the gateway only.
                let is_gateway = base.host_str() == Some("api.atlassian.com");
                let root = if is_gateway { of_site(base)? } else { base.clone() };
                (root, Key::Basic { email, token }, None)
            }
            Credentials::OAuth { access, .. } => {
                let root = of_site(&super::oauth::origin(&connection.apps, API)?)?;
                (root, Key::Bearer(&access.token), Some(spent.unwrap_or_default()))
            }
            _ => return Err(Failure::Unauthorized(OTHER_CREDENTIALS.into())),
        };
        Ok(Self { client, root, key, now, calls: 0, meter })
    }

    /// GET of a path below the site.
    pub(super) async fn get(&mut self, path: &[&str], query: &[(&str, &str)]) -> Result<Answer, Refused> {
        let mut url = below(&self.root, path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.client.get(url);
        self.send(request).await
    }

    /// POST of a question to a path below the site.
    pub(super) async fn post(&mut self, path: &[&str], body: &impl Serialize) -> Result<Answer, Refused> {
        let request = self.client.post(below(&self.root, path)?).json(body);
        self.send(request).await
    }

    /// Notes what a call took, where points are limited.
    pub(super) fn spend(&mut self, points: u32) {
        if let Some(meter) = &mut self.meter {
            points::note(meter, points, self.now);
        }
    }

    /// When there is room for so many points; `None`: now.
    pub(super) fn wait(&self, points: u32) -> Option<Timestamp> {
        self.meter.as_ref().and_then(|meter| points::wait(meter, points, self.now))
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Answer, Refused> {
        let request = request.header(ACCEPT, "application/json");
        let request = match &self.key {
            Key::Basic { email, token } => request.basic_auth(email, Some(token.expose_secret())),
            Key::Bearer(token) => request.bearer_auth(token.expose_secret()),
        };
        self.calls += 1;
        let answer = http::receive(request).await?;
        let Some(failure) = judge(&answer, self.now) else { return Ok(answer) };
        let too_heavy = matches!(answer.status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT);
        Err(Refused { failure, too_heavy, status: Some(answer.status) })
    }
}

/// An address below another; each segment is escaped.
fn below(root: &Url, path: &[&str]) -> Result<Url, Failure> {
    let mut url = root.clone();
    url.path_segments_mut()
        .map_err(|()| Failure::Invalid("base_url cannot have paths".into()))?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}

/// The general table, with what Jira has of its own: the reasons of its limits, and answers to somebody whom it does not
/// know, which are sent all the same and show what everybody may see.
fn judge(answer: &Answer, now: Timestamp) -> Option<Failure> {
    let headers = &answer.headers;
    match http::judge(answer.status, headers, &answer.body, now) {
        None => {
            let login = http::text(headers, "x-seraph-loginreason").unwrap_or_default();
            let refused = login.contains("AUTHENTICATED_FAILED") || login.contains("AUTHENTICATION_DENIED");
            refused.then(|| Failure::Unauthorized("the credential was refused; it may have ended".into()))
        }
        Some(Failure::RateLimited { reason, .. }) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
            let limit = http::text(headers, "ratelimit-reason").unwrap_or_default();
            let limit: String = limit.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
            let reason = if limit.is_empty() { reason } else { format!("{reason} ({limit})") };
            Some(Failure::RateLimited { until: limited_until(&limit, headers, now), reason })
        }
        failure => failure,
    }
}

/// A used up quota is filled again at the next full hour, whatever else is told; a burst is over when Atlassian says, or
/// in seconds. <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>
fn limited_until(limit: &str, headers: &HeaderMap, now: Timestamp) -> Timestamp {
    let retry_after = http::text(headers, RETRY_AFTER.as_str())
        .and_then(|text| text.parse().ok())
        .and_then(|seconds: i64| now.saturating_add(SignedDuration::from_secs(seconds.max(1))).ok());
    let until = if limit.starts_with("jira-quota") {
        let reset = http::text(headers, "x-ratelimit-reset").and_then(|text| text.parse().ok());
        [Some(points::next_hour(now)), retry_after, reset].into_iter().flatten().max().unwrap_or(now)
    } else if limit.is_empty() {
        http::limited_until(headers, now)
    } else {
        retry_after.or_else(|| now.saturating_add(BURST).ok()).unwrap_or(now)
    };
    until.min(now.saturating_add(LONGEST_WAIT).unwrap_or(until))
}

/// Whether an answer only says that these credentials may not read this one thing: a permission (403) or one of the
/// scopes of a consent (401 in so many words) is lacking.
pub(super) fn may_not(refused: &Refused) -> bool {
    match (&refused.failure, refused.status) {
        (Failure::Unauthorized(_), Some(StatusCode::FORBIDDEN)) => true,
        (Failure::Unauthorized(reason), Some(StatusCode::UNAUTHORIZED)) => reason.contains("scope does not match"),
        _ => false,
    }
}

#[cfg(test)]
#[path = "api_tests.rs"]
mod tests;
