//! Lets evidence join accounts, strongest rung first, without touching what admins decided.

use crate::{
    clues::{Clue, Rung, Sighting},
    forest::Forest,
    roster::{Entry, Roster, Standing},
};
use std::collections::{BTreeMap, BTreeSet};

/// What a set of accounts holds.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// A member that was there before.
    member: bool,
    /// An account that an admin placed.
    decided: bool,
}

/// Joins until nothing more follows.
///
/// Several rounds, as an address that several accounts of one vendor share comes to count once they are known to be one
/// person's. At the end every clue has either joined or is refused, and stays refused: that is why a run on its own
/// output changes nothing. Nodes from the roster's length on are the members.
pub(crate) fn join_by_evidence(forest: &mut Forest, nodes: usize, roster: &Roster<'_>, clues: &[Clue]) {
    let rungs = Rung::ALL.map(|rung| clues.iter().filter(|clue| clue.rung() == Some(rung)).collect::<Vec<_>>());
    loop {
        let mut joined = false;
        for clues in &rungs {
            // What needs no decided account comes first: it decides by itself.
            for by_decided in [false, true] {
                let marks = marks(forest, nodes, roster);
                let groups: Vec<_> = clues
                    .iter()
                    .filter(|clue| people(clue, roster).any(|(_, entry)| entry.is_confirmed()) == by_decided)
                    .filter_map(|clue| group(clue, forest, roster, &marks))
                    .collect();
                joined |= unite(forest, &groups, &marks, by_decided);
            }
        }
        if !joined {
            return;
        }
    }
}

/// Whether the accounts of one vendor that show a mailbox are different people, by their names: then it is a shared
/// mailbox, or a robot's, and proves nothing. An account without a name may be anybody's.
pub(crate) fn is_shared_mailbox(clue: &Clue, roster: &Roster<'_>, home: &mut impl FnMut(usize) -> usize) -> bool {
    if clue.mailbox().is_none() {
        return false;
    }
    let sighted: Vec<_> = people(clue, roster).collect();
    sighted.chunk_by(|one, other| one.1.id.provider == other.1.id.provider).any(|of_vendor| {
        let homes: BTreeSet<_> = of_vendor.iter().map(|(sighting, _)| home(sighting.who)).collect();
        let names: BTreeSet<_> = of_vendor.iter().map(|(_, entry)| &entry.comparable_name).collect();
        homes.len() > 1 && (names.len() > 1 || names.contains(&None))
    })
}

/// The people's accounts of a clue, sorted by id.
pub(crate) fn people<'a, 'b>(
    clue: &'a Clue,
    roster: &'a Roster<'b>,
) -> impl Iterator<Item = (Sighting, &'a Entry<'b>)> {
    let sighted = clue.sightings.iter().filter_map(|sighting| Some((*sighting, roster.get(sighting.who)?)));
    sighted.filter(|(_, entry)| entry.is_person())
}

fn marks(forest: &mut Forest, nodes: usize, roster: &Roster<'_>) -> Vec<Mark> {
    let mut marks = vec![Mark::default(); nodes];
    for node in 0..nodes {
        let root = forest.root(node);
        if let Some(mark) = marks.get_mut(root) {
            mark.member |= node >= roster.len();
            mark.decided |= roster.get(node).is_some_and(|entry| entry.ruling.is_some());
        }
    }
    marks
}

/// The sets that a clue joins; none where it joins nothing, or may not.
fn group(clue: &Clue, forest: &mut Forest, roster: &Roster<'_>, marks: &[Mark]) -> Option<Vec<usize>> {
    let (mut sets, mut of_confirmed) = (BTreeSet::new(), BTreeSet::new());
    for Sighting { who, .. } in &clue.sightings {
        let entry = roster.get(*who)?;
        // One person's address that an admin says is two people's proves nothing of a third.
        if entry.is_split() {
            return None;
        }
        if matches!(entry.standing, Standing::Person | Standing::Ghost) {
            let root = forest.root(*who);
            sets.insert(root);
            if entry.is_confirmed() {
                of_confirmed.insert(root);
            }
        }
    }
    if sets.len() < 2 || is_shared_mailbox(clue, roster, &mut |who| forest.root(who)) {
        return None;
    }
    // An admin placed the account while the other member was there, and did not place it there.
    let is_member = |root: &usize| marks.get(*root).is_some_and(|mark| mark.member);
    let against = !of_confirmed.is_empty() && sets.iter().filter(|root| is_member(root)).count() > 1;
    (!against).then(|| sets.into_iter().collect())
}

/// Joins each group, but for those that would in the end, together, join what may not be joined: no order among them
/// is better than another, so that then none of them joins anything.
fn unite(forest: &mut Forest, groups: &[Vec<usize>], marks: &[Mark], by_decided: bool) -> bool {
    let mut trial: Forest = Forest::new(marks.len());
    let pairs =
        |group: &[usize]| -> Vec<(usize, usize)> { group.iter().copied().zip(group.iter().copied().skip(1)).collect() };
    for (one, other) in groups.iter().flat_map(|group| pairs(group)) {
        trial.join(one, other);
    }
    let mut fixed: BTreeMap<usize, u32> = BTreeMap::new();
    for root in groups.iter().flatten().copied().collect::<BTreeSet<_>>() {
        if marks.get(root).is_some_and(|mark| if by_decided { mark.member } else { mark.decided }) {
            *fixed.entry(trial.root(root)).or_default() += 1;
        }
    }
    let mut joined = false;
    for group in groups {
        let Some(first) = group.first() else { continue };
        if fixed.get(&trial.root(*first)).is_none_or(|fixed| *fixed < 2) {
            for (one, other) in pairs(group) {
                joined |= forest.join(one, other);
            }
        }
    }
    joined
}
