//! From JFrog's users and repositories to accounts, seats and storage.

use super::wire::{Details, Listed, Row, Totals};
use jiff::{Timestamp, civil::Date};
use plumbline_domain::{Account, ActorKind, Email, Provider, Seat, Storage, VendorId};
use std::collections::BTreeSet;

/// Where JFrog's ids come from.
pub(super) const PROVIDER: Provider = Provider::Jfrog;
/// What its seats are of.
pub(super) const PRODUCT: &str = "jfrog";

const ENABLED: &str = "enabled";
/// Whoever does not log in, on every server.
const ANONYMOUS: &str = "anonymous";

/// A user's id: the name, which JFrog never changes nor gives away again while the user is there. `None`: it cannot be
/// one, or not be asked for.
pub(super) fn vendor_id(username: &str) -> Option<VendorId> {
    let is_step = matches!(username, "." | "..");
    format!("{PROVIDER}:{username}").parse().ok().filter(|_| !is_step)
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// JFrog does not type its users: `anonymous` is nobody, and so is who comes from a realm of services or of the system
/// itself. A build server's user in the internal realm looks like a person's.
fn kind(listed: &Listed, details: &Details) -> ActorKind {
    let realm = details.realm.as_ref().or(listed.realm.as_ref()).map(|realm| realm.to_ascii_lowercase());
    let of_services = realm.is_some_and(|realm| realm.contains("service") || realm.contains("system"));
    if listed.username == ANONYMOUS || of_services { ActorKind::Other } else { ActorKind::User }
}

/// The former API does not tell a status, and has no users that are not enabled.
fn status(listed: &Listed, details: &Details) -> String {
    let told = filled(details.status.as_ref()).or_else(|| filled(listed.status.as_ref()));
    told.map_or_else(|| ENABLED.to_owned(), |status| status.to_lowercase())
}

/// A user's account.
pub(super) fn account(listed: &Listed, details: &Details, id: &VendorId, seen_at: Timestamp) -> Account {
    let is_admin = details.admin == Some(true) || details.effective_admin == Some(true);
    Account {
        id: id.clone(),
        login: listed.username.clone(),
        kind: kind(listed, details),
        name: None,
        role: Some(if is_admin { "admin" } else { "member" }.to_owned()),
        member: Some(true),
        // An administrator enters it, or a directory; JFrog does not check who reads it.
        email: filled(details.email.as_ref()).map(|address| Email { address, verified: false }),
        commit_emails: BTreeSet::new(),
        active: Some(status(listed, details) == ENABLED),
        seen_at,
    }
}

/// A user's seat: used when the user is enabled, `anonymous` and build servers included.
pub(super) fn seat(listed: &Listed, details: &Details, id: &VendorId, seen_at: Timestamp) -> Seat {
    let (status, last_login) = (status(listed, details), details.last_login());
    Seat {
        seen_at,
        gone_at: None,
        product: PRODUCT.into(),
        account: id.clone(),
        used: status == ENABLED,
        status,
        plan: None,
        assigned_at: None,
        last_active_at: last_login,
        activity_source: last_login.map(|_| "jfrog: last login".to_owned()),
        granted_by: Vec::new(),
    }
}

/// How full a repository is; `None`: its size is not told.
pub(super) fn storage(row: &Row, day: Date, seen_at: Timestamp) -> Option<Storage> {
    Some(Storage {
        seen_at,
        provider: PROVIDER,
        day,
        repository: row.repo_key.clone(),
        repository_type: filled(row.repo_type.as_ref()).map(|kind| kind.to_lowercase()),
        package_type: filled(row.package_type.as_ref()),
        bytes: row.bytes()?,
        artifacts: row.files_count.unwrap_or(0),
    })
}

/// How full the whole server is.
pub(super) fn whole(totals: &Totals, day: Date, seen_at: Timestamp) -> Option<Storage> {
    Some(Storage {
        seen_at,
        provider: PROVIDER,
        day,
        repository: String::new(),
        repository_type: None,
        package_type: None,
        bytes: totals.artifacts_size?,
        artifacts: totals.artifacts_count.unwrap_or(0),
    })
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
