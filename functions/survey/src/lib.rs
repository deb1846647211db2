//! Drives surveys: opens one at a merge, takes what people do in Slack, and brings the messages up to date.
//!
//! Every message may come twice, late and in any order. What is decided is in the store before anybody is told, and what
//! is to be sent is noted there before the call ([`plumbline_survey::Survey::next`]).

mod desk;
mod detected;
mod merged;
mod people;
mod reconcile;
mod slack;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use plumbline_connections::Connections;
use plumbline_connectors::{github::Github, http::LazyClient, slack::Slack};
use plumbline_domain::{Clock, SurveyMessage};
use plumbline_lambda::queue::{DelayedSender, LONGEST_DELAY, delay_until};
use plumbline_store::Store;

/// What the function works with.
pub struct App {
    /// Surveys, settings, members, connections.
    pub store: Store,
    /// Opens connections.
    pub connections: Connections,
    /// Renews GitHub's tokens.
    pub github: Github,
    /// Reads pull requests.
    pub github_client: LazyClient,
    /// Renews Slack's tokens.
    pub slack: Slack,
    /// For messages to Slack.
    pub client: LazyClient,
    /// The function's own queue.
    pub queue: Box<dyn DelayedSender>,
    /// Now.
    pub clock: Clock,
}

/// One invocation: a batch of messages (of one, in the template).
pub async fn handle(event: SqsEvent, app: &App) -> SqsBatchResponse {
    plumbline_lambda::batch::each_record(event, async |message: SurveyMessage| work(app, message).await).await
}

async fn work(app: &App, message: SurveyMessage) -> anyhow::Result<()> {
    match message {
        SurveyMessage::Merged { team_id, pull_request, repository, merged_at } => {
            let merge = merged::Merge { team_id, pull_request, repository, merged_at };
            Box::pin(merged::open_survey(app, merge)).await
        }
        SurveyMessage::Due { team_id, pull_request } => {
            Box::pin(reconcile::reconcile(app, &team_id, pull_request)).await
        }
        SurveyMessage::Slack(event) => Box::pin(slack::happened(app, event)).await,
    }
}

/// Sends a message to the function's own queue, to come at an instant, or after the longest delay that SQS knows.
async fn send_again(app: &App, message: &SurveyMessage, at: Timestamp) -> anyhow::Result<()> {
    let group = match message {
        SurveyMessage::Merged { team_id, .. } | SurveyMessage::Due { team_id, .. } => team_id.as_str(),
        SurveyMessage::Slack(event) => event.workspace.as_str(),
    };
    let delay = delay_until(at, app.clock.now()).min(LONGEST_DELAY);
    Ok(app.queue.send_later(group, serde_json::to_string(message)?, delay).await?)
}
