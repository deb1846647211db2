//! Reading what a team has: repositories, accounts, groups, and the commits of default branches.

use crate::{
    Result, Store,
    documents::body_of,
    keys,
    listings::{AccountDocument, GroupDocument, MembershipDocument, RepositoryDocument},
    table::{self, Item, Sort},
};
use plumbline_domain::{Account, BranchCommit, Group, Membership, Provider, Repository, RepositoryKey, TeamId};

impl Store {
    /// The team's repositories, those that are gone, too, in order of keys.
    pub async fn load_repositories(&self, team: &TeamId) -> Result<Vec<Repository>> {
        self.team_facts(team, keys::REPOSITORIES, |item| Ok(body_of::<RepositoryDocument>(item)?.into())).await
    }

    /// Every account seen, members and others, in order of keys.
    pub async fn load_accounts(&self, team: &TeamId) -> Result<Vec<Account>> {
        self.team_facts(team, keys::ACCOUNTS, |item| Ok(body_of::<AccountDocument>(item)?.into())).await
    }

    /// The accounts of one provider, in order of keys.
    pub async fn load_accounts_of(&self, team: &TeamId, provider: Provider) -> Result<Vec<Account>> {
        let prefix = format!("{}{provider}:", keys::ACCOUNTS);
        self.team_facts(team, &prefix, |item| Ok(body_of::<AccountDocument>(item)?.into())).await
    }

    /// The team's groups and who is in them, those that are gone, too, in order of keys.
    pub async fn load_groups(&self, team: &TeamId) -> Result<(Vec<Group>, Vec<Membership>)> {
        let (mut groups, mut memberships) = (Vec::new(), Vec::new());
        let pk = keys::team_partition(team);
        for item in self.query_all(&self.tables.facts, &pk, Sort::Prefix(keys::GROUPS.into())).await? {
            if keys::is_membership(table::text_of(&item, "sk")?) {
                memberships.push(body_of::<MembershipDocument>(&item)?.into());
            } else {
                groups.push(body_of::<GroupDocument>(&item)?.into());
            }
        }
        Ok((groups, memberships))
    }

    async fn team_facts<T>(&self, team: &TeamId, prefix: &str, read: impl Fn(&Item) -> Result<T>) -> Result<Vec<T>> {
        let sort = Sort::Prefix(prefix.into());
        self.query_each(&self.tables.facts, &keys::team_partition(team), sort, read).await
    }

    /// The commits of a repository's default branch with hashes above `after`, in order of hashes, at most `limit`.
    pub async fn list_branch_commits(
        &self,
        team: &TeamId,
        repository: RepositoryKey,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<BranchCommit>> {
        let (from, to) = keys::branch_commits_after(after);
        let pk = keys::repository_partition(team, repository);
        let items = self.query_first(&self.tables.facts, &pk, Sort::Between(from, to), Some(limit)).await?;
        items.iter().map(body_of).collect()
    }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
