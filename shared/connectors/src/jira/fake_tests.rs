//! A small Jira for the connector's tests, over a few lists.

use crate::rig::at;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(super) const SPRINT: &str = "customfield_10020";
pub(super) const POINTS: &str = "customfield_10026";
pub(super) const ESTIMATE: &str = "customfield_10016";
pub(super) const SITE: &str = "cloud-1";

/// As Jira writes instants.
pub(super) fn written(at: Timestamp) -> String {
    at.to_string().replace('Z', ".123+0000")
}

pub(super) fn project(id: u64, key: &str) -> Value {
    json!({"id": id.to_string(), "key": key, "name": format!("Project {key}"), "projectTypeKey": "software"})
}

pub(super) fn user(id: &str) -> Value {
    json!({"accountId": format!("712020:{id}"), "accountType": "atlassian", "displayName": id, "active": true})
}

pub(super) fn board(id: u64, kind: &str, project: u64) -> Value {
    json!({"id": id, "name": format!("Board {id}"), "type": kind, "location": {"projectId": project}})
}

/// A sprint that ended so many days before the tests' beginning of time.
pub(super) fn sprint(id: u64, board: u64, state: &str, days_ago: i64) -> Value {
    let end = at(-days_ago * 1_440);
    let mut sprint = json!({"id": id, "name": format!("Sprint {id}"), "state": state, "originBoardId": board});
    if state != "future" {
        sprint["startDate"] = (end - SignedDuration::from_hours(14 * 24)).to_string().into();
        sprint["endDate"] = end.to_string().into();
    }
    if state == "closed" {
        sprint["completeDate"] = end.to_string().into();
    }
    sprint
}

/// An issue and what changed on it.
#[derive(Clone)]
pub(super) struct Ticket {
    pub(super) id: u64,
    pub(super) project: u64,
    pub(super) updated: Timestamp,
    pub(super) body: Value,
    pub(super) history: Vec<Value>,
}

pub(super) fn ticket(id: u64, project: u64, minute: i64) -> Ticket {
    let category = json!({"id": 4, "key": "indeterminate"});
    let body = json!({"id": id.to_string(), "key": format!("P{project}-{id}"), "fields": {
        "summary": format!("Ticket {id}"), "status": {"id": "3", "name": "In Arbeit", "statusCategory": category},
        "issuetype": {"id": "10001", "name": "Story"}, "project": {"id": project.to_string()},
        "assignee": user("ada"), "reporter": user("bob"), "created": written(at(minute - 60)),
        "updated": written(at(minute)), "resolutiondate": null, SPRINT: [{"id": 7, "name": "Sprint 7"}], POINTS: 3.0,
    }});
    Ticket { id, project, updated: at(minute), body, history: vec![status_change(id * 100, minute - 30, "1", "3")] }
}

pub(super) fn status_change(id: u64, minute: i64, from: &str, to: &str) -> Value {
    json!({"id": id.to_string(), "author": user("ada"), "created": written(at(minute)), "items": [
        {"field": "status", "fieldId": "status", "from": from, "fromString": "x", "to": to, "toString": "y"}]})
}

/// Answers calls whose line holds `line`, so many times.
pub(super) struct Fault {
    pub(super) line: &'static str,
    pub(super) times: usize,
    pub(super) answer: ResponseTemplate,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) now: Option<Timestamp>,
    pub(super) projects: Vec<Value>,
    pub(super) users: Vec<Value>,
    pub(super) boards: Vec<Value>,
    /// By board.
    pub(super) sprints: BTreeMap<u64, Vec<Value>>,
    pub(super) tickets: Vec<Ticket>,
    /// The server's own bounds: on offset pages, issues, ids, changes.
    pub(super) pages: [usize; 4],
    /// Answers every search, or every question for changes, with the token of its first page's end.
    pub(super) stuck: Option<&'static str>,
    /// Ignores offsets.
    pub(super) stuck_offsets: bool,
    pub(super) faults: Vec<Fault>,
    /// `GET /rest/api/3/status?`, `POST .../search/jql <jql>`.
    pub(super) log: Vec<String>,
    /// Points taken.
    pub(super) points: u32,
}

#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<World>>);

impl Fake {
    pub(super) async fn start(world: World) -> (MockServer, Self) {
        let server = MockServer::start().await;
        let fake = Self(Arc::new(Mutex::new(world)));
        if fake.world().pages == [0; 4] {
            fake.world().pages = [1_000, 100, 5_000, 10_000];
        }
        Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
        (server, fake)
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("not poisoned")
    }

    /// The calls since the last question.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }
}

impl Respond for Fake {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.world().respond(request)
    }
}

fn error(status: u16, words: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errorMessages": [words], "errors": {}}))
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn field(id: &str, name: &str, kind: &str, custom: &str) -> Value {
    json!({"id": id, "name": name, "custom": true, "schema": {"type": kind, "custom": custom}})
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let keys: Vec<String> =
            request.url.query_pairs().filter(|(name, _)| name == "keys").map(|(_, key)| key.into_owned()).collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let authorization = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        let gateway = format!("/ex/jira/{SITE}");
        let (path, expected) = match request.url.path().strip_prefix(&gateway) {
            Some(path) => (path, "Bearer s3cret-access"),
            // ada@example.com:s3cret-token
            None => (request.url.path(), "Basic YWRhQGV4YW1wbGUuY29tOnMzY3JldC10b2tlbg=="),
        };
        let asked = body["jql"].as_str().unwrap_or_else(|| request.url.query().unwrap_or_default());
        let line = format!("{} {path} {asked}", request.method);
        self.log.push(line.trim_end().to_owned());
        if authorization != Some(expected) {
            return error(401, "Client must be authenticated to access this resource.");
        }
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line)) {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let segments: Vec<&str> = path.trim_matches('/').split('/').skip(2).collect();
        match segments.as_slice() {
            ["3", "myself"] => ok(&user("ada")),
            ["3", "project", "search"] => {
                let wanted = |project: &&Value| {
                    keys.is_empty() || keys.iter().any(|key| project["key"].as_str() == Some(key.as_str()))
                };
                let projects: Vec<Value> = self.projects.iter().filter(wanted).cloned().collect();
                self.offsets(&projects, &query, true)
            }
            ["3", "status"] => ok(&json!([
                {"id": "1", "name": "Offen", "statusCategory": {"key": "new"}},
                {"id": "3", "name": "In Arbeit", "statusCategory": {"key": "indeterminate"}},
                {"id": "5", "name": "Fertig", "statusCategory": {"key": "done"}},
            ])),
            ["3", "field"] => ok(&json!([
                {"id": "summary", "name": "Zusammenfassung", "custom": false, "schema": {"type": "string"}},
                field(SPRINT, "Sprint", "array", "com.pyxis.greenhopper.jira:gh-sprint"),
                field(POINTS, "Story Points", "number", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
                field("customfield_1", "Story Points", "string", "com.atlassian.jira.plugin.system.customfieldtypes:text"),
                field(ESTIMATE, "Schätzung", "number", "com.pyxis.greenhopper.jira:jsw-story-points"),
            ])),
            ["3", "users", "search"] => self.offsets(&self.users.clone(), &query, false),
            ["1.0", "board"] => self.offsets(&self.boards.clone(), &query, true),
            ["1.0", "board", id, "sprint"] => {
                match id.parse().ok().and_then(|id: u64| self.sprints.get(&id)).cloned() {
                    Some(sprints) => self.offsets(&sprints, &query, true),
                    None => error(400, "The board does not support sprints"),
                }
            }
            ["3", "search", "jql"] => self.search(&body),
            ["3", "changelog", "bulkfetch"] => self.changes(&body),
            _ => error(404, "null for uri"),
        }
    }

    fn offsets(&mut self, all: &[Value], query: &BTreeMap<String, String>, wrapped: bool) -> ResponseTemplate {
        let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(0_usize);
        let (start, size) = (number("startAt"), number("maxResults").min(self.pages[0]));
        let from = if self.stuck_offsets { 0 } else { start };
        let page: Vec<&Value> = all.iter().skip(from).take(size).collect();
        let cost = u32::try_from(page.len()).expect("few");
        self.points += 1 + if wrapped { cost } else { 2 * cost };
        if !wrapped {
            return ok(&json!(page));
        }
        let last = !self.stuck_offsets && start + page.len() >= all.len();
        ok(&json!({"startAt": start, "maxResults": size, "total": all.len(), "isLast": last, "values": page}))
    }

    /// `project IN (1, 2) AND updated >= -5m ORDER BY key ASC`, the second condition may be absent.
    fn search(&mut self, body: &Value) -> ResponseTemplate {
        let jql = body["jql"].as_str().expect("a question");
        assert!(jql.ends_with(" ORDER BY key ASC"), "{jql}");
        let ids = jql.strip_prefix("project IN (").and_then(|rest| rest.split_once(')')).expect("projects").0;
        let ids: Vec<u64> = ids.split(", ").map(|id| id.parse().expect("an id")).collect();
        let known = |id: &u64| {
            self.projects.iter().any(|project| project["id"].as_str().is_some_and(|known| known.parse() == Ok(*id)))
        };
        if let Some(unknown) = ids.iter().find(|id| !known(id)) {
            return error(400, &format!("The value '{unknown}' does not exist for the field 'project'."));
        }
        let back = jql.split_once("updated >= -").map(|(_, rest)| {
            let minutes = rest.split_once("m ").expect("minutes").0;
            self.now.expect("a clock") - SignedDuration::from_mins(minutes.parse().expect("a number"))
        });
        let found = self.tickets.iter().filter(|ticket| ids.contains(&ticket.project));
        let found: Vec<&Ticket> = found.filter(|ticket| back.is_none_or(|since| ticket.updated >= since)).collect();
        let fields = body["fields"].as_array().expect("fields");
        let for_ids = fields.len() == 1 && fields[0] == "id";
        let most = self.pages[if for_ids { 2 } else { 1 }];
        let size = usize::try_from(body["maxResults"].as_u64().expect("a size")).expect("small").min(most);
        let Some(start) = start_of(body, jql) else { return error(400, "The provided next page token is invalid.") };
        let end = found.len().min(start + size);
        let shown = |ticket: &&Ticket| if for_ids { json!({"id": ticket.body["id"]}) } else { ticket.body.clone() };
        let issues: Vec<Value> = found[start.min(end)..end].iter().map(shown).collect();
        self.points += 1 + u32::try_from(issues.len()).expect("few");
        let mut answer = json!({"issues": issues, "isLast": end >= found.len()});
        if end < found.len() {
            let end = if self.stuck == Some("search") { size } else { end };
            answer["nextPageToken"] = format!("{end}|{jql}").into();
        }
        ok(&answer)
    }

    fn changes(&mut self, body: &Value) -> ResponseTemplate {
        let wanted = body["issueIdsOrKeys"].as_array().expect("issues");
        assert!(body["fieldIds"].as_array().is_some_and(|fields| (1..=10).contains(&fields.len())));
        let mut all: Vec<(&Value, &Value)> = Vec::new();
        for ticket in self.tickets.iter().filter(|ticket| wanted.contains(&ticket.body["id"])) {
            all.extend(ticket.history.iter().map(|change| (&ticket.body["id"], change)));
        }
        // The oldest first, whatever issues they are of.
        all.sort_by_key(|(_, change)| change["created"].as_str().map(ToOwned::to_owned));
        let size = usize::try_from(body["maxResults"].as_u64().expect("a size")).expect("small").min(self.pages[3]);
        let start = start_of(body, "changes").expect("a token of ours");
        let end = all.len().min(start + size);
        let mut logs: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for (id, change) in &all[start.min(end)..end] {
            logs.entry(id.as_str().expect("an id").to_owned()).or_default().push(change);
        }
        self.points += 1 + u32::try_from(logs.len()).expect("few");
        let logs: Vec<Value> =
            logs.into_iter().map(|(id, changes)| json!({"issueId": id, "changeHistories": changes})).collect();
        let mut answer = json!({"issueChangeLogs": logs});
        if end < all.len() {
            let end = if self.stuck == Some("changes") { size } else { end };
            answer["nextPageToken"] = format!("{end}|changes").into();
        }
        ok(&answer)
    }
}

/// A token is an offset, and good for its own question only.
fn start_of(body: &Value, question: &str) -> Option<usize> {
    match body["nextPageToken"].as_str() {
        None => Some(0),
        Some(token) => token.split_once('|').filter(|(_, of)| *of == question)?.0.parse().ok(),
    }
}
