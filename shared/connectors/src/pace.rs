//! Keeping a vendor's budget before the vendor has to say no: so many calls in any window of so many seconds.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A vendor's budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many calls
    pub calls: u32,
    /// in so many seconds, wherever they begin.
    pub seconds: i64,
}

/// The calls of the last window, by second: kept as a mark, so that it holds across invocations and runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Meter(VecDeque<(i64, u32)>);

impl Meter {
    /// How many calls there is room for at `now`.
    pub fn room(&self, pace: Pace, now: Timestamp) -> u32 {
        let used: u32 = self.window(pace, now).map(|(_, calls)| calls).sum();
        pace.calls.saturating_sub(used)
    }

    /// When there is room for `wanted` calls (at most the budget); `now` when there is already.
    pub fn free_at(&self, pace: Pace, wanted: u32, now: Timestamp) -> Timestamp {
        let mut room = self.room(pace, now);
        let wanted = wanted.min(pace.calls);
        for (second, calls) in self.window(pace, now) {
            if room >= wanted {
                break;
            }
            room = room.saturating_add(calls);
            if room >= wanted {
                // A call counts until its whole second has left the window.
                let free = Timestamp::from_second(second + pace.seconds + 1).unwrap_or(Timestamp::MAX);
                return free.max(now);
            }
        }
        now
    }

    /// Notes calls made at `now`, and forgets those that no window of `pace` reaches any more.
    pub fn note(&mut self, pace: Pace, calls: u32, now: Timestamp) {
        if calls > 0 {
            match self.0.back_mut() {
                Some((second, known)) if *second >= now.as_second() => *known += calls,
                _ => self.0.push_back((now.as_second(), calls)),
            }
        }
        let oldest = oldest(pace, now);
        while self.0.front().is_some_and(|(second, _)| *second < oldest) {
            self.0.pop_front();
        }
    }

    fn window(&self, pace: Pace, now: Timestamp) -> impl Iterator<Item = (i64, u32)> {
        let oldest = oldest(pace, now);
        self.0.iter().copied().filter(move |(second, _)| *second >= oldest)
    }
}

/// The first second that still counts.
fn oldest(pace: Pace, now: Timestamp) -> i64 {
    now.saturating_sub(SignedDuration::from_secs(pace.seconds)).map_or(i64::MIN, Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PACE: Pace = Pace { calls: 10, seconds: 60 };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millis).expect("an instant")
    }

    #[test]
    fn a_full_window_frees_when_its_oldest_calls_leave_it() {
        let mut meter = Meter::default();
        meter.note(PACE, 4, at(0));
        meter.note(PACE, 6, at(30_500));
        assert_eq!(meter.room(PACE, at(31_000)), 0);
        assert_eq!(meter.free_at(PACE, 1, at(31_000)), at(61_000));
        assert_eq!(meter.free_at(PACE, 5, at(31_000)), at(91_000));
        assert_eq!(meter.room(PACE, at(61_000)), 4);
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_the_budget(steps in prop::collection::vec((0_i64..9_000, 1_u32..6), 1..200)) {
            let mut meter = Meter::default();
            let (mut now, mut made) = (0, Vec::new());
            for (pause, wanted) in steps {
                now += pause;
                let free = meter.free_at(PACE, wanted, at(now));
                now += free.as_millisecond() - at(now).as_millisecond();
                prop_assert!(meter.room(PACE, at(now)) >= wanted);
                meter.note(PACE, wanted, at(now));
                made.extend(std::iter::repeat_n(now, wanted as usize));
                let within = made.iter().filter(|call| **call > now - 60_000).count();
                prop_assert!(within <= 10, "{within} calls in a minute");
            }
            prop_assert!(meter.0.len() <= 62);
        }
    }
}
