use super::*;
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case("34.46 MB", Some(36_133_929))]
#[case("0 bytes", Some(0))]
#[case("1 byte", Some(1))]
#[case("1,023 bytes", Some(1_023))]
#[case("1,023.99 KB", Some(1_048_566))]
#[case("3.48 GB", Some(3_736_621_548))]
#[case("32.22 GB (15.77%)", Some(34_595_961_569))]
#[case("204.28 gb", Some(219_343_979_807))]
#[case("1 TB", Some(1 << 40))]
#[case("1.5 PB", Some(3 << 49))]
#[case("  7 KB ", Some(7_168))]
#[case("34.46MB", None)]
#[case("34.46", None)]
#[case("34.46 parsecs", None)]
#[case("34.4.6 MB", None)]
#[case("34. MB", None)]
#[case("-1 MB", None)]
#[case(",1 MB", None)]
#[case("NaN MB", None)]
#[case("99999999 EB", None)]
#[case("", None)]
fn sizes(#[case] text: &str, #[case] bytes: Option<u64>) {
    assert_eq!(parse_size(text), bytes);
}

#[rstest]
#[case("125,726", Some(125_726))]
#[case("7", Some(7))]
#[case(" 1,234,567 ", Some(1_234_567))]
#[case("5.82%", None)]
#[case("", None)]
#[case(",", None)]
fn counts(#[case] text: &str, #[case] count: Option<u64>) {
    assert_eq!(parse_count(text), count);
}

/// `1234567` -> `1,234,567`.
fn with_commas(n: u64) -> String {
    let digits = n.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).expect("digits")).collect();
    parts.join(",")
}

proptest! {
    #[test]
    fn a_size_as_jfrog_writes_it_is_read_to_its_last_decimal(bytes in 0_u64..1 << 60, commas in any::<bool>()) {
        // In hundredths of the largest unit that leaves at least one.
        let power = (0..=5_u32).rev().find(|power| bytes >= 1024_u64.pow(*power)).unwrap_or(0);
        let unit = u128::from(1024_u64.pow(power));
        let hundredths = u64::try_from((u128::from(bytes) * 100 + unit / 2) / unit).expect("fits");
        let whole = if commas { with_commas(hundredths / 100) } else { (hundredths / 100).to_string() };
        let name = ["bytes", "KB", "MB", "GB", "TB", "PB"][power as usize];
        let text = if power == 0 { format!("{whole} {name}") } else { format!("{whole}.{:02} {name}", hundredths % 100) };
        let read = parse_size(&text).expect("a size");
        let off = u128::from(read.abs_diff(bytes));
        prop_assert!(off * 200 <= unit + 200, "{text}: {read} for {bytes}");
    }

    #[test]
    fn a_count_survives_its_commas(count in any::<u64>()) {
        prop_assert_eq!(parse_count(&with_commas(count)), Some(count));
    }

    #[test]
    fn larger_texts_are_larger_sizes(a in 0_u64..100_000, b in 0_u64..100_000, power in 0_usize..6) {
        let name = ["bytes", "KB", "MB", "GB", "TB", "PB"][power];
        let text = |n: u64| format!("{}.{:02} {name}", n / 100, n % 100);
        let (smaller, larger) = (a.min(b), a.max(b));
        prop_assert!(parse_size(&text(smaller)) <= parse_size(&text(larger)));
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}", digits in "[0-9.,]{0,30} ?(bytes|KB|EB|%)?") {
        let _: [Option<u64>; 4] = [parse_size(&text), parse_count(&text), parse_size(&digits), parse_count(&digits)];
    }
}
