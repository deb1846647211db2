//! Exports of a whole team: the release binary of `privacy`, a process of its own, writes a zip of so many pull requests
//! with their reviews and commits.

use crate::{
    limits::Limit,
    organization::{directory, pull_request},
    stats::rounded,
    team,
    workshop::{Workshop, megabytes},
};
use anyhow::{Context as _, ensure};
use plumbline_bench::{
    aws::{Aws, PRIVACY},
    events,
};
use plumbline_domain::{Clock, Fact};
use plumbline_metrics::flow_row;
use plumbline_store::{ExportOf, ExportTask, Job, JobStatus, Task, export_object_key};
use serde::Serialize;
use std::time::{Duration, Instant};

/// What is promised, in MB.
const MOST_MB: f64 = 60.0;

/// How long one invocation may take, in the template.
const TIMEOUT: Duration = Duration::from_mins(15);

/// The most of it that the largest measured export may take: it begins again when its invocation ends.
const MOST_SECONDS: f64 = 300.0;

/// One export's figures.
#[derive(Debug, Serialize)]
pub(crate) struct ExportFigures {
    pull_requests: u64,
    seconds: f64,
    cpu_seconds: f64,
    peak_rss_mb: f64,
    /// The zip's size.
    file_mb: f64,
    dynamodb_calls: u64,
}

/// Exports a team of so many merged pull requests.
pub(crate) async fn measure(workshop: &Workshop, pull_requests: u64) -> anyhow::Result<ExportFigures> {
    let (aws, clock) = (Aws::start().await?, Clock::system());
    let now = clock.now();
    let team = team::create(&aws.store, &clock).await?;
    aws.store.save_facts(&team, directory(now)).await?;
    crate::progress(&format!("export: {pull_requests} pull requests are stored"));
    let numbers: Vec<u64> = (1..=pull_requests).collect();
    for page in numbers.chunks(50) {
        let page: Vec<_> = page.iter().map(|number| pull_request(now, *number, pull_requests)).collect();
        let rows: Vec<_> = page.iter().filter_map(flow_row).collect();
        aws.store.save_facts(&team, page.into_iter().map(|one| Fact::PullRequest(one.into())).collect()).await?;
        futures::future::try_join_all(rows.iter().map(|row| aws.store.save_row(&team, row, 1))).await?;
    }
    let task = Task::Export(ExportTask { of: ExportOf::Team, file: None, removed: false });
    let job = Job::new(team.clone(), "export".parse()?, task, None, clock.now(), None);
    ensure!(aws.store.create_job(&job).await?, "there is such a job already");
    let (privacy, _) = workshop.start("privacy", &aws.environment()).await?;
    aws.forget_calls();
    crate::progress(&format!("export: {pull_requests} pull requests are written"));
    let started = Instant::now();
    let body = serde_json::to_string(&job.message())?;
    let answered = privacy.invoke(&events::sqs(PRIVACY, [body.as_str()]), TIMEOUT).await;
    answered.with_context(|| format!("privacy said:\n{}", workshop.said("privacy")))?;
    let seconds = rounded(started.elapsed().as_secs_f64());
    let over = aws.store.load_job(&team, &job.id).await?.context("the job's record")?;
    ensure!(over.status == JobStatus::Done, "the job ended as {over:?}\n{}", workshop.said("privacy"));
    let key = format!("exports/{}", export_object_key(&team, &job.id));
    let bytes = aws.services.files().get(&key).copied().with_context(|| format!("{key} was not stored"))?;
    let used = privacy.usage()?;
    Ok(ExportFigures {
        pull_requests,
        seconds,
        cpu_seconds: rounded(used.cpu_ms / 1000.0),
        peak_rss_mb: rounded(used.peak_rss_mb),
        file_mb: megabytes(bytes),
        dynamodb_calls: aws.dynamo.calls().calls,
    })
}

/// What is promised of exports.
pub(crate) fn limits(all: &[ExportFigures]) -> Vec<Limit> {
    let of = |figures: &ExportFigures| {
        let name = |what: &str| format!("export of {} pull requests: {what}", figures.pull_requests);
        [
            Limit::at_most(name("resident MB"), MOST_MB, figures.peak_rss_mb),
            Limit::at_most(name("seconds"), MOST_SECONDS, figures.seconds),
        ]
    };
    all.iter().flat_map(of).collect()
}
