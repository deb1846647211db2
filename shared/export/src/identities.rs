//! Every account of every vendor, with the person it belongs to and what links it.

use crate::{Cell, Cursor, Error, Page, Proof, Row, people::People, proof, rows::plain};
use plumbline_domain::VendorId;
use plumbline_identity::{Assignment, Link, Member};
use std::collections::BTreeMap;

/// Names of the columns.
pub(crate) const COLUMNS: [&str; 11] = [
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

/// Where it names another account.
const WITH: [usize; 1] = [8];

/// All accounts in order of their ids; they are few enough to be read at once.
pub(crate) fn rows(
    assignment: &Assignment,
    people: &People,
    cursor: Option<Cursor>,
    page: &mut Page<'_>,
) -> Result<Option<Cursor>, Error> {
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
    let mut row = Row::of_account(account, cells);
    row.named.extend(link.and_then(|(_, link)| proof::with(&link.evidence)).map(|with| (with.clone(), &WITH[..])));
    row
}
