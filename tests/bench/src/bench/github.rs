//! The simulated GitHub that is synced: one organisation with one busy repository.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, uri::PathAndQuery},
    response::{IntoResponse as _, Response},
};
use plumbline_bench::server::{Server, Upstream};
use plumbline_domain::Clock;
use plumbline_vendors::{
    calls::Calls,
    demo,
    github::{GithubServer, Settings},
};
use serde::Serialize;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The organisation's login.
pub(crate) const ORGANIZATION: &str = "plain";

/// How long each call takes at least, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Latency {
    /// REST.
    pub(crate) rest_ms: u64,
    /// GraphQL.
    pub(crate) graphql_ms: u64,
}

/// Calls by what they were for.
#[derive(Debug, Default, Serialize)]
pub(crate) struct CallsByPurpose {
    pub(crate) total: u64,
    pub(crate) rest: u64,
    pub(crate) graphql: u64,
    /// Pages of pull requests, and further pages of their lists.
    pub(crate) pull_requests: u64,
    /// The question what changed, for many repositories at once.
    pub(crate) changes: u64,
    /// Pages of the default branch's commits.
    pub(crate) branch_commits: u64,
    /// Members, teams, repositories.
    pub(crate) directory: u64,
    /// Seconds that all of them took together, as the caller saw it.
    pub(crate) seconds: f64,
}

/// Sorts a log of calls.
fn by_purpose(calls: &Calls, taken: Duration) -> CallsByPurpose {
    let mut sorted = CallsByPurpose {
        total: calls.total,
        rest: calls.of("rest"),
        graphql: calls.of("graphql"),
        ..CallsByPurpose::default()
    };
    for call in &calls.log {
        let group = match (call.kind, call.path.as_str()) {
            ("graphql", "Changes") => &mut sorted.changes,
            ("graphql", _) => &mut sorted.pull_requests,
            (_, path) if path.contains("/commits") => &mut sorted.branch_commits,
            _ => &mut sorted.directory,
        };
        *group += 1;
    }
    sorted.seconds = super::stats::rounded(taken.as_secs_f64());
    sorted
}

/// A simulated GitHub whose calls take as long as they are to: the latency includes the simulator's own work.
pub(crate) struct Github {
    simulator: GithubServer,
    front: Server,
    pace: Arc<Pace>,
}

struct Pace {
    upstream: Upstream,
    latency: Latency,
    taken: Mutex<Duration>,
}

/// Serves one repository with so many merged pull requests of three commits and three reviews each, and as many commits
/// on its default branch.
pub(crate) async fn serve(pull_requests: u64, latency: Latency) -> anyhow::Result<Github> {
    let mut state = demo::plain(1, pull_requests, 3, 3, pull_requests, Clock::system().now());
    // From here on time passes by itself, as at the real one.
    state.clock = None;
    let simulator = GithubServer::start_with(state, Settings::default(), 0, None).await?;
    let pace = Arc::new(Pace { upstream: Upstream::new(&simulator.base_url())?, latency, taken: Mutex::default() });
    let front = Server::start(Router::new().fallback(call).with_state(Arc::clone(&pace))).await?;
    // The addresses in its answers lead through the front, too.
    simulator.state(|state| state.origin = Some(front.url()));
    Ok(Github { simulator, front, pace })
}

impl Github {
    /// The connection's `base_url`.
    pub(crate) fn base_url(&self) -> String {
        self.front.url()
    }

    /// Counts from zero again.
    pub(crate) fn forget_calls(&self) {
        self.simulator.reset_counters();
        *self.pace.taken() = Duration::ZERO;
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> CallsByPurpose {
        by_purpose(&self.simulator.calls(), *self.pace.taken())
    }
}

impl Pace {
    fn taken(&self) -> MutexGuard<'_, Duration> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn call(State(pace): State<Arc<Pace>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let asked = Instant::now();
    let latency = if uri.path().ends_with("/graphql") { pace.latency.graphql_ms } else { pace.latency.rest_ms };
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let answer = pace.upstream.send(method, path, headers, body).await;
    tokio::time::sleep_until((asked + Duration::from_millis(latency)).into()).await;
    *pace.taken() += asked.elapsed();
    answer.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}
