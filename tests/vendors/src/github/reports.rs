//! Copilot usage reports: the addresses of files, and the host that serves them without GitHub's authorization.
//!
//! <https://docs.github.com/en/rest/copilot/copilot-usage-metrics>

use super::{
    model::PullRequest,
    rest::Asked,
    server::Shared,
    settings::Settings,
    state::State,
    usage::{self, Cell, Counts, Used},
};
use crate::{
    calls::Call,
    digest::hash,
    faults::Kind,
    service::{self, Incoming, Reply},
};
use axum::{body::Body, http::Response};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

/// The first day there is any report of.
const FIRST_DAY: Date = Date::constant(2025, 10, 10);
/// What the links are signed with.
const SECRET: &str = "simulated-report-secret";

/// Whose report it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entity {
    Organization,
    Enterprise,
}

impl Entity {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Enterprise => "enterprise",
        }
    }
}

/// `GET .../copilot/metrics/reports/{report}?day=`.
pub(super) fn answer(asked: &Asked<'_>, settings: &Settings, entity: Entity, report: &str) -> Reply {
    let state = asked.state;
    let kind = match report.strip_suffix("-1-day") {
        Some(kind @ ("users" | "user-teams")) => kind,
        Some(kind) if kind == entity.as_str() => kind,
        _ => return Reply::not_found(),
    };
    if !settings.copilot_metrics_policy {
        return Reply::error(403, "Copilot usage metrics policy is not enabled.");
    }
    if state.copilot.len() < 5 {
        return Reply::error(403, "Copilot usage metrics need at least five licensed users.");
    }
    let Some(day) = asked.text("day").and_then(|text| text.parse::<Date>().ok()) else {
        return Reply::error(422, "Invalid request.\n\n\"day\" wasn't supplied or is not a date (YYYY-MM-DD).");
    };
    let now = state.now();
    let today = usage::utc_day(now);
    let age = (today - day).get_days();
    if !(1..=365).contains(&age) || day < FIRST_DAY || usage::on(state, day, i64::from(age)).is_empty() {
        return Reply::of(204, Value::Null);
    }
    let parts = if kind == entity.as_str() { 1 } else { 2 };
    let until = now + SignedDuration::from_secs(settings.report_link_seconds);
    let origin = state.reports_origin.clone().unwrap_or_else(|| "https://copilot-reports.github.com".into());
    let link = |part: usize| {
        let path = format!("/{}/{kind}/{day}/part-{part}.ndjson", entity.as_str());
        let nonce = &hash(&["nonce", &path, &now.to_string(), &asked.nonce.to_string()])[..16];
        let (made, until) = (now.as_second(), until.as_second());
        let signature = sign(&path, made, until, nonce);
        format!("{origin}{path}?st={made}&se={until}&nonce={nonce}&sig={signature}")
    };
    let links: Vec<String> = (1..=parts).map(link).collect();
    Reply::ok(json!({"download_links": links, "report_day": day}))
}

fn sign(path: &str, made: i64, until: i64, nonce: &str) -> String {
    hash(&[SECRET, path, &made.to_string(), &until.to_string(), nonce])
}

/// Answers on the host of the files.
pub(super) async fn download(shared: &Shared, incoming: &Incoming) -> Response<Body> {
    let (reply, fault, mut call) = {
        let state = shared.state.read().unwrap();
        let now = state.now();
        let call = Call {
            at: now,
            kind: "download",
            method: incoming.method.to_string(),
            path: incoming.path_and_query(),
            status: 0,
            cost: 0,
            bytes: 0,
        };
        let fault = shared.desk.take(incoming.method.as_str(), &incoming.path_and_query(), None, now);
        let reply = match &fault {
            Some(fault) if fault.kind.refuses() => match fault.retry_after {
                Some(seconds) => failure(fault.kind).with("retry-after", seconds.to_string()),
                None => failure(fault.kind),
            },
            _ => file(&state, incoming, now),
        };
        (reply, fault, call)
    };
    if let Some(fault) = fault.as_ref().filter(|fault| fault.kind == Kind::Slow) {
        tokio::time::sleep(Duration::from_millis(fault.ms)).await;
    }
    let response = service::send(reply, fault.map(|fault| fault.kind), &mut call);
    shared.desk.add(call);
    response
}

fn storage_error(status: u16, code: &str, message: &str) -> Reply {
    let text = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::text(status, "application/xml", text)
}

fn failure(kind: Kind) -> Reply {
    match kind {
        Kind::Unauthorized => storage_error(401, "NoAuthenticationInformation", "No."),
        Kind::Forbidden | Kind::Secondary => storage_error(403, "AuthenticationFailed", "No."),
        Kind::NotFound => storage_error(404, "BlobNotFound", "The specified blob does not exist."),
        Kind::Gone => storage_error(410, "Gone", "Gone."),
        Kind::TooMany => storage_error(429, "TooManyRequests", "Slower."),
        Kind::Unavailable => storage_error(503, "ServerBusy", "The server is busy."),
        Kind::BadGateway => Reply::bad_gateway(),
        _ => storage_error(500, "InternalError", "The server encountered an internal error."),
    }
}

fn file(state: &State, incoming: &Incoming, now: Timestamp) -> Reply {
    if incoming.header("authorization").is_some() {
        let words =
            "Authentication information is not given in the correct format. Check the value of Authorization header.";
        return storage_error(400, "InvalidAuthenticationInfo", words);
    }
    let given = incoming.parameters();
    let text = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let number = |name: &str| text(name).parse::<i64>().unwrap_or(0);
    let (made, until) = (number("st"), number("se"));
    if text("sig") != sign(&incoming.path, made, until, text("nonce")) || until <= now.as_second() {
        let words = "Server failed to authenticate the request. Signature not valid in the specified time frame.";
        return storage_error(403, "AuthenticationFailed", words);
    }
    let segments = incoming.segments();
    let [entity, kind, day, part] = segments.as_slice() else { return failure(Kind::NotFound) };
    let entity = if entity == "enterprise" { Entity::Enterprise } else { Entity::Organization };
    let day: Date = day.parse().expect("the address is signed");
    let age = i64::from((usage::utc_day(Timestamp::from_second(made).expect("signed")) - day).get_days());
    let used = usage::on(state, day, age);
    let rows: Vec<Value> = match kind.as_str() {
        "users" => used.iter().map(|used| user_row(state, entity, day, used)).collect(),
        "user-teams" => team_rows(state, entity, day, &used),
        _ => vec![entity_row(state, entity, day, age, &used)],
    };
    let odd = part.starts_with("part-1");
    let all = kind != "users" && kind != "user-teams";
    let mut text = String::new();
    for (_, row) in rows.iter().enumerate().filter(|(n, _)| all || n.is_multiple_of(2) == odd) {
        text.push_str(&row.to_string());
        text.push('\n');
    }
    Reply::text(200, "application/x-ndjson", text)
}

/// A key's name, and its value of a cell.
type Key = (&'static str, fn(&Cell) -> &'static str);

/// Sums of the cells by what the keys say of them.
fn totals(cells: &[&Cell], keys: &[Key], with_interactions: bool) -> Value {
    let mut sums: BTreeMap<Vec<&'static str>, Counts> = BTreeMap::new();
    for cell in cells {
        let sum = sums.entry(keys.iter().map(|(_, key)| key(cell)).collect()).or_default();
        *sum = sum.plus(cell.counts);
    }
    let row = |(values, counts): (Vec<&'static str>, Counts)| {
        let mut row = json!(counts);
        if !with_interactions && let Some(map) = row.as_object_mut() {
            map.remove("user_initiated_interaction_count");
        }
        for ((name, _), value) in keys.iter().zip(values) {
            row[*name] = value.into();
        }
        row
    };
    sums.into_iter().map(row).collect()
}

/// What people's and entities' rows have in common.
fn common(state: &State, entity: Entity, day: Date, cells: &[&Cell], cli_requests: u64) -> Map<String, Value> {
    let total = cells.iter().fold(Counts::default(), |sum, cell| sum.plus(cell.counts));
    let mut row = json!(total).as_object().cloned().unwrap_or_default();
    let id = if entity == Entity::Enterprise { state.enterprise.id } else { state.organization.id };
    let more = json!({
        "day": day, "enterprise_id": state.enterprise.id.to_string(),
        "totals_by_ide": totals(cells, &[("ide", |cell| cell.ide)], true),
        "totals_by_feature": totals(cells, &[("feature", |cell| cell.feature)], true),
        "totals_by_language_feature": totals(cells, &[("language", |cell| cell.language), ("feature", |cell| cell.feature)], false),
        "totals_by_language_model": totals(cells, &[("language", |cell| cell.language), ("model", |cell| cell.model)], false),
        "totals_by_model_feature": totals(cells, &[("model", |cell| cell.model), ("feature", |cell| cell.feature)], true),
        "etl_id": "green", "day_partition": day, "entity_id_partition": id,
    });
    row.extend(more.as_object().cloned().unwrap_or_default());
    if entity == Entity::Organization {
        row.insert("organization_id".into(), id.to_string().into());
    }
    if cli_requests > 0 {
        let tokens = json!({"avg_tokens_per_request": 4_100.0, "output_tokens_sum": cli_requests * 1_700, "prompt_tokens_sum": cli_requests * 2_400});
        let cli = json!({"prompt_count": cli_requests, "request_count": cli_requests, "session_count": cli_requests.div_ceil(4), "token_usage": tokens});
        row.insert("totals_by_cli".into(), cli);
    }
    row
}

fn user_row(state: &State, entity: Entity, day: Date, used: &Used) -> Value {
    let cells: Vec<&Cell> = used.cells.iter().collect();
    let mut row = common(state, entity, day, &cells, used.cli_requests);
    let more = json!({
        "user_id": used.user, "user_login": used.login, "used_agent": used.used("agent"), "used_chat": used.used("chat"),
        "used_cli": used.cli_requests > 0, "used_copilot_code_review_active": used.reviewed,
        "used_copilot_code_review_passive": used.user.is_multiple_of(3),
    });
    row.extend(more.as_object().cloned().unwrap_or_default());
    row.into()
}

/// Teams with fewer than five seats are left out.
fn team_rows(state: &State, entity: Entity, day: Date, used: &[Used]) -> Vec<Value> {
    let mut rows = Vec::new();
    for team in state.teams.values() {
        let members = state.team_members(team.id);
        let seated = state.copilot.iter().filter(|seat| seat.assignee.is_some_and(|id| members.contains_key(&id)));
        if seated.count() < 5 {
            continue;
        }
        for used in used.iter().filter(|used| members.contains_key(&used.user)) {
            let mut row = json!({
                "user_id": used.user, "user_login": used.login, "day": day, "team_id": team.id, "slug": team.slug,
                "enterprise_id": state.enterprise.id.to_string(),
            });
            if entity == Entity::Organization {
                row["organization_id"] = state.organization.id.to_string().into();
            }
            rows.push(row);
        }
    }
    rows
}

fn entity_row(state: &State, entity: Entity, day: Date, age: i64, used: &[Used]) -> Value {
    let cells: Vec<&Cell> = used.iter().flat_map(|used| &used.cells).collect();
    let mut row = common(state, entity, day, &cells, used.iter().map(|used| used.cli_requests).sum());
    // Who used it within so many days, counted by what is known of each of them.
    let within = |days: i32, test: &dyn Fn(&Used) -> bool| {
        let mut users = std::collections::BTreeSet::new();
        for back in 0..days {
            let earlier = day - jiff::ToSpan::days(back);
            users.extend(usage::on(state, earlier, age + i64::from(back)).iter().filter(|u| test(u)).map(|u| u.user));
        }
        users.len()
    };
    let active = |used: &Used| used.total().interactions > 0;
    let more = json!({
        "daily_active_users": within(1, &active), "weekly_active_users": within(7, &active),
        "monthly_active_users": within(28, &active),
        "monthly_active_chat_users": within(28, &|used| used.used("chat")),
        "monthly_active_agent_users": within(28, &|used| used.used("agent")),
        "daily_active_cli_users": used.iter().filter(|used| used.cli_requests > 0).count(),
        "pull_requests": pull_requests(state, day),
    });
    row.extend(more.as_object().cloned().unwrap_or_default());
    row.into()
}

fn pull_requests(state: &State, day: Date) -> Value {
    let on = |at: Option<Timestamp>| at.is_some_and(|at| usage::utc_day(at) == day);
    let all = || state.own_repositories().flat_map(|repository| repository.pull_requests.values());
    let by_agent = |pull: &&PullRequest| {
        pull.author.and_then(|id| state.users.get(&id)).is_some_and(|user| user.login == "copilot-swe-agent[bot]")
    };
    let created = || all().filter(|pull| on(Some(pull.created_at)));
    let merged = || all().filter(|pull| on(pull.merged_at));
    let mut minutes: Vec<i64> =
        merged().filter_map(|pull| Some((pull.merged_at?.as_second() - pull.created_at.as_second()) / 60)).collect();
    minutes.sort_unstable();
    let mut row = json!({
        "total_created": created().count(), "total_merged": merged().count(), "total_reviewed": 0,
        "total_created_by_copilot": created().filter(by_agent).count(),
        "total_merged_created_by_copilot": merged().filter(by_agent).count(), "total_reviewed_by_copilot": 0,
        "total_suggestions": 0, "total_applied_suggestions": 0, "total_copilot_suggestions": 0,
        "total_copilot_applied_suggestions": 0,
    });
    if let Some(median) = minutes.get(minutes.len() / 2) {
        row["median_minutes_to_merge"] = (*median).into();
    }
    row
}
