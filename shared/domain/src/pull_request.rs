//! A pull request as vendors told it: a document of parts, each with its own version.
//!
//! A webhook knows some parts, a sync knows all; both are merged with [`PullRequest::merge`], which is commutative,
//! associative and idempotent, so that no order or repetition of deliveries changes the outcome and nobody wipes
//! what somebody else brought. Nothing derived is kept here.

use crate::ids::PullRequestKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What kind of account acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person's account.
    User,
    /// An account that the vendor itself types as a bot.
    Bot,
    /// Anything else the vendor has (organisations, imported placeholder accounts): neither a bot nor a person.
    Other,
}

/// An account as it stood on something it did. A deleted account is `None` where an actor is optional.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The vendor's numeric id.
    pub id: u64,
    /// The login at that time.
    pub login: String,
    /// Person, bot or other.
    pub kind: ActorKind,
}

/// Open, closed without a merge, or merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not finished.
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged.
    Merged,
}

impl State {
    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }
}

/// The parts that change together; version: `updated_at`.
///
/// Field order matters: `Ord` decides between two contents of the same version, and `updated_at` comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scalars {
    /// The vendor's time of the last change: the version of this part.
    pub updated_at: Timestamp,
    /// The vendor's id of the pull request.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Who opened it; `None` when that account was deleted.
    pub author: Option<Actor>,
    /// Open, closed, merged.
    pub state: State,
    /// Whether it is a draft now.
    pub draft: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// When it was closed, by a merge or without.
    pub closed_at: Option<Timestamp>,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Files changed.
    pub changed_files: u64,
    /// Number of all commits, also of those not listed.
    pub commits: u64,
    /// Branch it goes to.
    pub base_ref: String,
    /// Branch it comes from.
    pub head_ref: String,
    /// Whether its text carries the vendor's link to the pull request it reverts.
    pub reverts: bool,
    /// The lines of its text that say who or what made it, as far as detection needs them; the text itself is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
}

/// What a review said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// A state this version does not know.
    Unknown,
    /// Remarks only.
    Commented,
    /// Changes requested.
    ChangesRequested,
    /// Approved.
    Approved,
    /// Withdrawn by somebody; final.
    Dismissed,
}

impl ReviewState {
    /// The serialised name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Commented => "commented",
            Self::ChangesRequested => "changes_requested",
            Self::Approved => "approved",
            Self::Dismissed => "dismissed",
        }
    }
}

/// One submitted review. A pending one is not a fact yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who reviewed; `None` when that account was deleted.
    pub author: Option<Actor>,
    /// What it said.
    pub state: ReviewState,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The vendor's time of its last change: the version of this part.
    pub updated_at: Timestamp,
}

impl Review {
    /// A dismissal is final, even where the vendor does not move `updated_at`; else the newer, else the content decides.
    fn order(&self) -> (bool, Timestamp, Timestamp, ReviewState, Option<&Actor>) {
        (self.state == ReviewState::Dismissed, self.updated_at, self.submitted_at, self.state, self.author.as_ref())
    }
}

/// Left the draft state or went back to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftEventKind {
    /// Converted to a draft.
    Draft,
    /// Marked ready for review.
    Ready,
}

/// One change between draft and ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DraftEvent {
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub kind: DraftEventKind,
}

/// Draft events from both sources. A webhook only knows the pull request's time of change, which can differ by a
/// second from the event's own: once a sync has listed the events, what was heard up to then is dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftHistory {
    /// As listed by the vendor; events are never taken back.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub listed: BTreeSet<DraftEvent>,
    /// The pull request's `updated_at` when they were listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// From webhooks, later than `listed_at`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub heard: BTreeSet<DraftEvent>,
}

impl DraftHistory {
    /// All events in order of time.
    pub fn events(&self) -> BTreeSet<DraftEvent> {
        self.listed.union(&self.heard).copied().collect()
    }

    fn merge(&mut self, other: Self) {
        self.listed.extend(other.listed);
        self.listed_at = self.listed_at.max(other.listed_at);
        self.heard.extend(other.heard);
        if let Some(listed_at) = self.listed_at {
            self.heard.retain(|event| event.at > listed_at);
        }
    }
}

/// A commit of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Commit {
    /// Its hash.
    pub sha: String,
    /// The account the vendor linked to the author's e-mail, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Actor>,
    /// The author's name in the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// The author's e-mail in the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_email: Option<String>,
    /// The author's date.
    pub authored_at: Timestamp,
    /// The committer's date: a rebase moves it.
    pub committed_at: Timestamp,
    /// Who committed it, where that is neither the author nor the vendor itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committer: Option<Committer>,
    /// The lines of its message that say who or what made it, as far as detection needs them; the message itself is not
    /// kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
}

/// Who committed a commit, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Committer {
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: String,
}

/// The commits that a sync listed. The list is replaced as a whole, since a force-push takes commits away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CommitList {
    /// The pull request's `updated_at` when it was listed: the version of this part.
    pub version: Timestamp,
    /// How many pages follow the first; they are stored beside the document ([`crate::CommitPage`]) and count only
    /// while they carry the same version.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub further_pages: u32,
    /// The commits; when loaded whole, those of the further pages, too.
    pub commits: Vec<Commit>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// A pull request: all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Which one.
    pub key: PullRequestKey,
    /// `None` while only a review was heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scalars: Option<Scalars>,
    /// Submitted reviews by the vendor's review id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reviews: BTreeMap<u64, Review>,
    /// Draft events.
    #[serde(default)]
    pub draft_history: DraftHistory,
    /// `None` until a sync listed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commits: Option<CommitList>,
}

impl PullRequest {
    /// Nothing known yet.
    pub fn new(key: PullRequestKey) -> Self {
        Self { key, scalars: None, reviews: BTreeMap::new(), draft_history: DraftHistory::default(), commits: None }
    }

    /// Joins what `other` knows of the same pull request.
    pub fn merge(&mut self, other: Self) {
        debug_assert_eq!(self.key, other.key, "two different pull requests cannot be merged");
        if other.scalars > self.scalars {
            self.scalars = other.scalars;
        }
        for (id, review) in other.reviews {
            match self.reviews.get_mut(&id) {
                Some(known) if known.order() >= review.order() => {}
                Some(known) => *known = review,
                None => {
                    self.reviews.insert(id, review);
                }
            }
        }
        self.draft_history.merge(other.draft_history);
        if other.commits > self.commits {
            self.commits = other.commits;
        }
    }
}

#[cfg(test)]
#[path = "pull_request_tests.rs"]
mod tests;
