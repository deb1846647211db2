//! What the ladder works from.

use crate::assignment::Member;
use jiff::Timestamp;
use plumbline_domain::{ActorKind, MemberId, VendorId};
use serde::{Deserialize, Serialize};

/// An address that a vendor shows for an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeenEmail {
    /// As the vendor writes it.
    pub address: String,
    /// Whether the vendor has checked it, or an admin of the organisation set it. Anybody can type anybody's address
    /// into a profile: what was not checked only proposes a link.
    pub verified: bool,
}

/// An account as a vendor shows it now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountView {
    /// Which one.
    pub id: VendorId,
    /// Present login.
    pub login: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// The addresses that the vendor shows.
    pub emails: Vec<SeenEmail>,
    /// Person, bot or other (apps, customers of a service desk): only people's accounts are linked by themselves.
    pub kind: ActorKind,
    /// Whether it is in use. An account that was left keeps its link; a member's name comes from an active one.
    pub active: bool,
    /// Accounts that the vendor itself states to be the same one (a Copilot seat's assignee, a SAML id).
    pub links_to: Vec<VendorId>,
}

/// An address on commits that the code host attributes to an account. (GitHub attributes a commit only to the account
/// that has proved to own its address:
/// <https://docs.github.com/en/account-and-profile/setting-up-and-managing-your-personal-account-on-github/managing-email-preferences/setting-your-commit-email-address>)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CommitEmail {
    /// The account at the code host.
    pub account: VendorId,
    /// The author's address.
    pub address: String,
    /// On how many commits; none is no evidence.
    pub commits: u32,
}

/// What the team says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Domains whose addresses the organisation gives out: whoever has one is who it says. Subdomains are named apart.
    pub verified_domains: Vec<String>,
}

/// What an admin decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Decision {
    /// The account is this member's.
    Confirm {
        /// Whose account.
        account: VendorId,
        /// Whose it is.
        member: MemberId,
    },
    /// The account is a person of its own, and not of the member it was with. Evidence that goes through it no longer
    /// links by itself.
    Split {
        /// Which account.
        account: VendorId,
    },
    /// Two members are one person.
    Merge {
        /// The id that becomes an alias.
        from: MemberId,
        /// The id that stays.
        into: MemberId,
    },
    /// The account is nobody's: a robot, a shared mailbox, a test.
    NotAPerson {
        /// Which account.
        account: VendorId,
    },
}

impl Decision {
    /// The account it is about; a merge is about members alone.
    pub fn account(&self) -> Option<&VendorId> {
        match self {
            Self::Confirm { account, .. } | Self::Split { account } | Self::NotAPerson { account } => Some(account),
            Self::Merge { .. } => None,
        }
    }
}

/// A decision and its time. Of several about one account the latest holds, so that an admin can correct another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub decision: Decision,
}

/// All of it, of one team. Each list may be in any order.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The accounts that the vendors show now. One that is missing keeps its stored link.
    pub accounts: &'a [AccountView],
    /// Addresses on commits. Those of accounts that nobody shows are ignored.
    pub commit_emails: &'a [CommitEmail],
    /// The members that an earlier run made, aliases included.
    pub members: &'a [Member],
    /// Every decision of the team's admins that still stands or was overruled by a later one.
    pub decisions: &'a [Decided],
    /// What the team says about itself.
    pub policy: &'a Policy,
}
