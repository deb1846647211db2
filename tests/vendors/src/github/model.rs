//! What GitHub holds: plain data, as a test may set it up. Instants have whole seconds, as GitHub's have.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The organization that the token may read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: u64,
    /// Its login, the `{org}` of addresses.
    pub login: String,
    /// Its display name.
    pub name: String,
}

/// What GitHub types an account as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// A person.
    User,
    /// An app's account. Its login ends in `[bot]` in REST and webhooks, and does not in GraphQL.
    Bot,
    /// A placeholder that an import left.
    Mannequin,
}

impl UserKind {
    /// The `type` in REST and `__typename` in GraphQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Mannequin => "Mannequin",
        }
    }
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: u64,
    /// Its login.
    pub login: String,
    /// Display name, where the person shows one.
    pub name: Option<String>,
    /// E-mail, where the person shows one.
    pub email: Option<String>,
    /// Person, bot or placeholder.
    pub kind: UserKind,
    /// Deleted accounts are `null` wherever they acted.
    pub deleted: bool,
}

/// Role in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An owner.
    Admin,
    /// Anybody else.
    Member,
}

/// A team of the organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: u64,
    /// Its short name in addresses.
    pub slug: String,
    /// Its display name.
    pub name: String,
    /// The team it lies in.
    pub parent: Option<u64>,
    /// Its own members by account id; `true` for maintainers. Members of child teams are added on reading.
    pub members: BTreeMap<u64, bool>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its hash.
    pub sha: String,
    /// The account GitHub linked to the e-mail.
    pub author: Option<u64>,
    /// The author's name in the commit.
    pub author_name: String,
    /// The author's e-mail in the commit.
    pub author_email: String,
    /// The author's date.
    pub authored_at: Timestamp,
    /// The committer's date.
    pub committed_at: Timestamp,
    /// The message.
    pub message: String,
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Changes requested.
    ChangesRequested,
    /// Remarks only.
    Commented,
    /// Withdrawn.
    Dismissed,
    /// Not submitted yet: GraphQL shows it without `submittedAt`, REST does not list it.
    Pending,
}

impl ReviewState {
    /// As REST and GraphQL write it; webhooks write it in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Commented => "COMMENTED",
            Self::Dismissed => "DISMISSED",
            Self::Pending => "PENDING",
        }
    }
}

/// A review.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: u64,
    /// Who reviewed.
    pub author: Option<u64>,
    /// What it says.
    pub state: ReviewState,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The commit it looked at.
    pub commit: Option<String>,
}

/// Whether a draft event made it ready or a draft again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// `READY_FOR_REVIEW_EVENT`.
    Ready,
    /// `CONVERT_TO_DRAFT_EVENT`.
    Draft,
}

/// A change between draft and ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftEvent {
    /// Its id.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub kind: DraftKind,
    /// Who did it.
    pub actor: Option<u64>,
}

/// A pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: u64,
    /// Its id. GitHub's have passed 32 bits: GraphQL's `databaseId` is then `null`, `fullDatabaseId` is not.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Who opened it.
    pub author: Option<u64>,
    /// Whether it is a draft now.
    pub draft: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When anything on it last changed.
    pub updated_at: Timestamp,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Who merged it.
    pub merged_by: Option<u64>,
    /// When it was closed, by a merge or without.
    pub closed_at: Option<Timestamp>,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Files changed.
    pub changed_files: u64,
    /// Branch it goes to.
    pub base_ref: String,
    /// Branch it comes from.
    pub head_ref: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Commits, oldest first.
    pub commits: Vec<Commit>,
    /// Reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Draft events, oldest first.
    pub draft_events: Vec<DraftEvent>,
}

impl PullRequest {
    /// `OPEN`, `CLOSED` or `MERGED`, as GraphQL says it; REST says `open` and `closed`.
    pub const fn state(&self) -> &'static str {
        if self.merged_at.is_some() {
            "MERGED"
        } else if self.closed_at.is_some() {
            "CLOSED"
        } else {
            "OPEN"
        }
    }

    /// The hash of the last commit.
    pub fn head_sha(&self) -> &str {
        self.commits.last().map_or("0000000000000000000000000000000000000000", |commit| &commit.sha)
    }
}

/// A repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Repository {
    /// Its id: survives renames and transfers.
    pub id: u64,
    /// The owner's login: the organization's, another one's after a transfer.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// The default branch's name.
    pub default_branch: String,
    /// Read-only.
    pub archived: bool,
    /// Without any commit: listing its commits answers 409.
    pub empty: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was last pushed.
    pub pushed_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
    /// Pull requests by number.
    pub pull_requests: BTreeMap<u64, PullRequest>,
    /// Commits on the default branch, oldest first.
    pub branch_commits: Vec<Commit>,
}

impl Repository {
    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The number that the next pull request gets.
    pub fn next_number(&self) -> u64 {
        self.pull_requests.last_key_value().map_or(1, |(number, _)| number + 1)
    }
}
