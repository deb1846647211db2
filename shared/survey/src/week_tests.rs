use super::*;
use crate::Weekday;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `from..to, start..end`.
fn week(due: &str, name: &str) -> String {
    let Week { from, to, start, end } = week_of(instant(due), &zone(name)).unwrap();
    format!("{from}..{to}, {start}..{end}")
}

fn next(now: &str, name: &str, weekday: Weekday, at: &str) -> String {
    let settings =
        SurveySettings { leaderboard_weekday: weekday, leaderboard_at: at.to_owned(), ..SurveySettings::default() };
    next_post_at(instant(now), &zone(name), &settings).unwrap().to_string()
}

#[test]
fn it_is_the_last_week_that_is_over_whatever_the_day() {
    let expected = "2026-11-16..2026-11-22, 2026-11-15T23:00:00Z..2026-11-22T23:00:00Z";
    assert_eq!(week("2026-11-23T08:00:00Z", "Europe/Berlin"), expected);
    assert_eq!(week("2026-11-25T12:00:00Z", "Europe/Berlin"), expected);
    assert_eq!(week("2026-11-29T22:59:59Z", "Europe/Berlin"), expected);
    // Still Sunday in UTC, already Monday there.
    assert_eq!(week("2026-11-22T23:00:00Z", "Europe/Berlin"), expected);
    assert_eq!(
        week("2026-11-22T23:00:00Z", "UTC"),
        "2026-11-09..2026-11-15, 2026-11-09T00:00:00Z..2026-11-16T00:00:00Z"
    );
}

#[test]
fn weeks_with_a_change_of_the_clock_are_an_hour_shorter_or_longer() {
    // Berlin: 29 March 2026, a Sunday, has 23 hours, and 25 October 25.
    assert_eq!(
        week("2026-03-30T07:00:00Z", "Europe/Berlin"),
        "2026-03-23..2026-03-29, 2026-03-22T23:00:00Z..2026-03-29T22:00:00Z"
    );
    assert_eq!(
        week("2026-10-26T08:00:00Z", "Europe/Berlin"),
        "2026-10-19..2026-10-25, 2026-10-18T22:00:00Z..2026-10-25T23:00:00Z"
    );
    // Where the clock goes from midnight to one, the day begins at one: Beirut, 31 March 2024, a Sunday.
    let Week { start, end, .. } = week_of(instant("2024-04-01T06:00:00Z"), &zone("Asia/Beirut")).unwrap();
    assert_eq!((start, end), (instant("2024-03-24T22:00:00Z"), instant("2024-03-31T21:00:00Z")));
}

#[test]
fn weeks_follow_each_other_without_a_gap_in_every_zone() {
    for name in
        ["Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
    {
        let mut due = instant("2011-06-01T00:00:00Z");
        let mut last: Option<Week> = None;
        for _ in 0..60 {
            due = next_post_at(due, &zone(name), &SurveySettings::default()).unwrap();
            let week = week_of(due, &zone(name)).unwrap();
            if let Some(last) = last {
                assert_eq!(last.end, week.start, "{name}");
            }
            assert!(week.contains(week.start) && !week.contains(week.end) && week.end <= due);
            last = Some(week);
        }
    }
}

#[test]
fn it_is_due_on_the_day_and_at_the_time_in_the_teams_zone() {
    let monday = Weekday::Monday;
    assert_eq!(next("2026-11-22T10:00:00Z", "Europe/Berlin", monday, "09:00"), "2026-11-23T08:00:00Z");
    assert_eq!(next("2026-11-23T07:59:59Z", "Europe/Berlin", monday, "09:00"), "2026-11-23T08:00:00Z");
    assert_eq!(next("2026-11-23T08:00:00Z", "Europe/Berlin", monday, "09:00"), "2026-11-30T08:00:00Z");
    assert_eq!(next("2026-11-23T08:00:00Z", "Asia/Tokyo", Weekday::Friday, "17:30"), "2026-11-27T08:30:00Z");
    for (weekday, due) in [
        (Weekday::Tuesday, "2026-11-24T12:00:00Z"),
        (Weekday::Wednesday, "2026-11-25T12:00:00Z"),
        (Weekday::Thursday, "2026-11-26T12:00:00Z"),
        (Weekday::Friday, "2026-11-27T12:00:00Z"),
        (Weekday::Saturday, "2026-11-28T12:00:00Z"),
        (Weekday::Sunday, "2026-11-29T12:00:00Z"),
        (Weekday::Monday, "2026-11-30T12:00:00Z"),
    ] {
        assert_eq!(next("2026-11-23T12:00:00Z", "UTC", weekday, "12:00"), due);
    }
}

#[test]
fn nine_stays_nine_when_the_clock_changes() {
    let monday = Weekday::Monday;
    assert_eq!(next("2026-03-23T08:00:00Z", "Europe/Berlin", monday, "09:00"), "2026-03-30T07:00:00Z");
    assert_eq!(next("2026-10-19T07:00:00Z", "Europe/Berlin", monday, "09:00"), "2026-10-26T08:00:00Z");
}

#[test]
fn a_time_that_is_skipped_comes_later_and_one_that_comes_twice_is_posted_once() {
    let sunday = Weekday::Sunday;
    // 02:30 becomes 03:30.
    assert_eq!(next("2026-03-28T12:00:00Z", "Europe/Berlin", sunday, "02:30"), "2026-03-29T01:30:00Z");
    assert_eq!(next("2026-03-29T01:30:00Z", "Europe/Berlin", sunday, "02:30"), "2026-04-05T00:30:00Z");
    // 02:30 in summer time, and not again an hour later.
    assert_eq!(next("2026-10-24T12:00:00Z", "Europe/Berlin", sunday, "02:30"), "2026-10-25T00:30:00Z");
    assert_eq!(next("2026-10-25T00:30:00Z", "Europe/Berlin", sunday, "02:30"), "2026-11-01T01:30:00Z");
}

#[test]
fn a_weekday_that_a_zone_skips_is_the_next_weeks() {
    // Samoa had no Friday, 30 December 2011.
    assert_eq!(next("2011-12-24T12:00:00Z", "Pacific/Apia", Weekday::Friday, "09:00"), "2012-01-05T19:00:00Z");
}

#[test]
fn a_time_that_is_none_is_never_due() {
    let settings = SurveySettings { leaderboard_at: "nine".to_owned(), ..SurveySettings::default() };
    assert_eq!(next_post_at(instant("2026-11-22T10:00:00Z"), &zone("UTC"), &settings), None);
}
