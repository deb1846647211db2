//! The connector's memory where there is much to read: its release binary, a process of its own, syncs each vendor with
//! many records twice. Simulators and database are in this process.

use crate::{
    limits::Limit,
    stats::rounded,
    sync::work_through,
    team::{self, Access},
    workshop::Workshop,
};
use anyhow::{Context as _, bail, ensure};
use plumbline_bench::aws::Aws;
use plumbline_connectors::Credentials;
use plumbline_domain::{Clock, Provider, TeamId};
use plumbline_store::SyncStatus;
use plumbline_vendors::{
    atlassian::{self, AtlassianServer},
    demo,
    github::{CLASSIC_TOKEN, GithubServer, TOKEN},
    service,
};
use serde::Serialize;
use serde_json::json;
use std::{collections::BTreeMap, time::Instant};

/// What is promised, in MB.
const MOST_MB: f64 = 60.0;

/// What is generated for the simulated Atlassian.
const SEED: u64 = 7;

/// What is read.
#[derive(Debug, Clone, Copy)]
enum Case {
    /// Jira's issues, with as many accounts as [`Case::Users`] has.
    Issues,
    /// Atlassian's users with their products and groups.
    Users,
    /// Licences of a GitHub enterprise, each a person's.
    Licences,
    /// Copilot seats of an organisation, each a person's.
    Seats,
    /// Rows of an enterprise's Copilot seats: ten teams grant each.
    Grants,
    /// Days of Copilot reports of many people.
    Usage,
}

const CASES: [Case; 6] = [Case::Issues, Case::Users, Case::Licences, Case::Seats, Case::Grants, Case::Usage];

/// Teams that grant each seat in [`Case::Grants`].
const TEAMS: u64 = 10;

impl Case {
    fn name(self) -> &'static str {
        match self {
            Self::Issues => "jira issues",
            Self::Users => "atlassian users",
            Self::Licences => "github_enterprise licences",
            Self::Seats => "copilot seats, organization",
            Self::Grants => "copilot seat rows, enterprise",
            Self::Usage => "copilot people, 90 days of usage",
        }
    }

    /// How many there are of what it is called after.
    fn size(self) -> u64 {
        match self {
            Self::Issues => 20_000,
            Self::Users => 5_000,
            Self::Licences | Self::Seats | Self::Grants => 50_000,
            Self::Usage => 500,
        }
    }
}

/// One run's figures.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    /// As the simulator counted them.
    calls: u64,
    invocations: u32,
    /// Until the run was a success; waits for the vendor's budget are in it.
    seconds: f64,
    cpu_seconds: f64,
    peak_rss_mb: f64,
    /// Facts read.
    records: u64,
    /// Items written, by table.
    writes: BTreeMap<String, u64>,
}

/// Both runs over one size of a case, each by a fresh process.
#[derive(Debug, Serialize)]
pub(crate) struct MemoryFigures {
    case: &'static str,
    size: u64,
    first: Run,
    unchanged: Run,
}

/// A simulator. It ends when it is dropped.
enum Vendor {
    Atlassian(AtlassianServer),
    Github(GithubServer),
}

impl Vendor {
    fn calls(&self) -> u64 {
        match self {
            Self::Atlassian(server) => server.calls().total,
            Self::Github(server) => server.calls().total,
        }
    }

    fn forget_calls(&self) {
        match self {
            Self::Atlassian(server) => server.reset_counters(),
            Self::Github(server) => server.reset_counters(),
        }
    }
}

/// Every case whose name holds `named`, in a tenth of its size and, unless it is to be quick, in its size.
pub(crate) async fn measure(workshop: &Workshop, named: &str, quick: bool) -> anyhow::Result<Vec<MemoryFigures>> {
    let mut all = Vec::new();
    for case in CASES.into_iter().filter(|case| case.name().contains(named)) {
        let sizes = [case.size() / 10, case.size()];
        for size in sizes.into_iter().take(if quick { 1 } else { 2 }) {
            all.push(of(workshop, case, size).await.with_context(|| format!("{size} {}", case.name()))?);
        }
    }
    Ok(all)
}

async fn of(workshop: &Workshop, case: Case, size: u64) -> anyhow::Result<MemoryFigures> {
    let aws = Aws::start().await?;
    let clock = Clock::system();
    let (vendor, access) = serve(case, size, &clock).await?;
    let provider = access.provider;
    let team = team::create(&aws.store, &clock).await?;
    team::connect(&aws.store, &clock, &team, access).await?;
    crate::progress(&format!("memory: first sync of {size} {}", case.name()));
    let first = run(workshop, &aws, &vendor, &team, provider, "first").await?;
    crate::progress(&format!("memory: unchanged sync of {size} {}", case.name()));
    let unchanged = run(workshop, &aws, &vendor, &team, provider, "unchanged").await?;
    Ok(MemoryFigures { case: case.name(), size, first, unchanged })
}

async fn serve(case: Case, size: u64, clock: &Clock) -> anyhow::Result<(Vendor, Access)> {
    let now = clock.now();
    match case {
        Case::Issues | Case::Users => {
            let company = demo::company(SEED, now);
            let (issues, users) = match case {
                Case::Issues => (size, size / 4),
                _ => (100, size),
            };
            let further = usize::try_from(users)?.saturating_sub(company.atlassian_accounts().count());
            let mut site = atlassian::generate(&company, usize::try_from(issues)?, further);
            site.clock = service::Clock::system();
            let server = AtlassianServer::start(site).await?;
            let base_url = server.base_url();
            let access = match case {
                Case::Issues => Access {
                    provider: Provider::Jira,
                    base_url,
                    credentials: Credentials::Basic {
                        email: atlassian::EMAIL.into(),
                        token: atlassian::API_TOKEN.into(),
                    },
                    settings: json!({"history_days": 1_000}),
                },
                _ => Access::by_token(
                    Provider::Atlassian,
                    base_url,
                    atlassian::ORGANIZATION_KEY,
                    json!({"organization": atlassian::ORGANIZATION_ID}),
                ),
            };
            Ok((Vendor::Atlassian(server), access))
        }
        Case::Licences | Case::Seats | Case::Grants | Case::Usage => {
            let mut state = match case {
                Case::Grants => demo::seated(size / TEAMS, TEAMS, now),
                Case::Usage => demo::seated(size, TEAMS, now),
                _ => demo::seated(size, 0, now),
            };
            state.clock = None;
            let (organization, enterprise) = (state.organization.login.clone(), state.enterprise.slug.clone());
            let server = GithubServer::start(state).await?;
            // Seats alone: of so many people, a day of usage would be most of the work.
            server.settings(|settings| settings.copilot_metrics_policy = matches!(case, Case::Usage));
            let by = |provider, token, settings| Access::by_token(provider, server.base_url(), token, settings);
            let access = match case {
                Case::Licences => by(Provider::GithubEnterprise, CLASSIC_TOKEN, json!({"enterprise": enterprise})),
                Case::Grants => by(Provider::Copilot, CLASSIC_TOKEN, json!({"enterprise": enterprise})),
                _ => by(Provider::Copilot, TOKEN, json!({"organization": organization, "history_days": 90})),
            };
            Ok((Vendor::Github(server), access))
        }
    }
}

async fn run(
    workshop: &Workshop,
    aws: &Aws,
    vendor: &Vendor,
    team: &TeamId,
    provider: Provider,
    id: &str,
) -> anyhow::Result<Run> {
    let (connector, _) = workshop.start("connector", &aws.environment()).await?;
    aws.forget_calls();
    vendor.forget_calls();
    let (began, started) = (Clock::system().now(), Instant::now());
    let begun =
        aws.store.begin_run(team, provider, id.parse()?, began, None).await?.context("there is a connection")?;
    ensure!(begun.started, "another run is under way");
    let worked = work_through(aws, &connector, &begun.job).await;
    let invocations = worked.with_context(|| format!("the connector said:\n{}", workshop.said("connector")))?;
    let seconds = rounded(started.elapsed().as_secs_f64());
    let record = aws.store.load_sync(team, provider).await?.context("the run's record")?;
    if record.status != SyncStatus::Idle || record.last_success.is_none_or(|at| at < began) {
        bail!("the run ended as {:?}: {:?}\n{}", record.status, record.last_error, workshop.said("connector"));
    }
    let used = connector.usage()?;
    crate::progress(&format!("memory: {} MB in {seconds} s", rounded(used.peak_rss_mb)));
    Ok(Run {
        calls: vendor.calls(),
        invocations,
        seconds,
        cpu_seconds: rounded(used.cpu_ms / 1000.0),
        peak_rss_mb: rounded(used.peak_rss_mb),
        records: record.last_records.unwrap_or_default(),
        writes: aws.dynamo.calls().writes,
    })
}

/// What is promised of the connector's memory.
pub(crate) fn limits(all: &[MemoryFigures]) -> Vec<Limit> {
    let of = |figures: &MemoryFigures| {
        let MemoryFigures { case, size, first, unchanged } = figures;
        [("first", first), ("unchanged", unchanged)].map(|(which, run)| {
            Limit::at_most(format!("memory: {size} {case}, {which} sync, resident MB"), MOST_MB, run.peak_rss_mb)
        })
    };
    all.iter().flat_map(of).collect()
}
