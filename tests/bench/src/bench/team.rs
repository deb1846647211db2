//! The team that is measured, and its connections, as the API would leave them.

use plumbline_auth::envelope::Keyring;
use plumbline_bench::aws::KEYRING;
use plumbline_connectors::{Credentials, seal};
use plumbline_domain::{Clock, Provider, TeamId};
use plumbline_store::{ConnectionRecord, Store, Team};
use serde_json::Value;

/// Makes the team.
pub(crate) async fn create(store: &Store, clock: &Clock) -> anyhow::Result<TeamId> {
    let id: TeamId = "bench".parse()?;
    let team = Team {
        id: id.clone(),
        name: "Bench".to_owned(),
        time_zone: "UTC".to_owned(),
        created_at: clock.now(),
        email_domains: Vec::new(),
        join_domains: Vec::new(),
        join_by_github: false,
        bots: Vec::new(),
    };
    store.create_team(&team).await?;
    Ok(id)
}

/// A vendor's simulator, and how it is connected.
pub(crate) struct Access {
    pub(crate) provider: Provider,
    /// The simulator's origin.
    pub(crate) base_url: String,
    pub(crate) credentials: Credentials,
    pub(crate) settings: Value,
}

impl Access {
    /// With a token.
    pub(crate) fn by_token(provider: Provider, base_url: String, token: &str, settings: Value) -> Self {
        Self { provider, base_url, credentials: Credentials::Token(token.into()), settings }
    }
}

/// Connects the team to a simulator. No run is due.
pub(crate) async fn connect(store: &Store, clock: &Clock, team: &TeamId, access: Access) -> anyhow::Result<()> {
    let Access { provider, base_url, credentials, settings } = access;
    let now = clock.now();
    let connection = ConnectionRecord {
        provider,
        base_url: Some(base_url),
        sealed_credentials: seal(&credentials, &Keyring::parse(KEYRING)?, team, provider)?,
        settings,
        sync_at: None,
        webhook_sources: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    store.save_connection(team, &connection).await?;
    store.open_sync(team, provider, None).await?;
    Ok(())
}
