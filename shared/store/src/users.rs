//! Who may sign in to a team, and who is invited to.
//!
//! A user is an issuer's subject, the same in every team; what they are in a team is an item of that team's.

use crate::{
    Result, Store, keys,
    table::{self, Sort},
};
use jiff::Timestamp;
use plumbline_domain::{GrantId, MemberId, Role, TeamId, UserId, VendorId};
use serde::{Deserialize, Serialize};

/// Somebody who may sign in to a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The issuer's subject.
    pub id: UserId,
    /// The operator's name for the issuer.
    pub issuer: String,
    /// Their address, where the issuer vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their name, as the issuer has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they are in the team.
    pub role: Role,
    /// The groups that they lead.
    #[serde(default)]
    pub leads: Vec<VendorId>,
    /// Accounts that signing in proved to be theirs.
    #[serde(default)]
    pub accounts: Vec<VendorId>,
    /// The member they are, where an admin said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Since when.
    pub joined_at: Timestamp,
    /// How they came in.
    pub joined_by: JoinedBy,
}

/// How somebody came into a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinedBy {
    /// An invitation to their address.
    Invitation,
    /// Their address is of a domain that the team takes in.
    Domain,
    /// They are in the GitHub organisation that the team is connected to.
    GithubOrganization,
}

/// An invitation to whoever proves to own an address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: GrantId,
    /// The address, in lower case.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// The groups that they will lead.
    #[serde(default)]
    pub leads: Vec<VendorId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Invitation {
    /// Without the address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Store {
    /// The user, if they may sign in to the team.
    pub async fn load_user(&self, team: &TeamId, user: &UserId) -> Result<Option<User>> {
        self.get(&self.tables.accounts, &keys::user(team, user)).await?.map(table::read).transpose()
    }

    /// All who may sign in to the team, by id.
    pub async fn load_users(&self, team: &TeamId) -> Result<Vec<User>> {
        let sort = Sort::Prefix(keys::USERS.into());
        let items = self.query_all(&self.tables.accounts, &keys::team_partition(team), sort).await?;
        items.into_iter().map(table::read).collect()
    }

    /// The teams that somebody may sign in to, in order of their ids.
    pub async fn load_user_teams(&self, user: &UserId) -> Result<Vec<TeamId>> {
        let items = self.query_all(&self.tables.accounts, &keys::lookup_user_teams(user), Sort::All).await?;
        crate::accounts::team_ids(&items)
    }

    /// Lets somebody in; by an invitation, which is used up then. `false`: they are in already, or the invitation is
    /// gone.
    pub async fn create_user(&self, team: &TeamId, user: &User, invitation: Option<(&GrantId, &str)>) -> Result<bool> {
        let accounts = &self.tables.accounts;
        let put = table::put(accounts, table::written(&keys::user(team, &user.id), user)?);
        let lookup = table::item(&keys::lookup_user_team(&user.id, team), []);
        let mut writes = vec![
            table::transact_put(put.condition_expression("attribute_not_exists(pk)"))?,
            table::transact_put(table::put(accounts, lookup))?,
        ];
        if let Some((id, email_hash)) = invitation {
            let used = table::delete(accounts, &keys::invitation(team, id));
            writes.push(table::transact_delete(used.condition_expression("attribute_exists(pk)"))?);
            let lookup = table::delete(accounts, &keys::lookup_invitation(email_hash, team, id));
            writes.push(table::transact_delete(lookup)?);
            writes.push(table::transact_delete(table::delete(accounts, &keys::removed_user(team, &user.id)))?);
        }
        self.transact(writes).await
    }

    /// Replaces what is stored of a user. `false`: they are no longer in the team, or no longer what they were `before`.
    pub async fn save_user(&self, team: &TeamId, user: &User, before: Role) -> Result<bool> {
        let put = table::put(&self.tables.accounts, table::written(&keys::user(team, &user.id), user)?)
            .condition_expression("#role = :before")
            .expression_attribute_names("#role", "role")
            .expression_attribute_values(":before", table::text(before.as_str()));
        self.transact(vec![table::transact_put(put)?]).await
    }

    /// Whether somebody was removed from the team.
    pub async fn was_removed(&self, team: &TeamId, user: &UserId) -> Result<bool> {
        Ok(self.get(&self.tables.accounts, &keys::removed_user(team, user)).await?.is_some())
    }

    /// Lets somebody in no more: at once, since every request looks. They come back by an invitation alone. `false`: they
    /// were not in.
    pub async fn delete_user(&self, team: &TeamId, user: &UserId) -> Result<bool> {
        let accounts = &self.tables.accounts;
        let delete = table::delete(accounts, &keys::user(team, user));
        self.transact(vec![
            table::transact_delete(delete.condition_expression("attribute_exists(pk)"))?,
            table::transact_delete(table::delete(accounts, &keys::lookup_user_team(user, team)))?,
            table::transact_put(table::put(accounts, table::item(&keys::removed_user(team, user), [])))?,
        ])
        .await
    }

    /// Invites whoever proves to own the address with this hash.
    pub async fn save_invitation(&self, team: &TeamId, invitation: &Invitation, email_hash: &str) -> Result<()> {
        let accounts = &self.tables.accounts;
        let lookup = keys::lookup_invitation(email_hash, team, &invitation.id);
        let expires_at = table::number(invitation.expires_at.as_second());
        let item = table::written(&keys::invitation(team, &invitation.id), invitation)?;
        self.batch_write(
            accounts,
            vec![
                table::write_request(item)?,
                table::write_request(table::item(&lookup, [("expires_at", expires_at)]))?,
            ],
        )
        .await
    }

    /// The team's invitations, by id; also those that are over and not yet swept.
    pub async fn load_invitations(&self, team: &TeamId) -> Result<Vec<Invitation>> {
        let sort = Sort::Prefix(keys::INVITATIONS.into());
        let items = self.query_all(&self.tables.accounts, &keys::team_partition(team), sort).await?;
        items.into_iter().map(table::read).collect()
    }

    /// An invitation, if there is one with this id.
    pub async fn load_invitation(&self, team: &TeamId, id: &GrantId) -> Result<Option<Invitation>> {
        self.get(&self.tables.accounts, &keys::invitation(team, id)).await?.map(table::read).transpose()
    }

    /// Takes an invitation back.
    pub async fn delete_invitation(&self, team: &TeamId, id: &GrantId, email_hash: &str) -> Result<()> {
        let lookup = keys::lookup_invitation(email_hash, team, id);
        let keys = [keys::invitation(team, id), lookup];
        let deletes = keys.iter().map(table::delete_request).collect::<Result<_>>()?;
        self.batch_write(&self.tables.accounts, deletes).await
    }

    /// The invitations for the address with this hash.
    pub async fn load_invited(&self, email_hash: &str) -> Result<Vec<(TeamId, GrantId)>> {
        let items = self.query_all(&self.tables.accounts, &keys::lookup_invited(email_hash), Sort::All).await?;
        let parse = |item: &table::Item| {
            let sk = table::text_of(item, "sk")?;
            keys::parse_lookup_invitation(sk).ok_or_else(|| table::corrupt(item, "it names no invitation"))
        };
        items.iter().map(parse).collect()
    }

    /// Notes for which domains people may ask to be let into the team; `others` no longer do. What counts is the team's own
    /// list: an entry too many opens nothing.
    pub async fn save_domain_lookups(&self, team: &TeamId, domains: &[String], others: &[String]) -> Result<()> {
        let put = |domain: &String| table::write_request(table::item(&keys::lookup_domain_team(domain, team), []));
        let delete = |domain: &String| table::delete_request(&keys::lookup_domain_team(domain, team));
        let gone = others.iter().filter(|domain| !domains.contains(domain));
        let writes = domains.iter().map(put).chain(gone.map(delete)).collect::<Result<_>>()?;
        self.batch_write(&self.tables.accounts, writes).await
    }

    /// The teams that may take in people with addresses of a domain.
    pub async fn load_domain_teams(&self, domain: &str) -> Result<Vec<TeamId>> {
        let items = self.query_all(&self.tables.accounts, &keys::lookup_domain_teams(domain), Sort::All).await?;
        crate::accounts::team_ids(&items)
    }
}

#[cfg(test)]
#[path = "users_tests.rs"]
mod tests;
