//! ID tokens: the key, the claims, and what is wrong with them on demand.

use super::{CLIENT_ID, CLIENT_SECRET, State, token::Grant};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How long an ID token holds.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// How an ID token is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdTokenFault {
    /// The nonce of another sign-in.
    WrongNonce,
    /// Another issuer's identifier.
    WrongIssuer,
    /// For another client.
    WrongAudience,
    /// It ended an hour ago.
    Expired,
    /// `alg` is `none`, and there is no signature.
    Unsigned,
    /// Signed with a key that the issuer does not publish, by that key's id.
    ForeignKey,
    /// Signed with such a key, by the id of the one that the issuer publishes.
    ForgedSignature,
    /// Signed with the client's secret (HS256).
    ClientSecret,
    /// The user signed in a day ago.
    StaleAuthentication,
    /// The issuer does not vouch for the address.
    UnverifiedEmail,
}

/// A key for ES256.
#[derive(Debug)]
pub(super) struct SigningKey {
    key: EncodingKey,
    /// The public half, without its id.
    public: Value,
    /// RFC 7638: a hash of the public half, so that another key has another id.
    id: String,
}

impl SigningKey {
    pub(super) fn generate() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document =
            EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("the machine has randomness");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).expect("the key that was just made");
        // An uncompressed point: a byte that says so, then both coordinates (SEC 1, 2.3.3).
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        Self {
            key: EncodingKey::from_ec_der(document.as_ref()),
            public: json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}),
            id: URL_SAFE_NO_PAD.encode(thumbprint),
        }
    }

    /// As it stands among the issuer's keys.
    pub(super) fn published(&self) -> Value {
        let mut key = self.public.clone();
        key["kid"] = self.id.clone().into();
        key["use"] = "sig".into();
        key["alg"] = "ES256".into();
        key
    }

    fn sign(&self, claims: &Value, id: &str) -> String {
        let header = Header { kid: Some(id.to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.key).expect("signing works")
    }
}

impl State {
    /// Who the code was given for (Core, 2).
    pub(super) fn id_token(&self, grant: &Grant, fault: Option<IdTokenFault>, now: Timestamp) -> String {
        let mut claims = json!({
            "iss": self.origin, "sub": grant.user.subject, "aud": CLIENT_ID, "iat": now.as_second(),
            "exp": (now + LIFETIME).as_second(), "auth_time": grant.given_at.as_second(),
        });
        if let Some(nonce) = &grant.nonce {
            claims["nonce"] = nonce.clone().into();
        }
        let scopes: Vec<&str> = grant.scope.split(' ').collect();
        if scopes.contains(&"email") {
            claims["email"] = grant.user.email.clone().into();
            claims["email_verified"] = true.into();
        }
        if scopes.contains(&"profile") {
            claims["name"] = grant.user.name.clone().into();
        }
        if let Some(fault) = fault {
            falsify(&mut claims, fault, now);
        }
        match fault {
            Some(IdTokenFault::Unsigned) => {
                let coded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", coded(&json!({"alg": "none", "typ": "JWT"})), coded(&claims))
            }
            Some(IdTokenFault::ForeignKey) => {
                let foreign = SigningKey::generate();
                foreign.sign(&claims, &foreign.id)
            }
            Some(IdTokenFault::ForgedSignature) => SigningKey::generate().sign(&claims, &self.key.id),
            Some(IdTokenFault::ClientSecret) => {
                let secret = EncodingKey::from_secret(CLIENT_SECRET.as_bytes());
                encode(&Header::new(Algorithm::HS256), &claims, &secret).expect("signing works")
            }
            _ => self.key.sign(&claims, &self.key.id),
        }
    }
}

fn falsify(claims: &mut Value, fault: IdTokenFault, now: Timestamp) {
    let ago = |hours| (now - SignedDuration::from_hours(hours)).as_second();
    match fault {
        IdTokenFault::WrongNonce => claims["nonce"] = "the-nonce-of-another-sign-in".into(),
        IdTokenFault::WrongIssuer => claims["iss"] = "https://issuer.example".into(),
        IdTokenFault::WrongAudience => claims["aud"] = "another-client".into(),
        IdTokenFault::Expired => {
            claims["exp"] = ago(1).into();
            claims["iat"] = (ago(1) - LIFETIME.as_secs()).into();
        }
        IdTokenFault::StaleAuthentication => claims["auth_time"] = ago(24).into(),
        IdTokenFault::UnverifiedEmail => claims["email_verified"] = false.into(),
        IdTokenFault::Unsigned
        | IdTokenFault::ForeignKey
        | IdTokenFault::ForgedSignature
        | IdTokenFault::ClientSecret => {}
    }
}
