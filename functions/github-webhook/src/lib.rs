//! Takes GitHub's webhooks: verify, parse, queue, answer. Nothing is answered with success before it is durable.
//!
//! <https://docs.github.com/en/webhooks/using-webhooks/handling-webhook-deliveries>: an answer within 10 seconds, no
//! automatic redelivery. Parsing happens here, so that a payload of megabytes becomes a message of a few kilobytes and
//! malformed JSON is refused while the sender still listens.

use lambda_http::{Body, Request, Response, http::StatusCode};
use plumbline_auth::webhook::{SignatureError, verify_github};
use plumbline_connectors::github::webhook::{Delivery, parse};
use plumbline_lambda::{SecretCache, queue::MessageSender};
use serde_json::json;

/// A synchronous Lambda invocation carries 6 MB at most, base64 included; GitHub sends up to 25 MB. What is larger is
/// refused in words and comes with the daily sync.
const LARGEST_BODY: usize = 4_500_000;

/// What the function works with.
pub struct App {
    /// The webhook secret, current and previous.
    pub secret: SecretCache,
    /// The queue of `ingest`.
    pub events: Box<dyn MessageSender>,
}

/// One request.
pub async fn handle(request: Request, app: &App) -> Response<Body> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let body: &[u8] = request.body();
    let delivery = header("x-github-delivery").unwrap_or("unknown").to_owned();
    if body.len() > LARGEST_BODY {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            &delivery,
            "the payload is larger than 4.5 MB; the daily sync brings what it says",
        );
    }
    let secrets = app.secret.versions().await.all();
    if let Err(error) = verify_github(body, header("x-hub-signature-256"), &secrets) {
        return refuse(StatusCode::UNAUTHORIZED, &delivery, signature_help(error));
    }
    let Some(event) = header("x-github-event") else {
        return refuse(StatusCode::BAD_REQUEST, &delivery, "the header X-GitHub-Event is missing");
    };
    let facts = match parse(event, &delivery, body) {
        Ok(Delivery::Facts(facts)) => facts,
        Ok(Delivery::Ping) => return answer(StatusCode::OK, &json!({"status": "pong"})),
        Ok(Delivery::Ignored) => return answer(StatusCode::ACCEPTED, &json!({"status": "ignored"})),
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &delivery, &error.to_string()),
    };
    let group = facts.sources.first().cloned().unwrap_or_else(|| "unknown".to_owned());
    let sent = match serde_json::to_string(&facts) {
        Ok(message) => app.events.send_text(&group, message).await.map_err(anyhow::Error::new),
        Err(error) => Err(error.into()),
    };
    match sent {
        Ok(()) => answer(StatusCode::ACCEPTED, &json!({"status": "accepted"})),
        Err(error) => {
            tracing::error!(delivery, error = format!("{error:#}"), "delivery {delivery} could not be queued");
            let detail = "the delivery could not be stored; redeliver it, or wait for the daily sync";
            answer(StatusCode::SERVICE_UNAVAILABLE, &problem(StatusCode::SERVICE_UNAVAILABLE, detail))
        }
    }
}

fn signature_help(error: SignatureError) -> &'static str {
    match error {
        SignatureError::Missing => "the header X-Hub-Signature-256 is missing; set a secret on the webhook",
        SignatureError::Malformed => "the header X-Hub-Signature-256 is not of the form sha256=<64 hex digits>",
        SignatureError::Mismatch => {
            "the signature does not match; set the webhook's secret to the one Plumbline was given"
        }
    }
}

fn refuse(status: StatusCode, delivery: &str, detail: &str) -> Response<Body> {
    tracing::warn!(delivery, status = status.as_u16(), detail, "delivery {delivery} refused");
    answer(status, &problem(status, detail))
}

fn problem(status: StatusCode, detail: &str) -> serde_json::Value {
    json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "detail": detail,
    })
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(lambda_http::http::header::CONTENT_TYPE, lambda_http::http::HeaderValue::from_static(kind));
    response
}
