//! One page of a run: what a step reads with, and what it brings.

use super::{
    api::Api,
    cursor::{OffsetStep, Position, Step},
    marks::Book,
    points,
    wire::{OffsetPage, account_id_of, id_of},
};
use crate::{
    Connection, Failure, Listed, Marks, Page, Progress, Quarantined, Settings,
    http::Answer,
    json::{Broken, unreadable},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Fact, Listing};
use reqwest::Client;
use serde_json::value::RawValue;

/// One page in the making.
pub(super) struct Run<'a> {
    pub(super) api: Api<'a>,
    pub(super) settings: &'a Settings,
    pub(super) book: Book<'a>,
    /// When the run began: "now" for everything that a repeated page must find unchanged.
    pub(super) started: Timestamp,
    /// When this page is read.
    pub(super) now: Timestamp,
    page: Page,
    notices: Vec<String>,
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
            api: Api::new(client, connection, marks.get(points::MARK), now)?,
            settings: &connection.settings,
            book: Book::new(marks),
            started,
            now,
            page: Page::default(),
            notices: Vec::new(),
        })
    }

    /// Reads one page of a step; without a call when the quota has no room for it.
    pub(super) async fn read(mut self, step: Step) -> Result<Page, Failure> {
        if let Some(free) = self.api.wait(points::most(&step)) {
            self.show(step.name(), step.done(), None);
            return self.into_page(Some(step), Some(free));
        }
        let next = match step {
            Step::Projects(step) => self.projects(step).await?,
            Step::Site => self.site().await?,
            Step::Users(step) => self.users(step).await?,
            Step::Boards(step) => self.boards(step).await?,
            Step::Sprints(step) => self.sprints(step).await?,
            Step::Issues(step) => self.issues(step).await?,
            Step::Sweep(step) => self.sweep(step).await?,
        };
        // A run that is through needs no further call, so it does not wait for points.
        let pause = next.as_ref().and_then(|step| self.api.wait(points::most(step)));
        self.into_page(next, pause)
    }

    fn into_page(mut self, next: Option<Step>, pause_until: Option<Timestamp>) -> Result<Page, Failure> {
        if let Some(meter) = self.api.meter.take().filter(|_| self.api.calls > 0) {
            self.book.set(points::MARK, &meter);
        }
        let started = self.started;
        let next = next
            .map(|step| serde_json::to_value(Position { started, step }))
            .transpose()
            .map_err(|error| Failure::Bug(format!("a cursor does not serialise: {error}")))?;
        Ok(Page {
            next,
            pause_until,
            marks: self.book.into_changes(),
            calls: self.api.calls,
            notice: (!self.notices.is_empty()).then(|| self.notices.join(" ")),
            ..self.page
        })
    }

    pub(super) fn tell(&mut self, fact: Fact) {
        self.page.facts.push(fact);
    }

    /// What a listing had on this page, and whether it ends here.
    pub(super) fn list(&mut self, listing: Listing, ids: Vec<String>, complete: bool) {
        if complete {
            self.page.complete.push(listing.clone());
        }
        self.page.listed.push(Listed { listing, ids });
    }

    pub(super) fn quarantine(&mut self, what: impl Into<String>, reason: impl Into<String>) {
        self.page.quarantined.push(Quarantined { what: what.into(), reason: reason.into() });
    }

    /// Sets records aside that could not be read; whether there was one that could not even be told apart.
    pub(super) fn quarantine_all(&mut self, what: &str, broken: &[Broken]) -> bool {
        for one in broken {
            let what = one.id.as_ref().map_or_else(|| what.to_owned(), |id| format!("{what} {id}"));
            self.quarantine(what, one.reason.clone());
        }
        broken.iter().any(|one| one.id.is_none())
    }

    /// Says something that an admin should know, in a sentence.
    pub(super) fn notice(&mut self, words: impl Into<String>) {
        self.notices.push(words.into());
    }

    /// A paging that goes round in a circle ends there; what it left out is for another run.
    pub(super) fn notice_ring(&mut self, what: &str) {
        self.notice(format!(
            "Jira's pages of {what} came round in a circle; what they left out is read by a later run."
        ));
    }

    pub(super) fn show(&mut self, step: &str, done: u64, total: Option<u64>) {
        self.page.progress = Progress { step: step.into(), done, total };
    }

    /// How far back a first reading goes.
    pub(super) fn cutoff(&self) -> Timestamp {
        let history = SignedDuration::from_hours(i64::from(self.settings.history_days) * 24);
        self.started.saturating_sub(history).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves a listing by offsets past a page; also whether it ends there.
    pub(super) fn following(
        &mut self,
        what: &str,
        mut step: OffsetStep,
        page: &[&RawValue],
        is_last: bool,
    ) -> (OffsetStep, bool) {
        step.start += page.len() as u64;
        let Some(first) = page.first().filter(|_| !is_last) else { return (step, true) };
        let first = id_of(first).or_else(|| account_id_of(first)).unwrap_or_else(|| first.get().to_owned());
        let is_ring = step.ring.closes(&first);
        if is_ring {
            self.notice_ring(what);
            step.unsure = true;
        }
        (step, is_ring)
    }
}

impl Step {
    /// In words.
    const fn name(&self) -> &'static str {
        match self {
            Self::Projects(_) => "projects",
            Self::Site => "statuses and fields",
            Self::Users(_) => "accounts",
            Self::Boards(_) => "boards",
            Self::Sprints(_) => "sprints",
            Self::Issues(_) => "issues",
            Self::Sweep(_) => "deleted issues",
        }
    }

    /// How far it is.
    const fn done(&self) -> u64 {
        match self {
            Self::Projects(step) | Self::Users(step) => step.start,
            Self::Site => 0,
            Self::Boards(step) => step.at.start,
            Self::Sprints(step) => step.then.done,
            Self::Issues(step) => step.done,
            Self::Sweep(step) => step.done,
        }
    }
}

/// A page of a listing by offsets.
pub(super) fn offset_page(answer: &Answer) -> Result<OffsetPage<'_>, Failure> {
    serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))
}

impl OffsetPage<'_> {
    /// Whether this is the last one, when it began after so many records.
    pub(super) fn ends(&self, start: u64) -> bool {
        self.is_last.unwrap_or_else(|| self.total.is_some_and(|total| start + self.values.len() as u64 >= total))
    }
}

/// How many there are, for counting points.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
