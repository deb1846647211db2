//! When people work: Monday to Friday in the daytime of Berlin.

use crate::random::Random;
use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};

pub(super) struct Calendar(TimeZone);

impl Calendar {
    pub(super) fn new() -> Self {
        Self(TimeZone::get("Europe/Berlin").expect("the zone is in the bundled database"))
    }

    /// The instant itself when people work, else a time in the next morning on which they do.
    pub(super) fn at_work(&self, random: &mut Random, at: Timestamp) -> Timestamp {
        let local = at.to_zoned(self.0.clone());
        let (weekday, hour) = (local.weekday(), local.hour());
        let weekend = matches!(weekday, Weekday::Saturday | Weekday::Sunday);
        if !weekend && (8..19).contains(&hour) {
            return at;
        }
        let mut date = local.date();
        if weekend || hour >= 19 {
            date = date.tomorrow().expect("in range");
            while matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
                date = date.tomorrow().expect("in range");
            }
        }
        let morning = date.at(8, 0, 0, 0).to_zoned(self.0.clone()).expect("in range").timestamp();
        morning + seconds(random.between(0, 9_000))
    }
}

/// So many seconds.
pub(super) fn seconds(n: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(n).expect("in range"))
}

/// A log-normal number of seconds with this median, in hours.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and far below the limit")]
pub(super) fn spread(random: &mut Random, median_hours: f64, sigma: f64) -> SignedDuration {
    seconds(random.log_normal(median_hours * 3_600.0, sigma).min(60.0 * 86_400.0) as u64)
}
