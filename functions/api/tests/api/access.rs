//! No route without a token, none about a team that there is not: over every route of the OpenAPI document.

use crate::world::{PREVIOUS_TOKEN, TOKEN, World};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

struct Route {
    method: Method,
    path: String,
    is_open: bool,
    has_body: bool,
}

async fn routes(world: &World) -> Vec<Route> {
    let document = world.get("/api/openapi.json").await.json();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            routes.push(Route {
                method,
                path: path.clone(),
                is_open: operation["security"] == json!([{}]),
                has_body: !operation["requestBody"].is_null(),
            });
        }
    }
    assert_eq!(document["security"], json!([{ "token": [] }, { "session": [] }]));
    routes
}

/// The route's path with a team that there is not, and with a provider and a kind that there are.
fn about_nobody(route: &Route) -> (String, Value) {
    let path = route.path.replace("{team_id}", "nobody").replace("{provider}", "github").replace("{kind}", "reviews");
    let path = ["user", "invitation", "token"].iter().fold(path, |path, of| path.replace(&format!("{{{of}_id}}"), "x"));
    let path = path.replace("{issuer}", "nobody");
    let path = if path == "/api/sync" { format!("{path}?team_id=nobody") } else { path };
    (path, json!({ "team_id": "nobody" }))
}

fn request(route: &Route, path: &str, body: &Value, authorization: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(route.method.clone()).uri(path);
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    request.body(if route.has_body { body.to_string().into() } else { Body::empty() }).unwrap()
}

/// What is open: it shows nothing of anybody, or has a state for its token.
const OPEN: [(&str, u16); 6] = [
    ("/health", 200),
    ("/api/health", 200),
    ("/auth/issuers", 200),
    ("/auth/sign-in/nobody", 404),
    ("/auth/callback/nobody", 400),
    ("/auth/connections/callback", 400),
];

#[tokio::test]
async fn every_route_but_those_that_show_nothing_asks_who_calls() {
    let world = World::new().await;
    let routes = routes(&world).await;
    let open: BTreeSet<String> =
        routes.iter().filter(|route| route.is_open).map(|route| about_nobody(route).0).collect();
    assert_eq!(open, OPEN.iter().map(|(path, _)| (*path).to_owned()).collect());
    assert!(routes.len() >= 40, "{} routes", routes.len());
    for route in routes {
        let (path, body) = about_nobody(&route);
        for authorization in [None, Some("Bearer wrong"), Some("Bearer "), Some("Basic b3BlcmF0b3I="), Some(TOKEN)] {
            let answer = world.send(request(&route, &path, &body, authorization)).await;
            if let Some((_, status)) = OPEN.iter().find(|(open, _)| *open == path) {
                assert_eq!(answer.status.as_u16(), *status, "{} {path}", route.method);
            } else {
                let (kind, _) = answer.problem(401);
                assert_eq!(kind, "unauthorized", "{} {path}", route.method);
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
        }
    }
}

#[tokio::test]
async fn every_route_about_a_team_answers_404_when_there_is_no_such_team() {
    let world = World::new().await;
    let token = format!("Bearer {TOKEN}");
    let mut checked = 0;
    for route in routes(&world).await {
        if route.is_open
            || ["/api/teams", "/api/me", "/auth/sign-out", "/api/keyring/reseal"].contains(&route.path.as_str())
        {
            continue;
        }
        let (path, body) = about_nobody(&route);
        for id in ["nobody", "No%20Body%23x", "%2e%2e", &"x".repeat(2000)] {
            let (path, body) = (path.replace("nobody", id), body.to_string().replace("nobody", id));
            let body = serde_json::from_str(&body).unwrap();
            let answer = world.send(request(&route, &path, &body, Some(&token))).await;
            // What makes no path of a route is no route; all else is a team that there is not.
            let (kind, _) = answer.problem(404);
            assert_eq!(kind, "unknown-team", "{} {path}", route.method);
        }
        checked += 1;
    }
    assert!(checked >= 11, "{checked} routes");
}

#[tokio::test]
async fn the_token_before_a_rotation_still_works() {
    let world = World::new().await;
    for token in [TOKEN, PREVIOUS_TOKEN] {
        let request = Request::get("/api/teams").header(header::AUTHORIZATION, format!("bearer {token}"));
        assert_eq!(world.send(request.body(Body::empty()).unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn a_teams_data_never_shows_in_another_team() {
    let world = World::new().await;
    let (one, other) = (world.connected_team("One").await, world.team("Other").await);
    assert_eq!(world.get(&format!("/api/teams/{one}/connections/github")).await.status, 200);
    world.get(&format!("/api/teams/{other}/connections/github")).await.problem(404);
    assert_eq!(world.get(&format!("/api/sync?team_id={other}")).await.json(), json!([]));
}
