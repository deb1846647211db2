//! Where a run stands. Small whatever the site's size: a position in an order, never a list of everything; the list of
//! projects lies in the marks ([`super::marks`]).

use crate::Cursor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for. Everything that depends on "now" in a run uses it, so that a page read
    /// twice gives the same facts; it is also the version of every fact.
    pub(super) started: Timestamp,
    /// What to read next.
    pub(super) step: Step,
}

impl Position {
    /// The beginning of a run. Milliseconds are what the store keeps.
    pub(super) fn first(now: Timestamp) -> Self {
        let started = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Self { started, step: Step::Projects(OffsetStep::default()) }
    }

    /// A cursor of another version counts as none: the run starts again, which costs calls and loses nothing.
    pub(super) fn from_cursor(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(cursor).ok()
    }
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// The projects, or those of the settings.
    Projects(OffsetStep),
    /// What statuses and fields mean.
    Site,
    /// The accounts.
    Users(OffsetStep),
    /// The boards, some at once.
    Boards(BoardsStep),
    /// The sprints of those boards, one board after the other.
    Sprints(SprintsStep),
    /// What changed in some projects at once, in order of the projects' ids.
    Issues(IssuesStep),
    /// The ids of all issues, of one project after the other that is due, in order of the projects' ids.
    Sweep(SweepStep),
}

/// Where a listing by offsets stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OffsetStep {
    /// How many records were listed before.
    #[serde(default)]
    pub(super) start: u64,
    /// Some record could not even be told apart: the listing is not complete, so nothing has vanished from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
    /// The pages' first ids.
    #[serde(default)]
    pub(super) ring: Ring,
}

/// Where the boards stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BoardsStep {
    /// Which page.
    pub(super) at: OffsetStep,
    /// Some sprint could not be told apart, or some board's could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) sprints_unsure: bool,
    /// Boards whose sprints were read.
    #[serde(default)]
    pub(super) done: u64,
}

/// Where the sprints of a page of boards stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SprintsStep {
    /// The boards to read, the present one first; at most a page of boards.
    pub(super) boards: VecDeque<u64>,
    /// Where in the present one's sprints.
    pub(super) at: OffsetStep,
    /// The boards after these.
    pub(super) then: BoardsStep,
    /// Whether there are none after these.
    pub(super) last: bool,
}

/// Reading what changed in the projects whose ids lie in a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IssuesStep {
    /// The first project's id.
    pub(super) from: u64,
    /// The last project's id.
    pub(super) to: u64,
    /// How far back from the moment of asking, in minutes.
    pub(super) back: i64,
    /// Until when that reaches back far enough; `None` when the beginning does not matter to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) good_until: Option<Timestamp>,
    /// How many issues at once.
    pub(super) size: u32,
    /// Which page.
    #[serde(default)]
    pub(super) at: TokenStep,
    /// Some history was cut short by a paging that came round in a circle, so that a later run has to read again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) cut: bool,
    /// Issues read in this run.
    #[serde(default)]
    pub(super) done: u64,
}

/// Listing one project's issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SweepStep {
    /// The project's id.
    pub(super) project: u64,
    /// Which page.
    #[serde(default)]
    pub(super) at: TokenStep,
    /// Some issue could not be told apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
    /// Issues listed in this run.
    #[serde(default)]
    pub(super) done: u64,
}

/// Where a listing by tokens stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TokenStep {
    /// The next page's token; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// The pages' tokens.
    #[serde(default)]
    pub(super) ring: Ring,
    /// A token was refused, and the listing begun again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) again: bool,
}

impl TokenStep {
    /// The page after this one.
    pub(super) fn following(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// The beginning again, after Jira refused the token: tokens end (after seven days, it says). Once: `None` the
    /// second time.
    pub(super) fn restarted(&self) -> Option<Self> {
        (self.token.is_some() && !self.again).then(|| Self { again: true, ..Self::default() })
    }
}

/// Notices a paging that goes round in a circle, however long: it remembers one page, and a later one each time the
/// number of pages has doubled (Brent's algorithm). Jira was seen to answer with the token it was asked with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ring {
    pages: u32,
    seen: u64,
}

impl Ring {
    /// Whether the page was seen before; a page is known by its token, or its first id.
    pub(super) fn closes(&mut self, page: &str) -> bool {
        // FNV-1a: it must give the same answer in every build.
        let hash = page
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        if self.pages > 0 && hash == self.seen {
            return true;
        }
        self.pages = self.pages.saturating_add(1);
        if self.pages.is_power_of_two() {
            self.seen = hash;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_ring_is_noticed_and_a_row_is_none(before in 0_usize..40, length in 1_usize..40) {
            let mut ring = Ring::default();
            let closed = (0..400).position(|page| {
                let page = if page < before { page } else { before + (page - before) % length };
                ring.closes(&format!("page {page}"))
            });
            prop_assert!(closed.is_some_and(|pages| pages <= 4 * (before + length) + 2), "{closed:?}");
            let mut ring = Ring::default();
            let closed = (0..400).any(|page| ring.closes(&format!("page {page}")));
            prop_assert!(!closed);
        }
    }
}
