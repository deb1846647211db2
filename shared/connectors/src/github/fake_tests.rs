//! A small GitHub for the connector's tests: REST and the connector's own GraphQL documents over a few lists.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(super) const TOKEN: &str = "ghp_plumblineTestToken";

/// An instant some minutes after the tests' beginning of time.
pub(super) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + minute * 60).expect("in range")
}

pub(super) fn user(id: u64, login: &str) -> Value {
    json!({"__typename": if login.ends_with("[bot]") { "Bot" } else { "User" }, "login": login.trim_end_matches("[bot]"), "databaseId": id})
}

/// A pull request with its lists whole; the fake cuts them into pages.
pub(super) fn pull(number: u64, updated: i64) -> Value {
    json!({
        "number": number, "databaseId": 1000 + number, "fullDatabaseId": (1000 + number).to_string(),
        "url": format!("https://github.example.com/acme/engine/pull/{number}"),
        "title": format!("Change {number}"), "body": "", "author": user(1, "ada"), "isDraft": false, "state": "OPEN",
        "createdAt": at(updated - 10), "updatedAt": at(updated), "mergedAt": null, "closedAt": null,
        "additions": 3, "deletions": 1, "changedFiles": 2, "baseRefName": "main", "headRefName": "topic",
        "reviews": [], "commits": [commit(&format!("{number:040x}"), updated - 11)], "timelineItems": [],
    })
}

pub(super) fn commit(sha: &str, minute: i64) -> Value {
    json!({"commit": {"oid": sha, "authoredDate": at(minute), "committedDate": at(minute), "message": "Change",
        "committer": null,
        "author": {"name": "Ada", "email": "ada@example.com", "user": {"databaseId": 1, "login": "ada"}}}})
}

pub(super) fn review(id: u64, minute: i64) -> Value {
    json!({"databaseId": null, "fullDatabaseId": id.to_string(), "author": user(2, "bob"), "state": "APPROVED",
        "submittedAt": at(minute), "updatedAt": at(minute)})
}

#[derive(Default)]
pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) full_name: String,
    pub(super) pulls: Vec<Value>,
    pub(super) head: Option<String>,
    pub(super) commits: Vec<Value>,
}

impl Repo {
    pub(super) fn new(id: u64, name: &str, pulls: Vec<Value>) -> Self {
        Self { id, full_name: format!("acme/{name}"), pulls, ..Self::default() }
    }

    pub(super) fn with_commits(mut self, count: usize) -> Self {
        self.head = Some(format!("head-{count}"));
        self.commits = (0..)
            .take(count)
            .map(|n: i64| {
                json!({"sha": format!("{n:040x}"), "author": {}, "commit": {
                "author": {"name": "Ada", "email": "", "date": at(n)},
                "committer": {"name": "Ada", "email": "", "date": at(n)}}})
            })
            .collect();
        self
    }
}

pub(super) struct Team {
    pub(super) id: u64,
    pub(super) slug: String,
    pub(super) members: Vec<(u64, &'static str)>,
}

/// Answers calls whose line holds `line`, so many times.
pub(super) struct Fault {
    pub(super) line: &'static str,
    pub(super) times: usize,
    pub(super) answer: ResponseTemplate,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) admins: Vec<(u64, &'static str)>,
    pub(super) members: Vec<(u64, &'static str)>,
    pub(super) teams: Vec<Team>,
    pub(super) repos: Vec<Repo>,
    /// Former names and the ids behind them.
    pub(super) renamed: BTreeMap<String, u64>,
    /// The server's own bound on REST pages.
    pub(super) per_page: usize,
    /// Sent as ETags and honoured.
    pub(super) etags: bool,
    /// Pull requests a GraphQL page may ask for before it ends in 502.
    pub(super) heaviest: Option<u64>,
    /// Commits GitHub lists of one pull request, whatever it counts.
    pub(super) listed_commits: Option<usize>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) faults: Vec<Fault>,
    /// `GET /orgs/acme/repos?per_page=100`, `graphql PullRequests first=50`.
    pub(super) log: Vec<String>,
    pub(super) uri: String,
}

#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<World>>);

impl Fake {
    pub(super) async fn start(world: World) -> (MockServer, Self) {
        let server = MockServer::start().await;
        let fake = Self(Arc::new(Mutex::new(world)));
        fake.world().uri = server.uri();
        if fake.world().per_page == 0 {
            fake.world().per_page = 100;
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

fn error(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message}))
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().to_owned();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let line = if path == "/api/graphql" {
            let name = body["query"].as_str().and_then(|q| q.split([' ', '(']).nth(1)).unwrap_or_default();
            format!("graphql {name} first={}", body["variables"]["first"])
        } else {
            let rest = path.strip_prefix("/api/v3").unwrap_or(&path);
            format!("GET {rest}?{}", request.url.query().unwrap_or_default())
        };
        let conditional = request.headers.get("if-none-match").and_then(|value| value.to_str().ok());
        self.log.push(if conditional.is_some() { format!("{line} if-none-match") } else { line.clone() });
        let bearer = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !bearer.starts_with("Bearer ghp_plumbline") && !bearer.starts_with("Bearer ghs_plumbline") {
            return error(401, "Bad credentials");
        }
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line)) {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let mut answer = if path == "/api/graphql" {
            self.graphql(body["query"].as_str().unwrap_or_default(), &body["variables"])
        } else {
            let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
            self.rest(&path, &query, conditional)
        };
        for (name, value) in &self.headers {
            answer = answer.insert_header(*name, value.as_str());
        }
        answer
    }

    fn rest(&self, path: &str, query: &BTreeMap<String, String>, conditional: Option<&str>) -> ResponseTemplate {
        let segments: Vec<&str> = path.trim_start_matches("/api/v3/").split('/').collect();
        let users = |users: &[(u64, &str)]| -> Vec<Value> {
            users
                .iter()
                .map(|(id, login)| json!({"id": id, "login": login, "type": "User", "role": "member"}))
                .collect()
        };
        let listing = match segments.as_slice() {
            ["orgs", "acme"] => return ResponseTemplate::new(200).set_body_json(json!({"id": 9919, "login": "acme"})),
            ["orgs", "acme", "members"] if query.get("role").is_some_and(|role| role == "admin") => users(&self.admins),
            ["orgs", "acme", "members"] => users(&self.members),
            ["orgs", "acme", "teams"] => {
                self.teams.iter().map(|t| json!({"id": t.id, "slug": t.slug, "name": t.slug, "parent": null})).collect()
            }
            ["orgs", "acme", "teams", slug, "members"] => match self.teams.iter().find(|team| team.slug == *slug) {
                Some(team) => users(&team.members),
                None => return error(404, "Not Found"),
            },
            ["orgs", "acme", "repos"] | ["installation", "repositories"] => self.repos.iter().map(repository).collect(),
            ["repositories", id] => {
                let repo = self.repos.iter().find(|repo| repo.id.to_string() == *id);
                return repo.map_or_else(
                    || error(404, "Not Found"),
                    |repo| ResponseTemplate::new(200).set_body_json(repository(repo)),
                );
            }
            ["repos", owner, name, rest @ ..] => {
                let full_name = format!("{owner}/{name}");
                if let Some(id) = self.renamed.get(&full_name) {
                    let location = format!("{}/api/v3/repositories/{id}", self.uri);
                    return ResponseTemplate::new(301).insert_header("location", location);
                }
                let Some(repo) = self.repos.iter().find(|repo| repo.full_name == full_name) else {
                    return error(404, "Not Found");
                };
                match rest {
                    [] => return ResponseTemplate::new(200).set_body_json(repository(repo)),
                    _ if repo.commits.is_empty() => return error(409, "Git Repository is empty."),
                    _ => repo.commits.clone(),
                }
            }
            _ => return error(404, "Not Found"),
        };
        let asked = query.get("per_page").and_then(|size| size.parse().ok()).unwrap_or(30);
        let size = self.per_page.min(asked);
        let page: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let items: Vec<&Value> = listing.iter().skip((page - 1) * size).take(size).collect();
        let etag = format!("\"{}\"", serde_json::to_string(&items).expect("serialises").len());
        if self.etags && conditional == Some(etag.as_str()) {
            return ResponseTemplate::new(304);
        }
        let mut answer = ResponseTemplate::new(200);
        answer = match segments.as_slice() {
            ["installation", ..] => answer.set_body_json(json!({"total_count": listing.len(), "repositories": items})),
            _ => answer.set_body_json(&items),
        };
        if self.etags {
            answer = answer.insert_header("etag", etag.as_str());
        }
        if page * size < listing.len() {
            let mut query = query.clone();
            query.insert("page".into(), (page + 1).to_string());
            let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let link = format!("<{}{path}?{}>; rel=\"next\", <x>; rel=\"last\"", self.uri, query.join("&"));
            answer = answer.insert_header("link", link.as_str());
        }
        answer
    }

    fn repo(&self, owner: &Value, name: &Value) -> Option<&Repo> {
        let full_name = format!("{}/{}", owner.as_str()?, name.as_str()?);
        let id = self.renamed.get(&full_name);
        self.repos.iter().find(|repo| repo.full_name == full_name || Some(&repo.id) == id)
    }

    fn graphql(&self, query: &str, variables: &Value) -> ResponseTemplate {
        let mut data = json!({"rateLimit": {"cost": 1}});
        if query.starts_with("query Changes") {
            let mut errors = Vec::new();
            for index in 0..query.matches("...Newest").count() {
                let alias = format!("r{index}");
                let found = self.repo(&variables[format!("o{index}")], &variables[format!("n{index}")]);
                data[&alias] = found.map_or(Value::Null, |repo| {
                    let sorted = newest_first(&repo.pulls);
                    json!({
                        "databaseId": repo.id,
                        "pullRequests": {"totalCount": sorted.len(), "nodes": sorted.first().map(|pull|
                            json!({"number": pull["number"], "updatedAt": pull["updatedAt"]})).into_iter().collect::<Vec<_>>()},
                        "defaultBranchRef": repo.head.as_ref().map(|head| json!({"target": {"oid": head}})),
                    })
                });
                if found.is_none() {
                    errors.push(json!({"type": "NOT_FOUND", "path": [alias], "message": "Could not resolve"}));
                }
            }
            let body = if errors.is_empty() { json!({"data": data}) } else { json!({"data": data, "errors": errors}) };
            return ResponseTemplate::new(200).set_body_json(body);
        }
        let Some(repo) = self.repo(&variables["owner"], &variables["name"]) else {
            data["repository"] = Value::Null;
            let errors = json!([{"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}]);
            return ResponseTemplate::new(200).set_body_json(json!({"data": data, "errors": errors}));
        };
        data["repository"] = json!({"databaseId": repo.id});
        let after: usize = variables["after"].as_str().map_or(0, |after| after.parse().expect("a cursor of ours"));
        if query.starts_with("query PullRequests") {
            let first = variables["first"].as_u64().expect("a size");
            let size = usize::try_from(first).expect("a size");
            if self.heaviest.is_some_and(|heaviest| first > heaviest) {
                return error(502, "Server Error");
            }
            let sorted = newest_first(&repo.pulls);
            let mut page = connection(&sorted, after, size);
            for node in page["nodes"].as_array_mut().expect("nodes").iter_mut().filter(|node| node.is_object()) {
                for (list, size) in [("reviews", 50), ("commits", 50), ("timelineItems", 20)] {
                    if let Some(items) = node[list].as_array().cloned() {
                        node[list] = self.nested(list, &items, 0, size);
                    }
                }
            }
            data["repository"]["pullRequests"] = page;
        } else if query.starts_with("query Merged(") {
            let mut pull = repo.pulls.iter().find(|pull| pull["number"] == variables["number"]).cloned();
            for list in ["reviews", "commits", "timelineItems"] {
                if let Some(pull) = &mut pull {
                    let items = pull[list].as_array().cloned().expect("a list");
                    pull[list] = self.nested(list, &items, 0, 100);
                }
            }
            data["repository"]["pullRequest"] = pull.unwrap_or_default();
        } else {
            let list =
                ["reviews", "commits", "timelineItems"].into_iter().find(|list| query.contains(&format!("{list}(")));
            let list = list.expect("a list");
            let pull = repo.pulls.iter().find(|pull| pull["number"] == variables["number"]);
            data["repository"]["pullRequest"] = pull.map_or(
                Value::Null,
                |pull| json!({list: self.nested(list, pull[list].as_array().expect("a list"), after, 100)}),
            );
        }
        ResponseTemplate::new(200).set_body_json(json!({"data": data}))
    }

    fn nested(&self, list: &str, items: &[Value], after: usize, size: usize) -> Value {
        let shown =
            if list == "commits" { self.listed_commits.unwrap_or(items.len()).min(items.len()) } else { items.len() };
        let mut page = connection(&items[..shown], after, size);
        page["totalCount"] = items.len().into();
        page
    }
}

fn repository(repo: &Repo) -> Value {
    json!({"id": repo.id, "full_name": repo.full_name, "default_branch": "main", "archived": false})
}

fn newest_first(pulls: &[Value]) -> Vec<Value> {
    let mut sorted = pulls.to_vec();
    // What has no time goes last.
    let key = |pull: &Value| (pull["updatedAt"].as_str().map(String::from), pull["number"].as_u64());
    sorted.sort_by_key(|pull| std::cmp::Reverse(key(pull)));
    sorted
}

fn connection(items: &[Value], after: usize, size: usize) -> Value {
    let end = items.len().min(after + size);
    json!({"totalCount": items.len(), "nodes": &items[after.min(end)..end],
        "pageInfo": {"hasNextPage": end < items.len(), "endCursor": end.to_string()}})
}
