//! Facts: normalised records of what a vendor said.

use crate::{
    ids::{PullRequestKey, RepositoryKey, VendorId},
    pull_request::{Actor, ActorKind, Commit, PullRequest},
    records::Record,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// An issue, a sprint, a seat, a day's usage ...
    Record(Record),
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
    /// E-mail address, where the vendor shows one.
    pub email: Option<Email>,
    /// Addresses on commits that the code host attributes to it; they only ever become more.
    pub commit_emails: BTreeSet<String>,
    /// Whether it can be used: not suspended, deactivated or deleted; `None` when this source cannot know.
    pub active: Option<bool>,
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
            email: None,
            commit_emails: BTreeSet::new(),
            active: None,
            seen_at,
        }
    }
}

/// An account's e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Email {
    /// As the vendor shows it.
    pub address: String,
    /// The vendor says that it checked who reads it.
    pub verified: bool,
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
