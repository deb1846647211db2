//! What exports call accounts.

use crate::belonging::belonging;
use plumbline_domain::{Account, Actor, ActorKind, Provider, VendorId};
use plumbline_store::{Result, Store, Team};
use std::collections::{HashMap, HashSet};

/// Present logins, the team's own bots, and who belongs to the team.
pub struct People {
    logins: HashMap<(Provider, u64), String>,
    accounts: HashMap<VendorId, (String, Option<String>)>,
    bots: HashSet<VendorId>,
    /// The accounts that belong to the team, by login.
    pub(crate) members: Vec<Account>,
}

impl People {
    /// Reads accounts and connections.
    pub async fn load(store: &Store, team: &Team) -> Result<Self> {
        let (accounts, connections) =
            futures::try_join!(store.load_accounts(&team.id), store.load_connections(&team.id))?;
        let login =
            |account: &Account| Some(((account.id.provider, account.id.id.parse().ok()?), account.login.clone()));
        Ok(Self {
            logins: accounts.iter().filter_map(login).collect(),
            accounts: accounts
                .iter()
                .map(|account| (account.id.clone(), (account.login.clone(), account.name.clone())))
                .collect(),
            bots: team.bots.iter().cloned().collect(),
            members: belonging(accounts, &connections),
        })
    }

    /// The account's present login; the one it had then where that is not known.
    pub(crate) fn login(&self, provider: Provider, actor: &Actor) -> String {
        self.logins.get(&(provider, actor.id)).unwrap_or(&actor.login).clone()
    }

    /// The account's present login and display name, as far as they are known.
    pub(crate) fn names(&self, account: &VendorId) -> (Option<&str>, Option<&str>) {
        let known = self.accounts.get(account);
        (known.map(|(login, _)| login.as_str()), known.and_then(|(_, name)| name.as_deref()))
    }

    /// Whether the vendor or the team calls the account a bot; a deleted one is none.
    pub(crate) fn is_bot(&self, provider: Provider, actor: Option<&Actor>) -> bool {
        actor.is_some_and(|actor| actor.kind == ActorKind::Bot || self.is_team_bot(&VendorId::new(provider, actor.id)))
    }

    /// Whether the team calls the account a bot.
    pub(crate) fn is_team_bot(&self, id: &VendorId) -> bool {
        self.bots.contains(id)
    }
}
