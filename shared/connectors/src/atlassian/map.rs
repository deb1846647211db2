//! From Atlassian's users to accounts, seats and memberships.

use super::wire::{Group, User};
use jiff::Timestamp;
use plumbline_domain::{Account, ActorKind, Email, Membership, Provider, Seat, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// Where Atlassian's ids come from.
pub(super) const PROVIDER: Provider = Provider::Atlassian;

const ACTIVE: &str = "active";

/// A product by its key, and the first words of the groups that Atlassian makes for it where those differ.
const GROUP_STEMS: [(&str, &str); 1] = [("jira-servicedesk", "jira-servicemanagement")];

/// The last words of such groups, before the site's name.
const GROUP_ROLES: [&str; 3] = ["users", "admins", "guests"];

/// An id as facts have it; `None`: it cannot be one.
pub(super) fn vendor_id(id: &str) -> Option<VendorId> {
    format!("{PROVIDER}:{id}").parse().ok()
}

/// What a user's three states say together.
struct State {
    /// Whether the account can be used; `None`: nothing is said of it.
    active: Option<bool>,
    /// The most telling word.
    word: String,
}

/// The account is active when none of its states says otherwise; the word is the first that does.
fn state(user: &User) -> State {
    let words = [&user.status, &user.account_status, &user.membership_status];
    let words: Vec<String> =
        words.into_iter().flatten().map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect();
    let other = words.iter().find(|word| *word != ACTIVE).cloned();
    State {
        active: if words.is_empty() { None } else { Some(other.is_none()) },
        word: other.unwrap_or_else(|| if words.is_empty() { "unknown" } else { ACTIVE }.to_owned()),
    }
}

fn kind(user: &User) -> ActorKind {
    match user.account_type.as_deref() {
        Some("atlassian") | None => ActorKind::User,
        Some("app") => ActorKind::Bot,
        // Customers of a service desk, and what there may be one day.
        Some(_) => ActorKind::Other,
    }
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// A user's account. Atlassian has no logins: the id takes its place.
pub(super) fn account(user: &User, id: &VendorId, seen_at: Timestamp) -> Account {
    let email = filled(user.email.as_ref());
    Account {
        id: id.clone(),
        login: id.id.clone(),
        kind: kind(user),
        name: filled(user.name.as_ref()),
        role: None,
        member: Some(true),
        email: email.map(|address| Email { address, verified: user.email_verified.unwrap_or(false) }),
        commit_emails: BTreeSet::new(),
        active: state(user).active,
        seen_at,
    }
}

/// A user's seats, one for each product, in order of the products' keys: access on two sites, or by two groups, is one.
///
/// A seat is used when the account and its membership are active and a person's: apps and customers of a service desk
/// have access without being billed.
pub(super) fn seats(user: &User, account: &VendorId, seen_at: Timestamp) -> Vec<Seat> {
    let state = state(user);
    let used = state.active != Some(false) && kind(user) == ActorKind::User;
    let mut seats: BTreeMap<&str, Seat> = BTreeMap::new();
    for access in &user.product_access.items {
        let product = access.key.trim();
        if product.is_empty() {
            continue;
        }
        let seat = seats.entry(product).or_insert_with(|| Seat {
            seen_at,
            gone_at: None,
            product: product.to_owned(),
            account: account.clone(),
            status: state.word.clone(),
            used,
            plan: None,
            assigned_at: user.added_to_org,
            last_active_at: None,
            activity_source: None,
            granted_by: granted_by(product, &user.groups.items),
        });
        seat.last_active_at = seat.last_active_at.max(access.last_active_timestamp);
        seat.activity_source = seat.last_active_at.map(|_| "atlassian: last active".to_owned());
    }
    seats.into_values().collect()
}

/// The user's groups that Atlassian made for the product, by id. Which product a group gives is not told with users, so
/// it is the group's name that tells (`jira-software-users-acme`); other groups that give access are not known.
fn granted_by(product: &str, groups: &[Group]) -> Vec<String> {
    let stem = GROUP_STEMS.iter().find(|(key, _)| *key == product).map_or(product, |(_, stem)| stem);
    let gives = |group: &&Group| group.name.as_deref().is_some_and(|name| is_for(stem, name));
    let mut ids: Vec<String> = groups.iter().filter(gives).map(|group| group.id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn is_for(stem: &str, group: &str) -> bool {
    let rest = group.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-'));
    rest.is_some_and(|rest| GROUP_ROLES.contains(&rest.split('-').next().unwrap_or_default()))
}

/// A user's memberships of groups; Atlassian knows no roles in them.
pub(super) fn memberships(user: &User, account: &VendorId, seen_at: Timestamp) -> Vec<Membership> {
    let groups = user.groups.items.iter().filter_map(|group| vendor_id(&group.id));
    let membership = |group| Membership { group, account: account.clone(), role: None, gone_at: None, seen_at };
    groups.map(membership).collect()
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
