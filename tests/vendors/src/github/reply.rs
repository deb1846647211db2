//! GitHub's own ways of saying no.

use crate::service::Reply;
use serde_json::json;

impl Reply {
    pub(in crate::github) fn error(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string(),
        });
        Self::of(status, body)
    }

    pub(in crate::github) fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    /// A renamed or transferred repository answers with its address by id.
    pub(in crate::github) fn moved(location: String) -> Self {
        let body = json!({
            "message": "Moved Permanently", "url": location,
            "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
        });
        Self::of(301, body).with("location", location)
    }
}
