//! What changed on issues: in bulk, and of one issue.

use super::{
    accounts,
    issues::find,
    jira::{bad, jira_time, milliseconds, not_found},
    model::{History, Issue},
    state::State,
    vendor::Knobs,
};
use crate::service::{Incoming, Reply};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// `POST /rest/api/3/changelog/bulkfetch`: the oldest first, in pages of changes, whatever issues they are of.
pub(super) fn bulk(state: &State, incoming: &Incoming, knobs: &Knobs) -> Reply {
    let Some(body) = incoming.json() else { return bad("Invalid request payload.") };
    let texts = |name: &str| -> Vec<&str> {
        body.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let (wanted, fields) = (texts("issueIdsOrKeys"), texts("fieldIds"));
    if wanted.is_empty() || wanted.len() > 1_000 {
        return bad("issueIdsOrKeys must have between 1 and 1000 items.");
    }
    if fields.len() > 10 {
        return bad("fieldIds must have at most 10 items.");
    }
    let most = body.get("maxResults").and_then(Value::as_u64).unwrap_or(1_000);
    if !(1..=10_000).contains(&most) {
        return bad("maxResults must be between 1 and 10000.");
    }
    let most = usize::try_from(most).unwrap_or(1_000);
    let start: usize = match body.get("nextPageToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => {
            let bytes = URL_SAFE_NO_PAD.decode(token).ok();
            match bytes.and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| text.parse().ok()) {
                Some(start) => start,
                None => return bad("The provided next page token is invalid or expired."),
            }
        }
    };
    let mut issues: Vec<&Issue> = wanted.iter().filter_map(|name| find(state, name)).collect();
    issues.sort_by_key(|issue| issue.id);
    issues.dedup_by_key(|issue| issue.id);
    let about =
        |history: &&History| fields.is_empty() || history.items.iter().any(|item| fields.contains(&item.field_id));
    let all: Vec<(&Issue, &History)> =
        issues.into_iter().flat_map(|issue| issue.history.iter().filter(about).map(move |one| (issue, one))).collect();
    let end = (start + most).min(all.len());
    let mut logs: Vec<Value> = Vec::new();
    let mut last = None;
    for (issue, history) in all.get(start..end).unwrap_or_default() {
        let change = change(state, history, &fields, knobs);
        if last == Some(issue.id)
            && let Some(list) = logs.last_mut().and_then(|log| log["changeHistories"].as_array_mut())
        {
            list.push(change);
        } else {
            logs.push(json!({"issueId": issue.id.to_string(), "changeHistories": [change]}));
        }
        last = Some(issue.id);
    }
    let points = 1 + logs.len() as u64;
    let mut body = json!({"issueChangeLogs": logs});
    if end < all.len() {
        body["nextPageToken"] = URL_SAFE_NO_PAD.encode(end.to_string()).into();
    }
    Reply::ok(body).costing(points)
}

/// `GET /rest/api/3/issue/{key}/changelog`.
pub(super) fn of_issue(state: &State, incoming: &Incoming, key: &str) -> Reply {
    let Some(issue) = find(state, key) else { return not_found() };
    let knobs = Knobs::default();
    let changes: Vec<Value> = issue.history.iter().map(|history| change(state, history, &[], &knobs)).collect();
    super::jira::offset_page(state, incoming, 100, 100, &changes)
}

fn change(state: &State, history: &History, fields: &[&str], knobs: &Knobs) -> Value {
    let items = history.items.iter().filter(|item| fields.is_empty() || fields.contains(&item.field_id));
    let items: Vec<Value> = items
        .map(|item| {
            json!({
                "field": item.field, "fieldtype": if item.field_id.starts_with("custom") { "custom" } else { "jira" },
                "fieldId": item.field_id, "from": item.from, "fromString": item.from_string, "to": item.to,
                "toString": item.to_string,
            })
        })
        .collect();
    let created: Value = if knobs.changelog_epoch_ms {
        (history.at.as_millisecond() + milliseconds(history.at)).into()
    } else {
        jira_time(history.at).into()
    };
    let mut value = json!({"id": history.id.to_string(), "created": created, "items": items});
    if let Some(author) = history.author.as_ref().and_then(|id| state.accounts.get(id)) {
        value["author"] = accounts::user(state, author);
    }
    value
}
