//! What the columns of each table hold.

use crate::{Cell, Kind, Window, people::People};
use plumbline_auth::Sight;
use plumbline_domain::{Account, Actor, Commit, Provider, PullRequest, Repository, VendorId};
use plumbline_metrics::timeline;

pub(crate) const PULL_REQUEST_COLUMNS: [&str; 23] = [
    "provider",
    "repository",
    "number",
    "title",
    "author",
    "state",
    "draft",
    "created_at",
    "ready_at",
    "first_commit_at",
    "first_review_at",
    "approved_at",
    "merged_at",
    "closed_at",
    "additions",
    "deletions",
    "changed_files",
    "commits",
    "reviews",
    "review_rounds",
    "is_bot",
    "cycle_time_seconds",
    "updated_at",
];

pub(crate) const REVIEW_COLUMNS: [&str; 8] =
    ["provider", "repository", "number", "id", "reviewer", "state", "submitted_at", "is_bot"];

pub(crate) const COMMIT_COLUMNS: [&str; 8] =
    ["provider", "repository", "number", "sha", "author", "authored_at", "committed_at", "is_bot"];

pub(crate) const MEMBER_COLUMNS: [&str; 6] = ["provider", "id", "login", "name", "role", "is_bot"];

/// A row, one cell per column.
pub struct Row {
    /// Whom it is about.
    pub(crate) whose: Whose,
    pub(crate) cells: Vec<Cell>,
    /// Accounts that it names besides, with the columns that do.
    pub(crate) named: Vec<(VendorId, &'static [usize])>,
}

/// Whom a row is about: only who may see that person is shown it.
pub enum Whose {
    /// Nobody: a thing, or a sum over people.
    Nobody,
    /// The person behind this account.
    Account(VendorId),
    /// Somebody, and nobody knows who.
    Unknown,
}

impl Whose {
    /// Whether a row about them is shown to somebody with this sight.
    pub(crate) fn is_in(&self, sight: &Sight) -> bool {
        match self {
            Self::Nobody => true,
            Self::Account(account) => sight.has(account),
            Self::Unknown => sight.is_everybody(),
        }
    }

    /// The person behind an account of a code host; of a deleted one nobody knows.
    fn actor(provider: Provider, actor: Option<&Actor>) -> Self {
        actor.map_or(Self::Unknown, |actor| Self::Account(VendorId::new(provider, actor.id)))
    }
}

impl Row {
    /// The cells, one per column.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(crate) fn new(whose: Whose, cells: Vec<Cell>) -> Self {
        Self { whose, cells, named: Vec::new() }
    }

    /// A row about nobody, or one that whoever reads it may read whole.
    pub fn of_nobody(cells: Vec<Cell>) -> Self {
        Self::new(Whose::Nobody, cells)
    }

    /// The cells, without those that name accounts that `sight` does not have.
    pub(crate) fn without_others(&self, sight: &Sight) -> Vec<Cell> {
        let mut cells = self.cells.clone();
        for (_, columns) in self.named.iter().filter(|(account, _)| !sight.has(account)) {
            for column in *columns {
                if let Some(cell) = cells.get_mut(*column) {
                    *cell = Cell::Empty;
                }
            }
        }
        cells
    }

    /// A row about the person behind an account.
    pub fn of_account(account: &VendorId, cells: Vec<Cell>) -> Self {
        Self::new(Whose::Account(account.clone()), cells)
    }
}

/// The rows that a pull request has in a table, in an order that stays.
pub(crate) fn of_pull_request(
    kind: Kind,
    repository: &Repository,
    pull_request: &PullRequest,
    people: &People,
    window: &Window,
) -> Vec<Row> {
    match kind {
        Kind::PullRequests => pull_request_row(repository, pull_request, people, window).into_iter().collect(),
        Kind::Reviews => reviews(repository, pull_request, people, window),
        Kind::Commits => commits(repository, pull_request, people, window),
        _ => Vec::new(),
    }
}

/// None while only a review was heard of: it has a row among the reviews, and this one once its sync came by.
fn pull_request_row(
    repository: &Repository,
    pull_request: &PullRequest,
    people: &People,
    window: &Window,
) -> Option<Row> {
    let provider = repository.key.provider;
    let scalars = pull_request.scalars.as_ref()?;
    let timeline = timeline(pull_request)?;
    if !window.contains(scalars.merged_at.or(scalars.closed_at).unwrap_or(scalars.created_at)) {
        return None;
    }
    let author = scalars.author.as_ref();
    let cells = vec![
        plain(&provider),
        plain(&repository.full_name),
        Cell::Number(pull_request.key.number),
        Cell::Free(scalars.title.clone()),
        actor(provider, author, people),
        plain(scalars.state.as_str()),
        Cell::Flag(scalars.draft),
        Cell::Instant(scalars.created_at),
        Cell::of(timeline.ready_at, Cell::Instant),
        Cell::of(timeline.first_commit_at, Cell::Instant),
        Cell::of(timeline.first_review_at, Cell::Instant),
        Cell::of(timeline.approved_at, Cell::Instant),
        Cell::of(scalars.merged_at, Cell::Instant),
        Cell::of(scalars.closed_at, Cell::Instant),
        Cell::Number(scalars.additions),
        Cell::Number(scalars.deletions),
        Cell::Number(scalars.changed_files),
        Cell::Number(scalars.commits),
        Cell::Number(u64::try_from(pull_request.reviews.len()).unwrap_or(u64::MAX)),
        Cell::Number(timeline.review_rounds),
        Cell::Flag(people.is_bot(provider, author)),
        Cell::of(timeline.cycle_seconds, Cell::Number),
        Cell::Instant(scalars.updated_at),
    ];
    Some(Row::new(Whose::actor(provider, author), cells))
}

fn reviews(repository: &Repository, pull_request: &PullRequest, people: &People, window: &Window) -> Vec<Row> {
    let provider = repository.key.provider;
    let listed = pull_request.reviews.iter().filter(|(_, review)| window.contains(review.submitted_at));
    listed
        .map(|(id, review)| {
            let cells = vec![
                plain(&provider),
                plain(&repository.full_name),
                Cell::Number(pull_request.key.number),
                Cell::Number(*id),
                actor(provider, review.author.as_ref(), people),
                plain(review.state.as_str()),
                Cell::Instant(review.submitted_at),
                Cell::Flag(people.is_bot(provider, review.author.as_ref())),
            ];
            Row::new(Whose::actor(provider, review.author.as_ref()), cells)
        })
        .collect()
}

fn commits(repository: &Repository, pull_request: &PullRequest, people: &People, window: &Window) -> Vec<Row> {
    let listed = pull_request.commits.iter().flat_map(|list| &list.commits);
    listed.filter_map(|commit| of_commit(repository, Some(pull_request.key.number), commit, people, window)).collect()
}

/// The row of a commit: of a pull request, or of the default branch alone.
pub(crate) fn of_commit(
    repository: &Repository,
    number: Option<u64>,
    commit: &Commit,
    people: &People,
    window: &Window,
) -> Option<Row> {
    let provider = repository.key.provider;
    let author = match &commit.author {
        Some(account) => plain(&people.login(provider, account)),
        None => Cell::of(commit.author_name.clone(), Cell::Free),
    };
    window.contains(commit.authored_at).then(|| {
        let cells = vec![
            plain(&provider),
            plain(&repository.full_name),
            Cell::of(number, Cell::Number),
            plain(&commit.sha),
            author,
            Cell::Instant(commit.authored_at),
            Cell::Instant(commit.committed_at),
            Cell::Flag(people.is_bot(provider, commit.author.as_ref())),
        ];
        Row::new(Whose::actor(provider, commit.author.as_ref()), cells)
    })
}

/// The row of a member.
pub(crate) fn of_member(account: &Account, people: &People) -> Row {
    let cells = vec![
        plain(&account.id.provider),
        plain(&account.id),
        plain(&account.login),
        Cell::of(account.name.clone(), Cell::Free),
        Cell::of(account.role.as_ref(), plain),
        Cell::Flag(people.is_team_bot(&account.id)),
    ];
    Row::of_account(&account.id, cells)
}

pub(crate) fn plain<T: ToString + ?Sized>(text: &T) -> Cell {
    Cell::Plain(text.to_string())
}

fn actor(provider: Provider, actor: Option<&Actor>, people: &People) -> Cell {
    Cell::of(actor, |actor| plain(&people.login(provider, actor)))
}
