//! One call of the API: who asks, whether the budget and the faults let it through, what it costs, how it is sent.

use super::{
    caller::Caller,
    door,
    graphql::{Context, RateLimit},
    rest::Asked,
    server::Shared,
    settings::Settings,
    state::State,
};
use crate::{
    calls::Call,
    digest::hash,
    faults::{Fault, Kind},
    service::{self, Incoming, Reply, Standing},
};
use axum::{
    body::Body,
    http::{Method, Response},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// The API versions that GitHub serves.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// Which budget a call is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Core,
    Graphql,
}

impl Resource {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Graphql => "graphql",
        }
    }
}

/// An answer, decided but not sent.
struct Answer {
    reply: Reply,
    cost: u64,
    standing: Option<Standing>,
    damage: Option<Fault>,
    operation: Option<String>,
}

/// Answers one call of the API.
pub(crate) async fn handle(shared: &Shared, incoming: &Incoming) -> Response<Body> {
    let _inside = shared.desk.enter();
    let arrived = Instant::now();
    let (resource, path) = route(&incoming.path);
    if resource == Resource::Core && door::is_for(incoming.method.as_str(), path) {
        return at_the_door(shared, incoming, path).await;
    }
    let (answer, latency, at) = {
        let state = shared.state.read().unwrap();
        let settings = shared.settings.read().unwrap();
        let latency = match resource {
            Resource::Core => settings.rest_latency_ms,
            Resource::Graphql => settings.graphql_latency_ms,
        };
        (decide(shared, &state, &settings, incoming, resource, path), latency, state.now())
    };
    let slower = answer.damage.as_ref().filter(|fault| fault.kind == Kind::Slow).map_or(0, |fault| fault.ms);
    let mut call = Call {
        at,
        kind: if resource == Resource::Core { "rest" } else { "graphql" },
        method: incoming.method.to_string(),
        path: answer.operation.clone().unwrap_or_else(|| path_and_query(incoming, path)),
        status: answer.reply.status,
        cost: answer.cost,
        bytes: 0,
    };
    let response = build(answer, incoming, resource, &mut call);
    shared.desk.add(call);
    // What deciding took is part of the vendor's latency.
    tokio::time::sleep_until(arrived + Duration::from_millis(latency + slower)).await;
    response
}

/// Answers what needs no token of the API, and so costs none of its budget.
async fn at_the_door(shared: &Shared, incoming: &Incoming, path: &str) -> Response<Body> {
    let now = shared.state.read().unwrap().now();
    let wanted = path_and_query(incoming, path);
    shared.desk.listen(now);
    let fault = shared.desk.take(incoming.method.as_str(), &wanted, None, now);
    let standing = Standing { limit: 0, used: 0, reset: now };
    let nameless = !path.starts_with("login/") && incoming.header("user-agent").is_none_or(str::is_empty);
    let reply = match fault.as_ref().and_then(|fault| refusal(fault, &standing)) {
        Some(reply) => reply,
        None if nameless => no_user_agent(),
        None => {
            let settings = shared.settings.read().unwrap().clone();
            shared.change(|state| door::answer(state, &settings, incoming, path))
        }
    };
    let slower = fault.as_ref().filter(|fault| fault.kind == Kind::Slow).map_or(0, |fault| fault.ms);
    let latency = shared.settings.read().unwrap().rest_latency_ms;
    let method = incoming.method.to_string();
    let mut call = Call { at: now, kind: "auth", method, path: wanted, status: reply.status, cost: 0, bytes: 0 };
    let answer = Answer { reply, cost: 0, standing: None, damage: fault, operation: None };
    let response = build(answer, incoming, Resource::Core, &mut call);
    shared.desk.add(call);
    tokio::time::sleep(Duration::from_millis(latency + slower)).await;
    response
}

/// The resource, and the path below the API's root: `/api/v3` and `/api/graphql` as at GitHub Enterprise Server, or
/// the root as at api.github.com.
fn route(path: &str) -> (Resource, &str) {
    match path {
        "/api/graphql" | "/graphql" => (Resource::Graphql, path),
        _ => {
            let below = path.strip_prefix("/api/v3").filter(|rest| rest.is_empty() || rest.starts_with('/'));
            (Resource::Core, below.unwrap_or(path).trim_matches('/'))
        }
    }
}

fn path_and_query(incoming: &Incoming, path: &str) -> String {
    if incoming.query.is_empty() { format!("/{path}") } else { format!("/{path}?{}", incoming.query) }
}

fn decide(
    shared: &Shared,
    state: &State,
    settings: &Settings,
    incoming: &Incoming,
    resource: Resource,
    path: &str,
) -> Answer {
    let plain = |reply: Reply| Answer { reply, cost: 0, standing: None, damage: None, operation: None };
    if incoming.header("user-agent").is_none_or(str::is_empty) {
        return plain(no_user_agent());
    }
    let Some(given) = incoming.header("authorization") else {
        return plain(Reply::error(401, "Requires authentication"));
    };
    let token = given.strip_prefix("Bearer ").or_else(|| given.strip_prefix("token ")).unwrap_or_default();
    let now = state.now();
    let Some(caller) = Caller::of(state, token, now) else { return plain(Reply::error(401, "Bad credentials")) };
    let holder = &caller.holder(token);
    let version = incoming.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    if !VERSIONS.contains(&version) {
        return plain(Reply::error(400, &format!("Invalid API version '{version}'.")));
    }
    let budget = if resource == Resource::Core { settings.core } else { settings.graphql };
    let standing = shared.desk.standing(holder, resource.as_str(), budget, now);
    if resource == Resource::Core && path == "rate_limit" {
        return plain(rate_limits(shared, settings, holder, now, version));
    }
    shared.desk.listen(now);
    if standing.remaining() == 0 {
        shared.desk.violation();
        return Answer { standing: Some(standing), ..plain(exhausted(settings, resource, &standing, now)) };
    }
    let body = std::str::from_utf8(&incoming.body).unwrap_or_default();
    let wanted = path_and_query(incoming, path);
    let graphql = (resource == Resource::Graphql).then_some(body);
    let fault = shared.desk.take(incoming.method.as_str(), &wanted, graphql, now);
    let spend = |points: u64| Some(shared.desk.spend(holder, resource.as_str(), budget, now, points));
    if let Some(reply) = fault.as_ref().and_then(|fault| refusal(fault, &standing)) {
        return Answer { standing: spend(1), cost: 1, damage: fault, ..plain(reply) };
    }
    match resource {
        Resource::Core => {
            let asked = Asked::new(state, settings, caller, (path, &incoming.query), shared.desk.calls_so_far());
            let reply = caller.refused(state, path).unwrap_or_else(|| rest(&asked, incoming, version, token));
            let cost = u64::from(reply.status != 304);
            Answer { standing: spend(cost), cost, damage: fault, ..plain(reply) }
        }
        Resource::Graphql => {
            let request = match shared.documents.prepare(&incoming.body) {
                Ok(request) => request,
                Err(body) => return Answer { standing: spend(1), cost: 1, damage: fault, ..plain(Reply::ok(body)) },
            };
            let standing = spend(request.cost.points);
            let paid = standing.unwrap();
            let rate_limit = RateLimit { limit: paid.limit, used: paid.used, reset: paid.reset };
            let reply = if settings.graphql_timeout_nodes.is_some_and(|most| request.cost.nodes > most) {
                Reply::bad_gateway()
            } else {
                let context = Context { state, settings, caller, rate_limit, cost: request.cost };
                Reply::ok(request.execute(&context))
            };
            let cost = request.cost.points;
            Answer { standing, cost, damage: fault, operation: Some(request.name), ..plain(reply) }
        }
    }
}

fn no_user_agent() -> Reply {
    Reply::error(
        403,
        "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).",
    )
}

/// Answers REST; an answer that the client has already (by its ETag, which belongs to the token) is a free 304.
fn rest(asked: &Asked<'_>, incoming: &Incoming, version: &str, token: &str) -> Reply {
    if incoming.method != Method::GET {
        return Reply::not_found();
    }
    let mut reply = asked.answer();
    if reply.status != 200 {
        return reply;
    }
    if version == VERSIONS[1] {
        drop_retired(&mut reply.body);
    }
    let etag = format!("W/\"{}\"", hash(&[token, version, &reply.body.to_string()]));
    let same = incoming.header("if-none-match").is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag.trim_start_matches("W/"))
    });
    if same {
        reply.status = 304;
        reply.body = Value::Null;
    }
    reply.with("etag", etag)
}

/// Version 2026-03-10 no longer has these.
/// <https://docs.github.com/en/rest/about-the-rest-api/breaking-changes>
fn drop_retired(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_retired),
        Value::Object(map) if map.contains_key("diff_url") => {
            map.remove("merge_commit_sha");
            map.remove("assignee");
        }
        _ => {}
    }
}

fn rate_limits(shared: &Shared, settings: &Settings, holder: &str, now: Timestamp, version: &str) -> Reply {
    let show = |resource: Resource, budget| {
        let standing = shared.desk.standing(holder, resource.as_str(), budget, now);
        json!({
            "limit": standing.limit, "used": standing.used, "remaining": standing.remaining(),
            "reset": standing.reset.as_second(),
        })
    };
    let core = show(Resource::Core, settings.core);
    let mut body = json!({"resources": {"core": core, "graphql": show(Resource::Graphql, settings.graphql)}});
    if version == VERSIONS[0] {
        body["rate"] = core;
    }
    Reply::ok(body)
}

/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>
fn exhausted(settings: &Settings, resource: Resource, standing: &Standing, now: Timestamp) -> Reply {
    if resource == Resource::Graphql {
        return graphql_limited();
    }
    let status = if settings.refuse_with_429 { 429 } else { 403 };
    let reply = Reply::error(status, "API rate limit exceeded for user ID 1.");
    if settings.retry_after {
        reply.with("retry-after", (standing.reset.as_second() - now.as_second()).max(1).to_string())
    } else {
        reply
    }
}

fn graphql_limited() -> Reply {
    let message = "API rate limit already exceeded for user ID 1.";
    Reply::ok(json!({"errors": [{"type": "RATE_LIMITED", "code": "graphql_rate_limit", "message": message}]}))
}

/// What a fault answers instead of the right answer; `None` for those that spoil the right one.
fn refusal(fault: &Fault, standing: &Standing) -> Option<Reply> {
    let words = |default: &'static str| fault.message.clone().unwrap_or_else(|| default.into());
    let reply = match fault.kind {
        Kind::Unauthorized => Reply::error(401, &words("Bad credentials")),
        Kind::Forbidden => Reply::error(403, &words("Resource not accessible by personal access token")),
        Kind::NotFound => Reply::error(404, &words("Not Found")),
        Kind::Gone => Reply::error(410, &words("This resource is gone.")),
        Kind::TooMany => Reply::error(429, &words("Too many requests.")),
        Kind::Secondary => Reply::error(
            403,
            &words("You have exceeded a secondary rate limit. Please wait a few minutes before you try again."),
        ),
        Kind::Internal => Reply::error(500, &words("Server Error")),
        Kind::BadGateway => Reply::bad_gateway(),
        Kind::Unavailable => Reply::error(503, &words("Service Unavailable")),
        Kind::GraphqlErrors => {
            let message = words("Something went wrong while executing your query.");
            Reply::ok(json!({"data": null, "errors": [{"message": message}]}))
        }
        Kind::GraphqlRateLimited => {
            graphql_limited().with("x-ratelimit-remaining", "0").with("x-ratelimit-used", standing.limit.to_string())
        }
        Kind::Slow | Kind::Truncated | Kind::WrongTypes | Kind::WrongRecord | Kind::Close | Kind::Lost => return None,
    };
    Some(match fault.retry_after {
        Some(seconds) => reply.with("retry-after", seconds.to_string()),
        None => reply,
    })
}

fn build(answer: Answer, incoming: &Incoming, resource: Resource, call: &mut Call) -> Response<Body> {
    let id = &hash(&[&incoming.path, &call.at.to_string()])[..16];
    let mut reply = Reply { headers: Vec::new(), ..answer.reply }
        .with("server", "github.com")
        .with("x-github-request-id", format!("SIM:{}", id.to_uppercase()));
    if incoming.path.starts_with("/api/") {
        reply = reply.with("x-github-enterprise-version", "enterprise-server@3.19.0");
    }
    if let Some(standing) = answer.standing {
        reply = reply
            .with("x-ratelimit-limit", standing.limit.to_string())
            .with("x-ratelimit-remaining", standing.remaining().to_string())
            .with("x-ratelimit-used", standing.used.to_string())
            .with("x-ratelimit-reset", standing.reset.as_second().to_string())
            .with("x-ratelimit-resource", resource.as_str())
            .with("x-oauth-scopes", "read:org, repo");
    }
    reply.headers.extend(answer.reply.headers);
    service::send(reply, answer.damage.map(|fault| fault.kind), call)
}
