//! Rate limits: a number of points for a window of time, per caller and kind of call.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many points there are for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Points in a window.
    pub limit: u64,
    /// Seconds from the first call of a window to its reset.
    pub reset_after: i64,
}

impl Budget {
    /// So many points for so many seconds from the first call.
    pub const fn of(limit: u64, reset_after: i64) -> Self {
        Self { limit, reset_after }
    }
}

/// A budget, and where its windows begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) budget: Budget,
    /// At multiples of the window since 1970, such as full hours, not at the first call.
    pub(crate) aligned: bool,
}

impl From<Budget> for Window {
    fn from(budget: Budget) -> Self {
        Self { budget, aligned: false }
    }
}

impl Window {
    fn reset(&self, now: Timestamp) -> Timestamp {
        let length = self.budget.reset_after;
        let since = if self.aligned { now.as_second().rem_euclid(length.max(1)) } else { 0 };
        now + SignedDuration::from_secs(length - since)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(5_000, 3_600)
    }
}

/// Where a budget stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Points in a window.
    pub limit: u64,
    /// Points spent in this one.
    pub used: u64,
    /// When this one ends.
    pub reset: Timestamp,
}

impl Standing {
    /// Points left.
    pub const fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// A limit that a call is counted against.
#[derive(Debug, Clone)]
pub struct Toll {
    /// The limit's name, by which settings may change it.
    pub class: &'static str,
    /// Whose window it is: a token, an endpoint.
    pub holder: String,
    /// Its size, unless settings say otherwise.
    pub budget: Budget,
    /// Windows begin at full hours, minutes or whatever their length is, not at the first call.
    pub aligned: bool,
    /// Counts [`Reply::points`] instead of calls.
    pub by_points: bool,
    /// Answers tell what remains, so that a call beyond it was avoidable.
    pub visible: bool,
}

impl Toll {
    /// Counts calls, and answers do not show it.
    pub fn calls(class: &'static str, holder: impl Into<String>, limit: u64, seconds: i64) -> Self {
        let budget = Budget::of(limit, seconds);
        Self { class, holder: holder.into(), budget, aligned: false, by_points: false, visible: false }
    }

    pub(super) fn window(&self) -> Window {
        Window { budget: self.budget, aligned: self.aligned }
    }
}

/// All windows there are.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    windows: BTreeMap<(String, &'static str), (Timestamp, u64)>,
}

impl Budgets {
    /// Where the budget of this caller stands at `now`. A window that is over counts no more.
    pub(crate) fn standing(&self, holder: &str, class: &'static str, window: Window, now: Timestamp) -> Standing {
        let running = self.windows.get(&(holder.to_owned(), class)).filter(|(reset, _)| *reset > now);
        let &(reset, used) = running.unwrap_or(&(window.reset(now), 0));
        Standing { limit: window.budget.limit, used: used.min(window.budget.limit), reset }
    }

    /// Spends points and answers where the budget stands then.
    pub(crate) fn spend(
        &mut self,
        holder: &str,
        class: &'static str,
        window: Window,
        now: Timestamp,
        points: u64,
    ) -> Standing {
        let mut standing = self.standing(holder, class, window, now);
        standing.used = (standing.used + points).min(standing.limit);
        self.windows.insert((holder.to_owned(), class), (standing.reset, standing.used));
        standing
    }

    /// Every window is over.
    pub(crate) fn clear(&mut self) {
        self.windows.clear();
    }
}
