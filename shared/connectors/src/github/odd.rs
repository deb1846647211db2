//! Values that GitHub documents as one thing and sends as another: empty texts for `null`, `""` for lists, numbers as
//! texts. None of them fails a record.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

fn as_text(value: Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A text that says something; anything else is `None`.
pub(crate) fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(value).map(as_text)
}

/// The texts of a list that say something; one text is a list of one, anything else is empty.
pub(crate) fn texts<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::Array(items) => items.into_iter().filter_map(as_text).collect(),
        other => as_text(other).into_iter().collect(),
    })
}

/// A whole number, also as a text; anything else is `None`.
pub(crate) fn number<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A count; what is absent or no number counts as nothing.
pub(crate) fn count<'de, D: Deserializer<'de>>(value: D) -> Result<u64, D::Error> {
    number(value).map(Option::unwrap_or_default)
}

/// Whether something is said to be so; anything but `true` is not.
pub(crate) fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Value::deserialize(value).map(|value| value == Value::Bool(true))
}

/// `12.0` is 12, and a fraction is cut off.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
fn whole(number: f64) -> Option<u64> {
    (0.0..9e15).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn odd_values_are_read_as_what_they_mean() {
        for (value, expected) in
            [(json!(" ada "), Some("ada")), (json!(7), Some("7")), (json!(""), None), (json!(null), None)]
        {
            assert_eq!(text(value).expect("never fails").as_deref(), expected);
        }
        assert_eq!(texts(json!(["a", "", 7, null, {}])).expect("never fails"), ["a", "7"]);
        assert_eq!(texts(json!("a")).expect("never fails"), ["a"]);
        assert_eq!(texts(json!("")).expect("never fails"), Vec::<String>::new());
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(7.9), Some(7)),
            (json!(-1), None),
            (json!(-1.5), None),
            (json!(1e30), None),
            (json!("x"), None),
            (json!(true), None),
        ] {
            assert_eq!(number(value).expect("never fails"), expected);
        }
        assert_eq!(count(json!(null)).expect("never fails"), 0);
        assert!(flag(json!(true)).expect("never fails") && !flag(json!("")).expect("never fails"));
    }
}
