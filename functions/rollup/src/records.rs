//! What the stream's records say: which pull requests to look at.
//!
//! Of each record only the keys are read and, of the image before the change, when the pull request was merged then:
//! that is where its row lies if the merge moved. The image after the change is not even parsed, since the document
//! is read afresh.

use jiff::Timestamp;
use plumbline_domain::{PullRequest, PullRequestKey, TeamId};
use plumbline_store::changed_pull_request;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A record of a DynamoDB stream
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>), as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    #[serde(rename = "eventName", default)]
    event_name: String,
    dynamodb: StreamRecord,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamRecord {
    #[serde(default)]
    keys: Keys,
    #[serde(default)]
    old_image: Option<OldImage>,
    #[serde(default)]
    sequence_number: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Keys {
    #[serde(default)]
    pk: Text,
    #[serde(default)]
    sk: Text,
}

#[derive(Debug, Deserialize)]
struct OldImage {
    #[serde(default)]
    body: Text,
}

/// An attribute value; empty where it is no text.
#[derive(Debug, Default, Deserialize)]
struct Text {
    #[serde(rename = "S", default)]
    text: String,
}

impl Record {
    /// What the stream calls it.
    pub(crate) fn sequence_number(&self) -> Option<String> {
        self.dynamodb.sequence_number.clone()
    }

    /// When its pull request was merged, before the change. A commit page has no such time.
    fn formerly_merged_at(&self) -> Option<Timestamp> {
        let body = &self.dynamodb.old_image.as_ref()?.body.text;
        serde_json::from_str::<PullRequest>(body).ok()?.scalars?.merged_at
    }
}

/// A pull request whose row may be out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) key: PullRequestKey,
    /// Times of merge that it had before: a row may lie at each.
    pub(crate) formerly: BTreeSet<Timestamp>,
    /// Its document was deleted (and perhaps begun anew, with revisions from 1).
    pub(crate) was_removed: bool,
    /// Index of the first record that named it.
    pub(crate) first_record: usize,
}

impl Change {
    /// One that somebody names, without a record.
    pub(crate) fn named(key: PullRequestKey) -> Self {
        Self { key, formerly: BTreeSet::new(), was_removed: false, first_record: 0 }
    }
}

/// The pull requests that the records name, once each, by team. Records of other items are skipped.
pub(crate) fn changes(records: &[Record]) -> BTreeMap<TeamId, Vec<Change>> {
    let mut found: BTreeMap<TeamId, BTreeMap<PullRequestKey, Change>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let Keys { pk, sk } = &record.dynamodb.keys;
        let Some((team, key)) = changed_pull_request(&pk.text, &sk.text) else { continue };
        let change = found.entry(team).or_default().entry(key);
        let change = change.or_insert(Change { first_record: index, ..Change::named(key) });
        if let Some(merged_at) = record.formerly_merged_at() {
            change.formerly.insert(merged_at);
            change.was_removed |= record.event_name == "REMOVE";
        }
    }
    found.into_iter().map(|(team, changes)| (team, changes.into_values().collect())).collect()
}
