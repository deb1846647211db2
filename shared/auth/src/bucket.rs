//! A token bucket, kept as one instant (the generic cell rate algorithm, ITU-T I.371): when the bucket will be full
//! again. A call takes one; the bucket fills at [`Bucket::per_second`] up to [`Bucket::size`].

use jiff::{SignedDuration, Timestamp};

/// How much fits into a bucket and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Calls in a burst.
    pub size: u32,
    /// Calls a second in the long run.
    pub per_second: u32,
}

/// What each API token and each session may call: a dashboard page takes about ten calls at once.
pub const CALLS: Bucket = Bucket { size: 600, per_second: 20 };

/// What came of taking from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// There was one.
    Yes {
        /// When the bucket is full again: what is to be stored.
        full_at: Timestamp,
        /// Calls that are left at once.
        left: u32,
    },
    /// It is empty.
    No {
        /// Whole seconds until there is one, at least 1.
        retry_after: u64,
    },
}

impl Bucket {
    fn interval(self) -> SignedDuration {
        SignedDuration::from_nanos(1_000_000_000 / i64::from(self.per_second.max(1)))
    }

    /// Seconds in which an empty bucket fills.
    pub fn window(self) -> u64 {
        u64::from(self.size.div_ceil(self.per_second.max(1)))
    }

    /// Takes one from a bucket that will be full at `full_at`; `None`: nobody took from it yet.
    pub fn take(self, full_at: Option<Timestamp>, now: Timestamp) -> Taken {
        let interval = self.interval();
        let from = full_at.unwrap_or(now).max(now);
        let capacity =
            interval.checked_mul(i32::try_from(self.size).unwrap_or(i32::MAX)).unwrap_or(SignedDuration::MAX);
        let debt = from.duration_since(now).saturating_add(interval);
        if debt > capacity {
            let wait = debt.saturating_sub(capacity);
            let seconds = u64::try_from(wait.as_secs()).unwrap_or_default() + u64::from(wait.subsec_nanos() > 0);
            return Taken::No { retry_after: seconds.max(1) };
        }
        let room = capacity.saturating_sub(debt).as_nanos() / interval.as_nanos().max(1);
        let left = u32::try_from(room).unwrap_or_default();
        Taken::Yes { full_at: from.checked_add(interval).unwrap_or(Timestamp::MAX), left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn a_burst_then_a_steady_rate() {
        let bucket = Bucket { size: 3, per_second: 2 };
        let mut full_at = None;
        let mut take = |now| match bucket.take(full_at, now) {
            Taken::Yes { full_at: next, left } => {
                full_at = Some(next);
                Ok(left)
            }
            Taken::No { retry_after } => Err(retry_after),
        };
        assert_eq!([take(at(0)), take(at(0)), take(at(0)), take(at(0))], [Ok(2), Ok(1), Ok(0), Err(1)]);
        assert_eq!(take(at(499)), Err(1));
        assert_eq!([take(at(500)), take(at(500))], [Ok(0), Err(1)]);
        assert_eq!(take(at(10_000)), Ok(2), "it is never fuller than full");
        assert_eq!(CALLS.window(), 30);
    }

    proptest! {
        #[test]
        fn no_more_than_the_size_and_the_rate(gaps in proptest::collection::vec(0_i64..800, 1..80)) {
            let bucket = Bucket { size: 4, per_second: 3 };
            let (mut full_at, mut now, mut taken) = (None, 0, Vec::new());
            for gap in gaps {
                now += gap;
                if let Taken::Yes { full_at: next, .. } = bucket.take(full_at, at(now)) {
                    full_at = Some(next);
                    taken.push(now);
                }
            }
            for (index, first) in taken.iter().enumerate() {
                for (count, last) in taken.iter().skip(index).enumerate() {
                    let most = 4.0 + 3.0 * f64::from(i32::try_from(last - first).unwrap()) / 1000.0 + 1e-6;
                    prop_assert!(f64::from(u32::try_from(count + 1).unwrap()) <= most);
                }
            }
        }
    }
}
