//! What tools cost and how they are used: seats, days of usage, storage.

use crate::ids::{Provider, VendorId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// One account's assignment to a product. A person in two ways licensed for one product has one seat of it; two
/// products are two seats.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seat {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// The product: `copilot`, `github_enterprise`, `jfrog`, `trello`, or Atlassian's own key (`jira-software`).
    pub product: String,
    /// The account it is assigned to.
    pub account: VendorId,
    /// The vendor's word for its state (`active`, `suspended`, `pending_cancellation` ...).
    pub status: String,
    /// Whether it is used up: billable as far as the vendor tells.
    pub used: bool,
    /// The vendor's word for its plan or licence type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// When it was assigned, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_at: Option<Timestamp>,
    /// Last activity, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<Timestamp>,
    /// Where the last activity is from (`copilot: vscode/1.99`, `last login`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_source: Option<String>,
    /// Groups and teams that gave it, by the vendor's ids or names, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted_by: Vec<String>,
}

/// What one account, or a whole organisation, did with a product on one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Usage {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// The product: `copilot`.
    pub product: String,
    /// The day.
    pub day: Date,
    /// Whose; `None` for the whole organisation or enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<VendorId>,
    /// The organisation or enterprise that the report is of: `org:9919`.
    pub entity: String,
    /// What was counted.
    #[serde(flatten)]
    pub counts: UsageCounts,
    /// How many accounts were active that day, the 7 and the 28 days up to it; only of a whole organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<ActiveUsers>,
    /// Ways it was used (`agent`, `chat`, `cli`, `code_review`), in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<String>,
    /// The same counts by language, editor, model and feature, in order; only of a whole organisation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<UsagePart>,
    /// Groups the account was in that day, by the vendor's ids, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<VendorId>,
}

/// Counts of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UsageCounts {
    /// Prompts and other interactions begun by a person.
    pub interactions: u64,
    /// Suggestions made.
    pub suggestions: u64,
    /// Suggestions accepted.
    pub acceptances: u64,
    /// Lines suggested to add.
    pub lines_suggested: u64,
    /// Lines added.
    pub lines_added: u64,
}

/// How many accounts were active.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ActiveUsers {
    /// That day.
    pub day: u64,
    /// In the 7 days up to it, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<u64>,
    /// In the 28 days up to it, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u64>,
}

/// A part of a day's counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UsagePart {
    /// By what.
    pub by: Dimension,
    /// Which one (`rust`, `vscode`).
    pub name: String,
    /// What was counted.
    #[serde(flatten)]
    pub counts: UsageCounts,
}

/// What usage is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Programming language.
    Language,
    /// Editor.
    Editor,
    /// Model.
    Model,
    /// Feature (completion, chat, agent ...).
    Feature,
}

/// How full a repository of artifacts was on one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Storage {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Whose.
    pub provider: Provider,
    /// The day.
    pub day: Date,
    /// The repository's key; empty for the whole server.
    pub repository: String,
    /// `local`, `remote`, `virtual` ..., as the vendor says in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_type: Option<String>,
    /// The kind of packages in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_type: Option<String>,
    /// Bytes used.
    pub bytes: u64,
    /// Artifacts (files) in it.
    pub artifacts: u64,
}
