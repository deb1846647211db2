//! Who belongs to a team.

use plumbline_connectors::Settings;
use plumbline_domain::{Account, ActorKind, Provider, VendorId};
use plumbline_store::{ConnectionRecord, SamePerson, Team};
use serde::{Deserialize as _, Serialize};
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

/// The users' accounts that belong to the team, by login (the team's own bots among them): where a code host's
/// organisation is connected, its members; where only repositories are, everybody who was seen in them; and only where
/// no code host shows anybody, the accounts that the other vendors list.
pub(crate) fn belonging(accounts: Vec<Account>, connections: &[ConnectionRecord]) -> Vec<Account> {
    let at_host = |account: &Account| account.id.provider == Provider::Github;
    let (host, others): (Vec<Account>, Vec<Account>) = accounts.into_iter().partition(at_host);
    let accounts = if host.is_empty() { others } else { host };
    let listed: BTreeSet<Provider> = Provider::ALL
        .into_iter()
        .filter(|provider| {
            let connection = connections.iter().find(|connection| connection.provider == *provider);
            match connection.and_then(|connection| Settings::deserialize(&connection.settings).ok()) {
                Some(settings) => settings.organization.is_some(),
                // Disconnected: as it was last known.
                None => accounts.iter().any(|a| a.id.provider == *provider && a.member == Some(true)),
            }
        })
        .collect();
    let mut belonging: Vec<Account> = accounts
        .into_iter()
        .filter(|account| account.kind == ActorKind::User)
        .filter(|account| account.member == Some(true) || !listed.contains(&account.id.provider))
        .collect();
    belonging.sort_by(|a, b| (&a.login, &a.id).cmp(&(&b.login, &b.id)));
    belonging
}
