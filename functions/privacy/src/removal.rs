//! Taking back files that hold what is to be gone.

use crate::{App, Stop};
use plumbline_domain::{TeamId, UserId};
use plumbline_store::{ExportOf, ExportTask, Task, export_object_key};
use std::{collections::BTreeSet, time::Duration};

/// Removes the exports that may hold something of these users': the team's, and their own.
pub(crate) async fn of_people(app: &App, team: &TeamId, users: &BTreeSet<UserId>) -> Result<(), Stop> {
    for job in app.store.load_jobs(team).await? {
        let Some(task) = job.task.export() else { continue };
        let theirs = task.of == ExportOf::Team || job.asked_by.as_ref().is_some_and(|user| users.contains(user));
        if !theirs || task.removed {
            continue;
        }
        let removed = Task::Export(ExportTask { removed: true, ..task.clone() });
        if app.store.restart_job(team, &job.id, &removed, app.clock.now()).await?.is_some() {
            // One that is lost is sent by the schedule.
            app.send(&job.message(), Duration::ZERO).await?;
        }
    }
    Ok(())
}

/// Removes the files of all exports of a team.
pub(crate) async fn of_team(app: &App, team: &TeamId) -> Result<(), Stop> {
    for job in app.store.load_jobs(team).await? {
        if job.task.export().is_some() {
            app.files.delete(&export_object_key(team, &job.id)).await?;
        }
    }
    Ok(())
}
