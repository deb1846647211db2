//! Who asks: the account or installation that a token belongs to, and what it may see.

use super::{app::Issued, model::Repository, state::State};
use crate::service::Reply;
use jiff::Timestamp;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    /// The login; an installation has none.
    pub(super) login: &'a str,
    /// A classic personal access token, which alone opens some of an enterprise's pages.
    pub(super) classic: bool,
    /// A fine-grained personal access token.
    pub(super) fine_grained: bool,
    /// What a person authorized the app to use.
    pub(super) authorized_app: bool,
    /// An installation's token.
    pub(super) installation: Option<&'a Issued>,
}

/// One permission of several that open a path, or none that would.
enum Needed {
    Nothing,
    OneOf(&'static [&'static str]),
    AnAccount,
}

impl<'a> Caller<'a> {
    /// `None` for tokens that nobody has, or that are over.
    pub(super) fn of(state: &'a State, token: &str, now: Timestamp) -> Option<Self> {
        if let Some(issued) = state.app.issued(token, now) {
            let (classic, fine_grained, authorized_app) = (false, false, false);
            return Some(Self { login: "", classic, fine_grained, authorized_app, installation: Some(issued) });
        }
        let login = state.tokens.get(token)?;
        let classic = token.starts_with("ghp_") || token.contains("classic");
        let (fine_grained, authorized_app) = (token.starts_with("github_pat_"), token.starts_with("ghu_"));
        Some(Self { login, classic, fine_grained, authorized_app, installation: None })
    }

    /// Whose budget it spends: an installation has one for all its tokens.
    pub(super) fn holder(&self, token: &str) -> String {
        self.installation.map_or_else(|| token.to_owned(), |issued| format!("installation {}", issued.installation))
    }

    /// Whether an installation's selection has this repository; accounts see all.
    pub(super) fn sees(&self, repository: &Repository) -> bool {
        self.installation.is_none_or(|issued| State::selected(issued.repositories.as_ref(), repository.id))
    }

    /// Whether an installation has this permission; accounts have all.
    pub(super) fn may(&self, permission: &str) -> bool {
        self.installation.is_none_or(|issued| issued.permissions.contains_key(permission))
    }

    /// Refuses an installation that is suspended or lacks the permission, naming the one that was needed.
    pub(super) fn refused(&self, state: &State, path: &str) -> Option<Reply> {
        let issued = self.installation?;
        let installation = state.app.installations.get(&issued.installation);
        if installation.is_none_or(|installation| installation.suspended_at.is_some()) {
            return Some(Reply::error(403, "This installation has been suspended"));
        }
        match needed(path) {
            Needed::Nothing => None,
            Needed::AnAccount => Some(Reply::error(403, "Resource not accessible by integration")),
            Needed::OneOf(names) if names.iter().any(|name| self.may(name)) => None,
            Needed::OneOf(names) => {
                let accepted: Vec<String> = names.iter().map(|name| format!("{name}=read")).collect();
                let reply = Reply::error(403, "Resource not accessible by integration");
                Some(reply.with("x-accepted-github-permissions", accepted.join("; ")))
            }
        }
    }
}

fn needed(path: &str) -> Needed {
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        ["user", ..] | ["enterprises", _, "consumed-licenses"] => Needed::AnAccount,
        ["orgs" | "organizations", _, "members" | "teams" | "team", ..] => Needed::OneOf(&["members"]),
        ["orgs" | "organizations", _, "copilot", "billing", ..] => {
            Needed::OneOf(&["organization_copilot_seat_management", "organization_administration"])
        }
        ["orgs" | "organizations", _, "copilot", "metrics", ..] => Needed::OneOf(&["organization_copilot_metrics"]),
        ["enterprises", _, "copilot", "billing", ..] => Needed::OneOf(&["enterprise_copilot_license_management"]),
        ["enterprises", _, "copilot", "metrics", ..] => Needed::OneOf(&["enterprise_copilot_metrics"]),
        ["repos", _, _, "pulls", ..] | ["repositories", _, "pulls", ..] => Needed::OneOf(&["pull_requests"]),
        ["repos", _, _, "commits", ..] | ["repositories", _, "commits", ..] => Needed::OneOf(&["contents"]),
        _ => Needed::Nothing,
    }
}
