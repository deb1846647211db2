//! Where a run stands.

use crate::Cursor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for: the version of all its facts.
    pub(super) started: Timestamp,
    /// What to read next.
    pub(super) step: Step,
}

impl Position {
    /// Where a run begins.
    pub(super) fn first(now: Timestamp) -> Self {
        // Milliseconds are what the store keeps.
        let started = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Self { started, step: Step::Users(UsersStep::default()) }
    }

    /// A cursor of another version counts as none: the run starts again, which costs calls and loses nothing.
    pub(super) fn from_cursor(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(cursor).ok()
    }
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// Users, some at a time.
    Users(UsersStep),
    /// Repositories of the storage summary, some at a time.
    Storage(StorageStep),
}

/// Which API tells of users.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Version {
    /// `/access/api/v2/users`
    #[default]
    Access,
    /// `/artifactory/api/security/users`, deprecated since 7.49.3; all names in one answer.
    Former,
}

/// Reading users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UsersStep {
    /// By which API.
    #[serde(default)]
    pub(super) version: Version,
    /// The server's cursor of the list's page; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<String>,
    /// On this page of the list, only names after this one: it had more than are read at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// Number of the list's pages read.
    #[serde(default)]
    pub(super) page: u32,
    /// The list was begun again, since the server did not know its own cursor any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) again: bool,
    /// Some user could not even be told apart: nobody has vanished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
    /// Users read.
    #[serde(default)]
    pub(super) done: u64,
}

/// Reading the storage summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StorageStep {
    /// Only repositories after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// Repositories read.
    #[serde(default)]
    pub(super) done: u64,
}
