//! Jira's answers as they come, as lenient as they can be: what matters little counts as absent when it is of another
//! type than documented.

use crate::json::lenient;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value, value::RawValue};
use std::borrow::Cow;

/// A number that may be written as a text: ids mostly are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(pub(super) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<'a> {
            Number(u64),
            #[serde(borrow)]
            Text(Cow<'a, str>),
        }
        match Written::deserialize(deserializer) {
            Ok(Written::Number(number)) => Ok(Self(number)),
            Ok(Written::Text(text)) => text.parse().map(Self).map_err(|_| de::Error::custom("not a number")),
            Err(_) => Err(de::Error::custom("not a number")),
        }
    }
}

/// An instant: ISO 8601 with any offset (Jira's has no colon), or milliseconds since 1970, which were seen in changelogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Timestamp);

impl Moment {
    fn of(value: &Value) -> Option<Self> {
        let millis = match value {
            Value::Number(number) => number.as_i64()?,
            Value::String(text) => match text.parse() {
                Ok(at) => return Some(Self(at)),
                Err(_) => text.parse().ok()?,
            },
            _ => return None,
        };
        Timestamp::from_millisecond(millis).ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::of(&value).ok_or_else(|| de::Error::custom("not an instant"))
    }
}

/// The id of a record that cannot be read otherwise.
pub(super) fn id_of(record: &RawValue) -> Option<String> {
    text_of(record, "id")
}

/// The account's id of an account that cannot be read otherwise.
pub(super) fn account_id_of(record: &RawValue) -> Option<String> {
    text_of(record, "accountId")
}

fn text_of(record: &RawValue, name: &str) -> Option<String> {
    let fields: Map<String, Value> = serde_json::from_str(record.get()).ok()?;
    match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A page of a listing by offsets.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OffsetPage<'a> {
    #[serde(borrow)]
    pub(super) values: Vec<&'a RawValue>,
    #[serde(default)]
    pub(super) is_last: Option<bool>,
    #[serde(default)]
    pub(super) total: Option<u64>,
}

/// A search for issues.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Search<'a> {
    pub(super) jql: String,
    pub(super) fields: Vec<&'a str>,
    pub(super) max_results: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_page_token: Option<&'a str>,
}

/// A question for changelogs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangesQuestion<'a> {
    pub(super) issue_ids_or_keys: Vec<String>,
    pub(super) field_ids: Vec<&'a str>,
    pub(super) max_results: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_page_token: Option<String>,
}

/// A page of a search.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SearchPage<'a> {
    #[serde(borrow)]
    pub(super) issues: Vec<&'a RawValue>,
    #[serde(default)]
    pub(super) is_last: Option<bool>,
    #[serde(default)]
    pub(super) next_page_token: Option<String>,
}

impl SearchPage<'_> {
    /// The next page's token; none on the last page.
    pub(super) fn next(&self) -> Option<String> {
        self.next_page_token.clone().filter(|token| !token.is_empty() && self.is_last != Some(true))
    }
}

/// A page of changelogs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangesPage<'a> {
    #[serde(borrow)]
    pub(super) issue_change_logs: Vec<&'a RawValue>,
    #[serde(default)]
    pub(super) next_page_token: Option<String>,
}

/// What changed on one issue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeLog<'a> {
    pub(super) issue_id: Number,
    #[serde(borrow)]
    pub(super) change_histories: Vec<&'a RawValue>,
}

/// What somebody changed at once.
#[derive(Debug, Deserialize)]
pub(super) struct History {
    pub(super) id: Number,
    pub(super) created: Moment,
    pub(super) items: Vec<Item>,
}

/// A field's change. Statuses and sprints are told by `from` and `to`, numbers by their texts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) field: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) field_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) from: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) to: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) from_string: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) to_string: Option<String>,
}

/// Anything with an id and a name.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
}

/// A project.
#[derive(Debug, Deserialize)]
pub(super) struct Project {
    pub(super) id: Number,
    pub(super) key: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
}

/// A project where it is only named.
#[derive(Debug, Deserialize)]
pub(super) struct OfProject {
    pub(super) id: Number,
}

/// A status.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(rename = "statusCategory", default, deserialize_with = "lenient")]
    pub(super) category: Option<Category>,
}

/// What a status means.
#[derive(Debug, Deserialize)]
pub(super) struct Category {
    /// `new`, `indeterminate`, `done`; `undefined` and others are unknown.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) key: Option<String>,
}

/// A field's description.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    /// Its name in English, where the site has another language.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) untranslated_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) schema: Option<Schema>,
}

/// A field's type.
#[derive(Debug, Deserialize)]
pub(super) struct Schema {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) custom: Option<String>,
}

/// An account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) account_id: String,
    /// `atlassian`, `app`, `customer`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) account_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) display_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) email_address: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) active: Option<bool>,
}

/// A board.
#[derive(Debug, Deserialize)]
pub(super) struct Board {
    pub(super) id: Number,
    pub(super) name: String,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) location: Option<Location>,
}

/// Where a board is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) project_id: Option<Number>,
}

/// A sprint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sprint {
    pub(super) id: Number,
    pub(super) name: String,
    /// `future`, `active`, `closed`.
    pub(super) state: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) origin_board_id: Option<Number>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) start_date: Option<Moment>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) end_date: Option<Moment>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) complete_date: Option<Moment>,
}

/// An issue.
#[derive(Debug, Deserialize)]
pub(super) struct Issue {
    pub(super) id: Number,
    pub(super) key: String,
    pub(super) fields: Fields,
}

/// The fields asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Fields {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) summary: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<Status>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) issuetype: Option<Named>,
    pub(super) project: OfProject,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) assignee: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reporter: Option<User>,
    pub(super) created: Moment,
    pub(super) updated: Moment,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) resolutiondate: Option<Moment>,
    /// Those that each site has its own ids for.
    #[serde(flatten)]
    pub(super) own: Map<String, Value>,
}

/// A site that a token opens.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    /// The cloud id.
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) scopes: Option<Vec<String>>,
}

impl Resource {
    /// Whether it is Jira of the site: other products' entries have none of Jira's scopes.
    pub(super) fn is_jira(&self) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope.contains("jira")))
    }
}
