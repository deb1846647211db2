//! Calls to Trello with one key and token, and the budget they are counted against.
//!
//! Source: Atlassian, "Trello REST API: Authorization" (the `OAuth` header) and "Rate limits" (100 calls per 10 s and
//! token, 300 per 10 s and key; 100 per 900 s to `/1/members/`; 429 without a word on when to go on).

use super::wire::Workspace;
use crate::{
    Connection, Credentials, Failure, Settings,
    http::{self, Answer, Refused},
    json::{Read, elements, id_of, read_each},
    pace::{Meter, Pace},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Client, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, RETRY_AFTER},
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use url::Url;

/// What Plumbline allows itself, so that other programs with the same key have room.
const OVERALL: Pace = Pace { calls: 180, seconds: 60 };
/// What Trello allows a token.
const TOKEN: Pace = Pace { calls: 100, seconds: 10 };
/// What Trello allows below `/1/members/`.
const MEMBERS: Pace = Pace { calls: 100, seconds: 900 };

/// How much a step will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    /// Calls.
    pub(super) calls: u32,
    /// Those of them that go below `/1/members/`.
    pub(super) members: u32,
}

/// Calls made, kept as a mark.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Budget {
    calls: Meter,
    members: Meter,
}

impl Budget {
    /// When there is room for `cost`; `now` when there is already.
    pub(super) fn free_at(&self, cost: Cost, now: Timestamp) -> Timestamp {
        let overall = self.calls.free_at(OVERALL, cost.calls, now);
        let token = self.calls.free_at(TOKEN, cost.calls, now);
        let members = self.members.free_at(MEMBERS, cost.members, now);
        overall.max(token).max(members)
    }

    /// Notes calls that were made.
    pub(super) fn note(&mut self, cost: Cost, now: Timestamp) {
        // The longer of the two windows that its calls are counted in.
        self.calls.note(OVERALL, cost.calls, now);
        self.members.note(MEMBERS, cost.members, now);
    }
}

/// Trello, or a server in its place, and what lets us in.
pub(super) struct Api<'a> {
    client: &'a Client,
    root: Url,
    authorization: HeaderValue,
    now: Timestamp,
    /// Calls made.
    pub(super) made: Cost,
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Client, connection: &Connection, now: Timestamp) -> Result<Self, Failure> {
        let own = Url::parse("https://api.trello.com/");
        let base = connection.base_url.clone().map_or(own, Ok);
        let root = base.and_then(|base| base.join("/1/"));
        let root = root.map_err(|error| Failure::Invalid(format!("base_url: {error}")))?;
        let Credentials::Key { key, token } = &connection.credentials else {
            return Err(Failure::Unauthorized(
                "the stored credentials hold no key and token for Trello; connect it again".into(),
            ));
        };
        let (key, token) = (key.expose_secret(), token.expose_secret());
        let header = format!("OAuth oauth_consumer_key=\"{key}\", oauth_token=\"{token}\"");
        let fits = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        let header = HeaderValue::from_str(&header).ok().filter(|_| fits(key) && fits(token));
        let mut authorization = header
            .ok_or_else(|| Failure::Unauthorized("the key or the token holds characters that no key has".into()))?;
        authorization.set_sensitive(true);
        Ok(Self { client, root, authorization, now, made: Cost { calls: 0, members: 0 } })
    }

    /// The address of a path below the root; each segment is escaped.
    pub(super) fn path(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        let mut url = self.root.clone();
        let path = url.path_segments_mut();
        path.map_err(|()| Failure::Invalid("base_url cannot have paths".into()))?.pop_if_empty().extend(segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// The workspaces that the token's owner is in.
    pub(super) async fn workspaces(&mut self) -> Result<Read<Workspace>, Failure> {
        let url = self.path(&["members", "me", "organizations"], &[("fields", "name,offering")])?;
        let answer = self.get(url).await?;
        read_each(&elements(&answer.body)?, id_of)
    }

    /// GET.
    pub(super) async fn get(&mut self, url: Url) -> Result<Answer, Refused> {
        let of_members = url.path().starts_with("/1/members/");
        self.made.calls += 1;
        self.made.members += u32::from(of_members);
        let request = self.client.get(url).header(ACCEPT, "application/json");
        let answer = http::receive(request.header(AUTHORIZATION, self.authorization.clone())).await?;
        let Some(mut failure) = http::judge(answer.status, &answer.headers, &answer.body, self.now) else {
            return Ok(answer);
        };
        if let Failure::RateLimited { until, .. } = &mut failure
            && !answer.headers.contains_key(RETRY_AFTER)
        {
            let pace = if of_members { MEMBERS } else { TOKEN };
            *until = self.now.saturating_add(SignedDuration::from_secs(pace.seconds)).unwrap_or(self.now);
        }
        if let Failure::Unauthorized(reason) = &mut failure
            && let Some(words) = known_words(&answer.body)
        {
            reason.push_str(": ");
            reason.push_str(words);
        }
        let too_heavy = matches!(answer.status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT);
        Err(Refused { failure, too_heavy, status: Some(answer.status) })
    }
}

/// All of them, or the one of the settings, by its id or its short name.
pub(super) fn asked_for(workspaces: Vec<Workspace>, settings: &Settings) -> Result<Vec<Workspace>, Failure> {
    let Some(named) = &settings.organization else { return Ok(workspaces) };
    let is_it = |one: &Workspace| one.id == *named || one.name.as_ref().is_some_and(|name| name == named);
    let found: Vec<_> = workspaces.into_iter().filter(is_it).collect();
    if found.is_empty() {
        return Err(Failure::Invalid(format!(
            "workspace {named}: the token's owner is in none of this id or short name; add them to it, or leave `organization` out"
        )));
    }
    Ok(found)
}

/// What a 401 says when the token works and may not see this one thing.
const NOT_PERMITTED: &str = "permission requested";

/// Trello refuses in plain text; of that only what is known is repeated.
fn known_words(body: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(body).ok()?;
    ["invalid token", "expired token", "invalid key", NOT_PERMITTED].into_iter().find(|words| text.contains(words))
}

/// Whether one thing was refused and the token works all the same.
pub(super) fn is_denied(refused: &Refused) -> bool {
    refused.is_denied() || matches!(&refused.failure, Failure::Unauthorized(reason) if reason.ends_with(NOT_PERMITTED))
}
