//! Generated organizations: the same seed and instant give the same one.

mod plain;

pub use plain::plain;

use crate::github::State;
use jiff::Timestamp;

/// The demo's organization.
pub fn organization(_seed: u64, now: Timestamp) -> State {
    plain(3, 100, 2, 2, 10, now)
}
