//! Finds what is due and sends it: connections' jobs, surveys, leaderboards, long jobs. EventBridge Scheduler calls it every minute.
//!
//! "Due" has one meaning for all connections: an idle connection's daily run, a queued run whose message got lost, a running one
//! whose lease ended without a page (its function was killed), a waiting one whose time has come. Jobs are sent before
//! the due time moves, so a crash in between sends twice, and the second message finds a lease or a newer sequence.

mod long_jobs;
mod surveys;

use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Clock, RunId, SyncJob, daily};
use plumbline_lambda::{JobSender, queue::MessageSender};
use plumbline_store::{Store, SyncRecord, SyncStatus};
use serde::Serialize;

/// How long a sent job may take to be picked up before it is sent again.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// Connections looked at in one round.
const ROUND: usize = 100;

/// Rounds in one invocation; what is left is due a minute later still.
const ROUNDS: usize = 20;

/// What the function works with.
pub struct App {
    /// Run state, teams, connections.
    pub store: Store,
    /// Where jobs go.
    pub jobs: Box<dyn JobSender>,
    /// The queue of `survey`.
    pub survey: Box<dyn MessageSender>,
    /// The queue of `notify`.
    pub notify: Box<dyn MessageSender>,
    /// The queue of `privacy`.
    pub privacy: Box<dyn MessageSender>,
    /// Now.
    pub clock: Clock,
}

/// What one invocation did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Daily runs begun.
    pub begun: usize,
    /// Runs under way whose job was sent again.
    pub resumed: usize,
    /// Surveys of which something is due.
    pub surveys: usize,
    /// Leaderboards that are due.
    pub leaderboards: usize,
    /// Long jobs whose time came, or whose message or process was lost.
    pub long_jobs: usize,
}

/// One invocation. People wait for surveys: they come first, and what goes wrong with them is no reason to leave the
/// connections.
pub async fn handle(app: &App) -> anyhow::Result<Summary> {
    let surveys = surveys::send_due(app).await;
    // They are in one index with the connections: those that were sent hide none of these.
    let long_jobs = Box::pin(long_jobs::send_due(app)).await;
    let mut summary = send_jobs(app).await?;
    let surveys::Sent { surveys, leaderboards } = surveys?;
    (summary.surveys, summary.leaderboards, summary.long_jobs) = (surveys, leaderboards, long_jobs?);
    tracing::info!(
        begun = summary.begun,
        resumed = summary.resumed,
        surveys,
        leaderboards,
        long_jobs = summary.long_jobs,
        "schedule: {} begun, {} resumed, {surveys} surveys, {leaderboards} leaderboards, {} long jobs",
        summary.begun,
        summary.resumed,
        summary.long_jobs
    );
    Ok(summary)
}

async fn send_jobs(app: &App) -> anyhow::Result<Summary> {
    let mut summary = Summary::default();
    for _ in 0..ROUNDS {
        let now = app.clock.now();
        let due = app.store.load_due(now, ROUND).await?;
        if due.is_empty() {
            break;
        }
        let mut jobs = Vec::new();
        let mut resumed = Vec::new();
        for record in due {
            match under_way(&record) {
                Some(job) => {
                    jobs.push(job);
                    resumed.push(record);
                }
                None => jobs.extend(begin(app, &record, now).await?),
            }
        }
        let refused = app.jobs.send_all(&jobs).await?;
        for job in &refused {
            tracing::warn!(team = %job.team_id, run = %job.run_id, "SQS refused the job of run {}; it stays due", job.run_id);
        }
        summary.begun += jobs.len() - resumed.len();
        for record in resumed {
            let sent = !refused.iter().any(|job| job.team_id == record.team_id && job.provider == record.provider);
            if sent {
                app.store.postpone_due(&record, now + PATIENCE).await?;
                summary.resumed += 1;
            }
        }
        if !refused.is_empty() {
            break;
        }
    }
    Ok(summary)
}

/// The job of a run that should be going on.
fn under_way(record: &SyncRecord) -> Option<SyncJob> {
    match record.status {
        SyncStatus::Idle | SyncStatus::Broken => None,
        SyncStatus::Queued | SyncStatus::Running | SyncStatus::Waiting => Some(SyncJob {
            team_id: record.team_id.clone(),
            provider: record.provider,
            run_id: record.run_id.clone()?,
            sequence: record.sequence,
        }),
    }
}

/// Begins the daily run, also of a broken connection: one try a day finds out when somebody mended it at the vendor.
async fn begin(app: &App, record: &SyncRecord, now: Timestamp) -> anyhow::Result<Option<SyncJob>> {
    let team = app.store.load_team(&record.team_id).await?;
    let connection = app.store.load_connection(&record.team_id, record.provider).await?;
    let (Some(team), Some(connection)) = (team, connection) else {
        // Removed between the index and here: nothing to do, and nothing left to be due.
        app.store.delete_sync(&record.team_id, record.provider).await?;
        return Ok(None);
    };
    let next_run = daily::next_daily(now, &team.time_zone, connection.sync_at.as_deref(), &team.id)?;
    let run: RunId = format!("r{}", now.as_millisecond()).parse()?;
    let begun = app.store.begin_run(&record.team_id, record.provider, run, now, Some(next_run)).await?;
    Ok(begun.map(|begun| begun.job))
}
