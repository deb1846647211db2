//! What each role is shown of other people: rows of their own, rows of the groups they lead, and no small groups.

use crate::{
    browser::Browser,
    company::{Company, with_token},
    issuer::Issuer,
    world::World,
};
use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn stage() -> (World, wiremock::MockServer, Company) {
    let (server, issuer) = Issuer::start(World::NOW.parse::<Timestamp>().unwrap().as_second()).await;
    let world = World::with_sign_in(&issuer.registration(), "{}").await;
    let company = Company::new(&world, &issuer, "zebra").await;
    (world, server, company)
}

/// Users whose rows are in an export, by the number in their logins.
async fn shown(world: &World, company: &Company, browser: &Browser, kind: &str, column: &str) -> BTreeSet<u64> {
    let path = company.path(&format!("/export/{kind}?format=ndjson"));
    let answer = browser.clone().get(world, &path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rows = answer.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let people = rows.filter_map(|row| row[column].as_str().map(str::to_owned));
    people.map(|login| login.strip_prefix("zebra-u").unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn exports_have_the_rows_of_those_who_may_be_seen() {
    let (world, _server, company) = stage().await;
    for (kind, column) in [
        ("members", "login"),
        ("pull_requests", "author"),
        ("reviews", "reviewer"),
        ("seats", "login"),
        ("usage_daily", "login"),
        ("identities", "login"),
        ("groups", "login"),
    ] {
        let mine = shown(&world, &company, &company.developer, kind, column).await;
        assert_eq!(mine, [1].into(), "{kind} as the developer");
        let all = shown(&world, &company, &company.admin, kind, column).await;
        assert!(all.len() >= 10, "{kind} as the admin: {all:?}");
        let led = shown(&world, &company, &company.lead, kind, column).await;
        assert_eq!(led, all.intersection(&[2, 3, 4].into()).copied().collect(), "{kind} as the lead of 3 and 4");
        assert!(led.len() >= 2, "{kind}");
    }
}

#[tokio::test]
async fn what_is_about_nobody_is_shown_to_everybody_and_issues_to_who_is_at_them() {
    let (world, _server, company) = stage().await;
    let lines = async |browser: &Browser, kind: &str| {
        let path = company.path(&format!("/export/{kind}?format=ndjson"));
        browser.clone().get(&world, &path).await.text.lines().count()
    };
    for (kind, developer, lead) in [("storage", 1, 1), ("boards", 1, 1), ("sprints", 1, 1), ("issues", 0, 1)] {
        let counts = (lines(&company.developer, kind).await, lines(&company.lead, kind).await);
        assert_eq!(counts, (developer, lead), "{kind}");
    }
}

#[tokio::test]
async fn sums_are_the_same_for_everybody_and_names_are_not() {
    let (world, _server, company) = stage().await;
    let path = company.path("/metrics/delivery?from=2026-11-01&to=2026-11-22");
    let get = async |browser: &Browser| browser.clone().get(&world, &path).await.json();
    let (admin, developer, lead) = (get(&company.admin).await, get(&company.developer).await, get(&company.lead).await);
    for part in ["cycle_time", "throughput", "size"] {
        assert_eq!(admin[part], developer[part], "{part}");
    }
    let load = |answer: &Value| -> (u64, Vec<String>) {
        let load = &answer["review_load"];
        let reviewers = load["reviewers"].as_array().unwrap().iter();
        (load["reviews"].as_u64().unwrap(), reviewers.map(|one| one["id"].as_str().unwrap().to_owned()).collect())
    };
    let (all, everybody) = load(&admin);
    assert_eq!((all, everybody.len()), (13, 12));
    assert_eq!(load(&developer), (13, vec!["github:1".to_owned()]));
    let (_, mut led) = load(&lead);
    led.sort();
    assert_eq!(led, ["github:2", "github:3", "github:4"]);
    let teams = company.developer.clone().get(&world, "/api/teams").await.json();
    let members = teams["teams"][0]["members"].as_array().unwrap();
    assert_eq!(members.iter().map(|member| &member["id"]).collect::<Vec<_>>(), [&json!("github:1")]);
}

#[tokio::test]
async fn numbers_of_few_people_are_for_those_who_may_see_them() {
    let (world, _server, company) = stage().await;
    let ask = async |browser: &Browser, metric: &str, query: &str| {
        let path = company.path(&format!("/metrics/{metric}?from=2026-11-01&to=2026-11-22&{query}"));
        let answer = browser.clone().get(&world, &path).await;
        let kind = answer.json()["type"].as_str().unwrap_or_default().replace("urn:plumbline:problem:", "");
        (answer.status.as_u16(), kind)
    };
    let (shown, few, role) = ((200, String::new()), (403, "too-few-people".to_owned()), (403, "role".to_owned()));
    for metric in ["delivery", "ai"] {
        for (query, developer, lead, other_lead) in [
            ("", &shown, &shown, &shown),
            // Six people, and fourteen others.
            ("group=zebra-six", &shown, &shown, &shown),
            // Two people.
            ("group=zebra-two", &few, &shown, &few),
            // Sixteen: the other four would follow from the whole.
            ("group=zebra-most", &few, &few, &few),
            ("author=zebra-u1", &shown, &role, &role),
            ("author=zebra-u3", &role, &shown, &role),
            ("author=zebra-u7", &role, &role, &shown),
            // One author.
            ("repository=acme/zebra-small", &few, &shown, &few),
            ("repository=acme/zebra-api", &shown, &shown, &shown),
        ] {
            for (who, browser, expected) in [
                ("developer", &company.developer, developer),
                ("lead", &company.lead, lead),
                ("another lead", &company.other_lead, other_lead),
                ("admin", &company.admin, &shown),
            ] {
                assert_eq!(ask(browser, metric, query).await, *expected, "{metric}?{query} as {who}");
            }
        }
    }
}

/// The audit log's entries since the last look, as `kind action about`.
async fn log(world: &World, company: &Company) -> Vec<String> {
    let answer = world.get(&company.path("/audit?format=ndjson")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let entries = answer.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
    entries
        .filter(|entry| !text(entry, "action").ends_with("/audit"))
        .map(|entry| {
            let action = text(&entry, "action").replace("/api/teams/{team_id}", "");
            let status = entry["status"].to_string();
            format!("{} {} {action} {} {status}", text(&entry, "actor"), text(&entry, "kind"), text(&entry, "about"))
        })
        .collect()
}

#[tokio::test]
async fn changes_and_reads_about_others_are_in_the_log_and_reads_about_oneself_are_not() {
    let (world, _server, mut company) = stage().await;
    let before = log(&world, &company).await.len();
    let token = company.token(&world, &["people"]).await;
    let members = company.path("/export/members");
    company.developer.clone().get(&world, &members).await;
    company.developer.clone().get(&world, &company.path("/metrics/delivery")).await;
    company.developer.clone().call(&world, Method::POST, &company.path("/tokens"), json!({})).await.problem(403);
    company.lead.clone().get(&world, &members).await;
    company.admin.clone().get(&world, &members).await;
    world.send(with_token(Method::GET, &members, &token, &Value::Null)).await;
    world.get(&company.path("/identities")).await;
    company
        .admin
        .clone()
        .call(&world, Method::PUT, &company.path("/survey-settings"), json!({ "sampling_rate": 7 }))
        .await;
    let mut entries = log(&world, &company).await.split_off(before);
    let made = entries.remove(0);
    assert!(made.starts_with("user change POST /tokens token:k"), "{made}");
    assert_eq!(
        entries,
        [
            "user read GET /export/{kind} group:github:100 200",
            "user read GET /export/{kind} everybody 200",
            "token read GET /export/{kind} everybody 200",
            "operator read GET /identities everybody 200",
            "user change PUT /survey-settings - 422",
        ]
    );
}

#[tokio::test]
async fn the_log_is_paged_in_order_and_tells_no_names() {
    let (world, _server, company) = stage().await;
    for _ in 0..5 {
        company.admin.clone().get(&world, &company.path("/export/members")).await;
    }
    let whole = world.get(&company.path("/audit")).await;
    assert!(whole.header("content-type").starts_with("text/csv"));
    assert!(!whole.text.contains("zebra"), "{}", whole.text);
    let (mut path, mut pages) = (company.path("/audit?limit=3"), String::new());
    loop {
        let page = world.get(&path).await;
        pages.push_str(&page.text);
        let link = page.header("link").to_owned();
        let Some(next) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        path = next.0.to_owned();
    }
    // Each look at the log is an entry of its own.
    assert!(pages.starts_with(&whole.text), "{pages}\n{}", whole.text);
    world.get(&company.path("/audit?cursor=x")).await.problem(400);
}

#[tokio::test]
async fn a_token_is_shown_once_rotated_with_overlap_and_revoked() {
    let (world, _server, mut company) = stage().await;
    let text = company.token(&world, &["metrics"]).await;
    assert!(text.starts_with("plumbline_"));
    let tokens = company.path("/tokens");
    let listed = company.admin.get(&world, &tokens).await;
    assert!(!listed.text.contains(&text));
    let id = listed.json()["tokens"][0]["id"].as_str().unwrap().to_owned();
    let groups = company.path("/groups");
    let works = async |text: &str| world.send(with_token(Method::GET, &groups, text, &Value::Null)).await.status == 200;
    assert!(works(&text).await);
    let rotate = format!("{tokens}/{id}/rotate");
    let new = company.admin.call(&world, Method::POST, &rotate, json!({ "overlap_hours": 2 })).await.json();
    let new = new["text"].as_str().unwrap().to_owned();
    assert!(works(&text).await && works(&new).await);
    world.advance(jiff::SignedDuration::from_hours(2));
    assert!(!works(&text).await && works(&new).await, "the overlap is over");
    assert_eq!(company.admin.call(&world, Method::DELETE, &format!("{tokens}/{id}"), json!({})).await.status, 204);
    assert!(!works(&new).await);
    for wrong in [
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": "x", "scopes": ["all"] }),
        json!({ "name": "", "scopes": ["metrics"] }),
        json!({ "name": "x", "scopes": ["metrics"], "expires_in_days": 367 }),
    ] {
        world.post(&tokens, wrong).await.problem(422);
    }
}
