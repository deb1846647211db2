//! When a connection's daily sync comes next, in the team's own time.

use crate::ids::TeamId;
use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};

/// The span after 02:00 over which teams are spread that named no time of their own: until 04:00.
const SPREAD_MINUTES: u64 = 120;

/// A team's time zone that this build does not know: the time zone database changed, or the stored name is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone")]
pub struct UnknownTimeZone(pub String);

/// When a team's connection is due next: `sync_at` (`HH:MM`, team time) or the team's own time of the night.
/// `time_zone` is an IANA name.
pub fn next_daily(
    now: Timestamp,
    time_zone: &str,
    sync_at: Option<&str>,
    team: &TeamId,
) -> Result<Timestamp, UnknownTimeZone> {
    let zone = TimeZone::get(time_zone).map_err(|_| UnknownTimeZone(time_zone.to_owned()))?;
    Ok(next_at(now, &zone, daily_time(team, sync_at)))
}

/// The first instant after `now` at which the clock of a time zone shows `at`.
///
/// Where daylight saving skips that time of day it is as much later as the clock was moved (02:30 becomes 03:30), and
/// where the time comes twice it is the first one: one run a day, on every day that has a date.
pub fn next_at(now: Timestamp, zone: &TimeZone, at: Time) -> Timestamp {
    let mut date = now.to_zoned(zone.clone()).date();
    // Today's may be past; a zone that skips a whole date (Samoa, 2011) needs one more.
    for _ in 0..3 {
        if let Ok(due) = date.to_datetime(at).to_zoned(zone.clone())
            && due.timestamp() > now
        {
            return due.timestamp();
        }
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            Err(_) => break,
        }
    }
    // Only reached at the end of time as jiff knows it: a day later, or never.
    now.checked_add(24.hours()).unwrap_or(Timestamp::MAX)
}

/// The time of a team's daily sync: what the connection says, else a time of the team's own between 02:00 and 04:00,
/// so that not all teams ask the vendors in the same minute.
pub fn daily_time(team: &TeamId, sync_at: Option<&str>) -> Time {
    sync_at.and_then(parse_time).unwrap_or_else(|| {
        // FNV-1a: it must give the same answer in every build, which the standard hasher does not promise.
        let hash = team
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let minute = i8::try_from((hash ^ (hash >> 32)) % SPREAD_MINUTES).unwrap_or_default();
        Time::new(2 + minute / 60, minute % 60, 0, 0).unwrap_or(Time::midnight())
    })
}

/// Reads `HH:MM` (24 hours, two digits each); `None` for anything else.
pub fn parse_time(text: &str) -> Option<Time> {
    let digits = |text: &str| (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok());
    let (hour, minute) = text.split_once(':')?;
    Time::new(digits(hour)??, digits(minute)??, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("instant")
    }

    fn next(now: &str, name: &str, time: &str) -> String {
        let team = "demo".parse().expect("id");
        next_daily(at(now), name, Some(time), &team).expect("known zone").to_string()
    }

    #[test]
    fn it_is_today_when_the_time_is_still_to_come_and_tomorrow_when_it_is_past_or_now() {
        assert_eq!(next("2026-01-10T01:29:59Z", "Europe/Berlin", "02:30"), "2026-01-10T01:30:00Z");
        assert_eq!(next("2026-01-10T01:30:00Z", "Europe/Berlin", "02:30"), "2026-01-11T01:30:00Z");
        assert_eq!(next("2026-01-10T23:30:00Z", "Europe/Berlin", "02:30"), "2026-01-11T01:30:00Z");
        assert_eq!(next("2026-12-31T23:59:59Z", "UTC", "00:00"), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn a_time_that_daylight_saving_skips_comes_as_much_later() {
        // Berlin goes from 02:00 to 03:00 on 29 March 2026.
        assert_eq!(next("2026-03-29T00:00:00Z", "Europe/Berlin", "02:30"), "2026-03-29T01:30:00Z");
        assert_eq!(next("2026-03-29T01:30:00Z", "Europe/Berlin", "02:30"), "2026-03-30T00:30:00Z");
    }

    #[test]
    fn a_time_that_comes_twice_runs_once() {
        // Berlin goes from 03:00 back to 02:00 on 25 October 2026.
        assert_eq!(next("2026-10-24T23:00:00Z", "Europe/Berlin", "02:30"), "2026-10-25T00:30:00Z");
        assert_eq!(next("2026-10-25T00:30:00Z", "Europe/Berlin", "02:30"), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn a_skipped_date_is_passed_over() {
        // Samoa had no 30 December 2011.
        assert_eq!(next("2011-12-30T09:00:00Z", "Pacific/Apia", "05:00"), "2011-12-30T15:00:00Z");
    }

    #[test]
    fn teams_are_spread_over_two_hours_of_the_night_and_each_keeps_its_time() {
        let times: Vec<Time> = (0..500).map(|n| daily_time(&format!("team_{n}").parse().expect("id"), None)).collect();
        assert!(times.iter().all(|t| (2..4).contains(&t.hour())));
        let distinct: std::collections::BTreeSet<_> = times.iter().collect();
        assert!(distinct.len() > 100, "{} distinct minutes", distinct.len());
        assert_eq!(daily_time(&"demo".parse().expect("id"), None), daily_time(&"demo".parse().expect("id"), None));
        assert_eq!(daily_time(&"demo".parse().expect("id"), Some("23:05")), Time::constant(23, 5, 0, 0));
    }

    #[test]
    fn a_zone_that_is_none_is_an_error_and_not_another_time() {
        let team = "demo".parse().expect("id");
        let error = next_daily(at("2026-01-10T00:00:00Z"), "Mars/Olympus", None, &team).expect_err("no such zone");
        assert_eq!(error.to_string(), "`Mars/Olympus` is not a time zone");
    }

    #[test]
    fn only_two_digits_each_are_a_time() {
        assert_eq!(parse_time("00:00"), Some(Time::midnight()));
        for bad in ["", "2:30", "02:3", "24:00", "02:60", "02:30:00", "+2:30", "ab:cd", "0230"] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }
}
