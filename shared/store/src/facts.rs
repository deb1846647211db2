//! Saving facts: joined with what is stored, written only where that changed something.

use crate::{
    Result, Store, StoreError,
    documents::Document,
    keys::Key,
    retry::Backoff,
    table::{self, Item},
};
use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use plumbline_domain::{
    Erase as _, Erased, Fact, Issue, Provider, PullRequest, PullRequestKey, Record, RepositoryKey, State, TeamId,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, btree_map::Entry};

/// An item may have 400 KB, names and keys included
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>); below it is room for what
/// the next write adds beside the body.
const LARGEST_BODY: usize = 380_000;

/// What became of facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// Items written.
    pub written: u64,
    /// Items that said all of it before: not written.
    pub unchanged: u64,
    /// Every merged pull request among the facts, changed or not, in order of keys.
    pub merged: Vec<SavedPullRequest>,
    /// Every issue among the facts, changed or not, in order of projects and ids.
    pub issues: Vec<SavedIssue>,
    /// What could not be stored, each with the reason; nothing else was lost for it.
    pub rejected: Vec<Rejected>,
}

/// A merged pull request as it is stored now. In JSON a compact list, since runs keep many of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "SavedWire", into = "SavedWire")]
pub struct SavedPullRequest {
    /// Which one.
    pub key: PullRequestKey,
    /// When it was merged.
    pub merged_at: Timestamp,
    /// The revision of its document.
    pub rev: u64,
}

/// An issue as it is stored now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedIssue {
    /// The issue.
    pub issue: Issue,
    /// The revision of its document.
    pub rev: u64,
}

type SavedWire = (Provider, u64, u64, Timestamp, u64);

impl From<SavedWire> for SavedPullRequest {
    fn from((provider, id, number, merged_at, rev): SavedWire) -> Self {
        Self { key: PullRequestKey { repository: RepositoryKey { provider, id }, number }, merged_at, rev }
    }
}

impl From<SavedPullRequest> for SavedWire {
    fn from(SavedPullRequest { key: PullRequestKey { repository, number }, merged_at, rev }: SavedPullRequest) -> Self {
        (repository.provider, repository.id, number, merged_at, rev)
    }
}

/// A record that could not be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Which one, by the vendor's ids.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// One document's way into the table.
pub(crate) struct Outcome {
    written: bool,
    rejected: Option<Rejected>,
    /// As it is stored now; of a rejected one, as it was.
    stored: Option<(Document, u64)>,
}

impl Saved {
    fn count(&mut self, outcome: Outcome) {
        match outcome.rejected {
            Some(rejected) => self.rejected.push(rejected),
            None if outcome.written => self.written += 1,
            None => self.unchanged += 1,
        }
        match outcome.stored {
            Some((Document::PullRequest(document), rev)) => self.merged.extend(saved_if_merged(&document, rev)),
            Some((Document::Record(Record::Issue(issue)), rev)) => self.issues.push(SavedIssue { issue: *issue, rev }),
            _ => {}
        }
    }
}

fn saved_if_merged(document: &PullRequest, rev: u64) -> Option<SavedPullRequest> {
    let scalars = document.scalars.as_ref().filter(|scalars| scalars.state == State::Merged)?;
    Some(SavedPullRequest { key: document.key, merged_at: scalars.merged_at?, rev })
}

impl Store {
    /// Saves facts in any order and any number of times with the same outcome: they are joined with each other and
    /// with what is stored. What says nothing new is not written, and what names an erased person is saved under their
    /// pseudonym.
    pub async fn save_facts(&self, team: &TeamId, facts: Vec<Fact>) -> Result<Saved> {
        let erased = if facts.is_empty() { Erased::default() } else { self.load_erased(team).await? };
        self.save_facts_but(&erased, team, facts).await
    }

    /// The same for whoever has just loaded the team's erased people.
    pub async fn save_facts_but(&self, erased: &Erased, team: &TeamId, mut facts: Vec<Fact>) -> Result<Saved> {
        if facts.is_empty() {
            return Ok(Saved::default());
        }
        if !erased.is_empty() {
            for fact in &mut facts {
                fact.erase(erased);
            }
        }
        let mut documents: BTreeMap<Key, Document> = BTreeMap::new();
        let mut add = |document: Document| match documents.entry(document.key(team)) {
            Entry::Vacant(place) => {
                place.insert(document);
            }
            Entry::Occupied(mut place) => place.get_mut().join(document),
        };
        for fact in facts {
            if let Fact::CommitPage(page) = &fact {
                // The page's arrival is a change of the pull request: its document is looked at, too.
                add(Document::PullRequest(Box::new(PullRequest::new(page.key))));
            }
            add(fact.into());
        }
        let mut known = self.batch_get(&self.tables.facts, documents.keys().cloned().collect(), None).await?;
        let mut saved = Saved::default();
        // Before the records: none of them is ever where nobody looks.
        self.catalogue(team, &documents, &known).await?;

        // Pages before documents: a document that says how many pages follow is not there before they are.
        let (pages, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            documents.into_iter().partition(|(_, document)| matches!(document, Document::CommitPage(_)));
        let mut page_revs: HashMap<PullRequestKey, BTreeMap<u32, u64>> = HashMap::new();
        for outcome in self.save_documents(pages, &mut known, &HashMap::new()).await? {
            if let (Some((Document::CommitPage(page), rev)), None) = (&outcome.stored, &outcome.rejected) {
                page_revs.entry(page.key).or_default().insert(page.index, *rev);
            }
            saved.count(outcome);
        }

        let (fresh, rest): (BTreeMap<_, _>, BTreeMap<_, _>) = rest
            .into_iter()
            .partition(|(key, document)| matches!(document, Document::BranchCommit(_)) && !known.contains_key(key));
        self.save_new_commits(fresh, &mut saved).await?;
        for outcome in self.save_documents(rest, &mut known, &page_revs).await? {
            saved.count(outcome);
        }
        saved.merged.sort_unstable();
        saved.issues.sort_by(|a, b| (&a.issue.project, &a.issue.id).cmp(&(&b.issue.project, &b.issue.id)));
        Ok(saved)
    }

    /// Commits of a branch that are not stored yet, in batches: what a hash names is the same whoever writes it.
    async fn save_new_commits(&self, commits: BTreeMap<Key, Document>, saved: &mut Saved) -> Result<()> {
        let mut requests = Vec::with_capacity(commits.len());
        for (key, commit) in commits {
            match body_of(&key, &commit)? {
                Ok(body) => requests.push(table::write_request(document_item(&key, body, 1, &BTreeMap::new()))?),
                Err(rejected) => saved.rejected.push(rejected),
            }
        }
        saved.written += u64::try_from(requests.len()).unwrap_or(u64::MAX);
        self.batch_write(&self.tables.facts, requests).await
    }

    async fn save_documents(
        &self,
        documents: BTreeMap<Key, Document>,
        known: &mut HashMap<Key, Item>,
        page_revs: &HashMap<PullRequestKey, BTreeMap<u32, u64>>,
    ) -> Result<Vec<Outcome>> {
        let none = BTreeMap::new();
        let work: Vec<_> = documents
            .into_iter()
            .map(|(key, document)| {
                let item = known.remove(&key);
                let pages = match &document {
                    Document::PullRequest(document) => page_revs.get(&document.key).unwrap_or(&none),
                    _ => &none,
                };
                (key, document, pages, item)
            })
            .collect();
        stream::iter(work)
            .map(|(key, document, pages, item)| self.save_document(key, document, pages, item))
            .buffer_unordered(table::CONCURRENCY)
            .try_collect()
            .await
    }

    /// Joins `document` with what is stored and writes the outcome, if it is another; again when somebody else wrote
    /// meanwhile. `pages`: the revisions of its further commit pages that were just seen.
    pub(crate) async fn save_document(
        &self,
        key: Key,
        document: Document,
        pages: &BTreeMap<u32, u64>,
        mut item: Option<Item>,
    ) -> Result<Outcome> {
        let mut backoff = Backoff::default();
        loop {
            let stored = item.as_ref().map(|item| document.stored_in(item)).transpose()?;
            let mut joined = document.clone();
            let mut joined_pages = pages.clone();
            let mut known_rev = None;
            if let Some(stored) = stored {
                joined = stored.document.clone();
                joined.join(document.clone());
                for (index, rev) in &stored.pages {
                    let newest = joined_pages.entry(*index).or_insert(*rev);
                    *newest = (*newest).max(*rev);
                }
                if joined.same(&stored.document) && joined_pages == stored.pages {
                    let stored = Some((stored.document, stored.rev));
                    return Ok(Outcome { written: false, rejected: None, stored });
                }
                known_rev = Some((stored.rev, stored.document));
            }
            let body = match body_of(&key, &joined)? {
                Ok(body) => body,
                Err(rejected) => {
                    let stored = known_rev.map(|(rev, document)| (document, rev));
                    return Ok(Outcome { written: false, rejected: Some(rejected), stored });
                }
            };
            let known_rev = known_rev.map(|(rev, _)| rev);
            let rev = known_rev.unwrap_or(0) + 1;
            let new = document_item(&key, body, rev, &joined_pages);
            if self.put_after(&self.tables.facts, new, known_rev).await? {
                return Ok(Outcome { written: true, rejected: None, stored: Some((joined, rev)) });
            }
            backoff.pause(|| StoreError::Conflict(key.to_string())).await?;
            item = self.get(&self.tables.facts, &key).await?;
        }
    }
}

pub(crate) fn document_item(key: &Key, body: String, rev: u64, pages: &BTreeMap<u32, u64>) -> Item {
    let mut item = table::item(key, [("body", table::text(body)), ("rev", table::number(rev))]);
    if !pages.is_empty() {
        let pages = pages.iter().map(|(index, rev)| (index.to_string(), table::number(rev)));
        item.insert("pages".into(), AttributeValue::M(pages.collect()));
    }
    item
}

/// The document's JSON, or why it cannot be stored.
fn body_of(key: &Key, document: &Document) -> Result<Result<String, Rejected>> {
    let body =
        document.body().map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
    if body.len() > LARGEST_BODY {
        let reason = format!("it has {} bytes, and {LARGEST_BODY} is the most that can be stored", body.len());
        return Ok(Err(Rejected { what: document.what(), reason }));
    }
    Ok(Ok(body))
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
