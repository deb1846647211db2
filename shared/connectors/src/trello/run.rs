//! One page of a run: where it stands, and the steps for workspaces and boards.
//!
//! | mark | what |
//! |---|---|
//! | `budget` | the calls of the last minutes |
//! | `workspace:<id>` | a workspace of the run that is under way |
//! | `people:<workspace>:<part>` | some of its members; see `people.rs` |
//!
//! Only `budget` outlives a run: nothing at Trello can be asked for by what changed.

use super::{
    api::{self, Api, Budget, Cost},
    wire,
};
use crate::{
    Connection, Cursor, Failure, Listed, Marks, Page, Progress, Quarantined, Settings,
    json::{Broken, elements, id_of, read_each},
};
use jiff::Timestamp;
use plumbline_domain::{Board, Fact, Listing, Provider, Record, RecordKind, Shelf, VendorId};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

const BUDGET: &str = "budget";
pub(super) const WORKSPACE: &str = "workspace:";

/// A run's position, serialised as the connector's [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the run's first page was asked for: "now" for everything it tells.
    pub(super) started: Timestamp,
    /// What to read next.
    pub(super) step: Step,
    /// Somebody may be in a workspace and is on no list of this run, so nobody has vanished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsure: bool,
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// The workspaces, or the one of the settings.
    Workspaces,
    /// The boards; `light`: without their memberships, after an answer that was too large with them.
    Boards {
        /// See above.
        light: bool,
    },
    /// The memberships of one workspace after the other, in order of their ids.
    Memberships(Walk),
    /// The people, some hundred at once, in order of their ids.
    People(Walk),
    /// Drops what the run kept of the memberships.
    Forget,
}

/// A place in an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Walk {
    /// Those after this id; `None` from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// How many are done.
    pub(super) done: u64,
}

impl Position {
    /// The beginning of a run.
    pub(super) fn first(now: Timestamp) -> Self {
        // Milliseconds are what the store keeps.
        let started = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Self { started, step: Step::Workspaces, unsure: false }
    }

    /// A cursor of another version counts as none.
    pub(super) fn from_cursor(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(cursor).ok()
    }

    fn to_cursor(&self) -> Result<Cursor, Failure> {
        serde_json::to_value(self).map_err(|error| Failure::Bug(format!("a cursor does not serialise: {error}")))
    }
}

/// A workspace of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WorkspaceMark {
    /// The start of the run that listed it.
    pub(super) listed: Timestamp,
    /// Its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<String>,
}

/// One page in the making.
pub(super) struct Run<'a> {
    pub(super) api: Api<'a>,
    pub(super) settings: &'a Settings,
    pub(super) marks: &'a Marks,
    pub(super) position: Position,
    pub(super) now: Timestamp,
    pub(super) page: Page,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a Client,
        connection: &'a Connection,
        marks: &'a Marks,
        position: Position,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let api = Api::new(client, connection, now)?;
        Ok(Self { api, settings: &connection.settings, marks, position, now, page: Page::default() })
    }

    /// What a step may take.
    const fn cost(step: &Step) -> Cost {
        match step {
            Step::Workspaces | Step::Boards { .. } => Cost { calls: 1, members: 1 },
            Step::Memberships(_) => Cost { calls: 2, members: 0 },
            Step::People(_) | Step::Forget => Cost { calls: 0, members: 0 },
        }
    }

    /// Reads one page; none at all while its calls do not fit into the budget.
    pub(super) async fn read(mut self) -> Result<Page, Failure> {
        let mut budget: Budget = self.marks.get(BUDGET).unwrap_or_default();
        let step = self.position.step.clone();
        let free = budget.free_at(Self::cost(&step), self.now);
        if free > self.now {
            self.page.next = Some(self.position.to_cursor()?);
            self.page.pause_until = Some(free);
            return Ok(self.page);
        }
        let next = match step {
            Step::Workspaces => Some(self.workspaces().await?),
            Step::Boards { light } => Some(self.boards(light).await?),
            Step::Memberships(walk) => Some(self.memberships(walk).await?),
            Step::People(walk) => Some(self.people(&walk)),
            Step::Forget => {
                self.forget();
                None
            }
        };
        self.page.calls = self.api.made.calls;
        if self.api.made.calls > 0 {
            budget.note(self.api.made, self.now);
            self.set_mark(BUDGET, &budget);
        }
        if let Some(step) = next {
            self.page.pause_until = Some(budget.free_at(Self::cost(&step), self.now)).filter(|free| *free > self.now);
            self.position.step = step;
            self.page.next = Some(self.position.to_cursor()?);
        }
        Ok(self.page)
    }

    /// `GET /1/members/me/organizations`; of these the one of the settings, where they name one.
    async fn workspaces(&mut self) -> Result<Step, Failure> {
        let read = self.api.workspaces().await?;
        // With one that cannot even be told apart, somebody who is in it may be on no list of this run.
        self.position.unsure |= !read.broken.is_empty();
        self.quarantine("workspace", &read.broken);
        let asked_for = api::asked_for(read.items, self.settings);
        // Which one it is may be what could not be read.
        let workspaces = if read.broken.is_empty() { asked_for? } else { asked_for.unwrap_or_default() };
        let count = workspaces.len() as u64;
        for workspace in workspaces {
            let mark = WorkspaceMark { listed: self.position.started, plan: workspace.offering };
            self.set_mark(&format!("{WORKSPACE}{}", workspace.id), &mark);
        }
        self.show("workspaces", count, Some(count));
        Ok(Step::Boards { light: false })
    }

    /// The workspaces of this run, in order of their ids.
    pub(super) fn workspaces_of_run(&self) -> BTreeMap<&'a str, WorkspaceMark> {
        let keys = self.marks.0.keys().filter_map(|key| Some((key, key.strip_prefix(WORKSPACE)?)));
        let known = keys.filter_map(|(key, id)| Some((id, self.marks.get::<WorkspaceMark>(key)?)));
        known.filter(|(_, mark)| mark.listed == self.position.started).collect()
    }

    /// `GET /1/members/me/boards`, archived ones too.
    async fn boards(&mut self, light: bool) -> Result<Step, Failure> {
        let fields = if light {
            "name,closed,idOrganization,dateLastActivity"
        } else {
            "name,closed,idOrganization,dateLastActivity,memberships"
        };
        let url = self.api.path(&["members", "me", "boards"], &[("filter", "all"), ("fields", fields)])?;
        let answer = match self.api.get(url).await {
            Ok(answer) => answer,
            Err(refused) if refused.too_heavy && !light => {
                self.show("boards", 0, None);
                return Ok(Step::Boards { light: true });
            }
            Err(refused) => return Err(refused.into()),
        };
        let read = read_each::<wire::Board>(&elements(&answer.body)?, id_of)?;
        self.quarantine("board", &read.broken);
        // Without all of the workspaces, boards of the one in the settings cannot be told from others.
        let unsure = (self.position.unsure && self.settings.organization.is_some())
            || read.broken.iter().any(|broken| broken.id.is_none());
        let mut ids: Vec<String> = read.broken.into_iter().filter_map(|broken| broken.id).collect();
        let workspaces = self.workspaces_of_run();
        let asked_for = |board: &wire::Board| {
            let of = board.id_organization.as_deref();
            self.settings.organization.is_none() || of.is_some_and(|id| workspaces.contains_key(id))
        };
        for board in read.items.into_iter().filter(asked_for) {
            ids.push(board.id.clone());
            self.page.facts.push(Fact::Record(Record::Board(Board {
                seen_at: self.position.started,
                gone_at: None,
                id: VendorId::new(Provider::Trello, &board.id),
                name: board.name,
                board_type: "trello".into(),
                container: board.id_organization,
                closed: board.closed.unwrap_or(false),
                last_activity_at: board.date_last_activity,
                members: board.memberships.map(|memberships| memberships.len() as u64),
            })));
        }
        let count = ids.len() as u64;
        let listing = Listing::Shelf(Shelf::new(RecordKind::Board, Provider::Trello));
        self.page.listed.push(Listed { listing: listing.clone(), ids });
        self.page.complete.extend((!unsure).then_some(listing));
        self.show("boards", count, Some(count));
        Ok(self.after_workspace(&Walk::default()))
    }

    pub(super) fn quarantine(&mut self, what: &str, broken: &[Broken]) {
        self.page.quarantined.extend(broken.iter().map(|broken| Quarantined {
            what: broken.id.as_ref().map_or_else(|| what.to_owned(), |id| format!("{what} {id}")),
            reason: broken.reason.clone(),
        }));
    }

    pub(super) fn show(&mut self, step: &str, done: u64, total: Option<u64>) {
        self.page.progress = Progress { step: step.into(), done, total };
    }

    pub(super) fn set_mark<T: Serialize>(&mut self, key: &str, mark: &T) {
        // Marks are plain structs with text keys: they always serialise.
        let Ok(value) = serde_json::to_value(mark) else { return };
        self.change_mark(key, Some(value));
    }

    pub(super) fn change_mark(&mut self, key: &str, value: Option<Value>) {
        if self.marks.0.get(key) == value.as_ref() {
            self.page.marks.remove(key);
        } else {
            self.page.marks.insert(key.to_owned(), value);
        }
    }
}
