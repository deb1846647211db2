//! Every route of the OpenAPI document for every sort of caller. A route that is not in the table fails.

use crate::{
    browser::Browser,
    company::{Company, with_token},
    issuer::Issuer,
    world::{Answer, World},
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who may call a route of a team, with the scope that a token needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum May {
    /// Anybody at all.
    Open,
    /// Whoever is somebody; what is shown depends on who.
    Somebody,
    /// The operator alone.
    Operator,
    /// Everybody of the team.
    Team(&'static str),
    /// Everybody of the team who is a person, and no program.
    People,
    /// Admins.
    Admin(&'static str),
    /// Admins who are persons.
    AdminPerson,
}

use May::{Admin, AdminPerson, Open, Operator, People, Somebody, Team};

#[rustfmt::skip]
const TABLE: [(&str, &str, May); 59] = [
    ("get", "/health", Open),
    ("get", "/api/health", Open),
    ("get", "/auth/issuers", Open),
    ("get", "/auth/sign-in/{issuer}", Open),
    ("get", "/auth/callback/{issuer}", Open),
    ("get", "/auth/connections/callback", Open),
    ("post", "/auth/sign-out", Somebody),
    ("get", "/api/me", Somebody),
    ("get", "/api/teams", Somebody),
    ("post", "/api/teams", Operator),
    ("post", "/api/keyring/reseal", Operator),
    ("patch", "/api/teams/{team_id}", Admin("settings")),
    ("delete", "/api/teams/{team_id}", AdminPerson),
    ("get", "/api/teams/{team_id}/members/me/erasure", People),
    ("post", "/api/teams/{team_id}/members/me/erasure", People),
    ("delete", "/api/teams/{team_id}/members/me/erasure", People),
    ("get", "/api/teams/{team_id}/erasure", AdminPerson),
    ("post", "/api/teams/{team_id}/erasure", AdminPerson),
    ("get", "/api/teams/{team_id}/erasure/{erasure_id}", AdminPerson),
    ("delete", "/api/teams/{team_id}/erasure/{erasure_id}", AdminPerson),
    ("post", "/api/teams/{team_id}/erasure/{erasure_id}/confirm", AdminPerson),
    ("get", "/api/teams/{team_id}/groups", Team("metrics")),
    ("get", "/api/teams/{team_id}/repositories", Team("metrics")),
    ("get", "/api/teams/{team_id}/members/me", People),
    ("patch", "/api/teams/{team_id}/members/me", People),
    ("get", "/api/teams/{team_id}/users", AdminPerson),
    ("patch", "/api/teams/{team_id}/users/{user_id}", AdminPerson),
    ("delete", "/api/teams/{team_id}/users/{user_id}", AdminPerson),
    ("post", "/api/teams/{team_id}/invitations", AdminPerson),
    ("delete", "/api/teams/{team_id}/invitations/{invitation_id}", AdminPerson),
    ("get", "/api/teams/{team_id}/tokens", AdminPerson),
    ("post", "/api/teams/{team_id}/tokens", AdminPerson),
    ("delete", "/api/teams/{team_id}/tokens/{token_id}", AdminPerson),
    ("post", "/api/teams/{team_id}/tokens/{token_id}/rotate", AdminPerson),
    ("get", "/api/teams/{team_id}/audit", Admin("audit")),
    ("get", "/api/teams/{team_id}/connections", Admin("settings")),
    ("get", "/api/teams/{team_id}/connections/{provider}", Admin("settings")),
    ("put", "/api/teams/{team_id}/connections/{provider}", Admin("settings")),
    ("delete", "/api/teams/{team_id}/connections/{provider}", AdminPerson),
    ("post", "/api/teams/{team_id}/connections/{provider}/test", Admin("settings")),
    ("get", "/api/teams/{team_id}/connections/{provider}/start", Admin("settings")),
    ("post", "/api/sync", Admin("sync")),
    ("get", "/api/sync", Team("metrics")),
    ("get", "/api/teams/{team_id}/identities", Admin("settings")),
    ("post", "/api/teams/{team_id}/identities", Admin("settings")),
    ("get", "/api/teams/{team_id}/metrics/delivery", Team("metrics")),
    ("get", "/api/teams/{team_id}/metrics/jira", Team("metrics")),
    ("get", "/api/teams/{team_id}/metrics/copilot", Team("metrics")),
    ("get", "/api/teams/{team_id}/metrics/ai", Team("metrics")),
    ("get", "/api/teams/{team_id}/survey-settings", Team("metrics")),
    ("put", "/api/teams/{team_id}/survey-settings", Admin("settings")),
    ("get", "/api/teams/{team_id}/surveys", People),
    ("post", "/api/teams/{team_id}/surveys", People),
    ("get", "/api/teams/{team_id}/export/{kind}", Team("people")),
    ("get", "/api/teams/{team_id}/exports", People),
    ("post", "/api/teams/{team_id}/exports", People),
    ("get", "/api/teams/{team_id}/exports/{export_id}", People),
    ("delete", "/api/teams/{team_id}/exports/{export_id}", People),
    ("get", "/api/teams/{team_id}/exports/{export_id}/file", People),
];

const SCOPES: [&str; 5] = ["metrics", "people", "sync", "settings", "audit"];

struct Route {
    method: Method,
    path: String,
    may: May,
}

impl Route {
    fn at(&self, company: &Company) -> (String, Value) {
        let team = company.team.as_str();
        let path = self.path.replace("{team_id}", team).replace("{provider}", "github").replace("{kind}", "members");
        let path = ["user", "invitation", "token", "export", "erasure"]
            .iter()
            .fold(path, |path, of| path.replace(&format!("{{{of}_id}}"), "x"));
        let path = path.replace("{issuer}", "nobody");
        // No body of a change is one: whoever may call is told so, and nothing is changed for the next.
        let body = if path == "/api/sync" { json!({ "team_id": team }) } else { json!({ "unknown": true }) };
        (if path == "/api/sync" { format!("{path}?team_id={team}") } else { path }, body)
    }
}

async fn routes(world: &World) -> Vec<Route> {
    let document = world.get("/api/openapi.json").await.json();
    let mut table: BTreeMap<(&str, &str), May> =
        TABLE.iter().map(|(method, path, may)| ((*method, *path), *may)).collect();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let may = table.remove(&(method.as_str(), path.as_str()));
            let may = may.unwrap_or_else(|| panic!("say in TABLE who may call {method} {path}"));
            routes.push(Route { method: method.to_uppercase().parse().unwrap(), path: path.clone(), may });
        }
    }
    assert!(table.is_empty(), "no routes any more: {table:?}");
    routes
}

/// Whether the guard let a call in; what the handler made of it does not matter.
fn is_in(answer: &Answer) -> bool {
    let kind = answer.json_or_null()["type"].as_str().unwrap_or_default().to_owned();
    assert!(answer.status.as_u16() < 500 || kind.ends_with("not-implemented"), "{}", answer.text);
    !matches!(answer.status.as_u16(), 401 | 403) && !kind.ends_with("unknown-team")
}

async fn stage() -> (World, wiremock::MockServer, Issuer) {
    let (server, issuer) = Issuer::start(World::NOW.parse::<Timestamp>().unwrap().as_second()).await;
    let world = World::with_sign_in(&issuer.registration(), "{}").await;
    (world, server, issuer)
}

async fn call(world: &World, browser: &Browser, route: &Route, company: &Company) -> Answer {
    let (path, body) = route.at(company);
    browser.clone().call(world, route.method.clone(), &path, body).await
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_and_nobody_else() {
    let (world, _server, issuer) = stage().await;
    let mut ours = Company::new(&world, &issuer, "zebra").await;
    let theirs = Company::new(&world, &issuer, "quokka").await;
    let mut tokens = BTreeMap::new();
    for scope in SCOPES {
        tokens.insert(scope, ours.token(&world, &[scope]).await);
    }
    let mut expired = Browser::default();
    expired.cookies.insert(crate::browser::SESSION.into(), "over".into());
    for route in routes(&world).await {
        let of = format!("{} {}", route.method, route.path);
        let (path, body) = route.at(&ours);
        let nobody = Request::builder().method(route.method.clone()).uri(&path);
        let nobody = world.send(nobody.body(Body::from(body.to_string())).unwrap()).await;
        let over = call(&world, &expired, &route, &ours).await;
        if route.may == Open {
            assert!(is_in(&nobody) && is_in(&over), "{of}: {}", nobody.text);
            continue;
        }
        assert_eq!(
            (nobody.problem(401).0, over.problem(401).0),
            ("unauthorized".into(), "unauthorized".into()),
            "{of}"
        );
        if route.path == "/auth/sign-out" {
            // It would end the sessions of this test; `sign_in` has it.
            continue;
        }
        for (who, browser, is_admin) in [
            ("admin", &ours.admin, true),
            ("developer", &ours.developer, false),
            ("lead", &ours.lead, false),
            ("another lead", &ours.other_lead, false),
        ] {
            let answer = call(&world, browser, &route, &ours).await;
            let expected = match route.may {
                Somebody | Team(_) | People => true,
                Admin(_) | AdminPerson => is_admin,
                Open | Operator => false,
            };
            assert_eq!(is_in(&answer), expected, "{of} as {who}: {}", answer.text);
        }
        for (scope, token) in &tokens {
            let answer = world.send(with_token(route.method.clone(), &path, token, &body)).await;
            let expected = match route.may {
                Somebody => true,
                Team(needed) | Admin(needed) => needed == *scope,
                Open | Operator | People | AdminPerson => false,
            };
            assert_eq!(is_in(&answer), expected, "{of} with a token for {scope}: {}", answer.text);
        }
        let foreign = call(&world, &theirs.admin, &route, &ours).await;
        match route.may {
            Somebody => assert!(is_in(&foreign)),
            Operator => assert_eq!(foreign.problem(403).0, "operator-only", "{of}"),
            // Not even that there is such a team.
            _ => assert_eq!(foreign.problem(404).0, "unknown-team", "{of}"),
        }
        assert!(!foreign.text.contains("zebra"), "{of} shows another team's data: {}", foreign.text);
    }
}

#[tokio::test]
async fn what_is_sensitive_asks_even_admins_to_prove_who_they_are() {
    let (world, _server, issuer) = stage().await;
    let ours = Company::new(&world, &issuer, "zebra").await;
    world.advance(SignedDuration::from_mins(11));
    let mut sensitive = Vec::new();
    for route in routes(&world).await {
        if matches!(route.may, Admin(_) | AdminPerson) {
            let answer = call(&world, &ours.admin, &route, &ours).await;
            if answer.status == 403 {
                assert_eq!(answer.problem(403).0, "fresh-sign-in", "{}", route.path);
                sensitive.push(format!("{} {}", route.method, route.path.rsplit_once("{team_id}").unwrap().1));
            }
        }
    }
    assert_eq!(
        sensitive,
        [
            "DELETE ",
            "DELETE /connections/{provider}",
            "POST /erasure",
            "POST /erasure/{erasure_id}/confirm",
            "POST /invitations",
            "POST /tokens",
            "POST /tokens/{token_id}/rotate",
            "DELETE /users/{user_id}",
            "PATCH /users/{user_id}",
        ]
    );
}

#[tokio::test]
async fn no_answer_has_a_byte_of_another_teams_data() {
    let (world, _server, issuer) = stage().await;
    let (ours, theirs) = (Company::new(&world, &issuer, "zebra").await, Company::new(&world, &issuer, "quokka").await);
    let mut seen = 0;
    for route in routes(&world).await {
        let paths: Vec<String> = if route.path.ends_with("{kind}") {
            let kinds = [
                "pull_requests",
                "reviews",
                "commits",
                "members",
                "issues",
                "sprints",
                "seats",
                "usage_daily",
                "storage",
                "boards",
                "groups",
                "identities",
            ];
            kinds.iter().map(|kind| route.path.replace("{kind}", kind)).collect()
        } else {
            vec![route.path.clone()]
        };
        if route.method != Method::GET || route.may == Open || route.may == Operator {
            continue;
        }
        for path in paths {
            let route = Route { method: Method::GET, path, may: route.may };
            for (company, other) in [(&ours, "quokka"), (&theirs, "zebra")] {
                let answer = call(&world, &company.admin, &route, company).await;
                assert!(!answer.text.contains(other), "{}: {}", route.path, answer.text);
                seen += usize::from(answer.text.contains(company.word));
            }
        }
    }
    assert!(seen >= 24, "only {seen} answers had anything of their own team in them");
}

#[tokio::test]
async fn a_removed_user_is_out_at_once_with_their_tokens_and_comes_back_by_invitation_alone() {
    let (world, _server, issuer) = stage().await;
    let mut ours = Company::new(&world, &issuer, "zebra").await;
    let invite = json!({ "email": "zebra-second@acme.example", "role": "admin" });
    let invitations = ours.path("/invitations");
    assert_eq!(ours.admin.call(&world, Method::POST, &invitations, invite.clone()).await.status, 201);
    let mut second = Browser::sign_in(&world, &issuer, "zebra-second").await;
    let made =
        second.call(&world, Method::POST, &ours.path("/tokens"), json!({ "name": "x", "scopes": ["metrics"] })).await;
    let token = made.json()["text"].as_str().unwrap().to_owned();
    let groups = ours.path("/groups");
    let by_token = async || world.send(with_token(Method::GET, &groups, &token, &Value::Null)).await;
    assert_eq!(by_token().await.status, 200);
    assert_eq!(
        ours.admin
            .call(&world, Method::PATCH, &ours.path(""), json!({ "join_domains": ["acme.example"] }))
            .await
            .status,
        200
    );

    let id = second.get(&world, "/api/me").await.json()["id"].as_str().unwrap().to_owned();
    let user = ours.path(&format!("/users/{id}"));
    assert_eq!(ours.admin.call(&world, Method::DELETE, &user, json!({})).await.status, 204);
    second.get(&world, &groups).await.problem(404);
    by_token().await.problem(401);
    let mut again = Browser::sign_in(&world, &issuer, "zebra-second").await;
    again.get(&world, &groups).await.problem(404);
    // Somebody else of the domain joins by themselves.
    let mut third = Browser::sign_in(&world, &issuer, "zebra-third").await;
    assert_eq!(third.get(&world, &groups).await.status, 200);
    assert_eq!(third.get(&world, "/api/me").await.json()["teams"][0]["role"], "developer");
    ours.admin.call(&world, Method::POST, &invitations, invite).await;
    let mut back = Browser::sign_in(&world, &issuer, "zebra-second").await;
    assert_eq!(back.get(&world, &groups).await.status, 200);
}

#[tokio::test]
async fn a_token_ends_when_its_maker_is_no_admin_any_more_and_the_last_admin_stays() {
    let (world, _server, issuer) = stage().await;
    let mut ours = Company::new(&world, &issuer, "zebra").await;
    let token = ours.token(&world, &["metrics"]).await;
    let id = ours.admin.get(&world, "/api/me").await.json()["id"].as_str().unwrap().to_owned();
    let user = ours.path(&format!("/users/{id}"));
    let (kind, _) = ours.admin.call(&world, Method::PATCH, &user, json!({ "role": "lead" })).await.problem(409);
    assert_eq!(kind, "last-admin");
    assert_eq!(world.patch(&user, json!({ "role": "lead" })).await.status, 200, "the operator may");
    world.send(with_token(Method::GET, &ours.path("/groups"), &token, &Value::Null)).await.problem(401);
}

#[tokio::test]
async fn an_admin_lets_in_the_domain_of_their_own_address_alone() {
    let (world, _server, issuer) = stage().await;
    let mut ours = Company::new(&world, &issuer, "zebra").await;
    let path = ours.path("");
    let foreign = json!({ "join_domains": ["acme.example", "other.example"] });
    let (_, detail) = ours.admin.call(&world, Method::PATCH, &path, foreign.clone()).await.problem(422);
    assert!(detail.contains("other.example"), "{detail}");
    assert_eq!(world.patch(&path, foreign).await.status, 200, "the operator knows what they do");
    let kept = json!({ "join_domains": ["other.example"] });
    assert_eq!(ours.admin.call(&world, Method::PATCH, &path, kept).await.status, 200, "what is there may stay");
}

#[tokio::test]
async fn calls_are_limited_for_each_caller_alone() {
    let world = World::new().await;
    let mut last = None;
    for _ in 0..600 {
        last = Some(world.get("/api/me").await);
    }
    let last = last.unwrap();
    assert_eq!((last.status.as_u16(), last.header("ratelimit")), (200, "\"calls\";r=0;t=30"));
    assert_eq!(last.header("ratelimit-policy"), "\"calls\";q=600;w=30");
    let refused = world.get("/api/me").await;
    assert_eq!(refused.problem(429).0, "too-many-calls");
    assert_eq!(refused.header("retry-after"), "1");
    let other =
        Request::get("/api/me").header(header::AUTHORIZATION, format!("Bearer {}", crate::world::PREVIOUS_TOKEN));
    assert_eq!(world.send(other.body(Body::empty()).unwrap()).await.status, 200);
    world.advance(SignedDuration::from_secs(1));
    assert_eq!(world.get("/api/me").await.status, 200);
}
