//! Where a run stands. Small whatever the organisation's size: a position in an order, never a list of everything; the
//! lists themselves lie in the marks ([`super::marks`]).

use crate::Cursor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for. Everything that depends on "now" in a run uses it, so that a page read
    /// twice gives the same facts; it also stamps what the run's listings had.
    pub(super) started: Timestamp,
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
    /// The organisation's members, by role, since the listing itself does not tell the role.
    Members(MembersStep),
    /// The organisation's teams.
    Teams(PageStep),
    /// The members of one team after the other, in order of the teams' ids.
    TeamMembers(TeamMembersStep),
    /// The organisation's repositories.
    Repositories(PageStep),
    /// The repositories that the settings name, one after the other.
    NamedRepositories(NamedStep),
    /// What changed, for some fifty repositories at once.
    Changes(ChangesStep),
    /// The pull requests of one changed repository after the other, in order of the repositories' ids.
    PullRequests(PassStep),
    /// The commits of one changed default branch after the other, in order of the repositories' ids.
    Commits(CommitsStep),
}

/// A role in the organisation, as GitHub's parameter has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    /// Owners.
    Admin,
    /// Everybody else.
    Member,
}

impl Role {
    /// The parameter's value.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}

/// Where a listing stands: the first page, or the address that the `Link` header gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PageStep {
    /// Number of pages read.
    #[serde(default)]
    pub(super) page: u32,
    /// Where the next one is; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    /// Some record could not even be told apart: the listing is not complete, so nobody has vanished from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
}

impl PageStep {
    /// The page after this one.
    pub(super) fn following(&self, url: String) -> Self {
        Self { page: self.page + 1, url: Some(url), unsure: self.unsure }
    }

    /// The first page of another listing that belongs to this one.
    pub(super) fn beside(&self) -> Self {
        Self { unsure: self.unsure, ..Self::default() }
    }
}

/// Members of one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MembersStep {
    /// Which role.
    pub(super) role: Role,
    /// Which page.
    pub(super) at: PageStep,
}

/// Members of one team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TeamMembersStep {
    /// The team's id.
    pub(super) team: u64,
    /// Which page.
    pub(super) at: PageStep,
    /// Teams finished in this run.
    pub(super) done: u64,
}

/// One named repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NamedStep {
    /// Its place in the settings.
    pub(super) index: usize,
    /// How many of those before it could be read.
    pub(super) found: u64,
}

/// Some repositories in order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChangesStep {
    /// Those after this id; `None` from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<u64>,
    /// How many at once.
    pub(super) size: u32,
    /// How many were asked about.
    pub(super) done: u64,
}

/// Reading one repository's pull requests, newest change first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PassStep {
    /// The repository's id.
    pub(super) repository: u64,
    /// Repositories finished in this step.
    pub(super) done: u64,
    /// Repositories that had changed.
    pub(super) total: u64,
    /// When the pass's first page was asked for; set with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) started: Option<Timestamp>,
    /// The newest change on the first page: what the watermark becomes when the pass is through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) newest: Option<Newest>,
    /// The page size now tried, while it differs from the remembered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u32>,
    /// GraphQL's cursor of the last page; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// Whether all pages were read, so that only `follow` is left.
    #[serde(default)]
    pub(super) last: bool,
    /// Lists inside the last page's pull requests that were longer than a page.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(super) follow: VecDeque<Follow>,
}

impl PassStep {
    /// The beginning of a pass.
    pub(super) fn begin(repository: u64, done: u64, total: u64) -> Self {
        Self {
            repository,
            done,
            total,
            started: None,
            newest: None,
            size: None,
            after: None,
            last: false,
            follow: VecDeque::new(),
        }
    }
}

/// The pull request that changed last in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Newest {
    /// When.
    pub(super) updated_at: Timestamp,
    /// Which one.
    pub(super) number: u64,
}

/// The rest of a list inside a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Follow {
    /// The pull request.
    pub(super) number: u64,
    /// Its `updated_at` on the page: the version of what follows.
    pub(super) version: Timestamp,
    /// Which list.
    pub(super) list: List,
    /// GraphQL's cursor in that list.
    pub(super) after: String,
}

/// The lists inside a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum List {
    /// Reviews.
    Reviews,
    /// Ready for review, converted to draft.
    DraftEvents,
    /// Commits.
    Commits {
        /// The next page's place in the document, from 1.
        index: u32,
        /// How many further pages the document promised.
        promised: u32,
    },
}

/// Commits of one default branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommitsStep {
    /// The repository's id.
    pub(super) repository: u64,
    /// Which page.
    pub(super) at: PageStep,
    /// Branches finished in this step.
    pub(super) done: u64,
    /// Branches that had changed.
    pub(super) total: u64,
}
