//! Work as issue trackers and boards tell it.

use crate::ids::VendorId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A project of an issue tracker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Project {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// What its issues' keys begin with: `RAIL`.
    pub key: String,
    /// Display name.
    pub name: String,
}

/// What a status means, whatever it is called in the site's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusCategory {
    /// Not begun.
    ToDo,
    /// Begun.
    InProgress,
    /// Finished.
    Done,
    /// A status whose category the vendor does not tell, such as a deleted one.
    Unknown,
}

/// Story points in thousandths: the vendor's numbers have fractions, and facts must compare exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(pub i64);

/// An issue with its history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Issue {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when the vendor no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// Its project.
    pub project: VendorId,
    /// Present key: `RAIL-17`. It changes when the issue moves to another project.
    pub key: String,
    /// Title.
    pub title: String,
    /// The issue type's name (`Story`, `Fehler`).
    pub issue_type: String,
    /// The status' name, in the site's language.
    pub status: String,
    /// What the status means.
    pub category: StatusCategory,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<VendorId>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<VendorId>,
    /// Estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Sprints it is in or was in, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sprints: Vec<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed, by the vendor's clock.
    pub updated_at: Timestamp,
    /// When the vendor set its resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// Changes of status, sprints and points, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<IssueChange>,
}

/// One change of an issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IssueChange {
    /// When.
    pub at: Timestamp,
    /// The vendor's id of the change: orders those of one instant.
    pub id: u64,
    /// What changed.
    #[serde(flatten)]
    pub what: IssueChangeKind,
}

/// What changed in an issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum IssueChangeKind {
    /// The status.
    Status {
        /// What the old status means.
        from: StatusCategory,
        /// What the new status means.
        to: StatusCategory,
    },
    /// The sprints it is in, by id.
    Sprints {
        /// Before.
        from: Vec<u64>,
        /// After.
        to: Vec<u64>,
    },
    /// The estimate.
    Points {
        /// Before.
        from: Option<Points>,
        /// After.
        to: Option<Points>,
    },
}

/// Where a sprint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SprintState {
    /// Not begun.
    Future,
    /// Under way.
    Active,
    /// Completed.
    Closed,
}

/// A sprint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sprint {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// The board it was made on.
    pub board: VendorId,
    /// Display name.
    pub name: String,
    /// Where it stands.
    pub state: SprintState,
    /// When it began, or is planned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Timestamp>,
    /// When it is planned to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_at: Option<Timestamp>,
    /// When it was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Board {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// Display name.
    pub name: String,
    /// `scrum`, `kanban`, `simple`; `trello` for Trello's.
    pub board_type: String,
    /// The project (Jira) or organisation (Trello) it belongs to, by the vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Archived.
    #[serde(default)]
    pub closed: bool,
    /// When something last happened on it, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_activity_at: Option<Timestamp>,
    /// How many members it has, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
}
