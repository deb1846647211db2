//! Cold starts: every function's release binary against one that does nothing, in turn, so that a busy moment of the
//! machine hits all of them alike.

use crate::{
    limits::Limit,
    stats::{Spread, milliseconds, ratio, rounded},
    workshop::{Workshop, megabytes, size_of},
};
use anyhow::Context as _;
use plumbline_bench::{
    aws::{Aws, SLACK_SECRET},
    events,
};
use plumbline_domain::Clock;
use plumbline_vendors::slack::signature;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write},
    path::Path,
    time::Duration,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The function that does nothing.
const EMPTY: &str = "empty-lambda";

/// The function that Slack waits three seconds for (Slack, "Handling user interaction": "Acknowledgment response").
const SLACK_WEBHOOK: &str = "slack-webhook";
const SLACK_WAITS_MS: f64 = 3000.0;

/// A function with the event that it answers first.
struct Subject {
    name: &'static str,
    /// `None`: only its init is measured, since every event of it reaches beyond this machine.
    event: Option<Value>,
}

/// A slash command as Slack sends it, signed now: it has to be new to be taken.
fn slack_command() -> Value {
    const BODY: &str =
        "command=%2Fplumbline&text=help&team_id=T0001&user_id=U0001&response_url=https%3A%2F%2Fhooks.slack.com%2Fx";
    let at = Clock::system().now().as_second();
    let (time, signature) = (at.to_string(), signature(SLACK_SECRET, at, BODY.as_bytes()));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-slack-request-timestamp", time.as_str()),
        ("x-slack-signature", signature.as_str()),
    ];
    events::http("POST", "/webhooks/slack/commands", "", &headers, Some(BODY))
}

fn subjects() -> Vec<Subject> {
    let stale = json!({"team_id": "nobody", "provider": "github", "run_id": "r0", "sequence": 0}).to_string();
    let webhook = json!({"provider": "github", "delivery": "d", "sources": ["org:0"], "facts": []}).to_string();
    let unknown = ("TEAM#nobody#REPO#github:1".to_owned(), "PR#0000000001".to_owned());
    let pull_request = json!({"repository": {"provider": "github", "id": 1}, "number": 1});
    let due = json!({"kind": "due", "team_id": "nobody", "pull_request": pull_request}).to_string();
    let week = json!({"kind": "leaderboard", "team_id": "nobody", "week": "2026-11-23"}).to_string();
    let job = json!({"team_id": "nobody", "job_id": "j0"}).to_string();
    let with = |name, event| Subject { name, event: Some(event) };
    vec![
        with(EMPTY, json!({})),
        with("schedule", json!({})),
        with("connector", events::sqs("github", [stale.as_str()])),
        with(
            "github-webhook",
            events::http("POST", "/webhooks/github", "", &[("content-type", "application/json")], Some("{}")),
        ),
        with(SLACK_WEBHOOK, slack_command()),
        with("survey", events::sqs("survey", [due.as_str()])),
        with("notify", events::sqs("notify", [week.as_str()])),
        with("privacy", events::sqs("privacy", [job.as_str()])),
        with("ingest", events::sqs("github-events", [webhook.as_str()])),
        with("rollup", events::stream("facts", &[unknown])),
        with("api", events::http("GET", "/health", "", &[], None)),
        Subject { name: "publish-dashboard", event: None },
    ]
}

/// One function's figures.
#[derive(Debug, Serialize)]
pub(crate) struct ColdStart {
    /// Spawn to first `next`.
    init_ms: Spread,
    /// Spawn to the first event's answer.
    first_response_ms: Option<Spread>,
    /// Processor time until the first `next`.
    init_cpu_ms: Spread,
    /// The most memory that was resident, first event included.
    peak_rss_mb: Spread,
    binary_mb: f64,
    /// Deflated, as it is uploaded.
    zip_mb: f64,
    /// Median init over that of the empty function.
    ratio_to_empty: f64,
}

#[derive(Default)]
struct Samples {
    init: Vec<f64>,
    first_response: Vec<f64>,
    cpu: Vec<f64>,
    rss: Vec<f64>,
}

/// Starts each function `runs` times.
pub(crate) async fn measure(workshop: &Workshop, runs: usize) -> anyhow::Result<BTreeMap<&'static str, ColdStart>> {
    let aws = Aws::start().await?;
    let env = aws.environment();
    let mut samples: BTreeMap<&str, Samples> = BTreeMap::new();
    for run in 0..runs {
        crate::progress(&format!("cold starts: {} of {runs}", run + 1));
        for subject in &subjects() {
            let of = samples.entry(subject.name).or_default();
            start_once(workshop, &env, subject, of).await.with_context(|| format!("cold start of {}", subject.name))?;
        }
    }
    let empty = samples.get(EMPTY).map(|samples| Spread::of(samples.init.clone()).p50).unwrap_or_default();
    subjects()
        .iter()
        .map(|subject| {
            let samples = samples.remove(subject.name).unwrap_or_default();
            let binary = workshop.binary(subject.name);
            let init_ms = Spread::of(samples.init);
            let figures = ColdStart {
                init_ms,
                first_response_ms: subject.event.is_some().then(|| Spread::of(samples.first_response)),
                init_cpu_ms: Spread::of(samples.cpu),
                peak_rss_mb: Spread::of(samples.rss),
                binary_mb: megabytes(size_of(&binary)?),
                zip_mb: megabytes(zipped_size(&binary)?),
                ratio_to_empty: ratio(init_ms.p50, empty),
            };
            Ok((subject.name, figures))
        })
        .collect()
}

async fn start_once(
    workshop: &Workshop,
    env: &BTreeMap<String, String>,
    subject: &Subject,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let (function, init) = workshop.start(subject.name, env).await?;
    samples.init.push(milliseconds(init));
    samples.cpu.push(function.usage()?.cpu_ms);
    if let Some(event) = &subject.event {
        function
            .invoke(event, Duration::from_secs(10))
            .await
            .with_context(|| format!("it said:\n{}", workshop.said(subject.name)))?;
        samples.first_response.push(milliseconds(function.age()));
    }
    samples.rss.push(function.usage()?.peak_rss_mb);
    function.kill().await;
    Ok(())
}

/// The size of the archive that Lambda gets.
fn zipped_size(binary: &Path) -> anyhow::Result<u64> {
    let mut archive = ZipWriter::new_stream(Counter::default());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(0o755);
    archive.start_file("bootstrap", options)?;
    io::copy(&mut File::open(binary)?, &mut archive)?;
    Ok(archive.finish()?.into_inner().bytes)
}

/// Counts what is written to it.
#[derive(Default)]
struct Counter {
    bytes: u64,
}

impl Write for Counter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.bytes += u64::try_from(data.len()).unwrap_or(u64::MAX);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is promised of cold starts.
pub(crate) fn limits(figures: &BTreeMap<&'static str, ColdStart>) -> Vec<Limit> {
    let slack = figures.get(SLACK_WEBHOOK).and_then(|figures| figures.first_response_ms);
    let answered = slack
        .map(|spread| Limit::at_most("slack-webhook: spawn to answer, the slowest, ms", SLACK_WAITS_MS, spread.max));
    figures
        .iter()
        .filter(|(name, _)| **name != EMPTY)
        .flat_map(|(name, figures)| {
            [
                Limit::at_most(
                    format!("{name}: spawn to first next, times an empty function"),
                    4.0,
                    figures.ratio_to_empty,
                ),
                Limit::at_most(format!("{name}: zip, MB"), 6.0, rounded(figures.zip_mb)),
            ]
        })
        .chain(answered)
        .collect()
}
