//! Exact order statistics. Everything is counted in integers and divided once, at the end, so that the order of the
//! values cannot change a result.

/// Median, upper quartile and mean of a sample; null when it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// The middle value; with an even number of values, the mean of the two in the middle.
    pub median: Option<f64>,
    /// The 75th percentile by linear interpolation between the closest ranks.
    pub p75: Option<f64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Number of values.
    pub n: u64,
}

impl Summary {
    /// Summarises the values; they are left sorted.
    pub fn of(values: &mut [u64]) -> Self {
        values.sort_unstable();
        Self { median: quartile(values, 2), p75: quartile(values, 3), mean: mean(values), n: count(values.len()) }
    }
}

/// The `q`th quartile of sorted values: the value at rank `(n - 1) * q / 4`, counted from 0, linearly interpolated
/// between its neighbours (numpy's `linear`, R's type 7, a spreadsheet's `PERCENTILE.INC`).
fn quartile(sorted: &[u64], q: usize) -> Option<f64> {
    let rank = sorted.len().checked_sub(1)? * q;
    let low = *sorted.get(rank / 4)?;
    // The last value has no neighbour above; its remainder is 0.
    let high = sorted.get(rank / 4 + 1).copied().unwrap_or(low);
    Some(float(low) + float(high - low) * float(count(rank % 4)) / 4.0)
}

fn mean(values: &[u64]) -> Option<f64> {
    ratio(values.iter().sum(), count(values.len()))
}

/// `part / whole`, or nothing when there is no whole.
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

/// A length as a number.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Exact up to 2^53: as seconds, 285 million years.
#[expect(clippy::cast_precision_loss, reason = "the counts and seconds here stay far below 2^53")]
pub(crate) fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
