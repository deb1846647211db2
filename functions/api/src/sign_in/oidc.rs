//! OpenID Connect: what an issuer publishes about itself, its page, and the ID token for its code.
//!
//! Source: OpenID Connect Discovery 1.0, 4; OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 9207 (`iss` in the answer).

use super::issuers::{Issuer, SignIn};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::{
    id_token::{self, Claims, Expected, Refused},
    pkce,
};
use plumbline_connectors::{Failure, http};
use plumbline_store::PendingSignIn;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use url::Url;

/// How long what an issuer publishes is used.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How soon its keys are fetched anew for a token with a key that is not among them.
const ANEW: SignedDuration = SignedDuration::from_mins(1);
/// How long ago a user may have proved who they are, where they were to be asked again.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// What an issuer publishes about itself.
pub(crate) struct Known {
    discovered: Discovered,
    keys: Keys,
    fetched_at: Timestamp,
}

type Keys = jsonwebtoken::jwk::JwkSet;

#[derive(Clone, Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Why a sign-in came to nothing.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The issuer did not answer as it should; the words are for logs.
    Issuer(String),
    /// What came back is refused.
    Refused(Refused),
    /// The code is of no use: used up, over, or another sign-in's.
    Code,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::Issuer(failure.to_string())
    }
}

impl SignIn {
    /// What the issuer publishes, at most an hour old; not older than `newer_than`, where that is given.
    async fn known(
        &self,
        issuer: &Issuer,
        newer_than: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Arc<Known>, Failed> {
        let id = issuer.identifier.as_str();
        let mut all = self.known.lock().await;
        let still = |known: &&Arc<Known>| {
            now.duration_since(known.fetched_at) < KEPT && newer_than.is_none_or(|than| known.fetched_at > than)
        };
        if let Some(known) = all.get(id).filter(still) {
            return Ok(known.clone());
        }
        let client = self.client.get()?;
        let base = id.trim_end_matches('/');
        let answer = http::send(client.get(format!("{base}/.well-known/openid-configuration")), now).await;
        let answer = answer.map_err(|refused| Failed::from(refused.failure))?;
        let unreadable =
            |error: serde_json::Error| Failed::Issuer(format!("its configuration cannot be read: {error}"));
        let discovered: Discovered = serde_json::from_slice(&answer.body).map_err(unreadable)?;
        // Else it would speak for another (Discovery, 4.3).
        if discovered.issuer.trim_end_matches('/') != base {
            return Err(Failed::Issuer("its configuration names another issuer".to_owned()));
        }
        let endpoints = [&discovered.authorization_endpoint, &discovered.token_endpoint, &discovered.jwks_uri];
        if endpoints.iter().any(|url| url.scheme() != issuer.identifier.scheme()) {
            return Err(Failed::Issuer("its configuration names an address that is not encrypted".to_owned()));
        }
        let answer = http::send(client.get(discovered.jwks_uri.clone()), now).await;
        let answer = answer.map_err(|refused| Failed::from(refused.failure))?;
        let keys = id_token::parse_keys(&answer.body).map_err(unreadable)?;
        let known = Arc::new(Known { discovered, keys, fetched_at: now });
        all.insert(id.to_owned(), known.clone());
        Ok(known)
    }

    /// The issuer's page for this sign-in.
    pub(super) async fn page(
        &self,
        issuer: &Issuer,
        pending: &PendingSignIn,
        (state, redirect_uri): (&str, &str),
        now: Timestamp,
    ) -> Result<Url, Failed> {
        let known = self.known(issuer, None, now).await?;
        let mut url = known.discovered.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &issuer.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", "openid email profile")
            .append_pair("state", state)
            .append_pair("nonce", &pending.nonce)
            .append_pair("code_challenge", &pkce::challenge(&pending.verifier.clone().into()))
            .append_pair("code_challenge_method", "S256");
        if pending.fresh {
            url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        Ok(url)
    }

    /// Whether the answer is the issuer's, as far as it says (RFC 9207).
    pub(super) async fn is_of(&self, issuer: &Issuer, named: Option<&str>, now: Timestamp) -> Result<bool, Failed> {
        let known = self.known(issuer, None, now).await?;
        Ok(match named {
            Some(named) => named == known.discovered.issuer,
            None => !known.discovered.authorization_response_iss_parameter_supported,
        })
    }

    /// What the issuer says of the user who came back with this code.
    pub(super) async fn claims(
        &self,
        issuer: &Issuer,
        pending: &PendingSignIn,
        (code, redirect_uri): (&str, &str),
        now: Timestamp,
    ) -> Result<Claims, Failed> {
        let known = self.known(issuer, None, now).await?;
        let token = self.id_token(issuer, &known.discovered, pending, (code, redirect_uri), now).await?;
        let expected = Expected {
            issuer: &known.discovered.issuer,
            client_id: &issuer.client_id,
            nonce: &pending.nonce,
            max_age: pending.fresh.then_some(FRESH),
        };
        let read = |keys: &Keys| id_token::verify(token.expose_secret(), keys, expected, now);
        match read(&known.keys) {
            // Issuers change their keys; whoever sends nonsense does not make us ask at each call.
            Err(Refused::UnknownKey) => {
                let than = now.checked_sub(ANEW).unwrap_or(now);
                read(&self.known(issuer, Some(than), now).await?.keys)
            }
            other => other,
        }
        .map_err(Failed::Refused)
    }

    async fn id_token(
        &self,
        issuer: &Issuer,
        discovered: &Discovered,
        pending: &PendingSignIn,
        (code, redirect_uri): (&str, &str),
        now: Timestamp,
    ) -> Result<SecretString, Failed> {
        #[derive(Deserialize)]
        struct Granted {
            id_token: SecretString,
        }
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", pending.verifier.as_str()),
        ];
        let (id, secret) = (issuer.client_id.as_str(), issuer.client_secret.expose_secret());
        let request = self.client.get()?.post(discovered.token_endpoint.clone());
        let methods = &discovered.token_endpoint_auth_methods_supported;
        // Without a list it is basic authentication (Discovery, 3).
        let request = if methods.iter().any(|method| method == "client_secret_post") {
            fields.extend([("client_id", id), ("client_secret", secret)]);
            request
        } else {
            request.basic_auth(id, Some(secret))
        };
        let answer = http::send(request.form(&fields), now).await.map_err(|refused| match refused.status {
            Some(status) if status.as_u16() == 400 => Failed::Code,
            _ => Failed::from(refused.failure),
        })?;
        let granted = serde_json::from_slice::<Granted>(&answer.body);
        // serde's own error could quote the token.
        Ok(granted.map_err(|_| Failed::Issuer("it gave no ID token".to_owned()))?.id_token)
    }
}
