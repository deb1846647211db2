//! Works on sync jobs: reads pages from a vendor, saves each before asking for the next, and hands over in time.
//!
//! A message only says which run to go on with; where it stands is in the store, behind a lease with a fencing token.
//! Whatever happens to this function, the run continues from the last saved page: by its own continuation message, by
//! SQS delivering again, or by the schedule, which looks after runs whose lease ended.

mod decision;
mod position;
mod run;

pub use decision::{Decision, decide};
pub use run::{App, Outcome, work};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use plumbline_domain::SyncJob;

/// One invocation: a batch of sync jobs (of one, in the template), to be left before `deadline`.
pub async fn handle(event: SqsEvent, app: &App, deadline: Timestamp) -> SqsBatchResponse {
    plumbline_lambda::batch::each_record(event, async |job: SyncJob| {
        let outcome = work(app, &job, deadline).await?;
        tracing::info!(team = %job.team_id, provider = %job.provider, run = %job.run_id, sequence = job.sequence, outcome = ?outcome,
            "sync job of run {} ended", job.run_id);
        Ok(())
    })
    .await
}

#[cfg(test)]
#[path = "issues_tests.rs"]
mod tests;
