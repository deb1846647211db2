//! Who belongs to a team.

use plumbline_domain::{Account, ActorKind, Provider};
use plumbline_store::ConnectionRecord;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What of a connection's settings says whom its vendor lists.
#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    organization: Option<String>,
}

/// The users' accounts that belong to the team, by login (the team's own bots among them): where a code host's
/// organisation is connected, its members; where only repositories are, everybody who was seen in them; and only where
/// no code host shows anybody, the accounts that the other vendors list.
pub fn belonging(accounts: Vec<Account>, connections: &[ConnectionRecord]) -> Vec<Account> {
    let at_host = |account: &Account| account.id.provider == Provider::Github;
    let (host, others): (Vec<Account>, Vec<Account>) = accounts.into_iter().partition(at_host);
    let accounts = if host.is_empty() { others } else { host };
    let listed: BTreeSet<Provider> = Provider::ALL
        .into_iter()
        .filter(|provider| {
            let connection = connections.iter().find(|connection| connection.provider == *provider);
            match connection.and_then(|connection| Listing::deserialize(&connection.settings).ok()) {
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
