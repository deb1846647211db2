//! Jira: which address shows what.

use super::{
    accounts, agile,
    auth::{self, Caller},
    changelog,
    issues::{self, FIELDS},
    model::STATUSES,
    state::State,
    vendor::Knobs,
};
use crate::service::{Incoming, Reply};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Jira's instants have milliseconds, and an offset without a colon.
pub(super) fn jira_time(at: Timestamp) -> String {
    let time = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    format!("{time}.{:03}+0000", milliseconds(at))
}

/// Those that Jira would have written: the same for the same second.
pub(super) fn milliseconds(at: Timestamp) -> i64 {
    at.as_second().rem_euclid(997)
}

fn error(status: u16, words: &str) -> Reply {
    Reply::of(status, json!({"errorMessages": [words], "errors": {}}))
}

pub(super) fn bad(words: &str) -> Reply {
    error(400, words)
}

pub(super) fn not_found() -> Reply {
    error(404, "Der Vorgang existiert nicht oder Sie haben keine Berechtigung, ihn anzuzeigen.")
}

pub(super) fn number(asked: &BTreeMap<String, String>, name: &str, otherwise: usize) -> usize {
    asked.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A page by `startAt` and `maxResults`.
pub(super) fn offset_page(state: &State, incoming: &Incoming, size: usize, most: usize, items: &[Value]) -> Reply {
    let asked = incoming.parameters();
    let (start, size) = (number(&asked, "startAt", 0), number(&asked, "maxResults", size).clamp(1, most));
    let end = start.saturating_add(size).min(items.len());
    let page = items.get(start..end).unwrap_or_default();
    Reply::ok(json!({
        "self": format!("{}{}", state.origin, incoming.path_and_query()), "maxResults": size, "startAt": start,
        "total": items.len(), "isLast": end >= items.len(), "values": page,
    }))
    .costing(1 + page.len() as u64)
}

/// Answers below `/rest`.
pub(super) fn answer(state: &State, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
    let (caller, path) = match auth::enter(state, incoming, now) {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let method = incoming.method.as_str();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let segments = match segments.as_slice() {
        ["rest", "api", "3" | "latest", rest @ ..] => rest,
        ["rest", "agile", "1.0", rest @ ..] => return boards(state, incoming, &caller, rest),
        _ => return not_found(),
    };
    let scope = if matches!(segments.first(), Some(&("users" | "user" | "myself"))) {
        "read:jira-user"
    } else {
        "read:jira-work"
    };
    if !caller.may(scope) {
        return auth::scope_does_not_match();
    }
    match (method, segments) {
        (_, ["search"]) => error(
            410,
            "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
        ),
        ("GET" | "POST", ["search", "jql"]) => issues::search(state, incoming, now, knobs),
        ("POST", ["search", "approximate-count"]) => issues::count(state, incoming, now, knobs),
        ("POST", ["issue", "bulkfetch"]) => issues::bulk(state, incoming),
        ("GET", ["issue", key, "changelog"]) => changelog::of_issue(state, incoming, key),
        ("GET", ["issue", key]) => {
            let all = ["*all".to_owned()];
            issues::find(state, key)
                .map_or_else(not_found, |issue| Reply::ok(issues::shown(state, issue, &all)).costing(2))
        }
        ("POST", ["changelog", "bulkfetch"]) => changelog::bulk(state, incoming, knobs),
        ("GET", ["users", "search"]) => accounts::search(state, incoming),
        ("GET", ["field"]) => Reply::ok(FIELDS.iter().map(field).collect()),
        ("GET", ["status"]) => Reply::ok(STATUSES.iter().map(|status| issues::status(state, *status)).collect()),
        ("GET", ["project", "search"]) => projects(state, incoming),
        ("GET", ["myself"]) => Reply::ok(json!({
            "self": format!("{}/rest/api/3/user?accountId=712020:plumbline", state.origin),
            "accountId": "712020:plumbline", "accountType": "atlassian", "emailAddress": super::EMAIL,
            "displayName": "Plumbline", "active": true, "timeZone": knobs.time_zone, "locale": "de_DE",
        }))
        .costing(3),
        _ => error(404, "null for uri: the address is not known"),
    }
}

fn boards(state: &State, incoming: &Incoming, caller: &Caller, rest: &[&str]) -> Reply {
    let scope =
        if rest.ends_with(&["sprint"]) { "read:sprint:jira-software" } else { "read:board-scope:jira-software" };
    if !caller.may(scope) {
        return auth::scope_does_not_match();
    }
    match (incoming.method.as_str(), rest) {
        ("GET", ["board"]) => agile::boards(state, incoming),
        ("GET", ["board", id, "configuration"]) => agile::configuration(state, id),
        ("GET", ["board", id, "sprint"]) => agile::sprints(state, incoming, id),
        _ => error(404, "null for uri: the address is not known"),
    }
}

fn field((id, name, kind, custom): &(&str, &str, &str, Option<&str>)) -> Value {
    let mut schema = json!({"type": kind});
    if let Some(custom) = custom {
        schema["custom"] = (*custom).into();
        schema["customId"] = id.rsplit('_').next().and_then(|digits| digits.parse::<u64>().ok()).into();
    } else {
        schema["system"] = (*id).into();
    }
    json!({
        "id": id, "key": id, "name": name, "untranslatedName": if custom.is_some() { *name } else { *id },
        "custom": custom.is_some(), "orderable": true, "navigable": true, "searchable": true, "schema": schema,
    })
}

fn projects(state: &State, incoming: &Incoming) -> Reply {
    let projects: Vec<Value> = state
        .projects
        .values()
        .map(|project| {
            json!({
                "id": project.id.to_string(), "key": project.key, "name": project.name, "projectTypeKey": "software",
                "simplified": project.by_team, "style": if project.by_team { "next-gen" } else { "classic" },
                "isPrivate": false, "self": format!("{}/rest/api/3/project/{}", state.origin, project.id),
            })
        })
        .collect();
    offset_page(state, incoming, 50, 100, &projects)
}
