//! Facts to look at through the API.

use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{
    Account, Actor, ActorKind, BranchCommit, Commit, CommitList, Fact, Group, Membership, Provider, PullRequest,
    PullRequestKey, Repository, RepositoryKey, Review, ReviewState, Scalars, State, TeamId, VendorId,
};
use plumbline_store::Store;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn github(id: u64) -> VendorId {
    VendorId::new(Provider::Github, id)
}

pub(crate) fn repository_key(id: u64) -> RepositoryKey {
    RepositoryKey { provider: Provider::Github, id }
}

pub(crate) fn repository(id: u64, full_name: &str) -> Fact {
    Fact::Repository(Repository {
        key: repository_key(id),
        full_name: full_name.into(),
        default_branch: Some("main".into()),
        archived: false,
        gone_at: None,
        seen_at: at("2026-11-01T00:00:00Z"),
    })
}

pub(crate) fn account(id: u64, login: &str, kind: ActorKind, member: Option<bool>) -> Fact {
    Fact::Account(Account {
        id: github(id),
        login: login.into(),
        kind,
        name: Some(format!("{login} the person")),
        role: member.map(|_| "member".into()),
        member,
        email: None,
        commit_emails: [].into(),
        active: None,
        seen_at: at("2026-11-01T00:00:00Z"),
    })
}

pub(crate) fn group(id: u64, slug: &str) -> Fact {
    Fact::Group(Group {
        id: github(id),
        slug: slug.into(),
        name: slug.to_uppercase(),
        parent: None,
        gone_at: None,
        seen_at: at("2026-11-01T00:00:00Z"),
    })
}

pub(crate) fn membership(group: u64, account: u64) -> Fact {
    Fact::Membership(Membership {
        group: github(group),
        account: github(account),
        role: None,
        gone_at: None,
        seen_at: at("2026-11-01T00:00:00Z"),
    })
}

pub(crate) fn user(id: u64) -> Actor {
    Actor { id, login: format!("user{id}"), kind: ActorKind::User }
}

pub(crate) fn commit(sha: &str, author: Option<Actor>, authored_at: &str) -> Commit {
    Commit {
        sha: sha.into(),
        author,
        author_name: Some("Ada".into()),
        author_email: Some("ada@example.com".into()),
        authored_at: at(authored_at),
        committed_at: at(authored_at),
        committer: None,
        attribution: None,
    }
}

pub(crate) fn branch_commit(repository: u64, commit: Commit) -> Fact {
    Fact::BranchCommit(BranchCommit { repository: repository_key(repository), commit })
}

/// Opened two hours before `merged_at`, approved one hour before it, by an author and a reviewer.
pub(crate) fn merged(
    repository: u64,
    number: u64,
    author: Option<Actor>,
    reviewer: u64,
    merged_at: &str,
) -> PullRequest {
    let merged_at = at(merged_at);
    let created_at = merged_at - SignedDuration::from_hours(2);
    let submitted_at = merged_at - SignedDuration::from_hours(1);
    let mut pull_request = PullRequest::new(PullRequestKey { repository: repository_key(repository), number });
    pull_request.scalars = Some(Scalars {
        updated_at: merged_at,
        id: 1_000 + number,
        title: format!("Change {number}"),
        author,
        state: State::Merged,
        draft: false,
        created_at,
        merged_at: Some(merged_at),
        closed_at: Some(merged_at),
        additions: 30,
        deletions: 10,
        changed_files: 2,
        commits: 1,
        base_ref: "main".into(),
        head_ref: "topic".into(),
        reverts: false,
        attribution: None,
    });
    let review =
        Review { author: Some(user(reviewer)), state: ReviewState::Approved, submitted_at, updated_at: submitted_at };
    pull_request.reviews.insert(number * 10, review);
    let first = created_at - SignedDuration::from_mins(30);
    pull_request.commits = Some(CommitList {
        version: merged_at,
        further_pages: 0,
        commits: vec![commit(&format!("{number:040x}"), Some(user(reviewer)), &first.to_string())],
    });
    pull_request
}

/// Saves facts and, as the rollup and the connector would, the rows of merged pull requests and of issues.
pub(crate) async fn save(store: &Store, team: &TeamId, facts: Vec<Fact>) {
    let rows: Vec<_> = facts
        .iter()
        .filter_map(|fact| if let Fact::PullRequest(pr) = fact { plumbline_metrics::flow_row(pr) } else { None })
        .collect();
    let saved = store.save_facts(team, facts).await.unwrap();
    for one in saved.issues.iter().filter(|one| one.issue.gone_at.is_none()) {
        store.save_issue_row(team, &plumbline_metrics::issue_row(&one.issue), one.rev).await.unwrap();
    }
    for row in rows {
        store.save_row(team, &row, 1).await.unwrap();
    }
}

pub(crate) fn pull_request(pull_request: PullRequest) -> Fact {
    Fact::PullRequest(Box::new(pull_request))
}
