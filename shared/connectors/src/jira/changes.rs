//! What changed on a page of issues: status, sprints, estimate.

use super::{
    cursor::Ring,
    map,
    marks::SiteMark,
    points,
    run::{Run, count},
    wire::{self, ChangesPage, ChangesQuestion},
};
use crate::{
    http::Refused,
    json::{refuse_if_all_broken, unreadable, wrong_shape},
};
use plumbline_domain::IssueChange;
use std::{collections::BTreeMap, iter};

/// Calls for one page of issues: a page has to be read and saved within seconds.
pub(super) const CALLS: u32 = 3;
/// Changes in an answer.
const PER_CALL: u32 = 2_000;

/// What changed.
#[derive(Default)]
pub(super) struct Changes {
    /// By issue.
    pub(super) of_issue: BTreeMap<u64, Vec<IssueChange>>,
    /// Records that could not be used: which, and why.
    pub(super) broken: Vec<(String, String)>,
    /// Whether that is all; changes come in the order of their time, whatever issues they are of.
    pub(super) whole: bool,
    /// Whether the paging came round in a circle, so that asking for less would not help.
    pub(super) cut: bool,
}

impl Run<'_> {
    /// `/rest/api/3/changelog/bulkfetch`, as many pages as there are, or as fit.
    pub(super) async fn changes(&mut self, issues: &[u64], site: &SiteMark) -> Result<Changes, Refused> {
        let mut changes = Changes { whole: true, ..Changes::default() };
        if issues.is_empty() {
            return Ok(changes);
        }
        let mut question = ChangesQuestion {
            issue_ids_or_keys: issues.iter().map(ToString::to_string).collect(),
            field_ids: iter::once("status").chain(site.own_fields()).collect(),
            max_results: PER_CALL,
            next_page_token: None,
        };
        let mut ring = Ring::default();
        for _ in 0..CALLS {
            let answer = self.api.post(&["rest", "api", "3", "changelog", "bulkfetch"], &question).await?;
            let page: ChangesPage<'_> = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
            self.api.spend(points::of_objects(count(page.issue_change_logs.len())));
            changes.add(&page, site)?;
            let Some(token) = page.next_page_token.filter(|token| !token.is_empty()) else { return Ok(changes) };
            if ring.closes(&token) {
                self.notice_ring("changes");
                changes.cut = true;
                return Ok(changes);
            }
            question.next_page_token = Some(token);
        }
        changes.whole = false;
        Ok(changes)
    }
}

impl Changes {
    fn add(&mut self, page: &ChangesPage<'_>, site: &SiteMark) -> Result<(), Refused> {
        let known = self.broken.len();
        let mut logs_broken = 0;
        for record in &page.issue_change_logs {
            let log: wire::ChangeLog<'_> = match serde_json::from_str(record.get()) {
                Ok(log) => log,
                Err(error) => {
                    logs_broken += 1;
                    self.broken.push(("changes of an issue".into(), wrong_shape(&error)));
                    continue;
                }
            };
            let issue = log.issue_id.0;
            let of_issue = self.of_issue.entry(issue).or_default();
            for record in &log.change_histories {
                match serde_json::from_str::<wire::History>(record.get()) {
                    Ok(history) => of_issue.extend(map::changes(&history, site)),
                    Err(error) => self.broken.push((format!("change of issue {issue}"), wrong_shape(&error))),
                }
            }
        }
        refuse_if_all_broken(page.issue_change_logs.len(), logs_broken)?;
        let histories = self.of_issue.values().map(Vec::len).sum::<usize>();
        if histories == 0 {
            // Not one change could be read although there are several.
            let broken = self.broken.len() - known;
            refuse_if_all_broken(broken, broken)?;
        }
        Ok(())
    }
}
