//! Going through a team's facts from a cursor on, until the page is over.

use crate::{Cursor, Error, Kind, Page, Row, Window, people::People, rows};
use plumbline_domain::{Clock, Repository, RepositoryKey, TeamId};
use plumbline_store::Store;
use std::collections::HashSet;

/// Pull requests read at once: some hundred kilobytes, mostly.
const PULL_REQUESTS: usize = 50;
/// Commits of a default branch read at once.
const COMMITS: usize = 500;

/// An export over repositories.
pub(crate) struct Walk<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Clock,
    pub(crate) team: &'a TeamId,
    pub(crate) kind: Kind,
    pub(crate) window: Window,
    pub(crate) people: &'a People,
}

/// What became of a repository on this page.
enum Outcome {
    /// All of it was listed.
    Done,
    /// The page is over; this is where the next one begins.
    Over(Cursor),
}

impl Walk<'_> {
    /// Fills the page; where the next one begins, or `None` at the end.
    pub(crate) async fn run(&self, cursor: Option<Cursor>, page: &mut Page<'_>) -> Result<Option<Cursor>, Error> {
        let mut repositories = self.store.load_repositories(self.team).await?;
        repositories.sort_by_key(|repository| repository.key);
        let first = cursor.as_ref().and_then(Cursor::repository);
        repositories.retain(|repository| first.is_none_or(|first| repository.key >= first));
        for repository in &repositories {
            let start = match &cursor {
                Some(cursor) if first == Some(repository.key) => cursor.clone(),
                _ => self.beginning(repository.key),
            };
            // The page may have filled up with the last row of the repository before.
            if page.is_over(self.clock.now()) && first != Some(repository.key) {
                return Ok(Some(start));
            }
            if let Outcome::Over(next) = self.repository(repository, start, page).await? {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    fn beginning(&self, repository: RepositoryKey) -> Cursor {
        Cursor::PullRequests { kind: self.kind, repository, after: 0, begun: None }
    }

    async fn repository(&self, repository: &Repository, start: Cursor, page: &mut Page<'_>) -> Result<Outcome, Error> {
        let (mut after, begun, from_the_first) = match start {
            Cursor::PullRequests { after, begun, .. } => (after, begun, after == 0),
            Cursor::Branch { after, .. } => return self.branch(repository, after, None, page).await,
            Cursor::Records { .. } | Cursor::Groups { .. } | Cursor::Identities { .. } | Cursor::Members { .. } => {
                return Ok(Outcome::Done);
            }
        };
        let mut hashes = (self.kind == Kind::Commits && from_the_first).then(HashSet::new);
        let at = |after, begun| Cursor::PullRequests { kind: self.kind, repository: repository.key, after, begun };
        loop {
            // One row each is the least; the fewer rows are left, the less is read in vain.
            let count = page.rows_left().clamp(1, PULL_REQUESTS);
            let listed = self.store.list_pull_requests(self.team, repository.key, Some(after), count).await?;
            let last_batch = listed.len() < count;
            for pull_request in listed {
                let number = pull_request.key.number;
                if let Some(hashes) = &mut hashes {
                    let commits = pull_request.commits.iter().flat_map(|list| &list.commits);
                    hashes.extend(commits.map(|commit| commit.sha.clone()));
                }
                let rows = rows::of_pull_request(self.kind, repository, &pull_request, self.people, &self.window);
                let done = begun.filter(|(of, _)| *of == number).map_or(0, |(_, done)| done);
                if let Some(done) = fill(page, &rows, done)? {
                    return Ok(Outcome::Over(at(after, Some((number, done)))));
                }
                after = number;
            }
            if last_batch {
                break;
            }
            if page.is_over(self.clock.now()) {
                return Ok(Outcome::Over(at(after, None)));
            }
        }
        if self.kind != Kind::Commits {
            return Ok(Outcome::Done);
        }
        if page.is_over(self.clock.now()) {
            return Ok(Outcome::Over(Cursor::Branch { repository: repository.key, after: String::new() }));
        }
        self.branch(repository, String::new(), hashes, page).await
    }

    /// The default branch's commits that no listed pull request holds. Which those are takes the hashes of all of the
    /// repository's pull requests: a page that begins on the branch reads them once more (for 10,000 pull requests
    /// about 60 MB from the database).
    async fn branch(
        &self,
        repository: &Repository,
        mut after: String,
        hashes: Option<HashSet<String>>,
        page: &mut Page<'_>,
    ) -> Result<Outcome, Error> {
        let hashes = match hashes {
            Some(hashes) => hashes,
            None => self.hashes(repository.key).await?,
        };
        let at = |after| Cursor::Branch { repository: repository.key, after };
        loop {
            let start = Some(after.as_str()).filter(|after| !after.is_empty());
            let listed = self.store.list_branch_commits(self.team, repository.key, start, COMMITS).await?;
            let last_batch = listed.len() < COMMITS;
            for commit in listed.into_iter().map(|branch_commit| branch_commit.commit) {
                if !hashes.contains(&commit.sha)
                    && let Some(row) = rows::of_commit(repository, None, &commit, self.people, &self.window)
                    && fill(page, &[row], 0)?.is_some()
                {
                    return Ok(Outcome::Over(at(after)));
                }
                after = commit.sha;
            }
            if last_batch {
                return Ok(Outcome::Done);
            }
            if page.is_over(self.clock.now()) {
                return Ok(Outcome::Over(at(after)));
            }
        }
    }

    async fn hashes(&self, repository: RepositoryKey) -> Result<HashSet<String>, Error> {
        const AT_ONCE: usize = 200;
        let mut hashes = HashSet::new();
        let mut after = None;
        loop {
            let listed = self.store.list_pull_requests(self.team, repository, after, AT_ONCE).await?;
            after = listed.last().map(|pull_request| pull_request.key.number);
            let last_batch = listed.len() < AT_ONCE;
            let commits = listed.into_iter().filter_map(|pull_request| pull_request.commits);
            hashes.extend(commits.flat_map(|list| list.commits).map(|commit| commit.sha));
            if last_batch {
                return Ok(hashes);
            }
        }
    }
}

/// Writes the rows from `done` on; how many are done when the page is full before the last, else `None`.
pub(crate) fn fill(page: &mut Page<'_>, rows: &[Row], done: usize) -> Result<Option<usize>, Error> {
    for (index, row) in rows.iter().enumerate().skip(done) {
        if page.is_full() {
            return Ok(Some(index));
        }
        page.push(row)?;
    }
    Ok(None)
}

/// The members; they are few enough to be read at once.
pub(crate) fn members(people: &People, cursor: Option<Cursor>, page: &mut Page<'_>) -> Result<Option<Cursor>, Error> {
    let mut last = match cursor {
        Some(Cursor::Members { login, id }) => Some((login, id)),
        _ => None,
    };
    for account in &people.members {
        let here = (account.login.clone(), account.id.clone());
        if last.as_ref().is_some_and(|last| here <= *last) {
            continue;
        }
        if let Some((login, id)) = last.as_ref().filter(|_| page.is_full()) {
            return Ok(Some(Cursor::Members { login: login.clone(), id: id.clone() }));
        }
        page.push(&rows::of_member(account, people))?;
        last = Some(here);
    }
    Ok(None)
}
