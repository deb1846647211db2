//! Cookies: from this host alone and over TLS alone (`__Host-`, RFC 6265bis, 4.1.3.2).

use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, header};

/// A session.
pub(crate) const SESSION: &str = "__Host-plumbline-session";

/// A request's cookie of this name.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A cookie that no script reads and that no other site's form sends along.
pub(crate) fn set(name: &str, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    Ok(HeaderValue::from_str(&cookie).map_err(anyhow::Error::new)?)
}

/// Takes a cookie back.
pub(crate) fn clear(name: &str) -> Result<HeaderValue, Problem> {
    set(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; __Host-plumbline-sessions=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-plumbline-session=3; b=4"));
        assert_eq!(find(&headers, SESSION), Some("3"));
        assert_eq!(find(&headers, "__Host-plumbline"), None);
    }
}
