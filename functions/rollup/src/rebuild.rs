//! All rows of a team from its facts, in as many invocations as it takes.

use crate::recompute::recompute;
use plumbline_domain::{PullRequestKey, RepositoryKey, TeamId, VendorId};
use plumbline_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

/// Pull requests computed between two looks at the clock.
const STEP: usize = 100;

/// A rebuild, or the rest of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuild {
    /// Whose rows.
    pub team_id: TeamId,
    /// Where the one before stopped; none to begin.
    #[serde(default)]
    pub next: Option<Position>,
}

/// Where a rebuild stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// In this repository, as `provider:id`.
    pub repository: VendorId,
    /// After the pull request with this number; none at its beginning.
    pub after: Option<u64>,
}

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilt {
    /// Pull requests looked at.
    pub pull_requests: u64,
    /// Where to go on; null at the end.
    pub next: Option<Position>,
}

/// Computes a team's rows from its facts, repository by repository, while `has_time`; one step is always made, so that
/// repeated calls come to an end. A row that is there and of its document's revision stays as it is: to have rows
/// computed by changed rules, delete the table's items first.
pub async fn rebuild(store: &Store, asked: &Rebuild, has_time: impl Fn() -> bool) -> Result<Rebuilt, StoreError> {
    let team = &asked.team_id;
    let mut repositories: Vec<RepositoryKey> =
        store.load_repositories(team).await?.into_iter().map(|repository| repository.key).collect();
    repositories.sort_unstable();
    let begin = asked.next.as_ref().and_then(|next| Some((repository_key(&next.repository)?, next.after)));
    let mut pull_requests = 0;
    let mut is_first_step = true;
    for repository in repositories {
        let mut after = match begin {
            Some((begun, _)) if repository < begun => continue,
            Some((begun, after)) if repository == begun => after,
            _ => None,
        };
        loop {
            if !is_first_step && !has_time() {
                let repository = VendorId::new(repository.provider, repository.id);
                return Ok(Rebuilt { pull_requests, next: Some(Position { repository, after }) });
            }
            is_first_step = false;
            let page = store.list_pull_requests(team, repository, after, STEP).await?;
            let keys: Vec<PullRequestKey> = page.iter().map(|pull_request| pull_request.key).collect();
            drop(page);
            // Read once more, for the revisions and because a query's page may be older than its last item.
            recompute(store, team, &keys).await?;
            pull_requests += u64::try_from(keys.len()).unwrap_or(u64::MAX);
            after = keys.last().map(|key| key.number);
            if keys.len() < STEP {
                break;
            }
        }
    }
    Ok(Rebuilt { pull_requests, next: None })
}

fn repository_key(id: &VendorId) -> Option<RepositoryKey> {
    Some(RepositoryKey { provider: id.provider, id: id.id.parse().ok()? })
}
