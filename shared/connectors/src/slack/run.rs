//! One page of a run: `users.list`.

use super::{
    EMAIL_SCOPE,
    api::Api,
    wire::{Profile, User, UsersPage},
};
use crate::{
    Cursor, Failure, Listed, Marks, Page, Progress, Quarantined,
    json::{id_of, read_each, unreadable},
    pace::{Meter, Pace},
};
use jiff::Timestamp;
use plumbline_domain::{Account, ActorKind, Email, Fact, Listing, Provider, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Slack's tier 2, per method and workspace.
const PACE: Pace = Pace { calls: 20, seconds: 60 };
/// The mark that [`PACE`] is kept by.
const METER: &str = "users.list";
/// Users on a page; Slack advises at most 200.
const PER_PAGE: &str = "200";
/// A listing that is longer than this goes round in circles.
const MOST_PAGES: u32 = 5_000;
/// The one account of Slack's own that does not say that it is a bot.
const SLACKBOT: &str = "USLACKBOT";

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for.
    pub(super) started: Timestamp,
    /// Slack's cursor; `None` for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// Pages read, those before a fresh start too.
    #[serde(default)]
    pages: u32,
    /// Users read.
    #[serde(default)]
    done: u64,
    /// Somebody may be missing on the pages, so nobody has vanished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unsure: bool,
    /// How often Slack forgot where the listing was.
    #[serde(default)]
    restarts: u32,
}

impl Position {
    /// The beginning of a run.
    pub(super) fn first(now: Timestamp) -> Self {
        // Milliseconds are what the store keeps.
        let started = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Self { started, after: None, pages: 0, done: 0, unsure: false, restarts: 0 }
    }

    /// A cursor of another version counts as none.
    pub(super) fn from_cursor(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(cursor).ok()
    }

    fn to_cursor(&self) -> Result<Cursor, Failure> {
        serde_json::to_value(self).map_err(|error| Failure::Bug(format!("a cursor does not serialise: {error}")))
    }
}

/// One page in the making.
pub(super) struct Run<'a> {
    api: Api<'a>,
    meter: Meter,
    position: Position,
    now: Timestamp,
    page: Page,
}

impl<'a> Run<'a> {
    pub(super) fn new(api: Api<'a>, marks: &Marks, position: Position, now: Timestamp) -> Self {
        Self { api, meter: marks.get(METER).unwrap_or_default(), position, now, page: Page::default() }
    }

    /// Reads one page; none at all while its call does not fit into the budget.
    pub(super) async fn read(mut self) -> Result<Page, Failure> {
        if self.meter.room(PACE, self.now) == 0 {
            return self.go_on();
        }
        let mut query = vec![("limit", PER_PAGE)];
        query.extend(self.position.after.as_deref().map(|after| ("cursor", after)));
        let said = match self.api.get("users.list", &query).await {
            Ok(said) => said,
            // Slack's cursors end after a while: the same facts again, from the first page.
            Err(refused) if refused.code() == "invalid_cursor" && self.position.after.is_some() => {
                self.note_calls();
                let restarts = self.position.restarts + 1;
                if restarts > 2 {
                    return Ok(self.stop_short());
                }
                let before = Position::first(self.position.started);
                self.position = Position { pages: self.position.pages, restarts, ..before };
                return self.go_on();
            }
            Err(refused) => return Err(refused.failure),
        };
        self.note_calls();
        let page: UsersPage<'_> = serde_json::from_slice(said.body()).map_err(|error| unreadable(&error))?;
        let read = read_each::<User>(&page.members, id_of)?;
        let mut ids = Vec::with_capacity(page.members.len());
        for broken in read.broken {
            self.position.unsure |= broken.id.is_none();
            let what = broken.id.as_ref().map_or_else(|| "user".to_owned(), |id| format!("user {id}"));
            ids.extend(broken.id.map(|id| VendorId::new(Provider::Slack, id).to_string()));
            self.page.quarantined.push(Quarantined { what, reason: broken.reason });
        }
        for user in read.items {
            let account = account(user, self.position.started);
            ids.push(account.id.to_string());
            self.page.facts.push(Fact::Account(account));
        }
        self.position.done += ids.len() as u64;
        self.position.pages += 1;
        self.page.listed.push(Listed { listing: Listing::Accounts(Provider::Slack), ids });
        let next = page.response_metadata.map(|metadata| metadata.next_cursor).filter(|next| !next.is_empty());
        let Some(next) = next else {
            if said.lacks(EMAIL_SCOPE) {
                self.page.notice = Some(format!(
                    "Slack shows no e-mail addresses, because the token lacks the scope {EMAIL_SCOPE}; people are matched without them"
                ));
            }
            if !self.position.unsure {
                self.page.complete.push(Listing::Accounts(Provider::Slack));
            }
            self.show(Some(self.position.done));
            return Ok(self.page);
        };
        if self.position.after.as_deref() == Some(next.as_str()) || self.position.pages >= MOST_PAGES {
            return Ok(self.stop_short());
        }
        self.position.after = Some(next);
        self.go_on()
    }

    fn note_calls(&mut self) {
        self.page.calls = self.api.calls;
        self.meter.note(PACE, self.api.calls, self.now);
        // A list of pairs of numbers: it always serialises.
        if let Ok(meter) = serde_json::to_value(&self.meter) {
            self.page.marks.insert(METER.into(), Some(meter));
        }
    }

    /// The page, with where to go on and when.
    fn go_on(mut self) -> Result<Page, Failure> {
        self.show(None);
        self.page.pause_until = Some(self.meter.free_at(PACE, 1, self.now)).filter(|free| *free > self.now);
        self.page.next = Some(self.position.to_cursor()?);
        Ok(self.page)
    }

    /// Ends a listing that does not end by itself. What it had is told, and nobody counts as gone.
    fn stop_short(mut self) -> Page {
        self.page.notice =
            Some("Slack's list of users has no end; those that it had were read, and nobody counts as gone".into());
        self.show(None);
        self.page
    }

    fn show(&mut self, total: Option<u64>) {
        self.page.progress = Progress { step: "users".into(), done: self.position.done, total };
    }
}

fn account(user: User, seen_at: Timestamp) -> Account {
    let deleted = user.deleted.unwrap_or(false);
    let is_bot = user.is_bot.unwrap_or(false) || user.id == SLACKBOT;
    let role = match (user.is_owner, user.is_admin, user.is_restricted) {
        // Slack no longer tells it of these.
        _ if deleted || is_bot => None,
        (Some(true), ..) => Some("owner"),
        (_, Some(true), _) => Some("admin"),
        (.., Some(true)) => Some("guest"),
        _ => Some("member"),
    };
    let profile = user.profile.unwrap_or(Profile { real_name: None, display_name: None, email: None });
    let names = [profile.real_name, user.real_name, profile.display_name];
    let email = profile.email.filter(|address| !address.trim().is_empty());
    Account {
        id: VendorId::new(Provider::Slack, user.id),
        login: user.name,
        kind: if is_bot { ActorKind::Bot } else { ActorKind::User },
        name: names.into_iter().flatten().find(|name| !name.trim().is_empty()),
        role: role.map(ToOwned::to_owned),
        member: Some(!deleted),
        email: email.map(|address| Email { address, verified: user.is_email_confirmed.unwrap_or(false) }),
        commit_emails: BTreeSet::new(),
        active: Some(!deleted),
        seen_at,
    }
}
