//! What Plumbline talks about: ids, facts, the compact rows computed from them, and the messages between functions.
//!
//! No I/O and no vendor's field names: connectors translate into these types, the store writes them down.

pub mod clock;
pub mod daily;
pub mod facts;
pub mod flow;
pub mod ids;
pub mod jobs;
pub mod pull_request;

pub use clock::Clock;
pub use daily::{next_daily, parse_time};
pub use facts::{Account, BranchCommit, CommitPage, Fact, Group, Membership, Repository};
pub use flow::{FlowRow, Reviewer};
pub use ids::{IdError, Provider, PullRequestKey, RepositoryKey, RunId, TeamId, VendorId};
pub use jobs::{SyncJob, WebhookFacts};
pub use pull_request::{
    Actor, ActorKind, Commit, CommitList, DraftEvent, DraftEventKind, DraftHistory, PullRequest, Review, ReviewState,
    Scalars, State,
};
