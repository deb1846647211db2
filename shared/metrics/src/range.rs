//! A range of days in a team's time zone, and its weeks.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// Why two days are not a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeError {
    /// The last day is before the first.
    Reversed,
    /// A day without an instant: outside the years that can be computed with.
    OutOfRange,
}

impl std::fmt::Display for RangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reversed => "the last day is before the first",
            Self::OutOfRange => "a day is outside the years -9998 to 9998",
        })
    }
}

impl std::error::Error for RangeError {}

/// Days from the first to the last, both inclusive, as a team's clock counts them.
#[derive(Debug, Clone)]
pub struct Range {
    from: Date,
    to: Date,
    time_zone: String,
    days: u64,
    start: Timestamp,
    end: Timestamp,
    weeks: Vec<(Date, Timestamp)>,
}

impl Range {
    /// Works out the instants at which the days and weeks begin. Days of 23 and 25 hours, and those that begin at
    /// 01:00, are the time zone's business.
    pub fn new(from: Date, to: Date, time_zone: &TimeZone) -> Result<Self, RangeError> {
        if to < from {
            return Err(RangeError::Reversed);
        }
        let out = |_| RangeError::OutOfRange;
        let starts = |day: Date| -> Result<Timestamp, RangeError> {
            Ok(day.to_zoned(time_zone.clone()).map_err(out)?.start_of_day().map_err(out)?.timestamp())
        };
        let days = u64::try_from(from.until(to).map_err(out)?.get_days()).unwrap_or(0) + 1;
        let mut monday = match from.weekday() {
            Weekday::Monday => from,
            _ => from.nth_weekday(-1, Weekday::Monday).map_err(out)?,
        };
        let mut weeks = Vec::new();
        while monday <= to {
            weeks.push((monday, starts(monday)?));
            monday = monday.checked_add(7.days()).map_err(out)?;
        }
        let end = starts(to.checked_add(1.day()).map_err(out)?)?;
        let time_zone = time_zone.iana_name().unwrap_or_default().to_owned();
        Ok(Self { from, to, time_zone, days, start: starts(from)?, end, weeks })
    }

    /// First day.
    pub fn from(&self) -> Date {
        self.from
    }

    /// Last day.
    pub fn to(&self) -> Date {
        self.to
    }

    /// IANA name of the time zone whose days they are.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// Number of days.
    pub fn days(&self) -> u64 {
        self.days
    }

    /// The first instant.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The first instant after it.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether the instant lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The Mondays of the weeks that it touches, in order.
    pub fn mondays(&self) -> impl ExactSizeIterator<Item = Date> {
        self.weeks.iter().map(|(monday, _)| *monday)
    }

    /// Which of its weeks an instant of the range lies in.
    pub(crate) fn week_of(&self, at: Timestamp) -> usize {
        self.weeks.partition_point(|(_, start)| *start <= at).saturating_sub(1)
    }
}

#[cfg(test)]
#[path = "range_tests.rs"]
mod tests;
