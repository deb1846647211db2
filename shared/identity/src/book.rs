//! The members: what the sets of people are called, and what became of ids that no set bears any more.

use crate::{
    assignment::Member,
    input::Input,
    placing::{Placing, derived},
    review::{Named, Sets},
    roster::{Roster, Ruling},
};
use plumbline_domain::{MemberId, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of members before any evidence.
pub(crate) struct Book<'a> {
    pub(crate) stored: BTreeMap<&'a MemberId, Past<'a>>,
    /// Every id that is not an alias: stored ones, and those that only a decision names.
    pub(crate) present: BTreeSet<MemberId>,
    /// The number of this run.
    run: u32,
}

#[derive(Default)]
pub(crate) struct Past<'a> {
    created: u32,
    pub(crate) name: Option<&'a String>,
    follows: Option<&'a VendorId>,
}

impl<'a> Book<'a> {
    pub(crate) fn of(input: &Input<'a>, placing: &Placing, run: u32) -> Self {
        let mut stored: BTreeMap<&MemberId, Past<'a>> = BTreeMap::new();
        for member in input.members {
            let past = Past { created: member.created, name: member.name.as_ref(), follows: member.follows.as_ref() };
            let held = stored.entry(&member.id).or_insert(Past { ..past });
            held.created = held.created.min(past.created);
            held.name = held.name.max(past.name);
            held.follows = held.follows.max(past.follows);
        }
        let roots = placing.aliases.ids().map(|id| placing.aliases.root(id));
        let known = stored.keys().map(|id| (*id).clone()).chain(roots).chain(placing.homes.iter().flatten().cloned());
        let present = known.filter(|id| !placing.aliases.has(id)).collect();
        Self { stored, present, run }
    }

    fn created(&self, id: &MemberId) -> u32 {
        self.stored.get(id).map_or(self.run, |past| past.created)
    }

    /// The member of each set of people: the oldest that was there, or a new one.
    pub(crate) fn name_sets(
        &self,
        roster: &Roster<'_>,
        people: &BTreeMap<usize, Vec<usize>>,
        former: &BTreeMap<usize, Vec<&MemberId>>,
    ) -> BTreeMap<usize, Named> {
        let oldest = |ids: &Vec<&MemberId>| ids.iter().map(|id| (self.created(id), (*id).clone())).min();
        let empty: BTreeSet<_> = former
            .iter()
            .filter(|(home, _)| !people.contains_key(home))
            .flat_map(|(_, ids)| ids.iter().copied())
            .collect();
        let named = people.iter().filter_map(|(home, accounts)| {
            let (created, id) = former.get(home).and_then(oldest).or_else(|| {
                let first = roster.get(*accounts.first()?)?;
                // Its own id, unless that went to others: a bot's that was a person's before may be there, empty.
                let mut ids = (0..=u32::MAX).map(|turn| derived(&first.id, turn));
                let id =
                    ids.find(|id| empty.contains(id) || !(self.present.contains(id) || self.stored.contains_key(id)))?;
                Some((self.created(&id), id))
            })?;
            Some((*home, Named { id, created, accounts: accounts.len() }))
        });
        named.collect()
    }
}

/// The number of a run that begins with these members.
pub(crate) fn run_after<'a>(members: impl IntoIterator<Item = &'a Member>) -> u32 {
    members.into_iter().map(|member| member.created.saturating_add(1)).max().unwrap_or_default()
}

/// Members that no set of people bears the id of any more: aliases, or empty.
pub(crate) struct Gone<'a> {
    pub(crate) roster: &'a Roster<'a>,
    pub(crate) placing: &'a Placing,
    pub(crate) book: &'a Book<'a>,
    pub(crate) sets: &'a Sets<'a>,
}

/// Whom an id stands for now, and by which account.
#[derive(Clone)]
struct Heir<'a> {
    member: &'a MemberId,
    account: &'a VendorId,
}

impl<'a> Gone<'a> {
    pub(crate) fn members(&self) -> BTreeMap<MemberId, Member> {
        let live: BTreeSet<_> = self.sets.members.values().map(|named| &named.id).collect();
        let aliases = self.placing.aliases.ids();
        let ids: BTreeSet<_> =
            self.book.present.iter().chain(aliases).chain(self.book.stored.keys().copied()).collect();
        let gone: Vec<_> = ids.into_iter().filter(|id| !live.contains(id)).collect();
        if gone.is_empty() {
            return BTreeMap::new();
        }
        let (mut heirs, pinned) = (self.heirs(), self.pinned());
        heirs.retain(|id, _| !live.contains(id));
        let member = |id: &MemberId| {
            let past = self.book.stored.get(id);
            let is_alias = self.placing.aliases.has(id);
            let followed = past.and_then(|past| past.follows).filter(|_| is_alias);
            let heir = if is_alias {
                followed.filter(|_| !pinned.contains(id)).and_then(|account| self.heir(account))
            } else {
                heirs.get(id).cloned()
            };
            let root = self.placing.aliases.root(id);
            let rooted = heirs.get(&root).map_or(&root, |heir| heir.member);
            let into = heir.as_ref().map_or(rooted, |heir| heir.member);
            let merged_into = Some(into).filter(|into| *into != id).cloned();
            let name = past.and_then(|past| past.name.cloned()).filter(|_| merged_into.is_none());
            let follows = heir.map(|heir| heir.account).or(followed).cloned();
            Member { id: id.clone(), created: self.book.created(id), name, accounts: Vec::new(), merged_into, follows }
        };
        gone.into_iter().map(|id| (id.clone(), member(id))).collect()
    }

    fn heir(&self, account: &'a VendorId) -> Option<Heir<'a>> {
        let named = self.sets.members.get(&self.sets.home(self.roster.find(account)?))?;
        Some(Heir { member: &named.id, account })
    }

    /// For each member that was there and is not by its own id any more, the account that it was made for, or its
    /// first: of those that it started this run with, or, where decisions took all of them, of those it was stored with.
    fn heirs(&self) -> BTreeMap<MemberId, Heir<'a>> {
        let mut best: BTreeMap<MemberId, ((bool, bool, usize), Heir<'a>)> = BTreeMap::new();
        for ((who, entry), home) in self.roster.iter().zip(&self.placing.homes) {
            let Some(heir) = self.heir(&entry.id).filter(|_| entry.is_person()) else { continue };
            let stored = entry.stored.map(|stored| self.placing.aliases.root(stored.member));
            for (is_former, member) in [(false, home.clone()), (true, stored)] {
                let Some(member) = member.filter(|member| member != heir.member) else { continue };
                let rank = (is_former, derived(&entry.id, 0) != member, who);
                if best.get(&member).is_none_or(|(held, _)| rank < *held) {
                    best.insert(member, (rank, heir.clone()));
                }
            }
        }
        best.into_iter().map(|(member, (_, heir))| (member, heir)).collect()
    }

    /// Ids that a decision which stands names: they go on standing for whom they stood for then.
    fn pinned(&self) -> BTreeSet<&MemberId> {
        let confirmed = self.roster.iter().filter_map(|(_, entry)| match &entry.ruling {
            Some(Ruling::Confirm { member, .. }) => Some(member),
            _ => None,
        });
        let merged = self.book.stored.keys().copied().filter(|id| self.placing.aliases.named_at(id).is_some());
        confirmed.chain(merged).collect()
    }
}
