//! The compact rows of surveys: by month for metrics and the leaderboard, by account for people's own statistics.

use crate::{
    Result, Store, StoreError, StoredSurvey, SurveyRecord,
    keys::{self, Key},
    rollups, row_codec,
    surveys::record,
    table::{self, Item, Sort},
};
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use plumbline_domain::{PullRequestKey, RepositoryKey, TeamId, VendorId};
use plumbline_survey::SurveyRow;
use std::collections::{BTreeMap, BTreeSet};

/// Rows, those that there are none for, and what reading them cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SurveyRows {
    /// In order of the merges' seconds.
    pub rows: Vec<SurveyRow>,
    /// Merged pull requests that are not surveyed, by the reason (`bot_author`).
    pub not_asked: BTreeMap<String, u64>,
    /// Read units that the database counted.
    pub read_units: f64,
}

impl Store {
    /// The rows of surveys of pull requests merged in `from..to`. Months are read side by side, eventually consistent,
    /// which costs half: a row shows within a second of its write.
    pub async fn load_survey_rows(&self, team: &TeamId, from: Timestamp, to: Timestamp) -> Result<SurveyRows> {
        let mut all = SurveyRows::default();
        if from >= to {
            return Ok(all);
        }
        // Whole seconds: what lies beside them is dropped below.
        let sort = Sort::Between(keys::flow_second(from), format!("{}#~", keys::flow_second(to)));
        let months: Vec<(Vec<Item>, f64)> = stream::iter(rollups::months(from, to))
            .map(|month| self.load_survey_month(keys::survey_rows_partition(team, month), &sort))
            .buffered(table::CONCURRENCY)
            .try_collect()
            .await?;
        for (items, units) in months {
            all.read_units += units;
            for item in items {
                if item.contains_key("why") {
                    if is_within(&item, from, to)? {
                        *all.not_asked.entry(table::text_of(&item, "why")?.to_owned()).or_default() += 1;
                    }
                    continue;
                }
                let row = row_of(&item)?;
                if row.merged_at >= from && row.merged_at < to {
                    all.rows.push(row);
                }
            }
        }
        Ok(all)
    }

    async fn load_survey_month(&self, pk: String, sort: &Sort) -> Result<(Vec<Item>, f64)> {
        let (mut items, mut units, mut start) = (Vec::new(), 0.0, None);
        loop {
            let page = self.query_page(&self.tables.surveys, &pk, sort, false, None, start).await?;
            units += page.read_units;
            items.extend(page.items);
            if page.next.is_none() {
                return Ok((items, units));
            }
            start = page.next;
        }
    }

    /// A person's rows, as they are now, in order of pull requests: those of surveys in which any of the person's accounts
    /// takes part, with nobody else in them.
    pub async fn load_person_rows(&self, team: &TeamId, accounts: &BTreeSet<VendorId>) -> Result<Vec<SurveyRow>> {
        let mut rows: BTreeMap<PullRequestKey, SurveyRow> = BTreeMap::new();
        for item in self.load_asked(team, accounts, &Sort::All).await? {
            let row = row_of(&item)?;
            // Two accounts that were found to be one person's after the merge.
            if let Some(known) = rows.get_mut(&row.key) {
                known.author = known.author.take().or(row.author);
                known.reviewers.extend(row.reviewers);
            } else {
                rows.insert(row.key, row);
            }
        }
        Ok(rows.into_values().collect())
    }

    /// The surveys in which any of a person's accounts takes part, asked or not, of pull requests merged since an instant,
    /// in order of merges.
    pub async fn load_person_surveys(
        &self,
        team: &TeamId,
        accounts: &BTreeSet<VendorId>,
        merged_since: Timestamp,
    ) -> Result<Vec<StoredSurvey>> {
        let sort = Sort::Between(keys::flow_second(merged_since), "~".into());
        let mut pull_requests = BTreeSet::new();
        for item in self.load_asked(team, accounts, &sort).await? {
            pull_requests.insert(row_of(&item)?.key);
        }
        let mut surveys = self.load_surveys(team, pull_requests).await?;
        surveys.retain(|stored| stored.survey.merged_at >= merged_since);
        Ok(surveys)
    }

    /// The surveys of a repository's pull requests with numbers above `after`, and the records that some have none, in order
    /// of numbers, at most `limit`.
    pub async fn list_surveys(
        &self,
        team: &TeamId,
        repository: RepositoryKey,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, SurveyRecord)>> {
        let (pk, sort) = keys::surveys_after(team, repository, after);
        let items = self.query_first(&self.tables.surveys, &pk, sort, Some(limit)).await?;
        let read = |item: &Item| {
            let number = keys::parse_survey_sort(table::text_of(item, "sk")?);
            let number = number.ok_or_else(|| table::corrupt(item, "its sort key is not a survey's"))?;
            Ok((number, record(item)?))
        };
        items.iter().map(read).collect()
    }

    async fn load_asked(&self, team: &TeamId, accounts: &BTreeSet<VendorId>, sort: &Sort) -> Result<Vec<Item>> {
        let partitions: Vec<String> = accounts.iter().map(|account| keys::asked_partition(team, account)).collect();
        let found: Vec<Vec<Item>> = stream::iter(partitions)
            .map(|pk| async move { self.query_all(&self.tables.surveys, &pk, sort.clone()).await })
            .buffered(table::CONCURRENCY)
            .try_collect()
            .await?;
        Ok(found.concat())
    }
}

/// Whether an item kept in order of merges is of one in `from..to`, to the second.
fn is_within(item: &Item, from: Timestamp, to: Timestamp) -> Result<bool> {
    let sk = table::text_of(item, "sk")?;
    let (_, second) = keys::parse_flow_sort(sk).ok_or_else(|| table::corrupt(item, "its sort key is not a row's"))?;
    Ok(second >= from.as_second() && second < to.as_second())
}

/// Everybody who has a record of their own: the author, asked or not, and the reviewers who were asked.
pub(crate) fn people(row: &SurveyRow) -> BTreeSet<&VendorId> {
    row.author.iter().chain(row.reviewers.iter().map(|reviewer| &reviewer.account)).collect()
}

/// What a person's own statistics need of a row: nothing of the others.
pub(crate) fn of_person(row: &SurveyRow, account: &VendorId) -> SurveyRow {
    SurveyRow {
        author: row.author.clone().filter(|author| author == account),
        reviewers: row.reviewers.iter().filter(|reviewer| reviewer.account == *account).cloned().collect(),
        detection: None,
        control: false,
        label: None,
        asked: 0,
        unreachable: 0,
        opted_out: 0,
        over_cap: 0,
        unknown: 0,
        author_asked: false,
        ..row.clone()
    }
}

/// Format 1: the row's own serialised form. Another shape takes another number.
const FORMAT: u8 = 1;

pub(crate) fn encode(row: &SurveyRow) -> Result<Vec<u8>> {
    postcard::to_extend(row, vec![FORMAT])
        .map_err(|error| StoreError::Corrupt { key: row.key.to_string(), reason: error.to_string() })
}

pub(crate) fn item(key: &Key, row: Vec<u8>) -> Item {
    table::item(key, [("d", AttributeValue::B(Blob::new(row)))])
}

pub(crate) fn row_of(item: &Item) -> Result<SurveyRow> {
    let data = item.get("d").and_then(|value| value.as_b().ok());
    let data = data.ok_or_else(|| table::corrupt(item, "no binary `d`"))?;
    row_codec::content(FORMAT, data.as_ref()).map_err(|reason| table::corrupt(item, reason))
}

#[cfg(test)]
#[path = "survey_rows_tests.rs"]
mod tests;
