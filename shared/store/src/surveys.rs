//! Surveys: one document per merged pull request for ever, with what is read of it elsewhere.
//!
//! A document is saved under its revision, in one transaction with its row for metrics (in the partition of the month of
//! the merge) and with what its people's own statistics are made of (in a partition per account). So none of them is ever
//! ahead of another, whatever crashes when; what did not change is not written.

use crate::{
    Result, Store, StoreError, documents,
    keys::{self, Key},
    survey_rows,
    survey_settings::{due_attributes, due_of},
    sync::whole_millisecond,
    table::{self, Item},
};
use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, TransactWriteItem, Update},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use plumbline_domain::{MemberId, PullRequestKey, TeamId};
use plumbline_survey::{Survey, SurveyRow};
use std::collections::BTreeMap;

/// How many reviewers a survey may have: document, row, and for everybody a record and a count go into one transaction.
pub const MOST_REVIEWERS: usize = (table::TRANSACTION_ITEMS - 2) / 2 - 1;

/// How long counts of a day are kept: longer than that day lasts anywhere.
const KEEP_COUNTS: SignedDuration = SignedDuration::from_hours(72);

/// A survey as it was when it was read or saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSurvey {
    /// The document.
    pub survey: Survey,
    /// Counts writes of the document.
    rev: u64,
    /// The row that is stored with it.
    row: SurveyRow,
    /// When it is due.
    due_at: Option<Timestamp>,
}

impl StoredSurvey {
    fn new(survey: Survey, rev: u64, now: Timestamp) -> Self {
        let (row, due_at) = (survey.row(now), survey.due_at(now).map(whole_millisecond));
        Self { survey, rev, row, due_at }
    }

    /// Whether it would be due again and again for nothing, unless it is saved: there is nothing to do yet, or any more.
    pub fn is_due_too_early(&self, now: Timestamp) -> bool {
        let next = self.survey.due_at(now).map(whole_millisecond);
        self.due_at.is_some_and(|at| next.is_none_or(|next| next > now && next > at))
    }
}

/// What is stored of a merged pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurveyRecord {
    /// It is surveyed.
    Opened(Box<StoredSurvey>),
    /// It was decided once and for ever that nobody is asked.
    NotAsked {
        /// Why, as a word (`bot_author`).
        reason: String,
    },
}

/// What became of a new survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It is stored.
    Yes(Box<StoredSurvey>),
    /// The pull request was decided about before: nothing was stored.
    Taken,
    /// Somebody was asked so often meanwhile that they may not be asked again: nothing was stored. Load the counts and
    /// decide anew.
    CapReached,
}

/// How often a person may be asked on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCap {
    /// The day, in the team's time zone.
    pub date: Date,
    /// How often at most.
    pub most: u32,
}

impl Store {
    /// Stores a new survey, unless its pull request was decided about before. With a cap, everybody asked is counted, in
    /// the same transaction: nobody is ever counted beyond it, or counted and not asked.
    pub async fn create_survey(&self, survey: Survey, cap: Option<DailyCap>, now: Timestamp) -> Result<Created> {
        let (team, pull_request) = (survey.team_id.clone(), survey.key);
        let new = StoredSurvey::new(survey, 1, now);
        let mut writes = self.survey_writes(&new, None)?;
        if let Some(cap) = cap {
            let asked = new.survey.participants().filter(|person| person.is_asked());
            for member in asked.filter_map(|person| person.member.as_ref()) {
                writes.push(self.count(&team, member, cap, now)?);
            }
        }
        if self.transact(writes).await? {
            return Ok(Created::Yes(Box::new(new)));
        }
        let known = self.load_survey(&team, pull_request).await?;
        Ok(if known.is_some() { Created::Taken } else { Created::CapReached })
    }

    /// Keeps that nobody is asked about a pull request, and why (a word). `false`: it was decided about before.
    pub async fn create_not_asked(
        &self,
        team: &TeamId,
        pull_request: PullRequestKey,
        merged_at: Timestamp,
        reason: &str,
    ) -> Result<bool> {
        let surveys = &self.tables.surveys;
        let document = table::item(&keys::survey(team, pull_request), [("why", table::text(reason))]);
        let row = table::item(&keys::survey_row(team, pull_request, merged_at), [("why", table::text(reason))]);
        self.transact(vec![
            table::transact_put(table::put(surveys, document).condition_expression("attribute_not_exists(pk)"))?,
            table::transact_put(table::put(surveys, row))?,
        ])
        .await
    }

    /// What is stored of a merged pull request, as it is now.
    pub async fn load_survey(&self, team: &TeamId, pull_request: PullRequestKey) -> Result<Option<SurveyRecord>> {
        self.get(&self.tables.surveys, &keys::survey(team, pull_request)).await?.map(|item| record(&item)).transpose()
    }

    /// The surveys of these pull requests, in order of merges.
    pub(crate) async fn load_surveys(
        &self,
        team: &TeamId,
        pull_requests: impl IntoIterator<Item = PullRequestKey>,
    ) -> Result<Vec<StoredSurvey>> {
        let wanted = pull_requests.into_iter().map(|pull_request| keys::survey(team, pull_request)).collect();
        let mut surveys = Vec::new();
        for item in self.batch_get(&self.tables.surveys, wanted, None).await?.values() {
            if let SurveyRecord::Opened(stored) = record(item)? {
                surveys.push(*stored);
            }
        }
        surveys.sort_by_key(|stored| (stored.survey.merged_at, stored.survey.key));
        Ok(surveys)
    }

    /// Saves what became of a survey, with its row and its people's records as far as they changed. `None`: somebody else
    /// saved it meanwhile, and nothing was written; load it, and do it again.
    pub async fn save_survey(
        &self,
        before: &StoredSurvey,
        survey: Survey,
        now: Timestamp,
    ) -> Result<Option<StoredSurvey>> {
        let after = StoredSurvey::new(survey, before.rev + 1, now);
        let writes = self.survey_writes(&after, Some(before))?;
        Ok(self.transact(writes).await?.then_some(after))
    }

    /// How often each of these members was asked on a day; who was not is left out.
    pub async fn load_asked_counts(
        &self,
        team: &TeamId,
        date: Date,
        members: impl IntoIterator<Item = MemberId>,
    ) -> Result<BTreeMap<MemberId, u32>> {
        let wanted: BTreeMap<Key, MemberId> =
            members.into_iter().map(|member| (keys::cap(team, &member, date), member)).collect();
        let found = self.batch_get(&self.tables.surveys, wanted.keys().cloned().collect(), Some("n")).await?;
        let mut counts = BTreeMap::new();
        for (key, item) in found {
            let count = u32::try_from(table::number_of(&item, "n")?).unwrap_or(u32::MAX);
            counts.extend(wanted.get(&key).map(|member| (member.clone(), count)));
        }
        Ok(counts)
    }

    /// All that is to be written of `after`, on the condition that `before` is what is stored.
    fn survey_writes(&self, after: &StoredSurvey, before: Option<&StoredSurvey>) -> Result<Vec<TransactWriteItem>> {
        let StoredSurvey { survey, row, .. } = after;
        let (team, key) = (&survey.team_id, survey.key);
        let surveys = &self.tables.surveys;
        let bytes = survey_rows::encode(row)?;
        let put = table::put(surveys, document(after, &bytes)?);
        let put = match before {
            Some(before) => {
                put.condition_expression("rev = :rev").expression_attribute_values(":rev", table::number(before.rev))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        let mut writes = vec![table::transact_put(put)?];
        if before.is_some_and(|before| before.row == *row) {
            return Ok(writes);
        }
        let item = survey_rows::item(&keys::survey_row(team, key, survey.merged_at), bytes);
        writes.push(table::transact_put(table::put(surveys, item))?);
        for account in survey_rows::people(row) {
            let own = survey_rows::of_person(row, account);
            if before.is_none_or(|before| survey_rows::of_person(&before.row, account) != own) {
                let key = keys::asked(team, account, key, survey.merged_at);
                let item = survey_rows::item(&key, survey_rows::encode(&own)?);
                writes.push(table::transact_put(table::put(surveys, item))?);
            }
        }
        Ok(writes)
    }

    /// Counts a member as asked once more, on the condition that they may be.
    fn count(&self, team: &TeamId, member: &MemberId, cap: DailyCap, now: Timestamp) -> Result<TransactWriteItem> {
        let forget = now.checked_add(KEEP_COUNTS).unwrap_or(Timestamp::MAX);
        let update = Update::builder()
            .table_name(&self.tables.surveys)
            .set_key(Some(table::key_item(&keys::cap(team, member, cap.date))))
            .update_expression("SET expires_at = :forget ADD n :one")
            .condition_expression("attribute_not_exists(n) OR n < :most")
            .expression_attribute_values(":forget", table::number(forget.as_second()))
            .expression_attribute_values(":one", table::number(1))
            .expression_attribute_values(":most", table::number(cap.most))
            .build()
            .map_err(table::incomplete)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// The document's item: in the index by due time only when there is a due time.
fn document(stored: &StoredSurvey, row: &[u8]) -> Result<Item> {
    let StoredSurvey { survey, rev, due_at, .. } = stored;
    let key = keys::survey(&survey.team_id, survey.key);
    let body = serde_json::to_string(survey)
        .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
    let row = AttributeValue::B(Blob::new(row));
    let mut item = table::item(&key, [("body", table::text(body)), ("rev", table::number(rev)), ("d", row)]);
    item.extend(due_attributes(&survey.team_id, *due_at));
    Ok(item)
}

pub(crate) fn record(item: &Item) -> Result<SurveyRecord> {
    if item.contains_key("why") {
        return Ok(SurveyRecord::NotAsked { reason: table::text_of(item, "why")?.to_owned() });
    }
    Ok(SurveyRecord::Opened(Box::new(StoredSurvey {
        survey: documents::body_of(item)?,
        rev: table::number_of(item, "rev")?,
        row: survey_rows::row_of(item)?,
        due_at: item.contains_key("due_at").then(|| due_of(item)).transpose()?,
    })))
}

#[cfg(test)]
#[path = "surveys_tests.rs"]
mod tests;
