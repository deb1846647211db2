//! The webhook function, once initialised: refusing and accepting deliveries, one after the other.

use crate::{limits::Limit, stats::Spread, workshop::Workshop};
use anyhow::{Context as _, ensure};
use plumbline_bench::{
    Function,
    aws::{Aws, GITHUB_EVENTS, WEBHOOK_SECRET},
    events,
};
use plumbline_vendors::github::webhook::signature;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// GitHub's own examples of `pull_request` deliveries, one for each action, of about 25 KB each.
const EXAMPLES: &str = include_str!("../../../fixtures/github/webhooks/pull_request.json");

/// What deliveries of one kind cost.
#[derive(Debug, Serialize)]
pub(crate) struct Deliveries {
    /// From the event's hand-over to its answer.
    answer_ms: Spread,
    /// Of all of them together.
    aws_calls: u64,
    aws_calls_per_request: f64,
}

/// Both kinds.
#[derive(Debug, Serialize)]
pub(crate) struct WebhookFigures {
    body_bytes: usize,
    refused: Deliveries,
    accepted: Deliveries,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
}

/// Sends `requests` deliveries with a wrong signature and as many with the right one.
pub(crate) async fn measure(workshop: &Workshop, requests: usize) -> anyhow::Result<WebhookFigures> {
    let aws = Aws::start().await?;
    let examples: Vec<Value> = serde_json::from_str(EXAMPLES)?;
    let delivery = examples.iter().find(|example| example.get("action").is_some_and(|action| action == "closed"));
    let delivery = delivery.context("there is no example of a closed pull request")?.to_string();
    let (function, _) = workshop.start("github-webhook", &aws.environment()).await?;
    crate::progress(&format!("webhooks: {requests} refused, {requests} accepted"));
    let wrong = signature("another secret of some length", delivery.as_bytes());
    let refused = send(&aws, &function, &delivery, requests, &wrong, 401).await.context("wrong signatures")?;
    let right = signature(WEBHOOK_SECRET, delivery.as_bytes());
    let accepted = send(&aws, &function, &delivery, requests, &right, 202).await.context("right signatures")?;
    let queued = aws.services.messages(GITHUB_EVENTS).len();
    ensure!(queued == requests, "{queued} messages were queued for {requests} deliveries");
    Ok(WebhookFigures { body_bytes: delivery.len(), refused, accepted })
}

async fn send(
    aws: &Aws,
    function: &Function,
    body: &str,
    requests: usize,
    signature: &str,
    expected: u16,
) -> anyhow::Result<Deliveries> {
    aws.forget_calls();
    let mut durations = Vec::with_capacity(requests);
    for number in 0..requests {
        let id = format!("delivery-{number}");
        let headers = [
            ("content-type", "application/json"),
            ("x-github-event", "pull_request"),
            ("x-github-delivery", id.as_str()),
            ("x-hub-signature-256", signature),
        ];
        let event = events::http("POST", "/webhooks/github", "", &headers, Some(body));
        let invocation = function.invoke(&event, Duration::from_secs(10)).await?;
        let status = invocation.json::<Response>()?.status_code;
        ensure!(
            status == expected,
            "answered {status} instead of {expected}: {}",
            String::from_utf8_lossy(&invocation.body)
        );
        durations.push(invocation.duration);
    }
    let calls = aws.calls();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred requests")]
    let per_request = calls as f64 / requests as f64;
    Ok(Deliveries { answer_ms: Spread::of_durations(&durations), aws_calls: calls, aws_calls_per_request: per_request })
}

/// What is promised of webhooks.
pub(crate) fn limits(figures: &WebhookFigures) -> Vec<Limit> {
    vec![
        Limit::count("webhook: AWS calls to refuse bad signatures", 0, figures.refused.aws_calls),
        Limit::at_most("webhook: AWS calls to accept one", 2.0, figures.accepted.aws_calls_per_request),
        Limit::at_most("webhook: refusal p99, ms", 50.0, figures.refused.answer_ms.p99),
        Limit::at_most("webhook: acceptance p99, ms", 50.0, figures.accepted.answer_ms.p99),
    ]
}
