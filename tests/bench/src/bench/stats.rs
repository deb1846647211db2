//! Samples summed up.

use serde::Serialize;
use std::time::Duration;

/// What a series of measurements was like; the unit is in the member's name that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) n: usize,
    pub(crate) min: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of values in any order; all zero without any.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| rounded(percentile(&values, share));
        Self { n: values.len(), min: at(0.0), p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }

    /// Of durations, in milliseconds.
    pub(crate) fn of_durations(durations: &[Duration]) -> Self {
        Self::of(durations.iter().map(|duration| milliseconds(*duration)).collect())
    }
}

/// The smallest value that `share` of all are not above (nearest rank); `values` is sorted.
fn percentile(values: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length is a small positive number"
    )]
    #[expect(clippy::cast_precision_loss, reason = "samples are few")]
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// In milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// To three decimals: more would be noise.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// `a / b`, rounded; 0 when `b` is.
pub(crate) fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { rounded(a / b) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let spread = Spread::of((1..=200).rev().map(f64::from).collect());
        assert_eq!(spread, Spread { n: 200, min: 1.0, p50: 100.0, p99: 198.0, max: 200.0 });
        assert_eq!(Spread::of(vec![7.0]), Spread { n: 1, min: 7.0, p50: 7.0, p99: 7.0, max: 7.0 });
        assert_eq!(Spread::of(Vec::new()).n, 0);
    }
}
