//! GitHub: REST, GraphQL executed against the published schema, webhooks, budgets and faults.

mod budget;
mod control;
mod exchange;
mod graphql;
mod json;
mod model;
mod reply;
mod rest;
mod server;
mod settings;
mod state;
mod story;
mod verb;
mod verbs;
pub mod webhook;

pub use budget::Budget;
pub use model::{
    Commit, DraftEvent, DraftKind, Organization, PullRequest, Repository, Review, ReviewState, Role, Team, User,
    UserKind,
};
pub use server::GithubServer;
pub use settings::{Settings, WebhookTarget};
pub(crate) use state::whole_seconds;
pub use state::{State, TOKEN};
pub use verb::{Change, Entry, NewCommit, NewPullRequest, Verb};
pub use verbs::Refused;

#[cfg(test)]
mod tests;
