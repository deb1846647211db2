//! SQS batches: each record succeeds or fails alone.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use serde::de::DeserializeOwned;

/// Runs `work` on each record in turn. A failed one is reported and delivered again, after a few times to the
/// dead-letter queue; the others are done. One line is logged per failure, with its chain, and never the body.
pub async fn each_record<T, F>(event: SqsEvent, mut work: F) -> SqsBatchResponse
where
    T: DeserializeOwned,
    F: AsyncFnMut(T) -> anyhow::Result<()>,
{
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let message_id = record.message_id.clone().unwrap_or_default();
        let outcome = match parse(&record) {
            Ok(message) => work(message).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(message_id, error = format!("{error:#}"), "message {message_id} failed");
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

fn parse<T: DeserializeOwned>(record: &SqsMessage) -> anyhow::Result<T> {
    let body = record.body.as_deref().unwrap_or_default();
    // serde_json's message can quote the body; its category and position cannot.
    serde_json::from_str(body).map_err(|error| {
        anyhow::anyhow!(
            "the message is not of the expected form: {:?} error at column {}",
            error.classify(),
            error.column()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(bodies: &[(&str, &str)]) -> SqsEvent {
        let records: Vec<_> =
            bodies.iter().map(|(id, body)| serde_json::json!({"messageId": id, "body": body})).collect();
        serde_json::from_value(serde_json::json!({ "Records": records })).expect("an SQS event")
    }

    #[tokio::test]
    async fn one_bad_record_does_not_take_the_others_with_it() {
        let mut seen = Vec::new();
        let response = each_record(event(&[("a", "1"), ("b", "not json"), ("c", "3"), ("d", "4")]), async |n: u32| {
            seen.push(n);
            anyhow::ensure!(n != 3, "no threes");
            Ok(())
        })
        .await;
        assert_eq!(seen, [1, 3, 4]);
        let failed: Vec<_> = response.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["b", "c"]);
    }
}
