//! The Jira metrics of a team.

use super::{days, host_account, timed};
use crate::{access::TeamAccess, input::Params, problem::Problem};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use plumbline_domain::{Project, Provider, Record, RecordKind, Shelf, Sprint, VendorId};
use plumbline_metrics::{
    Range,
    jira::{Jira, JiraFilters, JiraInput, jira},
};
use serde::Deserialize;
use std::time::Instant;
use utoipa::IntoParams;

/// What to look at.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JiraQuery {
    /// First day, `YYYY-MM-DD` in the team's time zone; 89 days before `to` when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, inclusive; today when absent. At most two years after `from`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Only issues of this project, and pull requests that name one: its key, name or id.
    project: Option<String>,
}

/// The Jira metrics of a range of days
///
/// An issue counts on the day it was done in the team's time zone, a sprint when it was completed in the range or is
/// under way in it. Durations are seconds, points are present estimates. The answer's `Server-Timing` header tells the
/// milliseconds spent (`handler`) and the database's read units (`read-units`).
#[utoipa::path(
    get, path = "/api/teams/{team_id}/metrics/jira", operation_id = "getJira", tag = "metrics",
    params(("team_id" = String, Path, description = "The team"), JiraQuery),
    responses((status = 200, description = "The metrics, each with its definition, sample and exclusions", body = Jira)),
)]
pub(crate) async fn show(access: TeamAccess, Params(query): Params<JiraQuery>) -> Result<Response, Problem> {
    let started = Instant::now();
    let (store, team, zone) = (&access.app.store, access.id(), access.zone()?);
    let now = access.app.clock.now();
    let (from, to) = days(query.from.as_deref(), query.to.as_deref(), &zone, now)?;
    let range = Range::new(from, to, &zone).map_err(|error| Problem::bad_request(format!("{error}.")))?;
    let shelf = |kind| Shelf::new(kind, Provider::Jira);
    let (project_shelf, sprint_shelf) = (shelf(RecordKind::Project), shelf(RecordKind::Sprint));
    let (projects, sprints, shelves, pull_requests, sync) = futures::try_join!(
        store.load_shelf(team, &project_shelf),
        store.load_shelf(team, &sprint_shelf),
        store.load_shelves(team, RecordKind::Issue),
        store.load_rows(team, range.start().max(Timestamp::UNIX_EPOCH), range.end().max(Timestamp::UNIX_EPOCH)),
        store.load_sync(team, Provider::Jira),
    )?;
    let projects: Vec<Project> = projects.into_iter().filter_map(as_project).collect();
    let sprints: Vec<Sprint> = sprints.into_iter().filter_map(as_sprint).collect();
    let project = query.project.as_deref().map(|text| find_project(text, &projects)).transpose()?;
    let wanted: Vec<VendorId> = shelves
        .iter()
        .filter_map(|shelf| shelf.scope.parse().ok())
        .filter(|id: &VendorId| id.provider == Provider::Jira && project.as_ref().is_none_or(|project| id == project))
        .collect();
    let issues = store.load_issue_rows(team, &wanted).await?;
    let answer = jira(&JiraInput {
        issues: &issues.rows,
        pull_requests: &pull_requests.rows,
        sprints: &sprints,
        projects: &projects,
        project: project.as_ref(),
        range: &range,
        filters: JiraFilters { project: query.project },
        team_bots: &access.team.bots.iter().filter_map(|id| host_account(id.provider, &id.id)).collect(),
        as_of: sync.and_then(|sync| sync.last_success),
        now,
    });
    Ok(timed(Json(answer).into_response(), started, issues.read_units + pull_requests.read_units))
}

fn as_project(record: Record) -> Option<Project> {
    if let Record::Project(project) = record { Some(project) } else { None }
}

fn as_sprint(record: Record) -> Option<Sprint> {
    if let Record::Sprint(sprint) = record { Some(sprint) } else { None }
}

/// By id, else by key, else by name; of several, one that is there still.
fn find_project(text: &str, projects: &[Project]) -> Result<VendorId, Problem> {
    let mut projects: Vec<&Project> = projects.iter().collect();
    projects.sort_by_key(|project| (project.gone_at.is_some(), &project.key));
    let found = projects.iter().find(|project| project.id.to_string() == text);
    let found = found.or_else(|| projects.iter().find(|project| project.key.eq_ignore_ascii_case(text)));
    let found = found.or_else(|| projects.iter().find(|project| project.name.eq_ignore_ascii_case(text)));
    found.map(|project| project.id.clone()).ok_or_else(|| {
        Problem::not_found(
            "unknown-project",
            format!(
                "This team has no Jira project `{text}`. Write a key, a name, or an id as jira:10001; the answer \
                 without `project` lists those there are."
            ),
        )
    })
}
