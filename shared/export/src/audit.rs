//! Rows of the audit log.

use crate::{Cell, Row};
use plumbline_domain::UserId;
use plumbline_store::{AuditActor, AuditEntry};
use std::collections::BTreeSet;

/// Names of the columns.
pub const COLUMNS: [&str; 9] = ["at", "request_id", "actor", "actor_id", "kind", "action", "about", "from", "status"];

/// The row of an entry.
pub fn of_entry(entry: &AuditEntry) -> Row {
    let id = match &entry.actor {
        AuditActor::Operator => None,
        AuditActor::User(id) => Some(id.to_string()),
        AuditActor::Token(id) => Some(id.to_string()),
    };
    row(entry, id, &entry.about, entry.from.clone())
}

/// The row of an entry for the person who is `user`, without what it says of others: of `about` only what is in `names`
/// (`member:m_…`, `user:u_…`) or is everybody. `None`: it is neither by nor about them.
pub fn of_entry_about(entry: &AuditEntry, user: &UserId, names: &BTreeSet<String>) -> Option<Row> {
    let is_by = entry.actor == AuditActor::User(user.clone());
    let is_theirs = |name: &&String| name.as_str() == "everybody" || names.contains(*name);
    let about: Vec<String> = entry.about.iter().filter(is_theirs).cloned().collect();
    if is_by {
        return Some(row(entry, Some(user.to_string()), &about, entry.from.clone()));
    }
    (!about.is_empty()).then(|| row(entry, None, &about, None))
}

fn row(entry: &AuditEntry, actor_id: Option<String>, about: &[String], from: Option<String>) -> Row {
    let plain = |text: &str| Cell::Plain(text.to_owned());
    Row::of_nobody(vec![
        Cell::Instant(entry.at),
        plain(&entry.request_id),
        plain(match &entry.actor {
            AuditActor::Operator => "operator",
            AuditActor::User(_) => "user",
            AuditActor::Token(_) => "token",
        }),
        Cell::of(actor_id, Cell::Plain),
        plain(if entry.is_change { "change" } else { "read" }),
        plain(&entry.action),
        Cell::of(Some(about.join("; ")).filter(|about| !about.is_empty()), Cell::Plain),
        Cell::of(from, Cell::Plain),
        Cell::of(entry.status, |status| Cell::Number(u64::from(status))),
    ])
}
