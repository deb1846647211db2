//! Exports of everything: built by a job, kept for a week, fetched from S3.

use crate::{
    access::{TeamAccess, Who, forbidden},
    input::{Body, Which},
    problem::Problem,
    shapes::Instant,
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use plumbline_auth::Action;
use plumbline_domain::{GrantId, UserId};
use plumbline_store::{ExportFile, ExportOf, ExportTask, Job, JobStatus, Task};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// How long the address of a file works.
const LASTING: Duration = Duration::from_mins(5);

/// Whose data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportWhose)]
pub(crate) enum Whose {
    /// The data of whoever asks.
    Me,
    /// All of the team's.
    Team,
}

/// An export to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExport {
    /// `me`, or `team` for admins who signed in within the last ten minutes.
    whose: Whose,
}

/// An export.
#[derive(Serialize, ToSchema)]
pub(crate) struct Export {
    /// Its id.
    id: String,
    /// Whose data are in it.
    whose: Whose,
    /// The user who asked for it; null: the operator.
    asked_by: Option<String>,
    /// When.
    asked_at: Instant,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    status: &'static str,
    /// How far it is.
    progress: Progress,
    /// Why it failed, or why the last attempt did and another one follows.
    error: Option<String>,
    /// When it was over.
    ended_at: Option<Instant>,
    /// Size of its file.
    bytes: Option<u64>,
    /// When its file is removed.
    ends_at: Option<Instant>,
}

/// How far an export is.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportProgress)]
struct Progress {
    /// What is being done, in words.
    step: String,
    /// Rows written in this step.
    done: u64,
}

/// A team's exports.
#[derive(Serialize, ToSchema)]
pub(crate) struct Exports {
    /// The latest first.
    exports: Vec<Export>,
}

/// A job that is an export.
struct Found {
    job: Job,
    task: ExportTask,
}

impl Found {
    /// `None`: the job is none, or nobody wants it any more.
    fn of(job: Job) -> Option<Self> {
        let task = job.task.export().filter(|task| !task.removed)?.clone();
        Some(Self { job, task })
    }

    fn file(&self, access: &TeamAccess) -> Option<ExportFile> {
        self.task.file.filter(|file| file.ends_at > access.app.clock.now())
    }

    fn body(&self) -> Export {
        let Self { job, task } = self;
        Export {
            id: job.id.to_string(),
            whose: match task.of {
                ExportOf::Me => Whose::Me,
                ExportOf::Team => Whose::Team,
            },
            asked_by: job.asked_by.as_ref().map(ToString::to_string),
            asked_at: Instant(job.asked_at),
            status: job.status.as_str(),
            progress: Progress { step: job.progress.step.clone(), done: job.progress.done },
            error: job.error.clone(),
            ended_at: job.ended_at.map(Instant),
            bytes: task.file.map(|file| file.bytes),
            ends_at: task.file.map(|file| Instant(file.ends_at)),
        }
    }

    /// Whether whoever asks may have it and remove it: their own, or, as somebody who may export the team, the team's.
    fn is_theirs(&self, access: &TeamAccess) -> bool {
        match self.task.of {
            ExportOf::Me => self.job.asked_by.is_some() && self.job.asked_by.as_ref() == access.who.user(),
            ExportOf::Team => access.access.check(Action::ExportTeam, false).is_ok(),
        }
    }

    /// Whether whoever asks may know of it.
    fn is_shown(&self, access: &TeamAccess) -> bool {
        let is_own = self.job.asked_by.as_ref() == access.who.user() && matches!(*access.who, Who::User { .. });
        is_own || access.access.check(Action::ExportTeam, false).is_ok()
    }
}

/// Ask for an export
///
/// All there is, as CSV and NDJSON, in one zip: of whoever asks, or of the whole team, which takes an admin who signed in
/// within the last ten minutes. A job makes it; while one of yours goes on, asking again answers that one.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/exports", operation_id = "askForExport", tag = "export", request_body = NewExport,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 202, description = "It is being made", body = Export)),
)]
pub(crate) async fn ask(access: TeamAccess, Body(body): Body<NewExport>) -> Result<Response, Problem> {
    let (app, team) = (&access.app, access.id());
    let asked_by = access.who.user().cloned();
    let of = match body.whose {
        Whose::Team => {
            access.access.check(Action::ExportTeam, true).map_err(forbidden)?;
            access.trail.shows_everybody();
            ExportOf::Team
        }
        Whose::Me if asked_by.is_none() => {
            return Err(Problem::forbidden(
                "people-only",
                "The operator is nobody in a team: there is nothing of theirs. Ask with `whose` set to `team`.",
            ));
        }
        Whose::Me => ExportOf::Me,
    };
    let id: GrantId = app.ids.text("x").parse().map_err(anyhow::Error::new)?;
    let slot = format!("export:{}", asked_by.as_ref().map_or("operator", UserId::as_str));
    let task = Task::Export(ExportTask { of, file: None, removed: false });
    let job = Job::new(team.clone(), id, task, asked_by, app.clock.now(), None);
    let opened = app.store.create_job_in(&slot, &job).await?;
    access.trail.is_about("export", &opened.job.id);
    if opened.is_new {
        app.send_job(&opened.job).await;
    }
    let found = Found::of(opened.job).ok_or_else(unknown)?;
    Ok((StatusCode::ACCEPTED, Json(found.body())).into_response())
}

/// The exports
///
/// Those of whoever asks; admins see all.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/exports", operation_id = "listExports", tag = "export",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The exports of the last days", body = Exports)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<Exports>, Problem> {
    let jobs = access.app.store.load_jobs(access.id()).await?;
    let exports = jobs.into_iter().filter_map(Found::of).filter(|found| found.is_shown(&access));
    Ok(Json(Exports { exports: exports.map(|found| found.body()).collect() }))
}

/// One export
#[utoipa::path(
    get, path = "/api/teams/{team_id}/exports/{export_id}", operation_id = "getExportJob", tag = "export",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("export_id" = String, Path, description = "The export"),
    ),
    responses((status = 200, description = "How it stands", body = Export)),
)]
pub(crate) async fn show(access: TeamAccess, Which(id): Which) -> Result<Json<Export>, Problem> {
    Ok(Json(find(&access, &id).await?.body()))
}

/// Download an export
///
/// Sends on to its file, at an address that works for five minutes. One's own is for oneself alone; the team's is for admins
/// who signed in within the last ten minutes.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/exports/{export_id}/file", operation_id = "downloadExport", tag = "export",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("export_id" = String, Path, description = "The export"),
    ),
    responses((
        status = 303, description = "Where the zip is",
        headers(("location" = String, description = "An address in S3")),
    )),
)]
pub(crate) async fn file(access: TeamAccess, Which(id): Which) -> Result<Response, Problem> {
    let (found, now) = (find(&access, &id).await?, access.app.clock.now());
    if !found.is_theirs(&access) {
        return Err(unknown());
    }
    if found.task.of == ExportOf::Team {
        access.access.check(Action::ExportTeam, true).map_err(forbidden)?;
        access.trail.shows_everybody();
    }
    let Found { job, .. } = &found;
    access.trail.is_about("export", &job.id);
    if found.file(&access).is_none() {
        return Err(match job.status {
            JobStatus::Waiting | JobStatus::Queued | JobStatus::Running => Problem::conflict(
                "export-not-ready",
                "The export is still being made. GET it without /file to see how far it is.",
            ),
            JobStatus::Done => {
                Problem::not_found("export-expired", "The file was removed after a week. Ask for a new export.")
            }
            JobStatus::Failed | JobStatus::Cancelled => {
                Problem::conflict("export-failed", "This export failed and has no file. Ask for a new one.")
            }
        });
    }
    let key = plumbline_store::export_object_key(&job.team_id, &job.id);
    let name = format!("plumbline-{}-{}.zip", job.team_id, job.id);
    let url = access.app.downloads.download(&key, &name, now, LASTING).await?;
    let mut response = Redirect::to(&url).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Remove an export
///
/// Its file goes within a minute or two; one that is being made is given up.
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/exports/{export_id}", operation_id = "removeExport", tag = "export",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("export_id" = String, Path, description = "The export"),
    ),
    responses((status = 204, description = "It can be fetched no more")),
)]
pub(crate) async fn remove(access: TeamAccess, Which(id): Which) -> Result<StatusCode, Problem> {
    let found = find(&access, &id).await?;
    if !found.is_theirs(&access) {
        return Err(unknown());
    }
    access.trail.is_about("export", &found.job.id);
    let (app, task) = (&access.app, Task::Export(ExportTask { removed: true, ..found.task }));
    let job = app.store.restart_job(access.id(), &found.job.id, &task, app.clock.now()).await?.ok_or_else(unknown)?;
    app.send_job(&job).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(access: &TeamAccess, id: &str) -> Result<Found, Problem> {
    let id: GrantId = id.parse().map_err(|_| unknown())?;
    let job = access.app.store.load_job(access.id(), &id).await?.ok_or_else(unknown)?;
    Found::of(job).filter(|found| found.is_shown(access)).ok_or_else(unknown)
}

fn unknown() -> Problem {
    Problem::not_found("unknown-export", "There is no such export. GET .../exports lists those there are.")
}
