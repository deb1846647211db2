//! What a new assignment changes: what to write, and what to say in the audit log.

use crate::assignment::Member;
use plumbline_domain::{MemberId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An account that is now another member's, or nobody's, or was nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Which account.
    pub account: VendorId,
    /// Whose it was.
    pub from: Option<MemberId>,
    /// Whose it is.
    pub to: Option<MemberId>,
}

/// A member id that became an alias, or the alias of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The alias.
    pub from: MemberId,
    /// Whom it stands for.
    pub into: MemberId,
}

/// The difference between two lists of members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Members that are new.
    pub added: Vec<MemberId>,
    /// Members that were there and differ in anything: a name, an account, the evidence of a link.
    pub changed: Vec<MemberId>,
    /// Members that are no longer there. [`crate::assign`] never drops one; an erasure does.
    pub removed: Vec<MemberId>,
    /// Ids that became aliases.
    pub merged: Vec<Merged>,
    /// Accounts that changed hands.
    pub moved: Vec<Moved>,
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares two lists of members, each in any order. The answer is sorted by id.
pub fn changes(old: &[Member], new: &[Member]) -> Changes {
    let by_id = |members| -> BTreeMap<_, _> { <[Member]>::iter(members).map(|member| (&member.id, member)).collect() };
    let (before, after) = (by_id(old), by_id(new));
    let mut found = Changes::default();
    for (id, member) in &after {
        let former = before.get(id);
        match former {
            None => found.added.push((*id).clone()),
            Some(former) if former != member => found.changed.push((*id).clone()),
            Some(_) => {}
        }
        if let Some(into) = &member.merged_into
            && former.is_none_or(|former| former.merged_into.as_ref() != Some(into))
        {
            found.merged.push(Merged { from: (*id).clone(), into: into.clone() });
        }
    }
    found.removed = before.keys().filter(|id| !after.contains_key(*id)).map(|id| (*id).clone()).collect();
    let (had, has) = (holders(old), holders(new));
    let accounts: BTreeSet<_> = had.keys().chain(has.keys()).copied().collect();
    for account in accounts {
        let (from, to) = (had.get(account).copied(), has.get(account).copied());
        if from != to {
            found.moved.push(Moved { account: account.clone(), from: from.cloned(), to: to.cloned() });
        }
    }
    found
}

fn holders(members: &[Member]) -> BTreeMap<&VendorId, &MemberId> {
    let links = members.iter().flat_map(|member| member.accounts.iter().map(move |link| (&link.account, &member.id)));
    links.collect()
}
