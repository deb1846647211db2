//! Requests that a vendor makes by itself: webhooks, and what one vendor asks of another.

use axum::http::HeaderMap;
use reqwest::{Client, redirect::Policy};
use std::time::Duration;

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The vendor's own number of it.
    pub id: u64,
    /// Where it goes.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
    /// The vendor waits no longer for an answer.
    pub patience: Duration,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: String,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// It took too long.
    Timeout,
    /// Nobody is there, or the connection broke.
    Connection,
}

impl Outgoing {
    /// What sends them.
    pub(super) fn client() -> Client {
        Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client can be made")
    }

    /// Sends it.
    pub(super) async fn send(&self, client: &Client) -> Result<Answered, Unanswered> {
        let mut request = client.post(&self.url).timeout(self.patience);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let failed = |error: reqwest::Error| {
            if error.is_timeout() { Unanswered::Timeout } else { Unanswered::Connection }
        };
        let response = request.body(self.body.clone()).send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answered { status, headers, body: response.text().await.map_err(failed)? })
    }
}
