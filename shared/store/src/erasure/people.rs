//! Members, users and what they did.

use super::Sweep;
use crate::{
    ApiToken, Invitation, Result, Team, User,
    accounts::connection_of,
    audit::{AuditActor, AuditEntry},
    documents::body_of,
    identities::{SamePerson, body_item},
    keys::{self, AccountItem, Key},
    table::{self, Item},
};
use plumbline_domain::{Erase, Erased, MemberId, TeamId, UserId, VendorId};
use plumbline_identity::{Decided, Member};

impl Sweep<'_> {
    pub(super) async fn account_item(&self, item: &Item) -> Result<Option<&'static str>> {
        let accounts = &self.store.tables.accounts;
        let key = table::key_of(item)?;
        match keys::account_item(self.team, &key) {
            AccountItem::Team => {
                let mut team: Team = table::read(item.clone())?;
                let before = team.clone();
                team.bots.erase(self.erased);
                if team == before {
                    return Ok(None);
                }
                self.replace(accounts, &key, table::written(&key, team)?).await?;
                Ok(Some("the team's list of bots"))
            }
            AccountItem::Member => {
                let mut member: Member = body_of(item)?;
                let before = member.clone();
                member.erase(self.erased);
                if member == before {
                    return Ok(None);
                }
                self.replace(accounts, &key, body_item(&keys::member(self.team, &member.id), &member)?).await?;
                Ok(Some("members"))
            }
            AccountItem::Decision => {
                let mut decided: Decided = body_of(item)?;
                let before = decided.clone();
                decided.erase(self.erased);
                if decided == before {
                    return Ok(None);
                }
                self.replace(accounts, &key, body_item(&key, &decided)?).await?;
                Ok(Some("decisions about identities"))
            }
            AccountItem::SamePerson => {
                let mut same: SamePerson = body_of(item)?;
                let before = same.clone();
                same.erase(self.erased);
                if same == before {
                    return Ok(None);
                }
                self.replace(accounts, &key, body_item(&key, &same)?).await?;
                Ok(Some("the map of accounts of one person"))
            }
            AccountItem::User => {
                let user: User = table::read(item.clone())?;
                if self.erased.user(&user.id).is_none() {
                    return Ok(None);
                }
                self.remove(accounts, &keys::lookup_user_team(&user.id, self.team)).await?;
                self.remove(accounts, &key).await?;
                Ok(Some("users"))
            }
            AccountItem::Removed(user) if self.erased.user(&user).is_some() => {
                self.remove(accounts, &key).await?;
                Ok(Some("users"))
            }
            AccountItem::Invitation => {
                let invited: Invitation = table::read(item.clone())?;
                if !self.erased.is_email(&invited.email) {
                    return Ok(None);
                }
                // Its lookup is by a hash and ends with it: it leads to nothing.
                self.remove(accounts, &key).await?;
                Ok(Some("invitations"))
            }
            AccountItem::Token => {
                let token: ApiToken = table::read(item.clone())?;
                if token.made_by.as_ref().is_none_or(|user| self.erased.user(user).is_none()) {
                    return Ok(None);
                }
                if !self.dry {
                    self.store.delete_api_token(self.team, &token.id).await?;
                }
                Ok(Some("API tokens"))
            }
            AccountItem::Audit => self.audit(item).await,
            AccountItem::Connection | AccountItem::Removed(_) | AccountItem::Other => Ok(None),
        }
    }

    async fn audit(&self, item: &Item) -> Result<Option<&'static str>> {
        let mut entry: AuditEntry = table::read(item.clone())?;
        let before = entry.clone();
        entry.erase(self.erased);
        if entry == before {
            return Ok(None);
        }
        if !self.dry {
            self.store.save_audit(self.team, &entry).await?;
        }
        Ok(Some("entries of the audit log"))
    }
}

/// The items outside the team's partitions that lead to one inside.
pub(super) fn lookups_of(team: &TeamId, key: &Key, item: &Item) -> Result<Vec<Key>> {
    Ok(match keys::account_item(team, key) {
        AccountItem::Team => {
            let stored: Team = table::read(item.clone())?;
            let domains = stored.join_domains.iter().map(|domain| keys::lookup_domain_team(domain, team));
            domains.chain([keys::lookup_team(team)]).collect()
        }
        AccountItem::Connection => {
            let record = connection_of(item.clone())?;
            let lookup = |source: &String| keys::lookup_webhook(record.provider, source, team);
            record.webhook_sources.iter().map(lookup).collect()
        }
        AccountItem::User => vec![keys::lookup_user_team(&table::read::<User>(item.clone())?.id, team)],
        AccountItem::Token => {
            let token: ApiToken = table::read(item.clone())?;
            token.hashes().into_iter().map(keys::lookup_api_token).collect()
        }
        // That of an invitation is by a hash, and ends with the invitation's time; without it it leads to nothing.
        _ => Vec::new(),
    })
}

impl Erase for AuditEntry {
    fn erase(&mut self, erased: &Erased) {
        let Self { at: _, request_id: _, actor, action: _, is_change: _, about, from, status: _ } = self;
        if let AuditActor::User(user) = actor
            && let Some(pseudonym) = erased.user(user)
        {
            (*user, *from) = (pseudonym, None);
        }
        for subject in about {
            let Some((kind, id)) = subject.split_once(':') else { continue };
            let member = id.parse::<MemberId>().ok().and_then(|id| erased.member(&id)).map(|id| id.to_string());
            let user = || id.parse::<UserId>().ok().and_then(|id| erased.user(&id)).map(|id| id.to_string());
            let account = || id.parse::<VendorId>().ok().and_then(|id| erased.account(&id)).map(|id| id.to_string());
            if let Some(pseudonym) = member.or_else(user).or_else(account) {
                *subject = format!("{kind}:{pseudonym}");
            }
        }
    }
}

impl Erase for SamePerson {
    fn erase(&mut self, erased: &Erased) {
        let all = std::mem::take(&mut self.0).into_iter();
        self.0 = all
            .map(|(mut account, mut stands)| {
                account.erase(erased);
                stands.erase(erased);
                (account, stands)
            })
            .collect();
    }
}
