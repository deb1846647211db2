//! Consents under way at a vendor: found by the hash of their state, and taken once.

use crate::{Result, Store, keys};
use jiff::Timestamp;
use plumbline_domain::{Provider, TeamId};
use serde::{Deserialize, Serialize};

/// What is known of a consent under way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingConsent {
    /// Who will be connected.
    pub team_id: TeamId,
    /// To whom.
    pub provider: Provider,
    /// Hash of the cookie of the browser that began.
    pub cookie_hash: String,
    /// The PKCE verifier. It is worth nothing without the code, which never comes here before it is used.
    pub verifier: String,
    /// When it is over.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for PendingConsent {
    /// Without the verifier.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { team_id, provider, .. } = self;
        f.debug_struct("PendingConsent").field("team", team_id).field("provider", provider).finish_non_exhaustive()
    }
}

impl Store {
    /// Remembers a consent under the hash of its state.
    pub async fn save_consent(&self, state_hash: &str, consent: &PendingConsent) -> Result<()> {
        self.begin(&keys::lookup_consent(state_hash), consent).await
    }

    /// Takes the consent with this hash of a state; the second who asks gets none.
    pub async fn take_consent(&self, state_hash: &str) -> Result<Option<PendingConsent>> {
        self.take(&keys::lookup_consent(state_hash)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sample::{at, team},
        testing::memory_store,
    };

    #[tokio::test]
    async fn a_consent_is_taken_once_and_never_shows_its_verifier() {
        let store = memory_store().await;
        let consent = PendingConsent {
            team_id: team(),
            provider: Provider::Slack,
            cookie_hash: "c".into(),
            verifier: "s3cret".into(),
            expires_at: at(600),
        };
        store.save_consent("h", &consent).await.expect("saved");
        assert!(store.save_consent("h", &consent).await.is_err(), "a state is nobody else's");
        assert_eq!(store.take_consent("other").await.expect("asked"), None);
        assert_eq!(store.take_consent("h").await.expect("asked"), Some(consent.clone()));
        assert_eq!(store.take_consent("h").await.expect("asked"), None);
        assert!(!format!("{consent:?}").contains("s3cret"));
    }
}
