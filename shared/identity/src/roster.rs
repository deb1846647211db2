//! Every account that anything is known of, in one list: what vendors show, what was stored, what was decided.

use crate::{
    address::{self, Address},
    assignment::Link,
    evidence::Evidence,
    input::{AccountView, Decided, Decision, Input},
    names,
};
use jiff::Timestamp;
use plumbline_domain::{ActorKind, MemberId, Provider, VendorId};
use std::collections::BTreeMap;

/// An admin's placing of an account: the latest one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling {
    Confirm { member: MemberId, at: Timestamp },
    Split { at: Timestamp },
}

/// What an account is to the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A person's: it belongs to a member.
    Person,
    /// An admin said that it is nobody's.
    Refused,
    /// A bot, an app, a customer.
    Outsider,
    /// Nobody shows it; another account states to be it. Two that state the same are one person's.
    Ghost,
}

/// One account.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) id: VendorId,
    /// What the vendors show: usually one view, several where two connections see the account. The active come first.
    pub(crate) views: Vec<&'a AccountView>,
    pub(crate) stored: Option<Stored<'a>>,
    pub(crate) ruling: Option<Ruling>,
    pub(crate) standing: Standing,
    /// Its display name in the form in which two are the same.
    pub(crate) comparable_name: Option<String>,
}

/// Where an earlier run put an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored<'a> {
    pub(crate) member: &'a MemberId,
    pub(crate) link: &'a Link,
}

impl Entry<'_> {
    pub(crate) fn is_person(&self) -> bool {
        self.standing == Standing::Person
    }

    /// Whether what it shows is looked at: a refused account's only to tell what speaks against the decision.
    pub(crate) fn counts(&self) -> bool {
        matches!(self.standing, Standing::Person | Standing::Refused)
    }

    pub(crate) fn is_split(&self) -> bool {
        matches!(self.ruling, Some(Ruling::Split { .. }))
    }

    pub(crate) fn is_confirmed(&self) -> bool {
        matches!(self.ruling, Some(Ruling::Confirm { .. }))
    }
}

/// All of them, sorted by id. An account's place in it is what the other modules name it by.
#[derive(Debug)]
pub(crate) struct Roster<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Default)]
struct Gathered<'a> {
    views: Vec<&'a AccountView>,
    stored: Option<(bool, u32, Stored<'a>)>,
    decision: Option<(Timestamp, Decision)>,
}

impl<'a> Roster<'a> {
    pub(crate) fn of(input: &Input<'a>) -> Self {
        let mut all: BTreeMap<VendorId, Gathered<'a>> = BTreeMap::new();
        for view in input.accounts {
            all.entry(view.id.clone()).or_default().views.push(view);
            for target in stated(view) {
                all.entry(target).or_default();
            }
        }
        for commit in input.commit_emails {
            if let Some(Address::GithubId { id, .. }) = address::parse(&commit.address) {
                all.entry(VendorId::new(Provider::Github, id)).or_default();
            }
        }
        for member in input.members {
            for link in &member.accounts {
                let gathered = all.entry(link.account.clone()).or_default();
                let stored = (!link.manual, member.created, Stored { member: &member.id, link });
                // Two runs at once may have stored an account twice.
                let rank = |stored: &(bool, u32, Stored<'a>)| (stored.0, stored.1, stored.2.member);
                if gathered.stored.as_ref().is_none_or(|held| rank(&stored) < rank(held)) {
                    gathered.stored = Some(stored);
                }
            }
        }
        for Decided { at, decision } in input.decisions {
            if let Some(account) = decision.account() {
                let gathered = all.entry(account.clone()).or_default();
                gathered.decision = gathered.decision.take().max(Some((*at, decision.clone())));
            }
        }
        Self { entries: all.into_iter().map(|(id, gathered)| entry(id, gathered)).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, who: usize) -> Option<&Entry<'a>> {
        self.entries.get(who)
    }

    pub(crate) fn find(&self, id: &VendorId) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.id.cmp(id)).ok()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Entry<'a>)> {
        self.entries.iter().enumerate()
    }

    pub(crate) fn people(&self) -> impl Iterator<Item = (usize, &Entry<'a>)> {
        self.iter().filter(|(_, entry)| entry.is_person())
    }
}

/// The accounts that a view states to be the same as its own.
fn stated(view: &AccountView) -> impl Iterator<Item = VendorId> {
    let by_address = view.emails.iter().filter(|email| email.verified);
    let ids = by_address.filter_map(|email| match address::parse(&email.address) {
        Some(Address::GithubId { id, .. }) => Some(VendorId::new(Provider::Github, id)),
        _ => None,
    });
    view.links_to.iter().cloned().chain(ids)
}

fn entry(id: VendorId, gathered: Gathered<'_>) -> Entry<'_> {
    let Gathered { mut views, stored, decision } = gathered;
    views.sort_unstable_by_key(|view| (!view.active, *view));
    let stored = stored.map(|(_, _, stored)| stored);
    // A decision whose record was lost still stands in the link that it made.
    let made = stored.and_then(|stored| match stored.link.evidence {
        Evidence::Confirmed { at } => {
            Some((at, Decision::Confirm { account: id.clone(), member: stored.member.clone() }))
        }
        Evidence::SplitOff { at } => Some((at, Decision::Split { account: id.clone() })),
        _ => None,
    });
    let made = made.filter(|(at, _)| decision.as_ref().is_none_or(|(listed, _)| listed < at));
    let (ruling, refused) = match made.or(decision) {
        Some((at, Decision::Confirm { member, .. })) => (Some(Ruling::Confirm { member, at }), false),
        Some((at, Decision::Split { .. })) => (Some(Ruling::Split { at }), false),
        Some((_, Decision::NotAPerson { .. })) => (None, true),
        Some((_, Decision::Merge { .. })) | None => (None, false),
    };
    let standing = match (&ruling, views.iter().map(|view| view.kind).max()) {
        _ if refused => Standing::Refused,
        (Some(_), _) | (None, Some(ActorKind::User)) => Standing::Person,
        (None, Some(ActorKind::Bot | ActorKind::Other)) => Standing::Outsider,
        (None, None) if stored.is_some() => Standing::Person,
        (None, None) => Standing::Ghost,
    };
    let comparable_name = views.iter().find_map(|view| names::comparable(view.name.as_deref()?));
    Entry { id, views, stored, ruling, standing, comparable_name }
}
