//! What the issuer promises to those who test with it.

mod flow;
mod id_tokens;
mod people;
mod refusals;

use super::{CLIENT_ID, CLIENT_SECRET, IssuerServer, State};
use crate::{demo, service::oauth::challenge_of};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::{Url, form_urlencoded};

const BACK: &str = "http://127.0.0.1:8080/auth/callback/demo";
const VERIFIER: &str = "a-verifier-that-has-the-length-of-a-real-one-43";
/// A Sunday evening.
const NOW: i64 = 1_795_370_400;

type Fields = BTreeMap<String, String>;

struct Asker {
    server: IssuerServer,
    client: Client,
}

/// The fields with these ones changed; an empty value takes one out.
fn changed(mut fields: Fields, changes: &[(&str, &str)]) -> Fields {
    for (name, value) in changes {
        fields.insert((*name).to_owned(), (*value).to_owned());
    }
    fields.retain(|_, value| !value.is_empty());
    fields
}

fn encoded(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A part of a JWT.
fn decoded(jwt: &str, part: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(part).unwrap()).unwrap()).unwrap()
}

impl Asker {
    async fn new() -> Self {
        let state = State::of(&demo::company(7, jiff::Timestamp::from_second(NOW).unwrap()));
        let server = IssuerServer::start(state).await.unwrap();
        server.settings(|settings| settings.knobs.redirect_uris = vec![BACK.into()]);
        Self { server, client: Client::builder().no_proxy().redirect(Policy::none()).build().unwrap() }
    }

    /// A request of the first person for a code.
    fn request(&self, changes: &[(&str, &str)]) -> Fields {
        let subject = self.server.state(|state| state.users[0].subject.clone());
        let challenge = challenge_of(VERIFIER);
        let usual = [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", BACK),
            ("scope", "openid email profile"),
            ("state", "s1"),
            ("nonce", "n1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("decision", subject.as_str()),
        ];
        changed(changed(Fields::new(), &usual), changes)
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.server.base_url())).send().await.unwrap()
    }

    async fn authorize(&self, changes: &[(&str, &str)]) -> Response {
        self.get(&format!("/authorize?{}", encoded(&self.request(changes)))).await
    }

    /// What the browser brings back.
    async fn answer(&self, changes: &[(&str, &str)]) -> Fields {
        let sent = self.authorize(changes).await;
        assert_eq!((sent.status().as_u16(), &sent.headers()["cache-control"]), (302, &"no-store".parse().unwrap()));
        let location: Url = sent.headers()["location"].to_str().unwrap().parse().unwrap();
        assert!(location.as_str().starts_with(&format!("{BACK}?")), "{location}");
        location.query_pairs().into_owned().collect()
    }

    async fn code(&self, changes: &[(&str, &str)]) -> String {
        self.answer(changes).await["code"].clone()
    }

    /// The fields that get an ID token for this code.
    fn exchange(code: &str, changes: &[(&str, &str)]) -> Fields {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ];
        changed(changed(Fields::new(), &usual), changes)
    }

    async fn token(&self, fields: &Fields) -> Response {
        self.client.post(format!("{}/token", self.server.base_url())).form(fields).send().await.unwrap()
    }

    /// Status and error.
    async fn refused(&self, code: &str, changes: &[(&str, &str)]) -> (u16, String) {
        let answer = self.token(&Self::exchange(code, changes)).await;
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap()["error"].as_str().unwrap_or_default().to_owned())
    }

    async fn id_token(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.token(&Self::exchange(&self.code(changes).await, &[])).await;
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()["id_token"].as_str().unwrap().to_owned()
    }

    async fn control(&self, method: &str, verb: &str, body: Value) -> Response {
        let address = format!("{}/_control/{verb}", self.server.base_url());
        self.client.request(method.parse().unwrap(), address).json(&body).send().await.unwrap()
    }

    async fn fault(&self, fault: &str) {
        assert_eq!(self.control("POST", "id-token-faults", json!({"fault": fault})).await.status(), 200);
    }
}
