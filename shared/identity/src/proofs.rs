//! Which evidence each link shows.

use crate::{
    clues::Clue,
    evidence::Evidence,
    joining::is_shared_mailbox,
    roster::{Entry, Roster},
};
use std::collections::BTreeMap;

/// The strongest evidence of each account that joins it to another of its set. `homes` is the set of each account.
pub(crate) fn strongest(roster: &Roster<'_>, clues: &[Clue], homes: &[usize]) -> Vec<Option<Evidence>> {
    let mut best: Vec<Option<Evidence>> = vec![None; homes.len()];
    let mut home = |who: usize| homes.get(who).copied().unwrap_or(who);
    for clue in clues.iter().filter(|clue| clue.rung().is_some()) {
        let is_split = |who| roster.get(who).is_some_and(Entry::is_split);
        let disputed = clue.sightings.iter().any(|sighting| is_split(sighting.who));
        if disputed || is_shared_mailbox(clue, roster, &mut home) {
            continue;
        }
        let mut sets: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for sighting in &clue.sightings {
            sets.entry(home(sighting.who)).or_default().push(*sighting);
        }
        for mut set in sets.into_values() {
            // The one on commits is the proof; any other only agrees with it.
            set.sort_unstable_by_key(|sighting| (sighting.origin, sighting.who));
            for one in &set {
                let Some(other) = set.iter().find(|other| other.who != one.who) else { continue };
                let Some(with) = roster.get(other.who) else { continue };
                let found = clue.evidence(one.origin, other.origin, with.id.clone());
                if let (Some(found), Some(slot)) = (found, best.get_mut(one.who))
                    && slot.as_ref().is_none_or(|held| found.confidence() > held.confidence())
                {
                    *slot = Some(found);
                }
            }
        }
    }
    best
}

/// What a link shows: what it showed before, unless something stronger came up or the account now stands alone.
/// Evidence that is no longer there was there once.
pub(crate) fn settled(alone: bool, stored: Option<&Evidence>, found: Option<Evidence>) -> Evidence {
    let stored = stored.filter(|stored| !matches!(stored, Evidence::Own) && !stored.is_manual());
    match (stored, found) {
        _ if alone => Evidence::Own,
        (Some(stored), Some(found)) if found.confidence() > stored.confidence() => found,
        (Some(stored), _) => stored.clone(),
        (None, found) => found.unwrap_or(Evidence::Own),
    }
}
