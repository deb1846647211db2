//! The endpoints below `/_control` that every simulator has.

use super::{desk::Desk, incoming::Incoming};
use crate::faults::Fault;
use axum::{
    body::Body,
    http::{Method, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a control endpoint answers: JSON, or a status with the reason.
pub type Answer = Result<Value, (u16, String)>;

/// The answer as it goes out.
pub(crate) fn response(answer: Answer) -> Response<Body> {
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err((status, reason)) => (status, json!({"error": reason})),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}

/// The body as `T`; none is an empty object.
pub(crate) fn parsed<T: DeserializeOwned>(incoming: &Incoming) -> Result<T, (u16, String)> {
    let body: &[u8] = if incoming.body.is_empty() { b"{}" } else { &incoming.body };
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}

/// Health, calls, counters, budgets and faults; `None` for anything else.
pub(crate) fn common(desk: &Desk, verb: &str, incoming: &Incoming) -> Option<Answer> {
    Some(match (&incoming.method, verb) {
        (&Method::GET, "health") => Ok(json!({"status": "ok"})),
        (&Method::GET, "calls") => Ok(json!(desk.calls())),
        (&Method::POST, "reset-counters") => {
            desk.reset_counters();
            Ok(json!({}))
        }
        (&Method::POST, "reset-budgets") => {
            desk.reset_budgets();
            Ok(json!({}))
        }
        (&Method::GET, "faults") => Ok(json!(*desk.faults())),
        (&Method::DELETE, "faults") => {
            desk.faults().clear();
            Ok(json!([]))
        }
        (&Method::POST, "faults") => add_faults(desk, incoming),
        _ => return None,
    })
}

fn add_faults(desk: &Desk, incoming: &Incoming) -> Answer {
    let body: Value = parsed(incoming)?;
    let list = if body.is_array() { body } else { json!([body]) };
    let list: Vec<Fault> = serde_json::from_value(list).map_err(|error| (400, error.to_string()))?;
    let mut faults = desk.faults();
    faults.extend(list);
    Ok(json!(*faults))
}

/// Replaces the given settings and keeps the others.
pub(crate) fn patched<S: Serialize + DeserializeOwned>(settings: &mut S, incoming: &Incoming) -> Answer {
    let given: BTreeMap<String, Value> = parsed(incoming)?;
    let mut all = json!(*settings);
    for (name, value) in given {
        if all.get(&name).is_none() {
            return Err((400, format!("no setting {name}")));
        }
        all[name] = value;
    }
    *settings = serde_json::from_value(all).map_err(|error| (400, error.to_string()))?;
    Ok(json!(*settings))
}

/// What is to become of a clock; neither: it runs with the system's.
#[derive(Debug, Deserialize)]
pub(crate) struct ClockSet {
    /// Stand still at this instant.
    pub(crate) now: Option<Timestamp>,
    /// Move a clock that stands still.
    pub(crate) advance_seconds: Option<i64>,
}
