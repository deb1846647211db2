//! What GitHub answers about Copilot, as far as it is used. Unknown fields and values never fail a row.

use crate::github::{
    odd,
    wire::{Identified, RestUser},
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A page of seats; the rows unparsed, so that a broken one costs only itself.
#[derive(Deserialize)]
pub(super) struct SeatsAnswer<'a> {
    #[serde(default)]
    pub(super) total_seats: Option<u64>,
    #[serde(borrow)]
    pub(super) seats: Vec<&'a RawValue>,
}

/// A seat. Only `created_at` is sure to be there.
#[derive(Debug, Deserialize)]
pub(super) struct SeatRow {
    /// Whose; nobody's when the account was deleted.
    #[serde(default)]
    pub(super) assignee: Option<RestUser>,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) last_activity_at: Option<Timestamp>,
    /// `vscode/1.77.3/copilot/1.86.82`
    #[serde(default, deserialize_with = "odd::text")]
    pub(super) last_activity_editor: Option<String>,
    #[serde(default, deserialize_with = "odd::text")]
    pub(super) pending_cancellation_date: Option<String>,
    /// `business`, `enterprise`, `unknown`
    #[serde(default, deserialize_with = "odd::text")]
    pub(super) plan_type: Option<String>,
    #[serde(default)]
    pub(super) assigning_team: Option<Identified>,
    #[serde(default)]
    pub(super) organization: Option<Identified>,
}

/// A seat of which only the account's id can be read.
#[derive(Deserialize)]
pub(super) struct AssignedRow {
    pub(super) assignee: Option<Identified>,
}

/// Where a report's files are. The addresses are signed and end soon.
#[derive(Deserialize)]
pub(super) struct ReportAnswer {
    pub(super) download_links: Vec<String>,
}

/// What is counted, in every row and every part of one.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counted {
    #[serde(deserialize_with = "odd::count")]
    pub(super) user_initiated_interaction_count: u64,
    #[serde(deserialize_with = "odd::count")]
    pub(super) code_generation_activity_count: u64,
    #[serde(deserialize_with = "odd::count")]
    pub(super) code_acceptance_activity_count: u64,
    #[serde(deserialize_with = "odd::count")]
    pub(super) loc_suggested_to_add_sum: u64,
    #[serde(deserialize_with = "odd::count")]
    pub(super) loc_added_sum: u64,
}

/// Whose row it is. Organisations' rows name the enterprise, too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whose {
    #[serde(deserialize_with = "odd::text")]
    pub(super) organization_id: Option<String>,
    /// What some reports call the same.
    #[serde(deserialize_with = "odd::text")]
    pub(super) org_id: Option<String>,
    #[serde(deserialize_with = "odd::text")]
    pub(super) enterprise_id: Option<String>,
    #[serde(deserialize_with = "odd::text")]
    pub(super) entity_id_partition: Option<String>,
}

/// A part of a row's counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PartRow {
    #[serde(deserialize_with = "odd::text")]
    pub(super) ide: Option<String>,
    #[serde(deserialize_with = "odd::text")]
    pub(super) language: Option<String>,
    #[serde(deserialize_with = "odd::text")]
    pub(super) model: Option<String>,
    #[serde(deserialize_with = "odd::text")]
    pub(super) feature: Option<String>,
    #[serde(flatten)]
    pub(super) counted: Counted,
}

/// What an organisation or enterprise did on a day. The 28-day reports wrap such rows in `day_totals`.
#[derive(Debug, Deserialize)]
pub(super) struct EntityRow {
    #[serde(default)]
    pub(super) day: Option<Date>,
    #[serde(flatten)]
    pub(super) whose: Whose,
    #[serde(flatten)]
    pub(super) counted: Counted,
    #[serde(default, deserialize_with = "odd::number")]
    pub(super) daily_active_users: Option<u64>,
    #[serde(default, deserialize_with = "odd::number")]
    pub(super) weekly_active_users: Option<u64>,
    #[serde(default, deserialize_with = "odd::number")]
    pub(super) monthly_active_users: Option<u64>,
    #[serde(default)]
    pub(super) totals_by_ide: Option<Vec<PartRow>>,
    #[serde(default)]
    pub(super) totals_by_feature: Option<Vec<PartRow>>,
    #[serde(default)]
    pub(super) totals_by_language_feature: Option<Vec<PartRow>>,
    #[serde(default)]
    pub(super) totals_by_language_model: Option<Vec<PartRow>>,
    #[serde(default)]
    pub(super) totals_by_model_feature: Option<Vec<PartRow>>,
    #[serde(default)]
    pub(super) day_totals: Option<Vec<EntityRow>>,
}

/// What a person did on a day.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "GitHub's own")]
pub(super) struct UserRow {
    #[serde(deserialize_with = "odd::number")]
    pub(super) user_id: Option<u64>,
    #[serde(default)]
    pub(super) day: Option<Date>,
    #[serde(flatten)]
    pub(super) whose: Whose,
    #[serde(flatten)]
    pub(super) counted: Counted,
    #[serde(default, deserialize_with = "odd::flag")]
    pub(super) used_agent: bool,
    #[serde(default, deserialize_with = "odd::flag")]
    pub(super) used_copilot_coding_agent: bool,
    #[serde(default, deserialize_with = "odd::flag")]
    pub(super) used_copilot_cloud_agent: bool,
    #[serde(default, deserialize_with = "odd::flag")]
    pub(super) used_chat: bool,
    #[serde(default, deserialize_with = "odd::flag")]
    pub(super) used_cli: bool,
    #[serde(default, deserialize_with = "odd::flag")]
    pub(super) used_copilot_code_review_active: bool,
}

/// A team that a person was in on a day.
#[derive(Debug, Deserialize)]
pub(super) struct TeamRow {
    #[serde(deserialize_with = "odd::number")]
    pub(super) user_id: Option<u64>,
    #[serde(deserialize_with = "odd::number")]
    pub(super) team_id: Option<u64>,
    #[serde(default)]
    pub(super) day: Option<Date>,
}
