//! The rest of a list inside a pull request that was longer than a page: one further page per call.
//!
//! What follows carries the version of the page that announced it. Should the pull request change meanwhile, its time
//! of change moves and the next run reads it anew.

use super::{
    cursor::{Follow, List, PassStep, Step},
    documents,
    map::Actors,
    marks::RepositoryMark,
    pull_requests::{draft_events, pull_request_key},
    run::{Run, owner_and_name},
    wire::NestedRepository,
};
use crate::Failure;
use plumbline_domain::{CommitPage, Fact, PullRequest};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Data {
    repository: Option<NestedRepository>,
}

impl Run<'_> {
    /// Reads the next page of `follow`, which was taken off `step`.
    pub(super) async fn follow(
        &mut self,
        mut step: PassStep,
        mark: RepositoryMark,
        follow: Follow,
    ) -> Result<Option<Step>, Failure> {
        let (owner, name) = owner_and_name(&mark.full_name);
        let variables = json!({ "owner": owner, "name": name, "number": follow.number, "after": follow.after });
        let document = match follow.list {
            List::Reviews => documents::reviews(),
            List::DraftEvents => documents::draft_events(),
            List::Commits { .. } => documents::commits(),
        };
        let reply = self.api.query(&document, &variables).await?;
        let what = format!("repository {} pull request {}", step.repository, follow.number);
        let found = reply.data::<Data>()?.repository.filter(|found| match found.database_id {
            Some(id) => id.0 == step.repository,
            None => true,
        });
        let Some(found) = found.and_then(|found| found.pull_request) else {
            self.quarantine(format!("{what}, the rest of a list"), reply.reason("repository"));
            return Ok(self.after_page(step, mark));
        };
        let key = pull_request_key(step.repository, follow.number);
        let (version, mut actors) = (follow.version, Actors::default());
        let next = match follow.list {
            List::Reviews => found.reviews.and_then(|page| {
                let next = page.page_info.next().cloned();
                let mut document = PullRequest::new(key);
                document.reviews = self.reviews(&what, page, version, &mut actors);
                self.facts.push(Fact::PullRequest(Box::new(document)));
                next.map(|after| Follow { list: List::Reviews, after, ..follow })
            }),
            List::DraftEvents => found.timeline_items.and_then(|page| {
                let next = page.page_info.next().cloned();
                let mut document = PullRequest::new(key);
                // Only with the last page the list is whole.
                document.draft_history.listed_at = next.is_none().then_some(version);
                document.draft_history.listed = draft_events(&page);
                self.facts.push(Fact::PullRequest(Box::new(document)));
                next.map(|after| Follow { list: List::DraftEvents, after, ..follow })
            }),
            List::Commits { index, promised } => found.commits.and_then(|page| {
                let next = page.page_info.next().cloned();
                let commits = self.commit_list(&what, page, version, &mut actors);
                self.facts.push(Fact::CommitPage(CommitPage { key, version, index, commits }));
                if next.is_none() {
                    // GitHub counts more commits than it lists (250): the pages it did not fill are empty.
                    for index in index.saturating_add(1)..=promised {
                        self.facts.push(Fact::CommitPage(CommitPage { key, version, index, commits: Vec::new() }));
                    }
                }
                next.map(|after| Follow { list: List::Commits { index: index + 1, promised }, after, ..follow })
            }),
        };
        self.facts.extend(actors.into_facts());
        if let Some(next) = next {
            step.follow.push_front(next);
        }
        Ok(self.after_page(step, mark))
    }
}
