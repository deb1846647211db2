//! A team's links to vendors. Credentials are tried, sealed, and never shown again.

mod settings;

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
use plumbline_auth::envelope::{self, Keyring, Purpose};
use plumbline_connectors::{Connection, Connector, Failure, Settings};
use plumbline_domain::{Provider, next_daily, parse_time};
use plumbline_store::ConnectionRecord;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
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
    /// The time of the daily sync in the team's time zone; null: between 02:00 and 04:00.
    #[schema(example = "02:30")]
    sync_at: Option<String>,
    /// When it was made.
    created_at: Instant,
    /// When it was last replaced.
    updated_at: Instant,
}

impl ConnectionBody {
    fn new(record: ConnectionRecord) -> Result<Self, Problem> {
        let settings = Settings::deserialize(&record.settings)
            .map_err(|error| anyhow::Error::new(error).context("the stored settings of a connection"))?;
        Ok(Self {
            provider: ProviderName(record.provider),
            base_url: record.base_url,
            settings: settings.into(),
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
    credentials: Credentials,
    /// What to read.
    settings: SettingsBody,
    /// The time of the daily sync in the team's time zone, `HH:MM`.
    #[serde(default)]
    #[schema(example = "02:30")]
    sync_at: Option<String>,
}

/// What lets Plumbline in at the vendor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// A personal access token (classic or fine-grained).
    #[schema(value_type = String, format = Password)]
    token: SecretString,
}

/// The reader's own message could repeat what was sent, and with it a token.
fn credentials<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Credentials, D::Error> {
    const UNUSABLE: &str = "`credentials` must be an object with a token and nothing else: {\"token\": \"...\"}";
    // As a map first: serde's derived code would take a list for the struct's fields, too.
    let fields = serde_json::Map::deserialize(deserializer).map_err(|_| D::Error::custom(UNUSABLE))?;
    Credentials::deserialize(serde_json::Value::Object(fields)).map_err(|_| D::Error::custom(UNUSABLE))
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
        if app.connector(provider).is_none() {
            let there: Vec<_> = app.connectors.iter().map(|c| c.descriptor().provider.as_str()).collect();
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
    let mut records = access.app.store.load_connections(access.id()).await?;
    records.sort_by_key(|record| record.provider);
    let connections = records.into_iter().map(ConnectionBody::new).collect::<Result<_, _>>()?;
    Ok(Json(Connections { connections }))
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
    ConnectionBody::new(record.ok_or_else(|| no_connection(provider))?).map(Json)
}

/// Make or replace a connection
///
/// The credentials are tried at the vendor first and then sealed; no answer ever shows them. A connection that was
/// broken is idle afterwards. No sync is started: POST /api/sync does, and the daily one.
#[utoipa::path(
    put, path = "/api/teams/{team_id}/connections/{provider}", operation_id = "putConnection", tag = "connections", request_body = NewConnection,
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor; the others but github answer 501 so far"),
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
    let connector = app.connector(provider).ok_or_else(|| no_connection(provider))?;
    let settings = body.settings.check()?;
    if let Some(text) = &body.sync_at
        && parse_time(text).is_none()
    {
        return Err(Problem::invalid("`sync_at` must be a time of day written HH:MM, from 00:00 to 23:59."));
    }
    let base_url = body.base_url.as_deref().map(|url| check_base_url(app, connector, url)).transpose()?;
    if body.credentials.token.expose_secret().trim().is_empty() {
        return Err(Problem::invalid("`credentials.token` is empty: paste the token."));
    }
    let now = app.clock.now();
    let connection = Connection { team_id: access.id().clone(), base_url, token: body.credentials.token, settings };
    let name = connector.descriptor().name;
    let probe = connector.probe(&connection, now).await.map_err(|failure| refusal(name, failure, now))?;

    let keyring = Keyring::parse(app.keyring.versions().await.current.expose_secret()).map_err(anyhow::Error::new)?;
    let purpose = Purpose::connection(access.id(), provider);
    let sealed_credentials = envelope::seal(&keyring, &connection.token, &purpose).map_err(anyhow::Error::new)?;
    let known = app.store.load_connection(access.id(), provider).await?;
    let record = ConnectionRecord {
        provider,
        base_url: connection.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        sealed_credentials,
        settings: serde_json::to_value(&connection.settings).map_err(anyhow::Error::new)?,
        sync_at: body.sync_at,
        webhook_sources: probe.webhook_sources,
        created_at: known.as_ref().map_or(now, |known| known.created_at),
        updated_at: now,
    };
    let next_run =
        next_daily(now, &access.team.time_zone, record.sync_at.as_deref(), access.id()).map_err(anyhow::Error::new)?;
    app.store.save_connection(access.id(), &record).await?;
    app.store.open_sync(access.id(), provider, next_run).await?;
    let status = if known.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(ConnectionBody::new(record)?)))
}

/// Remove a connection
///
/// What was read through it stays.
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/connections/{provider}", operation_id = "deleteConnection", tag = "connections",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor"),
    ),
    responses((status = 204, description = "It is gone, its credentials with it")),
)]
pub(crate) async fn remove(access: TeamAccess, InPath(provider): InPath) -> Result<StatusCode, Problem> {
    let was_there = access.app.store.delete_connection(access.id(), provider).await?;
    // Also when it was not there: an earlier attempt may have been cut off between the two.
    access.app.store.delete_sync(access.id(), provider).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(no_connection(provider)) }
}

/// The only place where a base URL enters: everything that later calls it may rely on this check.
fn check_base_url(app: &App, connector: &dyn Connector, text: &str) -> Result<url::Url, Problem> {
    let hosts = connector.descriptor().hosts;
    plumbline_connectors::http::check_base_url(text, &app.allowed_hosts, app.allow_http_loopback, hosts)
        .map_err(|sentence| Problem::invalid(format!("{sentence}.")))
}

/// What a vendor's refusal means for the caller, in the vendor's own words.
fn refusal(name: &str, failure: Failure, now: jiff::Timestamp) -> Problem {
    match failure {
        Failure::Unauthorized(words) => Problem::refused_by_vendor(
            "credentials-refused",
            format!("{name} does not accept the token: {words}. Make a new one and send it."),
        ),
        Failure::Invalid(words) => Problem::refused_by_vendor(
            "settings-refused",
            format!("{name} does not have what the settings ask for, or does not show it to this token: {words}."),
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
