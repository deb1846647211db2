//! Faults on demand: which calls fail, how often, and how.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which calls a fault is for; what is absent fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Matching {
    /// The HTTP method.
    pub method: Option<String>,
    /// Part of path and query.
    pub path: Option<String>,
    /// Part of a GraphQL request's body; with it, only GraphQL fits.
    pub graphql: Option<String>,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bad credentials.
    #[serde(rename = "401")]
    Unauthorized,
    /// Not allowed, for a reason other than a limit.
    #[serde(rename = "403")]
    Forbidden,
    /// Not there.
    #[serde(rename = "404")]
    NotFound,
    /// Not there any more.
    #[serde(rename = "410")]
    Gone,
    /// Too many calls.
    #[serde(rename = "429")]
    TooMany,
    /// The secondary limit: 403 with words.
    Secondary,
    /// The server's own mistake.
    #[serde(rename = "500")]
    Internal,
    /// A proxy's: HTML, not JSON.
    #[serde(rename = "502")]
    BadGateway,
    /// Down.
    #[serde(rename = "503")]
    Unavailable,
    /// Takes `ms` longer, and then works.
    Slow,
    /// The right answer, cut in the middle.
    Truncated,
    /// The right answer with numbers instead of texts, and texts instead of numbers.
    WrongTypes,
    /// The right answer, in which only the first record of each list has wrong types.
    WrongRecord,
    /// GraphQL: 200 with errors and no data.
    GraphqlErrors,
    /// GraphQL: 200 with the error that says the budget is used up.
    GraphqlRateLimited,
    /// The connection ends in the middle of the answer.
    Close,
    /// The call is carried out, but 500 is answered: whoever called does not learn that it worked.
    Lost,
}

impl Kind {
    /// Whether the call is refused; otherwise the right answer comes late or damaged.
    pub(crate) const fn refuses(self) -> bool {
        !matches!(self, Self::Slow | Self::Truncated | Self::WrongTypes | Self::WrongRecord | Self::Close | Self::Lost)
    }
}

/// A fault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    /// Which calls.
    #[serde(default, rename = "match")]
    pub matching: Matching,
    /// So many fitting calls pass first.
    #[serde(default)]
    pub skip: u32,
    /// So many calls fail then.
    #[serde(default = "once")]
    pub times: u32,
    /// How.
    pub kind: Kind,
    /// Seconds for a `retry-after` header.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// Milliseconds for [`Kind::Slow`].
    #[serde(default)]
    pub ms: u64,
    /// The vendor's words.
    #[serde(default)]
    pub message: Option<String>,
}

const fn once() -> u32 {
    1
}

impl Fault {
    /// The next call fails like this.
    pub fn once(kind: Kind) -> Self {
        Self { matching: Matching::default(), skip: 0, times: 1, kind, retry_after: None, ms: 0, message: None }
    }

    /// So many calls fail, not one.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Only calls whose path or query contains `part`.
    #[must_use]
    pub fn on_path(mut self, part: &str) -> Self {
        self.matching.path = Some(part.into());
        self
    }

    /// Only GraphQL calls whose body contains `part`.
    #[must_use]
    pub fn on_graphql(mut self, part: &str) -> Self {
        self.matching.graphql = Some(part.into());
        self
    }

    /// So many fitting calls pass first.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// With a `retry-after` header of so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// Takes the fault that is due for this call, if one is.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, path: &str, graphql: Option<&str>) -> Option<Fault> {
    let fits = |fault: &Fault| {
        let matching = &fault.matching;
        matching.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && matching.path.as_ref().is_none_or(|part| path.contains(part.as_str()))
            && matching.graphql.as_ref().is_none_or(|part| graphql.is_some_and(|body| body.contains(part.as_str())))
    };
    let index = faults.iter().position(fits)?;
    let fault = &mut faults[index];
    if fault.skip > 0 {
        fault.skip -= 1;
        return None;
    }
    let due = fault.clone();
    fault.times = fault.times.saturating_sub(1);
    if fault.times == 0 {
        faults.remove(index);
    }
    Some(due)
}

/// Turns texts into numbers and numbers into texts, all the way down, or only in the first record of each list.
pub(crate) fn spoil(value: &mut Value, first_only: bool) {
    match value {
        Value::Array(items) if first_only => {
            if let Some(first) = items.first_mut() {
                spoil(first, false);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, first_only)),
        Value::Object(map) => map.values_mut().for_each(|item| spoil(item, first_only)),
        Value::String(_) if !first_only => *value = 12.into(),
        Value::Number(_) if !first_only => *value = "not a number".into(),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}
