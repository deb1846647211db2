//! HTTP policy, the same for every vendor: one client, one way to send, one table from statuses to decisions.
//!
//! Nothing here waits or repeats: a limit becomes [`Failure::RateLimited`] with the instant to go on at, and the caller's
//! caller decides. Tokens never appear in errors: addresses are stripped from transport errors, and bodies of answers are
//! quoted only as the vendor's `message`.

use crate::Failure;
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{HeaderMap, LINK, RETRY_AFTER},
    redirect,
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use url::{Host, Url};

/// How long connecting may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole call may take, its body included. GitHub itself gives up after 10 seconds.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(12);
/// How large an answer may be, in bytes; a larger one counts as too heavy, so that the caller asks for less.
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// How many redirects are followed.
const REDIRECT_LIMIT: usize = 5;
/// How long to wait where a vendor limits calls and does not say until when, in seconds (GitHub: at least a minute).
const UNTOLD_WAIT: i64 = 60;
/// A vendor cannot make a connection wait longer than this with one answer, in seconds.
const LONGEST_WAIT: i64 = 24 * 60 * 60;

/// How many calls are left.
const REMAINING: &str = "x-ratelimit-remaining";
/// When the budget is filled again: in seconds since the epoch (GitHub), or as ISO 8601 (Atlassian).
const RESET: &str = "x-ratelimit-reset";

/// The one HTTP client, for all connectors, made when it is first needed: it reads the system's certificates, which
/// costs more than the rest of a function's init, and many an invocation calls no vendor.
#[derive(Debug, Clone, Default)]
pub struct LazyClient {
    made: Arc<OnceLock<Client>>,
    /// In place of [`REQUEST_TIMEOUT`].
    timeout: Option<Duration>,
    /// How long an unused connection is kept, if not for reqwest's own time.
    keep: Option<Duration>,
}

impl LazyClient {
    /// A client that gives a call up after this time.
    pub fn with_timeout(timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..Self::default() }
    }

    /// A client for calls that must not be made twice. It keeps connections only within an invocation, more or less: one
    /// that died while the function was frozen would leave unknown whether a call went through.
    pub fn for_messages() -> Self {
        Self { keep: Some(Duration::from_secs(5)), ..Self::default() }
    }

    /// The client.
    pub fn get(&self) -> Result<&Client, Failure> {
        if let Some(client) = self.made.get() {
            return Ok(client);
        }
        let client = client_with(self.timeout.unwrap_or(REQUEST_TIMEOUT), self.keep)?;
        Ok(self.made.get_or_init(|| client))
    }
}

/// An HTTP client: rustls, timeouts, no repetition, redirects inside the same origin only, so that a credential
/// never follows one to somebody else's server.
pub fn client() -> Result<Client, Failure> {
    client_with(REQUEST_TIMEOUT, None)
}

fn client_with(timeout: Duration, keep: Option<Duration>) -> Result<Client, Failure> {
    let same_origin = redirect::Policy::custom(|attempt| {
        let stays = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
        if stays && attempt.previous().len() <= REDIRECT_LIMIT { attempt.follow() } else { attempt.stop() }
    });
    let builder = match keep {
        Some(keep) => Client::builder().pool_idle_timeout(keep),
        None => Client::builder(),
    };
    builder
        .user_agent("plumbline")
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .redirect(same_origin)
        .retry(reqwest::retry::never())
        .build()
        .map_err(|error| Failure::Bug(format!("the HTTP client cannot be built: {}", error.without_url())))
}

/// Checks a `base_url` from outside: an origin, encrypted, at a host that the operator allows.
///
/// `allowed_hosts` holds names or `name:port`; `vendor_hosts` are the vendor's own (`*.example.com`: every host below
/// it) and need no permission. Plain HTTP
/// passes for loopback addresses only, and only where `allow_http_loopback` says so. The error is a sentence for people.
pub fn check_base_url(
    url: &str,
    allowed_hosts: &[String],
    allow_http_loopback: bool,
    vendor_hosts: &[&str],
) -> Result<Url, String> {
    let parsed = Url::parse(url.trim()).map_err(|error| format!("base_url is not an address: {error}"))?;
    let host = parsed.host().ok_or("base_url has no host")?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("base_url must not hold a user name or password".into());
    }
    if !matches!(parsed.path(), "" | "/") || parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("base_url must be the server's origin alone, such as https://ghe.example.com".into());
    }
    match parsed.scheme() {
        "https" => {}
        "http" if allow_http_loopback && is_loopback(&host) => {}
        _ => return Err("base_url must begin with https://".into()),
    }
    let name = host.to_string();
    let with_port = parsed.port().map(|port| format!("{name}:{port}"));
    let is_vendors = |known: &&str| match known.strip_prefix('*') {
        Some(parent) => name.len() > parent.len() && name.to_ascii_lowercase().ends_with(parent),
        None => known.eq_ignore_ascii_case(&name),
    };
    let vendor = parsed.port().is_none() && vendor_hosts.iter().any(is_vendors);
    let allowed = allowed_hosts.iter().map(|entry| entry.trim()).any(|entry| {
        entry.eq_ignore_ascii_case(&name) || with_port.as_deref().is_some_and(|full| entry.eq_ignore_ascii_case(full))
    });
    if vendor || allowed {
        Ok(parsed)
    } else {
        Err(format!("the host {name} is not on the operator's list of allowed hosts"))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// 2xx or 304 from [`send`].
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whole.
    pub body: Vec<u8>,
}

/// A call that brought no usable answer.
#[derive(Debug)]
pub struct Refused {
    /// What to do.
    pub failure: Failure,
    /// Whether asking for less may help: 502, 504, no answer in time, or an answer past [`BODY_LIMIT`].
    pub too_heavy: bool,
    /// The status, if there was an answer.
    pub status: Option<StatusCode>,
}

impl Refused {
    /// Answers that concern one resource: it does not exist, or this credential may not see it. Not a limit on calls,
    /// and not a credential that is refused everywhere (401).
    pub(crate) fn is_denied(&self) -> bool {
        let denied = self.status.is_some_and(|status| matches!(status.as_u16(), 403 | 404 | 410 | 451));
        denied && !matches!(self.failure, Failure::RateLimited { .. })
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        refused.failure
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, too_heavy: false, status: None }
    }
}

/// Sends one request and reads the answer: 2xx and 304 are answers, all others become the [`Failure`] of the table in
/// [`judge`].
pub async fn send(request: RequestBuilder, now: Timestamp) -> Result<Answer, Refused> {
    let answer = receive(request).await?;
    match judge(answer.status, &answer.headers, &answer.body, now) {
        None => Ok(answer),
        Some(failure) => {
            let too_heavy = matches!(answer.status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT);
            Err(Refused { failure, too_heavy, status: Some(answer.status) })
        }
    }
}

/// Sends one request and reads the answer whatever its status, for vendors with statuses of their own meaning.
pub(crate) async fn receive(request: RequestBuilder) -> Result<Answer, Refused> {
    whole(request.send().await.map_err(refuse)?).await
}

/// Reads an answer to its end.
pub(crate) async fn whole(mut response: Response) -> Result<Answer, Refused> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(refuse)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            let failure = Failure::Unavailable(format!("the answer is larger than {BODY_LIMIT} bytes"));
            return Err(Refused { failure, too_heavy: true, status: Some(status) });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

/// Sends one request whose answer is read piece by piece, with [`next_chunk`], since it may be larger than
/// [`BODY_LIMIT`]. What is no usable answer is judged as in [`send`], without the vendor's words.
pub(crate) async fn start(request: RequestBuilder, now: Timestamp) -> Result<Response, Refused> {
    let response = request.send().await.map_err(refuse)?;
    match judge(response.status(), response.headers(), &[], now) {
        None => Ok(response),
        Some(failure) => Err(Refused { failure, too_heavy: false, status: Some(response.status()) }),
    }
}

/// The next piece of an answer's body; `None` at its end.
pub(crate) async fn next_chunk(response: &mut Response) -> Result<Option<Vec<u8>>, Refused> {
    Ok(response.chunk().await.map_err(refuse)?.map(Into::into))
}

/// What became of a call without an answer, or without all of it.
pub(crate) fn refuse(error: reqwest::Error) -> Refused {
    // Connecting too slowly says nothing about how much was asked for.
    let too_heavy = error.is_timeout() && !error.is_connect();
    let error = error.without_url();
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the answer broke off"
    };
    let mut reason = format!("{what}: {error}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        reason.push_str(": ");
        reason.push_str(&cause.to_string());
        source = cause.source();
    }
    Refused { failure: Failure::Unavailable(reason), too_heavy, status: None }
}

/// The one table from a status to a decision; `None` means that the answer can be used. A test shows it whole.
///
/// Source: GitHub, "Rate limits for the REST API" (403 or 429; `retry-after`, then `x-ratelimit-reset` when nothing
/// remains, else at least a minute) and "Troubleshooting the REST API" (404 instead of 403 for what a token cannot see).
pub fn judge(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Option<Failure> {
    let words = vendor_words(body);
    let said = |what: &str| if words.is_empty() { what.to_owned() } else { format!("{what}: {words}") };
    Some(match status.as_u16() {
        200..=299 | 304 => return None,
        401 => Failure::Unauthorized(said("the credential was refused")),
        429 => Failure::RateLimited { until: limited_until(headers, now), reason: said("too many calls") },
        403 if is_limited(headers, &words) => {
            Failure::RateLimited { until: limited_until(headers, now), reason: said("too many calls") }
        }
        403 => {
            let needed = text(headers, "x-accepted-github-permissions").filter(|needed| !needed.is_empty());
            let needed = needed.map(|needed| format!(" (permissions needed: {needed})")).unwrap_or_default();
            Failure::Unauthorized(format!("{}{needed}", said("the credential is not allowed to read this")))
        }
        404 => Failure::Invalid(said("not found, or the credential cannot see it")),
        408 | 500.. => Failure::Unavailable(said(&format!("the vendor answered {status}"))),
        410 => Failure::Invalid(said("no longer offered by the vendor")),
        451 => Failure::Invalid(said("blocked for legal reasons")),
        300..=399 => Failure::Invalid("the server sends calls on to another server".into()),
        _ => Failure::Invalid(said(&format!("the vendor answered {status}"))),
    })
}

fn is_limited(headers: &HeaderMap, words: &str) -> bool {
    headers.contains_key(RETRY_AFTER)
        || number(headers, REMAINING) == Some(0)
        || words.to_ascii_lowercase().contains("rate limit")
}

/// Until when a limited caller waits: `retry-after`, else the reset when nothing remains, else a minute. A reset in words
/// (ISO 8601) is Atlassian's, which sends it only when it limits and does not say then what remains.
pub fn limited_until(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    let in_words = text(headers, RESET).is_some_and(|reset| reset.parse::<i64>().is_err());
    let wait = if let Some(seconds) = text(headers, RETRY_AFTER.as_str()).and_then(|text| text.parse::<i64>().ok()) {
        seconds
    } else if (in_words || number(headers, REMAINING) == Some(0))
        && let Some(reset) = reset(headers)
    {
        reset.saturating_sub(now.as_second())
    } else {
        UNTOLD_WAIT
    };
    // At least a second: a reset in the past means that the clocks differ.
    now.saturating_add(SignedDuration::from_secs(wait.clamp(1, LONGEST_WAIT))).unwrap_or(now)
}

/// When the budget is used up by this answer, the instant it is filled again; `cost` is what the next call will take.
pub fn exhausted_until(headers: &HeaderMap, cost: i64, now: Timestamp) -> Option<Timestamp> {
    let (remaining, reset) = (number(headers, REMAINING)?, reset(headers)?);
    if remaining >= cost.max(1) {
        return None;
    }
    let wait = reset.saturating_sub(now.as_second()).clamp(1, LONGEST_WAIT);
    now.saturating_add(SignedDuration::from_secs(wait)).ok()
}

/// The address of the next page, from the `Link` header (RFC 8288).
pub fn next_link(headers: &HeaderMap) -> Option<String> {
    headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(|value| {
        value.split('<').skip(1).find_map(|link| {
            let (url, parameters) = link.split_once('>')?;
            let is_next = parameters.split([';', ',']).any(|parameter| {
                let parameter = parameter.trim();
                parameter == "rel=\"next\"" || parameter == "rel=next"
            });
            is_next.then(|| url.to_owned())
        })
    })
}

/// A header's value as text.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    text(headers, name)?.parse().ok()
}

/// When the budget is filled again, in seconds since the epoch; a part of a second counts as a whole one.
fn reset(headers: &HeaderMap) -> Option<i64> {
    let text = text(headers, RESET)?;
    text.parse().ok().or_else(|| {
        let at: Timestamp = text.parse().ok()?;
        Some(at.as_second() + i64::from(at.subsec_nanosecond() > 0))
    })
}

/// What the vendor says of the failure: its `message`, else the first of its `errorMessages` (Jira), of its `errors`
/// (Atlassian's administration, JFrog), else its `error` (Trello, Slack, OAuth). Nothing else of a body is quoted.
fn vendor_words(body: &[u8]) -> String {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Said {
        message: Value,
        error_messages: Value,
        errors: Value,
        error: Value,
        #[serde(rename = "error_description")]
        description: Value,
    }
    let Ok(said) = serde_json::from_slice::<Said>(body) else { return String::new() };
    let first = said.errors.get(0).unwrap_or(&Value::Null);
    let of_first = ["detail", "title", "message"].map(|name| first.get(name));
    let words = [Some(&said.message), said.error_messages.get(0)]
        .into_iter()
        .chain(of_first)
        .chain([Some(first), Some(&said.description), Some(&said.error)])
        .flatten()
        .filter_map(Value::as_str)
        .find(|words| !words.trim().is_empty());
    words.unwrap_or_default().chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
