//! Ids are newtypes; each is parsed once, at the edge, and cannot hold a value that would break a key.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Why a text is not an id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdError {
    /// Not 1 to 32 characters of `a-z`, `0-9`, `_`.
    #[error("`{0}` is not an id: use 1 to 32 characters of a-z, 0-9 and _")]
    Shape(String),
    /// No such provider.
    #[error(
        "`{0}` is not a provider: use one of github, github_enterprise, copilot, jira, atlassian, jfrog, trello, slack"
    )]
    Provider(String),
    /// Not `provider:id`.
    #[error("`{0}` is not a vendor id of the form provider:id")]
    VendorId(String),
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let fits = (1..=32).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                if fits { Ok(Self(text.to_owned())) } else { Err(IdError::Shape(text.to_owned())) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A team: the tenant. Every stored item and every query is keyed by it.
    TeamId
);
text_id!(
    /// One execution of a connection's data collection.
    RunId
);
text_id!(
    /// A person in a team. It outlives any one vendor account, and once given it is never given to somebody else.
    MemberId
);

text_id!(
    /// Somebody who signs in: an issuer's subject. The same in every team; it tells nothing about the person.
    UserId
);
text_id!(
    /// An API token of a team, or an invitation into it.
    GrantId
);

impl MemberId {
    /// `m_` and the digest in base 32. Whoever makes the same person at the same time makes the same id.
    pub fn from_digest(digest: u128) -> Self {
        Self(spelled("m_", digest))
    }
}

impl UserId {
    /// `u_` and the digest in base 32: whoever signs in again is the same user.
    pub fn from_digest(digest: u128) -> Self {
        Self(spelled("u_", digest))
    }
}

fn spelled(prefix: &str, digest: u128) -> String {
    const DIGITS: [char; 32] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v',
        'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7',
    ];
    let digits = (0..26).rev().filter_map(|place| {
        let digit = usize::try_from((digest >> (5 * place)) & 31).ok()?;
        DIGITS.get(digit)
    });
    prefix.chars().chain(digits.copied()).collect()
}

/// A vendor's product that a team connects. The serialised names are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Repositories, pull requests, reviews.
    Github,
    /// Licences consumed in a GitHub enterprise.
    GithubEnterprise,
    /// GitHub Copilot usage and seats.
    Copilot,
    /// Jira Cloud issues and sprints.
    Jira,
    /// Atlassian organisation users and product access.
    Atlassian,
    /// JFrog users and storage.
    Jfrog,
    /// Trello boards and members.
    Trello,
    /// Slack directory and messages.
    Slack,
}

impl Provider {
    /// All of them, in the order of the API's documentation.
    pub const ALL: [Self; 8] = [
        Self::Github,
        Self::GithubEnterprise,
        Self::Copilot,
        Self::Jira,
        Self::Atlassian,
        Self::Jfrog,
        Self::Trello,
        Self::Slack,
    ];

    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::GithubEnterprise => "github_enterprise",
            Self::Copilot => "copilot",
            Self::Jira => "jira",
            Self::Atlassian => "atlassian",
            Self::Jfrog => "jfrog",
            Self::Trello => "trello",
            Self::Slack => "slack",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL.into_iter().find(|p| p.as_str() == text).ok_or_else(|| IdError::Provider(text.to_owned()))
    }
}

/// The vendor's immutable id of something, with the vendor: `github:583231`. Never a name: names change hands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VendorId {
    /// Whose id it is.
    pub provider: Provider,
    /// The id as the vendor writes it.
    pub id: String,
}

impl VendorId {
    /// From a vendor's id in any form that prints.
    pub fn new(provider: Provider, id: impl fmt::Display) -> Self {
        Self { provider, id: id.to_string() }
    }
}

impl fmt::Display for VendorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.id)
    }
}

impl FromStr for VendorId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError::VendorId(text.to_owned());
        let (provider, id) = text.split_once(':').ok_or_else(bad)?;
        // `#` separates the parts of a store key: an id that holds one could stand for another item.
        if id.is_empty() || id.contains('#') || id.chars().any(char::is_control) {
            return Err(bad());
        }
        Ok(Self { provider: provider.parse()?, id: id.to_owned() })
    }
}

impl TryFrom<String> for VendorId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<VendorId> for String {
    fn from(id: VendorId) -> String {
        id.to_string()
    }
}

/// A repository at a code host, by the host's numeric id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RepositoryKey {
    /// The code host.
    pub provider: Provider,
    /// The host's id of the repository; it survives renames and transfers.
    pub id: u64,
}

impl fmt::Display for RepositoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.id)
    }
}

/// A pull request: its repository and the number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PullRequestKey {
    /// Where it is.
    pub repository: RepositoryKey,
    /// Its number there.
    pub number: u64,
}

impl fmt::Display for PullRequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repository, self.number)
    }
}
