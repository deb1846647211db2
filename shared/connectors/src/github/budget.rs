//! Keeping GitHub's secondary limit, of which no header tells, before GitHub says no. The primary one is in the headers.
//!
//! Source: GitHub, "Rate limits for the REST API": 900 points a minute for REST, a GET is one point.

use super::rest::Api;
use crate::{
    Marks, Page,
    pace::{Meter, Pace},
};
use jiff::Timestamp;

/// A third of what GitHub allows: a team's connections to GitHub, its enterprise and Copilot may share one token.
pub(crate) const PACE: Pace = Pace { calls: 300, seconds: 60 };

const MARK: &str = "pace";

/// The calls of the last minute, kept as a mark.
pub(crate) struct Budget(Meter);

impl Budget {
    /// As the marks have it.
    pub(crate) fn of(marks: &Marks) -> Self {
        Self(marks.get(MARK).unwrap_or_default())
    }

    /// Until when there is no room for `wanted` calls; `None`: there is.
    pub(crate) fn full_until(&self, wanted: u32, now: Timestamp) -> Option<Timestamp> {
        (self.0.room(PACE, now) < wanted).then(|| self.0.free_at(PACE, wanted, now))
    }

    /// Notes the calls that brought `page`, and lets the run pause where the `wanted` ones of its next page do not fit.
    pub(crate) fn close(mut self, page: &mut Page, api: &Api<'_>, wanted: u32) {
        let now = api.now();
        if api.calls > 0 {
            self.0.note(PACE, api.calls, now);
            page.marks.insert(MARK.into(), serde_json::to_value(&self.0).ok());
        }
        // A run that is through needs no further call, so it does not wait for a new budget.
        if page.next.is_some() && wanted > 0 {
            page.pause_until = api.exhausted_until.max(self.full_until(wanted, now));
        }
    }
}
