//! Estimates with 95 % intervals: exact order statistics for medians, Student's t for means, Wilson's score for shares.
//! The interval of a difference comes from those of its two sides (MOVER; Zou and Donner, 2008; for shares that is
//! Newcombe's).

use super::answer::{Difference, Estimate};
use crate::stats::{Summary, count, float, ratio};

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_964;

/// With fewer in either group a comparison says "not enough data".
pub(crate) const ENOUGH: u64 = 10;

/// The median, between the order statistics that cover it in 95 % of samples (binomial, by its normal approximation,
/// rounded outwards); fewer than six values have no such interval. The values are left sorted.
pub(crate) fn median(values: &mut [u64]) -> Estimate {
    let Summary { median, n, .. } = Summary::of(values);
    let below = (float(n) - Z * float(n).sqrt()) / 2.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the sample's size")]
    let low = (below >= 1.0).then(|| below.floor() as usize - 1);
    let high = low.and_then(|rank| values.len().checked_sub(rank + 1));
    let at = |rank: Option<usize>| rank.and_then(|rank| values.get(rank)).map(|value| float(*value));
    Estimate { value: median, low: at(low), high: at(high), n }
}

/// The arithmetic mean; fewer than two values have no interval.
pub(crate) fn mean(values: &[u64]) -> Estimate {
    let (n, sum) = (count(values.len()), values.iter().sum::<u64>());
    let value = ratio(sum, n);
    let squares: u64 = values.iter().map(|value| value.saturating_mul(*value)).fold(0, u64::saturating_add);
    let margin = (n >= 2).then(|| {
        let variance = (float(squares) - float(sum) * float(sum) / float(n)).max(0.0) / float(n - 1);
        t(n - 1) * (variance / float(n)).sqrt()
    });
    let around = |sign: f64| value.zip(margin).map(|(value, margin)| value + sign * margin);
    Estimate { value, low: around(-1.0), high: around(1.0), n }
}

/// `part` of `n`.
pub(crate) fn share(part: u64, n: u64) -> Estimate {
    let Some(value) = ratio(part, n) else { return Estimate { value: None, low: None, high: None, n } };
    let (whole, square) = (float(n), Z * Z);
    let centre = (value + square / (2.0 * whole)) / (1.0 + square / whole);
    let margin = Z * (value * (1.0 - value) / whole + square / (4.0 * whole * whole)).sqrt() / (1.0 + square / whole);
    // At the ends the interval ends there, too, which rounding misses.
    let low = if part == 0 { 0.0 } else { centre - margin };
    let high = if part == n { 1.0 } else { centre + margin };
    Estimate { value: Some(value), low: Some(low), high: Some(high), n }
}

/// `a - b`, when both have enough data and intervals.
pub(crate) fn difference(a: &Estimate, b: &Estimate) -> Option<Difference> {
    if a.n < ENOUGH || b.n < ENOUGH {
        return None;
    }
    let (x, x_low, x_high) = (a.value?, a.low?, a.high?);
    let (y, y_low, y_high) = (b.value?, b.low?, b.high?);
    let value = x - y;
    // Not `hypot`: its newest version needs glibc 2.35, and Lambda has 2.34.
    let joined = |a: f64, b: f64| (a * a + b * b).sqrt();
    Some(Difference { value, low: value - joined(x - x_low, y_high - y), high: value + joined(x_high - x, y - y_low) })
}

/// The two-sided 95 % quantile of Student's t: the normal one with the first two terms of Cornish and Fisher's
/// expansion, within 0.3 % from nine degrees of freedom on, and too narrow below, where no comparison is shown.
fn t(degrees: u64) -> f64 {
    let degrees = float(degrees);
    let (cube, fifth) = (Z.powi(3), Z.powi(5));
    Z + (cube + Z) / (4.0 * degrees) + (5.0 * fifth + 16.0 * cube + 3.0 * Z) / (96.0 * degrees * degrees)
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
