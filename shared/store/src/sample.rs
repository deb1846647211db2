//! Facts for this crate's tests.

use crate::ConnectionRecord;
use jiff::Timestamp;
use plumbline_domain::{
    Account, Actor, ActorKind, Commit, CommitList, CommitPage, Fact, Issue, Provider, PullRequest, PullRequestKey,
    RepositoryKey, Review, ReviewState, Scalars, State, StatusCategory, TeamId, VendorId,
};
use std::collections::BTreeMap;

pub(crate) fn team() -> TeamId {
    "t7".parse().expect("an id")
}

/// Seconds after 2026-11-02T10:40:00Z.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_793_616_000 + second).expect("in range")
}

pub(crate) fn repository(id: u64) -> RepositoryKey {
    RepositoryKey { provider: Provider::Github, id }
}

pub(crate) fn key(number: u64) -> PullRequestKey {
    PullRequestKey { repository: repository(1), number }
}

pub(crate) fn actor(id: u64) -> Actor {
    Actor { id, login: format!("user{id}"), kind: ActorKind::User }
}

pub(crate) fn scalars(version: i64, merged: bool) -> Scalars {
    Scalars {
        updated_at: at(version),
        id: 9,
        title: format!("version {version}"),
        author: Some(actor(1)),
        state: if merged { State::Merged } else { State::Open },
        draft: false,
        created_at: at(0),
        merged_at: merged.then(|| at(version)),
        closed_at: merged.then(|| at(version)),
        additions: 3,
        deletions: 1,
        changed_files: 1,
        commits: 1,
        base_ref: "main".into(),
        head_ref: "topic".into(),
        reverts: false,
        attribution: None,
    }
}

pub(crate) fn review(author: u64, version: i64) -> Review {
    Review {
        author: Some(actor(author)),
        state: ReviewState::Approved,
        submitted_at: at(version),
        updated_at: at(version),
    }
}

pub(crate) fn commit(sha: &str) -> Commit {
    Commit {
        sha: sha.into(),
        author: None,
        author_name: None,
        author_email: None,
        authored_at: at(0),
        committed_at: at(0),
        committer: None,
        attribution: None,
    }
}

/// A pull request of which only the scalars are known.
pub(crate) fn with_scalars(number: u64, version: i64, merged: bool) -> PullRequest {
    PullRequest { scalars: Some(scalars(version, merged)), ..PullRequest::new(key(number)) }
}

/// A pull request of which only a review is known.
pub(crate) fn with_review(number: u64, id: u64, version: i64) -> PullRequest {
    PullRequest { reviews: BTreeMap::from([(id, review(id, version))]), ..PullRequest::new(key(number)) }
}

/// A pull request of which only its commits are known.
pub(crate) fn with_commits(number: u64, version: i64, further_pages: u32, shas: &[&str]) -> PullRequest {
    let commits = shas.iter().map(|sha| commit(sha)).collect();
    PullRequest {
        commits: Some(CommitList { version: at(version), further_pages, commits }),
        ..PullRequest::new(key(number))
    }
}

pub(crate) fn page(number: u64, version: i64, index: u32, shas: &[&str]) -> Fact {
    let commits = shas.iter().map(|sha| commit(sha)).collect();
    Fact::CommitPage(CommitPage { key: key(number), version: at(version), index, commits })
}

pub(crate) fn pr(pull_request: PullRequest) -> Fact {
    Fact::PullRequest(Box::new(pull_request))
}

/// An account as an actor shows it.
pub(crate) fn account(id: u64, login: &str, seen: i64) -> Account {
    Account {
        id: VendorId::new(Provider::Github, id),
        login: login.into(),
        kind: ActorKind::User,
        name: None,
        role: None,
        member: None,
        email: None,
        commit_emails: [].into(),
        active: None,
        seen_at: at(seen),
    }
}

/// An issue that nobody has begun.
pub(crate) fn issue(id: u64, seen: i64) -> Issue {
    Issue {
        seen_at: at(seen),
        gone_at: None,
        id: VendorId::new(Provider::Jira, id),
        project: VendorId::new(Provider::Jira, 10_001),
        key: format!("RAIL-{id}"),
        title: "Add a switch".into(),
        issue_type: "Story".into(),
        status: "To Do".into(),
        category: StatusCategory::ToDo,
        assignee: None,
        reporter: None,
        points: None,
        sprints: vec![],
        created_at: at(0),
        updated_at: at(0),
        resolved_at: None,
        history: vec![],
    }
}

/// A connection that reads an organisation.
pub(crate) fn connection(provider: Provider) -> ConnectionRecord {
    ConnectionRecord {
        provider,
        base_url: None,
        sealed_credentials: "v1:sealed".into(),
        settings: serde_json::json!({"organization": "example", "history_days": 180, "none": null, "empty": ""}),
        sync_at: Some("02:30".into()),
        webhook_sources: Vec::new(),
        created_at: at(0),
        updated_at: at(1),
    }
}
