//! API tokens of a team: what is stored of one is the hash of its text.

use crate::{
    Result, Store, keys,
    table::{self, Sort},
};
use jiff::Timestamp;
use plumbline_domain::{GrantId, Scope, TeamId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An API token of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its id.
    pub id: GrantId,
    /// What people call it.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// Whose it is: it ends with them. `None`: the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Timestamp>,
    /// When it is over.
    pub ends_at: Timestamp,
    /// Its last noted use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// Hash of its text.
    pub hash: String,
    /// Hash of its text before it was rotated, and until when that one works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<(String, Timestamp)>,
}

impl ApiToken {
    /// Whether the text with this hash still works.
    pub fn holds(&self, hash: &str, now: Timestamp) -> bool {
        let previous = self.previous.as_ref().is_some_and(|(previous, until)| previous == hash && *until > now);
        self.ends_at > now && (self.hash == hash || previous)
    }

    pub(crate) fn hashes(&self) -> BTreeSet<&str> {
        self.previous.iter().map(|(hash, _)| hash.as_str()).chain([self.hash.as_str()]).collect()
    }
}

#[derive(Serialize, Deserialize)]
struct Lookup {
    team: TeamId,
    token: GrantId,
}

impl Store {
    /// Makes or replaces a token, and with it the lookups by its hashes. `before`: as it was, where there was one; `false`:
    /// it is not that any more.
    pub async fn save_api_token(&self, team: &TeamId, token: &ApiToken, before: Option<&ApiToken>) -> Result<bool> {
        let accounts = &self.tables.accounts;
        let put = table::put(accounts, table::written(&keys::api_token(team, &token.id), token)?);
        let put = match before {
            Some(before) => put
                .condition_expression("#hash = :hash")
                .expression_attribute_names("#hash", "hash")
                .expression_attribute_values(":hash", table::text(&before.hash)),
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        let mut writes = vec![table::transact_put(put)?];
        let (old, new) = (before.map(ApiToken::hashes).unwrap_or_default(), token.hashes());
        for hash in new.difference(&old) {
            let lookup = Lookup { team: team.clone(), token: token.id.clone() };
            let put = table::put(accounts, table::written(&keys::lookup_api_token(hash), lookup)?);
            writes.push(table::transact_put(put)?);
        }
        for hash in old.difference(&new) {
            writes.push(table::transact_delete(table::delete(accounts, &keys::lookup_api_token(hash)))?);
        }
        self.transact(writes).await
    }

    /// Ends a token. `false`: there is none of this id.
    pub async fn delete_api_token(&self, team: &TeamId, id: &GrantId) -> Result<bool> {
        let Some(token) = self.load_api_token(team, id).await? else { return Ok(false) };
        let lookups = token.hashes().into_iter().map(keys::lookup_api_token);
        // The token first: without it its lookups open nothing.
        let all: Vec<_> = [keys::api_token(team, id)].into_iter().chain(lookups).collect();
        for key in &all {
            self.batch_write(&self.tables.accounts, vec![table::delete_request(key)?]).await?;
        }
        Ok(true)
    }

    /// The token, if the team has one of this id.
    pub async fn load_api_token(&self, team: &TeamId, id: &GrantId) -> Result<Option<ApiToken>> {
        self.get(&self.tables.accounts, &keys::api_token(team, id)).await?.map(table::read).transpose()
    }

    /// The team's tokens, by id.
    pub async fn load_api_tokens(&self, team: &TeamId) -> Result<Vec<ApiToken>> {
        let sort = Sort::Prefix(keys::API_TOKENS.into());
        let items = self.query_all(&self.tables.accounts, &keys::team_partition(team), sort).await?;
        items.into_iter().map(table::read).collect()
    }

    /// Whose token a hash is of, and which.
    pub async fn find_api_token(&self, hash: &str) -> Result<Option<(TeamId, GrantId)>> {
        let item = self.get(&self.tables.accounts, &keys::lookup_api_token(hash)).await?;
        Ok(item.map(table::read::<Lookup>).transpose()?.map(|lookup| (lookup.team, lookup.token)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sample::{at, team},
        testing::memory_store,
    };

    fn token() -> ApiToken {
        ApiToken {
            id: "k1".parse().unwrap(),
            name: "BI".into(),
            scopes: [Scope::Metrics].into(),
            made_by: None,
            created_at: at(0),
            rotated_at: None,
            ends_at: at(1000),
            used_at: None,
            hash: "one".into(),
            previous: None,
        }
    }

    #[tokio::test]
    async fn a_token_is_found_by_each_of_its_hashes_until_it_is_deleted() {
        let (store, team, one) = (memory_store().await, team(), token());
        assert!(store.save_api_token(&team, &one, None).await.unwrap());
        assert!(!store.save_api_token(&team, &one, None).await.unwrap());
        let two = ApiToken { hash: "two".into(), previous: Some(("one".into(), at(50))), ..token() };
        assert!(store.save_api_token(&team, &two, Some(&one)).await.unwrap());
        assert!(!store.save_api_token(&team, &two, Some(&one)).await.unwrap(), "it was rotated meanwhile");
        for hash in ["one", "two"] {
            assert_eq!(store.find_api_token(hash).await.unwrap(), Some((team.clone(), one.id.clone())));
        }
        let three = ApiToken { hash: "three".into(), previous: Some(("two".into(), at(60))), ..token() };
        assert!(store.save_api_token(&team, &three, Some(&two)).await.unwrap());
        assert_eq!(store.find_api_token("one").await.unwrap(), None);
        assert!(store.delete_api_token(&team, &one.id).await.unwrap());
        assert!(!store.delete_api_token(&team, &one.id).await.unwrap());
        for hash in ["two", "three"] {
            assert_eq!(store.find_api_token(hash).await.unwrap(), None);
        }
        assert_eq!(store.load_api_tokens(&team).await.unwrap(), []);
    }

    #[test]
    fn the_text_before_a_rotation_works_for_a_while() {
        let token = ApiToken { previous: Some(("zero".into(), at(50))), ..token() };
        assert!(token.holds("one", at(999)) && !token.holds("one", at(1000)));
        assert!(token.holds("zero", at(49)) && !token.holds("zero", at(50)) && !token.holds("other", at(0)));
    }
}
