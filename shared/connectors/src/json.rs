//! Answers in JSON: read record by record, so that one broken record costs only itself, and told about without what they
//! hold.

use crate::Failure;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use std::collections::BTreeMap;

/// A REST answer's array with its elements unparsed, so that one broken element costs only itself.
pub(crate) fn elements(body: &[u8]) -> Result<Vec<&RawValue>, Failure> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error))
}

/// The same of an array that lies in a field.
pub(crate) fn elements_in<'a>(body: &'a [u8], field: &str) -> Result<Vec<&'a RawValue>, Failure> {
    let fields: BTreeMap<&str, &RawValue> = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let missing = || Failure::Unavailable(format!("the answer has an unexpected shape: missing field `{field}`"));
    let list = fields.get(field).ok_or_else(missing)?;
    serde_json::from_str(list.get()).map_err(|error| unreadable(&error))
}

/// An answer of another shape than documented, or one that broke off: later it may be whole.
pub(crate) fn unreadable(error: &serde_json::Error) -> Failure {
    let what = if error.is_eof() { "the answer broke off" } else { "the answer has an unexpected shape" };
    Failure::Unavailable(format!("{what}: {}", wrong_shape(error)))
}

/// What is wrong with a record's shape, without what it holds: reasons are logged, and logs hold no names.
pub(crate) fn wrong_shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (text.get(..first).unwrap_or_default(), text.get(last + 1..).unwrap_or_default());
            format!("{before}\"...\"{after}")
        }
        _ => text,
    }
}

/// When every record of an answer is broken, it is the answer that is.
pub(crate) fn refuse_if_all_broken(records: usize, broken: usize) -> Result<(), Failure> {
    if records > 1 && broken == records {
        return Err(Failure::Unavailable("the answer has an unexpected shape: none of its records can be read".into()));
    }
    Ok(())
}

/// A list, read record by record.
pub(crate) struct Read<T> {
    /// The records that could be read.
    pub(crate) items: Vec<T>,
    /// The others.
    pub(crate) broken: Vec<Broken>,
}

/// A record that could not be read.
pub(crate) struct Broken {
    /// Its id, where at least that could be: it has not vanished.
    pub(crate) id: Option<String>,
    /// Why, without what it holds.
    pub(crate) reason: String,
}

/// Reads each record of a list; `id` finds the id of one that is broken.
pub(crate) fn read_each<T: DeserializeOwned>(
    records: &[&RawValue],
    id: impl Fn(&RawValue) -> Option<String>,
) -> Result<Read<T>, Failure> {
    let mut read = Read { items: Vec::with_capacity(records.len()), broken: Vec::new() };
    for record in records {
        match serde_json::from_str(record.get()) {
            Ok(item) => read.items.push(item),
            Err(error) => read.broken.push(Broken { id: id(record), reason: wrong_shape(&error) }),
        }
    }
    refuse_if_all_broken(records.len(), read.broken.len())?;
    Ok(read)
}

/// The id of a record that cannot be read otherwise, where ids are text.
pub(crate) fn id_of(record: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified {
        id: String,
    }
    serde_json::from_str::<Identified>(record.get()).ok().map(|record| record.id)
}

/// A field that matters little: of another type than documented it counts as absent.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).ok())
}
