//! Applies what webhooks brought to the facts of every team that connected their source, and tells `survey` of merges.

use anyhow::Context as _;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use plumbline_domain::{MergedPullRequest, SurveyMessage, TeamId, WebhookFacts};
use plumbline_lambda::queue::MessageSender;
use plumbline_store::Store;

/// What the function works with.
pub struct App {
    /// Facts, and which teams connected what.
    pub store: Store,
    /// The queue of `survey`.
    pub survey: Box<dyn MessageSender>,
}

/// One invocation: a batch of verified and parsed webhooks.
pub async fn handle(event: SqsEvent, app: &App) -> SqsBatchResponse {
    plumbline_lambda::batch::each_record(event, async |message: WebhookFacts| apply(app, message).await).await
}

/// Saves the facts for each team concerned. Facts only ever join what is known, so a webhook may arrive twice, late, or
/// before or after the sync that brings the same. `survey` takes a merge as often as it is told of it.
async fn apply(app: &App, message: WebhookFacts) -> anyhow::Result<()> {
    let teams = app.store.load_webhook_teams(message.provider, &message.sources).await?;
    if teams.is_empty() {
        // Counted by the metric filter on this line; nobody here asked for these data.
        tracing::info!(
            unknown_webhook_source = 1,
            delivery = message.delivery,
            "no team has connected the source of delivery {}",
            message.delivery
        );
        return Ok(());
    }
    for team in teams {
        let saved = app.store.save_facts(&team, message.facts.clone()).await?;
        for rejected in &saved.rejected {
            tracing::warn!(team = %team, delivery = message.delivery, record = rejected.what, reason = rejected.reason,
                "a record of delivery {} could not be stored", message.delivery);
        }
        tracing::info!(team = %team, delivery = message.delivery, written = saved.written, unchanged = saved.unchanged,
            "delivery {} applied", message.delivery);
        if let Some(merged) = &message.merged {
            tell_survey(app, team, merged.clone()).await?;
        }
    }
    Ok(())
}

async fn tell_survey(app: &App, team_id: TeamId, merged: MergedPullRequest) -> anyhow::Result<()> {
    let group = team_id.to_string();
    let MergedPullRequest { pull_request, repository, merged_at } = merged;
    let message = serde_json::to_string(&SurveyMessage::Merged { team_id, pull_request, repository, merged_at })?;
    app.survey.send_text(&group, message).await.context("telling survey of a merge")
}
