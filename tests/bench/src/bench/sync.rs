//! Syncs of a simulated repository by the connector's release binary: the first one, and one after which nothing had
//! changed. The stream that drives `rollup` is played by handing it what the connector wrote.

use crate::{
    github::{self, CallsByPurpose, Github, Latency, ORGANIZATION},
    limits::Limit,
    stats::{ratio, rounded},
    team::{self, Access},
    workshop::Workshop,
};
use anyhow::{Context as _, bail, ensure};
use plumbline_bench::{
    Function,
    aws::{Aws, dynamo::DynamoCalls},
    events,
};
use plumbline_domain::{Clock, Provider, RunId, SyncJob, TeamId};
use plumbline_store::{SyncRecord, SyncStatus};
use plumbline_vendors::github::TOKEN;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// The connector's timeout in the template.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The longest that is waited for a message's delay.
const LONGEST_DELAY: Duration = Duration::from_secs(20);

/// Invocations after which a run is given up.
const INVOCATIONS: u32 = 200;

/// Records in one batch of the stream, as in the template.
const STREAM_BATCH: usize = 100;

/// One run's figures.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    calls: CallsByPurpose,
    /// From the job's delivery until everything was read and saved.
    reading_seconds: f64,
    /// Until the run was a success: its rows are visible, too. Delays of continuation messages are in it.
    total_seconds: f64,
    /// Reading, times what the vendor's calls alone take.
    reading_to_vendor: f64,
    invocations: u32,
    peak_rss_mb: f64,
    cpu_seconds: f64,
    /// Of connector and rollup together.
    dynamodb: DynamoCalls,
    records: u64,
    /// Merged pull requests whose rows are visible afterwards.
    rows: usize,
}

/// Both syncs of one repository.
#[derive(Debug, Serialize)]
pub(crate) struct SyncFigures {
    pull_requests: u64,
    latency: Latency,
    first: Run,
    unchanged: Run,
}

/// Syncs a repository of so many pull requests twice.
pub(crate) async fn measure(workshop: &Workshop, pull_requests: u64, latency: Latency) -> anyhow::Result<SyncFigures> {
    let aws = Aws::start().await?;
    let github = github::serve(pull_requests, latency).await?;
    let (store, clock) = (&aws.store, Clock::system());
    let team = team::create(store, &clock).await?;
    let settings = json!({ "organization": ORGANIZATION, "history_days": 180 });
    let access = Access::by_token(Provider::Github, github.base_url(), TOKEN, settings);
    team::connect(store, &clock, &team, access).await?;
    crate::progress(&format!("first sync of {pull_requests} pull requests"));
    let first = run(workshop, &aws, &github, &team, "first").await?;
    crate::progress(&format!("sync of {pull_requests} unchanged pull requests"));
    let unchanged = run(workshop, &aws, &github, &team, "unchanged").await?;
    Ok(SyncFigures { pull_requests, latency, first, unchanged })
}

async fn run(workshop: &Workshop, aws: &Aws, github: &Github, team: &TeamId, id: &str) -> anyhow::Result<Run> {
    let environment = aws.environment();
    let (connector, _) = workshop.start("connector", &environment).await?;
    let (rollup, _) = workshop.start("rollup", &environment).await?;
    aws.forget_calls();
    github.forget_calls();
    let (run_id, now): (RunId, _) = (id.parse()?, Clock::system().now());
    let begun =
        aws.store.begin_run(team, Provider::Github, run_id, now, None).await?.context("there is a connection")?;
    ensure!(begun.started, "another run is under way");
    let started = Instant::now();
    let reading = Cell::new(None);
    let invocations = tokio::select! {
        done = work_through(aws, &connector, &begun.job) => done,
        failed = play_stream(aws, &rollup) => failed,
        failed = watch_reading(aws, team, started, &reading) => failed,
    }
    .with_context(|| {
        format!("the connector said:\n{}\nrollup said:\n{}", workshop.said("connector"), workshop.said("rollup"))
    })?;
    let total = started.elapsed();
    let record = aws.store.load_sync(team, Provider::Github).await?.context("the run's record")?;
    if record.status != SyncStatus::Idle || record.last_success.is_none_or(|at| at < now) {
        bail!("the run ended as {:?}: {:?}\n{}", record.status, record.last_error, workshop.said("connector"));
    }
    let used = connector.usage()?;
    let calls = github.calls();
    let reading = reading.get().unwrap_or(total).as_secs_f64();
    let dynamodb = aws.dynamo.calls();
    let rows = aws.store.load_rows(team, now - jiff::SignedDuration::from_hours(24 * 180), now).await?.rows.len();
    Ok(Run {
        reading_seconds: rounded(reading),
        total_seconds: rounded(total.as_secs_f64()),
        reading_to_vendor: ratio(reading, calls.seconds),
        calls,
        invocations,
        peak_rss_mb: rounded(used.peak_rss_mb),
        cpu_seconds: rounded(used.cpu_ms / 1000.0),
        dynamodb,
        records: record.last_records.unwrap_or_default(),
        rows,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchResponse {
    batch_item_failures: Vec<Value>,
}

/// Delivers a run's job and what the connector sends to go on, until nothing is left; how many invocations it took.
pub(crate) async fn work_through(aws: &Aws, connector: &Function, job: &SyncJob) -> anyhow::Result<u32> {
    let queue = job.provider.as_str();
    let mut job = serde_json::to_string(job)?;
    for invocation in 1..=INVOCATIONS {
        deliver(connector, queue, &job).await?;
        let Some(message) = aws.services.receive(queue, LONGEST_DELAY).await else { return Ok(invocation) };
        job = message.body;
    }
    bail!("the run does not end after {INVOCATIONS} invocations")
}

async fn deliver(connector: &Function, queue: &str, job: &str) -> anyhow::Result<()> {
    let answer: BatchResponse = connector.invoke(&events::sqs(queue, [job]), TIMEOUT).await?.json()?;
    ensure!(answer.batch_item_failures.is_empty(), "the connector could not work on its job");
    Ok(())
}

/// Hands what was written to `rollup`, in batches, as the table's stream does.
async fn play_stream<T>(aws: &Aws, rollup: &Function) -> anyhow::Result<T> {
    loop {
        let changes = aws.dynamo.take_changes();
        if changes.is_empty() {
            aws.dynamo.changed().await;
        }
        for batch in changes.chunks(STREAM_BATCH) {
            let answer: BatchResponse =
                rollup.invoke(&events::stream(&aws.store.tables.facts, batch), TIMEOUT).await?.json()?;
            ensure!(answer.batch_item_failures.is_empty(), "rollup could not work on its batch");
        }
    }
}

/// Notes when the run has read everything.
async fn watch_reading<T>(
    aws: &Aws,
    team: &TeamId,
    started: Instant,
    reading: &Cell<Option<Duration>>,
) -> anyhow::Result<T> {
    loop {
        let record = aws.store.load_sync(team, Provider::Github).await?;
        if record.is_none_or(|record| has_read(&record)) {
            reading.set(Some(started.elapsed()));
            return std::future::pending().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn has_read(record: &SyncRecord) -> bool {
    let settling = record.cursor.as_ref().and_then(|cursor| cursor.get("at")).is_some_and(|at| at == "settle");
    settling || record.run_id.is_none()
}

/// What is promised of syncs. `all`: the default size first, ten times as many after it, if it was measured.
pub(crate) fn limits(all: &[SyncFigures]) -> Vec<Limit> {
    let mut limits = Vec::new();
    for figures in all {
        let count = figures.pull_requests;
        let name = |what: &str| format!("sync of {count}: {what}");
        let Run { calls, .. } = &figures.first;
        // 24 for 1,000: 20 pages of 50 and a fifth for what does not fit into one.
        let pages = (count.div_ceil(50) * 6).div_ceil(5);
        let first_calls = calls.pull_requests + calls.changes;
        limits.push(Limit::count(name("first, calls for pull requests"), pages, first_calls));
        limits.push(Limit::at_most(
            name("first, reading time over the calls' own"),
            1.3,
            figures.first.reading_to_vendor,
        ));
        limits.push(Limit::at_most(name("first, resident MB"), 32.0, figures.first.peak_rss_mb));
        limits.push(Limit::count(
            name("first, calls for the default branch's commits"),
            count.div_ceil(100) + 1,
            calls.branch_commits,
        ));
        let Run { calls, dynamodb, .. } = &figures.unchanged;
        let writes = |table: &str| dynamodb.writes.get(table).copied().unwrap_or_default();
        limits.push(Limit::count(
            name("unchanged, calls for pull requests per 50 repositories"),
            1,
            calls.pull_requests + calls.changes,
        ));
        limits.push(Limit::count(name("unchanged, writes to facts"), 0, writes("facts")));
        limits.push(Limit::count(name("unchanged, writes to rollups"), 0, writes("rollups")));
    }
    if let [usual, large, ..] = all {
        let most = rounded(usual.first.peak_rss_mb * 1.1);
        let name =
            format!("sync of {}: first, resident MB, against {} and a tenth", large.pull_requests, usual.pull_requests);
        limits.push(Limit::at_most(name, most, large.first.peak_rss_mb));
    }
    limits
}
