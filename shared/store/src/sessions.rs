//! Sessions, sign-ins under way, and how much each session and token may still call: what may be lost with no more harm than
//! another sign-in.

use crate::{Result, Store, StoreError, keys, retry, table};
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use plumbline_domain::{UserId, VendorId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// A session, by the hash of its text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// The operator's name for the issuer that said so.
    pub issuer: String,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their address, where the issuer vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Accounts that signing in proved to be theirs.
    #[serde(default)]
    pub accounts: Vec<VendorId>,
    /// When it was made.
    pub begun_at: Timestamp,
    /// When its user proved who they are.
    pub authenticated_at: Timestamp,
    /// Its last noted use.
    pub used_at: Timestamp,
    /// When it is over unless somebody uses it.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl fmt::Debug for Session {
    /// Without what the issuer said of its user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("user", &self.user).field("begun_at", &self.begun_at).finish_non_exhaustive()
    }
}

/// What is known of a sign-in under way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignIn {
    /// The operator's name for the issuer.
    pub issuer: String,
    /// Hash of the cookie of the browser that began.
    pub cookie_hash: String,
    /// The PKCE verifier. It is worth nothing without the code, which never comes here before it is used.
    pub verifier: String,
    /// What the ID token has to say.
    pub nonce: String,
    /// The issuer was told to ask its user again.
    pub fresh: bool,
    /// The path of the dashboard to go on to.
    pub return_to: String,
    /// When it is over.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl fmt::Debug for PendingSignIn {
    /// Without verifier and nonce.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignIn").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct ValidFrom {
    valid_from: Timestamp,
    expires_at: i64,
}

impl Store {
    /// Remembers a session under the hash of its text.
    pub async fn save_session(&self, hash: &str, session: &Session) -> Result<()> {
        let item = table::written(&keys::lookup_session(hash), session)?;
        self.batch_write(&self.tables.state, vec![table::write_request(item)?]).await
    }

    /// Notes that a session was used. One that was deleted meanwhile stays so.
    pub async fn note_session(&self, hash: &str, session: &Session) -> Result<bool> {
        let put = table::put(&self.tables.state, table::written(&keys::lookup_session(hash), session)?);
        self.transact(vec![table::transact_put(put.condition_expression("attribute_exists(pk)"))?]).await
    }

    /// The session with this hash. Whether it still holds is for its times to say.
    pub async fn load_session(&self, hash: &str) -> Result<Option<Session>> {
        self.get(&self.tables.state, &keys::lookup_session(hash)).await?.map(table::read).transpose()
    }

    /// Ends a session.
    pub async fn delete_session(&self, hash: &str) -> Result<()> {
        self.release(&keys::lookup_session(hash)).await
    }

    /// Ends all sessions of a user that were begun before `at`. Forgotten after `expires_at`, when none of them would hold.
    pub async fn end_sessions(&self, user: &UserId, at: Timestamp, expires_at: Timestamp) -> Result<()> {
        let body = ValidFrom { valid_from: at, expires_at: expires_at.as_second() };
        let item = table::written(&keys::lookup_sessions_valid_from(user), body)?;
        self.batch_write(&self.tables.state, vec![table::write_request(item)?]).await
    }

    /// From when on a user's sessions hold, if they ever ended all of them.
    pub async fn load_sessions_valid_from(&self, user: &UserId) -> Result<Option<Timestamp>> {
        let item = self.get(&self.tables.state, &keys::lookup_sessions_valid_from(user)).await?;
        Ok(item.map(table::read::<ValidFrom>).transpose()?.map(|body| body.valid_from))
    }

    /// Remembers a sign-in under way under the hash of its state.
    pub async fn save_sign_in(&self, state_hash: &str, pending: &PendingSignIn) -> Result<()> {
        self.begin(&keys::lookup_sign_in(state_hash), pending).await
    }

    /// Takes the sign-in with this hash of a state; the second who asks gets none.
    pub async fn take_sign_in(&self, state_hash: &str) -> Result<Option<PendingSignIn>> {
        self.take(&keys::lookup_sign_in(state_hash)).await
    }

    /// Remembers something that a browser begins elsewhere and comes back from.
    pub(crate) async fn begin(&self, key: &keys::Key, pending: &impl Serialize) -> Result<()> {
        if self.put_after(&self.tables.state, table::written(key, pending)?, None).await? {
            Ok(())
        } else {
            Err(StoreError::Conflict("something under way".into()))
        }
    }

    /// Takes it: the second who asks gets none.
    pub(crate) async fn take<T: DeserializeOwned>(&self, key: &keys::Key) -> Result<Option<T>> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.tables.state)
            .set_key(Some(table::key_item(key)))
            .return_values(ReturnValue::AllOld);
        let answer = retry::call(|| delete.clone().send()).await?;
        answer.attributes.filter(|item| !item.is_empty()).map(table::read).transpose()
    }

    /// When the bucket of a session or token is full again; `None`: it is full.
    pub async fn load_bucket(&self, hash: &str) -> Result<Option<Timestamp>> {
        let Some(item) = self.get(&self.tables.state, &keys::lookup_bucket(hash)).await? else { return Ok(None) };
        let at = i64::try_from(table::number_of(&item, "full_at")?).unwrap_or(i64::MAX);
        Timestamp::from_microsecond(at).map(Some).map_err(|error| table::corrupt(&item, error))
    }

    /// Puts the bucket as it is after a call in place of what it was before. `false`: another call came between.
    pub async fn save_bucket(&self, hash: &str, before: Option<Timestamp>, after: Timestamp) -> Result<bool> {
        let item = table::item(
            &keys::lookup_bucket(hash),
            [
                ("full_at", table::number(after.as_microsecond())),
                // Full by then, so that nothing is lost with it.
                ("expires_at", table::number(after.as_second().saturating_add(60))),
            ],
        );
        let put = self.client.put_item().table_name(&self.tables.state).set_item(Some(item));
        let put = match before {
            Some(before) => put
                .condition_expression("full_at = :before OR attribute_not_exists(pk)")
                .expression_attribute_values(":before", table::number(before.as_microsecond())),
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        match retry::call(|| put.clone().send()).await {
            Ok(_) => Ok(true),
            Err(error) if retry::is_condition_failed(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample::at, testing::memory_store};

    fn session() -> Session {
        Session {
            user: "u_ada".parse().unwrap(),
            issuer: "demo".into(),
            name: Some("Ada".into()),
            email: Some("ada@acme.example".into()),
            accounts: Vec::new(),
            begun_at: at(0),
            authenticated_at: at(0),
            used_at: at(0),
            expires_at: at(600),
        }
    }

    #[tokio::test]
    async fn a_session_that_ended_is_not_brought_back_by_its_last_use() {
        let store = memory_store().await;
        store.save_session("h", &session()).await.unwrap();
        let used = Session { used_at: at(5), ..session() };
        assert!(store.note_session("h", &used).await.unwrap());
        assert_eq!(store.load_session("h").await.unwrap(), Some(used.clone()));
        store.delete_session("h").await.unwrap();
        assert!(!store.note_session("h", &used).await.unwrap());
        assert_eq!(store.load_session("h").await.unwrap(), None);
        assert!(!format!("{used:?}").contains("acme"));
    }

    #[tokio::test]
    async fn all_sessions_end_at_an_instant() {
        let store = memory_store().await;
        let user = "u_ada".parse().unwrap();
        assert_eq!(store.load_sessions_valid_from(&user).await.unwrap(), None);
        store.end_sessions(&user, at(5), at(900)).await.unwrap();
        assert_eq!(store.load_sessions_valid_from(&user).await.unwrap(), Some(at(5)));
    }

    #[tokio::test]
    async fn a_sign_in_is_taken_once() {
        let store = memory_store().await;
        let pending = PendingSignIn {
            issuer: "demo".into(),
            cookie_hash: "c".into(),
            verifier: "s3cret".into(),
            nonce: "n0nce".into(),
            fresh: false,
            return_to: "/".into(),
            expires_at: at(600),
        };
        store.save_sign_in("h", &pending).await.unwrap();
        assert!(store.save_sign_in("h", &pending).await.is_err(), "a state is nobody else's");
        assert_eq!(store.take_sign_in("h").await.unwrap(), Some(pending.clone()));
        assert_eq!(store.take_sign_in("h").await.unwrap(), None);
        let text = format!("{pending:?}");
        assert!(!text.contains("s3cret") && !text.contains("n0nce"));
    }

    #[tokio::test]
    async fn of_two_calls_at_once_one_takes_anew() {
        let store = memory_store().await;
        assert_eq!(store.load_bucket("h").await.unwrap(), None);
        assert!(store.save_bucket("h", None, at(1)).await.unwrap());
        assert!(!store.save_bucket("h", None, at(1)).await.unwrap());
        assert!(store.save_bucket("h", Some(at(1)), at(2)).await.unwrap());
        assert!(!store.save_bucket("h", Some(at(1)), at(2)).await.unwrap());
        assert_eq!(store.load_bucket("h").await.unwrap(), Some(at(2)));
    }
}
