//! Calls to one JFrog server with an access token.

use crate::{
    Connection, Failure,
    http::{self, Answer, Refused},
    pace::Pace,
};
use jiff::Timestamp;
use reqwest::{Client, header::ACCEPT};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// JFrog publishes no quota; this is what a server of its cloud takes without complaint.
pub(super) const PACE: Pace = Pace { calls: 300, seconds: 60 };

const NO_SERVER: &str = "the connection needs a `base_url`: the server's origin, such as https://acme.jfrog.io or that of \
                         a server of your own";
const NO_TOKEN: &str = "the stored credentials hold no access token for JFrog; connect it again";

/// How somebody gets a token that works.
const TOKEN_HINT: &str = "an access token of an administrator is needed, or one with the scope system:identities:r, which \
                          reads users and no storage";

/// One server and one token.
pub(super) struct Api<'a> {
    client: &'a Client,
    root: Url,
    token: &'a SecretString,
    now: Timestamp,
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Client, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        let root = connection.base_url.clone().ok_or_else(|| Failure::Invalid(NO_SERVER.into()))?;
        let token = connection.credentials.bearer().ok_or_else(|| Failure::Unauthorized(NO_TOKEN.into()))?;
        Ok(Self { client, root, token, now })
    }

    /// The address of a path; each segment is escaped.
    pub(super) fn path(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        let mut url = self.root.clone();
        let path = url.path_segments_mut();
        path.map_err(|()| Failure::Invalid("base_url cannot have paths".into()))?.clear().extend(segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// GET. The caller counts it.
    pub(super) async fn get(&self, url: Url) -> Result<Answer, Refused> {
        let request = self.client.get(url).header(ACCEPT, "application/json").bearer_auth(self.token.expose_secret());
        let mut answer = http::send(request, self.now).await;
        if let Err(Refused { failure: Failure::Unauthorized(reason), .. }) = &mut answer {
            *reason = format!("{reason}; {TOKEN_HINT}");
        }
        answer
    }
}
