//! Atlassian: Jira, the organization's administration, and OAuth. One server plays the site (`SITE.atlassian.net`),
//! the gateway (`api.atlassian.com`) and the authorization server (`auth.atlassian.com`).

mod accounts;
mod admin;
mod agile;
mod auth;
mod changelog;
mod generate;
mod issues;
mod jira;
mod jql;
mod model;
mod scrum;
mod state;
pub mod truth;
mod vendor;

pub use generate::{generate, site};
pub use model::{Board, BoardKind, Category, History, Issue, Item, Project, STATUSES, Sprint, Status};
pub use state::{
    API_TOKEN, CLIENT_ID, CLIENT_SECRET, CLOUD_ID, DIRECTORY_ID, EMAIL, ORGANIZATION_ID, ORGANIZATION_KEY, State,
};
pub use vendor::Knobs;

/// A running simulated Atlassian.
pub type AtlassianServer = crate::service::Server<State>;

#[cfg(test)]
mod tests;
