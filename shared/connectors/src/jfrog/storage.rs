//! The storage summary: a row for each repository and the whole server, once a day.

use super::{
    cursor::StorageStep,
    map,
    run::Run,
    wire::{Row, Summary},
};
use crate::{Failure, json::read_each};
use jiff::tz::TimeZone;
use plumbline_domain::{Fact, Record, Storage};
use std::collections::BTreeMap;

/// Repositories of one page. The summary is one answer, which the server keeps; it is asked for again for the rest.
const REPOSITORIES_AT_ONCE: usize = 500;

impl Run<'_> {
    /// `GET /artifactory/api/storageinfo`, for administrators only: without it a run is none the worse.
    pub(super) async fn storage(&mut self, mut step: StorageStep) -> Result<Option<StorageStep>, Failure> {
        self.page.calls += 1;
        let url = self.api.path(&["artifactory", "api", "storageinfo"], &[])?;
        let answer = match self.api.get(url).await {
            Ok(answer) => answer,
            Err(refused) if refused.is_denied() => {
                self.page.notice = Some(
                    "how full the repositories are cannot be read: it needs an administrator's access token, and \
                     Artifactory on the server"
                        .into(),
                );
                return Ok(None);
            }
            Err(refused) => return Err(refused.into()),
        };
        let summary = Summary::parse(&answer.body)?;
        let read = read_each::<Row>(&summary.repositories_summary_list, |_| None)?;
        let day = self.started.to_zoned(TimeZone::UTC).date();
        if step.after.is_none() {
            for record in read.broken {
                self.quarantine("repository", &record.reason);
            }
            match summary.binaries_summary.map(|totals| map::whole(&totals, day, self.started)) {
                Some(Some(whole)) => self.store(whole),
                Some(None) => self.quarantine("the whole server", "its size is not told"),
                None => {}
            }
        }
        let rows: BTreeMap<String, Row> = read
            .items
            .into_iter()
            .filter(|row| !row.is_sum() && !row.repo_key.is_empty())
            .map(|row| (row.repo_key.clone(), row))
            .collect();
        let total = rows.len() as u64;
        let after = step.after.take();
        let mut rest = rows.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        for (key, row) in rest.by_ref().take(REPOSITORIES_AT_ONCE) {
            match map::storage(&row, day, self.started) {
                Some(storage) => self.store(storage),
                None => self.quarantine("repository", "its size is not told in a form that is known"),
            }
            step.done += 1;
            step.after = Some(key);
        }
        self.page.progress.done = step.done;
        self.page.progress.total = Some(total);
        Ok(rest.next().is_some().then_some(step))
    }

    fn store(&mut self, storage: Storage) {
        self.page.facts.push(Fact::Record(Record::Storage(storage)));
    }
}
