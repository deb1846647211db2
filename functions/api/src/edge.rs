//! What every answer has, whoever made it: a request id, the headers, a problem document for an error, one log line.

use crate::{app::App, problem::Problem};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use lambda_http::{RequestExt as _, request::RequestContext};
use std::{any::Any, time::Instant};
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The answers are data for programs: nothing is kept, nothing is run, nothing is framed.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
];

/// A request's id, for what answers it.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// The outermost layer.
pub(crate) async fn finish(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = request_id(&app, &request);
    request.extensions_mut().insert(RequestId(request_id.clone()));
    let method = request.method().clone();
    // The route, not the path: a path holds whatever a caller wrote there.
    let route = request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", request_id, %method, route, team_id = tracing::field::Empty);
    async {
        let mut response = next.run(request).await;
        let problem = response.extensions_mut().remove::<Problem>().or_else(|| {
            let status = response.status();
            (status.is_client_error() || status.is_server_error()).then(|| Problem::of_status(status))
        });
        let kind = problem.as_ref().map(Problem::kind);
        if let Some(problem) = problem {
            let allow = response.headers_mut().remove(header::ALLOW);
            response = problem.render(&request_id);
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
        }
        complete(response.headers_mut(), &request_id);
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(status = response.status().as_u16(), problem = kind, milliseconds, "answered");
        response
    }
    .instrument(span)
    .await
}

/// API Gateway's own id where there is one, so that its access log and ours name a request alike. What a caller sends
/// as `x-request-id` is not taken over: it would be written to the logs.
fn request_id(app: &App, request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    }
    .filter(|id| !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic()))
    .unwrap_or_else(|| app.ids.text("q"))
}

fn complete(headers: &mut HeaderMap, request_id: &str) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
}

/// A handler that panicked: logged, and answered as any other mistake of ours.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let message = cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = message, "a handler panicked");
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
