//! Small hand-made pull requests for the tests. Times are minutes after a fixed instant.

use jiff::Timestamp;
use plumbline_domain::{
    Actor, ActorKind, Commit, CommitList, DraftEvent, DraftEventKind, Provider, PullRequest, PullRequestKey,
    RepositoryKey, Review, ReviewState, Scalars, State,
};

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
}

pub(crate) fn key(repository: u64, number: u64) -> PullRequestKey {
    PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id: repository }, number }
}

#[expect(clippy::unnecessary_wraps, reason = "the facts hold optional actors: a deleted account is None")]
pub(crate) fn actor(id: u64, kind: ActorKind) -> Option<Actor> {
    Some(Actor { id, login: format!("account-{id}"), kind })
}

pub(crate) fn user(id: u64) -> Option<Actor> {
    actor(id, ActorKind::User)
}

/// Written by account 1, opened at minute 0, open.
pub(crate) fn open() -> PullRequest {
    let scalars = Scalars {
        updated_at: at(0),
        id: 1,
        title: "Add a switch".to_owned(),
        author: user(1),
        state: State::Open,
        draft: false,
        created_at: at(0),
        merged_at: None,
        closed_at: None,
        additions: 30,
        deletions: 12,
        changed_files: 2,
        commits: 0,
        base_ref: "main".to_owned(),
        head_ref: "switch".to_owned(),
        reverts: false,
        attribution: None,
    };
    PullRequest { scalars: Some(scalars), ..PullRequest::new(key(1, 1)) }
}

/// The same, merged at a minute.
pub(crate) fn merged(minute: i64) -> PullRequest {
    open().with(|scalars| {
        scalars.state = State::Merged;
        scalars.merged_at = Some(at(minute));
        scalars.closed_at = Some(at(minute));
    })
}

/// Changes to a pull request that read as a sentence.
pub(crate) trait With: Sized {
    fn with(self, change: impl FnOnce(&mut Scalars)) -> Self;
    fn review(self, author: Option<Actor>, state: ReviewState, minute: i64) -> Self;
    fn commit(self, authored: i64, committed: i64) -> Self;
    fn turned(self, kind: DraftEventKind, minute: i64) -> Self;
}

impl With for PullRequest {
    fn with(mut self, change: impl FnOnce(&mut Scalars)) -> Self {
        change(self.scalars.as_mut().unwrap());
        self
    }

    fn review(mut self, author: Option<Actor>, state: ReviewState, minute: i64) -> Self {
        let id = u64::try_from(self.reviews.len()).unwrap() + 100;
        self.reviews.insert(id, Review { author, state, submitted_at: at(minute), updated_at: at(minute) });
        self
    }

    fn commit(mut self, authored: i64, committed: i64) -> Self {
        let list = self.commits.get_or_insert(CommitList { version: at(0), further_pages: 0, commits: vec![] });
        list.commits.push(Commit {
            sha: format!("{:040}", list.commits.len()),
            author: None,
            author_name: None,
            author_email: None,
            authored_at: at(authored),
            committed_at: at(committed),
            committer: None,
            attribution: None,
        });
        self
    }

    fn turned(mut self, kind: DraftEventKind, minute: i64) -> Self {
        self.draft_history.listed.insert(DraftEvent { at: at(minute), kind });
        self
    }
}
