//! The rungs of the ladder: what links an account, and how sure that is.

use jiff::Timestamp;
use plumbline_domain::VendorId;
use serde::{Deserialize, Serialize};

/// How sure a link is, from 0 to 100. Fixed for each kind of evidence: a number to sort and filter by, not a
/// probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(u8);

impl Confidence {
    /// The vendor's own word, or an admin's.
    pub const CERTAIN: Self = Self(100);
    /// From here on evidence links at once; below it only proposes.
    pub const APPLIES: Self = Self(70);

    /// The number.
    pub const fn value(self) -> u8 {
        self.0
    }

    /// Whether it links without anybody's look.
    pub fn applies(self) -> bool {
        self >= Self::APPLIES
    }
}

/// Which pattern joins a login (or the local part of an address) to a name or to another login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginPattern {
    /// `anna.meier`, `anna-meier`, `annameier`, either name first, and Anna Meier.
    FullName,
    /// The same login at both.
    SameLogin,
    /// The local part of an address, and a login or the local part of another address.
    LocalPart,
    /// `ameier`, and Anna Meier.
    InitialAndName,
}

/// What proves a link. Holds addresses and names: it is stored, and never logged.
///
/// `with` is the other account that shows the same; which one is of no further meaning where there are several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// Nothing links it: the account is the member. Also the account of a member that others were later linked to by
    /// hand.
    Own,
    /// An admin said whose it is.
    Confirmed {
        /// When.
        at: Timestamp,
    },
    /// An admin said that it is a person of its own.
    SplitOff {
        /// When.
        at: Timestamp,
    },
    /// A vendor states that the two are one account.
    VerifiedId {
        /// The other one.
        with: VendorId,
    },
    /// GitHub's own no-reply address: it begins with the account's id.
    NoreplyAddress {
        /// The address.
        address: String,
        /// The other one.
        with: VendorId,
    },
    /// Both vendors verified the same address, in a domain of the organisation.
    DomainEmail {
        /// The address.
        address: String,
        /// The other account.
        with: VendorId,
    },
    /// An address on commits that is also the other account's.
    CommitEmail {
        /// The address.
        address: String,
        /// Whether it is in a domain of the organisation.
        in_domain: bool,
        /// The other account.
        with: VendorId,
    },
    /// The same address, but unchecked, outside the organisation's domains, or shared by several people.
    UnprovenEmail {
        /// The address.
        address: String,
        /// The other account.
        with: VendorId,
    },
    /// The same display name but for case, accents, separators and order.
    SameName {
        /// The name as it was compared.
        name: String,
        /// The other account.
        with: VendorId,
    },
    /// A login that looks like the other account's name, login or address.
    Login {
        /// In which way.
        pattern: LoginPattern,
        /// What was compared.
        text: String,
        /// The other account.
        with: VendorId,
    },
}

impl Evidence {
    /// Fixed for each kind.
    pub const fn confidence(&self) -> Confidence {
        match self {
            Self::Own
            | Self::Confirmed { .. }
            | Self::SplitOff { .. }
            | Self::VerifiedId { .. }
            | Self::NoreplyAddress { .. } => Confidence::CERTAIN,
            Self::DomainEmail { .. } => Confidence(90),
            Self::CommitEmail { in_domain: true, .. } => Confidence(85),
            // The person's own, and the code host checked it; but the organisation vouches for nothing.
            Self::CommitEmail { in_domain: false, .. } => Confidence::APPLIES,
            Self::UnprovenEmail { .. } => Confidence(50),
            Self::SameName { .. } => Confidence(40),
            Self::Login { pattern: LoginPattern::FullName | LoginPattern::SameLogin, .. } => Confidence(35),
            Self::Login { pattern: LoginPattern::LocalPart, .. } => Confidence(30),
            Self::Login { pattern: LoginPattern::InitialAndName, .. } => Confidence(20),
        }
    }

    /// Whether an admin's decision is the proof.
    pub const fn is_manual(&self) -> bool {
        matches!(self, Self::Confirmed { .. } | Self::SplitOff { .. })
    }
}
