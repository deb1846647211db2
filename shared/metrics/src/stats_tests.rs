//! Against values computed with numpy, and against a plain reference.

use super::*;
use proptest::prelude::*;

fn summary(values: &[u64]) -> (Option<f64>, Option<f64>, Option<f64>, u64) {
    let Summary { median, p75, mean, n } = Summary::of(&mut values.to_vec());
    (median, p75, mean, n)
}

#[test]
fn agrees_with_numpy() {
    // numpy.percentile(x, [50, 75]) and numpy.mean(x), method "linear".
    assert_eq!(summary(&[]), (None, None, None, 0));
    assert_eq!(summary(&[7]), (Some(7.0), Some(7.0), Some(7.0), 1));
    assert_eq!(summary(&[1, 2]), (Some(1.5), Some(1.75), Some(1.5), 2));
    assert_eq!(summary(&[3, 1, 2]), (Some(2.0), Some(2.5), Some(2.0), 3));
    assert_eq!(summary(&[4, 1, 3, 2]), (Some(2.5), Some(3.25), Some(2.5), 4));
    assert_eq!(summary(&[10, 20, 30, 40, 1000]), (Some(30.0), Some(40.0), Some(220.0), 5));
    assert_eq!(summary(&[0, 0, 0, 86_400, 7, 3_600]), (Some(3.5), Some(2701.75), Some(90_007.0 / 6.0), 6));
}

proptest! {
    #[test]
    fn agrees_with_a_plain_reference(values in proptest::collection::vec(0..100_000_000u64, 1..60)) {
        let mut sorted: Vec<f64> = values.iter().map(|v| float(*v)).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = share * float(count(sorted.len() - 1));
            // The weight of each value falls off linearly with its distance from the rank.
            (0..sorted.len()).map(|i| sorted[i] * (1.0 - (float(count(i)) - rank).abs()).max(0.0)).sum::<f64>()
        };
        let (median, p75, mean, n) = summary(&values);
        prop_assert!((median.unwrap() - at(0.5)).abs() < 1e-6);
        prop_assert!((p75.unwrap() - at(0.75)).abs() < 1e-6);
        prop_assert!((mean.unwrap() - sorted.iter().sum::<f64>() / float(n)).abs() < 1e-6);
        prop_assert_eq!(n, count(values.len()));
    }
}
