//! All of it in order: where accounts start, what joins them, what their members are called.

use crate::{
    assignment::{Assignment, Link, Member},
    book::{Book, Gone, run_after},
    clues::{self, Clue},
    evidence::Evidence,
    forest::Forest,
    input::Input,
    joining::join_by_evidence,
    placing::Placing,
    proofs::{settled, strongest},
    review::{Named, Sets, review},
    roster::{Entry, Roster, Ruling, Standing},
};
use plumbline_domain::MemberId;
use std::collections::BTreeMap;

/// Says who is who. See the crate's documentation for what holds of it.
pub fn assign(input: Input<'_>) -> Assignment {
    let roster = Roster::of(&input);
    let clues = clues::find(&roster, &input);
    let people = People::of(&roster, &input, &clues, run_after(input.members));
    let sets = people.sets();
    let ids = |those: &dyn Fn(usize, &Entry<'_>) -> bool| {
        roster.iter().filter(|(who, entry)| those(*who, entry)).map(|(_, entry)| entry.id.clone()).collect()
    };
    Assignment {
        review: review(&roster, &clues, &sets),
        unmatched: ids(&|who, entry| !entry.views.is_empty() && sets.is_open(who, entry)),
        not_people: ids(&|_, entry| matches!(entry.standing, Standing::Refused | Standing::Outsider)),
        members: people.members,
    }
}

/// The members of [`assign`] alone, where the run's number is known: by what links, without what only proposes.
pub(crate) fn members(input: Input<'_>, run: u32) -> Vec<Member> {
    let roster = Roster::of(&input);
    let proofs = clues::find_proofs(&roster, &input);
    People::of(&roster, &input, &proofs, run).members
}

/// The members, and which set of accounts each of them is.
struct People {
    members: Vec<Member>,
    homes: Vec<usize>,
    named: BTreeMap<usize, Named>,
}

impl People {
    fn of(roster: &Roster<'_>, input: &Input<'_>, clues: &[Clue], run: u32) -> Self {
        let placing = Placing::of(roster, input);
        let book = Book::of(input, &placing, run);

        let nodes = roster.len() + book.present.len();
        let mut forest = Forest::new(nodes);
        let node_of: BTreeMap<_, _> = book.present.iter().zip(roster.len()..).collect();
        for (who, home) in placing.homes.iter().enumerate() {
            if let Some(node) = home.as_ref().and_then(|home| node_of.get(home)) {
                forest.join(who, *node);
            }
        }
        join_by_evidence(&mut forest, nodes, roster, clues);

        let homes: Vec<_> = (0..roster.len()).map(|who| forest.root(who)).collect();
        let mut people: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (home, (who, entry)) in homes.iter().zip(roster.iter()) {
            if entry.is_person() {
                people.entry(*home).or_default().push(who);
            }
        }
        let mut former: BTreeMap<usize, Vec<&MemberId>> = BTreeMap::new();
        for (id, node) in &node_of {
            former.entry(forest.root(*node)).or_default().push(id);
        }
        let named = book.name_sets(roster, &people, &former);

        let mut evidence = strongest(roster, clues, &homes);
        let mut all: BTreeMap<MemberId, Member> = BTreeMap::new();
        for (home, Named { id, created, .. }) in &named {
            let accounts: Vec<_> = people.get(home).into_iter().flatten().copied().collect();
            let links = accounts.iter().filter_map(|who| {
                let found = evidence.get_mut(*who).and_then(Option::take);
                Some(link(roster.get(*who)?, accounts.len() == 1, found))
            });
            let accounts_of_it = links.collect();
            let stored = book.stored.get(id).and_then(|stored| stored.name);
            let name = name(roster, &accounts, stored.cloned());
            let member = Member {
                id: id.clone(),
                created: *created,
                name,
                accounts: accounts_of_it,
                merged_into: None,
                follows: None,
            };
            all.insert(id.clone(), member);
        }
        let sets = Sets { homes: &homes, members: &named };
        let gone = Gone { roster, placing: &placing, book: &book, sets: &sets };
        all.extend(gone.members());
        Self { members: all.into_values().collect(), homes, named }
    }

    fn sets(&self) -> Sets<'_> {
        Sets { homes: &self.homes, members: &self.named }
    }
}

fn link(entry: &Entry<'_>, alone: bool, found: Option<Evidence>) -> Link {
    let evidence = match &entry.ruling {
        Some(Ruling::Confirm { at, .. }) => Evidence::Confirmed { at: *at },
        Some(Ruling::Split { at }) => Evidence::SplitOff { at: *at },
        None => settled(alone, entry.stored.map(|stored| &stored.link.evidence), found),
    };
    Link::new(entry.id.clone(), evidence)
}

/// A full name before a single word, and one in use before one that was left. Without any, the one that was known; a
/// login is better than nothing.
fn name(roster: &Roster<'_>, accounts: &[usize], stored: Option<String>) -> Option<String> {
    let views = || accounts.iter().filter_map(|who| roster.get(*who)).flat_map(|entry| entry.views.iter());
    let names = views().filter_map(|view| {
        let name = view.name.as_deref().map(str::trim).filter(|name| !name.is_empty())?;
        Some((!name.contains(char::is_whitespace), !view.active, name))
    });
    let best = names.min_by_key(|(single, inactive, _)| (*single, *inactive)).map(|(_, _, name)| name.to_owned());
    best.or(stored).or_else(|| views().find_map(|view| view.login.clone()))
}

#[cfg(test)]
#[path = "ladder_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "decision_tests.rs"]
mod decision_tests;

#[cfg(test)]
#[path = "property_tests.rs"]
mod property_tests;

#[cfg(test)]
#[path = "team_tests.rs"]
mod team_tests;
