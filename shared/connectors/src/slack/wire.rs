//! Slack's answers as they come, as lenient as they can be.

use crate::json::lenient;
use serde::Deserialize;
use serde_json::value::RawValue;

/// `auth.test`.
#[derive(Debug, Deserialize)]
pub(super) struct AuthTest {
    pub(super) team_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) is_enterprise_install: Option<bool>,
}

/// A page of `users.list`; its records are still unparsed.
#[derive(Debug, Deserialize)]
pub(super) struct UsersPage<'a> {
    #[serde(borrow)]
    pub(super) members: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) response_metadata: Option<Metadata>,
}

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    /// Empty at the end.
    #[serde(default)]
    pub(super) next_cursor: String,
}

/// A user. `is_app_user` is left out: it marks people who use the app, not apps.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) deleted: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) is_bot: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) is_admin: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) is_owner: Option<bool>,
    /// A guest.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) is_restricted: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) is_email_confirmed: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) profile: Option<Profile>,
}

/// A user's profile.
#[derive(Debug, Deserialize)]
pub(super) struct Profile {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) real_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) display_name: Option<String>,
    /// Only with the scope `users:read.email`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) email: Option<String>,
}
