//! Who belongs to a team.

use plumbline_domain::{Account, VendorId};
use plumbline_export::belonging;
use plumbline_store::{ConnectionRecord, SamePerson, Team};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A person of a team, by their account at a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Member {
    /// The vendor's id, as `provider:id`.
    pub(crate) id: String,
    /// Present login.
    pub(crate) login: String,
    /// Display name, where the vendor shows one.
    pub(crate) name: Option<String>,
    /// Role in the organisation, where there is one.
    pub(crate) role: Option<String>,
}

/// The people among the accounts, by login, without those that the team calls bots; of several accounts of one person
/// the one that stands for them.
pub(crate) fn people(
    team: &Team,
    accounts: Vec<Account>,
    connections: &[ConnectionRecord],
    same: &SamePerson,
) -> Vec<Member> {
    let bots: BTreeSet<&VendorId> = team.bots.iter().collect();
    let all = belonging(accounts, connections);
    let there: BTreeSet<VendorId> = all.iter().map(|account| account.id.clone()).collect();
    all.into_iter()
        .filter(|account| !bots.contains(&account.id))
        .filter(|account| {
            let stands = same.of(&account.id);
            *stands == account.id || !there.contains(stands)
        })
        .map(|account| Member {
            id: account.id.to_string(),
            login: account.login,
            name: account.name,
            role: account.role,
        })
        .collect()
}
