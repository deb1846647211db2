//! Endpoints for whoever runs the simulator: what the vendor itself does not have.

use super::{
    merging::{self, Wanted},
    server::Shared,
    verb::Verb,
    verbs::Refused,
    webhook::{self, Event},
};
use crate::{
    service::{
        Incoming,
        control::{self, Answer, ClockSet, parsed},
    },
    truth,
};
use axum::{
    body::Body,
    http::{Method, Response},
};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Answers `/_control/{verb}`.
pub(crate) async fn handle(shared: &Shared, verb: &str, incoming: &Incoming) -> Response<Body> {
    control::response(answer(shared, verb, incoming).await)
}

fn refused(reason: Refused) -> (u16, String) {
    (404, reason.0)
}

async fn answer(shared: &Shared, verb: &str, incoming: &Incoming) -> Answer {
    if let Some(answer) = control::common(&shared.desk, verb, incoming) {
        return answer;
    }
    match (&incoming.method, verb) {
        (&Method::GET, "settings") => Ok(json!(*shared.settings.read().unwrap())),
        (&Method::PATCH, "settings") => control::patched(&mut *shared.settings.write().unwrap(), incoming),
        (&Method::POST, "clock") => clock(shared, &parsed(incoming)?),
        (&Method::GET, "credentials") => Ok(crate::credentials::credentials()),
        (&Method::GET, "summary") => Ok(summary(shared)),
        (&Method::GET, "truth") => truth(shared, &incoming.query),
        (&Method::GET, "copilot") => {
            let day = incoming.parameters().get("day").and_then(|text| text.parse::<Date>().ok());
            let day = day.ok_or_else(|| (400, "day=YYYY-MM-DD is missing".to_owned()))?;
            Ok(json!(super::copilot_day(&shared.state.read().unwrap(), day)))
        }
        (&Method::POST, "apply") => apply(shared, parsed(incoming)?).await,
        (&Method::POST, "merge") => merge(shared, parsed(incoming)?).await,
        (&Method::POST, "ping") => {
            let event = shared.change(webhook::ping);
            let status = shared.deliver(&event).await;
            Ok(json!({"deliveries": deliveries(&[(event, status)])}))
        }
        (&Method::POST, "deliver") => Ok(json!({"deliveries": deliveries(&shared.deliver_all().await)})),
        _ => Err((404, format!("no {} /_control/{verb}", incoming.method))),
    }
}

fn clock(shared: &Shared, given: &ClockSet) -> Answer {
    shared.change(|state| {
        match (given.now, given.advance_seconds) {
            (Some(now), _) => state.set_now(now),
            (None, Some(seconds)) => state.advance(seconds),
            (None, None) => state.clock = None,
        }
        Ok(json!({"now": state.now()}))
    })
}

fn summary(shared: &Shared) -> Value {
    let state = shared.state.read().unwrap();
    let repositories: Vec<Value> = state
        .repositories
        .values()
        .map(|r| json!({"repository": r.full_name(), "id": r.id, "pull_requests": r.pull_requests.len(), "branch_commits": r.branch_commits.len()}))
        .collect();
    json!({
        "organization": state.organization.login, "now": state.now(), "members": state.members.len(),
        "teams": state.teams.len(),
        "pull_requests": state.repositories.values().map(|r| r.pull_requests.len()).sum::<usize>(),
        "repositories": repositories,
    })
}

fn truth(shared: &Shared, query: &str) -> Answer {
    let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let date = |name: &str| -> Result<Date, (u16, String)> {
        let given = query.get(name).ok_or_else(|| (400, format!("{name}=YYYY-MM-DD is missing")))?;
        given.parse().map_err(|error: jiff::Error| (400, error.to_string()))
    };
    let zone = query.get("tz").map_or("UTC", String::as_str);
    let zone = jiff::tz::TimeZone::get(zone).map_err(|error| (400, error.to_string()))?;
    let state = shared.state.read().unwrap();
    Ok(json!(truth::delivery(&state, date("from")?, date("to")?, &zone)))
}

/// Applies one verb or a list of them, and sends the webhooks.
async fn apply(shared: &Shared, given: Value) -> Answer {
    let list = if given.is_array() { given } else { json!([given]) };
    let verbs: Vec<Verb> = serde_json::from_value(list).map_err(|error| (400, error.to_string()))?;
    let made = shared.change(|state| verbs.into_iter().map(|verb| state.apply(verb)).collect::<Result<Vec<_>, _>>());
    let made = made.map_err(refused)?;
    Ok(json!({"made": made, "deliveries": deliveries(&shared.deliver_all().await)}))
}

/// Merges a pull request, as somebody would at GitHub's page, and sends the webhooks.
async fn merge(shared: &Shared, wanted: Wanted) -> Answer {
    let mut merged = shared.change(|state| merging::merge(state, &wanted)).map_err(refused)?;
    merged["deliveries"] = deliveries(&shared.deliver_all().await).into();
    Ok(merged)
}

fn deliveries(sent: &[(Event, Option<u16>)]) -> Vec<Value> {
    sent.iter()
        .map(|(event, status)| {
            json!({"event": event.name, "action": event.action(), "delivery": event.delivery, "status": status})
        })
        .collect()
}
