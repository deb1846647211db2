//! ID tokens of OpenID Connect: whether one is what its issuer signed, for us, for this sign-in, now.
//!
//! Source: OpenID Connect Core 1.0, 3.1.3.7 (ID Token Validation); RFC 8725 (JSON Web Token Best Current Practices): the
//! algorithm is ours to choose, not the token's.

use crate::token::constant_time_eq;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse},
};
use serde::Deserialize;

/// Signatures that need no secret of ours; an issuer that signs with the client's secret is refused.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::ES256, Algorithm::PS256, Algorithm::RS384, Algorithm::ES384, Algorithm::RS512];

/// By how much clocks may differ.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// What an ID token has to say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer, exactly as its configuration has it.
    pub issuer: &'a str,
    /// Our client id there.
    pub client_id: &'a str,
    /// What we sent with this sign-in.
    pub nonce: &'a str,
    /// A sign-in asked for as fresh: how long ago its user may have proved who they are.
    pub max_age: Option<SignedDuration>,
}

/// What an issuer says of its user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    iss: String,
    /// The user's id there: never reassigned.
    pub sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nonce: Option<String>,
    /// When the user proved who they are, in epoch seconds.
    #[serde(default)]
    pub auth_time: Option<i64>,
    /// Their e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the issuer knows that it is theirs. Some issuers send it as text.
    #[serde(default, deserialize_with = "flag")]
    pub email_verified: bool,
    /// Their name.
    #[serde(default)]
    pub name: Option<String>,
    /// Slack's id of the user.
    #[serde(default, rename = "https://slack.com/user_id")]
    pub slack_user: Option<String>,
    /// Entra: whether the owner of the address's domain is verified (optional claim).
    #[serde(default, deserialize_with = "flag")]
    pub xms_edov: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == true || value == "true" || value == 1 || value == "1")
}

/// Why an ID token is refused. No variant holds anything of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a signed token, or signed in a way that is not taken.
    #[error("it is not signed as an ID token has to be")]
    Malformed,
    /// Signed with a key that the issuer does not publish: its keys may be newer than those at hand.
    #[error("its key is none of the issuer's")]
    UnknownKey,
    /// The signature does not fit.
    #[error("its signature does not fit")]
    Signature,
    /// Another issuer's.
    #[error("it is of another issuer")]
    Issuer,
    /// For somebody else.
    #[error("it is for another client")]
    Audience,
    /// Over, or not yet begun.
    #[error("it is over")]
    Expired,
    /// Of another sign-in.
    #[error("it is of another sign-in")]
    Nonce,
    /// The user proved who they are too long ago, or the issuer does not say when.
    #[error("the issuer did not ask its user again")]
    Stale,
}

/// The keys of a JWK set (RFC 7517). Those of kinds that are not known here are left out: an issuer may publish others.
pub fn parse_keys(json: &[u8]) -> Result<JwkSet, serde_json::Error> {
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<serde_json::Value>,
    }
    let all: Keys = serde_json::from_slice(json)?;
    Ok(JwkSet { keys: all.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
}

/// Reads an ID token; `keys` are those that the issuer publishes.
pub fn verify(token: &str, keys: &JwkSet, expected: Expected<'_>, now: Timestamp) -> Result<Claims, Refused> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Malformed)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Refused::Malformed);
    }
    let key = key(keys, header.kid.as_deref(), header.alg).ok_or(Refused::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| Refused::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    // Everything but the signature is checked below, at our own clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => Refused::Signature,
        _ => Refused::Malformed,
    })?;
    check(claims.claims, expected, now)
}

fn key<'a>(keys: &'a JwkSet, id: Option<&str>, algorithm: Algorithm) -> Option<&'a Jwk> {
    let fits = |key: &&Jwk| {
        let for_signing = key.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
        let is_curve = matches!(algorithm, Algorithm::ES256 | Algorithm::ES384);
        let kind = match &key.algorithm {
            AlgorithmParameters::RSA(_) => !is_curve,
            AlgorithmParameters::EllipticCurve(_) => is_curve,
            _ => false,
        };
        for_signing && kind
    };
    let mut fitting = keys.keys.iter().filter(fits);
    if let Some(id) = id {
        return fitting.find(|key| key.common.key_id.as_deref() == Some(id));
    }
    // Without a name there has to be one key alone that fits.
    fitting.next().filter(|_| fitting.next().is_none())
}

fn check(claims: Claims, expected: Expected<'_>, now: Timestamp) -> Result<Claims, Refused> {
    if claims.iss != expected.issuer {
        return Err(Refused::Issuer);
    }
    let ours = |audience: &String| audience == expected.client_id;
    let for_us = match &claims.aud {
        Audience::One(audience) => ours(audience),
        // Meant for several: the authorized party has to be us.
        Audience::Several(all) => all.iter().any(ours) && (all.len() == 1 || claims.azp.as_ref().is_some_and(ours)),
    };
    if !for_us || claims.azp.as_ref().is_some_and(|party| !ours(party)) {
        return Err(Refused::Audience);
    }
    let seconds = |at: i64| Timestamp::from_second(at).map_err(|_| Refused::Malformed);
    let (expires, issued) = (seconds(claims.exp)?, seconds(claims.iat)?);
    if now.duration_since(expires) >= LEEWAY || issued.duration_since(now) > LEEWAY {
        return Err(Refused::Expired);
    }
    if !claims.nonce.as_deref().is_some_and(|nonce| constant_time_eq(nonce, expected.nonce)) {
        return Err(Refused::Nonce);
    }
    if let Some(max_age) = expected.max_age {
        let proved = claims.auth_time.ok_or(Refused::Stale).and_then(seconds)?;
        if now.duration_since(proved) > max_age.saturating_add(LEEWAY) {
            return Err(Refused::Stale);
        }
    }
    Ok(claims)
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
