//! What was asked of a simulated vendor.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// When, by the simulated vendor's clock.
    pub at: Timestamp,
    /// What was asked: GitHub's are `rest`, `graphql`, `auth` and `download`, Atlassian's `jira`, `admin` and `auth`,
    /// JFrog's `access` and `artifactory`, the issuer's `discovery`, `keys`, `authorize` and `token`; Trello and Slack have
    /// one.
    pub kind: &'static str,
    /// HTTP method.
    pub method: String,
    /// Path and query; for GraphQL the operation's name, where it has one.
    pub path: String,
    /// HTTP status; 0 where the connection was closed.
    pub status: u16,
    /// Points it cost.
    pub cost: u64,
    /// Bytes of the answer's body.
    pub bytes: usize,
}

/// All calls since the start or the last reset.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Calls {
    /// All.
    pub total: u64,
    /// By kind.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// By status.
    pub by_status: BTreeMap<u16, u64>,
    /// Points spent.
    pub cost: u64,
    /// Bytes answered.
    pub bytes: u64,
    /// Calls made although the vendor had said to wait: between a budget's exhaustion and its reset, or before a
    /// `retry-after` was over.
    pub violations: u64,
    /// The most that were answered at the same time.
    pub most_at_once: u64,
    /// The calls, the oldest first; at most [`Calls::KEPT`].
    pub log: Vec<Call>,
}

impl Calls {
    /// So many calls are kept in the log; the counters go on.
    pub const KEPT: usize = 100_000;

    /// The number of calls of this kind.
    pub fn of(&self, kind: &str) -> u64 {
        self.by_kind.get(kind).copied().unwrap_or(0)
    }

    /// The number of logged calls whose path contains `part`.
    pub fn to(&self, part: &str) -> usize {
        self.log.iter().filter(|call| call.path.contains(part)).count()
    }

    /// The most that logged calls came to within `seconds`, wherever those begin, by the vendor's clock; each counts as
    /// `points` says, and not at all for 0.
    pub fn most_within(&self, seconds: i64, points: impl Fn(&Call) -> u64) -> u64 {
        let counted: Vec<(i64, u64)> = self.log.iter().map(|call| (call.at.as_second(), points(call))).collect();
        let ending_at = |end: i64| {
            let within = counted.iter().filter(|(at, _)| *at <= end && *at > end - seconds);
            within.map(|(_, points)| points).sum()
        };
        let ends: BTreeSet<i64> = counted.iter().filter(|(_, points)| *points > 0).map(|(at, _)| *at).collect();
        ends.into_iter().map(ending_at).max().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, call: Call) {
        self.total += 1;
        *self.by_kind.entry(call.kind).or_default() += 1;
        *self.by_status.entry(call.status).or_default() += 1;
        self.cost += call.cost;
        self.bytes += call.bytes as u64;
        if self.log.len() < Self::KEPT {
            self.log.push(call);
        }
    }
}
