//! Every error is a problem document with a request id, and every answer has its headers.

use crate::world::{TOKEN, World};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;

#[tokio::test]
async fn every_answer_has_a_request_id_and_the_security_headers() {
    let world = World::new().await;
    for path in ["/health", "/api/health", "/api/openapi.json", "/api/teams", "/nowhere"] {
        let answer = world.get(path).await;
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("strict-transport-security").starts_with("max-age="));
    }
    let health = world.get("/health").await.json();
    assert_eq!(health, json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
}

#[tokio::test]
async fn a_callers_own_request_id_is_not_taken_over() {
    let world = World::new().await;
    let request = Request::get("/health").header("x-request-id", "forged").body(Body::empty()).unwrap();
    assert_ne!(world.send(request).await.header("x-request-id"), "forged");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let world = World::new().await;
    for path in ["/", "/nowhere", "/api", "/api/teams/", "/api/teams/x/metrics", "/api/../etc/passwd"] {
        assert_eq!(world.get(path).await.problem(404).0, "unknown-path", "{path}");
    }
    let answer = world.delete("/api/teams").await;
    assert_eq!(answer.problem(405).0, "method-not-allowed");
    let allow = answer.header("allow");
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_say_why() {
    let world = World::new().await;
    let post = async |body: &str| world.raw(Method::POST, "/api/teams", body.to_owned()).await;
    assert!(post("").await.problem(400).1.contains("JSON object"));
    for malformed in ["{", "{\"name\": \"x\",}", "not json", r#"{"name":"x","time_zone":"UTC"} {}"#, "\u{0}"] {
        assert_eq!(post(malformed).await.problem(400).0, "bad-request", "{malformed}");
    }
    for (body, word) in [
        (r#"{"name":"x","time_zone":"UTC","nmae":1}"#, "nmae"),
        (r#"{"name":"x"}"#, "time_zone"),
        (r#"{"name":7,"time_zone":"UTC"}"#, "expected a string"),
        (r#"["x","UTC"]"#, "object"),
        ("null", "expected"),
    ] {
        let (kind, detail) = post(body).await.problem(422);
        assert_eq!(kind, "invalid");
        assert!(detail.contains(word), "{body}: {detail}");
    }
}

#[tokio::test]
async fn a_body_of_more_than_a_megabyte_is_too_large_and_one_of_a_megabyte_is_not() {
    let world = World::new().await;
    let of_size = |bytes: usize| format!("{{\"name\":\"{}\"}}", "x".repeat(bytes - 11));
    let answer = world.raw(Method::POST, "/api/teams", of_size(1 << 20)).await;
    answer.problem(422);
    let answer = world.raw(Method::POST, "/api/teams", of_size((1 << 20) + 1)).await;
    assert_eq!(answer.problem(413).0, "too-large");
}

#[tokio::test]
async fn nobody_without_a_token_learns_whether_a_body_is_right() {
    let world = World::new().await;
    let request = Request::post("/api/teams").body(Body::from("not json")).unwrap();
    world.send(request).await.problem(401);
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_next_request_works() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    *world.vendor.panics.lock().unwrap() = true;
    let body = json!({ "credentials": { "token": "ghp_x" }, "settings": { "organization": "acme" } });
    let answer = world.put(&format!("/api/teams/{team}/connections/github"), body).await;
    let (kind, detail) = answer.problem(500);
    assert_eq!(kind, "internal");
    assert!(!detail.contains("panics"), "{detail}");
    assert_eq!(world.get("/api/teams").await.status, 200);
}

#[tokio::test]
async fn what_the_database_says_stays_in_the_logs() {
    let world = World::new().await;
    world.store.client.delete_table().table_name(&world.store.tables.accounts).send().await.unwrap();
    let (kind, detail) = world.get("/api/teams").await.problem(500);
    assert_eq!(kind, "internal");
    assert!(!detail.to_lowercase().contains("table"), "{detail}");
}

#[tokio::test]
async fn a_head_request_is_answered_like_a_get_without_the_body() {
    let world = World::new().await;
    let request = Request::head("/api/teams").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}
