//! GraphQL answers: 200 also when something went wrong, so the `errors` decide.
//!
//! Source: GitHub, "Rate limits and query limits for the GraphQL API".

use super::rest::Api;
use crate::{
    Failure,
    http::{self, Refused},
    json::unreadable,
};
use serde::Deserialize;
use serde_json::Value;

/// An answer that has data, perhaps with errors beside it.
#[derive(Debug)]
pub(super) struct Reply {
    body: Vec<u8>,
    /// What went wrong with parts of the data.
    pub(super) errors: Vec<GraphError>,
}

/// One of an answer's `errors`.
#[derive(Debug, Deserialize)]
pub(super) struct GraphError {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Option<Vec<Value>>,
    #[serde(default)]
    extensions: Option<Extensions>,
}

#[derive(Debug, Deserialize)]
struct Extensions {
    #[serde(default)]
    code: Option<String>,
}

impl GraphError {
    fn is(&self, kinds: &[&str]) -> bool {
        self.kind.as_deref().is_some_and(|kind| kinds.contains(&kind))
    }

    fn says(&self, words: &[&str]) -> bool {
        let message = self.message.to_ascii_lowercase();
        words.iter().any(|words| message.contains(words))
    }

    /// The vendor's limit on calls, primary or secondary.
    fn is_limit(&self) -> bool {
        self.is(&["RATE_LIMITED", "RATE_LIMIT"]) || self.says(&["rate limit"])
    }

    /// GitHub gave up on how much was asked for.
    fn is_too_heavy(&self) -> bool {
        self.is(&["RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "TIMEOUT"])
            || self.says(&["timeout", "timed out", "resource limits"])
    }

    /// The vendor's words.
    pub(super) fn words(&self) -> String {
        let message: String = self.message.chars().filter(|c| !c.is_control()).take(300).collect();
        match &self.kind {
            Some(kind) if !message.is_empty() => format!("{kind}: {message}"),
            Some(kind) => kind.clone(),
            None => message,
        }
    }

    /// Whether it is about the top-level field `name`.
    fn concerns(&self, name: &str) -> bool {
        self.path.as_ref().and_then(|path| path.first()).and_then(Value::as_str) == Some(name)
    }

    /// The place in the first list on its path (`["repository", "pullRequests", "nodes", 3, "author"]`: 3).
    pub(super) fn place(&self) -> Option<u64> {
        self.path.as_ref()?.iter().find_map(Value::as_u64)
    }
}

/// An answer; `D` is its data.
#[derive(Deserialize)]
struct Envelope<D> {
    data: Option<D>,
}

#[derive(Deserialize)]
struct Outline {
    #[serde(default)]
    data: Option<OutlineData>,
    #[serde(default)]
    errors: Vec<GraphError>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct OutlineData {
    #[serde(rename = "rateLimit", default)]
    rate_limit: Option<Cost>,
}

#[derive(Deserialize)]
struct Cost {
    #[serde(default)]
    cost: Option<i64>,
}

impl Reply {
    /// The data as `D`.
    pub(super) fn data<'a, D: Deserialize<'a>>(&'a self) -> Result<D, Failure> {
        let envelope: Envelope<D> = serde_json::from_slice(&self.body).map_err(|error| unreadable(&error))?;
        envelope.data.ok_or_else(|| Failure::Unavailable("the answer has no data".into()))
    }

    /// Why the top-level field `name` is null.
    pub(super) fn reason(&self, name: &str) -> String {
        let error = self.errors.iter().find(|error| error.concerns(name)).or_else(|| self.errors.first());
        error.map_or_else(|| "the answer leaves it out".into(), GraphError::words)
    }
}

impl Api<'_> {
    /// Runs a document. An error about limits or about everything is a failure; errors beside data are the caller's.
    pub(super) async fn query(&mut self, document: &str, variables: &Value) -> Result<Reply, Refused> {
        let answer = self.post_graphql(document, variables).await?;
        let outline: Outline = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        let cost = outline.data.as_ref().and_then(|data| data.rate_limit.as_ref()).and_then(|limit| limit.cost);
        // The next call is mostly of the same kind, so this one's price tells the next one's.
        self.note_budget(&answer, cost.unwrap_or(1));
        let (errors, message) = (outline.errors, outline.message.unwrap_or_default());
        let words = || {
            let words: Vec<String> = errors.iter().map(GraphError::words).take(3).collect();
            if words.is_empty() { message.chars().take(300).collect() } else { words.join("; ") }
        };
        if errors.iter().any(GraphError::is_limit) || message.to_ascii_lowercase().contains("rate limit") {
            let until = http::limited_until(&answer.headers, self.now());
            return Err(Failure::RateLimited { until, reason: words() }.into());
        }
        if errors.iter().any(GraphError::is_too_heavy) {
            return Err(Refused { failure: Failure::Unavailable(words()), too_heavy: true, status: None });
        }
        if outline.data.is_some() {
            return Ok(Reply { body: answer.body, errors });
        }
        let unknown =
            |error: &GraphError| error.extensions.as_ref().is_some_and(|extensions| extensions.code.is_some());
        let failure = if errors.iter().any(|error| error.is(&["FORBIDDEN", "INSUFFICIENT_SCOPES"])) {
            Failure::Unauthorized(words())
        } else if errors.iter().any(unknown) {
            Failure::Invalid(format!("the server's GraphQL does not know what is asked for: {}", words()))
        } else {
            Failure::Unavailable(format!("GraphQL brought no data: {}", words()))
        };
        Err(failure.into())
    }
}
