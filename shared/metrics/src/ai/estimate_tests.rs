//! Against textbook values and scipy's.

use super::*;

fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("a number");
    assert!((found - expected).abs() < 5e-3 * expected.abs().max(1.0), "{found} is not {expected}");
}

#[test]
fn a_medians_interval_lies_between_order_statistics() {
    let mut values: Vec<u64> = (1..=100).rev().collect();
    let estimate = median(&mut values);
    assert_eq!((estimate.value, estimate.low, estimate.high, estimate.n), (Some(50.5), Some(40.0), Some(61.0), 100));
    let few = median(&mut [5, 4, 3, 2, 1]);
    assert_eq!((few.value, few.low, few.high), (Some(3.0), None, None), "five values cannot give 95 %");
    let none = median(&mut []);
    assert_eq!((none.value, none.low, none.n), (None, None, 0));
}

#[test]
fn a_means_interval_is_students() {
    // t.ppf(0.975, 9) = 2.26216; the standard deviation is 3.02765.
    let estimate = mean(&(1..=10).collect::<Vec<_>>());
    assert_eq!(estimate.value, Some(5.5));
    close(estimate.low, 5.5 - 2.165_85);
    close(estimate.high, 5.5 + 2.165_85);
    let same = mean(&[2; 12]);
    assert_eq!((same.low, same.high), (Some(2.0), Some(2.0)));
    assert_eq!((mean(&[7]).value, mean(&[7]).low), (Some(7.0), None));
}

#[test]
fn a_shares_interval_is_wilsons_and_a_difference_newcombes() {
    // Newcombe (1998), table II, example (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    let (a, b) = (share(56, 70), share(48, 80));
    close(a.low, 0.691_6);
    close(a.high, 0.877_0);
    let found = difference(&a, &b).expect("enough");
    close(Some(found.value), 0.2);
    close(Some(found.low), 0.052_4);
    close(Some(found.high), 0.333_9);
    let all = share(10, 10);
    assert_eq!(all.high, Some(1.0));
    assert_eq!(share(0, 0).value, None);
}

#[test]
fn under_ten_in_either_group_there_is_no_difference() {
    let (nine, ten) = (share(3, 9), share(3, 10));
    assert_eq!((difference(&nine, &ten), difference(&ten, &nine)), (None, None));
    assert!(difference(&ten, &ten).is_some());
}
