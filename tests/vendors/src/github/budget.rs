//! Rate limits: a number of points for a window of time, per token and resource.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>

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

impl Default for Budget {
    fn default() -> Self {
        Self { limit: 5_000, reset_after: 3_600 }
    }
}

/// Which budget a call is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Core,
    Graphql,
}

impl Resource {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Graphql => "graphql",
        }
    }
}

/// Where a budget stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    pub(crate) reset: Timestamp,
}

impl Standing {
    pub(crate) const fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// All windows there are.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    windows: BTreeMap<(String, Resource), (Timestamp, u64)>,
}

impl Budgets {
    /// Where the budget of this token stands at `now`. A window that is over counts no more.
    pub(crate) fn standing(&self, token: &str, resource: Resource, budget: Budget, now: Timestamp) -> Standing {
        let window = self.windows.get(&(token.to_owned(), resource)).filter(|(reset, _)| *reset > now);
        let fresh = now + SignedDuration::from_secs(budget.reset_after);
        let &(reset, used) = window.unwrap_or(&(fresh, 0));
        Standing { limit: budget.limit, used: used.min(budget.limit), reset }
    }

    /// Spends points and answers where the budget stands then.
    pub(crate) fn spend(
        &mut self,
        token: &str,
        resource: Resource,
        budget: Budget,
        now: Timestamp,
        points: u64,
    ) -> Standing {
        let mut standing = self.standing(token, resource, budget, now);
        standing.used = (standing.used + points).min(standing.limit);
        self.windows.insert((token.to_owned(), resource), (standing.reset, standing.used));
        standing
    }

    /// Every window is over.
    pub(crate) fn clear(&mut self) {
        self.windows.clear();
    }
}
