//! An OpenID Connect issuer for tests: it signs what a test tells it to.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use plumbline_auth::pkce;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(crate) const CLIENT: &str = "plumbline";
pub(crate) const SECRET: &str = "client-secret-of-the-tests";

/// What an issuer says wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    Nonce,
    Issuer,
    Audience,
    Expired,
    Unsigned,
    ForeignKey,
    SharedSecret,
    Remembered,
}

pub(crate) struct State {
    pub(crate) claims: Value,
    pub(crate) lie: Option<Lie>,
    /// Codes that were given, each once, with the address of the page they were given on.
    codes: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) calls: Vec<String>,
    now: i64,
}

#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) uri: String,
    pub(crate) state: Arc<Mutex<State>>,
    key: Arc<Vec<u8>>,
    keys: Value,
}

fn new_key() -> (Vec<u8>, Value) {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let part = |range| URL_SAFE_NO_PAD.encode(point.get::<std::ops::Range<usize>>(range).unwrap());
    let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": part(1..33), "y": part(33..65) });
    (document.as_ref().to_vec(), json!({ "keys": [jwk] }))
}

impl Issuer {
    /// It lives as long as the server.
    pub(crate) async fn start(now: i64) -> (MockServer, Self) {
        let server = MockServer::start().await;
        let (key, keys) = new_key();
        let claims = json!({ "sub": "ada", "email": "ada@acme.example", "email_verified": true, "name": "Ada" });
        let state = State { claims, lie: None, codes: BTreeMap::new(), calls: Vec::new(), now };
        let issuer = Self { uri: server.uri(), state: Arc::new(Mutex::new(state)), key: Arc::new(key), keys };
        Mock::given(any()).respond_with(issuer.clone()).mount(&server).await;
        (server, issuer)
    }

    /// What the operator registers.
    pub(crate) fn registration(&self) -> String {
        let one = json!({ "name": "Demo", "issuer": self.uri, "client_id": CLIENT, "client_secret": SECRET });
        json!({ "issuers": { "demo": one.clone(), "other": one } }).to_string()
    }

    pub(crate) fn sign_in_as(&self, subject: &str) {
        let mut state = self.state.lock().unwrap();
        state.claims["sub"] = json!(subject);
        state.claims["email"] = json!(format!("{subject}@acme.example"));
        state.claims["name"] = json!(subject);
    }

    /// What a user does on the issuer's page: a code comes back.
    pub(crate) fn authorize(&self, page: &str) -> String {
        let url: url::Url = page.parse().unwrap();
        assert!(page.starts_with(&format!("{}/authorize?", self.uri)), "{page}");
        let mut state = self.state.lock().unwrap();
        let code = format!("code-{}", state.codes.len());
        state.codes.insert(code.clone(), url.query_pairs().into_owned().collect());
        code
    }

    fn id_token(&self, state: &State, asked: &BTreeMap<String, String>) -> String {
        let mut claims = state.claims.clone();
        let now = state.now;
        let proved = if state.lie == Some(Lie::Remembered) { now - 3600 } else { now - 1 };
        for (name, value) in [
            ("iss", json!(self.uri)),
            ("aud", json!(CLIENT)),
            ("exp", json!(now + 300)),
            ("iat", json!(now)),
            ("nonce", json!(asked["nonce"])),
            ("auth_time", json!(proved)),
        ] {
            claims[name] = value;
        }
        match state.lie {
            Some(Lie::Nonce) => claims["nonce"] = json!("another"),
            Some(Lie::Issuer) => claims["iss"] = json!("https://other.example"),
            Some(Lie::Audience) => claims["aud"] = json!("somebody-else"),
            Some(Lie::Expired) => claims["exp"] = json!(now - 61),
            _ => {}
        }
        let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::ES256) };
        let key = EncodingKey::from_ec_der(&self.key);
        match state.lie {
            Some(Lie::Unsigned) => {
                let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
                format!("{}.{}.", part(r#"{"alg":"none","kid":"one"}"#), part(&claims.to_string()))
            }
            Some(Lie::ForeignKey) => encode(&header, &claims, &EncodingKey::from_ec_der(&new_key().0)).unwrap(),
            Some(Lie::SharedSecret) => {
                let secret = EncodingKey::from_secret(SECRET.as_bytes());
                encode(&Header { kid: Some("one".into()), ..Header::default() }, &claims, &secret).unwrap()
            }
            _ => encode(&header, &claims, &key).unwrap(),
        }
    }

    fn token(&self, request: &Request) -> ResponseTemplate {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let refused = || ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" }));
        let mut state = self.state.lock().unwrap();
        let Some(asked) = form.get("code").and_then(|code| state.codes.remove(code)) else { return refused() };
        let challenge = pkce::challenge(&form["code_verifier"].clone().into());
        let basic = request.headers.get("authorization").is_some();
        assert!(basic, "the client proves itself");
        if asked["code_challenge"] != challenge || asked["redirect_uri"] != form["redirect_uri"] {
            return refused();
        }
        ResponseTemplate::new(200).set_body_json(json!({ "id_token": self.id_token(&state, &asked) }))
    }
}

impl Respond for Issuer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path();
        self.state.lock().unwrap().calls.push(format!("{} {path}", request.method));
        match path {
            "/.well-known/openid-configuration" => ResponseTemplate::new(200).set_body_json(json!({
                "issuer": self.uri,
                "authorization_endpoint": format!("{}/authorize", self.uri),
                "token_endpoint": format!("{}/token", self.uri),
                "jwks_uri": format!("{}/jwks", self.uri),
                "authorization_response_iss_parameter_supported": true,
            })),
            "/jwks" => ResponseTemplate::new(200).set_body_json(&self.keys),
            "/token" => self.token(request),
            _ => ResponseTemplate::new(404),
        }
    }
}
