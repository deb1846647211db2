//! An issuer of OpenID Connect, with which people of the company sign in to programs: discovery, the authorization code
//! flow with PKCE, and keys that are made when it starts.
//!
//! Its page asks who one is and offers some people of the company; nobody needs a password, and nobody stays signed in.
//! Besides what all simulators have, there is below `/_control`:
//!
//! - `GET credentials`: the issuer's address and name, the client's id and secret, and the people who are offered.
//! - `POST id-token-faults {fault, times}`: the next `times` (1 when absent) ID tokens are wrong in this way, one of
//!   [`IdTokenFault`]; `GET` lists those that are due, `DELETE` takes them back.
//!
//! Settings (`PATCH settings`): `redirect_uris`, those that the client registered. Without any nobody is sent back.
//!
//! Source: OpenID Connect Core 1.0, OpenID Connect Discovery 1.0, RFC 6749 (OAuth 2.0), RFC 7636 (PKCE), RFC 9207 (`iss` in
//! the answer).

mod authorize;
mod id_token;
mod parameters;
mod people;
mod token;

pub use id_token::IdTokenFault;
pub use people::{Role, User};

use crate::{
    demo::company::Company,
    faults::Kind,
    service::{Answer, Clock, Incoming, Reply, Server, Standing, Toll, Vendor, control::parsed},
};
use axum::http::Method;
use id_token::SigningKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use token::Grant;

/// What people call it.
pub const NAME: &str = "Acme sign-in";
/// The client that is registered.
pub const CLIENT_ID: &str = "plumbline";
/// Its secret.
pub const CLIENT_SECRET: &str = "simulated-issuer-client-secret";

/// A running issuer.
pub type IssuerServer = Server<State>;

/// All that the issuer holds.
#[derive(Debug)]
pub struct State {
    /// The clock.
    pub clock: Clock,
    /// The server's origin, which is the issuer's identifier.
    pub origin: String,
    /// The people who are offered.
    pub users: Vec<User>,
    /// How the next ID tokens are wrong, the first one first.
    pub id_token_faults: VecDeque<IdTokenFault>,
    key: SigningKey,
    codes: BTreeMap<String, Grant>,
}

/// Switches of the issuer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// The addresses that the client registered: one is sent back to exactly these.
    pub redirect_uris: Vec<String>,
}

/// A fault to add.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    fault: IdTokenFault,
    #[serde(default = "once")]
    times: usize,
}

const fn once() -> usize {
    1
}

impl State {
    /// With people of the company.
    pub fn of(company: &Company) -> Self {
        Self {
            clock: Clock::fixed(company.now),
            origin: "https://sign-in.acme-rail.example".into(),
            users: people::offered(company),
            id_token_faults: VecDeque::new(),
            key: SigningKey::generate(),
            codes: BTreeMap::new(),
        }
    }

    fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Discovery, 3.
    fn configuration(&self) -> Value {
        json!({
            "issuer": self.origin, "authorization_endpoint": self.endpoint("/authorize"),
            "token_endpoint": self.endpoint("/token"), "jwks_uri": self.endpoint("/jwks"),
            "response_types_supported": ["code"], "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"], "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "claims_supported":
                ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "email", "email_verified", "name"],
            "code_challenge_methods_supported": ["S256"], "request_parameter_supported": false,
            "request_uri_parameter_supported": false, "claims_parameter_supported": false,
            "authorization_response_iss_parameter_supported": true,
        })
    }

    fn credentials(&self) -> Value {
        json!({
            "issuer": self.origin, "name": NAME, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "people": self.users,
        })
    }
}

/// An OAuth error (RFC 6749, 5.2).
fn error(status: u16, code: &str, description: &str) -> Reply {
    Reply::of(status, json!({"error": code, "error_description": description})).with("cache-control", "no-store")
}

impl Vendor for State {
    type Knobs = Knobs;

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn served_at(&mut self, origin: &str) {
        self.origin = origin.into();
    }

    fn kind(&self, incoming: &Incoming) -> &'static str {
        match incoming.path.as_str() {
            "/authorize" => "authorize",
            "/token" => "token",
            "/jwks" => "keys",
            _ => "discovery",
        }
    }

    fn tolls(&self, _: &Incoming, _: &Knobs) -> Vec<Toll> {
        Vec::new()
    }

    fn limited(&self, _: &Toll, _: &Standing, _: Timestamp) -> Reply {
        error(429, "temporarily_unavailable", "too many calls")
    }

    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply {
        let (status, code) = match kind {
            Kind::Unauthorized => (401, "invalid_client"),
            Kind::Forbidden | Kind::Secondary => (403, "access_denied"),
            Kind::NotFound => (404, "not_found"),
            Kind::Gone => (410, "gone"),
            Kind::TooMany | Kind::GraphqlRateLimited => (429, "temporarily_unavailable"),
            Kind::Unavailable => (503, "temporarily_unavailable"),
            _ => (500, "server_error"),
        };
        error(status, code, message.unwrap_or("refused on demand"))
    }

    fn answer(&mut self, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
        match (&incoming.method, incoming.path.as_str()) {
            (&Method::GET, "/.well-known/openid-configuration") => Reply::ok(self.configuration()),
            (&Method::GET, "/jwks") => Reply::ok(json!({"keys": [self.key.published()]})),
            (&Method::GET | &Method::POST, "/authorize") => self.authorize(incoming, now, knobs),
            (&Method::POST, "/token") => self.token(incoming, now),
            (_, "/.well-known/openid-configuration" | "/jwks") => {
                error(405, "invalid_request", "only GET").with("allow", "GET")
            }
            (_, "/authorize") => error(405, "invalid_request", "only GET and POST").with("allow", "GET, POST"),
            (_, "/token") => error(405, "invalid_request", "only POST").with("allow", "POST"),
            _ => error(404, "not_found", "nothing is here"),
        }
    }

    fn dress(&self, reply: Reply, _: &[(Toll, Standing)]) -> Reply {
        reply
    }

    fn control(&mut self, verb: &str, incoming: &Incoming, _: &Knobs) -> Option<Answer> {
        match (&incoming.method, verb) {
            (&Method::GET, "credentials") => return Some(Ok(self.credentials())),
            (&Method::GET, "id-token-faults") => {}
            (&Method::POST, "id-token-faults") => match parsed::<NewFault>(incoming) {
                Ok(NewFault { fault, times }) => self.id_token_faults.extend(std::iter::repeat_n(fault, times)),
                Err(refused) => return Some(Err(refused)),
            },
            (&Method::DELETE, "id-token-faults") => self.id_token_faults.clear(),
            _ => return None,
        }
        Some(Ok(json!(self.id_token_faults)))
    }
}

#[cfg(test)]
mod tests;
