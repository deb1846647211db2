//! Deleting a team. The work is done by a job of the function `privacy`.

use crate::{access::TeamAccess, connections, input::Params, problem::Problem};
use axum::http::StatusCode;
use plumbline_domain::{GrantId, Provider};
use plumbline_store::{DeletionTask, Job, Task};
use serde::Deserialize;
use utoipa::IntoParams;

/// That the team is to be deleted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQuery {
    /// The team's name, exactly: so that nobody deletes another one than they think.
    name: String,
}

/// Delete a team
///
/// Its connections are taken back at the vendors and removed at once; everything else of it goes within minutes, audit log
/// and users included. It cannot be taken back: export the team before.
#[utoipa::path(
    delete, path = "/api/teams/{team_id}", operation_id = "deleteTeam", tag = "privacy",
    params(("team_id" = String, Path, description = "The team"), DeleteQuery),
    responses((status = 202, description = "It is being deleted")),
)]
pub(crate) async fn delete_team(access: TeamAccess, Params(query): Params<DeleteQuery>) -> Result<StatusCode, Problem> {
    if query.name != access.team.name {
        return Err(Problem::bad_request("`name` is not this team's name. Write it exactly as GET /api/teams has it."));
    }
    let (app, team) = (&access.app, access.id());
    for provider in Provider::ALL {
        connections::disconnect(app, team, provider).await?;
    }
    let id: GrantId = app.ids.text("d").parse().map_err(anyhow::Error::new)?;
    let task = Task::Deletion(DeletionTask::default());
    let job = Job::new(team.clone(), id, task, access.who.user().cloned(), app.clock.now(), None);
    let opened = app.store.create_job_in("deletion", &job).await?;
    access.app.send_job(&opened.job).await;
    Ok(StatusCode::ACCEPTED)
}
