use super::*;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;

struct Issuer {
    key: EncodingKey,
    keys: JwkSet,
}

impl Issuer {
    fn new() -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let part = |range| URL_SAFE_NO_PAD.encode(point.get::<std::ops::Range<usize>>(range).unwrap());
        let keys = json!({ "keys": [
            { "kty": 5, "kid": "x" },
            { "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": part(1..33), "y": part(33..65) },
        ] });
        Self {
            key: EncodingKey::from_ec_der(document.as_ref()),
            keys: parse_keys(keys.to_string().as_bytes()).unwrap(),
        }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.key).unwrap()
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://issuer.example", "sub": "42", "aud": "us", "exp": NOW + 300, "iat": NOW - 5, "nonce": "n",
        "auth_time": NOW - 20, "email": "ada@acme.example", "email_verified": "true",
        "https://slack.com/user_id": "U1",
    })
}

fn expected() -> Expected<'static> {
    Expected { issuer: "https://issuer.example", client_id: "us", nonce: "n", max_age: None }
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn with(changes: &Value) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

#[test]
fn what_the_issuer_signed_for_us_is_read() {
    let issuer = Issuer::new();
    let claims = verify(&issuer.sign(&claims()), &issuer.keys, expected(), now()).unwrap();
    assert_eq!((claims.sub.as_str(), claims.email_verified, claims.slack_user.as_deref()), ("42", true, Some("U1")));
    let several = with(&json!({ "aud": ["us", "them"], "azp": "us" }));
    assert!(verify(&issuer.sign(&several), &issuer.keys, expected(), now()).is_ok());
}

#[test]
fn everything_else_is_refused_for_its_reason() {
    let issuer = Issuer::new();
    let refused = |claims: Value, expected| verify(&issuer.sign(&claims), &issuer.keys, expected, now()).unwrap_err();
    for (changes, reason) in [
        (json!({ "iss": "https://issuer.example/" }), Refused::Issuer),
        (json!({ "iss": "https://other.example" }), Refused::Issuer),
        (json!({ "aud": "them" }), Refused::Audience),
        (json!({ "aud": ["us", "them"] }), Refused::Audience),
        (json!({ "azp": "them" }), Refused::Audience),
        (json!({ "exp": NOW - 60 }), Refused::Expired),
        (json!({ "iat": NOW + 61 }), Refused::Expired),
        (json!({ "nonce": "another" }), Refused::Nonce),
        (json!({ "nonce": null }), Refused::Nonce),
        (json!({ "exp": i64::MAX }), Refused::Malformed),
        (json!({ "sub": 42 }), Refused::Malformed),
    ] {
        assert_eq!(refused(with(&changes), expected()), reason, "{changes}");
    }
    let fresh = Expected { max_age: Some(SignedDuration::ZERO), ..expected() };
    assert!(verify(&issuer.sign(&claims()), &issuer.keys, fresh, now()).is_ok());
    assert_eq!(refused(with(&json!({ "auth_time": NOW - 61 })), fresh), Refused::Stale);
    assert_eq!(refused(with(&json!({ "auth_time": null })), fresh), Refused::Stale);
}

#[test]
fn only_the_issuers_own_signature_counts() {
    let (issuer, other) = (Issuer::new(), Issuer::new());
    let check = |token: &str| verify(token, &issuer.keys, expected(), now()).unwrap_err();
    assert_eq!(check(&other.sign(&claims())), Refused::Signature);
    let token = issuer.sign(&claims());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let body = URL_SAFE_NO_PAD.encode(with(&json!({ "sub": "43" })).to_string());
    assert_eq!(check(&format!("{header}.{body}.{signature}")), Refused::Signature);
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    assert_eq!(check(&format!("{unsigned}.{body}.")), Refused::Malformed);
    // Signed with the published key as if it were a shared secret.
    let secret = EncodingKey::from_secret(serde_json::to_string(&issuer.keys).unwrap().as_bytes());
    assert_eq!(check(&encode(&Header::new(Algorithm::HS256), &claims(), &secret).unwrap()), Refused::Malformed);
    let header = Header { kid: Some("two".into()), ..Header::new(Algorithm::ES256) };
    assert_eq!(check(&encode(&header, &claims(), &issuer.key).unwrap()), Refused::UnknownKey);
    for nonsense in ["", "a.b", "a.b.c", "e30.e30.e30"] {
        assert_eq!(check(nonsense), Refused::Malformed, "{nonsense}");
    }
}
