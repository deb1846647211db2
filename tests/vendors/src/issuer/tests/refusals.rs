//! What is refused, and how.

use super::{Asker, BACK, VERIFIER, encoded};
use crate::{
    faults::{Fault, Kind},
    issuer::{CLIENT_ID, CLIENT_SECRET},
};
use serde_json::Value;

#[tokio::test]
async fn nobody_is_sent_to_where_the_client_did_not_register() {
    let asker = Asker::new().await;
    for wrong in [
        [("client_id", "another")],
        [("client_id", "")],
        [("redirect_uri", "")],
        [("redirect_uri", "http://127.0.0.1:8080/auth/callback/demo/")],
        [("redirect_uri", "http://127.0.0.1:8080/auth/callback/github")],
        [("redirect_uri", "https://evil.example/auth/callback/demo")],
    ] {
        let answer = asker.authorize(&wrong).await;
        assert_eq!((answer.status().as_u16(), answer.headers().get("location")), (400, None), "{wrong:?}");
    }
    let twice = format!("/authorize?{}&redirect_uri=https%3A%2F%2Fevil.example", encoded(&asker.request(&[])));
    assert_eq!(asker.get(&twice).await.status(), 400);
    asker.server.settings(|settings| settings.knobs.redirect_uris.clear());
    assert_eq!(asker.authorize(&[]).await.status(), 400);
}

#[tokio::test]
async fn a_wrong_request_comes_back_as_an_error() {
    let asker = Asker::new().await;
    for (changes, expected) in [
        (vec![("prompt", "none")], "login_required"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "id_token")], "unsupported_response_type"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("scope", "email")], "invalid_scope"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("request", "e30.e30.")], "request_not_supported"),
        (vec![("request_uri", "https://a.example")], "request_uri_not_supported"),
        (vec![("decision", "cancel")], "access_denied"),
    ] {
        let answer = asker.answer(&changes).await;
        assert_eq!(answer["error"], expected, "{changes:?}");
        assert_eq!((answer["state"].as_str(), &answer["iss"]), ("s1", &asker.server.base_url()));
        assert!(!answer.contains_key("code"), "{answer:?}");
    }
    let twice = asker.get(&format!("/authorize?{}&nonce=n2", encoded(&asker.request(&[])))).await;
    assert!(twice.headers()["location"].to_str().unwrap().starts_with(&format!("{BACK}?error=invalid_request&")));
}

#[tokio::test]
async fn a_code_needs_its_verifier() {
    let asker = Asker::new().await;
    let wrong = [("code_verifier", "another-verifier-that-has-the-length-of-a-real-one")];
    let code = asker.code(&[]).await;
    assert_eq!(asker.refused(&code, &wrong).await, (400, "invalid_grant".into()));
    assert_eq!(asker.refused(&code, &[]).await, (400, "invalid_grant".into()), "nobody tries verifiers");
    let code = asker.code(&[]).await;
    assert_eq!(asker.refused(&code, &[("code_verifier", "")]).await, (400, "invalid_request".into()));
    assert_eq!(asker.token(&Asker::exchange(&code, &[])).await.status(), 200, "nothing was tried");
    let code = asker.code(&[("code_challenge", VERIFIER)]).await;
    assert_eq!(asker.refused(&code, &[]).await, (400, "invalid_grant".into()), "a challenge is no verifier");
}

#[tokio::test]
async fn a_code_works_once_for_a_minute_and_for_its_address() {
    let asker = Asker::new().await;
    let code = asker.code(&[]).await;
    assert_eq!(asker.token(&Asker::exchange(&code, &[])).await.status(), 200);
    assert_eq!(asker.refused(&code, &[]).await, (400, "invalid_grant".into()));

    let (in_time, late) = (asker.code(&[]).await, asker.code(&[]).await);
    asker.server.state(|state| state.clock.advance(59));
    assert_eq!(asker.token(&Asker::exchange(&in_time, &[])).await.status(), 200);
    asker.server.state(|state| state.clock.advance(1));
    assert_eq!(asker.refused(&late, &[]).await, (400, "invalid_grant".into()));

    let other = "http://127.0.0.1:8080/auth/callback/other";
    asker.server.settings(|settings| settings.knobs.redirect_uris.push(other.into()));
    let code = asker.code(&[]).await;
    assert_eq!(asker.refused(&code, &[("redirect_uri", other)]).await, (400, "invalid_grant".into()));
    let code = asker.code(&[]).await;
    assert_eq!(asker.refused(&code, &[("redirect_uri", "")]).await, (400, "invalid_request".into()));
    assert_eq!(asker.refused("made-up", &[]).await, (400, "invalid_grant".into()));
}

#[tokio::test]
async fn a_client_that_does_not_prove_itself_gets_nothing_and_spoils_nothing() {
    let asker = Asker::new().await;
    let code = asker.code(&[]).await;
    for wrong in [[("client_secret", "wrong")], [("client_secret", "")], [("client_id", "another")]] {
        assert_eq!(asker.refused(&code, &wrong).await, (401, "invalid_client".into()), "{wrong:?}");
    }
    let address = format!("{}/token", asker.server.base_url());
    let by_header = |secret: &str, fields| asker.client.post(&address).basic_auth(CLIENT_ID, Some(secret)).form(fields);
    let without_secret = Asker::exchange(&code, &[("client_secret", "")]);
    let answer = by_header("wrong", &without_secret).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["www-authenticate"]),
        (401, &"Basic realm=\"issuer\"".parse().unwrap())
    );
    let twice = by_header(CLIENT_SECRET, &Asker::exchange(&code, &[])).send().await.unwrap();
    assert_eq!(twice.json::<Value>().await.unwrap()["error"], "invalid_request");
    for (wrong, expected) in [
        ([("grant_type", "client_credentials")], "unsupported_grant_type"),
        ([("grant_type", "")], "invalid_request"),
        ([("code", "")], "invalid_request"),
    ] {
        assert_eq!(asker.refused(&code, &wrong).await, (400, expected.into()), "{wrong:?}");
    }
    let json = asker.client.post(&address).json(&Asker::exchange(&code, &[])).send().await.unwrap();
    assert_eq!(json.status(), 400);
    assert_eq!(asker.get("/token").await.status(), 405);
    assert_eq!(asker.token(&Asker::exchange(&code, &[])).await.status(), 200, "the code was not touched");
}

#[tokio::test]
async fn it_is_out_of_order_on_demand() {
    let asker = Asker::new().await;
    asker.server.fault(Fault::once(Kind::Unavailable).on_path("/token"));
    assert_eq!(asker.get("/jwks").await.status(), 200);
    let code = asker.code(&[]).await;
    assert_eq!(asker.refused(&code, &[]).await, (503, "temporarily_unavailable".into()));
    assert_eq!(asker.token(&Asker::exchange(&code, &[])).await.status(), 200);
}
