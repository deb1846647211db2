//! Which member a member id stands for.

use crate::{
    assignment::Member,
    forest::Forest,
    input::{Decided, Decision},
};
use jiff::Timestamp;
use plumbline_domain::MemberId;
use std::collections::{BTreeMap, BTreeSet};

/// Former members and whom they stand for, with the decisions to merge applied.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    /// No alias of an alias: when one of them becomes a member again, the others stay where they are.
    into: BTreeMap<MemberId, MemberId>,
    /// Ids that an admin merged into another: evidence does not move those.
    decided: BTreeSet<MemberId>,
    /// When a decision to merge first named an id.
    named: BTreeMap<MemberId, Timestamp>,
}

impl Aliases {
    /// From stored members and all decisions.
    pub(crate) fn of(members: &[Member], decisions: &[Decided]) -> Self {
        let merges = Merges::of(decisions);
        let stored: Vec<_> =
            members.iter().filter_map(|member| Some((&member.id, member.merged_into.as_ref()?))).collect();
        let mut aliases = Self::default();
        for (at, from, into) in &merges.in_order {
            aliases.decided.insert((*from).clone());
            for id in [from, into] {
                aliases.named.entry((*id).clone()).or_insert(*at);
            }
        }
        let present: BTreeSet<_> =
            members.iter().filter(|member| member.merged_into.is_none()).map(|member| &member.id).collect();
        for same in classes(stored.into_iter().chain(merges.in_order.iter().map(|(_, from, into)| (*from, *into)))) {
            // Who is there now bears the name, under the id that admins chose for it; where they joined several, one
            // that they chose.
            let chosen = same.iter().filter(|id| present.contains(*id)).map(|id| merges.root(id));
            let best = chosen.min_by_key(|id| (!merges.is_named(id), *id));
            let named = || same.iter().copied().filter(|id| merges.is_named(id)).map(|id| merges.root(id)).min();
            let Some(root) = best.or_else(named).or_else(|| same.first().copied()) else { continue };
            let others = same.iter().filter(|id| **id != root);
            aliases.into.extend(others.map(|id| ((*id).clone(), root.clone())));
        }
        aliases
    }

    /// Whom an id stands for; itself where it is nobody's alias.
    pub(crate) fn root(&self, id: &MemberId) -> MemberId {
        self.into.get(id).unwrap_or(id).clone()
    }

    pub(crate) fn has(&self, id: &MemberId) -> bool {
        self.into.contains_key(id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &MemberId> {
        self.into.keys()
    }

    /// Whether an admin merged it.
    pub(crate) fn is_decided(&self, id: &MemberId) -> bool {
        self.decided.contains(id)
    }

    /// When a decision to merge first named it.
    pub(crate) fn named_at(&self, id: &MemberId) -> Option<Timestamp> {
        self.named.get(id).copied()
    }

    /// Makes an alias a member again.
    pub(crate) fn revive(&mut self, id: &MemberId) {
        self.into.remove(id);
    }
}

/// The decisions to merge by themselves, replayed in the order of their time.
#[derive(Debug, Default)]
struct Merges<'a> {
    in_order: Vec<(Timestamp, &'a MemberId, &'a MemberId)>,
    into: BTreeMap<&'a MemberId, &'a MemberId>,
    named: BTreeSet<&'a MemberId>,
}

impl<'a> Merges<'a> {
    fn of(decisions: &'a [Decided]) -> Self {
        let merges = decisions.iter().filter_map(|Decided { at, decision }| match decision {
            Decision::Merge { from, into } => Some((*at, from, into)),
            _ => None,
        });
        let mut in_order: Vec<_> = merges.collect();
        in_order.sort_unstable();
        let named = in_order.iter().flat_map(|(_, from, into)| [*from, *into]).collect();
        let mut merges = Self { in_order, into: BTreeMap::new(), named };
        for (_, from, into) in merges.in_order.clone() {
            let (old, new) = (merges.root(from), merges.root(into));
            if old != new {
                merges.into.insert(old, new);
            } else if old == from && old != into {
                // They are one already, but under the id that is not to stay.
                merges.into.remove(into);
                merges.into.insert(old, into);
            }
        }
        merges
    }

    fn root(&self, id: &'a MemberId) -> &'a MemberId {
        let mut at = id;
        while let Some(next) = self.into.get(at) {
            at = next;
        }
        at
    }

    fn is_named(&self, id: &MemberId) -> bool {
        self.named.contains(id)
    }
}

/// The ids that are the same by these pairs, each class sorted.
fn classes<'a>(pairs: impl Iterator<Item = (&'a MemberId, &'a MemberId)>) -> Vec<Vec<&'a MemberId>> {
    let pairs: Vec<_> = pairs.collect();
    let ids: BTreeSet<_> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
    let place: BTreeMap<_, _> = ids.iter().copied().zip(0..).collect();
    let mut forest = Forest::new(ids.len());
    for (one, other) in &pairs {
        if let (Some(one), Some(other)) = (place.get(*one), place.get(*other)) {
            forest.join(*one, *other);
        }
    }
    let mut classes: BTreeMap<usize, Vec<&MemberId>> = BTreeMap::new();
    for (id, node) in &place {
        classes.entry(forest.root(*node)).or_default().push(id);
    }
    classes.into_values().collect()
}
