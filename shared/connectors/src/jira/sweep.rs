//! Step: the ids of all issues of a project, once a week, since Jira tells of a deleted one by nothing else.

use super::{
    cursor::{Step, SweepStep, TokenStep},
    map,
    marks::ProjectMark,
    points,
    run::{Run, count},
    wire::{Search, SearchPage, id_of},
};
use crate::{Failure, json::unreadable};
use jiff::SignedDuration;
use plumbline_domain::{Listing, RecordKind, Shelf};
use reqwest::StatusCode;

/// Ids in an answer.
pub(super) const PER_PAGE: u32 = 5_000;
/// How often.
const EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Run<'_> {
    /// The next project in order of the ids whose issues are to be listed.
    pub(super) fn next_sweep(&self, after: Option<u64>, done: u64) -> Option<Step> {
        let due = |mark: &ProjectMark| mark.swept.is_some_and(|swept| self.started.duration_since(swept) >= EVERY);
        let mut present = self.book.projects_of(self.started, after).into_iter();
        let (project, _) = present.find(|(_, mark)| due(mark))?;
        Some(Step::Sweep(SweepStep { project, at: TokenStep::default(), unsure: false, done }))
    }

    /// `/rest/api/3/search/jql` for ids alone. A project that cannot be searched costs itself only.
    pub(super) async fn sweep(&mut self, mut step: SweepStep) -> Result<Option<Step>, Failure> {
        self.show("deleted issues", step.done, None);
        let Some(mark) = self.book.project(step.project) else { return Ok(self.after_sweep(&step)) };
        let jql = format!("project IN ({}) ORDER BY key ASC", step.project);
        let token = step.at.token.as_deref();
        let search = Search { jql, fields: vec!["id"], max_results: PER_PAGE, next_page_token: token };
        let answer = match self.api.post(&["rest", "api", "3", "search", "jql"], &search).await {
            Ok(answer) => answer,
            Err(refused) if refused.status == Some(StatusCode::BAD_REQUEST) => {
                return Ok(if let Some(at) = step.at.restarted() {
                    Some(Step::Sweep(SweepStep { at, ..step }))
                } else {
                    let reason = Failure::from(refused).to_string();
                    self.quarantine(format!("deleted issues of project {}", step.project), reason);
                    self.after_sweep(&step)
                });
            }
            Err(refused) => return Err(refused.into()),
        };
        let page: SearchPage<'_> = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        self.api.spend(points::of_objects(count(page.issues.len())));
        let ids: Vec<String> =
            page.issues.iter().filter_map(|record| id_of(record)).map(|id| format!("{id:0>12}")).collect();
        if ids.len() < page.issues.len() {
            step.unsure = true;
            self.quarantine(format!("issue of project {}", step.project), "it has no id");
        }
        step.done += ids.len() as u64;
        self.show("deleted issues", step.done, None);
        let next = page.next();
        let is_ring = next.as_ref().is_some_and(|token| step.at.ring.closes(token));
        if is_ring {
            self.notice_ring("issue ids");
            step.unsure = true;
        }
        let next = next.filter(|_| !is_ring);
        let complete = next.is_none() && !step.unsure;
        self.list(Listing::Shelf(Shelf::new(RecordKind::Issue, map::vendor_id(step.project))), ids, complete);
        if let Some(token) = next {
            step.at = step.at.following(token);
            return Ok(Some(Step::Sweep(step)));
        }
        if complete {
            self.book.set_project(step.project, &ProjectMark { swept: Some(self.started), ..mark });
        }
        Ok(self.after_sweep(&step))
    }

    fn after_sweep(&self, step: &SweepStep) -> Option<Step> {
        self.next_sweep(Some(step.project), step.done)
    }
}
