//! Trello's answers as they come, as lenient as they can be.

use crate::json::lenient;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// The member's id of a membership that cannot be read otherwise.
pub(super) fn member_id_of(record: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct OfMember {
        #[serde(rename = "idMember")]
        id: String,
    }
    serde_json::from_str::<OfMember>(record.get()).ok().map(|record| record.id)
}

/// A board.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Board {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) closed: Option<bool>,
    /// Absent on a person's own board.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id_organization: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) date_last_activity: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) memberships: Option<Vec<IgnoredAny>>,
}

/// A workspace.
#[derive(Debug, Deserialize)]
pub(super) struct Workspace {
    pub(super) id: String,
    /// Its short name in addresses.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    /// Its plan.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) offering: Option<String>,
}

/// A membership in a workspace. Trello's specification leaves most of its types open.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Membership {
    pub(super) id_member: String,
    /// `admin`, `normal`, `observer`, or another.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) member_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) unconfirmed: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) deactivated: Option<bool>,
    /// Seen with an administrator's token only.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_active: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) member: Option<Member>,
}

/// A member.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) username: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) full_name: Option<String>,
}
