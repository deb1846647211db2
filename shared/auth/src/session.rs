//! How long a sign-in holds.
//!
//! A session is an opaque random text in a cookie; what is stored is its hash. It ends when nobody used it for
//! [`IDLE`], in any case after [`LONGEST`], when its user signs out, and when all sessions of its user end.

use jiff::{SignedDuration, Timestamp};

/// Nobody used it for so long: it is over.
pub const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// However much it is used.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Until when a sign-in is fresh enough for a sensitive operation.
pub const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Its last use is noted again after so long; more often would be a write for each request.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// A session's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it was made.
    pub begun_at: Timestamp,
    /// When its user proved to the issuer who they are: before `begun_at` where the issuer remembered them.
    pub authenticated_at: Timestamp,
    /// Its last noted use.
    pub used_at: Timestamp,
}

impl Times {
    /// Whether it still holds. `valid_from`: sessions begun before are over ("sign out everywhere").
    pub fn hold(self, valid_from: Option<Timestamp>, now: Timestamp) -> bool {
        self.ends_at() > now && valid_from.is_none_or(|valid_from| self.begun_at >= valid_from)
    }

    /// When it is over unless somebody uses it.
    pub fn ends_at(self) -> Timestamp {
        let after = |at: Timestamp, span: SignedDuration| at.checked_add(span).unwrap_or(Timestamp::MAX);
        after(self.used_at, IDLE).min(after(self.begun_at, LONGEST))
    }

    /// Whether its use is to be noted.
    pub fn is_to_be_noted(self, now: Timestamp) -> bool {
        now.duration_since(self.used_at) >= NOTED_EVERY
    }

    /// Whether its user proved who they are recently enough for a sensitive operation.
    pub fn is_fresh(self, now: Timestamp) -> bool {
        now.duration_since(self.authenticated_at) <= FRESH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    #[test]
    fn a_session_ends_unused_and_in_any_case() {
        let times = |used| Times { begun_at: at(0), authenticated_at: at(0), used_at: at(used) };
        assert!(times(0).hold(None, at(719)) && !times(0).hold(None, at(720)), "12 hours unused");
        let week = 7 * 24 * 60;
        assert!(times(week - 1).hold(None, at(week - 1)) && !times(week - 1).hold(None, at(week)));
    }

    #[test]
    fn signing_out_everywhere_ends_what_was_begun_before() {
        let times = Times { begun_at: at(10), authenticated_at: at(10), used_at: at(10) };
        assert!(times.hold(Some(at(10)), at(11)) && !times.hold(Some(at(11)), at(11)));
    }

    #[test]
    fn fresh_is_ten_minutes_from_the_proof_not_from_the_session() {
        let times = Times { begun_at: at(30), authenticated_at: at(0), used_at: at(30) };
        assert!(!times.is_fresh(at(30)) && times.is_fresh(at(10)));
        assert!(times.is_to_be_noted(at(35)) && !times.is_to_be_noted(at(34)));
    }
}
