//! Stored forms of what listings tell (repositories, accounts, groups, memberships): registers, each with the instant
//! its value was seen. The newest sight wins, of two at the same instant the larger value; what a source does not know
//! leaves a register alone. So a login heard on an old pull request never replaces a newer one.
//!
//! Seeing the same again is no change and not worth a write, although it moves the instant: a sync that finds nothing
//! new writes nothing. A register then still tells the right value after any order of facts, unless a value came back
//! (a, b, a) and the one between arrives last; a listing by the next sync puts that right.

use jiff::Timestamp;
use plumbline_domain::{Account, ActorKind, Email, Group, Membership, Repository, RepositoryKey, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A value and when it was seen. Field order matters: `Ord` decides which one wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Seen<T> {
    at: Timestamp,
    value: T,
}

impl<T> Seen<T> {
    fn new(at: Timestamp, value: T) -> Self {
        Self { at, value }
    }
}

fn join<T: Ord>(known: &mut T, other: T) {
    if other > *known {
        *known = other;
    }
}

fn value<T>(register: Option<&Seen<T>>) -> Option<&T> {
    register.map(|seen| &seen.value)
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RepositoryDocument {
    key: RepositoryKey,
    present: Seen<RepositoryState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_branch: Option<Seen<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct RepositoryState {
    full_name: String,
    archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gone_at: Option<Timestamp>,
}

impl RepositoryDocument {
    pub(crate) fn key(&self) -> RepositoryKey {
        self.key
    }

    pub(crate) fn join(&mut self, other: Self) {
        join(&mut self.present, other.present);
        join(&mut self.default_branch, other.default_branch);
    }

    /// Whether both say the same. That it is gone may be noticed again and again: the first time counts.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let (a, b) = (&self.present.value, &other.present.value);
        (&a.full_name, a.archived, a.gone_at.is_some()) == (&b.full_name, b.archived, b.gone_at.is_some())
            && value(self.default_branch.as_ref()) == value(other.default_branch.as_ref())
    }
}

impl From<Repository> for RepositoryDocument {
    fn from(fact: Repository) -> Self {
        let Repository { key, full_name, default_branch, archived, gone_at, seen_at } = fact;
        Self {
            key,
            present: Seen::new(seen_at, RepositoryState { full_name, archived, gone_at }),
            default_branch: default_branch.map(|branch| Seen::new(seen_at, branch)),
        }
    }
}

impl From<RepositoryDocument> for Repository {
    fn from(document: RepositoryDocument) -> Self {
        let RepositoryDocument { key, present: Seen { at, value }, default_branch } = document;
        let RepositoryState { full_name, archived, gone_at } = value;
        let default_branch = default_branch.map(|branch| branch.value);
        Self { key, full_name, default_branch, archived, gone_at, seen_at: at }
    }
}

/// So many addresses of commits are kept of an account; one that used more is a robot, or shared.
const MOST_COMMIT_EMAILS: usize = 20;

/// An account. Listings know all of it, a pull request only who acted: login and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountDocument {
    id: VendorId,
    login: Seen<(String, ActorKind)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Seen<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Seen<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<Seen<bool>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<Seen<Email>>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    commit_emails: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    active: Option<Seen<bool>>,
}

impl AccountDocument {
    pub(crate) fn id(&self) -> &VendorId {
        &self.id
    }

    pub(crate) fn join(&mut self, other: Self) {
        join(&mut self.login, other.login);
        join(&mut self.name, other.name);
        join(&mut self.role, other.role);
        join(&mut self.member, other.member);
        join(&mut self.email, other.email);
        self.commit_emails.extend(other.commit_emails);
        // In their order, so that which ones stay depends on no order of facts.
        while self.commit_emails.len() > MOST_COMMIT_EMAILS {
            self.commit_emails.pop_last();
        }
        join(&mut self.active, other.active);
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        self.login.value == other.login.value
            && value(self.name.as_ref()) == value(other.name.as_ref())
            && value(self.role.as_ref()) == value(other.role.as_ref())
            && value(self.member.as_ref()) == value(other.member.as_ref())
            && value(self.email.as_ref()) == value(other.email.as_ref())
            && self.commit_emails == other.commit_emails
            && value(self.active.as_ref()) == value(other.active.as_ref())
    }
}

impl From<Account> for AccountDocument {
    fn from(fact: Account) -> Self {
        let Account { id, login, kind, name, role, member, email, commit_emails, active, seen_at } = fact;
        Self {
            id,
            login: Seen::new(seen_at, (login, kind)),
            name: name.map(|name| Seen::new(seen_at, name)),
            role: role.map(|role| Seen::new(seen_at, role)),
            member: member.map(|member| Seen::new(seen_at, member)),
            email: email.map(|email| Seen::new(seen_at, email)),
            commit_emails,
            active: active.map(|active| Seen::new(seen_at, active)),
        }
    }
}

impl From<AccountDocument> for Account {
    fn from(document: AccountDocument) -> Self {
        let AccountDocument {
            id,
            login: Seen { at, value: (login, kind) },
            name,
            role,
            member,
            email,
            commit_emails,
            active,
        } = document;
        let texts = [name.as_ref().map(|seen| seen.at), role.as_ref().map(|seen| seen.at)];
        let flags = [member.as_ref().map(|seen| seen.at), active.as_ref().map(|seen| seen.at)];
        let others = texts.into_iter().chain(flags).chain([email.as_ref().map(|seen| seen.at)]);
        let seen_at = others.flatten().fold(at, Timestamp::max);
        Self {
            id,
            login,
            kind,
            name: name.map(|seen| seen.value),
            role: role.map(|seen| seen.value),
            member: member.map(|seen| seen.value),
            email: email.map(|seen| seen.value),
            commit_emails,
            active: active.map(|seen| seen.value),
            seen_at,
        }
    }
}

/// A group. Only listings tell of it, and a group without a parent is one at the top: nothing is kept from before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupDocument {
    id: VendorId,
    present: Seen<GroupState>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct GroupState {
    slug: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<VendorId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gone_at: Option<Timestamp>,
}

impl GroupDocument {
    pub(crate) fn id(&self) -> &VendorId {
        &self.id
    }

    pub(crate) fn join(&mut self, other: Self) {
        join(&mut self.present, other.present);
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        let (a, b) = (&self.present.value, &other.present.value);
        (&a.slug, &a.name, &a.parent, a.gone_at.is_some()) == (&b.slug, &b.name, &b.parent, b.gone_at.is_some())
    }
}

impl From<Group> for GroupDocument {
    fn from(fact: Group) -> Self {
        let Group { id, slug, name, parent, gone_at, seen_at } = fact;
        Self { id, present: Seen::new(seen_at, GroupState { slug, name, parent, gone_at }) }
    }
}

impl From<GroupDocument> for Group {
    fn from(document: GroupDocument) -> Self {
        let GroupDocument { id, present: Seen { at, value } } = document;
        let GroupState { slug, name, parent, gone_at } = value;
        Self { id, slug, name, parent, gone_at, seen_at: at }
    }
}

/// An account's membership in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MembershipDocument {
    group: VendorId,
    account: VendorId,
    gone_at: Seen<Option<Timestamp>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Seen<String>>,
}

impl MembershipDocument {
    pub(crate) fn ids(&self) -> (&VendorId, &VendorId) {
        (&self.group, &self.account)
    }

    pub(crate) fn join(&mut self, other: Self) {
        join(&mut self.gone_at, other.gone_at);
        join(&mut self.role, other.role);
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        self.gone_at.value.is_some() == other.gone_at.value.is_some()
            && value(self.role.as_ref()) == value(other.role.as_ref())
    }
}

impl From<Membership> for MembershipDocument {
    fn from(fact: Membership) -> Self {
        let Membership { group, account, role, gone_at, seen_at } = fact;
        let role = role.map(|role| Seen::new(seen_at, role));
        Self { group, account, gone_at: Seen::new(seen_at, gone_at), role }
    }
}

impl From<MembershipDocument> for Membership {
    fn from(document: MembershipDocument) -> Self {
        let MembershipDocument { group, account, gone_at: Seen { at, value }, role } = document;
        Self { group, account, role: role.map(|role| role.value), gone_at: value, seen_at: at }
    }
}
