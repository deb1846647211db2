//! What of a team has nothing to do with what else of it: the ladder gives the same for each such group alone as for all
//! of them together, so that a large team is assigned group by group.

use crate::{
    address::{self, Address},
    archive::Known,
    forest::Forest,
    input::Decision,
    placing::derived,
};
use plumbline_domain::{MemberId, Provider, VendorId};
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher as _},
};

/// Whatever two things name alike keeps them in one group. As hashes: two names of one hash only make a group larger.
#[derive(Hash)]
enum Name<'a> {
    Account(&'a VendorId),
    Member(&'a MemberId),
    Mailbox(&'a str),
}

/// The group of each thing, by the number of the first thing in it. `things` gives all of them anew whenever it is
/// called.
pub(crate) fn groups<E, I: Iterator<Item = Result<Known, E>>>(things: impl Fn() -> I) -> Result<Vec<usize>, E> {
    let mut given = HashSet::new();
    let mut count = 0;
    for thing in things() {
        count += 1;
        each_member_id(&thing?, &mut |id| {
            given.insert(hash(&Name::Member(id)));
        });
    }
    // Some 16 bytes for each name are most of what this takes.
    let mut names: Vec<(u64, u32)> = Vec::new();
    for (number, thing) in (0..).zip(things()) {
        each_name(&thing?, &given, &mut |name| names.push((hash(name), number)));
    }
    names.sort_unstable();
    let mut forest = Forest::new(count);
    for pair in names.windows(2) {
        if let [(one, first), (other, second)] = pair
            && one == other
        {
            forest.join(*first as usize, *second as usize);
        }
    }
    Ok((0..count).map(|number| forest.root(number)).collect())
}

fn each_name(thing: &Known, given: &HashSet<u64>, see: &mut impl FnMut(&Name<'_>)) {
    each_member_id(thing, &mut |id| see(&Name::Member(id)));
    each_account(thing, &mut |account| {
        see(&Name::Account(account));
        // The ids that a member made for it may get: the first that is free, and it depends on those before it.
        for id in (0..=u32::MAX).map(|turn| derived(account, turn)) {
            if !given.contains(&hash(&Name::Member(&id))) {
                break;
            }
            see(&Name::Member(&id));
        }
    });
    each_address(thing, &mut |address| match address::parse(address) {
        Some(Address::Mailbox(address)) => see(&Name::Mailbox(&address)),
        Some(Address::GithubId { id, .. }) => see(&Name::Account(&VendorId::new(Provider::Github, id))),
        None => {}
    });
}

fn each_account(thing: &Known, see: &mut impl FnMut(&VendorId)) {
    match thing {
        Known::Account(view) => [&view.id].into_iter().chain(&view.links_to).for_each(see),
        Known::Commit(commit) => see(&commit.account),
        Known::Member(member) => {
            member.accounts.iter().map(|link| &link.account).chain(&member.follows).for_each(see);
        }
        Known::Decided(decided) => decided.decision.account().into_iter().for_each(see),
    }
}

fn each_address(thing: &Known, see: &mut impl FnMut(&str)) {
    match thing {
        Known::Account(view) => view.emails.iter().for_each(|email| see(&email.address)),
        Known::Commit(commit) => see(&commit.address),
        Known::Member(_) | Known::Decided(_) => {}
    }
}

fn each_member_id(thing: &Known, see: &mut impl FnMut(&MemberId)) {
    match thing {
        Known::Account(_) | Known::Commit(_) => {}
        Known::Member(member) => [&member.id].into_iter().chain(&member.merged_into).for_each(see),
        Known::Decided(decided) => match &decided.decision {
            Decision::Confirm { member, .. } => see(member),
            Decision::Merge { from, into } => [from, into].into_iter().for_each(see),
            Decision::Split { .. } | Decision::NotAPerson { .. } => {}
        },
    }
}

fn hash(name: &Name<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
