//! One page of a run: what a step reads with, and what it brings.

use super::{
    cursor::{Position, SeatsStep, Step},
    marks::Book,
    scope::Scope,
};
use crate::{
    Connection, Credentials, Failure, Listed, Marks, Page, Progress, Quarantined,
    github::{budget::Budget, rest::Api},
};
use jiff::Timestamp;
use plumbline_domain::{Fact, Listing};
use reqwest::Client;
use url::Url;

/// One page in the making.
pub(super) struct Run<'a> {
    pub(super) api: Api<'a>,
    /// For files of reports, which are not at the API's host.
    pub(super) client: &'a Client,
    pub(super) scope: Scope<'a>,
    /// The server whose own files are taken, where it is not github.com.
    pub(super) base_url: Option<&'a Url>,
    pub(super) history_days: u32,
    pub(super) book: Book<'a>,
    /// When the run began.
    pub(super) started: Timestamp,
    /// Seats that nobody has.
    pub(super) unassigned: u64,
    pub(super) facts: Vec<Fact>,
    pub(super) listed: Vec<Listed>,
    pub(super) complete: Vec<Listing>,
    /// Files of reports that were asked for.
    pub(super) downloads: u32,
    /// Why there is no usage, where there is none.
    pub(super) usage_notice: Option<String>,
    quarantined: Vec<Quarantined>,
    progress: Progress,
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
            client,
            scope: Scope::of(&connection.settings).map_err(Failure::Invalid)?,
            base_url: own_server(connection),
            history_days: connection.settings.history_days,
            book: Book::new(marks),
            started,
            unassigned: 0,
            facts: Vec::new(),
            listed: Vec::new(),
            complete: Vec::new(),
            downloads: 0,
            usage_notice: None,
            quarantined: Vec::new(),
            progress: Progress::default(),
        })
    }

    /// Where a run begins.
    pub(super) fn first_position(now: Timestamp) -> Position {
        // Milliseconds are what the store keeps.
        let started = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Position { started, unassigned: 0, step: Step::Seats(SeatsStep::default()) }
    }

    /// Reads one page, or waits when its calls do not fit.
    pub(super) async fn read(mut self, position: Position, budget: Budget) -> Result<Page, Failure> {
        let Position { started, unassigned, step } = position;
        self.unassigned = unassigned;
        if let Some(until) = budget.full_until(step.calls(), self.api.now()) {
            let next = Some(cursor(&Position { started, unassigned, step })?);
            let progress = Progress { step: "waiting for GitHub's budget".into(), ..Progress::default() };
            return Ok(Page { next, progress, pause_until: Some(until), ..Page::default() });
        }
        let next = match step {
            Step::Seats(step) => self.seats(step).await?,
            Step::Grants(step) => self.grants(&step),
            Step::Usage(step) => self.usage(step).await?,
        };
        let notice = self.notice();
        let wanted = next.as_ref().map_or(0, Step::calls);
        let unassigned = self.unassigned;
        let next = next.map(|step| cursor(&Position { started, unassigned, step })).transpose()?;
        let mut page = Page {
            facts: self.facts,
            marks: self.book.changed,
            next,
            progress: self.progress,
            quarantined: self.quarantined,
            calls: self.api.calls + self.downloads,
            listed: self.listed,
            complete: self.complete,
            notice,
            ..Page::default()
        };
        budget.close(&mut page, &self.api, wanted);
        Ok(page)
    }

    /// What an admin should know. Each page's takes the place of the one before, so that it says all of the run.
    fn notice(&self) -> Option<String> {
        let seats = match self.unassigned {
            0 => None,
            1 => Some("1 Copilot seat is assigned to nobody (the account was deleted)".to_owned()),
            many => Some(format!("{many} Copilot seats are assigned to nobody (the accounts were deleted)")),
        };
        let usage = self.usage_notice.as_ref().map(|reason| format!("{reason}; the survey's answers stand in"));
        let parts: Vec<String> = [seats, usage].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(". "))
    }

    pub(super) fn quarantine(&mut self, what: impl Into<String>, reason: impl Into<String>) {
        self.quarantined.push(Quarantined { what: what.into(), reason: reason.into() });
    }

    pub(super) fn show(&mut self, step: &str, done: u64, total: Option<u64>) {
        self.progress = Progress { step: step.into(), done, total };
    }
}

/// An installation is where its app is.
fn own_server(connection: &Connection) -> Option<&Url> {
    let app = match connection.credentials {
        Credentials::Installation { .. } => connection.apps.github.as_ref(),
        _ => None,
    };
    connection.base_url.as_ref().or_else(|| app?.client.origin.as_ref())
}

fn cursor(position: &Position) -> Result<crate::Cursor, Failure> {
    serde_json::to_value(position).map_err(|error| Failure::Bug(format!("a cursor does not serialise: {error}")))
}
