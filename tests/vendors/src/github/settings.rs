//! How the simulated server behaves, apart from what it holds.

use crate::service::Budget;
use serde::{Deserialize, Serialize};

/// Where webhooks go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookTarget {
    /// Address.
    pub url: String,
    /// The secret that they are signed with.
    pub secret: String,
}

/// How the simulated server behaves. All of it may be changed while it runs (`PATCH /_control/settings`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Milliseconds that a REST answer takes.
    pub rest_latency_ms: u64,
    /// Milliseconds that a GraphQL answer takes.
    pub graphql_latency_ms: u64,
    /// The budget of REST.
    pub core: Budget,
    /// The budget of GraphQL, in points.
    pub graphql: Budget,
    /// A GraphQL query that asks for more nodes than this ends in 502, as a query that takes too long does.
    pub graphql_timeout_nodes: Option<u64>,
    /// The seconds until the reset, in a `retry-after` header of REST's refusals.
    pub retry_after: bool,
    /// REST's refusals are 429 instead of 403.
    pub refuse_with_429: bool,
    /// GraphQL lists at most this many commits of a pull request, as REST does.
    pub commit_cap: Option<usize>,
    /// Where webhooks go.
    pub webhook: Option<WebhookTarget>,
    /// The callback URLs of the app's registration. The browser is sent to the first one after the app was installed
    /// (`GET /apps/{slug}/installations/new`), since the registration asks for the user's authorization then, and to the
    /// one that is asked for when a user authorizes the app. With none, the app cannot be installed, and users are sent to
    /// whatever is asked for.
    pub app_callback_urls: Vec<String>,
    /// The policy "Copilot usage metrics" is enabled; else its reports answer 403.
    pub copilot_metrics_policy: bool,
    /// So many seconds the links of a report work.
    pub report_link_seconds: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rest_latency_ms: 0,
            graphql_latency_ms: 0,
            core: Budget::default(),
            graphql: Budget::default(),
            graphql_timeout_nodes: None,
            retry_after: false,
            refuse_with_429: false,
            commit_cap: Some(super::rest::MAX_COMMITS),
            webhook: None,
            app_callback_urls: Vec::new(),
            copilot_metrics_policy: true,
            report_link_seconds: 900,
        }
    }
}
