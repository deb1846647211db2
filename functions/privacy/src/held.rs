//! The right to work on a job, and what there is to do with it.

use crate::App;
use jiff::{SignedDuration, Timestamp};
use plumbline_store::{Job, JobProgress, StoreError, Task};
use std::{
    future::Future,
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// How long a job belongs to who took it; renewed by every save.
pub const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// Progress is not saved more often than this.
const SAVED_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// How often progress is saved, and the lease renewed, while one long call goes on.
const RENEWED_EVERY: Duration = Duration::from_secs(5);

/// Why work on a job stops.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Somebody else has the job, or nobody wants it any more.
    #[error("the job is somebody else's, or was cancelled")]
    Lost,
    /// Trying again does not help; in words for whoever asked for the job.
    #[error("{0}")]
    Final(String),
    /// It may go better later.
    #[error(transparent)]
    Retry(#[from] anyhow::Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.into())
    }
}

/// A job that this process works on.
pub struct Held<'a> {
    app: &'a App,
    /// The job; what a task changes of `task`, `progress` and `position` is saved with the next save.
    pub job: Job,
    deadline: Timestamp,
    saved_at: Timestamp,
}

impl<'a> Held<'a> {
    pub(crate) fn new(app: &'a App, job: Job, deadline: Timestamp) -> Self {
        Self { app, job, deadline, saved_at: app.clock.now() }
    }

    /// How long this invocation still lasts. Whoever needs more saves and answers [`crate::Outcome::GoOn`].
    pub fn time_left(&self) -> SignedDuration {
        self.deadline.duration_since(self.app.clock.now())
    }

    /// Notes how far the job is. It is saved when the last save is some seconds ago, or the step is another one.
    pub async fn progress(&mut self, step: &str, done: u64, total: Option<u64>) -> Result<(), Stop> {
        let is_new = self.job.progress.step != step;
        self.job.progress = JobProgress { step: step.to_owned(), done, total };
        let since = self.app.clock.now().duration_since(self.saved_at);
        if is_new || since >= SAVED_EVERY { self.save().await } else { Ok(()) }
    }

    /// Saves task, progress and position, and renews the lease.
    pub async fn save(&mut self) -> Result<(), Stop> {
        let now = self.app.clock.now();
        if !self.app.store.save_job(&self.job, now, LEASE).await? {
            return Err(Stop::Lost);
        }
        self.saved_at = now;
        Ok(())
    }

    /// Does one long call; while it goes on, what it counts in `done` is saved and the lease renewed. A call whose lease is
    /// lost is dropped.
    pub async fn during<T>(&mut self, step: &str, done: &AtomicU64, call: impl Future<Output = T>) -> Result<T, Stop> {
        let mut call = pin!(call);
        self.progress(step, 0, None).await?;
        loop {
            let over = tokio::select! {
                biased;
                answer = &mut call => Some(answer),
                () = tokio::time::sleep(RENEWED_EVERY) => None,
            };
            self.job.progress.done = done.load(Ordering::Relaxed);
            match over {
                Some(answer) => return Ok(answer),
                None => self.save().await?,
            }
        }
    }

    /// Puts another task in place of the job's, which rests here: its next step begins at the beginning.
    pub(crate) fn rest(&mut self, task: Task, step: &str) {
        self.job.task = task;
        self.job.position = None;
        step.clone_into(&mut self.job.progress.step);
    }

    /// Puts another task in place of the job's, to be saved with the next save.
    pub fn set_task(&mut self, task: Task) {
        self.job.task = task;
    }
}
