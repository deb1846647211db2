//! One page of a run: what all steps share.

use super::{
    api::{Api, PACE},
    cursor::{Position, Step, StorageStep, UsersStep, Version},
    users::USERS_AT_ONCE,
};
use crate::{Connection, Failure, Listed, Marks, Page, Quarantined, pace::Meter};
use jiff::Timestamp;
use plumbline_domain::Listing;
use reqwest::{Client, StatusCode};
use serde::Serialize;

/// The mark of the calls made lately.
const PACE_MARK: &str = "pace";

/// One page in the making.
pub(super) struct Run<'a> {
    pub(super) api: Api<'a>,
    meter: Meter,
    /// When the run began: "now" for everything that a repeated page must find unchanged.
    pub(super) started: Timestamp,
    now: Timestamp,
    pub(super) page: Page,
}

impl Step {
    /// Calls it takes at most.
    const fn calls(&self) -> u32 {
        match self {
            Self::Users(_) => 1 + USERS_AT_ONCE,
            Self::Storage(_) => 1,
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a Client,
        connection: &'a Connection,
        marks: &Marks,
        started: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let api = Api::new(client, connection, now)?;
        let meter = marks.get(PACE_MARK).unwrap_or_default();
        Ok(Self { api, meter, started, now, page: Page::default() })
    }

    /// Reads one page.
    pub(super) async fn read(mut self, step: Step) -> Result<Page, Failure> {
        let name = match &step {
            Step::Users(_) => "users",
            Step::Storage(_) => "storage",
        };
        name.clone_into(&mut self.page.progress.step);
        let next = if self.meter.room(PACE, self.now) < step.calls() {
            Some(step)
        } else {
            match step {
                Step::Users(step) => Some(self.users(step).await?),
                Step::Storage(step) => self.storage(step).await?.map(Step::Storage),
            }
        };
        if self.page.calls > 0 {
            self.meter.note(PACE, self.page.calls, self.now);
            self.page.marks.insert(PACE_MARK.into(), Some(to_json(&self.meter)?));
        }
        if let Some(step) = next {
            let free_at = self.meter.free_at(PACE, step.calls(), self.now);
            self.page.pause_until = Some(free_at).filter(|until| *until > self.now);
            self.page.next = Some(to_json(&Position { started: self.started, step })?);
        }
        Ok(self.page)
    }

    /// Tries what a run needs: listing users, by one API or the other.
    pub(super) async fn probe(mut self) -> Result<(), Failure> {
        let step = UsersStep::default();
        match self.list(&step, 1).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.status == Some(StatusCode::NOT_FOUND) => {
                let former = UsersStep { version: Version::Former, ..step };
                self.list(&former, 1).await.map(|_| ()).map_err(super::users::no_server)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    pub(super) fn listed(&mut self, listing: Listing, ids: Vec<String>) {
        if !ids.is_empty() {
            self.page.listed.push(Listed { listing, ids });
        }
    }

    pub(super) fn quarantine(&mut self, what: impl Into<String>, reason: &str) {
        self.page.quarantined.push(Quarantined { what: what.into(), reason: reason.into() });
    }

    /// After the last user.
    pub(super) fn first_storage() -> Step {
        Step::Storage(StorageStep::default())
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::Bug(format!("a cursor or mark does not serialise: {error}")))
}
