//! What Atlassian sends. Only ids are needed; everything else may be missing or of another type.
//!
//! Version 1 has names_like_this and addresses of next pages, version 2 namesLikeThis and bare cursors.

use crate::{
    Failure,
    json::{lenient, unreadable},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use url::Url;

/// A page of anything.
#[derive(Deserialize)]
pub(super) struct Listing<'a> {
    /// Its records, unparsed.
    #[serde(borrow)]
    pub(super) data: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(default)]
    next: Option<String>,
}

impl<'a> Listing<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(|error| unreadable(&error))
    }

    /// The next page's cursor: version 2 gives it alone, version 1 in an address. The address itself is not followed.
    pub(super) fn next(&self) -> Option<String> {
        let next = self.links.as_ref()?.next.as_deref().filter(|next| !next.is_empty())?;
        let is_address = next.starts_with("https://") || next.starts_with("http://");
        match Url::parse(next).ok().filter(|_| is_address) {
            Some(url) => url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor.into_owned()),
            None => Some(next.to_owned()),
        }
    }
}

/// An organization; version 1.
#[derive(Deserialize)]
pub(super) struct Organization {
    pub(super) id: String,
}

/// A directory of an organization. Its id is documented by the longer name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Directory {
    #[serde(default)]
    directory_id: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

impl Directory {
    pub(super) fn into_id(self) -> Option<String> {
        self.directory_id.or(self.id).filter(|id| !id.is_empty())
    }
}

/// A group; in a listing, and in a user.
#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
}

/// A user of a directory.
///
/// <https://developer.atlassian.com/cloud/admin/organization/rest/api-group-users/>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) account_id: String,
    /// `atlassian`, `app`, `customer`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) account_type: Option<String>,
    /// `active`, `suspended`, `not_invited`, `deactivated`, `for_deletion`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    /// `active`, `inactive`, `closed`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) account_status: Option<String>,
    /// `active`, `suspended`, `no_membership`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) membership_status: Option<String>,
    #[serde(default, deserialize_with = "instant")]
    pub(super) added_to_org: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) email_verified: Option<bool>,
    #[serde(default)]
    pub(super) product_access: Told<ProductAccess>,
    #[serde(default)]
    pub(super) groups: Told<Group>,
}

/// Access to one product on one site.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductAccess {
    /// `jira-software`, `confluence` ...
    pub(super) key: String,
    /// Absent when it was never used.
    #[serde(default, deserialize_with = "instant")]
    pub(super) last_active_timestamp: Option<Timestamp>,
}

/// A list inside a record that comes only when it is asked for.
#[derive(Deserialize)]
#[serde(from = "Value", bound = "T: DeserializeOwned")]
pub(super) struct Told<T> {
    /// Its entries that can be read.
    pub(super) items: Vec<T>,
    /// Whether it was there.
    pub(super) is_there: bool,
    /// Whether something in it could not be read.
    pub(super) broken: bool,
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self { items: Vec::new(), is_there: false, broken: false }
    }
}

impl<T: DeserializeOwned> From<Value> for Told<T> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::default(),
            Value::Array(entries) => {
                let count = entries.len();
                let items: Vec<T> = entries.into_iter().filter_map(|entry| T::deserialize(entry).ok()).collect();
                Self { is_there: true, broken: items.len() < count, items }
            }
            _ => Self { items: Vec::new(), is_there: true, broken: true },
        }
    }
}

/// An instant in any of the forms that are seen: ISO 8601, a day alone, milliseconds since the epoch. Milliseconds are
/// kept.
fn instant<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let at = match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse::<Timestamp>().ok().or_else(|| {
            let day: Date = text.parse().ok()?;
            Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
        }),
        Value::Number(millis) => millis.as_i64().and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        _ => None,
    };
    Ok(at.and_then(|at| Timestamp::from_millisecond(at.as_millisecond()).ok()))
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
