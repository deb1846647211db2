//! Real events of API Gateway (payload format 2.0) through the same router.

use crate::world::{TOKEN, World};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

/// An event as an HTTP API sends it, with the documented fields
/// (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
fn event(method: &str, path: &str, query: &str, body: &Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "ANY /api/{proxy+}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "accept": "*/*",
            "authorization": format!("Bearer {TOKEN}"),
            "content-type": "application/json",
            "host": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https"
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "curl/8.5.0" },
            "requestId": "GwTx2jQsFiAEMdg=",
            "routeKey": "ANY /api/{proxy+}",
            "stage": "$default",
            "time": "22/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1_795_341_600_000_u64
        },
        "body": body,
        "isBase64Encoded": false
    })
}

fn request(event: &Value) -> Request<Body> {
    lambda_http::request::from_str(&event.to_string()).unwrap().map(|body| Body::from(body.to_vec()))
}

#[tokio::test]
async fn an_event_reaches_its_route_with_query_body_and_the_gateways_request_id() {
    let world = World::new().await;
    let body = json!({ "name": "Acme", "time_zone": "Europe/Berlin" }).to_string();
    let made = world.send(request(&event("POST", "/api/teams", "", &json!(body)))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("x-request-id"), "GwTx2jQsFiAEMdg=");
    let team = made.json()["team_id"].as_str().unwrap().to_owned();

    let path = format!("/api/teams/{team}/metrics/delivery");
    let mut with_query = event("GET", &path, "from=2026-11-01&to=2026-11-20", &Value::Null);
    with_query["queryStringParameters"] = json!({ "from": "2026-11-01", "to": "2026-11-20" });
    let answer = world.send(request(&with_query)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!((&answer.json()["from"], &answer.json()["to"]), (&json!("2026-11-01"), &json!("2026-11-20")));

    let listed = world.send(request(&event("GET", "/api/sync", &format!("team_id={team}"), &Value::Null))).await;
    assert_eq!((listed.status.as_u16(), listed.json()), (200, json!([])));
}

#[tokio::test]
async fn a_base64_body_is_read_and_an_error_names_the_gateways_request() {
    let world = World::new().await;
    // {"name": "Acme", "time_zone": "UTC"}
    let mut encoded = event("POST", "/api/teams", "", &json!("eyJuYW1lIjogIkFjbWUiLCAidGltZV96b25lIjogIlVUQyJ9"));
    encoded["isBase64Encoded"] = json!(true);
    assert_eq!(world.send(request(&encoded)).await.status, 201);

    let mut anonymous = event("GET", "/api/teams", "", &Value::Null);
    anonymous["headers"].as_object_mut().unwrap().remove("authorization");
    let answer = world.send(request(&anonymous)).await;
    answer.problem(401);
    assert_eq!(answer.json()["request_id"], "GwTx2jQsFiAEMdg=");
}
