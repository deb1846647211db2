//! The token endpoint.

use super::{CLIENT_ID, CLIENT_SECRET, State, User, error, id_token::LIFETIME, parameters::Parameters};
use crate::service::{Incoming, Reply, oauth::challenge_of};
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;

/// How long a code works.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// What a code stands for.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) scope: String,
    pub(super) user: User,
    /// When the user signed in.
    pub(super) given_at: Timestamp,
}

impl Grant {
    /// Gives it out for a new code; those that are over are forgotten.
    pub(super) fn give(self, codes: &mut BTreeMap<String, Self>) -> String {
        let now = self.given_at;
        codes.retain(|_, grant| grant.holds(now));
        let code = random();
        codes.insert(code.clone(), self);
        code
    }

    fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.given_at) < CODE_LIFETIME
    }
}

fn random() -> String {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("the machine has randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

impl State {
    /// Core, 3.1.3.
    pub(super) fn token(&mut self, incoming: &Incoming, now: Timestamp) -> Reply {
        let is_form =
            incoming.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let given = Parameters::read(&incoming.body);
        if !is_form || !given.are_once() {
            return error(400, "invalid_request", "the body must be a form without a field that comes twice");
        }
        if let Err(refused) = check_client(incoming, &given) {
            return refused;
        }
        match given.get("grant_type") {
            Some("authorization_code") => {}
            Some(_) => return error(400, "unsupported_grant_type", "grant_type must be authorization_code"),
            None => return error(400, "invalid_request", "grant_type is missing"),
        }
        let (Some(code), Some(redirect_uri), Some(verifier)) =
            (given.get("code"), given.get("redirect_uri"), given.get("code_verifier"))
        else {
            return error(400, "invalid_request", "code, redirect_uri or code_verifier is missing");
        };
        // Whatever comes of it, the code is used up: nobody tries verifiers with it.
        let grant = self.codes.remove(code).filter(|grant| grant.holds(now));
        let Some(grant) = grant.filter(|grant| grant.redirect_uri == redirect_uri) else {
            return error(400, "invalid_grant", "no such code, it is over, or it was given for another redirect_uri");
        };
        if challenge_of(verifier) != grant.challenge {
            return error(400, "invalid_grant", "the verifier does not fit");
        }
        let fault = self.id_token_faults.pop_front();
        let id_token = self.id_token(&grant, fault, now);
        // OAuth demands an access token; there is nothing that it opens, as the ID token tells all there is.
        let granted = json!({
            "access_token": random(), "token_type": "Bearer", "expires_in": LIFETIME.as_secs(), "scope": grant.scope,
            "id_token": id_token,
        });
        Reply::ok(granted).with("cache-control", "no-store")
    }
}

/// The client proves itself in the header or in the form, and not in both (RFC 6749, 2.3).
fn check_client(incoming: &Incoming, given: &Parameters) -> Result<(), Reply> {
    let in_form = given.get("client_secret");
    let client = match (incoming.header("authorization").is_some(), in_form) {
        (true, Some(_)) => return Err(error(400, "invalid_request", "the client proves itself twice")),
        (true, None) => incoming.basic(),
        (false, _) => given.get("client_id").zip(in_form).map(|(id, secret)| (id.to_owned(), secret.to_owned())),
    };
    let same_id = given.get("client_id").is_none_or(|id| id == CLIENT_ID);
    if same_id && client.is_some_and(|(id, secret)| id == CLIENT_ID && secret == CLIENT_SECRET) {
        return Ok(());
    }
    Err(error(401, "invalid_client", "client id and secret do not fit")
        .with("www-authenticate", r#"Basic realm="issuer""#))
}
