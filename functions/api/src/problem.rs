//! Errors as RFC 9457 problem documents (`application/problem+json`).
//!
//! A handler returns a [`Problem`]; it travels in the response's extensions until the edge (see [`crate::edge`]), which
//! knows the request id, writes it down. Every other error status, whoever answered it, is turned into one there.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use plumbline_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// What an error answer says. `detail` tells people what to do; `type` is stable, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document {
    /// Stable name of the kind of problem, `urn:plumbline:problem:<kind>`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong here and what to do about it.
    detail: String,
    /// Names this request in the logs; also in the `x-request-id` header.
    request_id: String,
}

/// An error on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    retry_after: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into(), retry_after: None }
    }

    /// 400: the request cannot be read or its parameters make no sense.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be understood", detail)
    }

    /// 401: no token, or one that does not work.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "A sign-in or a valid token is needed", detail)
    }

    /// 403: whoever asks may not; `kind` says for want of what.
    pub(crate) fn forbidden(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, kind, "Not allowed", detail)
    }

    /// 429 with `Retry-After`: too many calls; the same request works after so many seconds.
    pub(crate) fn too_many(detail: impl Into<String>, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds.max(1)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-calls", "Too many calls", detail)
        }
    }

    /// 404: there is no such thing; `kind` says of which sort.
    pub(crate) fn not_found(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, kind, "Not found", detail)
    }

    /// 409: it cannot be done as things stand.
    pub(crate) fn conflict(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, kind, "Not possible as things stand", detail)
    }

    /// 422: the request was understood, but a value in it cannot be used.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "A value cannot be used", detail)
    }

    /// 422: the vendor refused what it was asked with these credentials and settings.
    pub(crate) fn refused_by_vendor(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, "The vendor refused", detail)
    }

    /// 422: somebody else refused, or what they said is refused.
    pub(crate) fn refused(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, "It was refused", detail)
    }

    /// Whether it is a mistake of Plumbline's own.
    pub(crate) fn is_ours(&self) -> bool {
        self.status == StatusCode::INTERNAL_SERVER_ERROR
    }

    /// 501: planned, not there.
    pub(crate) fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "not-implemented", "Not available yet", detail)
    }

    /// 503 with `Retry-After`: the same request may work after so many seconds.
    pub(crate) fn try_later(detail: impl Into<String>, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds.max(1)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "try-later", "Not available just now", detail)
        }
    }

    /// 500: Plumbline's own mistake. The cause is logged with its chain; the answer only names the request.
    pub(crate) fn internal(error: &anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), backtrace = %error.backtrace(), "the request failed");
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// For error statuses that a library answered without a document of its own.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (kind, title, detail) = match status {
            StatusCode::NOT_FOUND => (
                "unknown-path",
                "Not found",
                "There is nothing at this address. GET /api/openapi.json describes what there is.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method-not-allowed",
                "Not a method of this address",
                "This address does not know this method; the `Allow` header lists those it knows.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("too-large", "The request is too large", "Send a body of at most 1 MB (1,048,576 bytes).")
            }
            status if status.is_server_error() => (
                "internal",
                "Something went wrong here",
                "This is a mistake in Plumbline, not in the request. The logs have its cause under this request id.",
            ),
            _ => ("bad-request", "The request cannot be understood", "The request cannot be understood."),
        };
        Self::new(status, kind, title, detail)
    }

    /// The kind, for logs.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// What it tells people.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The answer with the request's id in it.
    pub(crate) fn render(self, request_id: &str) -> Response {
        let document = Document {
            kind: format!("urn:plumbline:problem:{}", self.kind),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            request_id: request_id.to_owned(),
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Throttled | StoreError::Conflict(_) => {
                tracing::warn!(%error, "the store is busy");
                Self::try_later("The database is busy. Try again in a few seconds.", 2)
            }
            StoreError::Corrupt { .. } | StoreError::Service(..) => {
                Self::internal(&anyhow::Error::new(error).context("the store"))
            }
        }
    }
}

impl From<plumbline_export::Error> for Problem {
    fn from(error: plumbline_export::Error) -> Self {
        match error {
            plumbline_export::Error::ForeignCursor => {
                Self::bad_request("`cursor` is not one of this export: take it unchanged from the `Link` header.")
            }
            plumbline_export::Error::Store(error) => error.into(),
            plumbline_export::Error::Write(error) => Self::internal(&error.context("writing rows")),
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(&error)
    }
}
