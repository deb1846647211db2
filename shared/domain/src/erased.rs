//! People whose data a team erased. What is kept of them is a tombstone: salted hashes of the ids, logins, addresses and
//! names that they had, so that what a vendor tells again is known to be theirs, and nobody can read from it who they were.
//!
//! Their facts stay, under a *pseudonym*: an id that follows from the old one and the team's salt, so that sums, counts of
//! people and medians are what they were. [`crate::erasing`] says what is replaced in each fact.

use crate::ids::{MemberId, Provider, UserId, VendorId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, fmt};

/// What stands where a text named an erased person.
pub const GONE: &str = "[erased]";

/// Most words that an address or a name is looked for with.
const MOST_WORDS: usize = 8;

/// Pseudonyms of numeric ids begin here: above every id of a vendor, and exact in a JSON number.
const FIRST_NUMBER: u64 = 1 << 52;

/// A team's salt, drawn when it first erases somebody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(String);

impl Salt {
    /// From 128 bits of randomness.
    pub fn new(random: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(random)))
    }

    fn digest(&self, class: &str, value: &str) -> u128 {
        let mut hasher = Sha256::new();
        for part in [&self.0, "\0", class, "\0", value] {
            hasher.update(part.as_bytes());
        }
        hasher.finalize().iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
    }

    /// The pseudonym of an account: a number where the vendor's ids are numbers.
    pub fn account(&self, account: &VendorId) -> VendorId {
        let digest = self.digest("pseudonym", &account.to_string());
        if account.id.parse::<u64>().is_ok() {
            return VendorId::new(account.provider, number(digest));
        }
        VendorId::new(account.provider, login(digest))
    }

    /// The pseudonym of a member.
    pub fn member(&self, member: &MemberId) -> MemberId {
        MemberId::from_digest(self.digest("pseudonym", member.as_str()))
    }

    /// The pseudonym of a user.
    pub fn user(&self, user: &UserId) -> UserId {
        UserId::from_digest(self.digest("pseudonym", user.as_str()))
    }

    /// What is kept of a person.
    pub fn tombstone(&self, person: &Person) -> Tombstone {
        let Person { accounts, members, users, logins, emails, names } = person;
        let mut tombstone = Tombstone::default();
        let Tombstone { hashes, starts } = &mut tombstone;
        let mut keep = |class: &str, value: &str| hashes.insert(Hash(self.digest(class, value)));
        for account in accounts {
            keep("account", &account.to_string());
            starts.extend(words(&account.id).next().map(|word| self.start(&word.text.to_lowercase())));
        }
        for member in members {
            keep("member", member.as_str());
        }
        for user in users {
            keep("user", user.as_str());
        }
        let texts = logins.iter().chain(emails).map(|text| text.trim().to_lowercase());
        let names = names.iter().map(|name| words(name).map(|word| word.text).collect::<Vec<_>>().join(" "));
        for text in texts.filter(|text| !text.is_empty()) {
            keep("text", &text);
            starts.extend(words(&text).next().map(|word| self.start(word.text)));
        }
        for written in names.filter(|name| !name.is_empty()) {
            let name = written.to_lowercase();
            // A first name alone is nobody's.
            let class = if name.contains(' ') { "name" } else { "only name" };
            keep(class, &name);
            if is_called(&written) {
                keep("written name", &written);
            }
            starts.extend(words(&name).next().map(|word| self.start(word.text)));
        }
        tombstone
    }

    /// 16 bits of a text's first word: most texts need no digest to be known to name nobody.
    fn start(&self, word: &str) -> u16 {
        let bytes = self.0.bytes().chain(word.bytes());
        let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let [a, b, c, d] = hash.to_be_bytes();
        u16::from_be_bytes([a ^ c, b ^ d])
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

fn number(digest: u128) -> u64 {
    // 52 bits of it always fit.
    FIRST_NUMBER + u64::try_from(digest >> 76).unwrap_or_default()
}

fn login(digest: u128) -> String {
    format!("erased-{:012x}", digest >> 80)
}

/// All that is known of somebody who is to be erased. It is read when it is needed and never stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Their accounts.
    pub accounts: BTreeSet<VendorId>,
    /// The member that they are, with the ids of others that were merged into it.
    pub members: BTreeSet<MemberId>,
    /// As whom they sign in.
    pub users: BTreeSet<UserId>,
    /// Their logins.
    pub logins: BTreeSet<String>,
    /// Their addresses, those of commits too.
    pub emails: BTreeSet<String>,
    /// Their names.
    pub names: BTreeSet<String>,
}

/// 128 bits of a salted SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Hash(u128);

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What is kept of an erased person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    hashes: BTreeSet<Hash>,
    /// See [`Salt::start`].
    starts: BTreeSet<u16>,
}

/// Everybody whom a team erased.
#[derive(Debug, Clone, Default)]
pub struct Erased {
    salt: Option<Salt>,
    all: Tombstone,
}

impl Erased {
    /// By the team's salt and tombstones.
    pub fn new(salt: Salt, tombstones: impl IntoIterator<Item = Tombstone>) -> Self {
        let mut all = Tombstone::default();
        for Tombstone { hashes, starts } in tombstones {
            all.hashes.extend(hashes);
            all.starts.extend(starts);
        }
        Self { salt: Some(salt), all }
    }

    /// The salt, unless nobody was ever erased.
    fn salt(&self) -> Option<&Salt> {
        self.salt.as_ref().filter(|_| !self.all.hashes.is_empty())
    }

    /// Nobody: then nothing has to be looked at.
    pub fn is_empty(&self) -> bool {
        self.salt().is_none()
    }

    fn known(&self, class: &str, value: &str) -> Option<&Salt> {
        self.salt().filter(|salt| self.all.hashes.contains(&Hash(salt.digest(class, value))))
    }

    /// The pseudonym of an erased person's account; `None`: it is nobody's who was erased.
    pub fn account(&self, account: &VendorId) -> Option<VendorId> {
        self.known("account", &account.to_string()).map(|salt| salt.account(account))
    }

    /// The same of a numeric id.
    pub fn number(&self, provider: Provider, id: u64) -> Option<u64> {
        self.account(&VendorId::new(provider, id))?.id.parse().ok()
    }

    /// The pseudonym of an erased member.
    pub fn member(&self, member: &MemberId) -> Option<MemberId> {
        self.known("member", member.as_str()).map(|salt| salt.member(member))
    }

    /// The pseudonym of an erased user.
    pub fn user(&self, user: &UserId) -> Option<UserId> {
        self.known("user", user.as_str()).map(|salt| salt.user(user))
    }

    /// What stands for an account's login: it tells apart people in a table, and nothing else.
    pub fn login(&self, account: &VendorId) -> Option<String> {
        self.known("account", &account.to_string()).map(|salt| login(salt.digest("pseudonym", &account.to_string())))
    }

    /// Whether an address is an erased person's. GitHub's no-reply addresses are by the id in them.
    pub fn is_email(&self, address: &str) -> bool {
        let address = address.trim().to_lowercase();
        let by_id = address.strip_suffix("@users.noreply.github.com").is_some_and(|local| {
            let (id, login) = local.split_once('+').map_or((None, local), |(id, login)| (Some(id), login));
            id.is_some_and(|id| self.account(&VendorId::new(Provider::Github, id)).is_some())
                || self.known("text", login).is_some()
        });
        by_id || self.known("text", &address).is_some()
    }

    /// Whether somebody erased had this name, a single word included: for fields that hold a name and nothing else.
    pub fn is_name(&self, name: &str) -> bool {
        let name = words(name).map(|word| word.text).collect::<Vec<_>>().join(" ").to_lowercase();
        ["name", "only name"].into_iter().any(|class| self.known(class, &name).is_some())
    }

    /// A text without erased people's logins, addresses and names; `None` where it has none of them. A name that is a single
    /// word counts as it is written, with its capital: `Will` is somebody, and `will` is not.
    pub fn text(&self, text: &str) -> Option<String> {
        self.without(text, Sought::Names)
    }

    /// The same of lines that say who made something: a login or a single word alone does not count there, since tools are
    /// called like people and what says that a tool was used has to stay. A word does before an address that is the person's.
    pub fn attribution(&self, lines: &str) -> Option<String> {
        self.without(lines, Sought::AllButLogins)
    }

    /// Whether a text of any form (JSON, say) names somebody, by an account's id too.
    pub fn is_in(&self, text: &str) -> bool {
        self.without(text, Sought::Everything).is_some()
    }

    fn without(&self, text: &str, sought: Sought) -> Option<String> {
        let salt = self.salt()?;
        let all: Vec<Word<'_>> = words(text).collect();
        let (mut clean, mut copied, mut at) = (String::new(), 0, 0);
        while let Some(first) = all.get(at) {
            let found = self.all.starts.contains(&salt.start(&first.text.to_lowercase())).then(|| {
                // The longest first: an address holds a login.
                let last = (at..all.len().min(at + MOST_WORDS)).rev();
                last.map(|last| all.get(at..=last).unwrap_or_default()).find(|some| self.names(text, some, sought))
            });
            match found.flatten() {
                Some(some) => {
                    let end = some.last().map_or(first.end(), Word::end);
                    clean.push_str(text.get(copied..first.at).unwrap_or_default());
                    clean.push_str(GONE);
                    (copied, at) = (end, at + some.len());
                }
                None => at += 1,
            }
        }
        (copied > 0).then(|| clean + text.get(copied..).unwrap_or_default())
    }

    /// Whether this is ` <address>` of somebody, as commits' trailers have it behind a name.
    fn begins_with_address(&self, rest: &str) -> bool {
        let address = rest.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>'));
        address.is_some_and(|(address, _)| self.is_email(address))
    }

    /// Whether these words, which follow each other in the text, are an address, a login or a name.
    fn names(&self, text: &str, some: &[Word<'_>], sought: Sought) -> bool {
        let (Some(first), Some(last)) = (some.first(), some.last()) else { return false };
        let exact = text.get(first.at..last.end()).unwrap_or_default();
        if sought == Sought::Everything
            && Provider::ALL.into_iter().any(|provider| self.account(&VendorId::new(provider, exact)).is_some())
        {
            return true;
        }
        let followed = || text.get(last.end()..).is_some_and(|rest| self.begins_with_address(rest));
        if some.len() == 1
            && (sought != Sought::AllButLogins || followed())
            && self.known("written name", exact).is_some()
        {
            return true;
        }
        let exact = exact.to_lowercase();
        let is_address = exact.contains('@');
        if is_address && self.is_email(&exact) {
            return true;
        }
        let called = text.get(..first.at).is_some_and(|before| before.ends_with('@'));
        if !is_address && (sought != Sought::AllButLogins || called) && self.known("text", &exact).is_some() {
            return true;
        }
        let between = some.windows(2).filter_map(|pair| match pair {
            [a, b] => text.get(a.end()..b.at),
            _ => None,
        });
        // Words of a name have a space, a point, a hyphen or the like between them, not half a sentence.
        some.len() > 1 && between.into_iter().all(|gap| gap.chars().count() <= 2) && {
            let name = some.iter().map(|word| word.text).collect::<Vec<_>>().join(" ").to_lowercase();
            self.known("name", &name).is_some()
        }
    }
}

/// What is looked for in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sought {
    /// Addresses, logins and names.
    Names,
    /// Addresses and names, and logins behind an `@`.
    AllButLogins,
    /// Addresses, logins, names and accounts' ids.
    Everything,
}

/// A run of letters and digits.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    at: usize,
    text: &'a str,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Whether a name that is a single word can be told from other words: by its capital, in writing that has them.
fn is_called(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() && !first.is_lowercase())
        && letters.next().is_some()
        && !name.contains(' ')
}

fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(move |part| Word { at: offset(text, part), text: part })
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

#[cfg(test)]
#[path = "erased_tests.rs"]
mod tests;
