//! The review queue: what the accounts have in common that did not join them.
//!
//! Read off the finished sets and not gathered on the way, so that it says the same whether the sets were found just
//! now or long ago.

use crate::{
    assignment::{Candidate, Note, Proposal},
    clues::{Clue, Common, Sighting},
    joining::is_shared_mailbox,
    roster::{Entry, Roster, Standing},
};
use plumbline_domain::{ActorKind, MemberId, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// An address or a name that more people share says nothing of any of them, and a reader cannot choose among so many.
const MOST_PROPOSALS: usize = 10;

/// The finished sets.
pub(crate) struct Sets<'a> {
    /// The set of each account of the roster.
    pub(crate) homes: &'a [usize],
    /// The member of each set of people.
    pub(crate) members: &'a BTreeMap<usize, Named>,
}

/// A set's member.
pub(crate) struct Named {
    pub(crate) id: MemberId,
    pub(crate) created: u32,
    /// How many accounts of people are in it.
    pub(crate) accounts: usize,
}

impl Sets<'_> {
    pub(crate) fn home(&self, who: usize) -> usize {
        self.homes.get(who).copied().unwrap_or(who)
    }

    /// Whether the account stands alone and nobody decided that it should.
    pub(crate) fn is_open(&self, who: usize, entry: &Entry<'_>) -> bool {
        let alone = self.members.get(&self.home(who)).is_some_and(|named| named.accounts == 1);
        entry.is_person() && entry.ruling.is_none() && alone
    }
}

#[derive(Default)]
struct Draft {
    proposals: Vec<(Proposal, u32)>,
    notes: BTreeSet<Note>,
}

/// The queue, sorted by account.
pub(crate) fn review(roster: &Roster<'_>, clues: &[Clue], sets: &Sets<'_>) -> Vec<Candidate> {
    let mut drafts: BTreeMap<usize, Draft> = BTreeMap::new();
    for clue in clues {
        propose(clue, roster, sets, &mut drafts);
    }
    for (who, entry) in roster.people() {
        let kinds: BTreeSet<_> = entry.views.iter().map(|view| view.kind).collect();
        if entry.ruling.is_some() && !kinds.is_empty() && kinds != BTreeSet::from([ActorKind::User]) {
            drafts.entry(who).or_default().notes.insert(Note::NotTypedAsPerson);
        }
    }
    drafts.into_iter().filter_map(|(who, draft)| Some(candidate(roster.get(who)?.id.clone(), draft))).collect()
}

/// The best that a set shows of a clue.
struct Carrier<'a> {
    sighting: Sighting,
    with: &'a VendorId,
    named: &'a Named,
    set: usize,
}

/// Who gets an entry: each account that stands alone, for evidence that would link also each that an admin placed, and
/// where two members of several accounts each have something in common, the first such account of the younger.
fn propose(clue: &Clue, roster: &Roster<'_>, sets: &Sets<'_>, drafts: &mut BTreeMap<usize, Draft>) {
    let carriers = carriers(clue, roster, sets);
    let is_shared = is_shared_mailbox(clue, roster, &mut |who| sets.home(who));
    let would_link = clue.rung().is_some() && !is_shared;
    let sighted = clue.sightings.iter().filter_map(|sighting| Some((*sighting, roster.get(sighting.who)?)));
    // Sets of which an account has an entry of its own, or an admin's word.
    let spoken_for: BTreeSet<_> = sighted
        .clone()
        .filter(|(sighting, entry)| entry.ruling.is_some() || sets.is_open(sighting.who, entry))
        .map(|(sighting, _)| sets.home(sighting.who))
        .collect();
    for (sighting, entry) in sighted {
        let decided = entry.ruling.is_some() || entry.standing == Standing::Refused;
        let open = sets.is_open(sighting.who, entry);
        if !entry.counts() || (decided && !would_link) {
            continue;
        }
        let own = sets.home(sighting.who);
        let speaks = carriers.iter().any(|carrier| carrier.set == own && carrier.sighting.who == sighting.who);
        let place = sets.members.get(&own).map(|named| (named.created, &named.id));
        let fits = |carrier: &&Carrier<'_>| {
            let older = place.is_some_and(|place| (carrier.named.created, &carrier.named.id) < place);
            carrier.set != own && (open || decided || (speaks && older && !spoken_for.contains(&carrier.set)))
        };
        for (rank, carrier) in carriers.iter().filter(fits).enumerate() {
            let Some(evidence) = evidence(clue, is_shared, sighting, carrier) else { continue };
            let draft = drafts.entry(sighting.who).or_default();
            if rank >= MOST_PROPOSALS {
                draft.notes.insert(Note::MoreFit);
                break;
            }
            draft.notes.extend(is_shared.then_some(Note::SharedAddress));
            draft.notes.extend(would_link.then_some(Note::AgainstDecision));
            let proposal = Proposal { member: carrier.named.id.clone(), confidence: evidence.confidence(), evidence };
            draft.proposals.push((proposal, carrier.named.created));
        }
    }
}

/// One for each set of people, those that say most first: one more than can be proposed, so that it shows that there
/// are more.
fn carriers<'a>(clue: &Clue, roster: &'a Roster<'_>, sets: &Sets<'a>) -> Vec<Carrier<'a>> {
    let mut best: BTreeMap<usize, Sighting> = BTreeMap::new();
    for sighting in &clue.sightings {
        let rank = |sighting: &Sighting| (sighting.origin, sighting.who);
        if roster.get(sighting.who).is_some_and(Entry::is_person) {
            let held = best.entry(sets.home(sighting.who)).or_insert(*sighting);
            if rank(sighting) < rank(held) {
                *held = *sighting;
            }
        }
    }
    let found = best.into_iter().filter_map(|(set, sighting)| {
        let with = &roster.get(sighting.who)?.id;
        Some(Carrier { sighting, with, named: sets.members.get(&set)?, set })
    });
    let mut carriers: Vec<_> = found.collect();
    carriers.sort_unstable_by_key(|carrier| (carrier.sighting.origin, carrier.named.created, &carrier.named.id));
    // Its own is among them, and one more.
    carriers.truncate(MOST_PROPOSALS + 2);
    carriers
}

fn evidence(clue: &Clue, is_shared: bool, one: Sighting, carrier: &Carrier<'_>) -> Option<crate::evidence::Evidence> {
    let with = carrier.with.clone();
    match clue.mailbox() {
        Some(address) if is_shared => {
            let unproven = Clue { common: Common::UnprovenEmail(address.to_owned()), sightings: Vec::new() };
            unproven.evidence(one.origin, carrier.sighting.origin, with)
        }
        _ => clue.evidence(one.origin, carrier.sighting.origin, with),
    }
}

/// The best proposal for each member, the likeliest member first; among equals the older.
fn candidate(account: VendorId, draft: Draft) -> Candidate {
    let Draft { mut proposals, mut notes } = draft;
    proposals.sort_by(|(one, one_created), (other, other_created)| {
        let rank = |proposal: &Proposal, created| (std::cmp::Reverse(proposal.confidence), created);
        rank(one, *one_created)
            .cmp(&rank(other, *other_created))
            .then_with(|| one.member.cmp(&other.member))
            .then_with(|| one.evidence.cmp(&other.evidence))
    });
    let mut members = BTreeSet::new();
    proposals.retain(|(proposal, _)| members.insert(proposal.member.clone()));
    if proposals.len() > MOST_PROPOSALS {
        notes.insert(Note::MoreFit);
        proposals.truncate(MOST_PROPOSALS);
    }
    if proposals.len() > 1 {
        notes.insert(Note::Ambiguous);
    }
    let proposals = proposals.into_iter().map(|(proposal, _)| proposal).collect();
    Candidate { account, proposals, notes }
}
