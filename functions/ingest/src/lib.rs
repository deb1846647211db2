//! Applies what webhooks brought to the facts of every team that connected their source.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use plumbline_domain::WebhookFacts;
use plumbline_store::Store;

/// One invocation: a batch of verified and parsed webhooks.
pub async fn handle(event: SqsEvent, store: &Store) -> SqsBatchResponse {
    plumbline_lambda::batch::each_record(event, async |message: WebhookFacts| apply(store, message).await).await
}

/// Saves the facts for each team concerned. Facts only ever join what is known, so a webhook may arrive twice, late, or
/// before or after the sync that brings the same.
async fn apply(store: &Store, message: WebhookFacts) -> anyhow::Result<()> {
    let teams = store.load_webhook_teams(message.provider, &message.sources).await?;
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
        let saved = store.save_facts(&team, message.facts.clone()).await?;
        for rejected in &saved.rejected {
            tracing::warn!(team = %team, delivery = message.delivery, record = rejected.what, reason = rejected.reason,
                "a record of delivery {} could not be stored", message.delivery);
        }
        tracing::info!(team = %team, delivery = message.delivery, written = saved.written, unchanged = saved.unchanged,
            "delivery {} applied", message.delivery);
    }
    Ok(())
}
