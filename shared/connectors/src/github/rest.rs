//! Calls to one GitHub server with one token: REST by path or by the address a `Link` header gave, and GraphQL.

use crate::{
    Connection, Failure,
    http::{self, Answer, Refused},
};
use aws_lc_rs::digest;
use jiff::Timestamp;
use reqwest::{
    Client, RequestBuilder,
    header::{ACCEPT, HeaderValue, IF_NONE_MATCH},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, value::RawValue};
use url::Url;

/// The REST version github.com is asked for.
const VERSION: &str = "2026-03-10";
/// The REST version other servers are asked for: every supported GitHub Enterprise Server has it, and an unknown version
/// would be answered with 400. Nothing read here differs between the two.
const SERVER_VERSION: &str = "2022-11-28";

/// One GitHub server and one token.
pub(super) struct Api<'a> {
    client: &'a Client,
    rest: Url,
    graphql: Url,
    version: &'static str,
    token: &'a SecretString,
    now: Timestamp,
    /// Calls made.
    pub(super) calls: u32,
    /// Set by an answer that left too little for another call.
    pub(super) exhausted_until: Option<Timestamp>,
}

impl<'a> Api<'a> {
    /// Absent, or github.com's own, base URL: github.com. Any other: a GitHub Enterprise Server.
    pub(super) fn new(client: &'a Client, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        let own = |url: &&Url| !matches!(url.host_str(), Some("api.github.com" | "github.com"));
        let (rest, graphql, version) = match connection.base_url.as_ref().filter(own) {
            None => (Url::parse("https://api.github.com/"), Url::parse("https://api.github.com/graphql"), VERSION),
            Some(base) => (base.join("/api/v3/"), base.join("/api/graphql"), SERVER_VERSION),
        };
        let invalid = |error: url::ParseError| Failure::Invalid(format!("base_url: {error}"));
        let (rest, graphql) = (rest.map_err(invalid)?, graphql.map_err(invalid)?);
        Ok(Self { client, rest, graphql, version, token: &connection.token, now, calls: 0, exhausted_until: None })
    }

    /// When this page is read.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// What an ETag is bound to: this server and this token. Only a part of a hash is kept.
    pub(super) fn fingerprint(&self) -> String {
        let secret = format!("{} {}", self.rest, self.token.expose_secret());
        let hash = digest::digest(&digest::SHA256, secret.as_bytes());
        let part = hash.as_ref().iter().take(8).fold(0_u64, |part, byte| part << 8 | u64::from(*byte));
        format!("{part:016x}")
    }

    /// The address of a path below the REST root; each segment is escaped.
    pub(super) fn path(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        let mut url = self.rest.clone();
        url.path_segments_mut()
            .map_err(|()| Failure::Invalid("base_url cannot have paths".into()))?
            .pop_if_empty()
            .extend(segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// An address that the server gave; the token goes nowhere but to the same origin.
    pub(super) fn linked(&self, url: &str) -> Result<Url, Failure> {
        let url =
            Url::parse(url).map_err(|error| Failure::Unavailable(format!("the link to the next page: {error}")))?;
        if url.origin() == self.rest.origin() {
            Ok(url)
        } else {
            Err(Failure::Invalid("the server's link to the next page leads to another server".into()))
        }
    }

    /// GET; with an ETag the answer may be 304.
    pub(super) async fn get(&mut self, url: Url, etag: Option<&str>) -> Result<Answer, Refused> {
        let mut request = self.client.get(url);
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let answer = self.send(request).await?;
        self.note_budget(&answer, 1);
        Ok(answer)
    }

    /// POST of a GraphQL document; the answer may still hold errors.
    pub(super) async fn post_graphql(&mut self, document: &str, variables: &Value) -> Result<Answer, Refused> {
        let body = serde_json::json!({ "query": document, "variables": variables });
        let request = self.client.post(self.graphql.clone()).json(&body);
        self.send(request).await
    }

    /// Remembers when the budget is used up; `cost` is what the next call will take.
    pub(super) fn note_budget(&mut self, answer: &Answer, cost: i64) {
        self.exhausted_until = http::exhausted_until(&answer.headers, cost, self.now);
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Answer, Refused> {
        let request = request
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", self.version)
            .bearer_auth(self.token.expose_secret());
        self.calls += 1;
        http::send(request, self.now).await
    }
}

/// A REST answer's array with its elements unparsed, so that one broken element costs only itself.
pub(super) fn elements(body: &[u8]) -> Result<Vec<&RawValue>, Failure> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error))
}

/// An answer of another shape than documented, or one that broke off: later it may be whole.
pub(super) fn unreadable(error: &serde_json::Error) -> Failure {
    let what = if error.is_eof() { "the answer broke off" } else { "the answer has an unexpected shape" };
    Failure::Unavailable(format!("{what}: {}", wrong_shape(error)))
}

/// What is wrong with a record's shape, without what it holds: reasons are logged, and logs hold no names.
pub(super) fn wrong_shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (text.get(..first).unwrap_or_default(), text.get(last + 1..).unwrap_or_default());
            format!("{before}\"...\"{after}")
        }
        _ => text,
    }
}
