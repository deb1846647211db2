//! Every account of every vendor, with the person it belongs to and what links it.

use super::{
    cursor::Cursor,
    page::{Cell, Page},
    people::People,
    rows::{Row, plain},
};
use crate::{identities::Proof, problem::Problem};
use plumbline_domain::VendorId;
use plumbline_identity::{Assignment, Link, Member};
use std::collections::BTreeMap;

/// Names of the columns.
pub(super) const COLUMNS: [&str; 11] = [
    "member_id",
    "member_name",
    "provider",
    "account",
    "login",
    "name",
    "status",
    "evidence",
    "evidence_with",
    "confidence",
    "manual",
];

/// All accounts in order of their ids; they are few enough to be read at once.
pub(super) fn rows(
    assignment: &Assignment,
    people: &People,
    cursor: Option<Cursor>,
    page: &mut Page,
) -> Result<Option<Cursor>, Problem> {
    let mut last = match cursor {
        Some(Cursor::Identities { account }) => Some(account),
        _ => None,
    };
    let mut all: BTreeMap<&VendorId, Option<(&Member, &Link)>> =
        assignment.not_people.iter().map(|account| (account, None)).collect();
    for member in &assignment.members {
        all.extend(member.accounts.iter().map(|link| (&link.account, Some((member, link)))));
    }
    for (account, link) in all {
        if last.as_ref().is_some_and(|last| account <= last) {
            continue;
        }
        if let Some(account) = last.as_ref().filter(|_| page.is_full()) {
            return Ok(Some(Cursor::Identities { account: account.clone() }));
        }
        page.push(&of_account(assignment, account, link, people))?;
        last = Some(account.clone());
    }
    Ok(None)
}

fn of_account(assignment: &Assignment, account: &VendorId, link: Option<(&Member, &Link)>, people: &People) -> Row {
    let (login, name) = people.names(account);
    let text = |text: Option<&str>| Cell::of(text, |text| Cell::Free(text.to_owned()));
    let status = match link {
        None => "not_a_person",
        Some(_) if assignment.unmatched.binary_search(account).is_ok() => "unmatched",
        Some(_) => "matched",
    };
    let proof = link.map(|(_, link)| Proof::from(&link.evidence));
    let cells = vec![
        Cell::of(link, |(member, _)| plain(&member.id)),
        text(link.and_then(|(member, _)| member.name.as_deref())),
        plain(&account.provider),
        plain(account),
        text(login),
        text(name),
        plain(status),
        Cell::of(proof.as_ref(), |proof| plain(proof.kind)),
        Cell::of(proof.as_ref().and_then(|proof| proof.with.as_ref()), plain),
        Cell::of(link, |(_, link)| Cell::Number(u64::from(link.confidence.value()))),
        Cell::Flag(link.is_some_and(|(_, link)| link.manual)),
    ];
    Row::of_account(account, cells)
}
