//! Finding out what is gone: a run writes down what its listings had (the roll), and when a listing was read whole,
//! what is stored of it and is not on the roll is marked as gone.
//!
//! The roll holds hashes of ids: 50,000 of them are 400 KB, in sheets of a page each. Two ids with the same 64 bits
//! would keep a thing that is gone, once in some ten billion listings of that size.

use crate::{
    Result, Store,
    documents::body_of,
    facts::SavedIssue,
    keys,
    listings::{AccountDocument, GroupDocument, MembershipDocument},
    settle::KEPT,
    table::{self, Item, Sort},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use plumbline_domain::{Account, Fact, Group, Listing, Membership, Record, SyncJob, TeamId};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Marked in one go.
const MARKED_AT_ONCE: usize = 100;

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many were marked as gone.
    pub marked: u64,
    /// Issues that somebody saw since, so that they are not gone: their rows have to be computed anew.
    pub kept: Vec<SavedIssue>,
}

/// One listing's part of a sheet, with the hashes of the ids.
#[derive(Serialize, Deserialize)]
struct Entry(String, Vec<u64>);

/// FNV-1a: it must give the same answer in every build.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Store {
    /// Adds a sheet to the run's roll.
    pub(crate) fn roll_write(
        &self,
        job: &SyncJob,
        index: u32,
        listed: &[(Listing, Vec<String>)],
        now: Timestamp,
    ) -> Result<TransactWriteItem> {
        let key = keys::roll(&job.team_id, job.provider, &job.run_id, index);
        let entries: Vec<Entry> = listed
            .iter()
            .map(|(listing, ids)| Entry(listing.to_string(), ids.iter().map(|id| hash(id)).collect()))
            .collect();
        let sheet = serde_json::to_string(&entries)
            .map_err(|error| crate::StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
        let expires = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
        let item = table::item(&key, [("sheet", table::text(sheet)), ("expires_at", table::number(expires))]);
        table::transact_put(table::put(&self.tables.state, item))
    }

    /// Marks as gone, at `at`, what is stored of a listing but neither on the run's roll nor among `last`, the ids of
    /// the page that is not on the roll yet. Doing it again changes nothing.
    ///
    /// Rows of issues go first: were the mark first, a crash in between would leave a row that no later sweep looks for.
    pub async fn sweep(&self, job: &SyncJob, listing: &Listing, last: &[String], at: Timestamp) -> Result<Swept> {
        let team = &job.team_id;
        let mut present = self.load_roll(job, listing).await?;
        present.extend(last.iter().map(|id| hash(id)));
        let (pk, sort) = stored(team, listing);
        let mut swept = Swept::default();
        let mut start = None;
        loop {
            let page = self.query_page(&self.tables.facts, &pk, &sort, true, None, start).await?;
            let mut gone = Vec::new();
            for item in page.items {
                gone.extend(gone_fact(listing, &item, &present, at)?);
            }
            for facts in gone.chunks(MARKED_AT_ONCE) {
                self.delete_rows_of(team, facts).await?;
                let saved = self.save_facts(team, facts.to_vec()).await?;
                swept.marked += saved.written;
                swept.kept.extend(saved.issues.into_iter().filter(|saved| saved.issue.gone_at.is_none()));
            }
            start = page.next;
            if start.is_none() {
                return Ok(swept);
            }
        }
    }

    async fn delete_rows_of(&self, team: &TeamId, gone: &[Fact]) -> Result<()> {
        let issues = gone.iter().filter_map(|fact| match fact {
            Fact::Record(Record::Issue(issue)) => Some(issue),
            _ => None,
        });
        stream::iter(issues)
            .map(|issue| self.delete_issue_row(team, &issue.project, &issue.id, u64::MAX))
            .buffer_unordered(table::CONCURRENCY)
            .try_for_each(async |_| Ok(()))
            .await
    }

    async fn load_roll(&self, job: &SyncJob, listing: &Listing) -> Result<HashSet<u64>> {
        let (from, to) = keys::settle_after(&job.run_id, None);
        let pk = keys::roll_partition(&job.team_id, job.provider);
        let name = listing.to_string();
        let mut present = HashSet::new();
        for item in self.query_all(&self.tables.state, &pk, Sort::Between(from, to)).await? {
            let entries: Vec<Entry> =
                serde_json::from_str(table::text_of(&item, "sheet")?).map_err(|error| table::corrupt(&item, error))?;
            for Entry(of, hashes) in entries {
                if of == name {
                    present.extend(hashes);
                }
            }
        }
        Ok(present)
    }
}

/// Where a listing's things are stored.
fn stored(team: &TeamId, listing: &Listing) -> (String, Sort) {
    match listing {
        Listing::Shelf(shelf) => (keys::shelf_partition(team, shelf), Sort::All),
        Listing::Accounts(provider) => {
            (keys::team_partition(team), Sort::Prefix(format!("{}{provider}:", keys::ACCOUNTS)))
        }
        Listing::Groups(provider) => (keys::team_partition(team), Sort::Prefix(format!("{}{provider}:", keys::GROUPS))),
        Listing::Memberships(group) => (keys::team_partition(team), Sort::Prefix(keys::memberships(group))),
    }
}

/// What is to be said of a stored thing that may be gone.
fn gone_fact(listing: &Listing, item: &Item, present: &HashSet<u64>, at: Timestamp) -> Result<Option<Fact>> {
    let is_gone = |id: &str| !present.contains(&hash(id));
    Ok(match listing {
        Listing::Shelf(_) => {
            let record: Record = body_of(item)?;
            let gone = record.gone_at().is_none() && is_gone(&record.id());
            gone.then(|| Fact::Record(record.gone(at)))
        }
        Listing::Accounts(_) => {
            let account = Account::from(body_of::<AccountDocument>(item)?);
            // An account that this listing never had, such as one seen on a seat, cannot vanish from it.
            let gone = account.member == Some(true) && is_gone(&account.id.to_string());
            gone.then_some(Fact::Account(Account { member: Some(false), seen_at: at, ..account }))
        }
        Listing::Groups(_) if keys::is_membership(table::text_of(item, "sk")?) => None,
        Listing::Groups(_) => {
            let group = Group::from(body_of::<GroupDocument>(item)?);
            let gone = group.gone_at.is_none() && is_gone(&group.id.to_string());
            gone.then_some(Fact::Group(Group { gone_at: Some(at), seen_at: at, ..group }))
        }
        Listing::Memberships(_) => {
            let membership = Membership::from(body_of::<MembershipDocument>(item)?);
            let gone = membership.gone_at.is_none() && is_gone(&membership.account.to_string());
            gone.then_some(Fact::Membership(Membership { gone_at: Some(at), seen_at: at, ..membership }))
        }
    })
}

#[cfg(test)]
#[path = "roll_tests.rs"]
mod tests;
