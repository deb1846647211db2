//! Rows of the users.

use crate::{Cell, Row, rows::plain};
use plumbline_store::{JoinedBy, User};

/// Names of the columns.
pub const COLUMNS: [&str; 10] =
    ["id", "issuer", "name", "email", "role", "leads", "accounts", "member_id", "joined_at", "joined_by"];

/// The row of a user.
pub fn of_user(user: &User) -> Row {
    let list = |ids: &[plumbline_domain::VendorId]| {
        let text = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Cell::of(Some(text).filter(|text| !text.is_empty()), Cell::Plain)
    };
    Row::of_nobody(vec![
        plain(&user.id),
        plain(&user.issuer),
        Cell::of(user.name.clone(), Cell::Free),
        Cell::of(user.email.clone(), Cell::Free),
        plain(&user.role),
        list(&user.leads),
        list(&user.accounts),
        Cell::of(user.member.as_ref(), plain),
        Cell::Instant(user.joined_at),
        plain(match user.joined_by {
            JoinedBy::Invitation => "invitation",
            JoinedBy::Domain => "domain",
            JoinedBy::GithubOrganization => "github_organization",
        }),
    ])
}
