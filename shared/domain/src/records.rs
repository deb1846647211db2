//! Facts beside pull requests: issues, sprints, boards, seats, daily usage and storage.
//!
//! Each is told whole, by one source: a newer telling replaces an older one, and of two of the same instant the larger
//! wins, so that order and repetition make no difference. Field order matters: `seen_at` comes first in every one of
//! them, and `Ord` decides.

mod licences;
mod work;

pub use licences::{ActiveUsers, Dimension, Seat, Storage, Usage, UsageCounts, UsagePart};
pub use work::{Board, Issue, IssueChange, IssueChangeKind, Points, Project, Sprint, SprintState, StatusCategory};

use crate::ids::{Provider, VendorId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A project of an issue tracker.
    Project(Project),
    /// An issue.
    Issue(Box<Issue>),
    /// A sprint.
    Sprint(Sprint),
    /// A board.
    Board(Board),
    /// An account's assignment to a product.
    Seat(Seat),
    /// What one account, or everybody, did with a product on one day.
    Usage(Box<Usage>),
    /// How full a repository of artifacts was on one day.
    Storage(Storage),
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// [`Project`]
    Project,
    /// [`Issue`]
    Issue,
    /// [`Sprint`]
    Sprint,
    /// [`Board`]
    Board,
    /// [`Seat`]
    Seat,
    /// [`Usage`]
    Usage,
    /// [`Storage`]
    Storage,
}

impl RecordKind {
    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Issue => "issue",
            Self::Sprint => "sprint",
            Self::Board => "board",
            Self::Seat => "seat",
            Self::Usage => "usage",
            Self::Storage => "storage",
        }
    }
}

/// Records that lie together: those of one kind and scope are read in one go, in order of their ids.
///
/// | kind | scope |
/// |---|---|
/// | project, sprint, board | the provider: `jira` |
/// | issue | the project's id: `jira:10001` |
/// | seat | the product: `copilot` |
/// | usage | the product and the month: `copilot:2026-11` |
/// | storage | the provider and the month: `jfrog:2026-11` |
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Shelf {
    /// Of what kind.
    pub kind: RecordKind,
    /// Of what, see the table.
    pub scope: String,
}

impl Shelf {
    /// A shelf.
    pub fn new(kind: RecordKind, scope: impl fmt::Display) -> Self {
        Self { kind, scope: scope.to_string() }
    }

    /// The shelf of a month's daily records.
    pub fn month(kind: RecordKind, of: impl fmt::Display, day: Date) -> Self {
        Self { kind, scope: format!("{of}:{:04}-{:02}", day.year(), day.month()) }
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.scope)
    }
}

/// What a vendor lists whole, so that what is missing in it is gone. The ids of its things: a record's own
/// ([`Record::id`]), an account's or group's vendor id (`jfrog:ada`), of memberships the account's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// The records of a shelf.
    Shelf(Shelf),
    /// A provider's accounts.
    Accounts(Provider),
    /// A provider's groups.
    Groups(Provider),
    /// The members of a group.
    Memberships(VendorId),
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shelf(shelf) => write!(f, "shelf {shelf}"),
            Self::Accounts(provider) => write!(f, "accounts {provider}"),
            Self::Groups(provider) => write!(f, "groups {provider}"),
            Self::Memberships(group) => write!(f, "memberships {group}"),
        }
    }
}

impl Record {
    /// What it is.
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Project(_) => RecordKind::Project,
            Self::Issue(_) => RecordKind::Issue,
            Self::Sprint(_) => RecordKind::Sprint,
            Self::Board(_) => RecordKind::Board,
            Self::Seat(_) => RecordKind::Seat,
            Self::Usage(_) => RecordKind::Usage,
            Self::Storage(_) => RecordKind::Storage,
        }
    }

    /// Where it lies.
    pub fn shelf(&self) -> Shelf {
        match self {
            Self::Project(project) => Shelf::new(RecordKind::Project, project.id.provider),
            Self::Issue(issue) => Shelf::new(RecordKind::Issue, &issue.project),
            Self::Sprint(sprint) => Shelf::new(RecordKind::Sprint, sprint.id.provider),
            Self::Board(board) => Shelf::new(RecordKind::Board, board.id.provider),
            Self::Seat(seat) => Shelf::new(RecordKind::Seat, &seat.product),
            Self::Usage(usage) => Shelf::month(RecordKind::Usage, &usage.product, usage.day),
            Self::Storage(storage) => Shelf::month(RecordKind::Storage, storage.provider, storage.day),
        }
    }

    /// Its id on the shelf. Daily records begin with their day, so that a range of days is a range of ids.
    pub fn id(&self) -> String {
        match self {
            Self::Project(project) => project.id.id.clone(),
            // Numbers in order of numbers, as far as ids are numbers.
            Self::Issue(issue) => format!("{:0>12}", issue.id.id),
            Self::Sprint(sprint) => format!("{:0>12}", sprint.id.id),
            Self::Board(board) => board.id.id.clone(),
            Self::Seat(seat) => seat.account.to_string(),
            Self::Usage(usage) => match &usage.account {
                Some(account) => format!("{} {account} {}", usage.day, usage.entity),
                None => format!("{} {}", usage.day, usage.entity),
            },
            Self::Storage(storage) => format!("{} {}", storage.day, storage.repository),
        }
    }

    /// The version.
    pub const fn seen_at(&self) -> Timestamp {
        match self {
            Self::Project(project) => project.seen_at,
            Self::Issue(issue) => issue.seen_at,
            Self::Sprint(sprint) => sprint.seen_at,
            Self::Board(board) => board.seen_at,
            Self::Seat(seat) => seat.seen_at,
            Self::Usage(usage) => usage.seen_at,
            Self::Storage(storage) => storage.seen_at,
        }
    }

    /// Since when the vendor no longer has it; daily records never go.
    pub const fn gone_at(&self) -> Option<Timestamp> {
        match self {
            Self::Project(project) => project.gone_at,
            Self::Issue(issue) => issue.gone_at,
            Self::Sprint(sprint) => sprint.gone_at,
            Self::Board(board) => board.gone_at,
            Self::Seat(seat) => seat.gone_at,
            Self::Usage(_) | Self::Storage(_) => None,
        }
    }

    /// The same, told at `at` to be gone.
    #[must_use]
    pub fn gone(mut self, at: Timestamp) -> Self {
        let (seen_at, gone_at) = match &mut self {
            Self::Project(project) => (&mut project.seen_at, &mut project.gone_at),
            Self::Issue(issue) => (&mut issue.seen_at, &mut issue.gone_at),
            Self::Sprint(sprint) => (&mut sprint.seen_at, &mut sprint.gone_at),
            Self::Board(board) => (&mut board.seen_at, &mut board.gone_at),
            Self::Seat(seat) => (&mut seat.seen_at, &mut seat.gone_at),
            Self::Usage(_) | Self::Storage(_) => return self,
        };
        *seen_at = at.max(*seen_at);
        *gone_at = Some(at);
        self
    }

    /// Joins what another telling says: the newer one, of two of the same instant the larger. One of another thing says
    /// nothing.
    pub fn join(&mut self, other: Self) {
        let newer = match (&*self, &other) {
            (Self::Project(known), Self::Project(other)) => other > known,
            (Self::Issue(known), Self::Issue(other)) => other > known,
            (Self::Sprint(known), Self::Sprint(other)) => other > known,
            (Self::Board(known), Self::Board(other)) => other > known,
            (Self::Seat(known), Self::Seat(other)) => other > known,
            (Self::Usage(known), Self::Usage(other)) => other > known,
            (Self::Storage(known), Self::Storage(other)) => other > known,
            _ => false,
        };
        if newer {
            *self = other;
        }
    }

    /// Whether both say the same, whenever it was seen; since when it is gone counts as little.
    pub fn same(&self, other: &Self) -> bool {
        fn unseen(record: &Record) -> Record {
            let mut record = record.clone();
            let epoch = Timestamp::UNIX_EPOCH;
            let gone = |gone_at: Option<Timestamp>| gone_at.map(|_| epoch);
            match &mut record {
                Record::Project(project) => (project.seen_at, project.gone_at) = (epoch, gone(project.gone_at)),
                Record::Issue(issue) => (issue.seen_at, issue.gone_at) = (epoch, gone(issue.gone_at)),
                Record::Sprint(sprint) => (sprint.seen_at, sprint.gone_at) = (epoch, gone(sprint.gone_at)),
                Record::Board(board) => (board.seen_at, board.gone_at) = (epoch, gone(board.gone_at)),
                Record::Seat(seat) => (seat.seen_at, seat.gone_at) = (epoch, gone(seat.gone_at)),
                Record::Usage(usage) => usage.seen_at = epoch,
                Record::Storage(storage) => storage.seen_at = epoch,
            }
            record
        }
        unseen(self) == unseen(other)
    }
}
