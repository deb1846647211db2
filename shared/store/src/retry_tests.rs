use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_pause_is_between_half_and_all_of_its_round_and_never_longer_than_a_second(round in 0..40u32, chance in any::<u64>()) {
        let whole = FIRST.saturating_mul(2_u32.saturating_pow(round)).min(LONGEST);
        let pause = pause(round, chance);
        prop_assert!(pause >= whole / 2 && pause <= whole, "{pause:?} of {whole:?}");
    }
}

#[test]
fn the_codes_of_a_busy_database_are_known() {
    for code in [
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "ThrottlingError",
    ] {
        assert!(is_throttling_code(code), "{code}");
    }
    assert!(!is_throttling_code("ConditionalCheckFailed"));
}
