//! What the connector remembers between runs, and within a run from page to page.
//!
//! | key | what |
//! |---|---|
//! | `repository:<id>` | [`RepositoryMark`]: name, when last listed, watermark, page size, head, what a run has yet to read |
//! | `team:<id>` | [`TeamMark`]: a team as last listed |
//! | `list:<name>` | [`ListMark`]: the stamp of the last complete listing of members (of the organisation, of a team) |
//! | `list:<name>:<stamp>:<part>` | ids and logins on one page of such a listing |
//! | `etag:<path>` | [`EtagMark`]: an ETag, bound to the token it was given to |
//!
//! A listing that runs writes its pages under its own stamp (the run's start) beside those of the last complete one.
//! At its end the two are compared: what only the old one has is gone. A listing that broke off harms nothing: its
//! pages are dropped by the next one that is completed.
//!
//! A run works on the repositories whose `listed` is the run's start, in order of their ids; so their list needs no
//! place in the cursor, and a run resumes from any page.

use super::cursor::Newest;
use crate::Marks;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A repository: see the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RepositoryMark {
    /// `owner/name` as last listed.
    pub(super) full_name: String,
    /// Default branch as last listed.
    #[serde(default)]
    pub(super) default_branch: Option<String>,
    /// Read-only at GitHub.
    #[serde(default)]
    pub(super) archived: bool,
    /// The start of the run whose listing had it last.
    pub(super) listed: Timestamp,
    /// A complete listing no longer had it.
    #[serde(default)]
    pub(super) gone: bool,
    /// Up to where its pull requests were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pull_requests: Option<Watermark>,
    /// The size of a page of pull requests that worked last, where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page_size: Option<u32>,
    /// The head of the default branch up to which commits were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) commits: Option<CommitsMark>,
    /// Set by the changes step, cleared when the pull requests were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pull_requests_pending: Option<Newest>,
    /// Set by the changes step to the new head, cleared when the commits were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) commits_pending: Option<String>,
}

/// Up to where a repository's pull requests were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watermark {
    /// The newest change that the last pass began with.
    pub(super) newest: Newest,
    /// Whether that pass began so long after the change that no other one can hide in the same moment.
    pub(super) settled: bool,
    /// How far back the first pass went; a longer history asked for later means reading again.
    pub(super) history_from: Timestamp,
}

/// Up to where a default branch was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommitsMark {
    /// Its head then.
    pub(super) head: String,
    /// When the run that read it began.
    pub(super) read_at: Timestamp,
    /// How far back the first reading went.
    pub(super) history_from: Timestamp,
}

/// A team as last listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TeamMark {
    /// Its name in addresses.
    pub(super) slug: String,
    /// Its name for people.
    pub(super) name: String,
    /// The team it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<u64>,
    /// The start of the run whose listing had it last.
    pub(super) listed: Timestamp,
    /// A complete listing no longer had it.
    #[serde(default)]
    pub(super) gone: bool,
}

/// The last complete listing of a set of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct ListMark {
    complete: Timestamp,
}

/// An ETag of a listing that fitted on one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EtagMark {
    /// As GitHub sent it.
    pub(super) etag: String,
    /// A hash of server and token it was given to.
    pub(super) bound_to: String,
    /// The stamp under which the listing's content is remembered.
    pub(super) stamp: Timestamp,
}

/// The marks as one page of a run sees and changes them.
pub(super) struct Book<'a> {
    known: &'a Marks,
    changed: BTreeMap<String, Option<Value>>,
}

impl<'a> Book<'a> {
    pub(super) const fn new(known: &'a Marks) -> Self {
        Self { known, changed: BTreeMap::new() }
    }

    /// What has to be saved with the page.
    pub(super) fn into_changes(self) -> BTreeMap<String, Option<Value>> {
        self.changed
    }

    fn value(&self, key: &str) -> Option<&Value> {
        match self.changed.get(key) {
            Some(change) => change.as_ref(),
            None => self.known.0.get(key),
        }
    }

    fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.value(key).and_then(|value| T::deserialize(value).ok())
    }

    fn set<T: Serialize>(&mut self, key: String, mark: &T) {
        // Marks are plain structs with text keys: they always serialise.
        let Ok(value) = serde_json::to_value(mark) else { return };
        if self.known.0.get(&key) == Some(&value) {
            self.changed.remove(&key);
        } else {
            self.changed.insert(key, Some(value));
        }
    }

    fn remove(&mut self, key: &str) {
        if self.known.0.contains_key(key) {
            self.changed.insert(key.to_owned(), None);
        } else {
            self.changed.remove(key);
        }
    }

    /// All keys that begin with `prefix`.
    fn keys(&self, prefix: &str) -> BTreeSet<String> {
        let from = || prefix.to_owned()..;
        let known = self.known.0.range(from()).map(|(key, _)| key).take_while(|key| key.starts_with(prefix));
        let changed = self.changed.range(from()).map(|(key, _)| key).take_while(|key| key.starts_with(prefix));
        let mut keys: BTreeSet<String> = known.chain(changed).cloned().collect();
        keys.retain(|key| self.value(key).is_some());
        keys
    }

    fn numbered<T: DeserializeOwned>(&self, prefix: &str) -> BTreeMap<u64, T> {
        let keys = self.keys(prefix);
        keys.iter().filter_map(|key| Some((key.strip_prefix(prefix)?.parse().ok()?, self.get(key)?))).collect()
    }

    pub(super) fn repository(&self, id: u64) -> Option<RepositoryMark> {
        self.get(&format!("repository:{id}"))
    }

    pub(super) fn set_repository(&mut self, id: u64, mark: &RepositoryMark) {
        self.set(format!("repository:{id}"), mark);
    }

    /// All repositories ever listed, in order of their ids.
    pub(super) fn repositories(&self) -> BTreeMap<u64, RepositoryMark> {
        self.numbered("repository:")
    }

    pub(super) fn team(&self, id: u64) -> Option<TeamMark> {
        self.get(&format!("team:{id}"))
    }

    pub(super) fn set_team(&mut self, id: u64, mark: &TeamMark) {
        self.set(format!("team:{id}"), mark);
    }

    /// All teams ever listed, in order of their ids.
    pub(super) fn teams(&self) -> BTreeMap<u64, TeamMark> {
        self.numbered("team:")
    }

    pub(super) fn etag(&self, path: &str) -> Option<EtagMark> {
        self.get(&format!("etag:{path}"))
    }

    pub(super) fn set_etag(&mut self, path: &str, mark: Option<&EtagMark>) {
        let key = format!("etag:{path}");
        match mark {
            Some(mark) => self.set(key, mark),
            None => self.remove(&key),
        }
    }

    /// Remembers one page of the listing `name` under `stamp`.
    pub(super) fn set_list_page(&mut self, name: &str, stamp: Timestamp, part: &str, entries: &[(u64, String)]) {
        self.set(format!("list:{name}:{}:{part}", stamp.as_millisecond()), &entries);
    }

    /// The entries of the listing `name` under `stamp`, of those pages whose part begins with `part`.
    pub(super) fn list(&self, name: &str, stamp: Timestamp, part: &str) -> BTreeMap<u64, String> {
        let keys = self.keys(&format!("list:{name}:{}:{part}", stamp.as_millisecond()));
        keys.iter().filter_map(|key| self.get::<Vec<(u64, String)>>(key)).flatten().collect()
    }

    /// The entries of the last complete listing `name`.
    pub(super) fn complete_list(&self, name: &str) -> BTreeMap<u64, String> {
        let mark = self.get::<ListMark>(&format!("list:{name}"));
        mark.map(|mark| self.list(name, mark.complete, "")).unwrap_or_default()
    }

    /// Declares the listing under `stamp` complete and drops all others; what only the last complete one had is
    /// returned.
    pub(super) fn complete(&mut self, name: &str, stamp: Timestamp) -> BTreeMap<u64, String> {
        let present = self.list(name, stamp, "");
        let mut vanished = self.complete_list(name);
        vanished.retain(|id, _| !present.contains_key(id));
        let own = format!("list:{name}:{}:", stamp.as_millisecond());
        for key in self.keys(&format!("list:{name}:")) {
            if !key.starts_with(&own) {
                self.remove(&key);
            }
        }
        self.set(format!("list:{name}"), &ListMark { complete: stamp });
        vanished
    }

    /// Takes what only the last complete listing had over into the one under `stamp`: the next listing decides.
    pub(super) fn keep(&mut self, name: &str, stamp: Timestamp) {
        let present = self.list(name, stamp, "");
        let mut kept = self.complete_list(name);
        kept.retain(|id, _| !present.contains_key(id));
        let kept: Vec<_> = kept.into_iter().collect();
        self.set_list_page(name, stamp, "kept", &kept);
    }

    /// Forgets the listing `name`.
    pub(super) fn drop_list(&mut self, name: &str) {
        for key in self.keys(&format!("list:{name}:")) {
            self.remove(&key);
        }
        self.remove(&format!("list:{name}"));
    }
}
