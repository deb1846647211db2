//! What a week's leaderboard is made of.

use futures::try_join;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Provider, TeamId};
use plumbline_identity::Member;
use plumbline_store::{Store, StoreError};
use plumbline_survey::{Board, BoardInput, BoardMember, EXPIRES_DAYS, Week, leaderboard};
use std::collections::{BTreeMap, BTreeSet};

/// A team's leaderboard of a week, of what is known now.
pub(crate) async fn of_week(store: &Store, team: &TeamId, week: Week) -> Result<Board, StoreError> {
    // A guess may be resolved until its survey expires, and counts in the week in which it is.
    let from = week.start.checked_sub(SignedDuration::from_hours(24 * EXPIRES_DAYS)).unwrap_or(Timestamp::MIN);
    let (rows, members, accounts, merged, known) = try_join!(
        store.load_survey_rows(team, from, week.end),
        store.load_members(team),
        store.load_accounts(team),
        store.load_rows(team, week.start, week.end),
        store.load_team(team),
    )?;
    let active: BTreeMap<_, bool> =
        accounts.iter().map(|account| (&account.id, account.active.or(account.member).unwrap_or(true))).collect();
    let members: Vec<BoardMember> = members
        .iter()
        .filter(|member| !member.accounts.is_empty())
        .map(|member| board_member(member, |account| active.get(account).copied().unwrap_or(true)))
        .collect();
    let bots: BTreeSet<u64> = known
        .iter()
        .flat_map(|team| &team.bots)
        .filter(|bot| bot.provider == Provider::Github)
        .filter_map(|bot| bot.id.parse().ok())
        .collect();
    let is_bot = |author: Option<u64>| author.is_some_and(|author| bots.contains(&author));
    let merged = merged.rows.iter().filter(|row| !row.author_is_bot && !is_bot(row.author)).count();
    let merged = u64::try_from(merged).unwrap_or(u64::MAX);
    Ok(leaderboard(BoardInput { rows: &rows.rows, members: &members, merged, week }))
}

/// A member has left when none of their accounts is active.
fn board_member(member: &Member, is_active: impl Fn(&plumbline_domain::VendorId) -> bool) -> BoardMember {
    let ids = || member.accounts.iter().map(|link| &link.account);
    BoardMember {
        id: member.id.clone(),
        name: member.name.clone().unwrap_or_else(|| member.id.to_string()),
        accounts: ids().filter(|id| id.provider != Provider::Slack).cloned().collect(),
        active: ids().any(is_active),
    }
}
