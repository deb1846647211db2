//! Takes what Slack sends: verify, parse, queue, answer. Nothing is answered with success before it is durable.
//!
//! Slack waits three seconds, a cold start included, and then tells the person who clicked that it did not work, or
//! sends an event again. So nothing here is looked up: `survey` finds the team and answers, through the `response_url`
//! where there is one. What comes twice is queued twice.
//!
//! Source: Slack, "Verifying requests from Slack", "Handling user interaction", "The Events API".

mod payload;

use lambda_http::{Body, Request, Response, http::StatusCode};
use payload::{Delivery, Surface};
use plumbline_auth::{SlackSignatureError, verify_slack};
use plumbline_domain::{Clock, SlackEvent, SurveyMessage};
use plumbline_lambda::{SecretCache, queue::MessageSender};
use serde_json::{Value, json};

/// Far above what Slack sends: the largest is a click, which carries its whole message of at most 50 blocks.
const LARGEST_BODY: usize = 1_000_000;

/// What the function works with.
pub struct App {
    /// The app's signing secret, current and previous.
    pub secret: SecretCache,
    /// The queue of `survey`.
    pub survey: Box<dyn MessageSender>,
    /// What time it is.
    pub clock: Clock,
}

/// One request.
pub async fn handle(request: Request, app: &App) -> Response<Body> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(surface) = Surface::of(request.uri().path()) else {
        return refuse(StatusCode::NOT_FOUND, "nothing of Slack's comes here; the app's manifest has the addresses");
    };
    // Already decoded where API Gateway sent it in base64, as it does with forms: these are the bytes Slack signed.
    let body: &[u8] = request.body();
    if body.len() > LARGEST_BODY {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the payload is larger than 1 MB");
    }
    let now = app.clock.now();
    let secrets = app.secret.versions().await.all();
    let (time, signature) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    if let Err(error) = verify_slack(body, time, signature, &secrets, now) {
        return refuse(StatusCode::UNAUTHORIZED, signature_help(error));
    }
    let events = match payload::parse(surface, body, now) {
        Ok(Delivery::Events(events)) => events,
        Ok(Delivery::Challenge(challenge)) => return answer(StatusCode::OK, &json!({"challenge": challenge})),
        Ok(Delivery::Ignored) => return accepted(),
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    for event in events {
        if let Err(error) = queue(app, event).await {
            tracing::error!(error = format!("{error:#}"), "a request of Slack's could not be queued");
            let detail = "the request could not be stored; please try again";
            return answer(StatusCode::SERVICE_UNAVAILABLE, &problem(StatusCode::SERVICE_UNAVAILABLE, detail));
        }
    }
    accepted()
}

/// The workspace is the fairness group: which team it is of is not known yet.
async fn queue(app: &App, event: SlackEvent) -> anyhow::Result<()> {
    let group = event.workspace.clone();
    let message = serde_json::to_string(&SurveyMessage::Slack(event))?;
    Ok(app.survey.send_text(&group, message).await?)
}

fn signature_help(error: SlackSignatureError) -> &'static str {
    match error {
        SlackSignatureError::Missing => {
            "the header X-Slack-Signature or X-Slack-Request-Timestamp is missing; only Slack sends requests here"
        }
        SlackSignatureError::Malformed => {
            "X-Slack-Signature is not of the form v0=<64 hex digits>, or X-Slack-Request-Timestamp not in seconds"
        }
        SlackSignatureError::TooOld => "the request was not signed within the last five minutes",
        SlackSignatureError::Mismatch => {
            "the signature does not match; give Plumbline the signing secret of the Slack app's Basic Information page"
        }
    }
}

/// Nobody reads it: an answer with a body would be shown to the person as a message.
fn accepted() -> Response<Body> {
    Response::new(Body::Empty)
}

fn refuse(status: StatusCode, detail: &str) -> Response<Body> {
    tracing::warn!(status = status.as_u16(), detail, "a request in Slack's name was refused");
    answer(status, &problem(status, detail))
}

fn problem(status: StatusCode, detail: &str) -> Value {
    json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "detail": detail,
    })
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(lambda_http::http::header::CONTENT_TYPE, lambda_http::http::HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
