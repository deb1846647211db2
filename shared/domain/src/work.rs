//! The compact row that an issue leaves in the rollups: all that the issue metrics need, nothing more.

use crate::{
    ids::VendorId,
    records::{Points, StatusCategory},
};
use jiff::Timestamp;

/// One issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRow {
    /// Which issue.
    pub id: VendorId,
    /// Its project: decides the partition.
    pub project: VendorId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When work on it first began: its first move to a status in progress, or its creation in one.
    pub started_at: Option<Timestamp>,
    /// The stretches of time in which it was done, in order; the last one is open while it is done. One that was never
    /// reopened has one.
    pub done: Vec<Span>,
    /// Present estimate.
    pub points: Option<Points>,
    /// What its present status means.
    pub category: StatusCategory,
    /// Whether any change of its status is known.
    pub has_history: bool,
    /// The sprints it was in, in order of joining.
    pub stays: Vec<SprintStay>,
}

/// A stretch of time; without an end it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Option<Timestamp>,
}

/// An issue's time in a sprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SprintStay {
    /// The sprint's id at the vendor.
    pub sprint: u64,
    /// From when to when.
    pub span: Span,
}

impl Span {
    /// Whether the instant lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

impl IssueRow {
    /// When it was done: the move to a done status after which it never left one. `None` while it is not done.
    pub fn done_at(&self) -> Option<Timestamp> {
        self.done.last().filter(|span| span.to.is_none()).map(|span| span.from)
    }

    /// Whether it was done at an instant.
    pub fn was_done(&self, at: Timestamp) -> bool {
        self.done.iter().any(|span| span.contains(at))
    }
}
