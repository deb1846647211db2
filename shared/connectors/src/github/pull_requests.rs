//! Step: a changed repository's pull requests, the last changed first, until what is already known.
//!
//! The watermark moves only when the repository is through, to the newest change of the pass's first page: what changes
//! during the pass moves to the front, where this pass does not look again and the next one does. It overlaps with
//! what was read before, and a pass that began within moments of the newest change counts as unsettled and is
//! repeated, so that changes in the same second are not missed.

use super::{
    cursor::{Follow, List, Newest, PassStep, Step},
    documents,
    graphql::{GraphError, Reply},
    map::{self, Actors},
    marks::{RepositoryMark, Watermark},
    run::{Run, halved, owner_and_name, repository_key},
    wire::{GraphCommitNode, GraphEvent, GraphPullRequest, GraphReview, Paged, PullRequestName, RepositoryPage},
};
use crate::{Failure, json::wrong_shape};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Commit, CommitList, DraftEvent, Fact, PullRequest, PullRequestKey, Review};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Pull requests on a page, unless that was too much for this repository.
const PAGE: u32 = 50;
/// How far a pass reads into what is known.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// How long after the newest change a pass has to begin to have seen all of that moment.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(2);

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    repository: Option<RepositoryPage<'a>>,
}

impl Run<'_> {
    /// One page of a pass, or one further page of a list inside a pull request.
    pub(super) async fn pull_requests(&mut self, mut step: PassStep) -> Result<Option<Step>, Failure> {
        let Some(mark) = self.book.repository(step.repository) else { return Ok(self.next_pass(&step)) };
        self.show("pull requests", step.done, Some(step.total));
        if let Some(follow) = step.follow.pop_front() {
            return self.follow(step, mark, follow).await;
        }
        let size = step.size.or(mark.page_size).unwrap_or(PAGE).min(PAGE);
        let (owner, name) = owner_and_name(&mark.full_name);
        let variables = json!({ "owner": owner, "name": name, "first": size, "after": step.after });
        let reply = match self.api.query(&documents::pull_requests(), &variables).await {
            Ok(reply) => reply,
            Err(refused) => {
                return match halved(size).filter(|_| refused.too_heavy) {
                    Some(size) => Ok(Some(Step::PullRequests(PassStep { size: Some(size), ..step }))),
                    None => Err(refused.into()),
                };
            }
        };
        let Some(page) = reply.data::<Data<'_>>()?.repository else {
            let reason = reply.reason("repository");
            return Ok(self.abandon(&step, mark, reason));
        };
        if let Some(found) = page.database_id.filter(|found| found.0 != step.repository) {
            let reason = format!("its name belongs to repository {} now", found.0);
            return Ok(self.abandon(&step, mark, reason));
        }
        let mark = RepositoryMark { page_size: (size != PAGE).then_some(size), ..mark };
        step.size = None;
        step.started.get_or_insert(self.now);
        let reached = self.page(&mut step, &mark, &page, &reply);
        step.after = page.pull_requests.page_info.next().cloned().filter(|_| !reached);
        step.last = step.after.is_none();
        Ok(self.after_page(step, mark))
    }

    /// Goes on with lists to follow, the next page, or the next repository.
    pub(super) fn after_page(&mut self, step: PassStep, mark: RepositoryMark) -> Option<Step> {
        if !step.last || !step.follow.is_empty() {
            self.book.set_repository(step.repository, &mark);
            return Some(Step::PullRequests(step));
        }
        // A first page that named no pull request falls back on what the repository was said to have.
        let newest = step.newest.or(mark.pull_requests_pending);
        let pull_requests = newest.map(|newest| Watermark {
            newest,
            settled: step.started.is_some_and(|started| started.duration_since(newest.updated_at) >= SETTLED_AFTER),
            history_from: match &mark.pull_requests {
                Some(read) => read.history_from.min(self.cutoff()),
                None => self.cutoff(),
            },
        });
        let mark = RepositoryMark { pull_requests, pull_requests_pending: None, ..mark };
        self.book.set_repository(step.repository, &mark);
        self.show("pull requests", step.done + 1, Some(step.total));
        self.next_pass(&step)
    }

    /// The repository cannot be read now; its watermark stays, and the others go on.
    fn abandon(&mut self, step: &PassStep, mark: RepositoryMark, reason: String) -> Option<Step> {
        self.quarantine(format!("repository {}", step.repository), reason);
        self.book.set_repository(step.repository, &RepositoryMark { pull_requests_pending: None, ..mark });
        self.next_pass(step)
    }

    /// Down to which change this pass reads.
    fn floor(&self, mark: &RepositoryMark) -> Timestamp {
        let cutoff = self.cutoff();
        match &mark.pull_requests {
            Some(read) if read.history_from <= cutoff => {
                read.newest.updated_at.saturating_sub(OVERLAP).unwrap_or(Timestamp::UNIX_EPOCH)
            }
            _ => cutoff,
        }
    }

    /// Turns a page into facts; answers whether it reached what needs no reading.
    fn page(&mut self, step: &mut PassStep, mark: &RepositoryMark, page: &RepositoryPage<'_>, reply: &Reply) -> bool {
        let (floor, repository) = (self.floor(mark), step.repository);
        let (mut reached, mut actors) = (false, Actors::default());
        for (place, node) in (0..).zip(&page.pull_requests.nodes) {
            let errors: Vec<&GraphError> = reply.errors.iter().filter(|error| error.place() == Some(place)).collect();
            let words = errors.iter().map(|error| error.words()).collect::<Vec<_>>().join("; ");
            let Some(raw) = node else {
                let reason = if words.is_empty() { "the answer leaves it out".into() } else { words };
                self.quarantine(format!("repository {repository} pull request at place {place} of a page"), reason);
                continue;
            };
            let named = serde_json::from_str::<PullRequestName>(raw.get()).ok();
            if let Some(named) = &named {
                if step.newest.is_none() && step.after.is_none() {
                    step.newest = Some(Newest { updated_at: named.updated_at, number: named.number });
                }
                if named.updated_at < floor {
                    reached = true;
                    continue;
                }
            }
            let what = match &named {
                Some(named) => format!("repository {repository} pull request {}", named.number),
                None => format!("repository {repository} pull request at place {place} of a page"),
            };
            if !words.is_empty() {
                self.quarantine(format!("{what}, in part"), words);
            }
            match serde_json::from_str::<GraphPullRequest>(raw.get()) {
                Ok(from) => self.pull_request(&what, step, from, &mut actors),
                Err(error) => self.quarantine(what, wrong_shape(&error)),
            }
        }
        self.facts.extend(actors.into_facts());
        reached
    }

    fn pull_request(&mut self, what: &str, step: &mut PassStep, mut from: GraphPullRequest, actors: &mut Actors) {
        let Some(scalars) = map::graph_scalars(&mut from) else {
            self.quarantine(what, "it has no id");
            return;
        };
        let (number, version) = (from.number, from.updated_at);
        actors.see(scalars.author.as_ref(), version);
        let mut document = PullRequest::new(pull_request_key(step.repository, number));
        document.scalars = Some(scalars);
        let mut follow = |list, page: Option<&String>| {
            if let Some(after) = page {
                step.follow.push_back(Follow { number, version, list, after: after.clone() });
            }
        };
        if let Some(reviews) = from.reviews {
            follow(List::Reviews, reviews.page_info.next());
            document.reviews = self.reviews(what, reviews, version, actors);
        }
        let further_pages = match from.commits.page_info.next() {
            Some(after) => {
                let total = from.commits.total_count.unwrap_or_default();
                let rest = total.saturating_sub(from.commits.nodes.len() as u64);
                let promised = u32::try_from(rest.div_ceil(u64::from(documents::FOLLOWED))).unwrap_or(u32::MAX).max(1);
                follow(List::Commits { index: 1, promised }, Some(after));
                promised
            }
            None => 0,
        };
        let commits = self.commit_list(what, from.commits, version, actors);
        document.commits = Some(CommitList { version, further_pages, commits });
        let next = from.timeline_items.page_info.next();
        document.draft_history.listed_at = next.is_none().then_some(version);
        follow(List::DraftEvents, next);
        document.draft_history.listed = draft_events(&from.timeline_items);
        self.facts.push(Fact::PullRequest(Box::new(document)));
    }

    pub(super) fn reviews(
        &mut self,
        what: &str,
        page: Paged<Option<GraphReview>>,
        seen_at: Timestamp,
        actors: &mut Actors,
    ) -> BTreeMap<u64, Review> {
        let mut reviews = BTreeMap::new();
        for review in page.nodes {
            match review.ok_or("the answer leaves it out").and_then(map::graph_review) {
                Ok(Some((id, review))) => {
                    actors.see(review.author.as_ref(), seen_at);
                    reviews.insert(id, review);
                }
                Ok(None) => {}
                Err(reason) => self.quarantine(format!("{what} review"), reason),
            }
        }
        reviews
    }

    pub(super) fn commit_list(
        &mut self,
        what: &str,
        page: Paged<Option<GraphCommitNode>>,
        seen_at: Timestamp,
        actors: &mut Actors,
    ) -> Vec<Commit> {
        let mut commits = Vec::with_capacity(page.nodes.len());
        for node in page.nodes {
            match node {
                Some(node) => {
                    let commit = map::graph_commit(node.commit);
                    actors.see_commit(&commit, seen_at);
                    commits.push(commit);
                }
                None => self.quarantine(format!("{what} commit"), "the answer leaves it out"),
            }
        }
        commits
    }
}

/// The draft events on a page.
pub(super) fn draft_events(page: &Paged<Option<GraphEvent>>) -> BTreeSet<DraftEvent> {
    page.nodes.iter().flatten().filter_map(map::draft_event).collect()
}

/// The key of a pull request's facts.
pub(super) const fn pull_request_key(repository: u64, number: u64) -> PullRequestKey {
    PullRequestKey { repository: repository_key(repository), number }
}
