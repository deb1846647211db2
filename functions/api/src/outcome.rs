//! What came of something that a browser did elsewhere: the dashboard is told by a cookie that its script reads once and
//! removes, since words in an address could be anybody's.

use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

/// The cookie.
pub(crate) fn cookie(name: &str, outcome: &impl Serialize) -> Result<HeaderValue, Problem> {
    let json = serde_json::to_vec(outcome).map_err(anyhow::Error::new)?;
    let value = URL_SAFE_NO_PAD.encode(json);
    let cookie = format!("{name}={value}; Path=/; Max-Age=60; Secure; SameSite=Strict");
    Ok(HeaderValue::from_str(&cookie).map_err(anyhow::Error::new)?)
}

/// Whether a browser asks on behalf of a person, who is to see a page.
pub(crate) fn navigates(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
