//! What GitHub answers about consumed licences. It sends empty texts for what is absent, and of some fields more than
//! one type: nothing but the row's being no object fails it.

use crate::github::odd;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A page of licences; the rows unparsed, so that a broken one costs only itself.
#[derive(Deserialize)]
pub(super) struct ConsumedLicences<'a> {
    #[serde(rename = "total_seats_consumed", default, deserialize_with = "odd::number")]
    pub(super) consumed: Option<u64>,
    #[serde(rename = "total_seats_purchased", default, deserialize_with = "odd::number")]
    pub(super) purchased: Option<u64>,
    #[serde(borrow)]
    pub(super) users: Vec<&'a RawValue>,
}

impl ConsumedLicences<'_> {
    /// `1,203 of 1,500 licences consumed`
    pub(super) fn notice(&self) -> Option<String> {
        let consumed = grouped(self.consumed?);
        Some(match self.purchased {
            Some(purchased) => format!("{consumed} of {} licences consumed", grouped(purchased)),
            None => format!("{consumed} licences consumed"),
        })
    }
}

/// With commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One licence.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Licence {
    /// On github.com.
    #[serde(rename = "github_com_login", deserialize_with = "odd::text")]
    pub(super) login: Option<String>,
    #[serde(rename = "github_com_name", deserialize_with = "odd::text")]
    pub(super) name: Option<String>,
    /// `enterprise`, `Visual Studio subscription` ...
    #[serde(deserialize_with = "odd::text")]
    pub(super) license_type: Option<String>,
    /// `acme:Owner`, of each organisation.
    #[serde(rename = "github_com_member_roles", deserialize_with = "odd::texts")]
    pub(super) member_roles: Vec<String>,
    /// `owner`, `billing manager` ..., in the enterprise.
    #[serde(rename = "github_com_enterprise_roles", deserialize_with = "odd::texts")]
    pub(super) enterprise_roles: Vec<String>,
    #[serde(rename = "github_com_saml_name_id", deserialize_with = "odd::text")]
    pub(super) saml_name_id: Option<String>,
    #[serde(rename = "github_com_verified_domain_emails", deserialize_with = "odd::texts")]
    pub(super) verified_emails: Vec<String>,
    /// `host:7`, of each Enterprise Server.
    #[serde(rename = "enterprise_server_user_ids", deserialize_with = "odd::texts")]
    pub(super) server_users: Vec<String>,
    #[serde(rename = "enterprise_server_emails", deserialize_with = "odd::texts")]
    pub(super) server_emails: Vec<String>,
    /// `Matched`, `Pending Invitation` ...
    #[serde(deserialize_with = "odd::text")]
    pub(super) visual_studio_license_status: Option<String>,
    #[serde(deserialize_with = "odd::text")]
    pub(super) visual_studio_subscription_email: Option<String>,
}
