//! What a day costs on which nothing changed: the demo's company, all vendors, synced twice with a day in between, in
//! simulated time. The connector runs in this process, since its own clock has to stand where the vendors' do.

use crate::{company::Company, limits::Limit, stats::ratio, team};
use anyhow::{Context as _, bail, ensure};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plumbline_bench::aws::{Aws, KEYRING};
use plumbline_connections::Connections;
use plumbline_connector::{App, work};
use plumbline_connectors::AllowedHosts;
use plumbline_domain::{Clock, Provider, SyncJob, TeamId};
use plumbline_lambda::{JobSender, QueueError, SecretCache};
use plumbline_store::SyncStatus;
use serde::Serialize;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// When the company's history ends: the same in every run, so that figures can be compared.
const NOW: &str = "2026-06-15T18:00:00Z";

/// The connector's timeout in the template.
const TIMEOUT: SignedDuration = SignedDuration::from_mins(1);

/// The longest delay of a message in SQS.
const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// Invocations after which a run is given up.
const INVOCATIONS: u32 = 1_000;

/// More pull requests than any repository of the company has.
const ALL: usize = 10_000;

/// One vendor's figures.
#[derive(Debug, Serialize)]
pub(crate) struct VendorDay {
    vendor: &'static str,
    /// Calls as the simulator counted them.
    first_calls: u64,
    unchanged_calls: u64,
    /// Items written to facts, rollups and accounts.
    unchanged_writes: u64,
}

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct UnchangedDay {
    vendors: Vec<VendorDay>,
    /// Pull requests that the first sync of GitHub brought.
    pull_requests: usize,
    /// Its calls for pull requests (what GraphQL is asked for), for each of them.
    calls_per_pull_request: f64,
    /// The same with those for members, teams, repositories and the commits of default branches.
    all_calls_per_pull_request: f64,
}

/// Syncs every vendor, moves all clocks on by a day, and syncs again.
pub(crate) async fn measure() -> anyhow::Result<UnchangedDay> {
    let began: Timestamp = NOW.parse()?;
    let world = World::start(began).await?;
    let (mut vendors, mut for_pull_requests, mut of_github) = (Vec::new(), 0, 0);
    for provider in Provider::ALL {
        team::connect(&world.aws.store, &world.clock.clock(), &world.team, world.company.access(provider)).await?;
        crate::progress(&format!("first sync of the demo's {provider}"));
        let (first_calls, _) = world.sync(provider).await?;
        if provider == Provider::Github {
            (for_pull_requests, of_github) = (world.company.graphql_calls(), first_calls);
        }
        vendors.push(VendorDay { vendor: provider.as_str(), first_calls, unchanged_calls: 0, unchanged_writes: 0 });
    }
    world.set_now(began + SignedDuration::from_hours(24));
    for (provider, figures) in Provider::ALL.into_iter().zip(&mut vendors) {
        crate::progress(&format!("a day later: sync of the demo's {provider}"));
        (figures.unchanged_calls, figures.unchanged_writes) = world.sync(provider).await?;
    }
    let pull_requests = world.pull_requests().await?;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let for_each = |calls: u64| ratio(calls as f64, pull_requests as f64);
    let calls_per_pull_request = for_each(for_pull_requests);
    let all_calls_per_pull_request = for_each(of_github);
    Ok(UnchangedDay { vendors, pull_requests, calls_per_pull_request, all_calls_per_pull_request })
}

/// What is promised of calls and writes.
pub(crate) fn limits(figures: &UnchangedDay) -> Vec<Limit> {
    let per_pull_request = Limit::at_most(
        "unchanged day: github, first sync, calls per pull request",
        0.04,
        figures.calls_per_pull_request,
    );
    // Copilot's reports and JFrog's storage are new every day, whatever people change.
    let daily = [Provider::Copilot, Provider::Jfrog].map(Provider::as_str);
    let still = figures.vendors.iter().filter(|figures| !daily.contains(&figures.vendor));
    let writes = still
        .map(|figures| Limit::count(format!("unchanged day: {}, writes", figures.vendor), 0, figures.unchanged_writes));
    std::iter::once(per_pull_request).chain(writes).collect()
}

/// A clock that moves only when told.
#[derive(Clone)]
struct SetClock(Arc<AtomicI64>);

impl SetClock {
    fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::from_fn(move || this.now())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// The connectors' queues: what is to go on, and when.
#[derive(Clone)]
struct Queue {
    clock: SetClock,
    messages: Arc<Mutex<Vec<(Timestamp, SyncJob)>>>,
}

impl Queue {
    /// One run is under way at a time, which has one message.
    fn take(&self) -> Option<(Timestamp, SyncJob)> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

#[async_trait]
impl JobSender for Queue {
    async fn send(&self, job: &SyncJob, delay: Duration) -> Result<(), QueueError> {
        let visible = self.clock.now() + delay.min(LONGEST_DELAY);
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push((visible, job.clone()));
        Ok(())
    }

    async fn send_all(&self, jobs: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError> {
        for job in jobs {
            self.send(job, Duration::ZERO).await?;
        }
        Ok(Vec::new())
    }
}

struct World {
    aws: Aws,
    company: Company,
    clock: SetClock,
    queue: Queue,
    app: App,
    team: TeamId,
}

impl World {
    async fn start(now: Timestamp) -> anyhow::Result<Self> {
        let aws = Aws::start().await?;
        let clock = SetClock(Arc::new(AtomicI64::new(now.as_millisecond())));
        let queue = Queue { clock: clock.clone(), messages: Arc::default() };
        let connections = Connections {
            store: aws.counted_store(),
            keyring: SecretCache::fixed(KEYRING, None),
            apps: SecretCache::fixed("{}", None),
            allowed_hosts: AllowedHosts { names: vec!["127.0.0.1".into()], http_loopback: true },
        };
        let app = App {
            store: aws.counted_store(),
            connectors: plumbline_connectors::all(),
            jobs: Box::new(queue.clone()),
            connections,
            clock: clock.clock(),
        };
        let team = team::create(&aws.store, &clock.clock()).await?;
        Ok(Self { aws, company: Company::start(now).await?, clock, queue, app, team })
    }

    fn set_now(&self, now: Timestamp) {
        self.clock.0.store(now.as_millisecond(), Ordering::SeqCst);
        self.company.set_now(now);
    }

    /// A run of one provider, to its success: the calls of its vendor, and the items written. Waits are jumps of the
    /// clocks. No stream flows: the run computes the rows itself.
    async fn sync(&self, provider: Provider) -> anyhow::Result<(u64, u64)> {
        let started = self.clock.now();
        self.company.forget_calls();
        self.aws.forget_calls();
        let run = format!("r{}", started.as_millisecond()).parse()?;
        let begun = self.aws.store.begin_run(&self.team, provider, run, started, None).await?;
        let mut next = Some((started, begun.context("there is a connection")?.job));
        let mut invocations = 0;
        while let Some((visible, job)) = next {
            invocations += 1;
            ensure!(invocations <= INVOCATIONS, "{provider}: the run does not end after {INVOCATIONS} invocations");
            self.set_now(visible.max(self.clock.now()));
            Box::pin(work(&self.app, &job, self.clock.now() + TIMEOUT)).await?;
            next = self.queue.take();
        }
        let record = self.aws.store.load_sync(&self.team, provider).await?.context("the run's record")?;
        if record.status != SyncStatus::Idle || record.last_success.is_none_or(|at| at < started) {
            bail!("{provider}: the run ended as {:?}: {:?}", record.status, record.last_error);
        }
        let (calls, early) = self.company.calls();
        ensure!(early == 0, "{provider}: {early} calls came although the vendor had said to wait");
        let tables = &self.aws.store.tables;
        let written = self.aws.dynamo.calls().writes;
        let of = |table: &String| written.get(table).copied().unwrap_or_default();
        Ok((calls, [&tables.facts, &tables.rollups, &tables.accounts].into_iter().map(of).sum()))
    }

    async fn pull_requests(&self) -> anyhow::Result<usize> {
        let store = &self.aws.store;
        let mut all = 0;
        for repository in store.load_repositories(&self.team).await? {
            all += store.list_pull_requests(&self.team, repository.key, None, ALL).await?.len();
        }
        Ok(all)
    }
}
