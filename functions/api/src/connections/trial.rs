//! Using a stored connection outside a sync run: trying it again, and taking its credentials back.

use super::{InPath, no_connection, refusal};
use crate::{access::TeamAccess, app::App, problem::Problem, shapes::ProviderName};
use axum::Json;
use jiff::Timestamp;
use plumbline_auth::Keyring;
use plumbline_connectors::{Apps, Connection, Descriptor, Failure, Stored, Vendor, open, seal};
use plumbline_domain::{Provider, TeamId, next_daily};
use plumbline_store::ConnectionRecord;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use utoipa::ToSchema;

/// How long renewing credentials may take: one vendor call and two writes.
const RENEWAL: Duration = Duration::from_secs(20);

/// That a connection works.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trial {
    /// The vendor.
    provider: ProviderName,
    /// Always true: a connection that does not work is a problem document with the vendor's own words.
    works: bool,
}

/// Try a connection again
///
/// Asks the vendor with the stored credentials and settings, without reading data. A connection that was broken is idle
/// afterwards, and its next sync is the daily one.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/connections/{provider}/test", operation_id = "testConnection", tag = "connections",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor"),
    ),
    responses((status = 200, description = "It works", body = Trial)),
)]
pub(crate) async fn test(access: TeamAccess, InPath(provider): InPath) -> Result<Json<Trial>, Problem> {
    let app = &access.app;
    let record = app.store.load_connection(access.id(), provider).await?;
    let record = record.ok_or_else(|| no_connection(provider))?;
    let vendor = app.vendor(provider).ok_or_else(|| no_connection(provider))?;
    let name = vendor.descriptor().name;
    let now = app.clock.now();
    leave_alone(app, vendor, access.id(), now).await?;
    let connection = usable(app, vendor, access.id(), record.clone(), now).await?;
    vendor.probe(&connection, now).await.map_err(|failure| refusal(name, failure, now))?;
    let next_run =
        next_daily(now, &access.team.time_zone, record.sync_at.as_deref(), access.id()).map_err(anyhow::Error::new)?;
    app.store.open_sync(access.id(), provider, next_run).await?;
    Ok(Json(Trial { provider: ProviderName(provider), works: true }))
}

/// Refuses what would call a vendor that asked this connection to wait: whoever calls before makes it wait longer, for
/// the sync as well. Other credentials are no way around it, since vendors limit by address, too.
pub(super) async fn leave_alone(app: &App, vendor: &dyn Vendor, team: &TeamId, now: Timestamp) -> Result<(), Problem> {
    let Descriptor { provider, name, .. } = vendor.descriptor();
    match waiting_until(app, team, *provider, now).await? {
        Some(until) => {
            let reason = "a sync run is waiting for it".to_owned();
            Err(refusal(name, Failure::RateLimited { until, reason }, now))
        }
        None => Ok(()),
    }
}

/// Until when the vendor asked this connection to wait.
async fn waiting_until(
    app: &App,
    team: &TeamId,
    provider: Provider,
    now: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    let sync = app.store.load_sync(team, provider).await?;
    Ok(sync.and_then(|sync| sync.waiting_until).filter(|until| *until > now))
}

/// Takes a connection's credentials back at the vendor, where that is possible. It is removed here whatever comes of it:
/// credentials that do not open any more, or a vendor that is down or asked to wait, must not keep anybody from
/// disconnecting.
pub(super) async fn revoke(app: &App, team: &TeamId, record: &ConnectionRecord) -> Result<(), Problem> {
    let Some(vendor) = app.vendor(record.provider) else { return Ok(()) };
    let now = app.clock.now();
    let waiting = waiting_until(app, team, record.provider, now).await?;
    let revoked = match (waiting, opened(app, vendor, team, record).await) {
        (Some(until), _) => Err(format!("it asked to wait until {until:.0}")),
        (None, Ok(connection)) => vendor.revoke(&connection, now).await.map_err(|failure| failure.to_string()),
        (None, Err(_)) => Err("the stored connection does not open".to_owned()),
    };
    match revoked {
        Ok(revoked) => tracing::info!(provider = %record.provider, revoked, "a connection is removed"),
        Err(reason) => {
            tracing::warn!(provider = %record.provider, reason, "the vendor keeps credentials of a removed connection");
        }
    }
    Ok(())
}

/// The keys that credentials are sealed with.
pub(crate) async fn keyring(app: &App) -> Result<Keyring, Problem> {
    Ok(Keyring::parse(app.keyring.current().await?.expose_secret()).map_err(anyhow::Error::new)?)
}

/// What the operator registered at the vendors.
pub(super) async fn apps(app: &App) -> Result<Arc<Apps>, Problem> {
    Ok(Arc::new(Apps::parse(&app.apps.current().await?).map_err(anyhow::Error::msg)?))
}

async fn opened(
    app: &App,
    vendor: &dyn Vendor,
    team: &TeamId,
    record: &ConnectionRecord,
) -> Result<Connection, Problem> {
    let stored = Stored {
        team_id: team,
        base_url: record.base_url.as_deref(),
        sealed_credentials: &record.sealed_credentials,
        settings: &record.settings,
    };
    open(stored, vendor.descriptor(), &keyring(app).await?, &app.allowed_hosts, apps(app).await?)
        .map_err(|reason| Problem::conflict("connection-unusable", format!("{reason}.")))
}

/// The connection, opened, with credentials that last: renewed by one at a time and stored before they are used.
async fn usable(
    app: &App,
    vendor: &dyn Vendor,
    team: &TeamId,
    record: ConnectionRecord,
    now: Timestamp,
) -> Result<Connection, Problem> {
    let mut connection = opened(app, vendor, team, &record).await?;
    if !vendor.renewal_due(&connection, now) {
        return Ok(connection);
    }
    let provider: Provider = record.provider;
    let busy = || Problem::try_later("Its credentials are being renewed just now. Try again in a few seconds.", 5);
    if !app.store.claim_renewal(team, provider, now, RENEWAL).await? {
        return Err(busy());
    }
    let name = vendor.descriptor().name;
    let renewed = match vendor.renew(&connection, now).await {
        Ok(renewed) => renewed,
        Err(failure) => {
            app.store.release_renewal(team, provider).await?;
            return Err(refusal(name, failure, now));
        }
    };
    let sealed = seal(&renewed, &keyring(app).await?, team, provider).map_err(anyhow::Error::new)?;
    let replaced = app.store.replace_credentials(team, provider, &record.sealed_credentials, sealed).await?;
    app.store.release_renewal(team, provider).await?;
    if !replaced {
        return Err(busy());
    }
    connection.credentials = renewed;
    Ok(connection)
}
