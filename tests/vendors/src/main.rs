//! Serves the simulated vendors with the demo organization.

use anyhow::{Context, Result};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use plumbline_vendors::{
    demo,
    github::{GithubServer, Settings, TOKEN, WebhookTarget},
    journal::Journal,
};
use std::{io::Write, path::PathBuf};
use tokio::signal::unix::{SignalKind, signal};

/// Simulated vendors with a generated organization, on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What the organization is generated from.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The instant at which the generated history ends (RFC 3339); an existing state file knows its own.
    #[arg(long)]
    now: Option<Timestamp>,
    /// Remembers over restarts what was done to the organization.
    #[arg(long)]
    state_file: Option<PathBuf>,
    /// Where webhooks are sent.
    #[arg(long, requires = "webhook_secret")]
    webhook_url: Option<String>,
    /// What webhooks are signed with.
    #[arg(long)]
    webhook_secret: Option<String>,
    /// The token that works.
    #[arg(long, default_value = TOKEN)]
    token: String,
    /// Milliseconds that a REST answer takes.
    #[arg(long, default_value_t = 0)]
    rest_latency_ms: u64,
    /// Milliseconds that a GraphQL answer takes.
    #[arg(long, default_value_t = 0)]
    graphql_latency_ms: u64,
    /// Serves a plain organization for measuring: repositories, pull requests in all, commits each, reviews each,
    /// commits on each default branch.
    #[arg(long, num_args = 5, value_names = ["REPOSITORIES", "PULLS", "COMMITS", "REVIEWS", "BRANCH"], conflicts_with = "state_file")]
    plain: Option<Vec<u64>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let now = arguments.now.unwrap_or_else(yesterday_evening);
    let (journal, mut state) = match (&arguments.plain, &arguments.state_file) {
        (Some(numbers), _) => {
            let &[repositories, pulls, commits, reviews, branch] = numbers.as_slice() else {
                anyhow::bail!("--plain takes five numbers");
            };
            (None, demo::plain(repositories, pulls, commits, reviews, branch, now))
        }
        (None, Some(path)) => {
            let (journal, state) = Journal::open(path, arguments.seed, now)?;
            (Some(journal), state)
        }
        (None, None) => (None, demo::organization(arguments.seed, now)),
    };
    state.clock = None;
    state.tokens = [(arguments.token, "plumbline-reader".to_owned())].into();
    let webhook = arguments.webhook_url.zip(arguments.webhook_secret);
    let settings = Settings {
        rest_latency_ms: arguments.rest_latency_ms,
        graphql_latency_ms: arguments.graphql_latency_ms,
        webhook: webhook.map(|(url, secret)| WebhookTarget { url, secret }),
        ..Settings::default()
    };
    let organization = state.organization.login.clone();
    let server = GithubServer::start_with(state, settings, arguments.port, journal).await.context("starting")?;
    let mut out = std::io::stdout();
    writeln!(out, "ready {} organization {organization}", server.base_url())?;
    out.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    server.shutdown().await;
    Ok(())
}

/// A history that ends yesterday evening leaves today to whoever tries the demo.
#[expect(clippy::disallowed_methods, reason = "the program's edge reads the clock once")]
fn yesterday_evening() -> Timestamp {
    let now = Timestamp::now();
    let midnight = now.as_second() - now.as_second().rem_euclid(86_400);
    Timestamp::from_second(midnight).unwrap_or(now) - SignedDuration::from_hours(6)
}
