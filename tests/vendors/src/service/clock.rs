//! The simulated vendors' clocks.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A clock that stands still at an instant until it is moved, or runs with the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock(Option<Timestamp>);

impl Clock {
    /// Stands still at `now`, in whole seconds.
    pub fn fixed(now: Timestamp) -> Self {
        Self(Some(whole_seconds(now)))
    }

    /// Runs with the system's.
    pub const fn system() -> Self {
        Self(None)
    }

    /// Whether it runs by itself.
    pub const fn runs(&self) -> bool {
        self.0.is_none()
    }

    /// The instant it is, in whole seconds.
    pub fn now(&self) -> Timestamp {
        now_of(self.0)
    }

    /// Stands still at `now` from here on.
    pub fn set(&mut self, now: Timestamp) {
        *self = Self::fixed(now);
    }

    /// Stands still so many seconds later from here on.
    pub fn advance(&mut self, seconds: i64) {
        self.set(self.now() + SignedDuration::from_secs(seconds));
    }
}

/// The instant at which a clock stands, or the system's, in whole seconds.
#[expect(clippy::disallowed_methods, reason = "the simulated vendors have clocks of their own")]
pub(crate) fn now_of(fixed: Option<Timestamp>) -> Timestamp {
    whole_seconds(fixed.unwrap_or_else(Timestamp::now))
}

/// Vendors' instants have no fractions of seconds.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap()
}
