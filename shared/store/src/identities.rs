//! Who is who in a team: members, admins' decisions, and assigning accounts to members anew.

use crate::{
    Result, Store,
    documents::body_of,
    keys,
    table::{self, Sort},
};
use futures::try_join;
use jiff::Timestamp;
use plumbline_domain::{Account, Provider, TeamId, VendorId};
use plumbline_identity::{AccountView, Assignment, CommitEmail, Decided, Input, Member, Policy, SeenEmail, assign};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
    time::Duration,
};

/// How long assigning and saving may take.
const CLAIM: Duration = Duration::from_secs(25);

/// Members saved in one go.
const SAVED_AT_ONCE: usize = 1_000;

/// The accounts that stand for others of the same person at the same vendor: metrics count such a person once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SamePerson(pub(crate) BTreeMap<VendorId, VendorId>);

impl SamePerson {
    /// The account that stands for the person behind an account; the account itself where the person has no other.
    pub fn of<'a>(&'a self, account: &'a VendorId) -> &'a VendorId {
        self.0.get(account).unwrap_or(account)
    }

    /// All accounts of the person behind an account at its vendor, this one included.
    pub fn all_of(&self, account: &VendorId) -> BTreeSet<VendorId> {
        let stands = self.of(account);
        let others = self.0.iter().filter(|(_, known)| *known == stands).map(|(other, _)| other.clone());
        others.chain([stands.clone(), account.clone()]).collect()
    }

    /// Of one provider, by numeric ids.
    pub fn numeric(&self, provider: Provider) -> HashMap<u64, u64> {
        let number = |id: &VendorId| if id.provider == provider { id.id.parse().ok() } else { None };
        self.0.iter().filter_map(|(account, stands)| Some((number(account)?, number(stands)?))).collect()
    }

    /// From members: the smallest id of each vendor stands for the others.
    pub fn from_members(members: &[Member]) -> Self {
        let mut all = BTreeMap::new();
        for member in members {
            let mut first: BTreeMap<Provider, &VendorId> = BTreeMap::new();
            for link in &member.accounts {
                match first.get(&link.account.provider) {
                    None => {
                        first.insert(link.account.provider, &link.account);
                    }
                    Some(stands) => {
                        all.insert(link.account.clone(), (*stands).clone());
                    }
                }
            }
        }
        Self(all)
    }
}

/// What assigning brought.
#[derive(Debug)]
pub enum Identified {
    /// Done; what was different is saved.
    Assigned(Box<Assignment>),
    /// Somebody else is at it: again in some seconds.
    Busy,
}

impl Store {
    /// The team's members, aliases included, in order of ids.
    pub async fn load_members(&self, team: &TeamId) -> Result<Vec<Member>> {
        let sort = Sort::Prefix(keys::MEMBERS.into());
        self.query_each(&self.tables.accounts, &keys::team_partition(team), sort, body_of).await
    }

    /// What admins decided, the oldest first.
    pub async fn load_decisions(&self, team: &TeamId) -> Result<Vec<Decided>> {
        let sort = Sort::Prefix(keys::DECISIONS.into());
        self.query_each(&self.tables.accounts, &keys::team_partition(team), sort, body_of).await
    }

    /// Keeps a decision, for ever. `id` tells those of one instant apart.
    pub async fn save_decision(&self, team: &TeamId, decided: &Decided, id: &str) -> Result<()> {
        let key = keys::decision(team, decided.at, id);
        let item = body_item(&key, decided)?;
        self.batch_write(&self.tables.accounts, vec![table::write_request(item)?]).await
    }

    /// Accounts that stand for others of the same person.
    pub async fn load_same_person(&self, team: &TeamId) -> Result<SamePerson> {
        let item = self.get(&self.tables.accounts, &keys::same_person(team)).await?;
        item.map_or_else(|| Ok(SamePerson::default()), |item| body_of(&item))
    }

    /// Who is who as things stand, without saving it.
    pub async fn assignment(&self, team: &TeamId) -> Result<Assignment> {
        Ok(Box::pin(self.assigned(team)).await?.0)
    }

    /// Assigns all accounts anew, and saves what is different: one at a time per team.
    pub async fn identify(&self, team: &TeamId, now: Timestamp) -> Result<Identified> {
        let claim = keys::identities_claim(team);
        if !self.claim(&claim, now, CLAIM).await? {
            return Ok(Identified::Busy);
        }
        let saved = Box::pin(self.save_assignment(team)).await;
        self.release(&claim).await?;
        saved.map(|assignment| Identified::Assigned(Box::new(assignment)))
    }

    async fn save_assignment(&self, team: &TeamId) -> Result<Assignment> {
        let accounts = &self.tables.accounts;
        let (assignment, before) = Box::pin(self.assigned(team)).await?;
        // Both in order of ids.
        let is_known = |member: &Member| {
            let place = before.binary_search_by(|known| known.id.cmp(&member.id));
            place.is_ok_and(|place| before.get(place) == Some(member))
        };
        let different: Vec<&Member> = assignment.members.iter().filter(|member| !is_known(member)).collect();
        drop(before);
        let same = SamePerson::from_members(&assignment.members);
        if different.is_empty() && same == self.load_same_person(team).await? {
            return Ok(assignment);
        }
        for some in different.chunks(SAVED_AT_ONCE) {
            let item = |member: &&Member| table::write_request(body_item(&keys::member(team, &member.id), member)?);
            self.batch_write(accounts, some.iter().map(item).collect::<Result<_>>()?).await?;
        }
        // Derived, and so the last: a crash before it is mended by the next assignment.
        let derived = table::write_request(body_item(&keys::same_person(team), &same)?)?;
        self.batch_write(accounts, vec![derived]).await?;
        Ok(assignment)
    }

    /// The assignment now, and the members it was made from.
    async fn assigned(&self, team: &TeamId) -> Result<(Assignment, Vec<Member>)> {
        let (mut accounts, members, decisions, known) = try_join!(
            self.load_accounts(team),
            self.load_members(team),
            self.load_decisions(team),
            self.load_team(team)
        )?;
        let policy = Policy { verified_domains: known.map(|team| team.email_domains).unwrap_or_default() };
        let mut commit_emails = Vec::new();
        for account in &mut accounts {
            // One is as good as many: the code host attributes commits to whoever proved to own the address.
            let addresses = mem::take(&mut account.commit_emails).into_iter();
            let of = |address| CommitEmail { account: account.id.clone(), address, commits: 1 };
            commit_emails.extend(addresses.map(of));
        }
        let views = views(accounts);
        let input = Input {
            accounts: &views,
            commit_emails: &commit_emails,
            members: &members,
            decisions: &decisions,
            policy: &policy,
        };
        let assignment = assign(input);
        Ok((assignment, members))
    }
}

/// Accounts as the ladder takes them, with what the vendors state of accounts at their sister products: Jira's account
/// ids are Atlassian's, and an enterprise's licences name GitHub logins.
fn views(accounts: Vec<Account>) -> Vec<AccountView> {
    let of_github = accounts.iter().filter(|account| account.id.provider == Provider::Github);
    let logins: HashMap<String, VendorId> =
        of_github.map(|account| (account.login.to_lowercase(), account.id.clone())).collect();
    let view = |account: Account| {
        let links_to = match account.id.provider {
            Provider::Jira => vec![VendorId::new(Provider::Atlassian, &account.id.id)],
            Provider::GithubEnterprise => logins.get(&account.login.to_lowercase()).cloned().into_iter().collect(),
            _ => Vec::new(),
        };
        let email = account.email.map(|email| SeenEmail { address: email.address, verified: email.verified });
        AccountView {
            id: account.id,
            login: Some(account.login).filter(|login| !login.is_empty()),
            name: account.name,
            emails: email.into_iter().collect(),
            kind: account.kind,
            active: account.active.or(account.member).unwrap_or(true),
            links_to,
        }
    };
    accounts.into_iter().map(view).collect()
}

pub(crate) fn body_item<T: Serialize>(key: &keys::Key, body: &T) -> Result<table::Item> {
    let text = serde_json::to_string(body)
        .map_err(|error| crate::StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
    Ok(table::item(key, [("body", table::text(text))]))
}

#[cfg(test)]
#[path = "identities_tests.rs"]
mod tests;
