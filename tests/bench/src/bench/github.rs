//! The simulated GitHub that is synced: one organisation with one busy repository.

use plumbline_domain::Clock;
use plumbline_vendors::{
    calls::Calls,
    demo,
    github::{GithubServer, Settings},
};
use serde::Serialize;

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
    /// Seconds that all of them take one after the other.
    pub(crate) seconds: f64,
}

/// Sorts a log of calls.
pub(crate) fn by_purpose(calls: &Calls, latency: Latency) -> CallsByPurpose {
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
    #[expect(clippy::cast_precision_loss, reason = "a benchmark's seconds")]
    let seconds = (sorted.rest * latency.rest_ms + sorted.graphql * latency.graphql_ms) as f64 / 1000.0;
    sorted.seconds = super::stats::rounded(seconds);
    sorted
}

/// Serves one repository with so many merged pull requests of three commits and three reviews each, and as many commits
/// on its default branch.
pub(crate) async fn serve(pull_requests: u64, latency: Latency) -> anyhow::Result<GithubServer> {
    let settings =
        Settings { rest_latency_ms: latency.rest_ms, graphql_latency_ms: latency.graphql_ms, ..Settings::default() };
    let mut state = demo::plain(1, pull_requests, 3, 3, pull_requests, Clock::system().now());
    // From here on time passes by itself, as at the real one.
    state.clock = None;
    Ok(GithubServer::start_with(state, settings, 0, None).await?)
}
