//! The promised figures beside the measured ones.

use serde::Serialize;

/// One promise: `value` is at most `limit`.
#[derive(Debug, Serialize)]
pub(crate) struct Limit {
    /// What is measured, with its unit.
    pub(crate) name: String,
    /// The most it may be.
    #[serde(rename = "limit")]
    pub(crate) most: f64,
    /// What it was.
    pub(crate) value: f64,
    /// Whether the promise was kept.
    pub(crate) ok: bool,
}

impl Limit {
    /// `value` is to be at most `limit`.
    pub(crate) fn at_most(name: impl Into<String>, limit: f64, value: f64) -> Self {
        Self { name: name.into(), most: limit, value, ok: value <= limit }
    }

    /// A number of things that is to be at most `limit`.
    pub(crate) fn count(name: impl Into<String>, limit: u64, value: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
        Self::at_most(name, limit as f64, value as f64)
    }
}
