//! Who is who in a team: members, admins' decisions, and assigning accounts to members anew.

use crate::{
    Result, Store, StoreError,
    documents::body_of,
    keys,
    listings::AccountDocument,
    table::{self, Sort},
};
use jiff::Timestamp;
use plumbline_domain::{Account, Provider, TeamId, VendorId};
use plumbline_identity::{
    AccountView, Archive, Assignment, CommitEmail, Decided, Input, Known, Member, Policy, SeenEmail, Unreadable, assign,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

/// How long assigning and saving may take.
const CLAIM: Duration = Duration::from_secs(25);

/// Accounts, members and decisions that are unpacked and assigned in one go. Each takes some kilobytes meanwhile.
const ASSIGNED_AT_ONCE: usize = 1_000;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identified {
    /// Done; what was different is saved.
    Assigned,
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

    /// Who is who as things stand, with what needs a look, without saving it. All of it is in memory at once.
    pub async fn assignment(&self, team: &TeamId) -> Result<Assignment> {
        let (mut accounts, mut commits, mut members, mut decisions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let sort_in = |known| {
            match known {
                Known::Account(view) => accounts.push(view),
                Known::Commit(commit) => commits.push(commit),
                Known::Member(member) => members.push(member),
                Known::Decided(decided) => decisions.push(decided),
            }
            Ok(())
        };
        self.each_known(team, sort_in).await?;
        Ok(assign(Input {
            accounts: &accounts,
            commit_emails: &commits,
            members: &members,
            decisions: &decisions,
            policy: &self.policy(team).await?,
        }))
    }

    /// Assigns all accounts anew, and saves what is different: one at a time per team.
    pub async fn identify(&self, team: &TeamId, now: Timestamp) -> Result<Identified> {
        let claim = keys::identities_claim(team);
        if !self.claim(&claim, now, CLAIM).await? {
            return Ok(Identified::Busy);
        }
        let saved = Box::pin(self.assign_anew(team, ASSIGNED_AT_ONCE)).await;
        self.release(&claim).await?;
        saved.map(|()| Identified::Assigned)
    }

    /// By groups of what has anything in common, `at_once` things or a little more in memory at a time.
    async fn assign_anew(&self, team: &TeamId, at_once: usize) -> Result<()> {
        let unreadable = |error: Unreadable| StoreError::Corrupt {
            key: keys::team_partition(team),
            reason: format!("what is known of accounts: {error}"),
        };
        let mut archive = Archive::default();
        self.each_known(team, |known| archive.add(known).map_err(unreadable)).await?;
        let policy = self.policy(team).await?;
        let mut same = SamePerson::default();
        for batch in archive.assign(&policy, at_once).map_err(unreadable)? {
            let batch = batch.map_err(unreadable)?;
            same.0.extend(SamePerson::from_members(&batch.members).0);
            let item = |member: &Member| table::write_request(body_item(&keys::member(team, &member.id), member)?);
            self.batch_write(&self.tables.accounts, batch.different().map(item).collect::<Result<_>>()?).await?;
        }
        // Derived, and so the last: a crash before it is mended by the next assignment.
        if same != self.load_same_person(team).await? {
            let derived = table::write_request(body_item(&keys::same_person(team), &same)?)?;
            self.batch_write(&self.tables.accounts, vec![derived]).await?;
        }
        Ok(())
    }

    /// All that assigning takes, one after the other.
    async fn each_known(&self, team: &TeamId, mut each: impl FnMut(Known) -> Result<()>) -> Result<()> {
        let pk = keys::team_partition(team);
        let mut statements = Statements::default();
        let accounts = Sort::Prefix(keys::ACCOUNTS.into());
        self.query_into(&self.tables.facts, &pk, &accounts, |item| {
            let account = Account::from(body_of::<AccountDocument>(item)?);
            statements.known(account).try_for_each(&mut each)
        })
        .await?;
        drop(statements);
        let members = Sort::Prefix(keys::MEMBERS.into());
        self.query_into(&self.tables.accounts, &pk, &members, |item| each(Known::Member(body_of(item)?))).await?;
        self.load_decisions(team).await?.into_iter().map(Known::Decided).try_for_each(each)
    }

    async fn policy(&self, team: &TeamId) -> Result<Policy> {
        let known = self.load_team(team).await?;
        Ok(Policy { verified_domains: known.map(|team| team.email_domains).unwrap_or_default() })
    }
}

/// What the vendors state of accounts at their sister products: Jira's account ids are Atlassian's, and an enterprise's
/// licences name GitHub logins.
#[derive(Default)]
struct Statements {
    /// The id behind each login at GitHub.
    logins: HashMap<Box<str>, Box<str>>,
}

impl Statements {
    /// What an account tells the ladder. Accounts come in order of keys: GitHub's before its enterprises'.
    fn known(&mut self, account: Account) -> impl Iterator<Item = Known> + use<> {
        let login = || account.login.to_lowercase().into_boxed_str();
        let links_to = match account.id.provider {
            Provider::Github => {
                self.logins.insert(login(), account.id.id.as_str().into());
                None
            }
            Provider::GithubEnterprise => self.logins.get(&login()).map(|id| VendorId::new(Provider::Github, id)),
            Provider::Jira => Some(VendorId::new(Provider::Atlassian, &account.id.id)),
            _ => None,
        };
        let email = account.email.map(|email| SeenEmail { address: email.address, verified: email.verified });
        let id = account.id.clone();
        let view = AccountView {
            id: account.id,
            login: Some(account.login).filter(|login| !login.is_empty()),
            name: account.name,
            emails: email.into_iter().collect(),
            kind: account.kind,
            active: account.active.or(account.member).unwrap_or(true),
            links_to: links_to.into_iter().collect(),
        };
        // One commit is as good as many: the code host attributes them to whoever proved to own the address.
        let commit = move |address| Known::Commit(CommitEmail { account: id.clone(), address, commits: 1 });
        [Known::Account(view)].into_iter().chain(account.commit_emails.into_iter().map(commit))
    }
}

pub(crate) fn body_item<T: Serialize>(key: &keys::Key, body: &T) -> Result<table::Item> {
    let text = serde_json::to_string(body)
        .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
    Ok(table::item(key, [("body", table::text(text))]))
}

#[cfg(test)]
#[path = "identities_tests.rs"]
mod tests;
