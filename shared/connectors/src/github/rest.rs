//! Calls to one GitHub server with one token: REST by path or by the address a `Link` header gave, and GraphQL.

use super::{app, hash};
use crate::{
    Connection, Credentials, Failure,
    http::{self, Answer, Refused},
};
use jiff::Timestamp;
use reqwest::{
    Client, RequestBuilder,
    header::{ACCEPT, HeaderValue, IF_NONE_MATCH},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

/// The REST version github.com is asked for.
const VERSION: &str = "2026-03-10";
/// The REST version other servers are asked for: every supported GitHub Enterprise Server has it, and an unknown version
/// would be answered with 400. Nothing read here differs between the two.
const SERVER_VERSION: &str = "2022-11-28";

const NO_TOKEN: &str = "the stored credentials hold no token for GitHub; connect it again";

/// A GitHub server's addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    rest: Url,
    graphql: Url,
    version: &'static str,
    /// What browsers see.
    web: Url,
}

impl Server {
    /// Absent, or github.com's own, base URL: github.com. Any other: a GitHub Enterprise Server.
    pub(crate) fn new(base: Option<&Url>) -> Result<Self, Failure> {
        let own = |url: &&Url| !matches!(url.host_str(), Some("api.github.com" | "github.com"));
        let (web, rest, graphql, version) = match base.filter(own) {
            None => (
                Url::parse("https://github.com/"),
                Url::parse("https://api.github.com/"),
                Url::parse("https://api.github.com/graphql"),
                VERSION,
            ),
            Some(base) => (base.join("/"), base.join("/api/v3/"), base.join("/api/graphql"), SERVER_VERSION),
        };
        let invalid = |error: url::ParseError| Failure::Invalid(format!("base_url: {error}"));
        let (web, rest, graphql) = (web.map_err(invalid)?, rest.map_err(invalid)?, graphql.map_err(invalid)?);
        Ok(Self { rest, graphql, version, web })
    }

    /// An address below what browsers see; each segment is escaped.
    pub(crate) fn page(&self, segments: &[&str]) -> Result<Url, Failure> {
        below(&self.web, segments)
    }

    /// Whether both are the same server.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.rest.origin() == other.rest.origin()
    }
}

fn below(root: &Url, segments: &[&str]) -> Result<Url, Failure> {
    let mut url = root.clone();
    url.path_segments_mut()
        .map_err(|()| Failure::Invalid("base_url cannot have paths".into()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

/// One GitHub server and one token.
pub(crate) struct Api<'a> {
    client: &'a Client,
    server: Server,
    token: &'a SecretString,
    now: Timestamp,
    /// Calls made.
    pub(crate) calls: u32,
    /// Set by an answer that left too little for another call.
    pub(crate) exhausted_until: Option<Timestamp>,
}

impl<'a> Api<'a> {
    /// With the connection's own token, at its own server; an installation's is where its app is.
    pub(crate) fn new(client: &'a Client, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        let server = match (&connection.credentials, &connection.apps.github) {
            (Credentials::Installation { .. }, Some(app)) => app::server(app, connection)?,
            _ => Server::new(connection.base_url.as_ref())?,
        };
        let token = connection.credentials.bearer().ok_or_else(|| Failure::Unauthorized(NO_TOKEN.into()))?;
        Ok(Self::at(client, server, token, now))
    }

    /// With any token.
    pub(crate) const fn at(client: &'a Client, server: Server, token: &'a SecretString, now: Timestamp) -> Self {
        Self { client, server, token, now, calls: 0, exhausted_until: None }
    }

    /// When this page is read.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// What an ETag is bound to: this server and this token. Only a part of a hash is kept.
    pub(crate) fn fingerprint(&self) -> String {
        let secret = format!("{} {}", self.server.rest, self.token.expose_secret());
        hash::short(secret.as_bytes())
    }

    /// The address of a path below the REST root; each segment is escaped.
    pub(crate) fn path(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        let mut url = below(&self.server.rest, segments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// An address that the server gave; the token goes nowhere but to the same origin.
    pub(crate) fn linked(&self, url: &str) -> Result<Url, Failure> {
        let url =
            Url::parse(url).map_err(|error| Failure::Unavailable(format!("the link to the next page: {error}")))?;
        if url.origin() == self.server.rest.origin() {
            Ok(url)
        } else {
            Err(Failure::Invalid("the server's link to the next page leads to another server".into()))
        }
    }

    /// GET; with an ETag the answer may be 304.
    pub(crate) async fn get(&mut self, url: Url, etag: Option<&str>) -> Result<Answer, Refused> {
        let mut request = self.client.get(url);
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let answer = self.send(request).await?;
        self.note_budget(&answer, 1);
        Ok(answer)
    }

    /// POST without a body.
    pub(crate) async fn post(&mut self, url: Url) -> Result<Answer, Refused> {
        self.send(self.client.post(url)).await
    }

    /// DELETE.
    pub(crate) async fn delete(&mut self, url: Url) -> Result<Answer, Refused> {
        self.send(self.client.delete(url)).await
    }

    /// POST of a GraphQL document; the answer may still hold errors.
    pub(crate) async fn post_graphql(&mut self, document: &str, variables: &Value) -> Result<Answer, Refused> {
        let body = serde_json::json!({ "query": document, "variables": variables });
        let request = self.client.post(self.server.graphql.clone()).json(&body);
        self.send(request).await
    }

    /// Remembers when the budget is used up; `cost` is what the next call will take.
    pub(crate) fn note_budget(&mut self, answer: &Answer, cost: i64) {
        self.exhausted_until = http::exhausted_until(&answer.headers, cost, self.now);
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Answer, Refused> {
        let request = request
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", self.server.version)
            .bearer_auth(self.token.expose_secret());
        self.calls += 1;
        http::send(request, self.now).await
    }
}
