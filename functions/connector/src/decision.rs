//! What becomes of a run when a vendor call fails: the one place that says so.

use jiff::{SignedDuration, Timestamp};
use plumbline_connectors::Failure;

/// What to do with the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Go on at `at`, by a delayed message; nothing waits inside a Lambda.
    Later {
        /// Not before this instant.
        at: Timestamp,
        /// Shown to people.
        reason: String,
    },
    /// Mark the connection broken and tell its admins; no retry until the next daily run or a new credential.
    Broken {
        /// Shown to people.
        reason: String,
    },
    /// Plumbline's own mistake, and trying again did not help: end the run as failed, with an error in the log. The
    /// next daily run tries anew.
    Bury {
        /// Shown to people.
        reason: String,
    },
}

/// Seconds to wait before the n-th attempt in a row at a vendor that does not answer; the last one repeats.
const BACKOFF_SECONDS: [i64; 6] = [5, 15, 60, 120, 300, 900];

/// How often our own mistake is tried again before the run is given up: a deploy may have mended it meanwhile.
const BUG_ATTEMPTS: u32 = 3;

/// Maps a failure to a decision. `attempts` counts the failures in a row before this one.
pub fn decide(failure: Failure, attempts: u32, now: Timestamp) -> Decision {
    let backoff = || {
        let index = usize::try_from(attempts).unwrap_or(usize::MAX).min(BACKOFF_SECONDS.len() - 1);
        now + SignedDuration::from_secs(BACKOFF_SECONDS.get(index).copied().unwrap_or(900))
    };
    match failure {
        // One second more: the vendor's clock and ours need not agree, and calling early costs a further penalty.
        Failure::RateLimited { until, reason } => {
            Decision::Later { at: until.max(now) + SignedDuration::from_secs(1), reason }
        }
        Failure::Unavailable(reason) => Decision::Later { at: backoff(), reason },
        Failure::Unauthorized(reason) | Failure::Invalid(reason) => Decision::Broken { reason },
        Failure::Bug(reason) if attempts < BUG_ATTEMPTS => Decision::Later { at: backoff(), reason },
        Failure::Bug(reason) => Decision::Bury { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn every_failure_has_its_decision() {
        let now: Timestamp = "2026-11-02T10:00:00Z".parse().expect("a time");
        let failures = [
            Failure::RateLimited {
                until: now + SignedDuration::from_mins(40),
                reason: "API rate limit exceeded".into(),
            },
            Failure::RateLimited { until: now - SignedDuration::from_mins(1), reason: "reset lies in the past".into() },
            Failure::Unavailable("502 Bad Gateway".into()),
            Failure::Unauthorized("Bad credentials".into()),
            Failure::Invalid("there is no organisation acme".into()),
            Failure::Bug("a cursor of another version".into()),
        ];
        let mut table = String::new();
        for failure in failures {
            for attempts in [0, 3, 9] {
                writeln!(table, "{failure} | {attempts} before | {:?}", decide(failure.clone(), attempts, now))
                    .expect("a string");
            }
        }
        insta::assert_snapshot!("decisions", table);
    }
}
