//! One job: take the lease, go on page by page, hand over or finish.

mod save;

use crate::{
    decision::{Decision, decide},
    position::Position,
};
use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use plumbline_connections::{Connections, NotReady};
use plumbline_connectors::{Connector, Cursor, Failure, Marks};
use plumbline_domain::{Clock, SyncJob, daily};
use plumbline_lambda::JobSender;
use plumbline_store::{
    Cause, Checkpoint, Held, Identified, Lease, LeaseOutcome, RunEnd, SavedPullRequest, Store, SyncProgress,
};
use std::time::Duration;

/// How long a lease holds without a saved page. A page is one vendor call (12 s at most) and its writes; a killed
/// function's run is free again after this time, and the schedule looks every minute.
const LEASE: Duration = Duration::from_secs(30);

/// Time that must be left to begin another page.
const PAGE_BUDGET: SignedDuration = SignedDuration::from_secs(18);

/// How long the stream gets to bring the rollups up to date before this function computes the missing rows itself.
const STREAM_PATIENCE: SignedDuration = SignedDuration::from_secs(20);

/// Settle lists looked at in one step.
const SETTLE_LISTS: usize = 10;

/// What the function works with.
pub struct App {
    /// Facts, rollups, run state.
    pub store: Store,
    /// Every connector there is.
    pub connectors: Vec<Box<dyn Connector>>,
    /// Continuations go here.
    pub jobs: Box<dyn JobSender>,
    /// The teams' connections.
    pub connections: Connections,
    /// Now.
    pub clock: Clock,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An older message: somebody went on with the run already.
    Stale,
    /// Somebody else holds the lease or the vendor asked to wait; the job was sent again for later.
    Postponed,
    /// The lease ended while a page was read; whoever has it now goes on.
    Lost,
    /// Time, the vendor or its budget ran out: a continuation was sent.
    HandedOver,
    /// Everything is read and visible.
    Finished,
    /// The connection needs somebody to act.
    Broken,
    /// Ended for a mistake of our own.
    Buried,
}

/// Works on `job` until it is done, must wait, or `deadline` is near.
pub async fn work(app: &App, job: &SyncJob, deadline: Timestamp) -> anyhow::Result<Outcome> {
    let now = app.clock.now();
    let lease = match app.store.acquire_lease(job, now, LEASE).await? {
        LeaseOutcome::Stale => return Ok(Outcome::Stale),
        LeaseOutcome::Busy { until } | LeaseOutcome::Waiting { until } => {
            // Busy is not a failure: acknowledged, and sent again for later, so that it never counts towards the
            // dead-letter queue.
            app.jobs.send(job, delay_until(until, now)).await?;
            return Ok(Outcome::Postponed);
        }
        LeaseOutcome::Acquired(lease) => lease,
    };
    let mut run = Run::new(app, lease);
    let end = run.advance(deadline).await?;
    run.end(end).await
}

/// Why `advance` stopped.
enum Stop {
    /// The lease is somebody else's.
    Lost,
    /// Go on in a new invocation, at once.
    OutOfTime,
    /// Go on at an instant, for a cause people may see or none.
    Wait { at: Timestamp, cause: Option<Cause> },
    /// Everything is read and visible.
    Done,
    /// A decision that ends the run.
    Broken { reason: String },
    /// Our own mistake.
    Bury { reason: String },
}

struct Run<'a> {
    app: &'a App,
    lease: Lease,
    progress: SyncProgress,
    records: u64,
    quarantined: u64,
    calls: u64,
}

impl<'a> Run<'a> {
    fn new(app: &'a App, lease: Lease) -> Self {
        let record = &lease.record;
        let progress = record.progress.clone().unwrap_or_default();
        let (records, quarantined, calls) = (record.records, record.quarantined, record.calls);
        Self { app, lease, progress, records, quarantined, calls }
    }

    fn job(&self) -> &SyncJob {
        &self.lease.job
    }

    async fn advance(&mut self, deadline: Timestamp) -> anyhow::Result<Stop> {
        let mut position = match Position::from_cursor(self.lease.record.cursor.as_ref()) {
            Ok(position) => position,
            // A deploy may change the cursor's form in the middle of a run: begin the run again, nothing is lost.
            Err(error) => {
                tracing::warn!(run = %self.job().run_id, error = %error, "the cursor of run {} is of another form; reading from the start", self.job().run_id);
                Position::Read { cursor: None }
            }
        };
        if let Position::Read { cursor } = position {
            match self.read(cursor, deadline).await? {
                Ok(()) => {}
                Err(stop) => return Ok(stop),
            }
            position = Position::Settle { after: None, since: self.app.clock.now() };
        }
        let Position::Settle { after, since } = position else { return Err(anyhow!("a run is reading or settling")) };
        self.settle(after, since, deadline).await
    }

    /// Reads pages until there are none left (`Ok`) or something stops it.
    async fn read(&mut self, mut cursor: Option<Cursor>, deadline: Timestamp) -> anyhow::Result<Result<(), Stop>> {
        let provider = self.job().provider;
        let Some(connector) = self.app.connectors.iter().find(|c| c.descriptor().provider == provider) else {
            return Ok(Err(Stop::Bury { reason: format!("there is no connector for {provider}") }));
        };
        let (team, connections) = (&self.job().team_id.clone(), &self.app.connections);
        let mut opened = match connections.stored(team, connector.as_ref()).await? {
            Ok(opened) => opened,
            Err(not_ready) => return Ok(Err(self.not_ready(not_ready, self.app.clock.now()))),
        };
        let mut marks = Marks(self.app.store.load_marks(team, provider).await?);
        loop {
            let now = self.app.clock.now();
            if now + PAGE_BUDGET > deadline {
                return Ok(Err(Stop::OutOfTime));
            }
            opened = match connections.fresh(team, connector.as_ref(), opened, now).await? {
                Ok(opened) => opened,
                Err(not_ready) => return Ok(Err(self.not_ready(not_ready, now))),
            };
            let page = match connector.fetch(&opened.connection, &marks, cursor.as_ref(), now).await {
                Ok(page) => page,
                Err(failure) => return Ok(Err(self.stop_for(failure, now))),
            };
            let pause_until = page.pause_until;
            let next = page.next.clone();
            let position = match &next {
                Some(cursor) => Position::Read { cursor: Some(cursor.clone()) },
                None => Position::Settle { after: None, since: self.app.clock.now() },
            };
            if self.save(page, &position, &mut marks).await? == Held::Lost {
                return Ok(Err(Stop::Lost));
            }
            let Some(next) = next else { return Ok(Ok(())) };
            cursor = Some(next);
            if let Some(until) = pause_until.filter(|until| *until > self.app.clock.now()) {
                let reason = format!("the vendor's budget is used up; it is renewed at {until}");
                let cause = Some(Cause::Limit(reason));
                return Ok(Err(Stop::Wait { at: until + SignedDuration::from_secs(1), cause }));
            }
        }
    }

    fn stop_for(&self, failure: Failure, now: Timestamp) -> Stop {
        let is_limit = matches!(failure, Failure::RateLimited { .. });
        match decide(failure, self.lease.record.attempts, now) {
            Decision::Later { at, reason } if is_limit => Stop::Wait { at, cause: Some(Cause::Limit(reason)) },
            Decision::Later { at, reason } => Stop::Wait { at, cause: Some(Cause::Failure(reason)) },
            Decision::Broken { reason } => Stop::Broken { reason },
            Decision::Bury { reason } => Stop::Bury { reason },
        }
    }

    /// Waits, by delayed messages, until every pull request this run saw has its row; computes what the stream lost.
    /// Only then is the run a success: its facts *and* rollups are visible.
    async fn settle(&mut self, mut after: Option<u32>, since: Timestamp, deadline: Timestamp) -> anyhow::Result<Stop> {
        let (team, provider, run) = (self.job().team_id.clone(), self.job().provider, self.job().run_id.clone());
        "rollups".clone_into(&mut self.progress.step);
        self.progress.total = None;
        loop {
            let now = self.app.clock.now();
            if now + PAGE_BUDGET > deadline {
                return Ok(Stop::OutOfTime);
            }
            let lists = self.app.store.load_settle(&team, provider, &run, after, SETTLE_LISTS).await?;
            let Some(last) = lists.last().map(|(index, _)| *index) else { return Ok(Stop::Done) };
            let rows: Vec<SavedPullRequest> = lists.into_iter().flat_map(|(_, list)| list).collect();
            let missing = self.app.store.missing_rows(&team, &rows).await?;
            if !missing.is_empty() {
                if now.duration_since(since) < STREAM_PATIENCE {
                    return Ok(Stop::Wait { at: now + SignedDuration::from_secs(2), cause: None });
                }
                tracing::warn!(run = %run, missing = missing.len(), "the stream left {} rows of run {run} out; computing them", missing.len());
                plumbline_rollup::recompute(
                    &self.app.store,
                    &team,
                    &missing.iter().map(|row| row.key).collect::<Vec<_>>(),
                )
                .await?;
            }
            after = Some(last);
            self.progress.done = u64::from(last);
            if self.checkpoint(&Position::Settle { after, since }, Checkpoint::default()).await? == Held::Lost {
                return Ok(Stop::Lost);
            }
        }
    }

    /// What it means for the run that its connection is not ready.
    fn not_ready(&self, not_ready: NotReady, now: Timestamp) -> Stop {
        match not_ready {
            NotReady::Missing => Stop::Broken { reason: "the connection was removed".to_owned() },
            NotReady::Broken { reason } => Stop::Broken { reason },
            NotReady::Busy { at } => Stop::Wait { at, cause: None },
            NotReady::Refused(failure) => self.stop_for(failure, now),
        }
    }

    async fn end(self, stop: Stop) -> anyhow::Result<Outcome> {
        let now = self.app.clock.now();
        let (resume_at, cause) = match stop {
            Stop::Lost => return Ok(Outcome::Lost),
            Stop::OutOfTime => (None, None),
            Stop::Wait { at, cause } => (Some(at), cause),
            Stop::Done => match self.app.store.identify(&self.job().team_id, now).await? {
                // Whoever is who is part of what a run brings: its accounts may be linked to others' now.
                Identified::Assigned => return self.finish(RunEnd::Success, Outcome::Finished).await,
                Identified::Busy => (Some(now + SignedDuration::from_secs(2)), None),
            },
            Stop::Broken { reason } => return self.finish(RunEnd::Broken { reason }, Outcome::Broken).await,
            Stop::Bury { reason } => {
                tracing::error!(run = %self.job().run_id, reason, "run {} ended for a mistake of our own", self.job().run_id);
                return self.finish(RunEnd::Failed { reason }, Outcome::Buried).await;
            }
        };
        let Some(next) = self.app.store.hand_over(&self.lease, resume_at, cause, now).await? else {
            return Ok(Outcome::Lost);
        };
        // Sent after the state: a crash in between leaves a run that the schedule finds due within a minute or so.
        self.app.jobs.send(&next, resume_at.map_or(Duration::ZERO, |at| delay_until(at, now))).await?;
        Ok(Outcome::HandedOver)
    }

    async fn finish(self, end: RunEnd, outcome: Outcome) -> anyhow::Result<Outcome> {
        let now = self.app.clock.now();
        let next_run = self.next_run(now).await?;
        match self.app.store.finish_run(&self.lease, end, next_run, now).await? {
            Held::Yes => Ok(outcome),
            Held::Lost => Ok(Outcome::Lost),
        }
    }

    async fn next_run(&self, now: Timestamp) -> anyhow::Result<Option<Timestamp>> {
        let team = self.app.store.load_team(&self.job().team_id).await?;
        let connection = self.app.store.load_connection(&self.job().team_id, self.job().provider).await?;
        let (Some(team), Some(connection)) = (team, connection) else { return Ok(None) };
        Ok(Some(daily::next_daily(now, &team.time_zone, connection.sync_at.as_deref(), &team.id)?))
    }
}

/// From `now` until `at`, rounded up to whole seconds, since SQS counts in them.
fn delay_until(at: Timestamp, now: Timestamp) -> Duration {
    let millis = at.duration_since(now).as_millis().max(0);
    Duration::from_secs(u64::try_from(millis).unwrap_or(u64::MAX).div_ceil(1000))
}
