//! The quota of points that Atlassian gives an app, kept before it has to say no.
//!
//! It is counted for connections by consent only: API tokens have none. The unreviewed app's quota is for all its
//! customers together, which one connection cannot know; what others spend is told by 429 in the end.
//!
//! Source: <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>.

use super::cursor::Step;
use crate::pace::{Meter, Pace};
use jiff::{SignedDuration, Timestamp};

/// The mark.
pub(super) const MARK: &str = "points";
/// Points in an hour. Atlassian's hours begin at full ones; any hour is stricter, and never wrong.
pub(super) const QUOTA: Pace = Pace { calls: 65_000, seconds: 3_600 };

/// The points of a call that reads so many issues, projects or boards.
pub(super) const fn of_objects(count: u32) -> u32 {
    1 + count
}

/// The points of a call that reads so many accounts.
pub(super) const fn of_users(count: u32) -> u32 {
    1 + 2 * count
}

/// The points that a page of a step takes at most.
pub(super) const fn most(step: &Step) -> u32 {
    match step {
        Step::Projects(_) => of_objects(super::projects::PER_PAGE),
        Step::Site => 2,
        Step::Users(_) => of_users(super::people::PER_PAGE),
        Step::Boards(_) | Step::Sprints(_) => of_objects(super::boards::PER_PAGE),
        Step::Issues(step) => of_objects(step.size) * (1 + super::changes::CALLS),
        Step::Sweep(_) => of_objects(super::sweep::PER_PAGE),
    }
}

/// Points are noted by the minute, so that the mark stays small: each counts until its whole minute has left the hour.
pub(super) fn note(meter: &mut Meter, points: u32, now: Timestamp) {
    let minute = now.as_second().div_euclid(60) + 1;
    let end = Timestamp::from_second(minute * 60).unwrap_or(now);
    meter.note(QUOTA, points, end);
}

/// When there is room for so many points; `None`: now.
pub(super) fn wait(meter: &Meter, points: u32, now: Timestamp) -> Option<Timestamp> {
    let free = meter.free_at(QUOTA, points, now);
    (free > now).then_some(free)
}

/// The next full hour.
pub(super) fn next_hour(now: Timestamp) -> Timestamp {
    let hour = now.as_second().div_euclid(3_600) + 1;
    Timestamp::from_second(hour * 3_600)
        .unwrap_or_else(|_| now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now))
}
