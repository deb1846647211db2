//! Deleting a team. Its connections are gone by now, so that no sync saves anything; what was being saved ends soon.

use crate::{App, Held, Outcome, Stop, pass, removal};
use jiff::SignedDuration;
use plumbline_store::{DeletionTask, Task};

/// Longer than any invocation that may still save something.
const AGAIN: SignedDuration = SignedDuration::from_mins(2);

pub(crate) async fn run(app: &App, held: &mut Held<'_>, mut task: DeletionTask) -> Result<Outcome, Stop> {
    let team = held.job.team_id.clone();
    removal::of_team(app, &team).await?;
    let deleted = pass::over(held, "deleting", async |place| {
        let (deleted, next) = app.store.delete_team_page(&team, place).await?;
        task.deleted += deleted;
        Ok((Task::Deletion(task.clone()), deleted, next))
    });
    let Some(deleted) = deleted.await? else { return Ok(Outcome::GoOn) };
    if deleted > 0 {
        held.rest(Task::Deletion(task), "waiting for what is being saved");
        return Ok(Outcome::Rest { until: app.clock.now() + AGAIN });
    }
    app.store.delete_other_jobs(&held.job).await?;
    tracing::info!(team = %team, items = task.deleted, "the team {team} is deleted");
    Ok(Outcome::Forget)
}
