//! What a team has, as tables: which there are, what their columns hold, whose each row is, and how they are written.
//!
//! Nothing here knows who asks: a [`Page`] gets the [`Sight`](plumbline_auth::Sight) of whoever does, and hides the rows
//! that it does not have.

mod audit;
mod belonging;
mod cursor;
mod identities;
mod page;
mod people;
mod proof;
mod record_rows;
mod records;
mod rows;
mod surveys;
mod users;
mod walk;
mod whose;

pub use audit::{COLUMNS as AUDIT_COLUMNS, of_entry, of_entry_about};
pub use belonging::belonging;
pub use cursor::Cursor;
pub use page::{Cell, Format, Page, Table, Writer};
pub use people::People;
pub use proof::Proof;
pub use rows::{Row, Whose};
pub use surveys::{MY_COLUMNS as MY_SURVEY_COLUMNS, TEAM_COLUMNS as SURVEY_COLUMNS, of_mine, of_survey};
pub use users::{COLUMNS as USER_COLUMNS, of_user};
pub use whose::{own_accounts, own_member};

use jiff::{Timestamp, civil::Date};
use plumbline_domain::{Clock, RecordKind};
use plumbline_store::{Store, StoreError, Team};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cursor is not one of this table.
    #[error("the cursor is not one of this export")]
    ForeignCursor,
    /// The facts could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rows could not be written.
    #[error("writing rows")]
    Write(#[source] anyhow::Error),
}

/// A kind of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportKind)]
pub enum Kind {
    /// Pull requests.
    PullRequests,
    /// Submitted reviews.
    Reviews,
    /// Commits of pull requests and of default branches.
    Commits,
    /// The team's people.
    Members,
    /// Issues.
    Issues,
    /// Sprints.
    Sprints,
    /// Accounts' seats of products.
    Seats,
    /// Daily usage of products, by account and whole, and what the whole is made of.
    UsageDaily,
    /// How full repositories of artifacts were, day by day.
    Storage,
    /// Boards.
    Boards,
    /// Groups and who is in them.
    Groups,
    /// Accounts at all vendors with the person each belongs to.
    Identities,
}

/// Which part of a table a range of days chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeRule {
    /// Rows with an instant in the team's days.
    Instants,
    /// Rows of the vendor's days.
    Days,
    /// None: all of it is there, whatever is asked.
    Ignored,
    /// None: a range is refused.
    Refused,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::PullRequests,
        Self::Reviews,
        Self::Commits,
        Self::Members,
        Self::Issues,
        Self::Sprints,
        Self::Seats,
        Self::UsageDaily,
        Self::Storage,
        Self::Boards,
        Self::Groups,
        Self::Identities,
    ];

    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PullRequests => "pull_requests",
            Self::Reviews => "reviews",
            Self::Commits => "commits",
            Self::Members => "members",
            Self::Issues => "issues",
            Self::Sprints => "sprints",
            Self::Seats => "seats",
            Self::UsageDaily => "usage_daily",
            Self::Storage => "storage",
            Self::Boards => "boards",
            Self::Groups => "groups",
            Self::Identities => "identities",
        }
    }

    pub(crate) const fn is_of_repositories(self) -> bool {
        matches!(self, Self::PullRequests | Self::Reviews | Self::Commits)
    }

    /// The records that it lists, if it lists records.
    pub(crate) const fn records(self) -> Option<RecordKind> {
        Some(match self {
            Self::Issues => RecordKind::Issue,
            Self::Sprints => RecordKind::Sprint,
            Self::Seats => RecordKind::Seat,
            Self::UsageDaily => RecordKind::Usage,
            Self::Storage => RecordKind::Storage,
            Self::Boards => RecordKind::Board,
            _ => return None,
        })
    }

    /// What a range of days does to it.
    pub const fn range_rule(self) -> RangeRule {
        match self {
            Self::PullRequests | Self::Reviews | Self::Commits | Self::Issues | Self::Sprints => RangeRule::Instants,
            Self::UsageDaily | Self::Storage => RangeRule::Days,
            Self::Members => RangeRule::Ignored,
            Self::Seats | Self::Boards | Self::Groups | Self::Identities => RangeRule::Refused,
        }
    }

    /// Names of its columns.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::PullRequests => &rows::PULL_REQUEST_COLUMNS,
            Self::Reviews => &rows::REVIEW_COLUMNS,
            Self::Commits => &rows::COMMIT_COLUMNS,
            Self::Members => &rows::MEMBER_COLUMNS,
            Self::Issues => &record_rows::ISSUE_COLUMNS,
            Self::Sprints => &record_rows::SPRINT_COLUMNS,
            Self::Seats => &record_rows::SEAT_COLUMNS,
            Self::UsageDaily => &record_rows::USAGE_COLUMNS,
            Self::Storage => &record_rows::STORAGE_COLUMNS,
            Self::Boards => &record_rows::BOARD_COLUMNS,
            Self::Groups => &record_rows::GROUP_COLUMNS,
            Self::Identities => &identities::COLUMNS,
        }
    }
}

/// The instants between which rows are listed; `None` is no bound.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    /// From this one on.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    /// The days that were asked for, both inclusive.
    pub days: (Option<Date>, Option<Date>),
}

impl Window {
    pub(crate) fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// Where rows come from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The facts.
    pub store: &'a Store,
    /// Tells when a page is over.
    pub clock: &'a Clock,
    /// Whose.
    pub team: &'a Team,
    /// What rows call accounts.
    pub people: &'a People,
}

impl Source<'_> {
    /// Fills the page with a table's rows from `cursor` on; where the next page begins, or `None` at the end.
    pub async fn fill(
        self,
        kind: Kind,
        window: Window,
        cursor: Option<Cursor>,
        page: &mut Page<'_>,
    ) -> Result<Option<Cursor>, Error> {
        let Self { store, clock, team, people } = self;
        let team = &team.id;
        if kind == Kind::Members {
            walk::members(people, cursor, page)
        } else if kind == Kind::Identities {
            identities::rows(&store.assignment(team).await?, people, cursor, page)
        } else if kind == Kind::Groups {
            let (groups, memberships) = store.load_groups(team).await?;
            records::groups(groups, memberships, people, cursor, page)
        } else if let Some(records) = kind.records() {
            let walk = records::Walk::new((store, clock), team, kind, records, window, people);
            Box::pin(walk).await?.run(cursor, page).await
        } else {
            walk::Walk { store, clock, team, kind, window, people }.run(cursor, page).await
        }
    }
}
