//! A team's links to vendors. Credentials are tried, sealed, and never shown again.

pub(crate) mod consent;
mod credentials;
mod settings;
pub(crate) mod trial;

use crate::{
    access::TeamAccess,
    app::App,
    input::Body,
    problem::Problem,
    shapes::{Instant, ProviderName},
};
use axum::{
    Json,
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
};
use credentials::{ConnectedBy, CredentialsBody, credentials};
use plumbline_auth::Keyring;
use plumbline_connectors::{Connection, Failure, Probe, Settings, Vendor, seal};
use plumbline_domain::{Provider, TeamId, next_daily, parse_time};
use plumbline_store::{ConnectionRecord, Team};
use serde::{Deserialize, Serialize};
use settings::SettingsBody;
use utoipa::ToSchema;

/// A connection, without its credentials.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionBody {
    /// The vendor.
    provider: ProviderName,
    /// The server's origin, where it is not the vendor's own.
    base_url: Option<String>,
    /// What is read.
    settings: SettingsBody,
    /// How it came about; null: its credentials do not open any more, and it has to be made again.
    connected_by: Option<ConnectedBy>,
    /// The time of the daily sync in the team's time zone; null: between 02:00 and 04:00.
    #[schema(example = "02:30")]
    sync_at: Option<String>,
    /// When it was made.
    created_at: Instant,
    /// When it was last replaced.
    updated_at: Instant,
}

impl ConnectionBody {
    fn new(record: ConnectionRecord, team: &TeamId, keyring: &Keyring) -> Result<Self, Problem> {
        let settings = Settings::deserialize(&record.settings)
            .map_err(|error| anyhow::Error::new(error).context("the stored settings of a connection"))?;
        let connected_by = ConnectedBy::of(&record, team, keyring);
        Ok(Self {
            provider: ProviderName(record.provider),
            base_url: record.base_url,
            settings: settings.into(),
            connected_by,
            sync_at: record.sync_at,
            created_at: Instant(record.created_at),
            updated_at: Instant(record.updated_at),
        })
    }
}

/// A team's connections.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connections {
    /// By provider.
    connections: Vec<ConnectionBody>,
    /// The providers that can be connected by their consent page, because the operator registered an app there.
    consent_pages: Vec<ProviderName>,
}

/// A connection as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConnection {
    /// The server's origin, as `https://ghe.example.com`, where it is not the vendor's own (for GitHub: Enterprise
    /// Server, with REST at `/api/v3` and GraphQL at `/api/graphql`). The operator must have allowed its host.
    #[serde(default)]
    base_url: Option<String>,
    /// What lets Plumbline in.
    #[serde(deserialize_with = "credentials")]
    credentials: CredentialsBody,
    /// What to read.
    settings: SettingsBody,
    /// The time of the daily sync in the team's time zone, `HH:MM`.
    #[serde(default)]
    #[schema(example = "02:30")]
    sync_at: Option<String>,
}

/// The provider in the path; an unknown name is a 404.
pub(crate) struct InPath(Provider);

impl<S: Send + Sync> FromRequestParts<S> for InPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let text = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "provider"));
        let provider = text.map(|(_, text)| text).unwrap_or_default().parse::<Provider>();
        provider.map(Self).map_err(|error| Problem::not_found("unknown-provider", format!("{error}.")))
    }
}

/// The provider in the path, which has a connector; one that has none yet is a 501, whatever the body says.
pub(crate) struct Supported(Provider);

impl FromRequestParts<App> for Supported {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let InPath(provider) = InPath::from_request_parts(parts, app).await?;
        if app.vendor(provider).is_none() {
            let there: Vec<_> = app.vendors.iter().map(|c| c.descriptor().provider.as_str()).collect();
            return Err(Problem::not_implemented(format!(
                "{provider} cannot be connected yet. What can be is: {}.",
                there.join(", ")
            )));
        }
        Ok(Self(provider))
    }
}

fn no_connection(provider: Provider) -> Problem {
    Problem::not_found(
        "unknown-connection",
        format!("This team has no {provider} connection. PUT one at this address to make it."),
    )
}

/// A team's connections
#[utoipa::path(
    get, path = "/api/teams/{team_id}/connections", operation_id = "listConnections", tag = "connections",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The connections, without credentials", body = Connections)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<Connections>, Problem> {
    let app = &access.app;
    let mut records = app.store.load_connections(access.id()).await?;
    records.sort_by_key(|record| record.provider);
    let keyring = trial::keyring(app).await?;
    let body = |record| ConnectionBody::new(record, access.id(), &keyring);
    let connections = records.into_iter().map(body).collect::<Result<_, _>>()?;
    let consent_pages = consent::offered(app).await.into_iter().map(ProviderName).collect();
    Ok(Json(Connections { connections, consent_pages }))
}

/// One connection
#[utoipa::path(
    get, path = "/api/teams/{team_id}/connections/{provider}", operation_id = "getConnection", tag = "connections",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor"),
    ),
    responses((status = 200, description = "The connection, without credentials", body = ConnectionBody)),
)]
pub(crate) async fn show(access: TeamAccess, InPath(provider): InPath) -> Result<Json<ConnectionBody>, Problem> {
    let record = access.app.store.load_connection(access.id(), provider).await?;
    let keyring = trial::keyring(&access.app).await?;
    ConnectionBody::new(record.ok_or_else(|| no_connection(provider))?, access.id(), &keyring).map(Json)
}

/// Make or replace a connection
///
/// The credentials are tried at the vendor first and then sealed; no answer ever shows them. A connection that was
/// broken is idle afterwards. No sync is started: POST /api/sync does, and the daily one. While a vendor that asked to
/// wait is waited for, it answers 503 and nothing is changed.
#[utoipa::path(
    put, path = "/api/teams/{team_id}/connections/{provider}", operation_id = "putConnection", tag = "connections", request_body = NewConnection,
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor; one without a connector answers 501 and names those that have one"),
    ),
    responses(
        (status = 200, description = "It was replaced", body = ConnectionBody),
        (status = 201, description = "It was made", body = ConnectionBody),
    ),
)]
pub(crate) async fn put(
    access: TeamAccess,
    Supported(provider): Supported,
    Body(body): Body<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionBody>), Problem> {
    let app = &access.app;
    let vendor = app.vendor(provider).ok_or_else(|| no_connection(provider))?;
    let settings = body.settings.check()?;
    let credentials = body.credentials.check(vendor.descriptor())?;
    vendor
        .check_with(&settings, &credentials)
        .map_err(|missing| Problem::invalid(format!("`settings`: {missing}.")))?;
    if let Some(text) = &body.sync_at
        && parse_time(text).is_none()
    {
        return Err(Problem::invalid("`sync_at` must be a time of day written HH:MM, from 00:00 to 23:59."));
    }
    let base_url = body.base_url.as_deref().map(|url| check_base_url(app, vendor, url)).transpose()?;
    let now = app.clock.now();
    let apps = trial::apps(app).await?;
    let connection = Connection { team_id: access.id().clone(), base_url, credentials, settings, apps };
    let name = vendor.descriptor().name;
    trial::leave_alone(app, vendor, access.id(), now).await?;
    let probe = vendor.probe(&connection, now).await.map_err(|failure| refusal(name, failure, now))?;
    let new = NewRecord { provider, connection: &connection, probe, sync_at: body.sync_at };
    let (record, is_new) = keep(app, &access.team, new).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let body = ConnectionBody::new(record, access.id(), &trial::keyring(app).await?)?;
    Ok((status, Json(body)))
}

/// A connection that was tried and is to be kept.
struct NewRecord<'a> {
    provider: Provider,
    connection: &'a Connection,
    probe: Probe,
    sync_at: Option<String>,
}

/// Seals and saves a connection, and says when its next run is. Whether there was none before.
async fn keep(app: &App, team: &Team, new: NewRecord<'_>) -> Result<(ConnectionRecord, bool), Problem> {
    let NewRecord { provider, connection, probe, sync_at } = new;
    let now = app.clock.now();
    let keyring = trial::keyring(app).await?;
    let sealed_credentials = seal(&connection.credentials, &keyring, &team.id, provider).map_err(anyhow::Error::new)?;
    let known = app.store.load_connection(&team.id, provider).await?;
    let record = ConnectionRecord {
        provider,
        base_url: connection.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        sealed_credentials,
        settings: serde_json::to_value(&connection.settings).map_err(anyhow::Error::new)?,
        sync_at,
        webhook_sources: probe.webhook_sources,
        created_at: known.as_ref().map_or(now, |known| known.created_at),
        updated_at: now,
    };
    let next_run = next_daily(now, &team.time_zone, record.sync_at.as_deref(), &team.id).map_err(anyhow::Error::new)?;
    app.store.save_connection(&team.id, &record).await?;
    app.store.open_sync(&team.id, provider, next_run).await?;
    Ok((record, known.is_none()))
}

/// Remove a connection
///
/// What was read through it stays. Where the vendor has a way to, and did not ask to wait, its credentials are taken back
/// there, too.
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/connections/{provider}", operation_id = "deleteConnection", tag = "connections",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor"),
    ),
    responses((status = 204, description = "It is gone, its credentials with it")),
)]
pub(crate) async fn remove(access: TeamAccess, InPath(provider): InPath) -> Result<StatusCode, Problem> {
    let was_there = disconnect(&access.app, access.id(), provider).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(no_connection(provider)) }
}

/// Takes a connection back at its vendor and removes it. `false`: there was none.
pub(crate) async fn disconnect(app: &App, team: &TeamId, provider: Provider) -> Result<bool, Problem> {
    if let Some(record) = app.store.load_connection(team, provider).await? {
        trial::revoke(app, team, &record).await?;
    }
    let was_there = app.store.delete_connection(team, provider).await?;
    // Also when it was not there: an earlier attempt may have been cut off between the two.
    app.store.delete_sync(team, provider).await?;
    Ok(was_there)
}

/// The only place where a base URL enters: everything that later calls it may rely on this check.
fn check_base_url(app: &App, vendor: &dyn Vendor, text: &str) -> Result<url::Url, Problem> {
    app.allowed_hosts.check(text, vendor.descriptor()).map_err(|sentence| Problem::invalid(format!("{sentence}.")))
}

/// What a vendor's refusal means for the caller, in the vendor's own words.
fn refusal(name: &str, failure: Failure, now: jiff::Timestamp) -> Problem {
    match failure {
        Failure::Unauthorized(words) => Problem::refused_by_vendor(
            "credentials-refused",
            format!("{name} does not accept the credentials: {words}. Enter new ones, or connect it again."),
        ),
        Failure::Invalid(words) => Problem::refused_by_vendor(
            "settings-refused",
            format!(
                "{name} does not have what the settings ask for, or does not show it to these credentials: {words}."
            ),
        ),
        Failure::RateLimited { until, reason } => {
            let seconds = u64::try_from(until.duration_since(now).as_secs()).unwrap_or_default();
            Problem::try_later(
                format!("{name} asks to wait until {until:.0} ({reason}). Nothing was saved; send it again then."),
                seconds,
            )
        }
        Failure::Unavailable(words) => Problem::try_later(
            format!("{name} could not be reached: {words}. Nothing was saved; send it again in a minute."),
            60,
        ),
        Failure::Bug(words) => {
            Problem::internal(&anyhow::anyhow!("{words}").context("trying a connection's credentials"))
        }
    }
}
