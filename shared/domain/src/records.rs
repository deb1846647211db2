//! Facts beside pull requests: issues, sprints, boards, seats, daily usage and storage.
//!
//! Each is told whole, by one source: a newer telling replaces an older one, and of two of the same instant the larger
//! wins, so that order and repetition make no difference. Field order matters: `seen_at` comes first in every one of
//! them, and `Ord` decides.

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

/// A project of an issue tracker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Project {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// What its issues' keys begin with: `RAIL`.
    pub key: String,
    /// Display name.
    pub name: String,
}

/// What a status means, whatever it is called in the site's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusCategory {
    /// Not begun.
    ToDo,
    /// Begun.
    InProgress,
    /// Finished.
    Done,
    /// A status whose category the vendor does not tell, such as a deleted one.
    Unknown,
}

/// Story points in thousandths: the vendor's numbers have fractions, and facts must compare exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(pub i64);

/// An issue with its history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Issue {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when the vendor no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// Its project.
    pub project: VendorId,
    /// Present key: `RAIL-17`. It changes when the issue moves to another project.
    pub key: String,
    /// Title.
    pub title: String,
    /// The issue type's name (`Story`, `Fehler`).
    pub issue_type: String,
    /// The status' name, in the site's language.
    pub status: String,
    /// What the status means.
    pub category: StatusCategory,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<VendorId>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<VendorId>,
    /// Estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Sprints it is in or was in, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sprints: Vec<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed, by the vendor's clock.
    pub updated_at: Timestamp,
    /// When the vendor set its resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// Changes of status, sprints and points, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<IssueChange>,
}

/// One change of an issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IssueChange {
    /// When.
    pub at: Timestamp,
    /// The vendor's id of the change: orders those of one instant.
    pub id: u64,
    /// What changed.
    #[serde(flatten)]
    pub what: IssueChangeKind,
}

/// What changed in an issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum IssueChangeKind {
    /// The status.
    Status {
        /// What the old status means.
        from: StatusCategory,
        /// What the new status means.
        to: StatusCategory,
    },
    /// The sprints it is in, by id.
    Sprints {
        /// Before.
        from: Vec<u64>,
        /// After.
        to: Vec<u64>,
    },
    /// The estimate.
    Points {
        /// Before.
        from: Option<Points>,
        /// After.
        to: Option<Points>,
    },
}

/// Where a sprint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SprintState {
    /// Not begun.
    Future,
    /// Under way.
    Active,
    /// Completed.
    Closed,
}

/// A sprint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sprint {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// The board it was made on.
    pub board: VendorId,
    /// Display name.
    pub name: String,
    /// Where it stands.
    pub state: SprintState,
    /// When it began, or is planned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Timestamp>,
    /// When it is planned to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_at: Option<Timestamp>,
    /// When it was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Board {
    /// When the vendor said so: the version.
    pub seen_at: Timestamp,
    /// Set when a complete listing no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<Timestamp>,
    /// Which one.
    pub id: VendorId,
    /// Display name.
    pub name: String,
    /// `scrum`, `kanban`, `simple`; `trello` for Trello's.
    pub board_type: String,
    /// The project (Jira) or organisation (Trello) it belongs to, by the vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Archived.
    #[serde(default)]
    pub closed: bool,
    /// When something last happened on it, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_activity_at: Option<Timestamp>,
    /// How many members it has, where the vendor tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
}

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
