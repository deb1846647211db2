//! Long jobs: what takes minutes, goes on after a crash, and shows how far it is. `job_life.rs` has what becomes of them.
//!
//! Whoever takes a job gets the next token, and everything saved under it is conditional on it: a process that was given
//! up for dead and comes back saves nothing. A job that is not over has a due time, at which the schedule sends its
//! message again: no message and no process has to survive.

use crate::{
    Found, Result, keys,
    sync::{json_text, whole_millisecond},
    table::{self, Item},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Erase, Erased, GrantId, LongJobMessage, MemberId, TeamId, UserId, VendorId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// How often a job is begun, or gone on with, in vain before it fails.
pub const MOST_ATTEMPTS: u64 = 5;

/// How long a sent message may take to arrive before the scheduler sends it again.
pub(crate) const LOST_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Not begun before its due time; until then it can be cancelled.
    Waiting,
    /// Waits for its message to be taken.
    Queued,
    /// Somebody works on it.
    Running,
    /// Over, and everything was done.
    Done,
    /// Over without success; `error` says why.
    Failed,
    /// Over because somebody did not want it any more.
    Cancelled,
}

impl JobStatus {
    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether something is still to come.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Queued | Self::Running)
    }
}

/// How far a job is, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobProgress {
    /// What is being done, in words.
    pub step: String,
    /// Units done in this step.
    pub done: u64,
    /// Units in this step, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Writes data into a file to download.
    Export(ExportTask),
    /// Erases a person.
    Erasure(ErasureTask),
    /// Deletes the team.
    Deletion(DeletionTask),
}

impl Task {
    /// The export that it is, if it is one.
    pub const fn export(&self) -> Option<&ExportTask> {
        match self {
            Self::Export(task) => Some(task),
            Self::Erasure(_) | Self::Deletion(_) => None,
        }
    }
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportTask {
    /// Of what.
    pub of: ExportOf,
    /// The file, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<ExportFile>,
    /// Nobody wants it any more: what is left to do is to remove the file, and then the job itself.
    #[serde(default)]
    pub removed: bool,
}

/// Where the file of an export is in the bucket of exports.
pub fn export_object_key(team: &TeamId, job: &GrantId) -> String {
    format!("{team}/{job}.zip")
}

/// What an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportOf {
    /// The data of whoever asked for it.
    Me,
    /// All of the team's.
    Team,
}

/// The file of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportFile {
    /// Its size.
    pub bytes: u64,
    /// When it is removed.
    pub ends_at: Timestamp,
}

/// The erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureTask {
    /// Who; from their burial on by pseudonyms.
    pub subject: Subject,
    /// They asked for it themselves: it is done without anybody's word when the grace period ends.
    pub own: bool,
    /// How far it is.
    pub phase: ErasurePhase,
    /// Who said that it is to be done; nobody has to where the grace period ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmation>,
    /// What names them, as it was looked through before anything was done.
    #[serde(default)]
    pub found: Found,
    /// Other accounts that show the same name, login or address: an admin may say that they are the person's, too.
    #[serde(default)]
    pub look_alikes: BTreeSet<VendorId>,
    /// What was replaced or removed.
    #[serde(default)]
    pub erased: Found,
    /// How often everything was gone through.
    #[serde(default)]
    pub passes: u64,
}

impl ErasureTask {
    /// One that looks through everything first.
    pub fn new(subject: Subject, own: bool) -> Self {
        let (found, erased, look_alikes) = (Found::new(), Found::new(), BTreeSet::new());
        Self { subject, own, phase: ErasurePhase::Looking, confirmed: None, found, look_alikes, erased, passes: 0 }
    }
}

/// Somebody's word that an erasure is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Whose; `None`: the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// Who is erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// As whom they sign in.
    #[serde(default)]
    pub users: BTreeSet<UserId>,
    /// Accounts beyond the member's own.
    #[serde(default)]
    pub accounts: BTreeSet<VendorId>,
}

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasurePhase {
    /// It is looked what names them: nothing is changed.
    Looking,
    /// Somebody has to confirm it, or the grace period to end.
    Confirming,
    /// It is to be done.
    Confirmed,
    /// Their tombstone is there: nothing new is stored under their name, and what is stored is gone through.
    Erasing,
}

/// The deletion of a team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionTask {
    /// Items deleted so far.
    #[serde(default)]
    pub deleted: u64,
}

/// A long job of a team. Instants are kept in whole milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Whose.
    pub team_id: TeamId,
    /// Its id.
    pub id: GrantId,
    /// What it does.
    #[serde(with = "task_text")]
    pub task: Task,
    /// Who asked for it; `None`: the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<UserId>,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub asked_at: Timestamp,
    /// How it stands.
    pub status: JobStatus,
    /// When the schedule has to look at it: always there while it is not over.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub due_at: Option<Timestamp>,
    /// How often it was taken since it was last handed over.
    pub attempts: u64,
    /// Counts the takings: only who took it last may save.
    pub token: u64,
    /// Until when it belongs to who took it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub lease_until: Option<Timestamp>,
    /// How far it is.
    pub progress: JobProgress,
    /// Where it goes on; `None` at its start. Its form is its task's own.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    pub position: Option<Value>,
    /// Why it failed, or why the last attempt did, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was over.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::millisecond::optional"
    )]
    pub ended_at: Option<Timestamp>,
    /// When it is forgotten; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "jiff::fmt::serde::timestamp::second::optional")]
    pub expires_at: Option<Timestamp>,
    /// Counts writes of this item.
    pub(crate) rev: u64,
}

impl Job {
    /// A job that begins as soon as its message comes, or at `begins_at` and until then can be cancelled.
    pub fn new(
        team_id: TeamId,
        id: GrantId,
        task: Task,
        asked_by: Option<UserId>,
        now: Timestamp,
        begins_at: Option<Timestamp>,
    ) -> Self {
        let now = whole_millisecond(now);
        Self {
            team_id,
            id,
            task,
            asked_by,
            asked_at: now,
            status: if begins_at.is_some() { JobStatus::Waiting } else { JobStatus::Queued },
            due_at: Some(begins_at.map_or_else(|| later(now, LOST_AFTER), whole_millisecond)),
            attempts: 0,
            token: 0,
            lease_until: None,
            progress: JobProgress::default(),
            position: None,
            error: None,
            ended_at: None,
            expires_at: None,
            rev: 1,
        }
    }

    /// Its message.
    pub fn message(&self) -> LongJobMessage {
        LongJobMessage { team_id: self.team_id.clone(), job_id: self.id.clone() }
    }

    pub(crate) fn may_be_taken(&self, now: Timestamp) -> bool {
        match self.status {
            JobStatus::Queued => true,
            JobStatus::Waiting => self.due_at.is_none_or(|at| at <= now),
            JobStatus::Running => self.lease_until.is_none_or(|until| until <= now),
            JobStatus::Done | JobStatus::Failed | JobStatus::Cancelled => false,
        }
    }

    pub(crate) fn is_held_by(&self, held: &Self) -> bool {
        self.status == JobStatus::Running && self.token == held.token
    }

    pub(crate) fn queue(&mut self, due_at: Timestamp) {
        self.status = JobStatus::Queued;
        self.lease_until = None;
        self.due_at = Some(whole_millisecond(due_at));
    }

    pub(crate) fn close(&mut self, status: JobStatus, now: Timestamp, expires_at: Option<Timestamp>) {
        self.status = status;
        self.lease_until = None;
        self.due_at = None;
        self.position = None;
        self.ended_at = Some(whole_millisecond(now));
        self.expires_at = expires_at;
    }

    /// Whether it is still wanted and not over.
    pub(crate) fn goes_on(&self) -> bool {
        self.status.is_open() && !self.task.export().is_some_and(|task| task.removed)
    }

    /// The attributes: those of the index by due time only when there is a due time.
    pub(crate) fn item(&self) -> Result<Item> {
        let mut item = table::written(&keys::job(&self.team_id, &self.id), self)?;
        if self.due_at.is_some() {
            item.insert("due_shard".into(), table::text(keys::due_shard(&self.team_id)));
        }
        Ok(item)
    }
}

impl Erase for Job {
    fn erase(&mut self, erased: &Erased) {
        let user = |who: &mut Option<UserId>| {
            if let Some(pseudonym) = who.as_ref().and_then(|user| erased.user(user)) {
                *who = Some(pseudonym);
            }
        };
        user(&mut self.asked_by);
        if let Task::Erasure(task) = &mut self.task {
            if let Some(confirmed) = &mut task.confirmed {
                user(&mut confirmed.by);
            }
            let Subject { member, users, accounts } = &mut task.subject;
            if let Some(pseudonym) = member.as_ref().and_then(|id| erased.member(id)) {
                *member = Some(pseudonym);
            }
            *users = std::mem::take(users).into_iter().map(|user| erased.user(&user).unwrap_or(user)).collect();
            for set in [accounts, &mut task.look_alikes] {
                *set = std::mem::take(set).into_iter().map(|id| erased.account(&id).unwrap_or(id)).collect();
            }
        }
    }
}

/// How a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// Everything was done.
    Done,
    /// Given up: why, in words.
    Failed(String),
}

/// A task as JSON text, as its own form is nobody else's business.
mod task_text {
    use super::Task;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

    pub(super) fn serialize<S: Serializer>(task: &Task, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(task).map_err(S::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Task, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

pub(crate) fn later(at: Timestamp, pause: SignedDuration) -> Timestamp {
    whole_millisecond(at.saturating_add(pause).unwrap_or(Timestamp::MAX))
}
