//! A fact as it is stored: one document per thing, joined with what else was said of the same thing.
//!
//! Joining is commutative, associative and idempotent for every kind, so that the order and repetition of facts make
//! no difference (with the one reservation that `listings.rs` names).

use crate::{
    Result,
    keys::{self, Key},
    listings::{AccountDocument, GroupDocument, MembershipDocument, RepositoryDocument},
    table::{self, Item},
};
use plumbline_domain::{BranchCommit, CommitPage, Fact, PullRequest, Record, RecordKind, TeamId};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// One stored thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document {
    Repository(RepositoryDocument),
    Account(AccountDocument),
    Group(GroupDocument),
    Membership(MembershipDocument),
    PullRequest(Box<PullRequest>),
    CommitPage(CommitPage),
    BranchCommit(BranchCommit),
    Record(Record),
}

impl From<Fact> for Document {
    fn from(fact: Fact) -> Self {
        match fact {
            Fact::Repository(fact) => Self::Repository(fact.into()),
            Fact::Account(fact) => Self::Account(fact.into()),
            Fact::Group(fact) => Self::Group(fact.into()),
            Fact::Membership(fact) => Self::Membership(fact.into()),
            Fact::PullRequest(fact) => Self::PullRequest(fact),
            Fact::CommitPage(fact) => Self::CommitPage(fact),
            Fact::BranchCommit(fact) => Self::BranchCommit(fact),
            Fact::Record(fact) => Self::Record(fact),
        }
    }
}

impl From<Document> for Fact {
    fn from(document: Document) -> Self {
        match document {
            Document::Repository(document) => Self::Repository(document.into()),
            Document::Account(document) => Self::Account(document.into()),
            Document::Group(document) => Self::Group(document.into()),
            Document::Membership(document) => Self::Membership(document.into()),
            Document::PullRequest(document) => Self::PullRequest(document),
            Document::CommitPage(document) => Self::CommitPage(document),
            Document::BranchCommit(document) => Self::BranchCommit(document),
            Document::Record(document) => Self::Record(document),
        }
    }
}

/// A stored document with what the item says beside its body.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) document: Document,
    /// Counts writes of the item.
    pub(crate) rev: u64,
    /// Of a pull request: the `rev` of each further commit page that this revision takes account of.
    pub(crate) pages: BTreeMap<u32, u64>,
}

impl Document {
    pub(crate) fn key(&self, team: &TeamId) -> Key {
        match self {
            Self::Repository(document) => keys::repository(team, document.key()),
            Self::Account(document) => keys::account(team, document.id()),
            Self::Group(document) => keys::group(team, document.id()),
            Self::Membership(document) => {
                let (group, account) = document.ids();
                keys::membership(team, group, account)
            }
            Self::PullRequest(document) => keys::pull_request(team, document.key),
            Self::CommitPage(page) => keys::commit_page(team, page.key, page.index),
            Self::BranchCommit(commit) => keys::branch_commit(team, commit.repository, &commit.commit.sha),
            Self::Record(record) => keys::record(team, &record.shelf(), &record.id()),
        }
    }

    /// What it is about, by the vendor's ids.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Repository(document) => format!("repository {}", document.key()),
            Self::Account(document) => format!("account {}", document.id()),
            Self::Group(document) => format!("group {}", document.id()),
            Self::Membership(document) => {
                let (group, account) = document.ids();
                format!("membership of {account} in {group}")
            }
            Self::PullRequest(document) => {
                format!("repository {} pull request {}", document.key.repository, document.key.number)
            }
            Self::CommitPage(CommitPage { key, index, .. }) => {
                format!("repository {} pull request {} commit page {index}", key.repository, key.number)
            }
            Self::BranchCommit(commit) => format!("repository {} commit {}", commit.repository, commit.commit.sha),
            Self::Record(record) => format!("{} {}", record.shelf(), record.id()),
        }
    }

    pub(crate) fn body(&self) -> serde_json::Result<String> {
        match self {
            Self::Repository(document) => serde_json::to_string(document),
            Self::Account(document) => serde_json::to_string(document),
            Self::Group(document) => serde_json::to_string(document),
            Self::Membership(document) => serde_json::to_string(document),
            Self::PullRequest(document) => serde_json::to_string(document),
            Self::CommitPage(page) => serde_json::to_string(page),
            Self::BranchCommit(commit) => serde_json::to_string(commit),
            Self::Record(record) => serde_json::to_string(record),
        }
    }

    /// The item that holds a document of the same kind as this one.
    pub(crate) fn stored_in(&self, item: &Item) -> Result<Stored> {
        let document = match self {
            Self::Repository(_) => Self::Repository(body_of(item)?),
            Self::Account(_) => Self::Account(body_of(item)?),
            Self::Group(_) => Self::Group(body_of(item)?),
            Self::Membership(_) => Self::Membership(body_of(item)?),
            Self::PullRequest(_) => Self::PullRequest(body_of(item)?),
            Self::CommitPage(_) => Self::CommitPage(body_of(item)?),
            Self::BranchCommit(_) => Self::BranchCommit(body_of(item)?),
            Self::Record(_) => Self::Record(body_of(item)?),
        };
        Ok(Stored { document, rev: table::number_of(item, "rev")?, pages: pages_of(item)? })
    }

    /// The document in an item of the team's facts; `None`: the item holds none (an entry of the catalogue).
    pub(crate) fn of_item(team: &TeamId, item: &Item) -> Result<Option<Stored>> {
        let Key { pk, sk } = table::key_of(item)?;
        let document = match pk.strip_prefix(&keys::team_partition(team)) {
            Some("") if sk.starts_with(keys::REPOSITORIES) => Self::Repository(body_of(item)?),
            Some("") if sk.starts_with(keys::ACCOUNTS) => Self::Account(body_of(item)?),
            Some("") if sk.starts_with(keys::GROUPS) && keys::is_membership(&sk) => Self::Membership(body_of(item)?),
            Some("") if sk.starts_with(keys::GROUPS) => Self::Group(body_of(item)?),
            Some("") => return Ok(None),
            Some(rest) if rest.starts_with("#REPO#") && keys::is_branch_commit(&sk) => {
                Self::BranchCommit(body_of(item)?)
            }
            Some(rest) if rest.starts_with("#REPO#") && keys::is_commit_page(&sk) => Self::CommitPage(body_of(item)?),
            Some(rest) if rest.starts_with("#REPO#") => Self::PullRequest(body_of(item)?),
            _ => Self::Record(body_of(item)?),
        };
        Ok(Some(Stored { document, rev: table::number_of(item, "rev")?, pages: pages_of(item)? }))
    }

    /// What it is, in a word for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Repository(_) => "repositories",
            Self::Account(_) => "accounts",
            Self::Group(_) => "groups",
            Self::Membership(_) => "group memberships",
            Self::PullRequest(_) => "pull requests",
            Self::CommitPage(_) => "pages of commits",
            Self::BranchCommit(_) => "commits",
            Self::Record(record) => match record.kind() {
                RecordKind::Project => "projects",
                RecordKind::Issue => "issues",
                RecordKind::Sprint => "sprints",
                RecordKind::Board => "boards",
                RecordKind::Seat => "seats",
                RecordKind::Usage => "days of usage",
                RecordKind::Storage => "days of storage",
            },
        }
    }

    /// Joins what another document of the same thing says; one of another kind says nothing of it.
    pub(crate) fn join(&mut self, other: Self) {
        match (self, other) {
            (Self::Repository(known), Self::Repository(other)) => known.join(other),
            (Self::Account(known), Self::Account(other)) => known.join(other),
            (Self::Group(known), Self::Group(other)) => known.join(other),
            (Self::Membership(known), Self::Membership(other)) => known.join(other),
            (Self::PullRequest(known), Self::PullRequest(other)) => known.merge(*other),
            // A page is replaced as a whole, like the list it belongs to.
            (Self::CommitPage(known), Self::CommitPage(other))
                if (other.version, &other.commits) > (known.version, &known.commits) =>
            {
                *known = other;
            }
            // The hash fixes the content but for the account that the vendor links to the e-mail: a linked one is
            // greater than none.
            (Self::BranchCommit(known), Self::BranchCommit(other)) if other.commit > known.commit => *known = other,
            (Self::Record(known), Self::Record(other)) => known.join(other),
            _ => {}
        }
    }

    /// Whether both say the same, whenever it was seen.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Repository(a), Self::Repository(b)) => a.same(b),
            (Self::Account(a), Self::Account(b)) => a.same(b),
            (Self::Group(a), Self::Group(b)) => a.same(b),
            (Self::Membership(a), Self::Membership(b)) => a.same(b),
            (Self::Record(a), Self::Record(b)) => a.same(b),
            _ => self == other,
        }
    }
}

/// The item's JSON body.
pub(crate) fn body_of<T: DeserializeOwned>(item: &Item) -> Result<T> {
    serde_json::from_str(table::text_of(item, "body")?).map_err(|error| table::corrupt(item, error))
}

fn pages_of(item: &Item) -> Result<BTreeMap<u32, u64>> {
    let Some(pages) = item.get("pages") else { return Ok(BTreeMap::new()) };
    let pages = pages.as_m().map_err(|_| table::corrupt(item, "`pages` is not a map"))?;
    let page = |(index, rev): (&String, &aws_sdk_dynamodb::types::AttributeValue)| {
        Some((index.parse().ok()?, rev.as_n().ok()?.parse().ok()?))
    };
    pages.iter().map(|entry| page(entry).ok_or_else(|| table::corrupt(item, "`pages` holds no numbers"))).collect()
}
