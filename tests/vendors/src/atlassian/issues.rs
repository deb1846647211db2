//! Searching issues, and the shape of one.

use super::{
    accounts,
    jira::{bad, jira_time},
    jql::Query,
    model::{Category, ESTIMATE_FIELD, Issue, POINTS_FIELD, SPRINT_FIELD, Status},
    state::State,
    vendor::Knobs,
};
use crate::{
    digest::hash,
    service::{Incoming, Reply},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

/// Answers hold at most so many issues with fields.
const MOST_WITH_FIELDS: usize = 100;
/// And at most so many with ids and keys alone.
const MOST: usize = 5_000;

/// The fields there are: id, name, type, and what else the schema says.
pub(super) const FIELDS: [(&str, &str, &str, Option<&str>); 17] = [
    ("summary", "Zusammenfassung", "string", None),
    ("status", "Status", "status", None),
    ("issuetype", "Vorgangstyp", "issuetype", None),
    ("project", "Projekt", "project", None),
    ("assignee", "Zugewiesene Person", "user", None),
    ("reporter", "Autor", "user", None),
    ("creator", "Ersteller", "user", None),
    ("priority", "Priorität", "priority", None),
    ("labels", "Stichwörter", "array", None),
    ("created", "Erstellt", "datetime", None),
    ("updated", "Aktualisiert", "datetime", None),
    ("resolutiondate", "Erledigt", "datetime", None),
    ("resolution", "Lösung", "resolution", None),
    ("customfield_10019", "Rank", "any", Some("com.pyxis.greenhopper.jira:gh-lexo-rank")),
    (SPRINT_FIELD, "Sprint", "array", Some("com.pyxis.greenhopper.jira:gh-sprint")),
    (POINTS_FIELD, "Story Points", "number", Some("com.atlassian.jira.plugin.system.customfieldtypes:float")),
    (ESTIMATE_FIELD, "Story point estimate", "number", Some("com.pyxis.greenhopper.jira:jsw-story-points")),
];

/// What is asked for, in a query or a body.
struct Asked {
    jql: String,
    fields: Vec<String>,
    most: usize,
    token: Option<String>,
    names: bool,
}

impl Asked {
    fn of(incoming: &Incoming) -> Result<Self, Reply> {
        let body = if incoming.method == axum::http::Method::POST {
            incoming
                .json()
                .ok_or_else(|| bad("Invalid request payload. Refer to the REST API documentation and try again."))?
        } else {
            let mut body = Map::new();
            for (name, value) in incoming.parameters() {
                body.insert(name, value.into());
            }
            body.into()
        };
        let list = |name: &str| match body.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
            Some(Value::String(text)) => text.split(',').map(|part| part.trim().to_owned()).collect(),
            _ => Vec::new(),
        };
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let most = body.get("maxResults").and_then(number).unwrap_or(50);
        Ok(Self {
            jql: body.get("jql").and_then(Value::as_str).unwrap_or_default().to_owned(),
            fields: list("fields"),
            most: usize::try_from(most).unwrap_or(MOST),
            token: body.get("nextPageToken").and_then(Value::as_str).map(ToOwned::to_owned),
            names: list("expand").iter().any(|part| part == "names"),
        })
    }

    /// Only ids and keys come in large pages.
    fn page_size(&self) -> usize {
        let large = self.fields.iter().all(|field| matches!(field.as_str(), "id" | "key" | ""));
        self.most.clamp(1, if large { MOST } else { MOST_WITH_FIELDS })
    }
}

/// A token for the page at `offset` of this query, good for a week.
fn token(jql: &str, offset: usize, now: Timestamp) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{offset}:{}", &hash(&[jql])[..12], now.as_second()))
}

fn offset(token: &str, jql: &str, now: Timestamp) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.split(':');
    let (query, offset, at) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse::<i64>().ok()?);
    (query == &hash(&[jql])[..12] && now.as_second() - at < 7 * 86_400).then_some(offset)
}

/// `GET` and `POST /rest/api/3/search/jql`.
pub(super) fn search(state: &State, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
    let asked = match Asked::of(incoming) {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    let zone = TimeZone::get(&knobs.time_zone).unwrap_or(TimeZone::UTC);
    let found = match Query::parse(&asked.jql).and_then(|query| query.run(state, now, &zone)) {
        Ok(found) => found,
        Err(words) => return bad(&words),
    };
    let start = match &asked.token {
        None => 0,
        Some(given) => match offset(given, &asked.jql, now) {
            Some(offset) => offset,
            None => return bad("The provided next page token is invalid or expired."),
        },
    };
    let size = asked.page_size();
    let end = (start + size).min(found.len());
    let page = found.get(start..end).unwrap_or_default();
    let last = end >= found.len();
    let issues: Vec<Value> = page.iter().map(|issue| shown(state, issue, &asked.fields)).collect();
    let points = 1 + issues.len() as u64;
    let mut body = json!({"issues": issues, "isLast": last});
    if !last {
        // A token that comes again and again has been reported; the knob plays that.
        let next = if knobs.repeat_page_token { start } else { end };
        body["nextPageToken"] = token(&asked.jql, next, now).into();
    }
    if asked.names {
        let names = FIELDS.iter().map(|(id, name, ..)| ((*id).to_owned(), Value::from(*name)));
        body["names"] = names.collect::<Map<_, _>>().into();
    }
    Reply::ok(body).costing(points)
}

/// `POST /rest/api/3/search/approximate-count`.
pub(super) fn count(state: &State, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
    let zone = TimeZone::get(&knobs.time_zone).unwrap_or(TimeZone::UTC);
    let body = incoming.json().unwrap_or_default();
    let jql = body.get("jql").and_then(Value::as_str).unwrap_or_default();
    match Query::parse(jql).and_then(|query| query.run(state, now, &zone).map(|found| found.len())) {
        Ok(count) => Reply::ok(json!({"count": count})),
        Err(words) => bad(&words),
    }
}

/// `POST /rest/api/3/issue/bulkfetch`: at most 100, in the order asked for.
pub(super) fn bulk(state: &State, incoming: &Incoming) -> Reply {
    let body = incoming.json().unwrap_or_default();
    let texts = |name: &str| -> Vec<String> {
        let list = body.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let (wanted, fields) = (texts("issueIdsOrKeys"), texts("fields"));
    if wanted.len() > 100 {
        return bad("The number of issue ids or keys must not exceed 100.");
    }
    let found = wanted.iter().filter_map(|name| find(state, name));
    let issues: Vec<Value> = found.map(|issue| shown(state, issue, &fields)).collect();
    let points = 1 + issues.len() as u64;
    Reply::ok(json!({"issues": issues, "issueErrors": []})).costing(points)
}

/// A visible issue by id or key.
pub(super) fn find<'a>(state: &'a State, name: &str) -> Option<&'a Issue> {
    let by_id = name.parse().ok().and_then(|id: u64| state.issues.get(&id));
    let issue = by_id.or_else(|| state.issues.values().find(|issue| issue.key.eq_ignore_ascii_case(name)))?;
    (!state.hidden.contains(&issue.id)).then_some(issue)
}

/// An issue; without fields asked for it has none.
pub(super) fn shown(state: &State, issue: &Issue, wanted: &[String]) -> Value {
    let id = issue.id.to_string();
    let mut value =
        json!({"id": id, "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields"});
    let asked: Vec<&str> = wanted.iter().map(String::as_str).filter(|field| !field.is_empty()).collect();
    if asked.is_empty() || asked == ["id"] {
        return json!({"id": id});
    }
    value["key"] = issue.key.clone().into();
    value["self"] = format!("{}/rest/api/3/issue/{id}", state.origin).into();
    let all = asked.iter().any(|field| matches!(*field, "*all" | "*navigable"));
    let fields: Map<String, Value> = FIELDS
        .iter()
        .filter(|(id, ..)| all || asked.contains(id))
        .filter_map(|(id, ..)| Some(((*id).to_owned(), field(state, issue, id)?)))
        .collect();
    if asked.iter().any(|field| *field != "key" && *field != "id") {
        value["fields"] = fields.into();
    }
    value
}

/// A status with its category.
pub(super) fn status(state: &State, status: Status) -> Value {
    let (id, name, color) = match status.category {
        Category::New => (2, "Zu erledigen", "blue-gray"),
        Category::Indeterminate => (4, "In Arbeit", "yellow"),
        Category::Done => (3, "Fertig", "green"),
    };
    json!({
        "self": format!("{}/rest/api/3/status/{}", state.origin, status.id), "description": "", "name": status.name,
        "iconUrl": format!("{}/images/icons/status.gif", state.origin), "id": status.id.to_string(),
        "statusCategory": {
            "self": format!("{}/rest/api/3/statuscategory/{id}", state.origin), "id": id, "key": status.category.key(),
            "colorName": color, "name": name,
        },
    })
}

/// A field's value; `None` where the project does not have the field.
fn field(state: &State, issue: &Issue, id: &str) -> Option<Value> {
    let project = &state.projects[&issue.project];
    let account = |id: Option<&String>| id.and_then(|id| state.accounts.get(id)).map(|one| accounts::user(state, one));
    Some(match id {
        "summary" => issue.summary.clone().into(),
        "status" => status(state, issue.status),
        "issuetype" => {
            json!({"id": (10_200 + issue.kind.len()).to_string(), "name": issue.kind, "subtask": false, "hierarchyLevel": 0})
        }
        "project" => json!({
            "id": project.id.to_string(), "key": project.key, "name": project.name, "projectTypeKey": "software",
            "simplified": project.by_team, "self": format!("{}/rest/api/3/project/{}", state.origin, project.id),
        }),
        "assignee" => account(issue.assignee.as_ref()).into(),
        "reporter" | "creator" => account(Some(&issue.reporter)).into(),
        "priority" => json!({"id": "3", "name": "Mittel"}),
        "labels" => json!([]),
        "created" => jira_time(issue.created_at).into(),
        "updated" => jira_time(issue.updated_at).into(),
        "resolutiondate" => issue.resolved_at.map(jira_time).into(),
        "resolution" => {
            issue.resolved_at.map_or(Value::Null, |_| json!({"id": "10000", "name": "Erledigt", "description": ""}))
        }
        "customfield_10019" => format!("0|i{:05}:", issue.id).into(),
        SPRINT_FIELD if issue.sprints.is_empty() => Value::Null,
        SPRINT_FIELD => issue.sprints.iter().map(|id| sprint(state, *id)).collect(),
        id if id == project.points_field().0 => issue.points.map(f64::from).into(),
        _ => return None,
    })
}

fn sprint(state: &State, id: u64) -> Value {
    let sprint = &state.sprints[&id];
    let mut value =
        json!({"id": id, "name": sprint.name, "state": sprint.state(), "boardId": sprint.board, "goal": ""});
    let dates = [("startDate", sprint.started_at), ("endDate", sprint.ends_at), ("completeDate", sprint.completed_at)];
    for (name, at) in dates {
        if let Some(at) = at {
            value[name] = super::agile::agile_time(at).into();
        }
    }
    value
}
