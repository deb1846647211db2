//! Starting sync runs, and how they stand.

use crate::{
    access::{Caller, TeamAccess},
    app::App,
    input::Body,
    problem::Problem,
    shapes::{Instant, ProviderName},
};
use axum::{Json, http::StatusCode};
use plumbline_auth::Action;
use plumbline_domain::{Provider, RunId, TeamId, next_daily};
use plumbline_store::{Begun, ConnectionRecord, SyncProgress, SyncRecord, SyncStatus};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use utoipa::{IntoParams, ToSchema};

/// What to sync.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartSync {
    /// The team.
    team_id: String,
    /// Only these of its connections; all of them when absent.
    #[schema(value_type = Option<Vec<ProviderName>>)]
    providers: Option<Vec<String>>,
}

/// The runs that are under way now.
#[derive(Serialize, ToSchema)]
pub(crate) struct StartedSync {
    /// The first of `runs`.
    run_id: String,
    /// One per connection that was asked for.
    runs: Vec<StartedRun>,
}

/// A connection's run.
#[derive(Serialize, ToSchema)]
pub(crate) struct StartedRun {
    /// The connection.
    provider: ProviderName,
    /// The run: a new one or, where one was under way already, that one.
    run_id: String,
}

/// Sync now
///
/// A connection whose run is under way keeps it.
#[utoipa::path(
    post, path = "/api/sync", operation_id = "startSync", tag = "sync", request_body = StartSync,
    responses((status = 202, description = "The runs that are under way now", body = StartedSync)),
)]
pub(crate) async fn start(
    caller: Caller,
    Body(body): Body<StartSync>,
) -> Result<(StatusCode, Json<StartedSync>), Problem> {
    let access = caller.team(&body.team_id, Action::Sync, false).await?;
    let connections = selected(&access, body.providers).await?;
    let mut runs = Vec::new();
    for connection in &connections {
        let run_id = begin(&access, connection).await?;
        runs.push(StartedRun { provider: ProviderName(connection.provider), run_id: run_id.to_string() });
    }
    let run_id = runs.first().map(|run| run.run_id.clone()).unwrap_or_default();
    Ok((StatusCode::ACCEPTED, Json(StartedSync { run_id, runs })))
}

/// The connections that were asked for; never none.
async fn selected(access: &TeamAccess, asked: Option<Vec<String>>) -> Result<Vec<ConnectionRecord>, Problem> {
    let asked = asked
        .map(|texts| texts.iter().map(|text| text.parse::<Provider>()).collect::<Result<Vec<_>, _>>())
        .transpose()
        .map_err(|error| Problem::invalid(format!("`providers`: {error}.")))?;
    if asked.as_ref().is_some_and(Vec::is_empty) {
        return Err(Problem::invalid("`providers` is empty: name at least one, or leave it out for all connections."));
    }
    let mut connections = access.app.store.load_connections(access.id()).await?;
    connections.sort_by_key(|connection| connection.provider);
    let to_make = |provider: &str| {
        Problem::conflict(
            "no-connection",
            format!(
                "There is nothing to sync: this team has no {provider}connection. Make one with \
                 PUT /api/teams/{}/connections/{{provider}}.",
                access.id()
            ),
        )
    };
    if let Some(asked) = asked {
        if let Some(absent) = asked.iter().find(|provider| connections.iter().all(|c| c.provider != **provider)) {
            return Err(to_make(&format!("{absent} ")));
        }
        connections.retain(|connection| asked.contains(&connection.provider));
    }
    if connections.is_empty() { Err(to_make("")) } else { Ok(connections) }
}

/// Begins a run unless one is under way, and sends its job.
async fn begin(access: &TeamAccess, connection: &ConnectionRecord) -> Result<RunId, Problem> {
    let (app, provider) = (&access.app, connection.provider);
    let now = app.clock.now();
    let next_run = next_daily(now, &access.team.time_zone, connection.sync_at.as_deref(), access.id())
        .map_err(anyhow::Error::new)?;
    let new: RunId = app.ids.text("r").parse().map_err(anyhow::Error::new)?;
    let first_try = app.store.begin_run(access.id(), provider, new.clone(), now, Some(next_run)).await?;
    let begun = if let Some(begun) = first_try {
        begun
    } else {
        // Making the connection was cut off between its two writes: this is the second.
        app.store.open_sync(access.id(), provider, next_run).await?;
        let begun = app.store.begin_run(access.id(), provider, new, now, Some(next_run)).await?;
        begun.ok_or_else(|| anyhow::anyhow!("the state of a connection vanished while a run was begun"))?
    };
    if begun.started || is_queued(app, access.id(), provider).await? {
        send(app, &begun).await;
    }
    Ok(begun.job.run_id)
}

/// A job that waits in the queue may have been lost on the way there; one more of it is harmless. A running or waiting
/// run needs none.
async fn is_queued(app: &App, team: &TeamId, provider: Provider) -> Result<bool, Problem> {
    let record = app.store.load_sync(team, provider).await?;
    Ok(record.is_some_and(|record| record.status == SyncStatus::Queued))
}

/// The run is recorded as due by now, so that a message that was not taken is sent by the schedule a minute later:
/// the answer is the same.
async fn send(app: &App, begun: &Begun) {
    if let Err(error) = app.jobs.send(&begun.job, Duration::ZERO).await {
        let error = anyhow::Error::new(error);
        tracing::error!(run_id = %begun.job.run_id, error = format!("{error:#}"), "the sync job was not sent");
    }
}

/// Whose connections to show.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documentation: the extractor of the team reads it")]
pub(crate) struct OfTeam {
    /// The team.
    team_id: String,
}

/// How a connection's sync stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sync {
    /// The connection.
    provider: ProviderName,
    /// What it is doing.
    status: Status,
    /// The run under way.
    run_id: Option<String>,
    /// How far it is.
    progress: Option<Progress>,
    /// When the run under way, or the last one, began.
    started_at: Option<Instant>,
    /// When a run last ended with all of its facts and rollups visible here.
    last_success: Option<Instant>,
    /// When a run last failed, or the vendor began not to answer the one under way.
    last_failure: Option<Instant>,
    /// Why the last run failed, or why this one waits, in words.
    last_error: Option<String>,
    /// What an admin should know of the latest run although it is no failure, in words.
    notice: Option<String>,
    /// No vendor call before this instant.
    waiting_until: Option<Instant>,
    /// Records read by the run under way, or by the last one.
    records: u64,
    /// Records that could not be used; each is logged with its reason.
    quarantined: u64,
    /// Vendor calls made.
    calls: u64,
    /// How long the last run took, waiting included, in milliseconds.
    duration_ms: Option<u64>,
    /// When the next daily run is due.
    next_run: Option<Instant>,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SyncStatus)]
pub(crate) enum Status {
    /// Nothing, until the next run.
    Idle,
    /// A run has begun; its next job is in the queue.
    Queued,
    /// Reading.
    Running,
    /// For the vendor to allow more calls, or to be there again.
    Waiting,
    /// Nothing until somebody replaces the connection: `last_error` says why.
    Broken,
}

/// How far a run is.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncProgress)]
pub(crate) struct Progress {
    /// What is being read, in words.
    step: String,
    /// Units done in this step.
    done: u64,
    /// Units in this step, when known.
    total: Option<u64>,
}

impl From<SyncProgress> for Progress {
    fn from(SyncProgress { step, done, total }: SyncProgress) -> Self {
        Self { step, done, total }
    }
}

/// How a team's connections stand
#[utoipa::path(
    get, path = "/api/sync", operation_id = "listSyncs", tag = "sync", params(OfTeam),
    responses((status = 200, description = "One row per connection, by provider", body = Vec<Sync>)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<Vec<Sync>>, Problem> {
    let store = &access.app.store;
    let (connections, records) =
        futures::try_join!(store.load_connections(access.id()), store.load_syncs(access.id()))?;
    let mut records: BTreeMap<Provider, SyncRecord> = records.into_iter().map(|r| (r.provider, r)).collect();
    let mut providers: Vec<Provider> = connections.into_iter().map(|connection| connection.provider).collect();
    providers.sort();
    Ok(Json(providers.into_iter().map(|provider| row(provider, records.remove(&provider))).collect()))
}

fn row(provider: Provider, record: Option<SyncRecord>) -> Sync {
    let provider = ProviderName(provider);
    // A connection that has only just been made.
    let Some(record) = record else {
        return Sync {
            provider,
            status: Status::Idle,
            run_id: None,
            progress: None,
            started_at: None,
            last_success: None,
            last_failure: None,
            last_error: None,
            notice: None,
            waiting_until: None,
            records: 0,
            quarantined: 0,
            calls: 0,
            duration_ms: None,
            next_run: None,
        };
    };
    let (status, under_way) = match record.status {
        SyncStatus::Idle => (Status::Idle, false),
        SyncStatus::Broken => (Status::Broken, false),
        SyncStatus::Queued => (Status::Queued, true),
        SyncStatus::Running => (Status::Running, true),
        SyncStatus::Waiting => (Status::Waiting, true),
    };
    let records = if under_way { record.records } else { record.last_records.unwrap_or(record.records) };
    Sync {
        provider,
        status,
        run_id: record.run_id.as_ref().map(ToString::to_string),
        progress: record.progress.filter(|_| under_way).map(Progress::from),
        started_at: record.started_at.map(Instant),
        last_success: record.last_success.map(Instant),
        last_failure: record.last_failure.map(Instant),
        last_error: record.last_error,
        notice: record.notice,
        waiting_until: record.waiting_until.map(Instant),
        records,
        quarantined: record.quarantined,
        calls: record.calls,
        duration_ms: record.last_duration_ms,
        next_run: record.next_run.map(Instant),
    }
}
