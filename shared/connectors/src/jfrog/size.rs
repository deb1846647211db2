//! JFrog's texts of numbers: `125,726`, `34.46 MB`, `32.22 GB (15.77%)`.

/// Units by their power of 1024: JFrog calls 36,138,261 bytes 34.46 MB.
const UNITS: [(&str, u32); 9] =
    [("bytes", 0), ("byte", 0), ("b", 0), ("kb", 1), ("mb", 2), ("gb", 3), ("tb", 4), ("pb", 5), ("eb", 6)];

/// A whole number with commas between thousands.
pub(super) fn parse_count(text: &str) -> Option<u64> {
    digits(text.trim())?.parse().ok()
}

/// A size in bytes, as exact as its decimals; `None`: the text is no size. What follows the unit counts as nothing.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    let (number, unit) = (words.next()?, words.next()?.to_ascii_lowercase());
    let (_, power) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let unit = 1024_u128.pow(*power);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u64 = digits(whole)?.parse().ok()?;
    // More decimals than these are below a byte.
    let part: String = part.chars().take(18).collect();
    if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let part = (part.parse::<u128>().ok()? * unit + scale / 2) / scale;
    u64::try_from(u128::from(whole) * unit + part).ok()
}

/// Digits without the commas between thousands.
fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    let fits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (fits && !text.starts_with(',')).then_some(digits)
}

#[cfg(test)]
#[path = "size_tests.rs"]
mod tests;
