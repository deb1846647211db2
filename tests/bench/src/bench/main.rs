//! Measures what Plumbline promises, with the functions' release binaries on this machine, and prints one JSON document
//! on standard output; progress goes to standard error. `cargo xtask bench` builds the binaries and calls it.
//!
//! The functions must be built by a command of their own, without this package: this one turns on the store's
//! `testing` feature, which would become part of them.
//!
//! The document:
//! - `limits`: `[{name, limit, value, ok}]`, every promise with what was measured; `ok`: all of them were kept
//! - `sync`: one entry for `--pull-requests`, with `--large` a second for ten times as many:
//!   `{pull_requests, latency: {rest_ms, graphql_ms}, first, unchanged}`, each run with
//!   - `calls`: `total`, `rest`, `graphql`, by purpose (`pull_requests`, `changes`, `branch_commits`, `directory`), and
//!     `seconds`, what they took together
//!   - `reading_seconds` until all was read and saved, `total_seconds` until the rows were visible, `reading_to_vendor`
//!     (reading over the calls' own seconds), `invocations`
//!   - `peak_rss_mb`, `cpu_seconds` of the connector; `dynamodb` `{calls, by_operation, writes, database_us}` with
//!     `writes` counting items by table; `records`, `rows`
//! - `cold`: by function, `empty-lambda` among them: `init_ms` (spawn to first `next`), `first_response_ms`,
//!   `init_cpu_ms`, `peak_rss_mb`, each `{n, min, p50, p99, max}`; `binary_mb`, `zip_mb`, `ratio_to_empty`
//! - `webhook`: `body_bytes`; `refused` and `accepted`, each `{answer_ms, aws_calls, aws_calls_per_request}`
//! - `read`: for 1,000 and 10,000 pull requests `{pull_requests, row_bytes, peak_rss_mb, by_filter}`, by filter (`none`,
//!   `repository`, `author`, `group`) `{invocation_ms, handler_ms, read_units, merged, answer_bytes,
//!   dynamodb_calls_per_request, database_ms_per_request, cpu_ms_per_request}`
//! - `unchanged_day`: the demo's company in simulated time, synced twice with a day in between: `vendors`
//!   `[{vendor, first_calls, unchanged_calls, unchanged_writes}]`, with calls as the simulators counted them and writes to
//!   facts, rollups and accounts; of GitHub's first sync `pull_requests`, `calls_per_pull_request` (the calls for pull
//!   requests) and `all_calls_per_pull_request`
//! - `memory`: for each vendor with many records, in a tenth of the promised number and in all of it,
//!   `{case, size, first, unchanged}`, each run by a connector's process of its own with `{calls, invocations, seconds,
//!   cpu_seconds, peak_rss_mb, records, writes}`
//! - `export`: for 5,000 and 50,000 pull requests with their reviews and commits, a whole team's export by a process of
//!   `privacy`: `{pull_requests, seconds, cpu_seconds, peak_rss_mb, file_mb, dynamodb_calls}`
//!
//! MB are 1,000,000 bytes. Sections that were not asked for are absent. The exit code is 1 when something could not be
//! measured and, with `--check`, when a promise was not kept.

mod cold;
mod company;
mod export;
mod github;
mod limits;
mod memory;
mod organization;
mod read;
mod stats;
mod sync;
mod team;
mod unchanged_day;
mod webhook;
mod workshop;

use clap::{Parser, ValueEnum};
use github::Latency;
use limits::Limit;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};
use workshop::Workshop;

/// Measures syncs, cold starts, webhooks, the read API, days without changes, the connector's memory and exports.
#[derive(Debug, Parser)]
struct Arguments {
    /// The folder of the functions' release binaries and of `empty-lambda`; the one this program lies in when absent.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// Pull requests of the simulated repository.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pull_requests: u64,
    /// Also syncs ten times as many.
    #[arg(long)]
    large: bool,
    /// How long the simulated GitHub takes for a REST call.
    #[arg(long, default_value_t = 50)]
    rest_latency_ms: u64,
    /// How long it takes for a GraphQL call.
    #[arg(long, default_value_t = 500)]
    graphql_latency_ms: u64,
    /// Only this.
    #[arg(long)]
    only: Option<Section>,
    /// Of the connector's memory, only the cases whose names hold this (`licences`).
    #[arg(long, default_value = "")]
    case: String,
    /// Fewer repetitions and smaller data, to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Fails when a promise was not kept.
    #[arg(long)]
    check: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Section {
    Sync,
    Cold,
    Read,
    Webhook,
    UnchangedDay,
    Memory,
    Export,
}

#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    limits: Vec<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync: Option<Vec<sync::SyncFigures>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cold: Option<BTreeMap<&'static str, cold::ColdStart>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<webhook::WebhookFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<Vec<read::ReadFigures>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged_day: Option<unchanged_day::UnchangedDay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Vec<memory::MemoryFigures>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<Vec<export::ExportFigures>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let report = measure(&arguments).await?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &report)?;
    writeln!(out)?;
    Ok(if arguments.check && !report.ok { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Report> {
    let beside = || Ok(std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default());
    let workshop = Workshop::new(arguments.binaries.clone().map_or_else(beside, anyhow::Ok)?)?;
    let quick = arguments.quick;
    let wanted = |section| arguments.only.is_none_or(|only| only == section);
    let mut report = Report::default();
    if wanted(Section::Cold) {
        let figures = cold::measure(&workshop, if quick { 3 } else { 10 }).await?;
        report.limits.extend(cold::limits(&figures));
        report.cold = Some(figures);
    }
    if wanted(Section::Webhook) {
        let figures = webhook::measure(&workshop, if quick { 30 } else { 300 }).await?;
        report.limits.extend(webhook::limits(&figures));
        report.webhook = Some(figures);
    }
    if wanted(Section::Read) {
        let mut figures = Vec::new();
        for pull_requests in if quick { vec![1000] } else { vec![1000, 10_000] } {
            figures.push(read::measure(&workshop, pull_requests, if quick { 5 } else { 20 }).await?);
        }
        report.limits.extend(read::limits(&figures));
        report.read = Some(figures);
    }
    if wanted(Section::Sync) {
        let latency = Latency { rest_ms: arguments.rest_latency_ms, graphql_ms: arguments.graphql_latency_ms };
        let usual = if quick { arguments.pull_requests.min(200) } else { arguments.pull_requests };
        let mut figures = vec![sync::measure(&workshop, usual, latency).await?];
        if arguments.large && !quick {
            figures.push(sync::measure(&workshop, usual * 10, latency).await?);
        }
        report.limits.extend(sync::limits(&figures));
        report.sync = Some(figures);
    }
    if wanted(Section::UnchangedDay) {
        let figures = unchanged_day::measure().await?;
        report.limits.extend(unchanged_day::limits(&figures));
        report.unchanged_day = Some(figures);
    }
    if wanted(Section::Memory) {
        let figures = memory::measure(&workshop, &arguments.case, quick).await?;
        report.limits.extend(memory::limits(&figures));
        report.memory = Some(figures);
    }
    if wanted(Section::Export) {
        let mut figures = Vec::new();
        for pull_requests in if quick { vec![1000] } else { vec![5000, 50_000] } {
            figures.push(export::measure(&workshop, pull_requests).await?);
        }
        report.limits.extend(export::limits(&figures));
        report.export = Some(figures);
    }
    report.ok = report.limits.iter().all(|limit| limit.ok);
    Ok(report)
}

/// Tells a person what is going on.
fn progress(text: &str) {
    // Standard error may be closed; the measurement goes on.
    drop(writeln!(std::io::stderr(), "bench: {text}"));
}
