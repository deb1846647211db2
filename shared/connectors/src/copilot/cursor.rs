//! Where a run stands: a position in an order, never a list.

use crate::{Cursor, github::pages::Pages};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for: "now" for everything in the run, and every fact's `seen_at`.
    pub(super) started: Timestamp,
    /// Seats that nobody has, for the notice.
    #[serde(default)]
    pub(super) unassigned: u64,
    /// What to read next.
    pub(super) step: Step,
}

impl Position {
    /// A cursor of another version counts as none: the run starts again, which costs calls and loses nothing.
    pub(super) fn from_cursor(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(cursor).ok()
    }
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// Who has a seat.
    Seats(SeatsStep),
    /// What an enterprise's listing of several pages says of each account, put together.
    Grants(GrantsStep),
    /// Usage reports.
    Usage(UsageStep),
}

impl Step {
    /// Calls to GitHub that one page of it takes, at most.
    pub(super) const fn calls(&self) -> u32 {
        match self {
            Self::Seats(_) => 1,
            Self::Grants(_) => 0,
            Self::Usage(_) => 3,
        }
    }
}

/// A page of seats.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeatsStep {
    /// Which page.
    pub(super) at: Pages,
    /// Rows read before it.
    pub(super) done: u64,
}

/// Accounts in order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GrantsStep {
    /// Those after this one; `None` from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<u64>,
    /// How many were told before.
    pub(super) done: u64,
    /// All were told: what is left is to forget the rows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) told: bool,
}

/// A day's reports; the newest day is read first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UsageStep {
    /// Which day.
    pub(super) day: Date,
    /// The last, and oldest, to read.
    pub(super) first: Date,
    /// Days read.
    pub(super) done: u64,
    /// Days of them that had a report.
    pub(super) found: u64,
    /// How many days in a row GitHub answered 404.
    #[serde(default)]
    pub(super) denied: u32,
    /// Where to go on in the day's rows of people; `None` at the day's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<Part>,
}

/// A place in a day's rows of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// How many pages of this day came before.
    pub(super) index: u32,
    /// Which file, in order of their addresses.
    pub(super) file: usize,
    /// From which byte of it on.
    pub(super) at: u64,
}
