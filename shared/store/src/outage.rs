//! Connections that a vendor took away.

use crate::{
    Result, Store, SyncStatus,
    sync::{Step, whole_millisecond},
};
use jiff::Timestamp;
use plumbline_domain::{Provider, TeamId};

impl Store {
    /// Notes that a connection does not work any more, and why in words; a run under way ends, and saves no more. The daily
    /// run still comes, and finds out when it was mended. `false`: there is no such connection.
    pub async fn mark_broken(&self, team: &TeamId, provider: Provider, reason: &str, now: Timestamp) -> Result<bool> {
        let now = whole_millisecond(now);
        let marked = self.change_sync(team, provider, |record| {
            if record.status == SyncStatus::Broken && record.last_error.as_deref() == Some(reason) {
                return Ok(Step::Keep(()));
            }
            record.status = SyncStatus::Broken;
            record.last_error = Some(reason.to_owned());
            record.last_failure = Some(now);
            record.due_at = record.next_run;
            record.run_id = None;
            record.cursor = None;
            record.progress = None;
            record.lease_until = None;
            record.waiting_until = None;
            record.attempts = 0;
            Ok(Step::Save((), Vec::new()))
        });
        Ok(marked.await?.is_some())
    }
}

#[cfg(test)]
#[path = "outage_tests.rs"]
mod tests;
