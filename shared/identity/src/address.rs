//! E-mail addresses as evidence: which say something, and in what form they are compared.

use crate::input::Policy;
use std::collections::BTreeSet;

/// An address, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// GitHub's no-reply address of an account, which holds the account's id
    /// (<https://docs.github.com/en/account-and-profile/reference/email-addresses-reference>).
    GithubId {
        /// In lower case.
        text: String,
        /// The account's id.
        id: String,
    },
    /// A mailbox.
    Mailbox(String),
}

/// What Git makes up where nobody set an address, and what cannot be anybody's.
const NOWHERE: [&str; 5] = [".local", ".localdomain", ".lan", ".invalid", ".(none)"];
const NOREPLY: [&str; 4] = ["noreply", "no-reply", "donotreply", "do-not-reply"];

/// Reads an address. None where it says nothing about who it is: malformed, made up by Git, or a no-reply address
/// without an id. (GitHub's older ones hold only the login, and logins change hands.)
pub(crate) fn parse(text: &str) -> Option<Address> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    if local.is_empty() || text.contains(char::is_whitespace) || local.contains('@') || !domain.contains('.') {
        return None;
    }
    if domain == "users.noreply.github.com" {
        let (id, _) = local.split_once('+')?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let id = id.to_owned();
        return is_id.then_some(Address::GithubId { text, id });
    }
    let is_noreply = NOREPLY.contains(&local) || domain.split('.').any(|label| NOREPLY.contains(&label));
    let is_nowhere = NOWHERE.iter().any(|ending| domain.ends_with(ending));
    (!is_noreply && !is_nowhere).then_some(Address::Mailbox(text))
}

/// What stands before the `@`, without a `+tag`.
pub(crate) fn local_part(address: &str) -> &str {
    let local = address.split('@').next().unwrap_or_default();
    local.split('+').next().unwrap_or_default()
}

/// The organisation's own domains, in the form that addresses are compared in.
#[derive(Debug, Default)]
pub(crate) struct Domains(BTreeSet<String>);

impl Domains {
    pub(crate) fn of(policy: &Policy) -> Self {
        let domains = policy.verified_domains.iter();
        Self(domains.map(|domain| domain.trim().trim_start_matches('@').to_lowercase()).collect())
    }

    pub(crate) fn has(&self, address: &str) -> bool {
        address.rsplit_once('@').is_some_and(|(_, domain)| self.0.contains(domain))
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
