//! One page of a run: what a step reads with, and what it brings.

use super::{
    budget::Budget,
    cursor::{ChangesStep, CommitsStep, MembersStep, NamedStep, PageStep, PassStep, Position, Role, Step},
    marks::{Book, EtagMark, RepositoryMark},
    rest::Api,
    wire::Identified,
};
use crate::{
    Connection, Credentials, Cursor, Failure, Marks, Page, Progress, Quarantined, Settings,
    http::{self, Refused},
    json::{elements, elements_in, refuse_if_all_broken, wrong_shape},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Fact, RepositoryKey, VendorId};
use reqwest::{Client, StatusCode, header::ETAG};
use serde::de::DeserializeOwned;
use url::Url;

/// How many repositories one query asks about.
pub(super) const CHANGES_AT_ONCE: u32 = 50;
/// What GraphQL pages are halved down to.
const SMALLEST_PAGE: u32 = 5;

/// The size to try after `size` was too much.
pub(super) fn halved(size: u32) -> Option<u32> {
    (size > SMALLEST_PAGE).then(|| (size / 2).max(SMALLEST_PAGE))
}

/// The key of a repository's facts.
pub(super) const fn repository_key(id: u64) -> RepositoryKey {
    RepositoryKey { provider: super::map::PROVIDER, id }
}

/// The key of an account or team.
pub(super) fn vendor_id(id: u64) -> VendorId {
    VendorId::new(super::map::PROVIDER, id)
}

/// One page in the making.
pub(super) struct Run<'a> {
    pub(super) api: Api<'a>,
    pub(super) settings: &'a Settings,
    /// Whether an installation of the operator's app is what lets us in.
    pub(super) installed: bool,
    pub(super) book: Book<'a>,
    /// When the run began: "now" for everything that a repeated page must find unchanged.
    pub(super) started: Timestamp,
    /// When this page is read.
    pub(super) now: Timestamp,
    pub(super) facts: Vec<Fact>,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) progress: Progress,
}

/// One page of a REST listing.
pub(super) enum Listing<T> {
    /// 304: the same as under `stamp`.
    Unchanged {
        /// The start of the run that read it.
        stamp: Timestamp,
    },
    /// A page.
    Page {
        /// Elements that could be read.
        items: Vec<T>,
        /// Ids of those that could not, where at least the id could: they have not vanished.
        broken: Vec<u64>,
        /// Whether there was one whose id could not be read, either.
        unknown: bool,
        /// The next page's address.
        next: Option<String>,
    },
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a Client,
        connection: &'a Connection,
        marks: &'a Marks,
        started: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        Ok(Self {
            api: Api::new(client, connection, now)?,
            settings: &connection.settings,
            installed: is_installation(connection),
            book: Book::new(marks),
            started,
            now,
            facts: Vec::new(),
            quarantined: Vec::new(),
            progress: Progress::default(),
        })
    }

    /// Where a run begins.
    pub(super) fn first_step(connection: &Connection) -> Result<Step, Failure> {
        let settings = &connection.settings;
        if settings.organization.is_some() {
            Ok(Step::Members(MembersStep { role: Role::Admin, at: PageStep::default() }))
        } else if settings.repositories.is_empty() && !is_installation(connection) {
            Err(Failure::Invalid(super::NOTHING_TO_READ.into()))
        } else {
            Ok(Self::first_repositories(settings))
        }
    }

    /// Where reading repositories begins.
    pub(super) fn first_repositories(settings: &Settings) -> Step {
        if settings.repositories.is_empty() {
            Step::Repositories(PageStep::default())
        } else {
            Step::NamedRepositories(NamedStep { index: 0, found: 0 })
        }
    }

    /// Reads one page of a step, or waits when its call does not fit.
    pub(super) async fn read(mut self, step: Step, budget: Budget) -> Result<Page, Failure> {
        if let Some(until) = budget.full_until(1, self.now) {
            let next = Some(cursor(Position { started: self.started, step })?);
            let progress = Progress { step: "waiting for GitHub's budget".into(), ..Progress::default() };
            return Ok(Page { next, progress, pause_until: Some(until), ..Page::default() });
        }
        let next = match step {
            Step::Members(step) => self.members(step).await?,
            Step::Teams(step) => self.teams(step).await?,
            Step::TeamMembers(step) => self.team_members(step).await?,
            Step::Repositories(step) => self.repositories(step).await?,
            Step::NamedRepositories(step) => self.named_repository(step).await?,
            Step::Changes(step) => self.changes(step).await?,
            Step::PullRequests(step) => self.pull_requests(step).await?,
            Step::Commits(step) => self.commits(step).await?,
        };
        let started = self.started;
        let next = next.map(|step| cursor(Position { started, step })).transpose()?;
        let mut page = Page {
            facts: self.facts,
            marks: self.book.into_changes(),
            next,
            progress: self.progress,
            quarantined: self.quarantined,
            calls: self.api.calls,
            ..Page::default()
        };
        budget.close(&mut page, &self.api, 1);
        Ok(page)
    }

    pub(super) fn quarantine(&mut self, what: impl Into<String>, reason: impl Into<String>) {
        self.quarantined.push(Quarantined { what: what.into(), reason: reason.into() });
    }

    pub(super) fn show(&mut self, step: &str, done: u64, total: Option<u64>) {
        self.progress = Progress { step: step.into(), done, total };
    }

    /// How far back a first reading goes.
    pub(super) fn cutoff(&self) -> Timestamp {
        let history = SignedDuration::from_hours(i64::from(self.settings.history_days) * 24);
        self.started.saturating_sub(history).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Reads one page of a listing. The first page is asked for with the ETag of a listing that had one page only;
    /// longer ones change too easily to be worth it. An installation's tokens change by the hour, and an ETag belongs to
    /// one token: kept, it would be written anew with every run and be of no use.
    pub(super) async fn list<T: DeserializeOwned>(
        &mut self,
        what: &str,
        first: Url,
        at: &PageStep,
    ) -> Result<Listing<T>, Refused> {
        self.list_in(what, None, first, at).await
    }

    /// The same, of a listing that lies in a field of the answer.
    pub(super) async fn list_in<T: DeserializeOwned>(
        &mut self,
        what: &str,
        within: Option<&str>,
        first: Url,
        at: &PageStep,
    ) -> Result<Listing<T>, Refused> {
        let path = format!("{}?{}", first.path(), first.query().unwrap_or_default());
        let (url, is_first) = match &at.url {
            Some(url) => (self.api.linked(url)?, false),
            None => (first, true),
        };
        let bound_to = self.api.fingerprint();
        let conditional = is_first && !self.installed;
        let known = self.book.etag(&path).filter(|known| conditional && known.bound_to == bound_to);
        let answer = self.api.get(url, known.as_ref().map(|known| known.etag.as_str())).await?;
        if answer.status == StatusCode::NOT_MODIFIED {
            let known = known.ok_or_else(|| Failure::Unavailable("304 to an unconditional call".into()))?;
            self.book.set_etag(&path, Some(&EtagMark { stamp: self.started, ..known.clone() }));
            return Ok(Listing::Unchanged { stamp: known.stamp });
        }
        let (mut items, mut broken, mut unknown) = (Vec::new(), Vec::new(), false);
        let next = http::next_link(&answer.headers);
        let all = match within {
            Some(field) => elements_in(&answer.body, field)?,
            None => elements(&answer.body)?,
        };
        let mut errors = Vec::new();
        for element in &all {
            match serde_json::from_str(element.get()) {
                Ok(item) => items.push(item),
                Err(error) => {
                    let id = serde_json::from_str::<Identified>(element.get()).ok().map(|element| element.id);
                    broken.extend(id);
                    unknown |= id.is_none();
                    errors.push((id.map_or_else(|| what.to_owned(), |id| format!("{what} {id}")), error));
                }
            }
        }
        refuse_if_all_broken(all.len(), errors.len())?;
        let whole = next.is_none() && errors.is_empty();
        for (what, error) in errors {
            self.quarantine(what, wrong_shape(&error));
        }
        if is_first {
            let etag = http::text(&answer.headers, ETAG.as_str()).filter(|_| whole && conditional);
            let mark = etag.map(|etag| EtagMark { etag: etag.into(), bound_to, stamp: self.started });
            self.book.set_etag(&path, mark.as_ref());
        }
        Ok(Listing::Page { items, broken, unknown, next })
    }

    /// The repositories of this run after `after`, in order of their ids.
    fn present(&self, after: Option<u64>) -> impl Iterator<Item = (u64, RepositoryMark)> + use<> {
        let started = self.started;
        let mut all = self.book.repositories();
        let later = match after {
            Some(after) => all.split_off(&(after.saturating_add(1))),
            None => all,
        };
        later.into_iter().filter(move |(_, mark)| mark.listed == started && !mark.gone)
    }

    /// Some of the repositories of this run after `after`.
    pub(super) fn some_repositories(&self, after: Option<u64>, count: u32) -> Vec<(u64, RepositoryMark)> {
        self.present(after).take(count as usize).collect()
    }

    /// How many repositories this run has.
    pub(super) fn repository_count(&self) -> u64 {
        self.present(None).count() as u64
    }

    /// After the repositories were listed.
    pub(super) fn first_changes(&self) -> Option<Step> {
        let any = self.present(None).next().is_some();
        any.then_some(Step::Changes(ChangesStep { after: None, size: CHANGES_AT_ONCE, done: 0 }))
    }

    /// After all repositories were asked what changed.
    pub(super) fn first_pass(&self) -> Option<Step> {
        let mut pending = self.present(None).filter(|(_, mark)| mark.pull_requests_pending.is_some());
        match pending.next() {
            Some((id, _)) => Some(Step::PullRequests(PassStep::begin(id, 0, 1 + pending.count() as u64))),
            None => self.first_commits(),
        }
    }

    /// After one repository's pull requests were read.
    pub(super) fn next_pass(&self, step: &PassStep) -> Option<Step> {
        let mut later = self.present(Some(step.repository));
        match later.find(|(_, mark)| mark.pull_requests_pending.is_some()) {
            Some((id, _)) => Some(Step::PullRequests(PassStep::begin(id, step.done + 1, step.total))),
            None => self.first_commits(),
        }
    }

    fn first_commits(&self) -> Option<Step> {
        let mut pending = self.present(None).filter(|(_, mark)| mark.commits_pending.is_some());
        let (repository, _) = pending.next()?;
        let total = 1 + pending.count() as u64;
        Some(Step::Commits(CommitsStep { repository, at: PageStep::default(), done: 0, total }))
    }

    /// After one default branch was read.
    pub(super) fn next_commits(&self, step: &CommitsStep) -> Option<Step> {
        let mut later = self.present(Some(step.repository));
        let (repository, _) = later.find(|(_, mark)| mark.commits_pending.is_some())?;
        Some(Step::Commits(CommitsStep { repository, at: PageStep::default(), done: step.done + 1, total: step.total }))
    }
}

fn cursor(position: Position) -> Result<Cursor, Failure> {
    serde_json::to_value(position).map_err(|error| Failure::Bug(format!("a cursor does not serialise: {error}")))
}

fn is_installation(connection: &Connection) -> bool {
    matches!(connection.credentials, Credentials::Installation { .. })
}

/// Owner and name of a repository.
pub(super) fn owner_and_name(full_name: &str) -> (&str, &str) {
    full_name.split_once('/').unwrap_or((full_name, ""))
}
