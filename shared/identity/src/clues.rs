//! What accounts have in common: each address, name, login or id that two or more of them show.
//!
//! Found by sorting keys, not by comparing accounts: the work grows with the keys.

use crate::{
    address::{self, Address, Domains},
    evidence::{Evidence, LoginPattern},
    input::Input,
    names,
    roster::{Entry, Roster, Standing},
};
use plumbline_domain::{Provider, VendorId};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

/// Where an account shows what it has in common with others. In the order of how much it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// On commits.
    Commits,
    /// The vendor shows it for the account.
    Profile,
    /// The display name.
    Name,
    /// The login.
    Login,
    /// An address, before the `@`.
    LocalPart,
    /// Not seen anywhere: what a login made of both names would be.
    FullName,
    /// Not seen anywhere: what a login made of an initial and a name would be.
    InitialAndName,
}

impl Origin {
    /// Whether it is only a guess at a login. Two guesses that agree say nothing.
    pub(crate) const fn is_guess(self) -> bool {
        matches!(self, Self::FullName | Self::InitialAndName)
    }
}

/// What evidence links by itself, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rung {
    VendorId,
    DomainEmail,
    CommitEmail,
    OutsideCommitEmail,
}

impl Rung {
    pub(crate) const ALL: [Self; 4] = [Self::VendorId, Self::DomainEmail, Self::CommitEmail, Self::OutsideCommitEmail];
}

/// What is in common.
#[derive(Debug)]
pub(crate) enum Common {
    VendorId,
    Noreply(String),
    DomainEmail(String),
    CommitEmail {
        address: String,
        in_domain: bool,
    },
    UnprovenEmail(String),
    /// A name or a login.
    Words(String),
}

/// Something that two or more accounts have in common.
#[derive(Debug)]
pub(crate) struct Clue {
    pub(crate) common: Common,
    /// The accounts, each once.
    pub(crate) sightings: Vec<Sighting>,
}

/// An account that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sighting {
    pub(crate) who: usize,
    pub(crate) origin: Origin,
}

impl Clue {
    /// Which rung it stands on; none where it only proposes.
    pub(crate) fn rung(&self) -> Option<Rung> {
        match self.common {
            Common::VendorId | Common::Noreply(_) => Some(Rung::VendorId),
            Common::DomainEmail(_) => Some(Rung::DomainEmail),
            Common::CommitEmail { in_domain: true, .. } => Some(Rung::CommitEmail),
            Common::CommitEmail { in_domain: false, .. } => Some(Rung::OutsideCommitEmail),
            Common::UnprovenEmail(_) | Common::Words(_) => None,
        }
    }

    /// The address in common.
    pub(crate) fn mailbox(&self) -> Option<&str> {
        match &self.common {
            Common::DomainEmail(address) | Common::CommitEmail { address, .. } | Common::UnprovenEmail(address) => {
                Some(address)
            }
            Common::VendorId | Common::Noreply(_) | Common::Words(_) => None,
        }
    }

    /// What it proves of one account by another.
    pub(crate) fn evidence(&self, one: Origin, other: Origin, with: VendorId) -> Option<Evidence> {
        Some(match &self.common {
            Common::VendorId => Evidence::VerifiedId { with },
            Common::Noreply(address) => Evidence::NoreplyAddress { address: address.clone(), with },
            Common::DomainEmail(address) => Evidence::DomainEmail { address: address.clone(), with },
            Common::CommitEmail { address, in_domain } => {
                Evidence::CommitEmail { address: address.clone(), in_domain: *in_domain, with }
            }
            Common::UnprovenEmail(address) => Evidence::UnprovenEmail { address: address.clone(), with },
            Common::Words(text) => words_in_common(one, other, text, with)?,
        })
    }
}

fn words_in_common(one: Origin, other: Origin, text: &str, with: VendorId) -> Option<Evidence> {
    let origins = [one, other];
    let either = |origin| origins.contains(&origin);
    let pattern = match () {
        () if origins.into_iter().all(Origin::is_guess) => return None,
        () if origins == [Origin::Name; 2] => return Some(Evidence::SameName { name: text.to_owned(), with }),
        () if either(Origin::InitialAndName) => LoginPattern::InitialAndName,
        () if either(Origin::FullName) || either(Origin::Name) => LoginPattern::FullName,
        () if either(Origin::LocalPart) => LoginPattern::LocalPart,
        () => LoginPattern::SameLogin,
    };
    Some(Evidence::Login { pattern, text: text.to_owned(), with })
}

/// All clues, in an order that follows from the accounts alone.
pub(crate) fn find(roster: &Roster<'_>, input: &Input<'_>) -> Vec<Clue> {
    let emails = Emails::of(roster, input);
    let mut clues = of_ids_and_emails(roster, input, &emails);
    clues.extend(shared_words(roster, &emails));
    clues
}

/// Those of [`find`] that may link, in the same order: names and logins only ever propose.
pub(crate) fn find_proofs(roster: &Roster<'_>, input: &Input<'_>) -> Vec<Clue> {
    of_ids_and_emails(roster, input, &Emails::of(roster, input))
}

fn of_ids_and_emails(roster: &Roster<'_>, input: &Input<'_>, emails: &Emails) -> Vec<Clue> {
    let mut clues = stated_ids(roster);
    clues.extend(emails.noreply(roster));
    clues.extend(emails.shared(&Domains::of(input.policy)));
    clues
}

/// Both accounts of a vendor's statement, unless one of them is a bot's or an app's.
fn pair(roster: &Roster<'_>, one: usize, other: usize, common: Common) -> Option<Clue> {
    let linkable = |who| roster.get(who).is_some_and(|entry| entry.standing != Standing::Outsider);
    let sightings = [one.min(other), one.max(other)].map(|who| Sighting { who, origin: Origin::Profile });
    (one != other && linkable(one) && linkable(other)).then(|| Clue { common, sightings: sightings.to_vec() })
}

fn stated_ids(roster: &Roster<'_>) -> Vec<Clue> {
    let mut pairs = BTreeSet::new();
    for (who, entry) in roster.iter() {
        for target in entry.views.iter().flat_map(|view| &view.links_to) {
            pairs.extend(roster.find(target).map(|target| (who.min(target), who.max(target))));
        }
    }
    pairs.into_iter().filter_map(|(one, other)| pair(roster, one, other, Common::VendorId)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    OnCommits,
    Verified,
    Unchecked,
}

/// Every address that somebody shows.
struct Emails {
    /// Sorted, each once.
    mailboxes: Vec<(String, usize, Seen)>,
    /// GitHub's no-reply addresses: the id in them and the account that shows it.
    noreply: BTreeSet<(String, String, usize)>,
}

impl Emails {
    fn of(roster: &Roster<'_>, input: &Input<'_>) -> Self {
        let mut emails = Self { mailboxes: Vec::new(), noreply: BTreeSet::new() };
        for (who, entry) in roster.iter().filter(|(_, entry)| entry.counts()) {
            for email in entry.views.iter().flat_map(|view| &view.emails) {
                let seen = if email.verified { Seen::Verified } else { Seen::Unchecked };
                emails.add(&email.address, who, seen);
            }
        }
        for commit in input.commit_emails.iter().filter(|commit| commit.commits > 0) {
            let author = roster.find(&commit.account);
            if let Some(who) = author.filter(|who| roster.get(*who).is_some_and(Entry::counts)) {
                emails.add(&commit.address, who, Seen::OnCommits);
            }
        }
        emails.mailboxes.sort_unstable();
        emails.mailboxes.dedup();
        emails
    }

    fn add(&mut self, address: &str, who: usize, seen: Seen) {
        match address::parse(address) {
            Some(Address::Mailbox(address)) => self.mailboxes.push((address, who, seen)),
            Some(Address::GithubId { text, id }) if seen != Seen::Unchecked => {
                self.noreply.insert((id, text, who));
            }
            _ => {}
        }
    }

    fn noreply(&self, roster: &Roster<'_>) -> Vec<Clue> {
        let proofs = self.noreply.iter().filter_map(|(id, text, who)| {
            let owner = roster.find(&VendorId::new(Provider::Github, id))?;
            pair(roster, *who, owner, Common::Noreply(text.clone()))
        });
        proofs.collect()
    }

    fn shared(&self, domains: &Domains) -> Vec<Clue> {
        self.mailboxes
            .chunk_by(|one, other| one.0 == other.0)
            .flat_map(|seen| clues_of_address(seen, domains))
            .collect()
    }
}

/// What the accounts that show one address have in common: up to three rungs.
fn clues_of_address(seen: &[(String, usize, Seen)], domains: &Domains) -> Vec<Clue> {
    let Some((address, ..)) = seen.first() else { return Vec::new() };
    let those = |how: Seen| -> BTreeSet<usize> { seen.iter().filter(|one| one.2 == how).map(|one| one.1).collect() };
    let (committed, verified, unchecked) = (those(Seen::OnCommits), those(Seen::Verified), those(Seen::Unchecked));
    let in_domain = domains.has(address);
    let proven: BTreeSet<_> = committed.union(&verified).copied().collect();
    let all: BTreeSet<_> = proven.union(&unchecked).copied().collect();
    let clue = |common, accounts: &BTreeSet<usize>| {
        let origin = |who| if committed.contains(who) { Origin::Commits } else { Origin::Profile };
        let sightings = accounts.iter().map(|who| Sighting { who: *who, origin: origin(who) }).collect();
        Clue { common, sightings }
    };
    let mut clues = Vec::new();
    if in_domain && verified.len() > 1 {
        clues.push(clue(Common::DomainEmail(address.clone()), &verified));
    }
    if !committed.is_empty() && proven.len() > 1 {
        clues.push(clue(Common::CommitEmail { address: address.clone(), in_domain }, &proven));
    }
    let proves_nothing_else = !in_domain && committed.is_empty();
    if all.len() > 1 && (all.len() > proven.len() || proves_nothing_else) {
        clues.push(clue(Common::UnprovenEmail(address.clone()), &all));
    }
    clues
}

fn shared_words(roster: &Roster<'_>, emails: &Emails) -> Vec<Clue> {
    let mut keys = Vec::new();
    let mut seen: Vec<Word> = Vec::new();
    let words = |keys: &mut Vec<(String, Origin)>, who| {
        let words =
            keys.drain(..).map(|(text, origin)| Word { hash: hash(&text), text, sighting: Sighting { who, origin } });
        words.collect::<Vec<_>>()
    };
    for (who, entry) in roster.iter().filter(|(_, entry)| entry.is_person()) {
        for view in &entry.views {
            if let Some(name) = &view.name {
                names::keys_of_name(name, &mut keys);
            }
            if let Some(login) = &view.login {
                names::keys_of_login(login, Origin::Login, &mut keys);
                // An enterprise's managed users (`anna-meier_acme`): no other login at GitHub has an underscore.
                if let (Provider::Github, Some((login, _))) = (entry.id.provider, login.rsplit_once('_')) {
                    names::keys_of_login(login, Origin::Login, &mut keys);
                }
            }
        }
        seen.extend(words(&mut keys, who));
    }
    for (address, who, _) in &emails.mailboxes {
        if roster.get(*who).is_some_and(Entry::is_person) {
            names::keys_of_login(address, Origin::LocalPart, &mut keys);
            seen.extend(words(&mut keys, *who));
        }
    }
    seen.sort_unstable();
    // The origin that says most is the first.
    seen.dedup_by(|next, kept| next.text == kept.text && next.sighting.who == kept.sighting.who);
    let shared = seen
        .chunk_by(|one, other| one.text == other.text)
        .filter(|seen| seen.len() > 1 && !seen.iter().all(|word| word.sighting.origin.is_guess()));
    let clue = |seen: &[Word]| {
        let text = seen.first().map(|word| word.text.clone()).unwrap_or_default();
        Clue { common: Common::Words(text), sightings: seen.iter().map(|word| word.sighting).collect() }
    };
    shared.map(clue).collect()
}

/// Sorted by the hash first: most of the time of a large team would go into comparing texts that begin alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    hash: u64,
    text: String,
    sighting: Sighting,
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
