//! One company as all its vendors see it: the people of the demo organization with their accounts, gaps and
//! mismatches, and the right answers to what a product may ask about them.

mod github;
mod make;
mod truth;

pub use make::company;
pub(crate) use make::slack_id;
pub use truth::{Link, VendorAccount};

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use std::collections::BTreeMap;

/// The company, at the instant `now`.
#[derive(Debug, Clone, Serialize)]
pub struct Company {
    /// When it looks like this.
    pub now: Timestamp,
    /// Login of its organization at GitHub, name of its site at Atlassian, and of its server at JFrog.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// The domain of its e-mail addresses, which the vendors have verified.
    pub domain: String,
    /// Everybody who works there or did.
    pub people: Vec<Person>,
    /// Accounts at Atlassian that are no person of the company: apps and the service desk's customers.
    pub other_atlassian: Vec<AtlassianAccount>,
    /// Bots, guests and deleted users in Slack that are no person of the company.
    pub other_slack: Vec<SlackAccount>,
    /// Accounts at JFrog that are no person: build servers.
    pub other_jfrog: Vec<JfrogAccount>,
}

/// Somebody.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Full name, as the person writes it.
    pub name: String,
    /// Work e-mail.
    pub email: String,
    /// When the person came.
    pub joined_at: Timestamp,
    /// When the person left.
    pub left_at: Option<Timestamp>,
    /// Account at GitHub.
    pub github: Option<GithubAccount>,
    /// Copilot seat.
    pub copilot: Option<CopilotSeat>,
    /// Accounts at Atlassian: the one in use first.
    pub atlassian: Vec<AtlassianAccount>,
    /// Slack user.
    pub slack: Option<SlackAccount>,
    /// User at JFrog.
    pub jfrog: Option<JfrogAccount>,
    /// Member at Trello.
    pub trello: Option<TrelloAccount>,
}

/// An account at GitHub, as `demo::organization` makes it.
#[derive(Debug, Clone, Serialize)]
pub struct GithubAccount {
    /// Its id.
    pub id: u64,
    /// Its login.
    pub login: String,
    /// Whether it is a member of the organization, and so uses a licence of GitHub Enterprise.
    pub member: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Slugs of the teams it is in.
    pub teams: Vec<String>,
    /// Ids of the teams that it maintains, by their slugs.
    pub maintains: BTreeMap<String, u64>,
    /// Whether it owns the organization.
    pub owner: bool,
    /// The e-mail that its profile, and so its commits, show.
    pub email: Option<String>,
}

/// A Copilot seat.
#[derive(Debug, Clone, Serialize)]
pub struct CopilotSeat {
    /// When it was assigned.
    pub assigned_at: Timestamp,
    /// When Copilot was last used.
    pub last_activity_at: Option<Timestamp>,
    /// With what.
    pub editor: Option<String>,
    /// The day on which the seat ends, where somebody cancelled it.
    pub pending_cancellation: Option<Date>,
    /// Slugs of the teams that grant it; none: it was assigned to the person.
    pub granted_by: Vec<String>,
}

/// What Atlassian types an account as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AtlassianKind {
    /// A person.
    Atlassian,
    /// An app.
    App,
    /// A customer of the service desk.
    Customer,
}

impl AtlassianKind {
    /// As the APIs write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Atlassian => "atlassian",
            Self::App => "app",
            Self::Customer => "customer",
        }
    }
}

/// An account at Atlassian.
#[derive(Debug, Clone, Serialize)]
pub struct AtlassianAccount {
    /// Its id, which all products share.
    pub id: String,
    /// What it is.
    pub kind: AtlassianKind,
    /// The name it shows, which may be a nickname, initials or the family name first.
    pub name: String,
    /// Its e-mail, which the organization's administration sees.
    pub email: Option<String>,
    /// Whether Jira shows the e-mail, too.
    pub email_shown: bool,
    /// Whether it can log in.
    pub active: bool,
    /// Whether its membership in the organization is suspended.
    pub suspended: bool,
    /// When it came into the organization.
    pub added_at: Timestamp,
    /// What it may use.
    pub products: Vec<ProductSeat>,
}

/// Access to a product of Atlassian.
#[derive(Debug, Clone, Serialize)]
pub struct ProductSeat {
    /// `jira-software` or `confluence`.
    pub product: &'static str,
    /// When it was last used.
    pub last_active_at: Option<Timestamp>,
}

/// A Slack user.
#[derive(Debug, Clone, Serialize)]
pub struct SlackAccount {
    /// Its id.
    pub id: String,
    /// Handle.
    pub handle: String,
    /// Full name in the profile.
    pub real_name: String,
    /// The name it shows; may be empty.
    pub display_name: String,
    /// E-mail; bots have none.
    pub email: Option<String>,
    /// A bot.
    pub bot: bool,
    /// Deactivated.
    pub deleted: bool,
    /// A guest.
    pub guest: bool,
}

/// A user at JFrog.
#[derive(Debug, Clone, Serialize)]
pub struct JfrogAccount {
    /// User name.
    pub username: String,
    /// E-mail.
    pub email: Option<String>,
    /// `saml` or `internal`.
    pub realm: &'static str,
    /// `enabled`, `disabled`, `invited` or `locked`.
    pub status: &'static str,
    /// An administrator.
    pub admin: bool,
    /// When the user last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// A member at Trello.
#[derive(Debug, Clone, Serialize)]
pub struct TrelloAccount {
    /// Its id.
    pub id: String,
    /// User name.
    pub username: String,
    /// The name it shows.
    pub full_name: String,
    /// When it was last active.
    pub last_active_at: Option<Timestamp>,
    /// Whether the workspace deactivated it.
    pub deactivated: bool,
    /// Whether it never confirmed the invitation.
    pub unconfirmed: bool,
}

#[cfg(test)]
mod tests;
