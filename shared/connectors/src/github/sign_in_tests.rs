use super::*;
use crate::{OAuthApp, http, rig::at};
use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, header, method, path},
};

async fn answer(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(server).await;
}

fn json(body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn app(server: &MockServer) -> GithubApp {
    let client = OAuthApp {
        client_id: "Iv1.client".into(),
        client_secret: "s3cret".into(),
        origin: Some(server.uri().parse().expect("an address")),
    };
    GithubApp { client, slug: "plumbline".into(), private_key: "none".into() }
}

async fn github() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/login/oauth/access_token"))
        .and(body_string_contains("code=c0de"))
        .and(body_string_contains("code_verifier=v3rifier"))
        .respond_with(json(json!({ "access_token": "ghu_1" })))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/api/v3/user"))
        .and(header("authorization", "Bearer ghu_1"))
        .respond_with(json(
            json!({ "id": 583_231, "login": "octocat", "name": null, "email": "seen@anywhere.example" }),
        ))
        .mount(&server)
        .await;
    let installations = json!([
        { "id": 1, "account": { "login": "acme", "id": 9919, "type": "Organization" } },
        { "id": 2, "account": { "login": "octocat", "id": 583_231, "type": "User" } },
    ]);
    answer(&server, "GET", "/api/v3/user/installations", json(json!({ "installations": installations }))).await;
    answer(&server, "DELETE", "/api/v3/applications/Iv1.client/token", ResponseTemplate::new(204)).await;
    server
}

#[tokio::test]
async fn who_authorized_the_app_is_who_signs_in() {
    let server = github().await;
    let addresses = json!([
        { "email": "other@acme.example", "primary": false, "verified": true },
        { "email": "octocat@acme.example", "primary": true, "verified": true },
    ]);
    answer(&server, "GET", "/api/v3/user/emails", json(addresses)).await;
    let client = http::client().expect("a client");
    let user = signed_in(&client, &app(&server), "c0de", &"v3rifier".into(), at(0)).await.expect("signed in");
    assert_eq!(
        (user.id, user.email.as_deref(), user.organizations.as_slice()),
        (583_231, Some("octocat@acme.example"), &[9919][..])
    );
    assert!(!format!("{user:?}").contains("octocat"));
    let calls = server.received_requests().await.expect("recorded");
    assert!(calls.iter().any(|call| call.method.as_str() == "DELETE"), "its token is given up");
}

#[tokio::test]
async fn an_address_that_github_did_not_check_or_does_not_show_is_none() {
    for emails in [
        json(json!([{ "email": "o@acme.example", "primary": true, "verified": false }])),
        ResponseTemplate::new(403).set_body_json(json!({ "message": "Resource not accessible by integration" })),
    ] {
        let server = github().await;
        answer(&server, "GET", "/api/v3/user/emails", emails).await;
        let client = http::client().expect("a client");
        let user = signed_in(&client, &app(&server), "c0de", &"v3rifier".into(), at(0)).await.expect("signed in");
        assert_eq!(user.email, None);
    }
}

#[tokio::test]
async fn a_code_that_github_does_not_know_signs_nobody_in() {
    let server = MockServer::start().await;
    answer(&server, "POST", "/login/oauth/access_token", json(json!({ "error": "bad_verification_code" }))).await;
    let client = http::client().expect("a client");
    let failed = signed_in(&client, &app(&server), "c0de", &"v3rifier".into(), at(0)).await;
    assert!(matches!(failed, Err(Failure::Unauthorized(_))), "{failed:?}");
}

#[test]
fn the_page_has_a_challenge_and_not_the_verifier() {
    let client = OAuthApp { client_id: "Iv1.client".into(), client_secret: "s3cret".into(), origin: None };
    let app = GithubApp { client, slug: "plumbline".into(), private_key: "none".into() };
    let url = sign_in_page(&app, "https://p.example/auth/callback/github", "st", &"v3rifier".into()).expect("a page");
    assert!(url.as_str().starts_with("https://github.com/login/oauth/authorize?client_id=Iv1.client&redirect_uri="));
    assert!(url.as_str().contains("code_challenge_method=S256") && !url.as_str().contains("v3rifier"));
}
