//! An answer before it is sent.

use serde_json::Value;

/// A status, headers and a body.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case. Without a `content-type` the body is JSON.
    pub headers: Vec<(&'static str, String)>,
    /// JSON; a text is sent as it is where a `content-type` is given, and `null` is no body.
    pub body: Value,
    /// Points it costs, where the vendor counts them.
    pub points: u64,
}

impl Reply {
    /// JSON with this status.
    pub const fn of(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, points: 1 }
    }

    /// 200 with JSON.
    pub const fn ok(body: Value) -> Self {
        Self::of(200, body)
    }

    /// A text of another type.
    pub fn text(status: u16, kind: &str, text: impl Into<String>) -> Self {
        Self::of(status, Value::String(text.into())).with("content-type", kind)
    }

    /// The page that a proxy shows when what is behind it does not answer.
    pub(crate) fn bad_gateway() -> Self {
        let page = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";
        Self::text(502, "text/html", page)
    }

    /// The page that is shown when what should answer broke down on the way.
    pub(crate) fn internal_error() -> Self {
        Self::text(500, "text/html", "<html><head><title>500 Internal Server Error</title></head></html>")
    }

    /// Sends the browser on.
    pub(crate) fn found(location: impl Into<String>) -> Self {
        Self::of(302, Value::Null).with("location", location)
    }

    /// With another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Costs so many points.
    #[must_use]
    pub const fn costing(mut self, points: u64) -> Self {
        self.points = points;
        self
    }
}
