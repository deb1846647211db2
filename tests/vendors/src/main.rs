//! Serves the simulated vendors with the demo organization, and the issuer that its people sign in with.

use anyhow::{Context, Result};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use plumbline_vendors::{
    demo,
    fleet::{Fleet, Size},
    github::{CLASSIC_TOKEN, GithubServer, INSTALLATION, Settings, TOKEN, WebhookTarget},
    issuer::{self, IssuerServer},
    journal::Journal,
    ports::Ports,
    service::{self, Clock},
    slack::SIGNING_SECRET,
};
use std::{io::Write, path::PathBuf};
use tokio::signal::unix::{SignalKind, signal};

/// Simulated vendors with a generated organization, on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// GitHub's port; 0 takes the one that the ports file remembers, or a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Remembers the ports of all vendors over restarts, and tells them (JSON, a port for each vendor).
    #[arg(long)]
    ports_file: Option<PathBuf>,
    /// About so many issues in Jira.
    #[arg(long, default_value_t = Size::default().issues)]
    jira_issues: usize,
    /// So many accounts at Atlassian beyond those of the company's people.
    #[arg(long, default_value_t = 0)]
    further_accounts: usize,
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
    /// The origin of the app that Slack sends clicks, commands and events to, below `/webhooks/slack/`.
    #[arg(long)]
    slack_app_url: Option<String>,
    /// What Slack signs them with.
    #[arg(long, default_value = SIGNING_SECRET)]
    slack_signing_secret: String,
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
    let mut out = std::io::stdout();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let now = arguments.now.unwrap_or_else(yesterday_evening);
    let mut ports = arguments.ports_file.as_deref().map(Ports::read).transpose()?.unwrap_or_default();
    if arguments.port != 0 {
        ports.github = arguments.port;
    }
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
    let reader = (arguments.token, "plumbline-reader".to_owned());
    state.tokens = [reader, (CLASSIC_TOKEN.to_owned(), "plumbline-owner".to_owned())].into();
    let (seed, end) = journal.as_ref().map_or((arguments.seed, now), Journal::origin);
    // The plain organization is nobody's: it is GitHub alone.
    let company = if arguments.plain.is_some() {
        None
    } else {
        if state.app.installations.is_empty() {
            state.install_app(INSTALLATION);
            state.outbox.clear();
        }
        let company = demo::company(seed, end);
        let size = Size { issues: arguments.jira_issues, further_accounts: arguments.further_accounts };
        let fleet = Fleet::start(&company, size, Clock::system(), ports).await?;
        if let Some(path) = &arguments.state_file {
            // What the app remembers of its messages holds after a restart, too.
            fleet.slack.state(|state| state.keep_in(path.with_extension("slack.json")))?;
        }
        let mut people = issuer::State::of(&company);
        people.clock = Clock::system();
        let issuer = IssuerServer::start_with(people, service::Settings::default(), ports.issuer).await;
        Some((fleet, issuer.context("starting the issuer")?))
    };
    let webhook = arguments.webhook_url.zip(arguments.webhook_secret);
    let settings = Settings {
        rest_latency_ms: arguments.rest_latency_ms,
        graphql_latency_ms: arguments.graphql_latency_ms,
        webhook: webhook.map(|(url, secret)| WebhookTarget { url, secret }),
        ..Settings::default()
    };
    let organization = state.organization.login.clone();
    let github_ports = (ports.github, ports.copilot_reports);
    let server = GithubServer::start_on(state, settings, github_ports, journal).await.context("starting GitHub")?;
    (ports.github, ports.copilot_reports) = server.ports();
    if let Some((fleet, issuer)) = &company {
        ports = Ports { issuer: issuer.port(), ..fleet.ports(ports) };
        fleet.slack.settings(|settings| {
            settings.knobs.app = arguments.slack_app_url;
            settings.knobs.signing_secret = arguments.slack_signing_secret;
            settings.knobs.github = Some(server.base_url());
        });
    }
    if let Some(path) = &arguments.ports_file {
        ports.write(path)?;
    }
    writeln!(out, "ready {} organization {organization}", server.base_url())?;
    out.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    server.shutdown().await;
    if let Some((fleet, issuer)) = company {
        fleet.shutdown().await;
        issuer.shutdown().await;
    }
    Ok(())
}

/// A history that ends yesterday evening leaves today to whoever tries the demo.
#[expect(clippy::disallowed_methods, reason = "the program's edge reads the clock once")]
fn yesterday_evening() -> Timestamp {
    let now = Timestamp::now();
    let midnight = now.as_second() - now.as_second().rem_euclid(86_400);
    Timestamp::from_second(midnight).unwrap_or(now) - SignedDuration::from_hours(6)
}
