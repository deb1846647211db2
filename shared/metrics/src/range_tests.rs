//! Days and weeks by a team's own clock.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn range(from: Date, to: Date, zone: &str) -> Range {
    Range::new(from, to, &TimeZone::get(zone).unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn both_days_belong_to_it_as_the_team_counts_them() {
    let august = range(date(2026, 8, 25), date(2026, 8, 26), "Europe/Berlin");
    assert_eq!((august.days(), august.time_zone()), (2, "Europe/Berlin"));
    assert_eq!((august.start(), august.end()), (at("2026-08-24T22:00:00Z"), at("2026-08-26T22:00:00Z")));
    assert!(!august.contains(at("2026-08-24T21:59:59.999Z")));
    assert!(august.contains(at("2026-08-24T22:00:00Z")));
    assert!(august.contains(at("2026-08-26T21:59:59.999Z")));
    assert!(!august.contains(at("2026-08-26T22:00:00Z")));
}

#[test]
fn a_day_is_as_long_as_its_clock_change_makes_it() {
    let hours = |day, zone| {
        let day = range(day, day, zone);
        (day.end().as_second() - day.start().as_second()) / 3600
    };
    assert_eq!(hours(date(2026, 3, 29), "Europe/Berlin"), 23);
    assert_eq!(hours(date(2026, 10, 25), "Europe/Berlin"), 25);
    // Here the clock jumps at midnight: the day begins at 01:00.
    assert_eq!(hours(date(2026, 9, 6), "America/Santiago"), 23);
    // A day that the zone left out altogether, when it moved over the date line.
    assert_eq!(hours(date(2011, 12, 30), "Pacific/Apia"), 0);
}

#[test]
fn weeks_begin_on_the_monday_before_the_first_day() {
    let mondays = |from, to| range(from, to, "Europe/Berlin").mondays().collect::<Vec<_>>();
    assert_eq!(mondays(date(2026, 8, 25), date(2026, 8, 25)), [date(2026, 8, 24)]);
    assert_eq!(mondays(date(2026, 8, 24), date(2026, 8, 30)), [date(2026, 8, 24)]);
    assert_eq!(mondays(date(2026, 8, 30), date(2026, 8, 31)), [date(2026, 8, 24), date(2026, 8, 31)]);
    assert_eq!(mondays(date(2024, 11, 23), date(2026, 11, 23)).len(), 106);
}

#[test]
fn a_week_ends_at_the_teams_midnight_also_when_the_clock_changed_in_it() {
    let autumn = range(date(2026, 10, 19), date(2026, 11, 1), "Europe/Berlin");
    assert_eq!(autumn.week_of(at("2026-10-25T22:59:59Z")), 0);
    assert_eq!(autumn.week_of(at("2026-10-25T23:00:00Z")), 1);
}

#[test]
fn what_is_no_range_is_refused() {
    let zone = TimeZone::UTC;
    assert_eq!(Range::new(date(2026, 1, 2), date(2026, 1, 1), &zone).unwrap_err(), RangeError::Reversed);
    assert_eq!(Range::new(date(9999, 12, 30), date(9999, 12, 31), &zone).unwrap_err(), RangeError::OutOfRange);
}

proptest! {
    #[test]
    fn every_instant_lies_in_the_week_that_its_local_date_says(
        second in 1_600_000_000..1_800_000_000i64,
        back in 0..400i32,
        ahead in 0..400i32,
        zone in proptest::sample::select(vec!["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe"]),
    ) {
        let instant = Timestamp::from_second(second).unwrap();
        let day = instant.to_zoned(TimeZone::get(zone).unwrap()).date();
        let around = range(day.checked_sub(back.days()).unwrap(), day.checked_add(ahead.days()).unwrap(), zone);
        prop_assert!(around.contains(instant));
        let monday = around.mondays().nth(around.week_of(instant)).unwrap();
        prop_assert!(monday <= day && day < monday.checked_add(7.days()).unwrap());
        prop_assert_eq!(monday.weekday(), Weekday::Monday);
        prop_assert_eq!(around.days(), u64::try_from(back + ahead + 1).unwrap());
    }
}
