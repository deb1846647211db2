//! What is replaced in members and decisions when a person is erased. The person stays a member, without a name, whose
//! accounts are pseudonyms: who worked under two accounts still counts once.

use crate::{
    assignment::{Link, Member},
    evidence::Evidence,
    input::{Decided, Decision},
};
use jiff::Timestamp;
use plumbline_domain::{Erase, Erased, MemberId};

fn member(id: &mut MemberId, erased: &Erased) {
    if let Some(pseudonym) = erased.member(id) {
        *id = pseudonym;
    }
}

impl Erase for Member {
    fn erase(&mut self, erased: &Erased) {
        let Self { id, created: _, name, accounts, merged_into, follows } = self;
        if let Some(pseudonym) = erased.member(id) {
            (*id, *name) = (pseudonym, None);
            for link in &mut *accounts {
                link.account.erase(erased);
                // What linked the accounts is gone: from now on they are together as if an admin had said so, before
                // every decision that an admin really made.
                if !link.manual {
                    *link = Link::new(link.account.clone(), Evidence::Confirmed { at: Timestamp::UNIX_EPOCH });
                }
            }
            accounts.sort_by(|a, b| a.account.cmp(&b.account));
        }
        for link in accounts {
            link.account.erase(erased);
            link.evidence.erase(erased);
        }
        if let Some(other) = merged_into {
            member(other, erased);
        }
        follows.erase(erased);
    }
}

impl Erase for Evidence {
    fn erase(&mut self, erased: &Erased) {
        match self {
            Self::Own | Self::Confirmed { .. } | Self::SplitOff { .. } => {}
            Self::VerifiedId { with } => with.erase(erased),
            Self::NoreplyAddress { address: text, with }
            | Self::DomainEmail { address: text, with }
            | Self::CommitEmail { address: text, in_domain: _, with }
            | Self::UnprovenEmail { address: text, with }
            | Self::SameName { name: text, with }
            | Self::Login { pattern: _, text, with } => {
                with.erase(erased);
                if let Some(clean) = erased.text(text) {
                    *text = clean;
                }
            }
        }
    }
}

impl Erase for Decided {
    fn erase(&mut self, erased: &Erased) {
        let Self { at: _, decision } = self;
        match decision {
            Decision::Confirm { account, member: id } => {
                account.erase(erased);
                member(id, erased);
            }
            Decision::Split { account } | Decision::NotAPerson { account } => account.erase(erased),
            Decision::Merge { from, into } => {
                member(from, erased);
                member(into, erased);
            }
        }
    }
}
