//! Calls to the administration of an organization with its API key.

use crate::{
    Connection, Failure,
    http::{self, Answer, Refused},
    pace::Pace,
};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, header::ACCEPT};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

/// Atlassian publishes no numbers; one call a second on the average is modest for a daily reading.
pub(super) const PACE: Pace = Pace { calls: 60, seconds: 60 };

/// Records asked for at once: the most that is documented.
pub(super) const PAGE_SIZE: u32 = 100;

const NO_TOKEN: &str = "the stored credentials hold no API key of the organization; connect it again";

/// How somebody gets a key that works.
const KEY_HINT: &str = "an organization API key is needed (admin.atlassian.com, Settings, API keys), not a person's API \
                        token; it ends on a chosen day, and its scopes must allow reading directories, users and groups";

/// Atlassian, or a server in its place, and the key.
pub(super) struct Api<'a> {
    client: &'a Client,
    root: Url,
    key: &'a SecretString,
    now: Timestamp,
    /// Calls made.
    pub(super) calls: u32,
    /// Set by an answer that left nothing of the budget.
    pub(super) exhausted_until: Option<Timestamp>,
}

/// What a search asks for.
#[derive(Serialize)]
pub(super) struct Search<'a> {
    limit: u32,
    expand: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
}

impl<'a> Search<'a> {
    /// Users with their products and groups.
    pub(super) const fn users(limit: u32, cursor: Option<&'a str>) -> Self {
        Self { limit, expand: &["productAccess", "groups"], cursor }
    }
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Client, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        let base = connection.base_url.clone().map_or_else(|| Url::parse("https://api.atlassian.com/"), Ok);
        let root = base.and_then(|base| base.join("/admin/"));
        let root = root.map_err(|error| Failure::Invalid(format!("base_url: {error}")))?;
        let key = connection.credentials.bearer().ok_or_else(|| Failure::Unauthorized(NO_TOKEN.into()))?;
        Ok(Self { client, root, key, now, calls: 0, exhausted_until: None })
    }

    /// The address of a path below the root; each segment is escaped.
    pub(super) fn path(&self, segments: &[&str]) -> Result<Url, Failure> {
        let mut url = self.root.clone();
        let path = url.path_segments_mut();
        path.map_err(|()| Failure::Invalid("base_url cannot have paths".into()))?.pop_if_empty().extend(segments);
        Ok(url)
    }

    /// GET of a listing's page.
    pub(super) async fn list(&mut self, url: Url, limit: bool, cursor: Option<&str>) -> Result<Answer, Refused> {
        let mut request = self.client.get(url);
        if limit {
            request = request.query(&[("limit", PAGE_SIZE)]);
        }
        if let Some(cursor) = cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        self.send(request).await
    }

    /// POST of a search.
    pub(super) async fn search(&mut self, url: Url, search: &Search<'_>) -> Result<Answer, Refused> {
        self.send(self.client.post(url).json(search)).await
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Answer, Refused> {
        self.calls += 1;
        let request = request.header(ACCEPT, "application/json").bearer_auth(self.key.expose_secret());
        let mut answer = http::send(request, self.now).await;
        match &mut answer {
            Ok(answer) => self.exhausted_until = http::exhausted_until(&answer.headers, 1, self.now),
            Err(Refused { failure: Failure::Unauthorized(reason), .. }) => {
                *reason = format!("{reason}; {KEY_HINT}");
            }
            Err(_) => {}
        }
        answer
    }
}
