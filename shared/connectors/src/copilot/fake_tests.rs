//! A small GitHub with Copilot for the connector's tests: seats and reports at one port, the reports' files at another.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(super) const TOKEN: &str = "ghp_plumblineTestToken";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// A seat's row, granted by one of the teams.
pub(super) fn seat(id: u64, team: u64) -> Value {
    json!({
        "created_at": format!("2025-03-{:02}T18:00:00-06:00", 1 + team % 27), "pending_cancellation_date": null,
        "last_activity_at": format!("2026-11-{:02}T00:53:32-06:00", 1 + id % 20),
        "last_activity_editor": "vscode/1.99/copilot/1.300", "plan_type": "business",
        "assignee": {"login": format!("user{id}"), "id": id, "type": "User"},
        "assigning_team": {"id": team, "slug": "core"}, "organization": {"id": 9919, "login": "acme"},
    })
}

/// An organisation's own row.
pub(super) fn entity(day: &str, users: u64) -> String {
    json!({"day": day, "organization_id": "9919", "enterprise_id": "4242", "daily_active_users": users,
        "user_initiated_interaction_count": users * 10, "code_generation_activity_count": users * 20,
        "code_acceptance_activity_count": users * 5, "loc_suggested_to_add_sum": users * 80, "loc_added_sum": users * 20,
        "totals_by_ide": [{"ide": "vscode", "code_generation_activity_count": users * 20}],
        "totals_by_language_feature": [
            {"language": "rust", "feature": "code_completion", "code_generation_activity_count": users},
            {"language": "rust", "feature": "chat", "code_generation_activity_count": users}]})
    .to_string()
        + "\n"
}

/// A person's row.
pub(super) fn person(day: &str, id: u64) -> String {
    json!({"day": day, "user_id": id, "user_login": format!("user{id}"), "organization_id": "9919",
        "enterprise_id": "4242", "user_initiated_interaction_count": id, "code_generation_activity_count": 2 * id,
        "code_acceptance_activity_count": 1, "loc_suggested_to_add_sum": 8, "loc_added_sum": 4, "used_agent": true,
        "used_chat": id.is_multiple_of(2), "used_copilot_code_review_active": false})
    .to_string()
        + "\n"
}

/// A person's team.
pub(super) fn team(day: &str, user: u64, team: u64) -> String {
    json!({"day": day, "user_id": user, "team_id": team, "slug": "core", "organization_id": "9919"}).to_string() + "\n"
}

/// Answers calls whose line holds `line`, so many times.
pub(super) struct Fault {
    pub(super) line: &'static str,
    pub(super) times: usize,
    pub(super) answer: ResponseTemplate,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) seats: Vec<Value>,
    pub(super) per_page: usize,
    /// The page that the last one links to.
    pub(super) circle: Option<usize>,
    /// By report and day, the files.
    pub(super) reports: BTreeMap<(String, String), Vec<String>>,
    /// Whether the files' server knows ranges.
    pub(super) ranges: bool,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) faults: Vec<Fault>,
    /// `GET /orgs/acme/copilot/billing/seats?per_page=100`, `file /users-1-day/2026-11-20/part-0`
    pub(super) log: Vec<String>,
    pub(super) api_uri: String,
    pub(super) files_uri: String,
    pub(super) nonce: u64,
}

impl World {
    /// One day with all three reports, the people in two files.
    pub(super) fn report(&mut self, day: &str, people: std::ops::RangeInclusive<u64>) {
        let count = people.clone().count() as u64;
        let key = |name: &str| (name.to_owned(), day.to_owned());
        for name in ["organization-1-day", "enterprise-1-day"] {
            self.reports.insert(key(name), vec![entity(day, count)]);
        }
        let half =
            |odd: bool| people.clone().filter(|id| id.is_multiple_of(2) != odd).map(|id| person(day, id)).collect();
        self.reports.insert(key("users-1-day"), vec![half(true), half(false)]);
        let teams = people.clone().map(|id| team(day, id, 71)).chain(people.map(|id| team(day, id, 8))).collect();
        self.reports.insert(key("user-teams-1-day"), vec![teams]);
    }
}

#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<World>>);

/// The servers, as long as they are to answer.
pub(super) struct Servers {
    pub(super) api: MockServer,
    pub(super) _files: MockServer,
}

impl Fake {
    pub(super) async fn start(world: World) -> (Servers, Self) {
        let (api, files) = (MockServer::start().await, MockServer::start().await);
        let fake = Self(Arc::new(Mutex::new(world)));
        fake.world().api_uri = api.uri();
        fake.world().files_uri = files.uri();
        if fake.world().per_page == 0 {
            fake.world().per_page = 100;
        }
        Mock::given(any()).respond_with(Api(fake.clone())).mount(&api).await;
        Mock::given(any()).respond_with(Files(fake.clone())).mount(&files).await;
        (Servers { api, _files: files }, fake)
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("not poisoned")
    }

    /// The calls since the last question.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }
}

struct Api(Fake);

impl Respond for Api {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut world = self.0.world();
        let answer = world.api(request);
        world.headers.iter().fold(answer, |answer, (name, value)| answer.insert_header(*name, value.as_str()))
    }
}

struct Files(Fake);

impl Respond for Files {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.world().file(request)
    }
}

pub(super) fn error(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message}))
}

impl World {
    fn fault(&mut self, line: String) -> Option<ResponseTemplate> {
        let fault = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line));
        let answer = fault.map(|fault| {
            fault.times -= 1;
            fault.answer.clone()
        });
        self.log.push(line);
        answer
    }

    fn api(&mut self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().trim_start_matches("/api/v3").to_owned();
        let line = format!("GET {path}?{}", request.url.query().unwrap_or_default());
        if let Some(answer) = self.fault(line) {
            return answer;
        }
        if request.headers.get("authorization").is_none_or(|value| value != &format!("Bearer {TOKEN}")) {
            return error(401, "Bad credentials");
        }
        let query: BTreeMap<_, _> = request.url.query_pairs().into_owned().collect();
        if path.ends_with("/copilot/billing/seats") {
            return self.seats(request, &query);
        }
        let Some((_, name)) = path.split_once("/copilot/metrics/reports/") else { return error(404, "Not Found") };
        let day = query.get("day").expect("a day").clone();
        let Some(files) = self.reports.get(&(name.to_owned(), day.clone())) else { return ResponseTemplate::new(204) };
        self.nonce += 1;
        // Not in their order, and signed anew each time.
        let links: Vec<String> = (0..files.len())
            .rev()
            .map(|part| format!("{}/{name}/{day}/part-{part}.ndjson?sig={}", self.files_uri, self.nonce * 7919 % 100))
            .collect();
        ResponseTemplate::new(200).set_body_json(json!({"download_links": links, "report_day": day}))
    }

    fn seats(&self, request: &Request, query: &BTreeMap<String, String>) -> ResponseTemplate {
        let page: usize = query.get("page").map_or(1, |page| page.parse().expect("a page"));
        let rows: Vec<_> = self.seats.iter().skip((page - 1) * self.per_page).take(self.per_page).collect();
        let last = self.seats.len().div_ceil(self.per_page).max(1);
        let next = if page < last { Some(page + 1) } else { self.circle };
        let answer = ResponseTemplate::new(200).set_body_json(json!({"total_seats": self.seats.len(), "seats": rows}));
        match next {
            Some(next) => {
                let url = format!("{}{}?per_page=100&page={next}", self.api_uri, request.url.path());
                answer.insert_header("link", format!("<{url}>; rel=\"next\""))
            }
            None => answer,
        }
    }

    fn file(&mut self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().to_owned();
        let range = request.headers.get("range").map(|range| range.to_str().expect("text").to_owned());
        if let Some(answer) = self.fault(format!("file {path} {}", range.clone().unwrap_or_default())) {
            return answer;
        }
        if request.headers.contains_key("authorization") {
            return ResponseTemplate::new(400).set_body_string("<Error>InvalidAuthenticationInfo</Error>");
        }
        let mut segments = path.trim_matches('/').split('/');
        let mut segment = || segments.next().expect("a segment").to_owned();
        let (name, day, part) = (segment(), segment(), segment());
        let part: usize = part.trim_start_matches("part-").trim_end_matches(".ndjson").parse().expect("a number");
        let body = self.reports[&(name, day)][part].clone().into_bytes();
        match range.filter(|_| self.ranges) {
            Some(range) => {
                let from: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().expect("a number");
                match body.get(from..).filter(|rest| !rest.is_empty()) {
                    Some(rest) => ResponseTemplate::new(206).set_body_bytes(rest),
                    None => ResponseTemplate::new(416),
                }
            }
            None => ResponseTemplate::new(200).set_body_bytes(body),
        }
    }
}
