//! What Jira holds: plain data, as a test may set it up.

use jiff::Timestamp;
use serde::Serialize;

/// What a status means, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Not begun.
    New,
    /// In progress.
    Indeterminate,
    /// Done.
    Done,
}

impl Category {
    /// The `key` in Jira.
    pub const fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Indeterminate => "indeterminate",
            Self::Done => "done",
        }
    }
}

/// A status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Its id.
    pub id: u64,
    /// Its name, in the site's language.
    pub name: &'static str,
    /// What it means.
    pub category: Category,
}

const fn status(id: u64, name: &'static str, category: Category) -> Status {
    Status { id, name, category }
}

/// The site's statuses: to do, ready, in progress, in review, waiting for approval, done, dropped.
pub const STATUSES: [Status; 7] = [
    status(10_001, "Zu erledigen", Category::New),
    status(10_002, "Bereit", Category::New),
    status(3, "In Arbeit", Category::Indeterminate),
    status(10_010, "Im Review", Category::Indeterminate),
    status(10_011, "Wartet auf Freigabe", Category::Indeterminate),
    status(10_020, "Erledigt", Category::Done),
    status(10_021, "Verworfen", Category::Done),
];

pub(super) const TO_DO: Status = STATUSES[0];
pub(super) const READY: Status = STATUSES[1];
pub(super) const IN_PROGRESS: Status = STATUSES[2];
pub(super) const IN_REVIEW: Status = STATUSES[3];
pub(super) const WAITING: Status = STATUSES[4];
pub(super) const DONE: Status = STATUSES[5];
pub(super) const DROPPED: Status = STATUSES[6];

/// The id of the field that holds an issue's sprints.
pub(super) const SPRINT_FIELD: &str = "customfield_10104";
/// The id of `Story Points`.
pub(super) const POINTS_FIELD: &str = "customfield_10118";
/// The id of `Story point estimate`, which projects managed by their teams have instead.
pub(super) const ESTIMATE_FIELD: &str = "customfield_10217";

/// A project.
#[derive(Debug, Clone, Serialize)]
pub struct Project {
    /// Its id.
    pub id: u64,
    /// Its key.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Managed by its team (`next-gen`), and so with another field for story points.
    pub by_team: bool,
    /// Its board.
    pub board: u64,
}

impl Project {
    /// The id and name of its field for story points.
    pub const fn points_field(&self) -> (&'static str, &'static str) {
        if self.by_team { (ESTIMATE_FIELD, "Story point estimate") } else { (POINTS_FIELD, "Story Points") }
    }
}

/// A board's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardKind {
    /// With sprints.
    Scrum,
    /// Without.
    Kanban,
    /// Of a project managed by its team; with sprints here.
    Simple,
}

/// A board.
#[derive(Debug, Clone, Serialize)]
pub struct Board {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: BoardKind,
    /// The project it shows, by its id.
    pub project: u64,
}

/// A sprint.
#[derive(Debug, Clone, Serialize)]
pub struct Sprint {
    /// Its id.
    pub id: u64,
    /// The board it was made on.
    pub board: u64,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began; a future one has none.
    pub started_at: Option<Timestamp>,
    /// When it is to end.
    pub ends_at: Option<Timestamp>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
}

impl Sprint {
    /// `future`, `active` or `closed`.
    pub const fn state(&self) -> &'static str {
        match (self.started_at, self.completed_at) {
            (None, _) => "future",
            (Some(_), None) => "active",
            (Some(_), Some(_)) => "closed",
        }
    }
}

/// One field that a change concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The field's name.
    pub field: &'static str,
    /// The field's id.
    pub field_id: &'static str,
    /// The value before, as an id or list of ids.
    pub from: Option<String>,
    /// The value before, in words.
    pub from_string: Option<String>,
    /// The value after.
    pub to: Option<String>,
    /// The value after, in words.
    pub to_string: Option<String>,
}

/// A change of an issue.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// Its id.
    pub id: u64,
    /// Who made it; accounts may be gone.
    pub author: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub items: Vec<Item>,
}

/// An issue.
#[derive(Debug, Clone, Serialize)]
pub struct Issue {
    /// Its id.
    pub id: u64,
    /// Its key.
    pub key: String,
    /// Its project, by id.
    pub project: u64,
    /// Summary.
    pub summary: String,
    /// `Story`, `Bug` or `Aufgabe`.
    pub kind: &'static str,
    /// Present status.
    pub status: Status,
    /// Story points.
    pub points: Option<u32>,
    /// Account id.
    pub assignee: Option<String>,
    /// Account id.
    pub reporter: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything on it last changed.
    pub updated_at: Timestamp,
    /// When it got a resolution; a reopened one has none.
    pub resolved_at: Option<Timestamp>,
    /// All sprints it was in, closed ones included, unless it was taken out of them.
    pub sprints: Vec<u64>,
    /// Changes, the oldest first.
    pub history: Vec<History>,
}
