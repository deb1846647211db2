//! Whose Copilot is read: an organisation's or an enterprise's.

use crate::{Failure, Settings, http::Refused};
use reqwest::StatusCode;

/// One of them, by its name in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope<'a> {
    /// An organisation's login.
    Organization(&'a str),
    /// An enterprise's slug.
    Enterprise(&'a str),
}

impl<'a> Scope<'a> {
    /// What the settings name; the error says what to enter.
    pub(super) fn of(settings: &'a Settings) -> Result<Self, String> {
        let named = |name: &'a Option<String>| name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        match (named(&settings.organization), named(&settings.enterprise)) {
            (Some(organization), None) => Ok(Self::Organization(organization)),
            (None, Some(enterprise)) => Ok(Self::Enterprise(enterprise)),
            (None, None) => {
                Err("name whose Copilot to read: an `organization` by its login, or an `enterprise` by its slug".into())
            }
            (Some(_), Some(_)) => {
                Err("give an `organization` or an `enterprise`, not both: the enterprise's seats and usage include \
                     those of its organizations"
                    .into())
            }
        }
    }

    /// A path below the organisation or enterprise.
    pub(super) fn path<'p>(&self, below: &[&'p str]) -> Vec<&'p str>
    where
        'a: 'p,
    {
        let mut path = match *self {
            Self::Organization(login) => vec!["orgs", login],
            Self::Enterprise(slug) => vec!["enterprises", slug],
        };
        path.extend_from_slice(below);
        path
    }

    /// What its own daily report is called.
    pub(super) const fn report(&self) -> &'static str {
        match self {
            Self::Organization(_) => "organization-1-day",
            Self::Enterprise(_) => "enterprise-1-day",
        }
    }

    /// The key of what it did on a day ([`plumbline_domain::Usage::entity`]).
    pub(super) fn entity(&self, id: &str) -> String {
        match self {
            Self::Organization(_) => format!("org:{id}"),
            Self::Enterprise(_) => format!("enterprise:{id}"),
        }
    }

    /// For people and logs.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Organization(_) => "organization",
            Self::Enterprise(_) => "enterprise",
        }
    }

    /// For people and for marks: `organization acme`.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Organization(login) => format!("organization {login}"),
            Self::Enterprise(slug) => format!("enterprise {slug}"),
        }
    }

    /// Names what a refusal is about, and what to do about it.
    pub(super) fn about(&self, refused: Refused, needed: &str) -> Failure {
        let words = self.words();
        let advice = match refused.status {
            Some(StatusCode::FORBIDDEN) => format!("; the token must be allowed to read {needed}"),
            Some(StatusCode::NOT_FOUND) => format!("; check the name, and that the token may read {needed}"),
            _ => String::new(),
        };
        match refused.failure {
            Failure::Invalid(reason) => Failure::Invalid(format!("{words}: {reason}{advice}")),
            Failure::Unauthorized(reason) => Failure::Unauthorized(format!("{words}: {reason}{advice}")),
            other => other,
        }
    }
}
