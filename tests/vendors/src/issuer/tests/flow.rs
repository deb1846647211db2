//! What goes well.

use super::{Asker, BACK, NOW, decoded};
use crate::issuer::{CLIENT_ID, CLIENT_SECRET};
use serde_json::{Value, json};

#[tokio::test]
async fn it_says_where_everything_is() {
    let asker = Asker::new().await;
    let origin = asker.server.base_url();
    let answer = asker.get("/.well-known/openid-configuration").await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/json"));
    let found: Value = answer.json().await.unwrap();
    assert_eq!(found["issuer"], origin);
    for (name, path) in [("authorization_endpoint", "/authorize"), ("token_endpoint", "/token"), ("jwks_uri", "/jwks")]
    {
        assert_eq!(found[name], format!("{origin}{path}"));
    }
    for (name, expected) in [
        ("response_types_supported", json!(["code"])),
        ("subject_types_supported", json!(["public"])),
        ("id_token_signing_alg_values_supported", json!(["ES256"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("token_endpoint_auth_methods_supported", json!(["client_secret_basic", "client_secret_post"])),
        ("authorization_response_iss_parameter_supported", json!(true)),
    ] {
        assert_eq!(found[name], expected, "{name}");
    }
    let keys: Value = asker.get("/jwks").await.json().await.unwrap();
    let [key] = keys["keys"].as_array().unwrap().as_slice() else { panic!("{keys}") };
    let kind = ["kty", "crv", "use", "alg"].map(|name| key[name].as_str().unwrap());
    assert_eq!(kind, ["EC", "P-256", "sig", "ES256"]);
    assert!(key["kid"].is_string() && key.get("d").is_none(), "{key}");
    assert_eq!(asker.get("/elsewhere").await.status(), 404);
    let other = Asker::new().await;
    let others: Value = other.get("/jwks").await.json().await.unwrap();
    assert_ne!(keys["keys"][0]["kid"], others["keys"][0]["kid"], "each has a key of its own");
}

#[tokio::test]
async fn somebody_signs_in() {
    let asker = Asker::new().await;
    let answer = asker.answer(&[]).await;
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s1", asker.server.base_url().as_str()));
    asker.server.state(|state| state.clock.advance(5));
    let granted = asker.token(&Asker::exchange(&answer["code"], &[])).await;
    assert_eq!(granted.headers()["cache-control"], "no-store");
    let granted: Value = granted.json().await.unwrap();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert!(granted["access_token"].is_string());
    let user = asker.server.state(|state| state.users[0].clone());
    let claims = decoded(granted["id_token"].as_str().unwrap(), 1);
    let expected = json!({
        "iss": asker.server.base_url(), "sub": user.subject, "aud": CLIENT_ID, "nonce": "n1", "iat": NOW + 5,
        "exp": NOW + 305, "auth_time": NOW, "email": user.email, "email_verified": true, "name": user.name,
    });
    assert_eq!(claims, expected);
    let calls = asker.server.calls();
    assert_eq!((calls.of("authorize"), calls.of("token"), calls.of("keys")), (1, 1, 0));
    assert_eq!(calls.log[1].path, "/token");
}

#[tokio::test]
async fn claims_are_those_that_the_scope_asks_for() {
    let asker = Asker::new().await;
    let claims = decoded(&asker.id_token(&[("scope", "openid"), ("nonce", "")]).await, 1);
    let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["aud", "auth_time", "exp", "iat", "iss", "sub"]);
}

#[tokio::test]
async fn the_client_proves_itself_in_the_header_as_well() {
    let asker = Asker::new().await;
    let code = asker.code(&[]).await;
    let fields = Asker::exchange(&code, &[("client_secret", "")]);
    let request = asker.client.post(format!("{}/token", asker.server.base_url())).form(&fields);
    assert_eq!(request.basic_auth(CLIENT_ID, Some(CLIENT_SECRET)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_page_offers_each_of_them_and_keeps_what_was_asked() {
    let asker = Asker::new().await;
    let answer = asker.authorize(&[("decision", ""), ("prompt", "login"), ("max_age", "0"), ("state", "\"><b>")]).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    let page = answer.text().await.unwrap();
    assert!(page.contains("<h1>Acme sign-in</h1>"), "{page}");
    for user in asker.server.state(|state| state.users.clone()) {
        let button = format!(">Sign in as {} ({})</button>", user.name, user.role.as_str());
        assert!(page.contains(&button), "{page}");
    }
    assert!(
        page.contains(r#"name="state" value="&quot;&gt;&lt;b&gt;""#) && page.contains(r#"name="max_age" value="0""#)
    );
    let unknown = asker.authorize(&[("decision", "somebody")]).await.text().await.unwrap();
    assert!(!unknown.contains(r#"type="hidden" name="decision""#), "{unknown}");
    let posted = asker.client.post(format!("{}/authorize", asker.server.base_url())).form(&asker.request(&[]));
    let posted = posted.send().await.unwrap();
    assert!(posted.headers()["location"].to_str().unwrap().starts_with(&format!("{BACK}?code=")));
}
