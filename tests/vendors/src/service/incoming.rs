//! A request, read whole.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// A request, read whole.
#[derive(Debug)]
pub struct Incoming {
    /// HTTP method.
    pub method: Method,
    /// Path, as it was sent.
    pub path: String,
    /// Query without the question mark.
    pub query: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Incoming {
    /// The largest body that is read.
    pub(crate) const MOST: usize = 10 << 20;

    pub(crate) async fn read(request: Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, Self::MOST).await.unwrap_or_default();
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
        }
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The token of an `Authorization: Bearer` header.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// User and password of an `Authorization: Basic` header.
    pub fn basic(&self) -> Option<(String, String)> {
        let coded = self.header("authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    /// The query's parameters, decoded.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The fields of a body that is a form or a JSON object of texts, whatever the content type says.
    pub fn fields(&self) -> BTreeMap<String, String> {
        if let Some(Value::Object(map)) = self.json() {
            let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            return map.into_iter().map(|(name, value)| (name, text(value))).collect();
        }
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The path's parts, decoded.
    pub fn segments(&self) -> Vec<String> {
        let decoded = |part: &str| {
            // A plus sign in a path is itself.
            let part = part.replace('+', "%2B");
            form_urlencoded::parse(format!("x={part}").as_bytes()).next().map_or(String::new(), |(_, v)| v.into_owned())
        };
        self.path.split('/').filter(|part| !part.is_empty()).map(decoded).collect()
    }

    /// Path and query as they were sent.
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}
