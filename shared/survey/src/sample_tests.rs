use super::*;
use crate::fixtures::key;

fn chosen(purpose: Purpose, team: &str, rate: f64) -> Vec<u64> {
    let team = team.parse().unwrap();
    (0..10_000).filter(|number| is_chosen(purpose, &team, key(*number), rate)).collect()
}

#[test]
fn the_share_is_the_rate() {
    for rate in [0.05, 0.1, 0.5, 0.9] {
        let share = f64::from(u32::try_from(chosen(Purpose::Control, "demo", rate).len()).unwrap()) / 10_000.0;
        // Four standard deviations.
        assert!((share - rate).abs() < 4.0 * (rate * (1.0 - rate) / 10_000.0).sqrt(), "{share} for {rate}");
    }
    assert_eq!(chosen(Purpose::Survey, "demo", 0.0).len(), 0);
    assert_eq!(chosen(Purpose::Survey, "demo", 1.0).len(), 10_000);
}

#[test]
fn a_redelivery_and_a_later_build_decide_the_same() {
    assert_eq!(chosen(Purpose::Control, "demo", 0.1), chosen(Purpose::Control, "demo", 0.1));
    assert_eq!(chosen(Purpose::Control, "demo", 0.1)[..4], [34, 41, 49, 64]);
}

#[test]
fn a_higher_rate_keeps_everybody() {
    let few = chosen(Purpose::Survey, "demo", 0.2);
    let many = chosen(Purpose::Survey, "demo", 0.4);
    assert!(few.iter().all(|number| many.contains(number)));
}

#[test]
fn teams_and_purposes_draw_for_themselves() {
    let control = chosen(Purpose::Control, "demo", 0.1);
    for other in [chosen(Purpose::Survey, "demo", 0.1), chosen(Purpose::Control, "other", 0.1)] {
        let both = control.iter().filter(|number| other.contains(number)).count();
        // A tenth of a tenth.
        assert!((60..140).contains(&both), "{both} of 10,000 in both");
    }
}
