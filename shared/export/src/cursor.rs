//! Where the next page begins. Opaque to callers; checked when it comes back, since it may be anything by then.

use crate::{Error, Kind};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use plumbline_domain::{RepositoryKey, VendorId};
use serde::{Deserialize, Serialize};

/// A place between two rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cursor {
    /// Among a repository's pull requests.
    PullRequests {
        /// Of which export.
        kind: Kind,
        /// The repository; those before it are done.
        repository: RepositoryKey,
        /// Pull requests up to this number are done; 0 is none.
        after: u64,
        /// A pull request of which some rows are done: its number and how many.
        begun: Option<(u64, usize)>,
    },
    /// Among the commits of a repository's default branch.
    Branch {
        /// The repository; those before it are done, and so are its pull requests.
        repository: RepositoryKey,
        /// Commits up to this hash are done; empty is none.
        after: String,
    },
    /// Among records.
    Records {
        /// Of which export.
        kind: Kind,
        /// The shelf's scope; those before it are done.
        scope: String,
        /// Records up to this id are done; empty is none.
        after: String,
        /// A record of which some rows are done: its id and how many.
        begun: Option<(String, usize)>,
    },
    /// Among the groups.
    Groups {
        /// The last row's group.
        group: VendorId,
        /// And account; none for the row of a group without members.
        account: Option<VendorId>,
    },
    /// Among all accounts.
    Identities {
        /// The last row's account.
        account: VendorId,
    },
    /// Among the members.
    Members {
        /// The last one's login.
        login: String,
        /// And id.
        id: VendorId,
    },
}

impl Cursor {
    /// Reads what [`Cursor::to_text`] wrote for the same kind of export.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        cursor.filter(|cursor| cursor.fits(kind)).ok_or(Error::ForeignCursor)
    }

    /// As it stands in an address.
    pub fn to_text(&self) -> Result<String, Error> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::Write(error.into()))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn fits(&self, wanted: Kind) -> bool {
        match self {
            Self::PullRequests { kind, .. } => *kind == wanted && wanted.is_of_repositories(),
            Self::Records { kind, .. } => *kind == wanted && wanted.records().is_some(),
            Self::Groups { .. } => wanted == Kind::Groups,
            Self::Identities { .. } => wanted == Kind::Identities,
            // The hash becomes part of a key.
            Self::Branch { after, .. } => {
                wanted == Kind::Commits && after.len() <= 64 && after.bytes().all(|b| b.is_ascii_hexdigit())
            }
            Self::Members { .. } => wanted == Kind::Members,
        }
    }

    pub(crate) fn repository(&self) -> Option<RepositoryKey> {
        match self {
            Self::PullRequests { repository, .. } | Self::Branch { repository, .. } => Some(*repository),
            Self::Records { .. } | Self::Groups { .. } | Self::Identities { .. } | Self::Members { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_domain::Provider;

    #[test]
    fn a_cursor_only_fits_the_export_that_it_was_made_for() {
        let repository = RepositoryKey { provider: Provider::Github, id: 7 };
        let cursor = Cursor::PullRequests { kind: Kind::Reviews, repository, after: 12, begun: Some((13, 2)) };
        let text = cursor.to_text().expect("writable");
        assert_eq!(Cursor::parse(&text, Kind::Reviews).expect("it fits"), cursor);
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Reviews) {
            assert!(Cursor::parse(&text, kind).is_err());
        }
        let cursor = Cursor::Records { kind: Kind::Seats, scope: "copilot".into(), after: String::new(), begun: None };
        let text = cursor.to_text().expect("writable");
        assert_eq!(Cursor::parse(&text, Kind::Seats).expect("it fits"), cursor);
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Seats) {
            assert!(Cursor::parse(&text, kind).is_err());
        }
        // What the kind says has to be an export of such cursors, too.
        let cursor = Cursor::Records { kind: Kind::Groups, scope: String::new(), after: String::new(), begun: None };
        assert!(Cursor::parse(&cursor.to_text().expect("writable"), Kind::Groups).is_err());
    }

    #[test]
    fn what_was_tampered_with_is_refused() {
        let repository = RepositoryKey { provider: Provider::Github, id: 7 };
        for after in ["ab#cd", "zz", &"a".repeat(65)] {
            let text = Cursor::Branch { repository, after: after.to_owned() }.to_text().expect("writable");
            assert!(Cursor::parse(&text, Kind::Commits).is_err(), "{after}");
        }
        for text in ["", "x", "e30", "bm90IGpzb24"] {
            assert!(Cursor::parse(text, Kind::Commits).is_err(), "{text}");
        }
    }
}
