//! Step: the issues that changed, each whole with its history.
//!
//! What changed is asked for by minutes back from now, since Jira reads times of day in the asking account's time zone.
//! The search must not change from page to page, so the minutes reach back further than needed, by a slack: past it,
//! when a pause for points was long, the projects are searched anew.

use super::{
    cursor::{IssuesStep, Step, TokenStep},
    map,
    marks::{ProjectMark, ReadMark, SiteMark},
    points,
    run::{Run, count},
    wire::{self, Search, SearchPage, id_of},
};
use crate::{
    Failure,
    http::{Answer, Refused},
    json::{Read, read_each, unreadable},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Fact, Record};
use reqwest::StatusCode;

/// Issues in an answer.
const PER_PAGE: u32 = 100;
/// What a page is halved down to where its issues have very long histories.
const SMALLEST_PAGE: u32 = 5;
/// What is read of an issue, besides the fields that are the site's own.
const FIELDS: [&str; 9] =
    ["summary", "status", "issuetype", "project", "assignee", "reporter", "created", "updated", "resolutiondate"];
/// Projects searched at once.
const PROJECTS_AT_ONCE: usize = 50;
/// Reaching back further than the last run: the search's minutes are whole ones, and its index lags behind.
const OVERLAP: i64 = 5;
/// How long a search's pages may take before it reaches back too little.
const SLACK: i64 = 15;

/// Minutes from one instant to another, a part of one counting as a whole.
fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0) / 60 + 1
}

impl Run<'_> {
    pub(super) fn after_boards(&self) -> Option<Step> {
        self.next_issues(None, 0).map(Step::Issues).or_else(|| self.next_sweep(None, 0))
    }

    /// Whether a project's whole history is to be read: for the first time, or because a longer one is asked for now.
    fn is_first(&self, mark: &ProjectMark) -> bool {
        mark.read.is_none_or(|read| read.history_from > self.cutoff())
    }

    /// The next projects in order of their ids that can be searched at once.
    fn next_issues(&self, after: Option<u64>, done: u64) -> Option<IssuesStep> {
        let present = self.book.projects_of(self.started, after);
        let (from, first) = present.first()?;
        let is_first = self.is_first(first);
        let same = present.iter().take(PROJECTS_AT_ONCE).take_while(|(_, mark)| self.is_first(mark) == is_first);
        let to = same.last().map_or(*from, |(id, _)| *id);
        Some(self.search_of(*from, to, done))
    }

    fn members(&self, from: u64, to: u64) -> Vec<(u64, ProjectMark)> {
        let present = self.book.projects_of(self.started, None);
        present.into_iter().filter(|(id, _)| (from..=to).contains(id)).collect()
    }

    /// The beginning of a search of some projects.
    fn search_of(&self, from: u64, to: u64, done: u64) -> IssuesStep {
        let members = self.members(from, to);
        let known: Option<Vec<Timestamp>> =
            members.iter().map(|(_, mark)| mark.read.filter(|_| !self.is_first(mark)).map(|read| read.at)).collect();
        let since = known.as_ref().and_then(|known| known.iter().min());
        let (back, good_until) = match since {
            Some(since) => {
                // After a long pause there may be another one.
                let passed = minutes(self.started, self.now);
                let slack = if passed > SLACK { 2 * passed } else { passed + SLACK };
                let until = self.started.saturating_add(SignedDuration::from_mins(slack)).unwrap_or(Timestamp::MAX);
                (minutes(*since, self.started) + OVERLAP + slack, Some(until))
            }
            // Where the history begins does not matter to the minute.
            None => (minutes(self.cutoff(), self.started) + OVERLAP, None),
        };
        IssuesStep { from, to, back, good_until, size: PER_PAGE, at: TokenStep::default(), cut: false, done }
    }

    /// `/rest/api/3/search/jql` and `/rest/api/3/changelog/bulkfetch`.
    pub(super) async fn issues(&mut self, mut step: IssuesStep) -> Result<Option<Step>, Failure> {
        // Written by the step before; another version's may have another form.
        let Some(site) = self.book.site() else { return Ok(Some(Step::Site)) };
        if step.good_until.is_some_and(|until| self.now > until) {
            step = self.search_of(step.from, step.to, step.done);
        }
        self.show("issues", step.done, None);
        let answer = match self.search(&step, &site).await {
            Ok(answer) => answer,
            Err(refused) => return self.refused_search(step, refused),
        };
        let page: SearchPage<'_> = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        self.api.spend(points::of_objects(count(page.issues.len())));
        let Read { items, broken } = read_each::<wire::Issue>(&page.issues, id_of)?;
        let ids: Vec<u64> = items.iter().map(|issue| issue.id.0).collect();
        let mut changes = match self.changes(&ids, &site).await {
            Ok(changes) => changes,
            Err(refused) if refused.too_heavy && step.size > SMALLEST_PAGE => return Ok(Some(halved(step))),
            Err(refused) => return Err(refused.into()),
        };
        if !changes.whole {
            if step.size > SMALLEST_PAGE {
                return Ok(Some(halved(step)));
            }
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            self.quarantine(
                format!("issues {}", ids.join(", ")),
                "their histories are longer than can be read; the latest changes are left out",
            );
        }
        self.quarantine_all("issue", &broken);
        for (what, reason) in changes.broken {
            self.quarantine(what, reason);
        }
        for issue in items {
            let history = changes.of_issue.remove(&issue.id.0).unwrap_or_default();
            let issue = map::issue(issue, history, &site, self.started);
            self.tell(Fact::Record(Record::Issue(Box::new(issue))));
        }
        step.cut |= changes.cut;
        step.done += ids.len() as u64;
        self.show("issues", step.done, None);
        match page.next() {
            None if step.cut => Ok(self.next_search(&step)),
            None => Ok(self.searched(&step)),
            Some(token) if step.at.ring.closes(&token) => {
                self.notice_ring("issues");
                Ok(self.next_search(&step))
            }
            Some(token) => {
                step.at = step.at.following(token);
                Ok(Some(Step::Issues(step)))
            }
        }
    }

    async fn search(&mut self, step: &IssuesStep, site: &SiteMark) -> Result<Answer, Refused> {
        let members = self.members(step.from, step.to);
        let ids: Vec<String> = members.iter().map(|(id, _)| id.to_string()).collect();
        let jql = format!("project IN ({}) AND updated >= -{}m ORDER BY key ASC", ids.join(", "), step.back);
        let search = Search {
            jql,
            fields: FIELDS.into_iter().chain(site.own_fields()).collect(),
            max_results: step.size,
            next_page_token: step.at.token.as_deref(),
        };
        self.api.post(&["rest", "api", "3", "search", "jql"], &search).await
    }

    /// An answer that was too much is asked for in smaller parts. A refused question may be due to a token that has
    /// ended, or to one project among several; a project that cannot be searched alone costs itself only, as long as
    /// another one can.
    fn refused_search(&mut self, step: IssuesStep, refused: Refused) -> Result<Option<Step>, Failure> {
        if refused.too_heavy && step.size > SMALLEST_PAGE {
            return Ok(Some(halved(step)));
        }
        if refused.status != Some(StatusCode::BAD_REQUEST) {
            return Err(refused.into());
        }
        if let Some(at) = step.at.restarted() {
            return Ok(Some(Step::Issues(IssuesStep { at, ..step })));
        }
        let members = self.members(step.from, step.to);
        if members.len() > 1 {
            let to = members.get(members.len() / 2 - 1).map_or(step.from, |(id, _)| *id);
            return Ok(Some(Step::Issues(self.search_of(step.from, to, step.done))));
        }
        let failure = Failure::from(refused);
        let present = self.book.projects_of(self.started, None);
        let is_last = present.last().is_none_or(|(id, _)| *id <= step.to);
        let any = present.iter().any(|(_, mark)| mark.read.is_some_and(|read| read.at == self.started));
        if is_last && !any {
            return Err(failure);
        }
        self.quarantine(format!("issues of project {}", step.from), failure.to_string());
        Ok(self.next_search(&step))
    }

    /// After some projects were read whole.
    fn searched(&mut self, step: &IssuesStep) -> Option<Step> {
        for (id, mark) in self.members(step.from, step.to) {
            let history_from = mark.read.filter(|_| !self.is_first(&mark)).map_or(self.cutoff(), |r| r.history_from);
            let read = Some(ReadMark { at: self.started, history_from });
            // Of what was read just now nothing is gone yet.
            let swept = mark.swept.or(Some(self.started));
            self.book.set_project(id, &ProjectMark { read, swept, ..mark });
        }
        self.next_search(step)
    }

    fn next_search(&self, step: &IssuesStep) -> Option<Step> {
        let next = self.next_issues(Some(step.to), step.done).map(Step::Issues);
        next.or_else(|| self.next_sweep(None, 0))
    }
}

fn halved(step: IssuesStep) -> Step {
    Step::Issues(IssuesStep { size: (step.size / 2).max(SMALLEST_PAGE), ..step })
}
