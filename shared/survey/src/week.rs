//! Weeks and posting times in the team's own time.

use crate::settings::SurveySettings;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use plumbline_domain::{daily::next_at, parse_time};
use serde::{Deserialize, Serialize};

/// A week from Monday to Sunday in some time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Week {
    /// Its Monday: the week's name.
    pub from: Date,
    /// Its Sunday.
    pub to: Date,
    /// When Monday begins.
    pub start: Timestamp,
    /// When Sunday is over: not part of it.
    pub end: Timestamp,
}

impl Week {
    /// Whether an instant lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        (self.start..self.end).contains(&at)
    }
}

/// The week that a leaderboard due at `due` covers: the last one that is over. Give the time at which the post was due,
/// not the one at which it is made: a late one is still about the same week. `None` only at the ends of time as jiff
/// knows it.
pub fn week_of(due: Timestamp, zone: &TimeZone) -> Option<Week> {
    let today = due.to_zoned(zone.clone()).date();
    let days = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(days.days()).ok()?;
    let from = monday.checked_sub(7.days()).ok()?;
    let to = monday.yesterday().ok()?;
    // Where midnight is skipped the day begins later, and where it comes twice it is the first.
    let start_of = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp());
    Some(Week { from, to, start: start_of(from)?, end: start_of(monday)? })
}

/// When the leaderboard is due next, after `now`. A time of day that daylight saving skips is as much later as the clock
/// was moved, and one that comes twice is the first. `None` when the settings name no time (see
/// [`SurveySettings::check`]), and at the end of time as jiff knows it.
pub fn next_post_at(now: Timestamp, zone: &TimeZone, settings: &SurveySettings) -> Option<Timestamp> {
    let at = parse_time(&settings.leaderboard_at)?;
    let weekday = settings.leaderboard_weekday.into();
    let mut due = now;
    // A zone that skips a whole date may skip the very weekday, so that the next is two weeks away.
    for _ in 0..15 {
        due = next_at(due, zone, at);
        if due.to_zoned(zone.clone()).weekday() == weekday {
            return Some(due);
        }
    }
    None
}

#[cfg(test)]
#[path = "week_tests.rs"]
mod tests;
