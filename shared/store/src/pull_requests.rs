//! Reading pull requests, with the further pages of their commits.

use crate::{
    Result, Store,
    documents::body_of,
    keys,
    table::{self, Item, Sort},
};
use plumbline_domain::{CommitPage, PullRequest, PullRequestKey, RepositoryKey, TeamId};

/// Appends the commits of further pages; those of another version of the list, or beyond its end, do not count.
fn join_pages(pull_request: &mut PullRequest, mut pages: Vec<CommitPage>) {
    let Some(list) = &mut pull_request.commits else { return };
    pages.sort_by_key(|page| page.index);
    for page in pages {
        if page.version == list.version && (1..=list.further_pages).contains(&page.index) {
            list.commits.extend(page.commits);
        }
    }
}

fn document_of(item: &Item) -> Result<(PullRequest, u64)> {
    Ok((body_of(item)?, table::number_of(item, "rev")?))
}

/// Adds the documents and pages among `items` until there are `limit` documents with all their pages (`false`).
fn take_documents(found: &mut Vec<(PullRequest, Vec<CommitPage>)>, items: &[Item], limit: usize) -> Result<bool> {
    for item in items {
        if keys::is_commit_page(table::text_of(item, "sk")?) {
            let page: CommitPage = body_of(item)?;
            if let Some((pull_request, pages)) = found.last_mut()
                && pull_request.key == page.key
            {
                pages.push(page);
            }
        } else if found.len() == limit {
            return Ok(false);
        } else {
            found.push((document_of(item)?.0, Vec::new()));
        }
    }
    Ok(true)
}

impl Store {
    /// The pull request as it is now with all its commits, and the revision of its document.
    pub async fn load_pull_request(&self, team: &TeamId, key: PullRequestKey) -> Result<Option<(PullRequest, u64)>> {
        Ok(self.load_pull_requests(team, &[key]).await?.pop())
    }

    /// Those of `pull_requests` that are stored, in the same order, as they are now, with all their commits and the
    /// revisions of their documents.
    pub async fn load_pull_requests(
        &self,
        team: &TeamId,
        pull_requests: &[PullRequestKey],
    ) -> Result<Vec<(PullRequest, u64)>> {
        let facts = &self.tables.facts;
        let keys = pull_requests.iter().map(|key| keys::pull_request(team, *key)).collect();
        let items = self.batch_get(facts, keys, None).await?;
        let mut found = Vec::with_capacity(items.len());
        for key in pull_requests {
            if let Some(item) = items.get(&keys::pull_request(team, *key)) {
                found.push(document_of(item)?);
            }
        }
        drop(items);

        let mut page_keys = Vec::new();
        for (pull_request, _) in &found {
            let further = pull_request.commits.as_ref().map_or(0, |list| list.further_pages);
            page_keys.extend((1..=further).map(|index| keys::commit_page(team, pull_request.key, index)));
        }
        if !page_keys.is_empty() {
            let pages = self.batch_get(facts, page_keys, None).await?;
            for (pull_request, _) in &mut found {
                let further = pull_request.commits.as_ref().map_or(0, |list| list.further_pages);
                let pages = (1..=further)
                    .filter_map(|index| pages.get(&keys::commit_page(team, pull_request.key, index)))
                    .map(body_of)
                    .collect::<Result<_>>()?;
                join_pages(pull_request, pages);
            }
        }
        Ok(found)
    }

    /// A repository's pull requests with numbers above `after`, in order, at most `limit` of them, with all their
    /// commits. Also those of which only a review was heard yet (no scalars).
    pub async fn list_pull_requests(
        &self,
        team: &TeamId,
        repository: RepositoryKey,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<PullRequest>> {
        let pk = keys::repository_partition(team, repository);
        let (from, to) = keys::pull_requests_after(after);
        let sort = Sort::Between(from, to);
        let mut found: Vec<(PullRequest, Vec<CommitPage>)> = Vec::new();
        let mut start = None;
        loop {
            // One more than is missing: a document's pages follow it, and the next document ends them.
            let ask = limit.saturating_sub(found.len()) + 1;
            let answer = self.query_page(&self.tables.facts, &pk, &sort, true, Some(ask), start).await?;
            let more = answer.next.is_some();
            start = answer.next;
            if !take_documents(&mut found, &answer.items, limit)? || !more {
                break;
            }
        }
        Ok(found
            .into_iter()
            .map(|(mut pull_request, pages)| {
                join_pages(&mut pull_request, pages);
                pull_request
            })
            .collect())
    }
}

#[cfg(test)]
#[path = "pull_requests_tests.rs"]
mod tests;
