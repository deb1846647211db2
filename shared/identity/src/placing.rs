//! Where accounts start from before any evidence: the stored member, or the one that an admin decided.

use crate::{
    aliases::Aliases,
    evidence::Evidence,
    input::Input,
    roster::{Entry, Roster, Ruling},
};
use jiff::Timestamp;
use plumbline_domain::{MemberId, VendorId};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The id of the member that is made for an account. `turn` counts up from 0 where earlier ones are somebody else's by
/// now. It follows from the account alone, so that two runs at the same time make the same member.
pub(crate) fn derived(account: &VendorId, turn: u32) -> MemberId {
    // `#` is in no vendor's id.
    let text = if turn == 0 { account.to_string() } else { format!("{account}#{turn}") };
    let digest = Sha256::digest(text.as_bytes());
    MemberId::from_digest(digest.iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte)))
}

/// The start.
#[derive(Debug)]
pub(crate) struct Placing {
    /// The member of each account of the roster.
    pub(crate) homes: Vec<Option<MemberId>>,
    pub(crate) aliases: Aliases,
}

impl Placing {
    pub(crate) fn of(roster: &Roster<'_>, input: &Input<'_>) -> Self {
        let mut aliases = Aliases::of(input.members, input.decisions);
        let mut homes = vec![None; roster.len()];
        let mut splits = Vec::new();
        // How many stay in a member by an earlier run alone.
        let mut stayed: BTreeMap<MemberId, u32> = BTreeMap::new();
        for (slot, (who, entry)) in homes.iter_mut().zip(roster.iter()) {
            if !entry.is_person() || entry.is_confirmed() {
                continue;
            }
            match &entry.ruling {
                Some(Ruling::Split { at }) if !is_split_already(entry, *at) => splits.push((who, entry, *at)),
                _ => {
                    let home = entry.stored.map(|stored| aliases.root(stored.member));
                    if let Some(home) = &home {
                        *stayed.entry(home.clone()).or_default() += 1;
                    }
                    *slot = home;
                }
            }
        }
        let confirmed = Confirmed::of(roster);
        for (who, home) in own_members(&splits, &confirmed, &mut stayed, &mut aliases) {
            if let Some(slot) = homes.get_mut(who) {
                *slot = Some(home);
            }
        }
        for (slot, (_, entry)) in homes.iter_mut().zip(roster.iter()) {
            if let Some(Ruling::Confirm { member, .. }) = &entry.ruling {
                *slot = Some(aliases.root(member));
            }
        }
        Self { homes, aliases }
    }
}

/// The decision was carried out by an earlier run: whoever joined the account since then did so rightly.
fn is_split_already(entry: &Entry<'_>, at: Timestamp) -> bool {
    entry.stored.is_some_and(|stored| stored.link.evidence == Evidence::SplitOff { at })
}

/// When each member was first named by a confirmation that stands.
struct Confirmed(BTreeMap<MemberId, Timestamp>);

impl Confirmed {
    fn of(roster: &Roster<'_>) -> Self {
        let mut named: BTreeMap<MemberId, Timestamp> = BTreeMap::new();
        for (_, entry) in roster.iter() {
            if let Some(Ruling::Confirm { member, at }) = &entry.ruling {
                let first = named.entry(member.clone()).or_insert(*at);
                *first = (*first).min(*at);
            }
        }
        Self(named)
    }
}

/// A member for each account that was split off just now.
///
/// Its derived id where that is free: never made, empty, or an alias that evidence or a confirmation made, which
/// the split undoes. What a decision had named before the split belongs to that decision.
fn own_members(
    splits: &[(usize, &Entry<'_>, Timestamp)],
    confirmed: &Confirmed,
    stayed: &mut BTreeMap<MemberId, u32>,
    aliases: &mut Aliases,
) -> Vec<(usize, MemberId)> {
    let mut leavers: BTreeMap<MemberId, u32> = BTreeMap::new();
    for (_, entry, _) in splits {
        if let Some(stored) = entry.stored {
            *leavers.entry(aliases.root(stored.member)).or_default() += 1;
        }
    }
    let others: Vec<_> = confirmed.0.keys().map(|id| aliases.root(id)).collect();
    let mut made = Vec::with_capacity(splits.len());
    for (who, entry, at) in splits {
        let present = entry.stored.map(|stored| aliases.root(stored.member));
        let alone = present
            .filter(|home| leavers.get(home) == Some(&1) && !stayed.contains_key(home) && !others.contains(home));
        let home = alone.unwrap_or_else(|| {
            let named_before = |id: &MemberId| {
                let named = [confirmed.0.get(id).copied(), aliases.named_at(id)];
                named.into_iter().flatten().any(|named| named <= *at)
            };
            let ids = (0..=u32::MAX).map(|turn| derived(&entry.id, turn));
            let mut free = ids.filter(|id| !stayed.contains_key(id) && !named_before(id));
            free.next().unwrap_or_else(|| derived(&entry.id, 0))
        });
        if !aliases.is_decided(&home) {
            aliases.revive(&home);
        }
        let home = aliases.root(&home);
        *stayed.entry(home.clone()).or_default() += 1;
        made.push((*who, home));
    }
    made
}
