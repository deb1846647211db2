//! The words for who may do what. The rules are in `shared/auth`.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A text that names no role, or no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is nothing of this name")]
pub struct UnknownName;

/// What somebody is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees the team's numbers and their own rows.
    Developer,
    /// Sees the rows of the groups they lead, too.
    Lead,
    /// Sees and decides everything in the team.
    Admin,
}

impl Role {
    /// All roles, the one that may least first.
    pub const ALL: [Self; 3] = [Self::Developer, Self::Lead, Self::Admin];

    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Lead => "lead",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownName)
    }
}

/// What an API token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The team's numbers.
    Metrics,
    /// Rows about people: exports, identities.
    People,
    /// Starting syncs.
    Sync,
    /// Connections and settings.
    Settings,
    /// Reading the audit log.
    Audit,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 5] = [Self::Metrics, Self::People, Self::Sync, Self::Settings, Self::Audit];

    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::People => "people",
            Self::Sync => "sync",
            Self::Settings => "settings",
            Self::Audit => "audit",
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!(("owner".parse::<Role>(), "all".parse::<Scope>()), (Err(UnknownName), Err(UnknownName)));
    }
}
