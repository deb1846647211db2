//! Records: which shelves there are, and reading them whole, in pages or by days.
//!
//! Which products have seats and which months have usage cannot be asked of the database without a scan. So a shelf has
//! an entry in the team's catalogue, written before the first record on it: whatever breaks off in between, there is no
//! record that the catalogue does not lead to. An entry may lead to an empty shelf.

use crate::{
    Result, Store, StoreError,
    documents::{Document, body_of},
    facts::SavedIssue,
    keys::{self, Key},
    table::{self, Item, Sort},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{ToSpan, civil::Date};
use plumbline_domain::{Record, RecordKind, Shelf, TeamId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Display,
};

impl Store {
    /// All records of a shelf, those that are gone, too, in order of ids.
    pub async fn load_shelf(&self, team: &TeamId, shelf: &Shelf) -> Result<Vec<Record>> {
        self.query_each(&self.tables.facts, &keys::shelf_partition(team, shelf), Sort::All, body_of).await
    }

    /// The records of a shelf with ids above `after` (all of them without) and up to `to`, in order of ids, at most
    /// `limit`.
    pub async fn list_records(
        &self,
        team: &TeamId,
        shelf: &Shelf,
        after: Option<&str>,
        to: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>> {
        let (from, to) = keys::records_between(after, to);
        let pk = keys::shelf_partition(team, shelf);
        let items: Vec<Item> = self.query_first(&self.tables.facts, &pk, Sort::Between(from, to), Some(limit)).await?;
        items.iter().map(body_of).collect()
    }

    /// The issues of a shelf with ids above `after`, in order of ids, at most `limit`, with the revisions of their
    /// documents.
    pub async fn list_issues(
        &self,
        team: &TeamId,
        shelf: &Shelf,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<SavedIssue>> {
        let (from, to) = keys::records_between(after, None);
        let pk = keys::shelf_partition(team, shelf);
        let items = self.query_first(&self.tables.facts, &pk, Sort::Between(from, to), Some(limit)).await?;
        let mut issues = Vec::with_capacity(items.len());
        for item in &items {
            match body_of(item)? {
                Record::Issue(issue) => issues.push(SavedIssue { issue: *issue, rev: table::number_of(item, "rev")? }),
                _ => return Err(table::corrupt(item, "it is no issue")),
            }
        }
        Ok(issues)
    }

    /// The shelves of a kind that records were ever laid on, in order of scopes.
    pub async fn load_shelves(&self, team: &TeamId, kind: RecordKind) -> Result<Vec<Shelf>> {
        let sort = Sort::Prefix(keys::catalogue(kind));
        let entries = self.query_all(&self.tables.facts, &keys::team_partition(team), sort).await?;
        let mut shelves = entries.iter().map(body_of).collect::<Result<Vec<Shelf>>>()?;
        shelves.sort_unstable();
        Ok(shelves)
    }

    /// Daily records of a product or provider of the days from `from` to `to`, both inclusive, in order of days. Months
    /// are read side by side, eventually consistent, which costs half.
    pub async fn load_days(
        &self,
        team: &TeamId,
        kind: RecordKind,
        of: impl Display,
        from: Date,
        to: Date,
    ) -> Result<Vec<Record>> {
        if from > to {
            return Ok(Vec::new());
        }
        let (first, last) = keys::records_of_days(from, to);
        let sort = &Sort::Between(first, last);
        let months: Vec<Vec<Record>> = stream::iter(months(from, to))
            .map(|month| keys::shelf_partition(team, &Shelf::month(kind, &of, month)))
            .map(async |pk| {
                let (mut records, mut start) = (Vec::new(), None);
                loop {
                    let page = self.query_page(&self.tables.facts, &pk, sort, false, None, start).await?;
                    for item in &page.items {
                        records.push(body_of(item)?);
                    }
                    start = page.next;
                    if start.is_none() {
                        return Ok::<_, StoreError>(records);
                    }
                }
            })
            .buffered(table::CONCURRENCY)
            .try_collect()
            .await?;
        Ok(months.into_iter().flatten().collect())
    }

    /// Enters the shelves of records that are to be written into the catalogue. One that has a record among `known`,
    /// what is stored of these documents, was entered before it: a sync that brings nothing new asks nothing.
    pub(crate) async fn catalogue(
        &self,
        team: &TeamId,
        documents: &BTreeMap<Key, Document>,
        known: &HashMap<Key, Item>,
    ) -> Result<()> {
        let mut shelves: BTreeMap<Shelf, bool> = BTreeMap::new();
        for (key, document) in documents {
            if let Document::Record(record) = document {
                *shelves.entry(record.shelf()).or_default() |= known.contains_key(key);
            }
        }
        let new: Vec<Shelf> = shelves.into_iter().filter(|(_, known)| !known).map(|(shelf, _)| shelf).collect();
        let keys: Vec<Key> = new.iter().map(|shelf| keys::catalogue_entry(team, shelf)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let entered: BTreeSet<Key> = self.batch_get(&self.tables.facts, keys, Some("rev")).await?.into_keys().collect();
        for shelf in new {
            let key = keys::catalogue_entry(team, &shelf);
            if entered.contains(&key) {
                continue;
            }
            let body = serde_json::to_string(&shelf)
                .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
            let item = table::item(&key, [("body", table::text(body)), ("rev", table::number(1))]);
            // `false`: somebody else entered it meanwhile.
            self.put_after(&self.tables.facts, item, None).await?;
        }
        Ok(())
    }
}

/// The first days of the months between two days.
fn months(from: Date, to: Date) -> Vec<Date> {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month <= to {
        months.push(month);
        let Ok(next) = month.checked_add(1.month()) else { break };
        month = next;
    }
    months
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
