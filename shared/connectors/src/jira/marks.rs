//! What the connector remembers between runs, and within a run from page to page.
//!
//! | key | what |
//! |---|---|
//! | `project:<id>` | [`ProjectMark`]: key, when last listed, up to where it was read, when its issues were last listed |
//! | `site` | [`SiteMark`]: what statuses and fields mean |
//! | `points` | the points spent in the last hour, see `points.rs` |
//!
//! A run works on the projects whose `listed` is the run's start, in order of their ids; so their list needs no place in
//! the cursor, and a run resumes from any page. A project that a complete listing no longer had is forgotten: should it
//! come back, it is read from the beginning.

use crate::Marks;
use jiff::Timestamp;
use plumbline_domain::StatusCategory;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PROJECT: &str = "project:";
const SITE: &str = "site";

/// A project: see the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProjectMark {
    /// Its key as last listed.
    pub(super) key: String,
    /// The start of the run whose listing had it last.
    pub(super) listed: Timestamp,
    /// Up to where its issues were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) read: Option<ReadMark>,
    /// The start of the run that listed all of its issues last, or read them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) swept: Option<Timestamp>,
}

/// Up to where a project's issues were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReadMark {
    /// The start of the run that read them.
    pub(super) at: Timestamp,
    /// How far back the first reading went; a longer history asked for later means reading again.
    pub(super) history_from: Timestamp,
}

/// What the site's statuses and fields mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SiteMark {
    /// What each status means, by its id.
    pub(super) categories: BTreeMap<String, StatusCategory>,
    /// The fields that hold an issue's sprints.
    pub(super) sprints: BTreeSet<String>,
    /// The fields that hold an issue's estimate; an issue has a value in one of them.
    pub(super) points: BTreeSet<String>,
}

impl SiteMark {
    /// The ids of the fields that are this site's own.
    pub(super) fn own_fields(&self) -> impl Iterator<Item = &str> {
        self.sprints.iter().chain(&self.points).map(String::as_str)
    }

    /// What a status means.
    pub(super) fn category(&self, status: Option<&str>) -> StatusCategory {
        status.and_then(|id| self.categories.get(id)).copied().unwrap_or(StatusCategory::Unknown)
    }
}

/// The marks as one page of a run sees and changes them.
pub(super) struct Book<'a> {
    marks: &'a Marks,
    changes: BTreeMap<String, Option<Value>>,
}

impl<'a> Book<'a> {
    pub(super) fn new(marks: &'a Marks) -> Self {
        Self { marks, changes: BTreeMap::new() }
    }

    /// What is to be changed.
    pub(super) fn into_changes(self) -> BTreeMap<String, Option<Value>> {
        self.changes
    }

    pub(super) fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        match self.changes.get(key) {
            Some(change) => change.as_ref().and_then(|value| T::deserialize(value).ok()),
            None => self.marks.get(key),
        }
    }

    pub(super) fn set<T: Serialize>(&mut self, key: &str, mark: &T) {
        // Marks are plain structs with text keys: they always serialise.
        if let Ok(value) = serde_json::to_value(mark) {
            self.change(key, Some(value));
        }
    }

    fn change(&mut self, key: &str, value: Option<Value>) {
        if self.marks.0.get(key) == value.as_ref() {
            self.changes.remove(key);
        } else {
            self.changes.insert(key.to_owned(), value);
        }
    }

    /// What the site's statuses and fields mean.
    pub(super) fn site(&self) -> Option<SiteMark> {
        self.get(SITE)
    }

    pub(super) fn set_site(&mut self, site: &SiteMark) {
        self.set(SITE, site);
    }

    pub(super) fn project(&self, id: u64) -> Option<ProjectMark> {
        self.get(&format!("{PROJECT}{id}"))
    }

    pub(super) fn set_project(&mut self, id: u64, mark: &ProjectMark) {
        self.set(&format!("{PROJECT}{id}"), mark);
    }

    pub(super) fn forget_project(&mut self, id: u64) {
        self.change(&format!("{PROJECT}{id}"), None);
    }

    /// All projects.
    pub(super) fn projects(&self) -> BTreeMap<u64, ProjectMark> {
        let keys = self.marks.0.keys().chain(self.changes.keys());
        let ids = keys.filter_map(|key| key.strip_prefix(PROJECT)?.parse().ok());
        ids.filter_map(|id| Some((id, self.project(id)?))).collect()
    }

    /// The projects of the run that began at `started`, after `after`.
    pub(super) fn projects_of(&self, started: Timestamp, after: Option<u64>) -> Vec<(u64, ProjectMark)> {
        let later = |id: u64| after.is_none_or(|after| id > after);
        self.projects().into_iter().filter(|(id, mark)| mark.listed == started && later(*id)).collect()
    }
}
