//! Erasing people. The work is done by jobs of the function `privacy`.

use crate::{
    access::{TeamAccess, Who},
    input::{Body, Which},
    problem::Problem,
    shapes::Instant,
};
use axum::{Json, http::StatusCode};
use plumbline_domain::{GrantId, MemberId, VendorId};
use plumbline_export::own_member;
use plumbline_store::{Confirmation, ErasurePhase, ErasureTask, Job, JobStatus, Subject, Task};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Accounts that an admin may name beyond a member's own.
const MOST_ACCOUNTS: usize = 50;

/// Whom to erase.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewErasure {
    /// A member, by id.
    #[serde(default)]
    member: Option<String>,
    /// Somebody who signs in, by id. Whoever signs in as the member is found without it.
    #[serde(default)]
    user: Option<String>,
    /// Further accounts that are theirs though nothing links them, as `provider:id`.
    #[serde(default)]
    accounts: Vec<String>,
}

/// A person's erasure.
#[derive(Serialize, ToSchema)]
pub(crate) struct Erasure {
    /// Its id.
    id: String,
    /// Who: the member, while they are not erased; then a pseudonym that tells nothing.
    member: Option<String>,
    /// As whom they sign in; then pseudonyms.
    users: Vec<String>,
    /// The further accounts that it was begun with, as `provider:id`; then pseudonyms.
    accounts: Vec<String>,
    /// They asked for it themselves: it is done when `due_at` comes, unless somebody confirms it before.
    own: bool,
    /// Who began it; null for the operator.
    asked_by: Option<String>,
    /// When.
    asked_at: Instant,
    /// Who confirmed it; null for the operator, and where nobody did.
    confirmed_by: Option<String>,
    /// When; null where nobody did (yet): one's own request is done without, when its time comes.
    confirmed_at: Option<Instant>,
    /// How far it is.
    status: ErasureStatus,
    /// What is being done, in words.
    step: String,
    /// What names them, by kind, as it was looked through; nothing of it was changed by looking.
    would_go: BTreeMap<String, u64>,
    /// Other accounts that show the same name, login or address, each as `provider:id`. Should they be theirs, cancel this
    /// one and begin another that names them.
    look_alikes: Vec<String>,
    /// The receipt: what was replaced or removed, by kind.
    erased: BTreeMap<String, u64>,
    /// When it is done by itself (`own`), or forgotten unless it is confirmed.
    due_at: Option<Instant>,
    /// When it was over.
    ended_at: Option<Instant>,
    /// Why it failed, in words.
    error: Option<String>,
}

/// How far an erasure is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErasureStatus {
    /// It is looked what would go.
    Looking,
    /// It waits to be confirmed.
    Confirming,
    /// It is being done.
    Erasing,
    /// It is done.
    Done,
    /// It was given up.
    Failed,
    /// Somebody took it back.
    Cancelled,
}

/// A team's erasures.
#[derive(Serialize, ToSchema)]
pub(crate) struct Erasures {
    /// The latest first.
    erasures: Vec<Erasure>,
}

/// A job that is an erasure.
struct Known {
    job: Job,
    task: ErasureTask,
}

impl Known {
    fn of(job: Job) -> Option<Self> {
        match &job.task {
            Task::Erasure(task) => Some(Self { task: task.clone(), job }),
            _ => None,
        }
    }

    fn is_confirming(&self) -> bool {
        self.job.status == JobStatus::Waiting && self.task.phase == ErasurePhase::Confirming
    }

    fn body(self) -> Erasure {
        let Self { job, task } = self;
        let confirming = task.phase == ErasurePhase::Confirming;
        let status = match (job.status, task.phase) {
            (JobStatus::Done, _) => ErasureStatus::Done,
            (JobStatus::Failed, _) => ErasureStatus::Failed,
            (JobStatus::Cancelled, _) => ErasureStatus::Cancelled,
            (_, ErasurePhase::Looking) => ErasureStatus::Looking,
            (_, ErasurePhase::Confirming) => ErasureStatus::Confirming,
            (_, ErasurePhase::Confirmed | ErasurePhase::Erasing) => ErasureStatus::Erasing,
        };
        let ErasureTask { subject, own, confirmed, found, look_alikes, erased, .. } = task;
        let texts = |ids: BTreeSet<VendorId>| ids.iter().map(ToString::to_string).collect();
        Erasure {
            id: job.id.to_string(),
            member: subject.member.as_ref().map(ToString::to_string),
            users: subject.users.iter().map(ToString::to_string).collect(),
            accounts: texts(subject.accounts),
            own,
            asked_by: job.asked_by.as_ref().map(ToString::to_string),
            asked_at: Instant(job.asked_at),
            confirmed_by: confirmed.as_ref().and_then(|word| word.by.as_ref()).map(ToString::to_string),
            confirmed_at: confirmed.map(|word| Instant(word.at)),
            status,
            step: job.progress.step,
            would_go: found,
            look_alikes: texts(look_alikes),
            erased,
            due_at: job.due_at.filter(|_| confirming).map(Instant),
            ended_at: job.ended_at.map(Instant),
            error: job.error,
        }
    }
}

/// Begin a person's erasure
///
/// It is looked through everything first, and told what would go: nothing is changed until an admin confirms it. What is not
/// confirmed within seven days is forgotten.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/erasure", operation_id = "beginErasure", tag = "privacy", request_body = NewErasure,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 202, description = "It is being looked through", body = Erasure)),
)]
pub(crate) async fn begin(
    access: TeamAccess,
    Body(body): Body<NewErasure>,
) -> Result<(StatusCode, Json<Erasure>), Problem> {
    let subject = Box::pin(subject(&access, &body)).await?;
    Ok((StatusCode::ACCEPTED, Json(open(&access, subject, false).await?)))
}

/// The erasures
#[utoipa::path(
    get, path = "/api/teams/{team_id}/erasure", operation_id = "listErasures", tag = "privacy",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "All of the last 400 days", body = Erasures)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<Erasures>, Problem> {
    let jobs = access.app.store.load_jobs(access.id()).await?;
    Ok(Json(Erasures { erasures: jobs.into_iter().filter_map(Known::of).map(Known::body).collect() }))
}

/// One erasure
#[utoipa::path(
    get, path = "/api/teams/{team_id}/erasure/{erasure_id}", operation_id = "getErasure", tag = "privacy",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("erasure_id" = String, Path, description = "The erasure"),
    ),
    responses((status = 200, description = "How it stands; once it is done, its receipt", body = Erasure)),
)]
pub(crate) async fn show(access: TeamAccess, Which(id): Which) -> Result<Json<Erasure>, Problem> {
    Ok(Json(find(&access, &id).await?.body()))
}

/// Confirm an erasure
///
/// From then on nothing new is stored under the person's name, and what is stored is removed or gets a pseudonym, within
/// minutes. It cannot be taken back.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/erasure/{erasure_id}/confirm", operation_id = "confirmErasure", tag = "privacy",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("erasure_id" = String, Path, description = "The erasure"),
    ),
    responses((status = 202, description = "It is being done", body = Erasure)),
)]
pub(crate) async fn confirm(access: TeamAccess, Which(id): Which) -> Result<(StatusCode, Json<Erasure>), Problem> {
    let known = find(&access, &id).await?;
    if !known.is_confirming() {
        return Err(not_confirming());
    }
    let now = access.app.clock.now();
    let confirmed = Some(Confirmation { by: access.who.user().cloned(), at: now });
    let task = Task::Erasure(ErasureTask { phase: ErasurePhase::Confirmed, confirmed, ..known.task });
    let job = access.app.store.restart_job(access.id(), &known.job.id, &task, now).await?.ok_or_else(unknown)?;
    access.app.send_job(&job).await;
    Ok((StatusCode::ACCEPTED, Json(Known::of(job).ok_or_else(unknown)?.body())))
}

/// Take an erasure back
///
/// As long as nobody has confirmed it.
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/erasure/{erasure_id}", operation_id = "cancelErasure", tag = "privacy",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("erasure_id" = String, Path, description = "The erasure"),
    ),
    responses((status = 204, description = "Nothing is erased")),
)]
pub(crate) async fn cancel(access: TeamAccess, Which(id): Which) -> Result<StatusCode, Problem> {
    let known = find(&access, &id).await?;
    if known.task.own {
        return Err(Problem::forbidden(
            "own-request",
            "They asked for it themselves: nobody but they can take it back. It can be confirmed before its time.",
        ));
    }
    take_back(&access, &known).await
}

/// Ask for my own erasure
///
/// It is done when an admin confirms it, and after 30 days in any case. Until then it can be taken back.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/members/me/erasure", operation_id = "askForMyErasure", tag = "privacy",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 202, description = "It was asked for", body = Erasure)),
)]
pub(crate) async fn ask(access: TeamAccess) -> Result<(StatusCode, Json<Erasure>), Problem> {
    if let Some(known) = own(&access).await? {
        return Ok((StatusCode::ACCEPTED, Json(known.body())));
    }
    let user = access.user.as_ref().map(|user| user.id.clone()).ok_or_else(nobody)?;
    let member = access.own_member().await?.map(|member| member.id);
    let subject = Subject { member, users: [user].into(), accounts: BTreeSet::new() };
    Ok((StatusCode::ACCEPTED, Json(open(&access, subject, true).await?)))
}

/// My request for erasure
#[utoipa::path(
    get, path = "/api/teams/{team_id}/members/me/erasure", operation_id = "getMyErasure", tag = "privacy",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "How it stands", body = Erasure)),
)]
pub(crate) async fn mine(access: TeamAccess) -> Result<Json<Erasure>, Problem> {
    Ok(Json(own(&access).await?.ok_or_else(none_asked)?.body()))
}

/// Take my request for erasure back
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/members/me/erasure", operation_id = "takeBackMyErasure", tag = "privacy",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 204, description = "Nothing is erased")),
)]
pub(crate) async fn take_mine_back(access: TeamAccess) -> Result<StatusCode, Problem> {
    let known = own(&access).await?.ok_or_else(none_asked)?;
    take_back(&access, &known).await
}

fn unknown() -> Problem {
    Problem::not_found("unknown-erasure", "This team has no such erasure. GET .../erasure lists those there are.")
}

fn none_asked() -> Problem {
    Problem::not_found("no-erasure", "You have not asked for your erasure. POST asks for it.")
}

fn nobody() -> Problem {
    Problem::forbidden("people-only", "The operator is nobody in a team: there is nothing of theirs to erase.")
}

fn not_confirming() -> Problem {
    Problem::conflict("not-confirming", "It does not wait to be confirmed (any more). GET shows how it stands.")
}

async fn find(access: &TeamAccess, id: &str) -> Result<Known, Problem> {
    let id: GrantId = id.parse().map_err(|_| unknown())?;
    access.trail.is_about("erasure", &id);
    let job = access.app.store.load_job(access.id(), &id).await?;
    job.and_then(Known::of).ok_or_else(unknown)
}

/// The request of whoever asks that is not over.
async fn own(access: &TeamAccess) -> Result<Option<Known>, Problem> {
    let Who::User { session, .. } = &*access.who else { return Err(nobody()) };
    let jobs = access.app.store.load_jobs(access.id()).await?;
    let mut known = jobs.into_iter().filter(|job| job.status.is_open()).filter_map(Known::of);
    Ok(known.find(|known| known.task.own && known.job.asked_by.as_ref() == Some(&session.user)))
}

async fn take_back(access: &TeamAccess, known: &Known) -> Result<StatusCode, Problem> {
    let can_be = matches!(known.task.phase, ErasurePhase::Looking | ErasurePhase::Confirming);
    let now = access.app.clock.now();
    let forgotten = now.checked_add(plumbline_store::AUDIT_KEPT).unwrap_or(now);
    let store = &access.app.store;
    if !can_be || store.cancel_job(access.id(), &known.job.id, now, Some(forgotten)).await?.is_none() {
        return Err(Problem::conflict("too-late", "It is being done, or over: it cannot be taken back any more."));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps the job that looks through everything; one at a time for each person.
async fn open(access: &TeamAccess, subject: Subject, own: bool) -> Result<Erasure, Problem> {
    let app = &access.app;
    let id: GrantId = app.ids.text("e").parse().map_err(anyhow::Error::new)?;
    let who = subject.member.as_ref().map(ToString::to_string);
    let who = who.or_else(|| subject.users.first().map(ToString::to_string));
    let slot = format!("erasure:{}", who.as_deref().unwrap_or("accounts"));
    if let Some(who) = &who {
        access.trail.is_about("person", who);
    }
    let task = ErasureTask::new(subject, own);
    let job = Job::new(access.id().clone(), id, Task::Erasure(task), access.who.user().cloned(), app.clock.now(), None);
    let opened = app.store.create_job_in(&slot, &job).await?;
    if opened.is_new {
        app.send_job(&opened.job).await;
    }
    Known::of(opened.job).map(Known::body).ok_or_else(unknown)
}

/// Whom the body names, with everybody who signs in as the member.
async fn subject(access: &TeamAccess, body: &NewErasure) -> Result<Subject, Problem> {
    let (store, team) = (&access.app.store, access.id());
    let (members, accounts, users) =
        futures::try_join!(store.load_members(team), store.load_accounts(team), store.load_users(team))?;
    let member = body.member.as_deref().map(|text| {
        let id = text.parse::<MemberId>().ok();
        let known = id.and_then(|id| members.iter().find(|member| member.id == id));
        known.ok_or_else(|| Problem::invalid(format!("`member`: this team has no member `{text}`.")))
    });
    let member = member.transpose()?.map(|known| known.merged_into.clone().unwrap_or_else(|| known.id.clone()));
    let named = body.user.as_deref().map(|text| {
        let known = users.iter().find(|user| user.id.as_str() == text);
        known.ok_or_else(|| Problem::invalid(format!("`user`: this team has no user `{text}`.")))
    });
    let named = named.transpose()?.map(|user| user.id.clone());
    let as_member = users
        .iter()
        .filter(|user| member.is_some() && own_member(user, &members, &accounts).map(|own| &own.id) == member.as_ref());
    if body.accounts.len() > MOST_ACCOUNTS {
        return Err(Problem::invalid(format!("`accounts` has more than {MOST_ACCOUNTS} entries.")));
    }
    let mut also = BTreeSet::new();
    for text in &body.accounts {
        let id = text.parse::<VendorId>().ok().filter(|id| accounts.iter().any(|account| account.id == *id));
        also.insert(id.ok_or_else(|| {
            Problem::invalid(format!("`accounts`: no account `{text}` is known. Write each as `provider:id`."))
        })?);
    }
    if member.is_none() && named.is_none() && also.is_empty() {
        return Err(Problem::invalid("Say whom: `member`, `user` or `accounts`."));
    }
    Ok(Subject { users: as_member.map(|user| user.id.clone()).chain(named).collect(), member, accounts: also })
}
