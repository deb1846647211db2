//! What was asked of a simulated vendor.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// When, by the simulated vendor's clock.
    pub at: Timestamp,
    /// `rest` or `graphql`.
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
    /// The calls, the oldest first; at most [`Calls::KEPT`].
    pub log: Vec<Call>,
}

impl Calls {
    /// So many calls are kept in the log; the counters go on.
    pub const KEPT: usize = 100_000;

    /// The number of calls of this kind (`rest`, `graphql`).
    pub fn of(&self, kind: &str) -> u64 {
        self.by_kind.get(kind).copied().unwrap_or(0)
    }

    /// The number of logged calls whose path contains `part`.
    pub fn to(&self, part: &str) -> usize {
        self.log.iter().filter(|call| call.path.contains(part)).count()
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
