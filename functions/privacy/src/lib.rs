//! Works on long jobs about people's data.
//!
//! A message names a job; the job's record says what is to be done and where to go on. Whoever takes it has it for a
//! minute and renews that while working. What is killed, or never came, is due again: the schedule sends its message.
//!
//! A new kind of job: a variant of [`Task`], and its arm in [`run`].

mod deletion;
mod erasure;
mod export;
mod files;
mod held;
mod pass;
mod removal;

pub use erasure::{CONFIRM_WITHIN, GRACE};
pub use export::FILE_KEPT;
pub use files::{Bucket, Files};
pub use held::{Held, LEASE, Stop};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Clock, LongJobMessage};
use plumbline_lambda::queue::{DelayedSender, LONGEST_DELAY, delay_until};
use plumbline_store::{JobEnd, MOST_JOB_ATTEMPTS, Store, Task};
use std::{path::PathBuf, time::Duration};

/// How long a job that is over is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What the function works with.
pub struct App {
    /// Everything that is kept of teams and people.
    pub store: Store,
    /// The function's own queue.
    pub queue: Box<dyn DelayedSender>,
    /// Where files of exports are kept.
    pub files: Box<dyn Files>,
    /// A folder for files in the making.
    pub scratch: PathBuf,
    /// Now.
    pub clock: Clock,
}

impl App {
    /// Sends a job's message, to come after `delay`.
    pub(crate) async fn send(&self, message: &LongJobMessage, delay: Duration) -> anyhow::Result<()> {
        Ok(self.queue.send_later(message.team_id.as_str(), serde_json::to_string(message)?, delay).await?)
    }
}

/// What an invocation brought a job to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its end; the job is forgotten at this instant.
    Done {
        /// When.
        expires_at: Timestamp,
    },
    /// Not its end: there is nothing to do before this instant.
    Rest {
        /// When it is to be gone on with.
        until: Timestamp,
    },
    /// Not its end: the time is nearly over, and the position says where to go on.
    GoOn,
    /// Its end, and it is forgotten at once.
    Forget,
}

/// One invocation: a batch of messages (of one, in the template). `deadline`: when it is killed.
pub async fn handle(event: SqsEvent, app: &App, deadline: Timestamp) -> SqsBatchResponse {
    plumbline_lambda::batch::each_record(event, async |message: LongJobMessage| {
        Box::pin(work(app, &message, deadline)).await
    })
    .await
}

/// Works on a job, if it is to be had: brings it to its end, or to where another invocation goes on.
///
/// An error is one of keeping the job's record; the job is due again by then.
pub async fn work(app: &App, message: &LongJobMessage, deadline: Timestamp) -> anyhow::Result<()> {
    work_as(app, message, deadline, run).await
}

/// [`work`], with what does the job's task.
async fn work_as(
    app: &App,
    message: &LongJobMessage,
    deadline: Timestamp,
    run: impl AsyncFnOnce(&App, &mut Held<'_>) -> Result<Outcome, Stop>,
) -> anyhow::Result<()> {
    let LongJobMessage { team_id: team, job_id } = message;
    let Some(job) = app.store.take_job(team, job_id, app.clock.now(), LEASE).await? else {
        // It is over, or somebody works on it. Should they die, it is due when their lease ends.
        tracing::info!(team = %team, job = %job_id, "job {job_id} is not to be taken");
        return Ok(());
    };
    let attempt = job.attempts;
    let mut held = Held::new(app, job, deadline);
    if attempt > MOST_JOB_ATTEMPTS {
        let last = held.job.error.as_deref().unwrap_or("each time its process was ended before it was done");
        let reason = format!("Given up after {MOST_JOB_ATTEMPTS} attempts: {last}");
        return fail(app, &held, reason).await;
    }
    tracing::info!(team = %team, job = %job_id, attempt, "job {job_id}, attempt {attempt}");
    match run(app, &mut held).await {
        Ok(Outcome::Done { expires_at }) => {
            let ended = app.store.end_job(&held.job, &JobEnd::Done, app.clock.now(), Some(expires_at)).await?;
            tracing::info!(team = %team, job = %job_id, ended, "job {job_id} is done");
            if !ended {
                tidy(app, &held).await?;
            }
        }
        Ok(Outcome::Rest { until }) => {
            if app.store.park_job(&held.job, until).await? {
                come_back(app, message, until).await;
            }
        }
        Ok(Outcome::GoOn) => {
            if app.store.hand_over_job(&held.job, app.clock.now()).await? {
                app.send(message, Duration::ZERO).await?;
            }
        }
        Ok(Outcome::Forget) => {
            app.store.delete_job(&held.job).await?;
        }
        Err(Stop::Lost) => {
            tracing::info!(team = %team, job = %job_id, "job {job_id} was lost to somebody else");
            tidy(app, &held).await?;
        }
        Err(Stop::Final(reason)) => fail(app, &held, reason).await?,
        Err(Stop::Retry(error)) if attempt >= MOST_JOB_ATTEMPTS => {
            fail(app, &held, format!("Given up after {MOST_JOB_ATTEMPTS} attempts: {error:#}")).await?;
        }
        Err(Stop::Retry(error)) => {
            let error = format!("{error:#}");
            tracing::warn!(team = %team, job = %job_id, attempt, error, "attempt {attempt} of job {job_id} failed");
            let at = app.clock.now() + pause(attempt);
            if app.store.retry_job(&held.job, &error, at).await? {
                come_back(app, message, at).await;
            }
        }
    }
    Ok(())
}

/// Sends a message that comes when the job may be taken again. The schedule, which comes once a minute, brings what SQS does
/// not take, loses, or cannot hold back for so long.
async fn come_back(app: &App, message: &LongJobMessage, at: Timestamp) {
    let delay = delay_until(at, app.clock.now());
    if delay > LONGEST_DELAY {
        return;
    }
    if let Err(error) = app.send(message, delay).await {
        let (LongJobMessage { team_id: team, job_id }, error) = (message, format!("{error:#}"));
        tracing::warn!(team = %team, job = %job_id, error, "job {job_id} is left to the schedule");
    }
}

/// What a job's kind asks for.
async fn run(app: &App, held: &mut Held<'_>) -> Result<Outcome, Stop> {
    match held.job.task.clone() {
        Task::Export(task) => export::run(app, held, task).await,
        Task::Erasure(task) => erasure::run(app, held, task).await,
        Task::Deletion(task) => deletion::run(app, held, task).await,
    }
}

/// Takes back what a lost job left behind that nobody else would.
async fn tidy(app: &App, held: &Held<'_>) -> anyhow::Result<()> {
    match &held.job.task {
        Task::Export(_) => export::tidy(app, &held.job).await,
        Task::Erasure(_) | Task::Deletion(_) => Ok(()),
    }
}

async fn fail(app: &App, held: &Held<'_>, reason: String) -> anyhow::Result<()> {
    let job = &held.job;
    tracing::error!(team = %job.team_id, job = %job.id, error = reason, "job {} failed", job.id);
    let now = app.clock.now();
    app.store.end_job(job, &JobEnd::Failed(reason), now, Some(now + KEPT)).await?;
    Ok(())
}

/// How long after a failed attempt the next one comes.
fn pause(attempt: u64) -> SignedDuration {
    SignedDuration::from_secs(30).saturating_mul(1 << attempt.clamp(1, 6).saturating_sub(1))
}

#[cfg(test)]
mod tests;
