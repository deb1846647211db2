//! What is due of long jobs.

use crate::{App, PATIENCE};
use anyhow::Context as _;

/// Looked at in one invocation; what is left is due a minute later still.
const MOST: usize = 100;

/// Sends the messages of the jobs that are due, before their due time moves. One that cannot be sent stays due.
pub(crate) async fn send_due(app: &App) -> anyhow::Result<usize> {
    let now = app.clock.now();
    let mut sent = 0;
    for job in app.store.load_due_jobs(now, MOST).await? {
        let body = serde_json::to_string(&job.message())?;
        app.privacy.send_text(job.team_id.as_str(), body).await.context("sending to the queue of privacy")?;
        app.store.postpone_job(&job, now + PATIENCE).await?;
        sent += 1;
    }
    Ok(sent)
}
