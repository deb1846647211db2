//! What JFrog sends. Only names and keys are needed; everything else may be missing or of another type.

use crate::{
    Failure,
    jfrog::size::{parse_count, parse_size},
    json::{lenient, unreadable},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

/// A page of the list of users.
#[derive(Deserialize)]
pub(super) struct UserList<'a> {
    /// Its records, unparsed.
    #[serde(borrow)]
    pub(super) users: Vec<&'a RawValue>,
    /// Absent or empty at the end.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cursor: Option<String>,
}

/// A user in a list.
#[derive(Deserialize)]
pub(super) struct Listed {
    /// The former API says `name`.
    #[serde(alias = "name")]
    pub(super) username: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) realm: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
}

/// A user.
///
/// <https://jfrog.com/help/r/jfrog-rest-apis/get-user-details>
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    /// The former API says `name`.
    #[serde(alias = "name", deserialize_with = "lenient")]
    pub(super) username: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) email: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) admin: Option<bool>,
    /// By a group, too.
    #[serde(deserialize_with = "lenient")]
    pub(super) effective_admin: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(super) realm: Option<String>,
    /// `invited`, `enabled`, `disabled`, `locked`.
    #[serde(deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    /// Absent when there was none.
    #[serde(deserialize_with = "instant")]
    pub(super) last_logged_in: Option<Timestamp>,
    /// The same of the former API.
    #[serde(rename = "lastLoggedIn", deserialize_with = "instant")]
    former_last_logged_in: Option<Timestamp>,
    /// The same of the former API in milliseconds; 0 when there was none.
    #[serde(rename = "lastLoggedInMillis", deserialize_with = "instant")]
    former_last_logged_in_millis: Option<Timestamp>,
}

impl Details {
    /// When the user last logged in; what is at or before the epoch means never.
    pub(super) fn last_login(&self) -> Option<Timestamp> {
        let told = [self.last_logged_in, self.former_last_logged_in, self.former_last_logged_in_millis];
        told.into_iter().flatten().find(|at| *at > Timestamp::UNIX_EPOCH)
    }
}

/// ISO 8601 with any offset, or milliseconds since the epoch; kept in milliseconds.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let millis = match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
        Value::Number(millis) => millis.as_i64(),
        _ => None,
    };
    Ok(millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()))
}

/// The storage summary.
///
/// <https://jfrog.com/help/r/jfrog-rest-apis/get-storage-summary-info>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) binaries_summary: Option<Totals>,
    /// A row for each repository, unparsed, and one for their sum.
    #[serde(borrow)]
    pub(super) repositories_summary_list: Vec<&'a RawValue>,
}

impl<'a> Summary<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(|error| unreadable(&error))
    }
}

/// The whole server.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    #[serde(default, deserialize_with = "count")]
    pub(super) artifacts_count: Option<u64>,
    #[serde(default, deserialize_with = "size")]
    pub(super) artifacts_size: Option<u64>,
}

/// A repository.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) repo_key: String,
    /// `LOCAL`, `CACHE`, `VIRTUAL`, `NA` ...
    #[serde(default, deserialize_with = "lenient")]
    pub(super) repo_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) package_type: Option<String>,
    #[serde(default, deserialize_with = "count")]
    pub(super) files_count: Option<u64>,
    #[serde(default, deserialize_with = "size")]
    used_space: Option<u64>,
    /// Newer servers.
    #[serde(default, deserialize_with = "count")]
    used_space_in_bytes: Option<u64>,
}

impl Row {
    /// Bytes used, as exactly as they are told.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.used_space_in_bytes.or(self.used_space)
    }

    /// Whether this is the sum of the others.
    pub(super) fn is_sum(&self) -> bool {
        self.repo_key == "TOTAL" && self.repo_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("NA"))
    }
}

/// A number, or its text with commas.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(count) => count.as_u64(),
        Value::String(text) => parse_count(&text),
        _ => None,
    })
}

/// A size as text; a number is bytes.
fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(bytes) => bytes.as_u64(),
        Value::String(text) => parse_size(&text),
        _ => None,
    })
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
