//! A long job's life: opened, taken, saved, handed over or ended.
//!
//! ```text
//! waiting --its time comes--> take_job      save_job --> running
//! queued ----------------------> | ----> running --hand_over_job, retry_job--> queued
//! running, its lease ended ----> |          |
//!                                           +--end_job--> done, failed        cancel_job, from all three: cancelled
//! ```

use crate::{
    Job, JobEnd, JobProgress, JobStatus, Result, Store, StoreError, Task, keys,
    long_jobs::{LOST_AFTER, later},
    retry::Backoff,
    sync::whole_millisecond,
    table::{self, Sort},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Erase as _, Erased, GrantId, TeamId};
use serde::{Deserialize, Serialize};

/// The job that asking for one leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// It.
    pub job: Job,
    /// `false`: it was there already.
    pub is_new: bool,
}

#[derive(Serialize, Deserialize)]
struct Slot {
    job: GrantId,
}

impl Store {
    /// Keeps a new job. `false`: there is one of this id.
    pub async fn create_job(&self, job: &Job) -> Result<bool> {
        self.put_after(&self.tables.state, job.item()?, None).await
    }

    /// Keeps a new job unless the latest one of the same `slot` goes on: then it is that one.
    pub async fn create_job_in(&self, slot: &str, job: &Job) -> Result<Opened> {
        let (state, key) = (&self.tables.state, keys::job_slot(&job.team_id, slot));
        let mut backoff = Backoff::default();
        loop {
            let known = self.get(state, &key).await?.map(table::read::<Slot>).transpose()?;
            if let Some(Slot { job: id }) = &known
                && let Some(job) = self.load_job(&job.team_id, id).await?.filter(Job::goes_on)
            {
                return Ok(Opened { job, is_new: false });
            }
            let slot = table::put(state, table::written(&key, Slot { job: job.id.clone() })?);
            let slot = match &known {
                Some(known) => slot
                    .condition_expression("job = :job")
                    .expression_attribute_values(":job", table::text(known.job.as_str())),
                None => slot.condition_expression("attribute_not_exists(pk)"),
            };
            let put = table::put(state, job.item()?).condition_expression("attribute_not_exists(pk)");
            if self.transact(vec![table::transact_put(slot)?, table::transact_put(put)?]).await? {
                return Ok(Opened { job: job.clone(), is_new: true });
            }
            backoff.pause(|| StoreError::Conflict(key.to_string())).await?;
        }
    }

    /// The job, as it is now.
    pub async fn load_job(&self, team: &TeamId, id: &GrantId) -> Result<Option<Job>> {
        self.get(&self.tables.state, &keys::job(team, id)).await?.map(table::read).transpose()
    }

    /// The team's jobs, the latest first.
    pub async fn load_jobs(&self, team: &TeamId) -> Result<Vec<Job>> {
        let sort = Sort::Prefix(keys::JOBS.into());
        let items = self.query_all(&self.tables.state, &keys::team_partition(team), sort).await?;
        let mut jobs: Vec<Job> = items.into_iter().map(table::read).collect::<Result<_>>()?;
        jobs.sort_by(|a, b| (b.asked_at, &b.id).cmp(&(a.asked_at, &a.id)));
        Ok(jobs)
    }

    /// The jobs that are due, of all teams, the longest due first, at most `limit` of them.
    pub async fn load_due_jobs(&self, now: Timestamp, limit: usize) -> Result<Vec<Job>> {
        let items = self.due_in_state(keys::JOBS, now, limit).await?;
        let mut jobs: Vec<Job> = items.into_values().map(table::read).collect::<Result<_>>()?;
        jobs.retain(|job| job.due_at.is_some_and(|at| at <= now));
        jobs.sort_by(|a, b| (a.due_at, &a.team_id, &a.id).cmp(&(b.due_at, &b.team_id, &b.id)));
        jobs.truncate(limit);
        Ok(jobs)
    }

    /// Makes a job due later whose message was sent, unless its due time moved meanwhile (`false`). One that waited for its
    /// time waits for that message now.
    pub async fn postpone_job(&self, job: &Job, to: Timestamp) -> Result<bool> {
        let moved = self.change_job(&job.team_id, &job.id, |present| {
            let same = present.due_at == job.due_at;
            if same {
                present.due_at = Some(whole_millisecond(to));
            }
            if same && present.status == JobStatus::Waiting {
                present.status = JobStatus::Queued;
            }
            same.then_some(())
        });
        Ok(moved.await?.is_some())
    }

    /// Takes a job for `lease`. `None`: there is none, it is over, its time has not come, or somebody works on it. Whoever
    /// finds `attempts` above [`crate::MOST_JOB_ATTEMPTS`] has to end it.
    pub async fn take_job(
        &self,
        team: &TeamId,
        id: &GrantId,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Job>> {
        self.change_job(team, id, |job| {
            job.may_be_taken(now).then(|| {
                let until = later(now, lease);
                job.status = JobStatus::Running;
                job.attempts += 1;
                job.token += 1;
                job.lease_until = Some(until);
                job.due_at = Some(until);
                job.clone()
            })
        })
        .await
    }

    /// Saves task, progress and position as `held` has them, and renews the lease. `false`: somebody else has the job, or
    /// it was cancelled; nothing was saved.
    pub async fn save_job(&self, held: &Job, now: Timestamp, lease: SignedDuration) -> Result<bool> {
        self.under_token(held, |job| {
            let until = later(now, lease);
            job.lease_until = Some(until);
            job.due_at = Some(until);
            job.task.clone_from(&held.task);
            job.progress.clone_from(&held.progress);
            job.position.clone_from(&held.position);
        })
        .await
    }

    /// Gives a job that got on to its next message, which is due at once and looked for after a minute; saves what
    /// [`Store::save_job`] does. Its attempts are counted anew. `false`: as there.
    pub async fn hand_over_job(&self, held: &Job, now: Timestamp) -> Result<bool> {
        self.under_token(held, |job| {
            job.task.clone_from(&held.task);
            job.progress.clone_from(&held.progress);
            job.position.clone_from(&held.position);
            job.attempts = 0;
            job.error = None;
            job.queue(later(now, LOST_AFTER));
        })
        .await
    }

    /// Lets a job that got on rest until an instant, at which the schedule brings it back; saves what
    /// [`Store::save_job`] does. Until then it can be cancelled. `false`: as there.
    pub async fn park_job(&self, held: &Job, until: Timestamp) -> Result<bool> {
        self.under_token(held, |job| {
            job.task.clone_from(&held.task);
            job.progress.clone_from(&held.progress);
            job.position.clone_from(&held.position);
            job.attempts = 0;
            job.error = None;
            job.queue(until);
            job.status = JobStatus::Waiting;
        })
        .await
    }

    /// Replaces what names erased people in a job, whoever works on it.
    pub(crate) async fn erase_in_job(&self, team: &TeamId, id: &GrantId, erased: &Erased) -> Result<()> {
        let erase = |job: &mut Job| {
            job.erase(erased);
            Some(())
        };
        self.change_job(team, id, erase).await.map(|_| ())
    }

    /// Forgets a team's other jobs, and which one was the latest of each slot.
    pub async fn delete_other_jobs(&self, held: &Job) -> Result<()> {
        let (state, team) = (&self.tables.state, keys::team_partition(&held.team_id));
        let own = keys::job(&held.team_id, &held.id);
        let mut deletes = Vec::new();
        for prefix in [keys::JOBS, keys::JOB_SLOTS] {
            for item in self.query_all(state, &team, Sort::Prefix(prefix.into())).await? {
                let key = table::key_of(&item)?;
                if key != own {
                    deletes.push(table::delete_request(&key)?);
                }
            }
        }
        self.batch_write(state, deletes).await
    }

    /// Puts off a job of which an attempt failed, `error` in words, until `at`; the schedule brings it back. `false`: as
    /// with [`Store::save_job`].
    pub async fn retry_job(&self, held: &Job, error: &str, at: Timestamp) -> Result<bool> {
        self.under_token(held, |job| {
            job.error = Some(error.to_owned());
            job.queue(at);
        })
        .await
    }

    /// Ends a job, with task and progress as `held` has them; it is forgotten at `expires_at`. `false`: as with
    /// [`Store::save_job`].
    pub async fn end_job(
        &self,
        held: &Job,
        end: &JobEnd,
        now: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<bool> {
        self.under_token(held, |job| {
            job.task.clone_from(&held.task);
            job.progress.clone_from(&held.progress);
            let status = match end {
                JobEnd::Done => JobStatus::Done,
                JobEnd::Failed(_) => JobStatus::Failed,
            };
            job.error = match end {
                JobEnd::Done => None,
                JobEnd::Failed(reason) => Some(reason.clone()),
            };
            job.close(status, now, expires_at);
        })
        .await
    }

    /// Ends a job that is not over, whoever works on it: they can save no more. `None`: there is none, or it is over.
    pub async fn cancel_job(
        &self,
        team: &TeamId,
        id: &GrantId,
        now: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<Option<Job>> {
        self.change_job(team, id, |job| {
            job.status.is_open().then(|| {
                job.close(JobStatus::Cancelled, now, expires_at);
                job.clone()
            })
        })
        .await
    }

    /// Gives a job another task and queues it anew, whatever became of it so far and whoever works on it. `None`: there
    /// is none.
    pub async fn restart_job(&self, team: &TeamId, id: &GrantId, task: &Task, now: Timestamp) -> Result<Option<Job>> {
        self.change_job(team, id, |job| {
            job.task.clone_from(task);
            job.token += 1;
            job.attempts = 0;
            (job.position, job.error, job.ended_at, job.expires_at) = (None, None, None, None);
            job.progress = JobProgress::default();
            job.queue(later(now, LOST_AFTER));
            Some(job.clone())
        })
        .await
    }

    /// Forgets a job that is held. `false`: as with [`Store::save_job`].
    pub async fn delete_job(&self, held: &Job) -> Result<bool> {
        let delete = table::delete(&self.tables.state, &keys::job(&held.team_id, &held.id))
            .condition_expression("#token = :token AND #status = :running")
            .expression_attribute_names("#token", "token")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":token", table::number(held.token))
            .expression_attribute_values(":running", table::text(JobStatus::Running.as_str()));
        self.transact(vec![table::transact_delete(delete)?]).await
    }

    async fn under_token(&self, held: &Job, change: impl Fn(&mut Job)) -> Result<bool> {
        let saved = self.change_job(&held.team_id, &held.id, |job| job.is_held_by(held).then(|| change(job)));
        Ok(saved.await?.is_some())
    }

    /// Reads the job, lets `decide` change it, and writes it back; all again when somebody else wrote meanwhile. `None`:
    /// there is no such job, or `decide` left it.
    async fn change_job<T>(
        &self,
        team: &TeamId,
        id: &GrantId,
        decide: impl Fn(&mut Job) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut backoff = Backoff::default();
        loop {
            let Some(mut job) = self.load_job(team, id).await? else { return Ok(None) };
            let known = job.rev;
            job.rev = known + 1;
            let Some(outcome) = decide(&mut job) else { return Ok(None) };
            if self.put_after(&self.tables.state, job.item()?, Some(known)).await? {
                return Ok(Some(outcome));
            }
            backoff.pause(|| StoreError::Conflict(keys::job(team, id).to_string())).await?;
        }
    }
}

#[cfg(test)]
#[path = "job_life_tests.rs"]
mod tests;
