//! Endpoints for whoever runs the simulator: what the vendor itself does not have.

use super::{
    model::ReviewState,
    server::{Incoming, Shared},
    settings::Settings,
    verb::{Change, NewCommit, NewPullRequest, Verb},
    verbs::Refused,
    webhook::{self, Event},
};
use crate::{calls::Calls, faults::Fault, truth};
use axum::{
    body::Body,
    http::{Method, Response},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::form_urlencoded;

type Answer = Result<Value, (u16, String)>;

/// Answers `/_control/{verb}`.
pub(crate) async fn handle(shared: &Shared, verb: &str, incoming: &Incoming) -> Response<Body> {
    let answer = answer(shared, verb, incoming).await;
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err((status, reason)) => (status, json!({"error": reason})),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}

fn parsed<T: DeserializeOwned>(incoming: &Incoming) -> Result<T, (u16, String)> {
    let body: &[u8] = if incoming.body.is_empty() { b"{}" } else { &incoming.body };
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}

fn refused(reason: Refused) -> (u16, String) {
    (404, reason.0)
}

async fn answer(shared: &Shared, verb: &str, incoming: &Incoming) -> Answer {
    match (&incoming.method, verb) {
        (&Method::GET, "health") => Ok(json!({"status": "ok"})),
        (&Method::GET, "calls") => Ok(json!(*shared.calls.lock().unwrap())),
        (&Method::POST, "reset-counters") => {
            *shared.calls.lock().unwrap() = Calls::default();
            Ok(json!({}))
        }
        (&Method::POST, "reset-budgets") => {
            shared.budgets.lock().unwrap().clear();
            *shared.quiet_until.lock().unwrap() = None;
            Ok(json!({}))
        }
        (&Method::GET, "faults") => Ok(json!(*shared.faults.lock().unwrap())),
        (&Method::DELETE, "faults") => {
            shared.faults.lock().unwrap().clear();
            Ok(json!([]))
        }
        (&Method::POST, "faults") => {
            let body: Value = parsed(incoming)?;
            let list = if body.is_array() { body } else { json!([body]) };
            let list: Vec<Fault> = serde_json::from_value(list).map_err(|error| (400, error.to_string()))?;
            let mut faults = shared.faults.lock().unwrap();
            faults.extend(list);
            Ok(json!(*faults))
        }
        (&Method::GET, "settings") => Ok(json!(*shared.settings.read().unwrap())),
        (&Method::PATCH, "settings") => settings(shared, &parsed(incoming)?),
        (&Method::POST, "clock") => clock(shared, &parsed(incoming)?),
        (&Method::GET, "summary") => Ok(summary(shared)),
        (&Method::GET, "truth") => truth(shared, &incoming.query),
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

/// Replaces the given settings and keeps the others.
fn settings(shared: &Shared, given: &BTreeMap<String, Value>) -> Answer {
    let mut settings = shared.settings.write().unwrap();
    let mut all = json!(*settings);
    for (name, value) in given {
        if all.get(name).is_none() {
            return Err((400, format!("no setting {name}")));
        }
        all[name] = value.clone();
    }
    *settings = serde_json::from_value::<Settings>(all).map_err(|error| (400, error.to_string()))?;
    Ok(json!(*settings))
}

#[derive(Deserialize)]
struct ClockSet {
    /// Stand still at this instant.
    now: Option<Timestamp>,
    /// Move a clock that stands still.
    advance_seconds: Option<i64>,
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

#[derive(Deserialize)]
struct MergeWhat {
    /// `owner/name`, or the name alone; absent: the first repository that has a pull request to merge.
    repository: Option<String>,
    /// Which one; absent: a new one, opened some hours ago and reviewed since.
    number: Option<u64>,
}

/// Merges a pull request, as somebody would at GitHub's page, and sends the webhooks.
async fn merge(shared: &Shared, what: MergeWhat) -> Answer {
    let outcome = shared.change(|state| {
        let name = match &what.repository {
            Some(name) if name.contains('/') => name.clone(),
            Some(name) => format!("{}/{name}", state.organization.login),
            None => {
                let found = state.own_repositories().find(|r| !r.archived && !r.empty);
                found.map(super::model::Repository::full_name).ok_or_else(|| Refused("no repository".into()))?
            }
        };
        let number = match what.number {
            Some(number) => number,
            None => open_and_review(state, &name)?,
        };
        let change = Change::Merge { by: None };
        state.apply(Verb::Change { repository: name.clone(), number, change })?;
        Ok((name, number, state.now()))
    });
    let (repository, number, merged_at) = outcome.map_err(refused)?;
    let deliveries = deliveries(&shared.deliver_all().await);
    Ok(json!({"repository": repository, "number": number, "merged_at": merged_at, "deliveries": deliveries}))
}

fn open_and_review(state: &mut super::State, name: &str) -> Result<u64, Refused> {
    let mut people = state.members.keys().filter_map(|&id| state.actor(Some(id))).map(|user| user.login.clone());
    let (Some(author), Some(reviewer)) = (people.next(), people.next()) else {
        return Err(Refused("a merge takes two members".into()));
    };
    drop(people);
    let now = state.now();
    let hours = |n: i64| now - SignedDuration::from_hours(n);
    let commit = NewCommit { authored_at: Some(hours(6)), ..NewCommit::default() };
    let pull_request = NewPullRequest {
        author: Some(author),
        title: Some("Show the platform in the departure board".into()),
        created_at: Some(hours(4)),
        additions: Some(64),
        deletions: Some(12),
        changed_files: Some(4),
        commits: vec![commit],
        ..NewPullRequest::default()
    };
    let pull_request = Box::new(pull_request);
    let made = state.apply(Verb::AddPullRequest { repository: name.into(), pull_request })?;
    let number = made.ok_or_else(|| Refused("nothing was opened".into()))?;
    let change = Change::Review { reviewer, state: ReviewState::Approved };
    state.apply(Verb::Change { repository: name.into(), number, change })?;
    Ok(number)
}

fn deliveries(sent: &[(Event, Option<u16>)]) -> Vec<Value> {
    sent.iter()
        .map(|(event, status)| {
            json!({"event": event.name, "action": event.action(), "delivery": event.delivery, "status": status})
        })
        .collect()
}
