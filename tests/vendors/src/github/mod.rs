//! GitHub: REST, GraphQL executed against the published schema, webhooks, budgets and faults.

mod app;
mod caller;
mod control;
mod door;
mod exchange;
mod graphql;
mod json;
mod merging;
mod model;
mod reply;
mod reports;
mod rest;
mod seats;
mod server;
mod settings;
mod state;
mod story;
mod usage;
mod verb;
mod verbs;
pub mod webhook;

pub use crate::service::Budget;
pub use app::{
    APP_ID, APP_SLUG, App, CLIENT_ID, CLIENT_SECRET, INSTALLATION, Installation, InstallationChange, app_jwt,
    app_private_key,
};
pub(crate) use merging::TOOLS;
pub use model::{
    Commit, DraftEvent, DraftKind, Organization, PullRequest, Repository, Review, ReviewState, Role, Team, User,
    UserKind,
};
pub use seats::{Enterprise, Seat};
pub use server::GithubServer;
pub use settings::{Settings, WebhookTarget};
pub use state::{CLASSIC_TOKEN, State, TOKEN};
pub use usage::{CopilotDay, Counts, SETTLED_AFTER_DAYS, copilot_day};
pub use verb::{Change, Entry, NewCommit, NewPullRequest, Verb};
pub use verbs::Refused;

#[cfg(test)]
mod tests;
