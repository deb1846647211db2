//! What the ladder gives: members with their accounts, and what needs a person's look.

use crate::evidence::{Confidence, Evidence};
use plumbline_domain::{MemberId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An account of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Which one.
    pub account: VendorId,
    /// What proves it.
    pub evidence: Evidence,
    /// How sure that is.
    pub confidence: Confidence,
    /// Whether an admin decided it: no sync changes that.
    pub manual: bool,
}

impl Link {
    pub(crate) fn new(account: VendorId, evidence: Evidence) -> Self {
        let (confidence, manual) = (evidence.confidence(), evidence.is_manual());
        Self { account, evidence, confidence, manual }
    }
}

/// A person, or the alias that a former person's id has become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Never changes, and is never given to somebody else.
    pub id: MemberId,
    /// Which run made it, counted from 0. The smaller one is the older member, and among equals the smaller id.
    pub created: u32,
    /// The best of its accounts' display names; an alias has none.
    pub name: Option<String>,
    /// Its accounts, sorted by id. None: an alias, or a member all of whose accounts went elsewhere.
    pub accounts: Vec<Link>,
    /// Whom the id stands for now. Never another alias.
    pub merged_into: Option<MemberId>,
    /// One of the accounts that an alias had: where that one goes by a later decision, the alias goes with it. None for
    /// what an admin merged, and for a member.
    pub follows: Option<VendorId>,
}

/// A member that an account may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Who.
    pub member: MemberId,
    /// The best that speaks for it.
    pub evidence: Evidence,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What the reviewer should know besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// More than one member fits.
    Ambiguous,
    /// An address is shared by accounts of one vendor that have different names: it proves nothing.
    SharedAddress,
    /// Evidence that would link by itself, but it goes through an account that an admin placed, or would join members
    /// that admins filled: it takes another decision.
    AgainstDecision,
    /// An admin placed the account with a person, but its vendor types it as something else.
    NotTypedAsPerson,
    /// More members fit than are listed.
    MoreFit,
}

/// An entry of the review queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which account.
    pub account: VendorId,
    /// The members that fit, the likeliest first; at most ten.
    pub proposals: Vec<Proposal>,
    /// What else there is to know.
    pub notes: BTreeSet<Note>,
}

/// Who is who.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// All members, sorted by id. A member once made is always among them.
    pub members: Vec<Member>,
    /// What needs a look, sorted by account. Where two unmatched accounts fit each other, both have an entry.
    pub review: Vec<Candidate>,
    /// People's accounts that are shown now, stand alone in their member, and were not placed by an admin.
    pub unmatched: Vec<VendorId>,
    /// Accounts of bots and apps, and those that an admin called nobody's.
    pub not_people: Vec<VendorId>,
}

impl Assignment {
    /// Whose account it is. Looks through all members: for many accounts use [`Assignment::people`].
    pub fn person_of(&self, account: &VendorId) -> Option<&MemberId> {
        member_of_account(&self.members, account)
    }

    /// The member behind each account.
    pub fn people(&self) -> BTreeMap<&VendorId, &MemberId> {
        let links = self.members.iter().flat_map(|member| member.accounts.iter().map(move |link| (link, member)));
        links.map(|(link, member)| (&link.account, &member.id)).collect()
    }

    /// The member that an id stands for now, an alias included. Members are sorted by id.
    pub fn resolve(&self, id: &MemberId) -> Option<&Member> {
        let find = |id: &MemberId| self.members.binary_search_by(|member| member.id.cmp(id)).ok();
        let member = self.members.get(find(id)?)?;
        match &member.merged_into {
            Some(into) => self.members.get(find(into)?),
            None => Some(member),
        }
    }
}

/// Whose account it is, among stored members.
pub fn member_of_account<'a>(members: &'a [Member], account: &VendorId) -> Option<&'a MemberId> {
    let holder = members.iter().find(|member| member.accounts.iter().any(|link| link.account == *account));
    holder.map(|member| &member.id)
}
