//! Copilot seats, licences, usage reports.

use super::{Asker, body, header, story};
use crate::{
    demo,
    github::{CLASSIC_TOKEN, Seat, State, copilot_day},
};
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn now() -> Timestamp {
    "2026-11-22T18:00:00Z".parse().unwrap()
}

/// The demo's people and seats without its history.
fn company() -> State {
    let mut state = demo::people(7, now());
    demo::company(7, now()).furnish(&mut state);
    state
}

async fn all(asker: &Asker, token: &str, first: &str, list: &str) -> Vec<Value> {
    let mut address = format!("{}/api/v3/{first}", asker.server.base_url());
    let mut found = Vec::new();
    loop {
        let response = asker.client.get(&address).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 200, "{address}");
        let link = header(&response, "link");
        found.extend(body(response).await[list].as_array().unwrap().clone());
        let Some(next) = link.split(", ").find(|part| part.ends_with("rel=\"next\"")) else { return found };
        address = next.split(['<', '>']).nth(1).unwrap().to_owned();
    }
}

#[tokio::test]
async fn the_enterprise_lists_a_seat_once_for_each_team_that_grants_it() {
    let asker = Asker::of(company()).await;
    let truth = demo::company(7, now());
    let token = super::super::TOKEN;
    let own = all(&asker, token, "orgs/acme-rail/copilot/billing/seats", "seats").await;
    assert_eq!(own.len(), truth.copilot_seats());
    assert!(own.iter().any(|seat| seat["assignee"].is_null()));
    let at = own.iter().find_map(|seat| seat["last_activity_at"].as_str()).unwrap();
    assert!(at.ends_with("-06:00"), "{at}");
    assert!(own.iter().any(|seat| seat.get("plan_type").is_none()));
    let group = all(&asker, token, "enterprises/acme-rail-group/copilot/billing/seats?per_page=20", "seats").await;
    let people: BTreeSet<_> = group.iter().filter_map(|seat| seat["assignee"]["id"].as_u64()).collect();
    assert!(people.len() <= own.len() && group.len() >= own.len());
    let billing = asker.json("orgs/acme-rail/copilot/billing").await;
    assert_eq!(billing["seat_breakdown"]["total"], truth.copilot_seats());
    let limit = now() - jiff::SignedDuration::from_hours(24 * 30);
    let idle = own
        .iter()
        .filter(|seat| seat["last_activity_at"].as_str().is_none_or(|at| at.parse::<Timestamp>().unwrap() < limit));
    assert_eq!(idle.count(), truth.copilot_idle(30));
}

#[tokio::test]
async fn licences_open_to_a_classic_token_alone() {
    let asker = Asker::of(company()).await;
    let path = "enterprises/acme-rail-group/consumed-licenses";
    assert_eq!(asker.get(path).send().await.unwrap().status(), 404);
    let users = all(&asker, CLASSIC_TOKEN, path, "users").await;
    assert_eq!(users.len(), demo::company(7, now()).github_licences() + 3);
    assert!(users.iter().any(|user| user["github_com_two_factor_auth"].is_boolean()));
    assert!(users.iter().any(|user| user["github_com_two_factor_auth"] == "" && user["github_com_login"] == ""));
    assert!(users.iter().any(|user| user["github_com_member_roles"][0] == "acme-rail:Owner"));
}

struct Report {
    status: u16,
    rows: Vec<Value>,
}

async fn report(asker: &Asker, path: &str) -> Report {
    let response = asker.get(path).send().await.unwrap();
    let status = response.status().as_u16();
    let mut rows = Vec::new();
    if status == 200 {
        for link in body(response).await["download_links"].as_array().unwrap() {
            let text = asker.client.get(link.as_str().unwrap()).send().await.unwrap().text().await.unwrap();
            rows.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
    }
    Report { status, rows }
}

#[tokio::test]
async fn a_days_numbers_grow_until_the_third_day() {
    let asker = Asker::of(company()).await;
    let day: Date = "2026-11-19".parse().unwrap();
    let path = "orgs/acme-rail/copilot/metrics/reports/users-1-day?day=2026-11-19";
    let sum = |rows: &[Value]| rows.iter().map(|r| r["code_generation_activity_count"].as_u64().unwrap()).sum::<u64>();
    let mut seen = Vec::new();
    for today in ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-12-20"] {
        asker.server.state(|state| state.set_now(format!("{today}T10:00:00Z").parse().unwrap()));
        let report = report(&asker, path).await;
        seen.push((report.status, sum(&report.rows)));
    }
    let truth = asker.server.state(|state| copilot_day(state, day));
    assert_eq!(seen[0].0, 204);
    assert!(seen[1].1 < seen[2].1 && seen[2].1 < seen[3].1);
    assert_eq!((seen[3].1, seen[4].1), (truth.counts.generations, truth.counts.generations));
    let rows = report(&asker, path).await.rows;
    assert_eq!(rows.len(), truth.users);
    let active = rows.iter().filter(|row| row["user_initiated_interaction_count"].as_u64() > Some(0)).count();
    assert_eq!(active, truth.active);
    for row in &rows {
        for list in [
            "totals_by_ide",
            "totals_by_feature",
            "totals_by_language_feature",
            "totals_by_language_model",
            "totals_by_model_feature",
        ] {
            assert_eq!(sum(row[list].as_array().unwrap()), row["code_generation_activity_count"].as_u64().unwrap());
        }
    }
    for (path, id) in [
        ("orgs/acme-rail/copilot/metrics/reports/organization-1-day?day=2026-11-19", "organization_id"),
        ("enterprises/acme-rail-group/copilot/metrics/reports/enterprise-1-day?day=2026-11-19", "enterprise_id"),
    ] {
        let whole = report(&asker, path).await.rows;
        assert_eq!((whole.len(), &whole[0]["daily_active_users"]), (1, &json!(truth.active)));
        assert!(whole[0][id].is_string() && sum(&whole) == truth.counts.generations);
        assert!(whole[0]["monthly_active_users"].as_u64() >= whole[0]["weekly_active_users"].as_u64());
    }
    let teams = report(&asker, "orgs/acme-rail/copilot/metrics/reports/user-teams-1-day?day=2026-11-19").await.rows;
    let slugs: BTreeSet<_> = teams.iter().map(|row| row["slug"].as_str().unwrap()).collect();
    assert!(!slugs.is_empty() && slugs.len() < 14 && teams.iter().all(|row| row["organization_id"] == "9919"));
}

#[tokio::test]
async fn links_work_without_authorization_until_they_are_over() {
    let asker = Asker::of(company()).await;
    let path = "orgs/acme-rail/copilot/metrics/reports/users-1-day?day=2026-11-18";
    let links = asker.json(path).await["download_links"].clone();
    let again = asker.json(path).await["download_links"].clone();
    assert_ne!(links, again, "each has its own nonce");
    let link = links[0].as_str().unwrap();
    assert!(link.starts_with(&asker.server.reports_url()) && asker.server.reports_url() != asker.server.base_url());
    assert_eq!(asker.client.get(link).send().await.unwrap().status(), 200);
    assert_eq!(asker.client.get(link).bearer_auth("any").send().await.unwrap().status(), 400);
    assert_eq!(asker.client.get(link.replace("nonce=", "nonce=0")).send().await.unwrap().status(), 403);
    asker.server.state(|state| state.advance(900));
    assert_eq!(asker.client.get(link).send().await.unwrap().status(), 403);
    assert_eq!(asker.server.calls().of("download"), 4);
    asker.server.settings(|settings| settings.copilot_metrics_policy = false);
    assert_eq!(asker.get(path).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn few_seats_have_no_report_and_bad_days_none_either() {
    let mut state = story();
    let id = state.user("ann").unwrap().id;
    let seat = Seat {
        assignee: Some(id),
        created_at: state.now(),
        last_activity_at: None,
        last_activity_editor: None,
        pending_cancellation: None,
        granted_by: Vec::new(),
    };
    state.copilot.push(seat);
    let asker = Asker::of(state).await;
    let path = "orgs/acme/copilot/metrics/reports/users-1-day";
    assert_eq!(report(&asker, &format!("{path}?day=2026-10-30")).await.status, 403);
    asker.server.state(|state| state.copilot = company().copilot);
    for (day, status) in [("2026-11-02", 204), ("2025-10-09", 204), ("2027-01-01", 204), ("yesterday", 422)] {
        assert_eq!(report(&asker, &format!("{path}?day={day}")).await.status, status, "{day}");
    }
}
