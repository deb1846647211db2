//! Facts: normalised records of what a vendor said.

use crate::{
    ids::{PullRequestKey, RepositoryKey, VendorId},
    pull_request::{Actor, ActorKind, Commit, PullRequest},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a connector hands to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A repository's present name and state.
    Repository(Repository),
    /// An account at the vendor.
    Account(Account),
    /// A group (a GitHub team) without its members.
    Group(Group),
    /// One account's membership in one group.
    Membership(Membership),
    /// What is now known of a pull request, in parts.
    PullRequest(Box<PullRequest>),
    /// A further page of a pull request's commits.
    CommitPage(CommitPage),
    /// A commit on a repository's default branch.
    BranchCommit(BranchCommit),
}

/// A repository. Version: `seen_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Which one.
    pub key: RepositoryKey,
    /// `owner/name` at present.
    pub full_name: String,
    /// The default branch's name.
    pub default_branch: Option<String>,
    /// Read-only at the vendor.
    pub archived: bool,
    /// Set when a complete listing no longer had it; its history stays.
    pub gone_at: Option<Timestamp>,
    /// When the vendor said so.
    pub seen_at: Timestamp,
}

/// An account. A listing knows the membership, a pull request only who acted: `None` fields never wipe known ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Which one.
    pub id: VendorId,
    /// Present login.
    pub login: String,
    /// Person, bot or other.
    pub kind: ActorKind,
    /// Display name, where the vendor shows one.
    pub name: Option<String>,
    /// Role in the organisation (`admin`, `member`), known to listings only.
    pub role: Option<String>,
    /// Whether a listing had it as a member of the organisation; `None` when this source cannot know.
    pub member: Option<bool>,
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
}

impl Account {
    /// What an actor on a fact tells about an account.
    pub fn from_actor(provider: crate::Provider, actor: &Actor, seen_at: Timestamp) -> Self {
        Self {
            id: VendorId::new(provider, actor.id),
            login: actor.login.clone(),
            kind: actor.kind,
            name: None,
            role: None,
            member: None,
            seen_at,
        }
    }
}

/// A group inside a team: a GitHub team, later business units and cost centres. Never an isolation boundary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Which one.
    pub id: VendorId,
    /// The vendor's short name in addresses.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// The group it lies in.
    pub parent: Option<VendorId>,
    /// Set when a complete listing no longer had it.
    pub gone_at: Option<Timestamp>,
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
}

/// An account's membership in a group. Version: `seen_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The group.
    pub group: VendorId,
    /// The account.
    pub account: VendorId,
    /// `maintainer` or `member`, as the vendor says.
    pub role: Option<String>,
    /// Set when a complete listing no longer had it.
    pub gone_at: Option<Timestamp>,
    /// When the vendor said so.
    pub seen_at: Timestamp,
}

/// Commits after the first page of a pull request's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitPage {
    /// Of which pull request.
    pub key: PullRequestKey,
    /// The version of the list it belongs to ([`crate::CommitList::version`]).
    pub version: Timestamp,
    /// 1 for the first page after the document's own.
    pub index: u32,
    /// The commits.
    pub commits: Vec<Commit>,
}

/// A commit on the default branch. A hash names its content: it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchCommit {
    /// Where.
    pub repository: RepositoryKey,
    /// What.
    pub commit: Commit,
}
