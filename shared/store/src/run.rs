//! A run's life: begun, leased, saved page by page, handed over or finished.
//!
//! ```text
//! idle, broken --begin_run--> queued --acquire_lease--> running --save_checkpoint--> running
//!                               ^                          |
//!                               +-------hand_over----------+--finish_run--> idle, broken
//!                waiting <------hand_over(resume_at)-------+
//! ```
//! Whoever takes the lease gets the next fence, and everything saved under the lease is conditional on it: a process
//! that was given up for dead and comes back saves nothing. A lease that ran out still counts until it is taken.

use crate::{
    Result, SavedPullRequest, Store, SyncProgress, SyncRecord, SyncStatus, settle,
    sync::{Step, whole_millisecond},
};
use jiff::Timestamp;
use plumbline_domain::{Listing, Provider, RunId, SyncJob, TeamId};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// How long a sent message may take to arrive before the scheduler sends it again.
const LOST_AFTER: Duration = Duration::from_mins(1);
/// How long after the end of a wait the scheduler takes the delayed message for lost.
const RESUMED_AFTER: Duration = Duration::from_secs(30);
/// Marks saved in one transaction: its 100 items less the record and the settle list, and some room.
const MARKS: usize = 90;

/// The run that a request to begin one leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Its message that counts.
    pub job: SyncJob,
    /// `false`: it was under way already.
    pub started: bool,
}

/// The right to work on a run until it is taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// The message it was taken for.
    pub job: SyncJob,
    /// The fencing token.
    pub fence: u64,
    /// The record when the lease was taken.
    pub record: Box<SyncRecord>,
}

impl Lease {
    fn holds(&self, record: &SyncRecord) -> bool {
        record.status == SyncStatus::Running && record.fence == self.fence && record.job().as_ref() == Some(&self.job)
    }
}

/// What trying to take a lease brought.
#[derive(Debug, Clone, PartialEq)]
pub enum LeaseOutcome {
    /// It is yours.
    Acquired(Lease),
    /// Somebody else works on the run.
    Busy {
        /// Until when their lease lasts.
        until: Timestamp,
    },
    /// The vendor is to be left alone.
    Waiting {
        /// Until when.
        until: Timestamp,
    },
    /// The message is of another run or an earlier part of it, or there is no run: drop it.
    Stale,
}

/// Whether the lease still held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It did: saved.
    Yes,
    /// Somebody else has it: nothing was saved.
    Lost,
}

/// Where a run stands after a page. Counters are totals of the run so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkpoint {
    /// Where to go on.
    pub cursor: Option<Value>,
    /// How far it is.
    pub progress: SyncProgress,
    /// Marks to set (`Some`) or remove (`None`).
    pub marks: BTreeMap<String, Option<Value>>,
    /// Merged pull requests whose rows have to be there before the run may end.
    pub settle: Vec<SavedPullRequest>,
    /// What listings that are read whole had: `(listing, ids)`.
    pub listed: Vec<(Listing, Vec<String>)>,
    /// What an admin should know of the run, from now on; `None` leaves it.
    pub notice: Option<String>,
    /// Facts read.
    pub records: u64,
    /// Records that could not be used.
    pub quarantined: u64,
    /// Vendor calls.
    pub calls: u64,
}

/// Why a run cannot go on for now, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The vendor allows no more calls before an instant.
    Limit(String),
    /// A call failed; it is made again later.
    Failure(String),
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Everything read, and its rows are visible.
    Success,
    /// The connection does not work.
    Broken {
        /// Why, in words.
        reason: String,
    },
    /// Given up; the next run may do better.
    Failed {
        /// Why, in words.
        reason: String,
    },
}

fn after(at: Timestamp, pause: Duration) -> Timestamp {
    at.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

impl Store {
    /// Begins a run, or finds the one under way. `next_run`: when the scheduled one after it is, if that changes.
    /// `None`: there is no such connection.
    pub async fn begin_run(
        &self,
        team: &TeamId,
        provider: Provider,
        new: RunId,
        now: Timestamp,
        next_run: Option<Timestamp>,
    ) -> Result<Option<Begun>> {
        let now = whole_millisecond(now);
        self.change_sync(team, provider, |record| {
            if let Some(job) = record.job() {
                return Ok(Step::Keep(Begun { job, started: false }));
            }
            *record = SyncRecord {
                status: SyncStatus::Queued,
                run_id: Some(new.clone()),
                sequence: 0,
                cursor: None,
                progress: None,
                lease_until: None,
                waiting_until: None,
                attempts: 0,
                started_at: Some(now),
                records: 0,
                quarantined: 0,
                calls: 0,
                next_run: next_run.map(whole_millisecond).or(record.next_run),
                due_at: Some(after(now, LOST_AFTER)),
                settle_lists: 0,
                roll_sheets: 0,
                notice: None,
                ..record.clone()
            };
            let job = SyncJob { team_id: team.clone(), provider, run_id: new.clone(), sequence: record.sequence };
            Ok(Step::Save(Begun { job, started: true }, Vec::new()))
        })
        .await
    }

    /// Takes the lease of a message's run for `ttl`.
    pub async fn acquire_lease(&self, job: &SyncJob, now: Timestamp, ttl: Duration) -> Result<LeaseOutcome> {
        let now = whole_millisecond(now);
        let outcome = self.change_sync(&job.team_id, job.provider, |record| {
            if record.job().as_ref() != Some(job) {
                return Ok(Step::Keep(LeaseOutcome::Stale));
            }
            if let Some(until) = record.waiting_until.filter(|until| *until > now) {
                return Ok(Step::Keep(LeaseOutcome::Waiting { until }));
            }
            if let Some(until) = record.lease_until.filter(|until| *until > now) {
                return Ok(Step::Keep(LeaseOutcome::Busy { until }));
            }
            let until = whole_millisecond(after(now, ttl));
            record.status = SyncStatus::Running;
            record.fence += 1;
            record.lease_until = Some(until);
            record.due_at = Some(until);
            record.waiting_until = None;
            let lease = Lease { job: job.clone(), fence: record.fence, record: Box::new(record.clone()) };
            Ok(Step::Save(LeaseOutcome::Acquired(lease), Vec::new()))
        });
        Ok(outcome.await?.unwrap_or(LeaseOutcome::Stale))
    }

    /// Saves where the run stands, with its marks and its settle list: all of it, or nothing when the lease is lost.
    /// Extends the lease to `now + ttl`.
    pub async fn save_checkpoint(
        &self,
        lease: &Lease,
        checkpoint: &Checkpoint,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Held> {
        let until = whole_millisecond(after(whole_millisecond(now), ttl));
        let marks: Vec<_> = checkpoint.marks.iter().collect();
        let mut chunks: Vec<_> = marks.chunks(MARKS).collect();
        let last = chunks.pop().unwrap_or_default();
        for marks in chunks {
            // More marks than a transaction takes: the first ones before the cursor, so that a crash between reads a
            // page again and never skips one.
            let held = self.under_lease(lease, |record| {
                record.lease_until = Some(until);
                record.due_at = Some(until);
                self.mark_writes(&lease.job, marks)
            });
            if held.await? == Held::Lost {
                return Ok(Held::Lost);
            }
        }
        self.under_lease(lease, |record| {
            let mut writes = self.mark_writes(&lease.job, last)?;
            if !checkpoint.settle.is_empty() {
                writes.push(self.settle_write(&lease.job, record.settle_lists, &checkpoint.settle, now)?);
                record.settle_lists += 1;
            }
            if !checkpoint.listed.is_empty() {
                writes.push(self.roll_write(&lease.job, record.roll_sheets, &checkpoint.listed, now)?);
                record.roll_sheets += 1;
            }
            if checkpoint.notice.is_some() {
                record.notice.clone_from(&checkpoint.notice);
            }
            record.cursor.clone_from(&checkpoint.cursor);
            record.progress = Some(checkpoint.progress.clone());
            record.records = checkpoint.records;
            record.quarantined = checkpoint.quarantined;
            record.calls = checkpoint.calls;
            record.attempts = 0;
            record.lease_until = Some(until);
            record.due_at = Some(until);
            Ok(writes)
        })
        .await
    }

    /// Gives the run to its next message, now or at `resume_at`. `cause`: what led to it; the first failure in a row is
    /// told as the last one, so that people see since when the vendor does not answer. `None`: the lease is lost.
    pub async fn hand_over(
        &self,
        lease: &Lease,
        resume_at: Option<Timestamp>,
        cause: Option<Cause>,
        now: Timestamp,
    ) -> Result<Option<SyncJob>> {
        let (now, resume_at) = (whole_millisecond(now), resume_at.map(whole_millisecond));
        let held = self.under_lease(lease, |record| {
            record.sequence += 1;
            record.lease_until = None;
            record.waiting_until = resume_at;
            record.status = if resume_at.is_some() { SyncStatus::Waiting } else { SyncStatus::Queued };
            record.due_at = Some(resume_at.map_or_else(|| after(now, LOST_AFTER), |at| after(at, RESUMED_AFTER)));
            match &cause {
                Some(Cause::Limit(reason)) => record.last_error = Some(reason.clone()),
                Some(Cause::Failure(reason)) => {
                    record.last_error = Some(reason.clone());
                    if record.attempts == 0 {
                        record.last_failure = Some(now);
                    }
                    record.attempts += 1;
                }
                None => {}
            }
            Ok(Vec::new())
        });
        let sequence = lease.job.sequence + 1;
        Ok((held.await? == Held::Yes).then(|| SyncJob { sequence, ..lease.job.clone() }))
    }

    /// Ends the run. The next one is due at `next_run`; without it, when it was going to be.
    pub async fn finish_run(
        &self,
        lease: &Lease,
        end: RunEnd,
        next_run: impl Into<Option<Timestamp>>,
        now: Timestamp,
    ) -> Result<Held> {
        let (now, next_run) = (whole_millisecond(now), next_run.into().map(whole_millisecond));
        self.under_lease(lease, |record| {
            let (status, error) = match &end {
                RunEnd::Success => (SyncStatus::Idle, None),
                RunEnd::Broken { reason } => (SyncStatus::Broken, Some(reason.clone())),
                RunEnd::Failed { reason } => (SyncStatus::Idle, Some(reason.clone())),
            };
            let ended = if error.is_none() { &mut record.last_success } else { &mut record.last_failure };
            *ended = Some(now);
            record.status = status;
            record.last_error = error;
            record.last_records = Some(record.records);
            record.last_duration_ms = record
                .started_at
                .map(|started| u64::try_from(now.as_millisecond() - started.as_millisecond()).unwrap_or_default());
            // A past one would begin the next run at once.
            record.next_run = next_run.or(record.next_run.filter(|at| *at > now));
            record.due_at = record.next_run;
            record.run_id = None;
            record.cursor = None;
            record.progress = None;
            record.lease_until = None;
            record.waiting_until = None;
            record.attempts = 0;
            Ok(Vec::new())
        })
        .await
    }

    /// Changes the record, with further writes in the same transaction, if the lease still holds.
    async fn under_lease(
        &self,
        lease: &Lease,
        mut change: impl FnMut(&mut SyncRecord) -> Result<settle::Writes>,
    ) -> Result<Held> {
        let held = self.change_sync(&lease.job.team_id, lease.job.provider, |record| {
            if !lease.holds(record) {
                return Ok(Step::Keep(Held::Lost));
            }
            let writes = change(record)?;
            Ok(Step::Save(Held::Yes, writes))
        });
        Ok(held.await?.unwrap_or(Held::Lost))
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
