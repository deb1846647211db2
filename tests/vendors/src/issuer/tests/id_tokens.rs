//! Signatures, and what is wrong on demand: each fault is in one ID token, and only what it names.

use super::{Asker, NOW, decoded};
use crate::issuer::{CLIENT_SECRET, IdTokenFault};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

fn verifies(token: &str, algorithm: Algorithm, key: &DecodingKey) -> bool {
    let mut validation = Validation::new(algorithm);
    // The issuer's clock is not the system's.
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Value>(token, key, &validation).is_ok()
}

impl Asker {
    async fn key(&self) -> Value {
        let mut keys: Value = self.get("/jwks").await.json().await.unwrap();
        keys["keys"][0].take()
    }

    /// Whether the published key that the token names signed it.
    async fn is_signed(&self, token: &str) -> bool {
        let key = self.key().await;
        let read = serde_json::from_value(key.clone()).unwrap();
        decoded(token, 0)["kid"] == key["kid"]
            && verifies(token, Algorithm::ES256, &DecodingKey::from_jwk(&read).unwrap())
    }
}

#[tokio::test]
async fn id_tokens_are_signed_with_the_published_key() {
    let asker = Asker::new().await;
    let token = asker.id_token(&[]).await;
    assert_eq!(decoded(&token, 0)["alg"], "ES256");
    assert!(asker.is_signed(&token).await);
    let other = Asker::new().await;
    assert!(!other.is_signed(&token).await);
}

#[tokio::test]
async fn a_claim_is_wrong_on_demand() {
    let asker = Asker::new().await;
    let right = decoded(&asker.id_token(&[]).await, 1);
    for (fault, changes) in [
        ("wrong_nonce", json!({"nonce": "the-nonce-of-another-sign-in"})),
        ("wrong_issuer", json!({"iss": "https://issuer.example"})),
        ("wrong_audience", json!({"aud": "another-client"})),
        ("expired", json!({"exp": NOW - 3_600, "iat": NOW - 3_900})),
        ("stale_authentication", json!({"auth_time": NOW - 86_400})),
        ("unverified_email", json!({"email_verified": false})),
    ] {
        asker.fault(fault).await;
        let token = asker.id_token(&[]).await;
        let mut expected = right.clone();
        expected.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        assert_eq!(decoded(&token, 1), expected, "{fault}");
        assert!(asker.is_signed(&token).await, "{fault}");
        assert_eq!(decoded(&asker.id_token(&[]).await, 1), right, "{fault} is over");
    }
}

#[tokio::test]
async fn a_signature_is_wrong_on_demand() {
    let asker = Asker::new().await;
    let right = decoded(&asker.id_token(&[]).await, 1);
    let published = asker.key().await["kid"].clone();
    for (fault, algorithm) in
        [("unsigned", "none"), ("foreign_key", "ES256"), ("forged_signature", "ES256"), ("client_secret", "HS256")]
    {
        asker.fault(fault).await;
        let token = asker.id_token(&[]).await;
        assert_eq!((&decoded(&token, 0)["alg"], decoded(&token, 1)), (&json!(algorithm), right.clone()), "{fault}");
        assert!(!asker.is_signed(&token).await, "{fault}");
        assert_eq!(decoded(&token, 0)["kid"] == published, fault == "forged_signature", "{fault}");
        assert_eq!(token.ends_with('.'), fault == "unsigned", "{token}");
        let by_secret = verifies(&token, Algorithm::HS256, &DecodingKey::from_secret(CLIENT_SECRET.as_bytes()));
        assert_eq!(by_secret, fault == "client_secret");
        assert!(asker.is_signed(&asker.id_token(&[]).await).await, "{fault} is over");
    }
}

#[tokio::test]
async fn faults_wait_for_an_id_token_in_their_order() {
    let asker = Asker::new().await;
    asker.control("POST", "id-token-faults", json!({"fault": "wrong_nonce", "times": 2})).await;
    asker.fault("expired").await;
    assert_eq!(asker.refused("made-up", &[]).await.0, 400);
    assert_ne!(decoded(&asker.id_token(&[]).await, 1)["nonce"], "n1");
    let due: Value = asker.control("GET", "id-token-faults", json!({})).await.json().await.unwrap();
    assert_eq!(due, json!(["wrong_nonce", "expired"]));
    asker.control("DELETE", "id-token-faults", json!({})).await;
    assert!(asker.server.state(|state| state.id_token_faults.is_empty()));
    asker.server.state(|state| state.id_token_faults.push_back(IdTokenFault::WrongAudience));
    assert_eq!(decoded(&asker.id_token(&[]).await, 1)["aud"], "another-client");
    assert_eq!(asker.control("POST", "id-token-faults", json!({"fault": "unknown"})).await.status(), 400);
}
