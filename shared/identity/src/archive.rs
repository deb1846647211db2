//! Assigning a large team in little memory: all that is known of it, packed, and unpacked some groups at a time.
//!
//! A person with one account takes about 200 bytes here, and about 2,500 in the ladder.

use crate::{
    assignment::{Link, Member},
    book::run_after,
    evidence::{Confidence, Evidence},
    groups::groups,
    input::{AccountView, CommitEmail, Decided, Input, Policy},
    ladder::members,
};
use plumbline_domain::{MemberId, VendorId};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// One thing that is known of a team. See [`Input`] for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// An account as a vendor shows it now.
    Account(AccountView),
    /// An address on commits.
    Commit(CommitEmail),
    /// A member that an earlier run made.
    Member(Member),
    /// What an admin decided.
    Decided(Decided),
}

/// All that is known of a team.
#[derive(Debug, Default)]
pub struct Archive {
    /// One [`Packed`] after the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// The number of the run.
    run: u32,
}

/// Some members, all of whose accounts are assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// As they are now, sorted by id.
    pub members: Vec<Member>,
    before: BTreeMap<MemberId, Member>,
}

impl Batch {
    /// The members that are new or differ from what was stored.
    pub fn different(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| self.before.get(&member.id) != Some(member))
    }
}

impl Archive {
    /// Adds something, in any order.
    pub fn add(&mut self, known: Known) -> Result<(), Unreadable> {
        if let Known::Member(member) = &known {
            self.run = self.run.max(run_after([member]));
        }
        self.bytes.extend(postcard::to_allocvec(&Packed::try_from(known)?)?);
        self.ends.push(self.bytes.len());
        Ok(())
    }

    /// The members that [`crate::assign`] gives, `most` things and the rest of their group at a time. An id that was
    /// stored twice is compared with the one added last.
    pub fn assign(
        &self,
        policy: &Policy,
        most: usize,
    ) -> Result<impl Iterator<Item = Result<Batch, Unreadable>>, Unreadable> {
        let groups = groups(|| (0..self.ends.len()).map(|number| self.get(number)))?;
        let mut by_group: Vec<usize> = (0..groups.len()).collect();
        by_group.sort_unstable_by_key(|number| (groups.get(*number), *number));
        let mut batches: Vec<Vec<usize>> = Vec::new();
        for group in by_group.chunk_by(|one, other| groups.get(*one) == groups.get(*other)) {
            match batches.last_mut().filter(|batch| batch.len() < most) {
                Some(batch) => batch.extend(group),
                None => batches.push(group.to_vec()),
            }
        }
        Ok(batches.into_iter().map(|batch| self.assign_batch(&batch, policy)))
    }

    fn assign_batch(&self, batch: &[usize], policy: &Policy) -> Result<Batch, Unreadable> {
        let (mut accounts, mut commits, mut before, mut decisions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for number in batch {
            match self.get(*number)? {
                Known::Account(view) => accounts.push(view),
                Known::Commit(commit) => commits.push(commit),
                Known::Member(member) => before.push(member),
                Known::Decided(decided) => decisions.push(decided),
            }
        }
        let input =
            Input { accounts: &accounts, commit_emails: &commits, members: &before, decisions: &decisions, policy };
        let members = members(input, self.run);
        let before = before.into_iter().map(|member| (member.id.clone(), member)).collect();
        Ok(Batch { members, before })
    }

    fn get(&self, number: usize) -> Result<Known, Unreadable> {
        let start = number.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or_default();
        let bytes = self.ends.get(number).and_then(|end| self.bytes.get(start..*end)).unwrap_or_default();
        postcard::from_bytes::<Packed>(bytes)?.try_into()
    }
}

/// Something that cannot be packed, or is not what was packed.
#[derive(Debug)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl From<postcard::Error> for Unreadable {
    fn from(error: postcard::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// [`Known`] in a form that postcard reads back: it takes no enum that holds its own tag, and those are JSON in here.
#[derive(Serialize, Deserialize)]
enum Packed {
    Account(AccountView),
    Commit(CommitEmail),
    Member {
        id: MemberId,
        created: u32,
        name: Option<String>,
        accounts: Vec<PackedLink>,
        merged_into: Option<MemberId>,
        follows: Option<VendorId>,
    },
    Decided(String),
}

#[derive(Serialize, Deserialize)]
struct PackedLink {
    account: VendorId,
    /// None: [`Evidence::Own`], which most have.
    evidence: Option<String>,
    confidence: Confidence,
    manual: bool,
}

impl TryFrom<Known> for Packed {
    type Error = Unreadable;
    fn try_from(known: Known) -> Result<Self, Unreadable> {
        Ok(match known {
            Known::Account(view) => Self::Account(view),
            Known::Commit(commit) => Self::Commit(commit),
            Known::Member(Member { id, created, name, accounts, merged_into, follows }) => {
                let accounts = accounts.into_iter().map(PackedLink::try_from).collect::<Result<_, _>>()?;
                Self::Member { id, created, name, accounts, merged_into, follows }
            }
            Known::Decided(decided) => Self::Decided(serde_json::to_string(&decided)?),
        })
    }
}

impl TryFrom<Packed> for Known {
    type Error = Unreadable;
    fn try_from(packed: Packed) -> Result<Self, Unreadable> {
        Ok(match packed {
            Packed::Account(view) => Self::Account(view),
            Packed::Commit(commit) => Self::Commit(commit),
            Packed::Member { id, created, name, accounts, merged_into, follows } => {
                let accounts = accounts.into_iter().map(Link::try_from).collect::<Result<_, _>>()?;
                Self::Member(Member { id, created, name, accounts, merged_into, follows })
            }
            Packed::Decided(text) => Self::Decided(serde_json::from_str(&text)?),
        })
    }
}

impl TryFrom<Link> for PackedLink {
    type Error = Unreadable;
    fn try_from(link: Link) -> Result<Self, Unreadable> {
        let Link { account, evidence, confidence, manual } = link;
        let evidence = (evidence != Evidence::Own).then(|| serde_json::to_string(&evidence)).transpose()?;
        Ok(Self { account, evidence, confidence, manual })
    }
}

impl TryFrom<PackedLink> for Link {
    type Error = Unreadable;
    fn try_from(packed: PackedLink) -> Result<Self, Unreadable> {
        let PackedLink { account, evidence, confidence, manual } = packed;
        let evidence = evidence.map_or(Ok(Evidence::Own), |text| serde_json::from_str(&text))?;
        Ok(Self { account, evidence, confidence, manual })
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
