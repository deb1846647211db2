//! What Plumbline talks about: ids, facts, the compact rows computed from them, and the messages between functions.
//!
//! No I/O and no vendor's field names: connectors translate into these types, the store writes them down.

pub mod access;
pub mod clock;
pub mod daily;
pub mod erased;
pub mod erasing;
pub mod facts;
pub mod flow;
pub mod ids;
pub mod jobs;
pub mod long_job;
pub mod pull_request;
pub mod records;
pub mod survey;
pub mod work;

pub use access::{Role, Scope, UnknownName};
pub use clock::Clock;
pub use daily::{next_daily, parse_time};
pub use erased::{Erased, Person, Salt, Tombstone};
pub use erasing::Erase;
pub use facts::{Account, BranchCommit, CommitPage, Email, Fact, Group, Membership, Repository};
pub use flow::{FlowRow, MOST_ISSUE_PROJECTS, Reviewer, project_hash};
pub use ids::{GrantId, IdError, MemberId, Provider, PullRequestKey, RepositoryKey, RunId, TeamId, UserId, VendorId};
pub use jobs::{MergedPullRequest, SyncJob, WebhookFacts};
pub use long_job::LongJobMessage;
pub use pull_request::{
    Actor, ActorKind, Commit, CommitList, Committer, DraftEvent, DraftEventKind, DraftHistory, PullRequest, Review,
    ReviewState, Scalars, State,
};
pub use records::{
    ActiveUsers, Board, Dimension, Issue, IssueChange, IssueChangeKind, Listing, Points, Project, Record, RecordKind,
    Seat, Shelf, Sprint, SprintState, StatusCategory, Storage, Usage, UsageCounts, UsagePart,
};
pub use survey::{NotifyMessage, SlackAction, SlackEvent, SurveyMessage};
pub use work::{IssueRow, Span, SprintStay};
