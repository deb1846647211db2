//! Where a run stands: a position in an order, whatever the organization's size.

use crate::{Connection, Cursor};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// All directories of an organization, in the place of one directory's id.
pub(super) const ALL_DIRECTORIES: &str = "-";

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for: the version of all its facts.
    pub(super) started: Timestamp,
    /// What to read next.
    pub(super) step: Step,
}

impl Position {
    /// Where a run begins.
    pub(super) fn first(connection: &Connection, now: Timestamp) -> Self {
        let step = match &connection.settings.organization {
            Some(organization) => Step::Directories(DirectoriesStep::of(organization.clone())),
            None => Step::Organizations(OrganizationsStep::default()),
        };
        // Milliseconds are what the store keeps.
        Self { started: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now), step }
    }

    /// A cursor of another version counts as none: the run starts again, which costs calls and loses nothing.
    pub(super) fn from_cursor(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(cursor).ok()
    }
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// The organizations of the key: there must be one.
    Organizations(OrganizationsStep),
    /// The organization's directories.
    Directories(DirectoriesStep),
    /// Groups.
    Groups(GroupsStep),
    /// Users with their products and groups.
    Users(UsersStep),
    /// The seats of one product after the other, in order of the products' keys: those that vanished are gone.
    SweepSeats(SweepStep),
    /// The members of one group after the other, in order of the groups' ids: those that vanished are gone.
    SweepMembers(SweepStep),
}

impl Step {
    /// Calls it takes.
    pub(super) const fn calls(&self) -> u32 {
        match self {
            Self::Organizations(_) | Self::Directories(_) | Self::Groups(_) | Self::Users(_) => 1,
            Self::SweepSeats(_) | Self::SweepMembers(_) => 0,
        }
    }

    /// What it reads, in words.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Organizations(_) => "organization",
            Self::Directories(_) => "directories",
            Self::Groups(_) => "groups",
            Self::Users(_) => "users",
            Self::SweepSeats(_) => "seats",
            Self::SweepMembers(_) => "group members",
        }
    }
}

/// Where a listing stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct At {
    /// Number of pages read.
    #[serde(default)]
    pub(super) page: u32,
    /// The vendor's cursor of the next one; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<String>,
    /// The listing was begun again, since the vendor did not know its own cursor any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) again: bool,
}

/// Listing the key's organizations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OrganizationsStep {
    /// Which page.
    pub(super) at: At,
    /// The first one found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<String>,
}

/// Listing directories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DirectoriesStep {
    /// The organization's id.
    pub(super) organization: String,
    /// Which page.
    pub(super) at: At,
    /// The first one found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<String>,
}

impl DirectoriesStep {
    /// The first page.
    pub(super) fn of(organization: String) -> Self {
        Self { organization, at: At::default(), found: None }
    }
}

/// Whose users and groups are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The organization's id.
    pub(super) organization: String,
    /// The only directory's id, or [`ALL_DIRECTORIES`].
    pub(super) directory: String,
}

/// Listing groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupsStep {
    /// Of what.
    pub(super) place: Place,
    /// Which page.
    pub(super) at: At,
    /// Groups read.
    pub(super) done: u64,
    /// Some group could not even be told apart: none has vanished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
}

/// Listing users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UsersStep {
    /// Of what.
    pub(super) place: Place,
    /// Which page.
    pub(super) at: At,
    /// Users read.
    pub(super) done: u64,
    /// Some user could not even be told apart: nobody has vanished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
    /// What users' products are known of.
    #[serde(default)]
    pub(super) products: Known,
    /// What users' groups are known of.
    #[serde(default)]
    pub(super) groups: Known,
}

/// Whether lists inside users tell what has vanished from them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// Some user had such a list: the vendor gave what was asked for.
    #[serde(default)]
    pub(super) told: bool,
    /// Some entry could not be read.
    #[serde(default)]
    pub(super) unsure: bool,
}

impl Known {
    /// Whether what was on no list is gone.
    pub(super) const fn is_whole(self) -> bool {
        self.told && !self.unsure
    }
}

/// Ending listings, without calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SweepStep {
    /// Those after this one; `None` from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// How many were ended.
    #[serde(default)]
    pub(super) done: u64,
    /// Whether the members of groups can be told, too.
    #[serde(default)]
    pub(super) members: bool,
}
