//! All rows of a team from its facts, in as many invocations as it takes.

use crate::{issues::recompute_issues, recompute::recompute};
use plumbline_domain::{PullRequestKey, Record, RecordKind, RepositoryKey, TeamId, VendorId};
use plumbline_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

/// Pull requests, or issues, computed between two looks at the clock.
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

/// Where a rebuild stopped. Pull requests come first, then issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Position {
    /// Among pull requests.
    PullRequests {
        /// In this repository, as `provider:id`.
        repository: VendorId,
        /// After the pull request with this number; none at its beginning.
        after: Option<u64>,
    },
    /// Among issues.
    Issues {
        /// In this project, as `provider:id`.
        project: String,
        /// After the issue with this id on its shelf; none at its beginning.
        after: Option<String>,
    },
}

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilt {
    /// Pull requests looked at.
    pub pull_requests: u64,
    /// Issues looked at.
    pub issues: u64,
    /// Where to go on; null at the end.
    pub next: Option<Position>,
}

/// Computes a team's rows from its facts, repository by repository and then project by project, while `has_time`; one
/// step is always made, so that repeated calls come to an end. A row that is there and of its document's revision stays
/// as it is: to have rows computed by changed rules, delete the table's items first.
pub async fn rebuild(store: &Store, asked: &Rebuild, has_time: impl Fn() -> bool) -> Result<Rebuilt, StoreError> {
    let mut walk = Walk { store, team: &asked.team_id, has_time, is_first_step: true, rebuilt: Rebuilt::default() };
    walk.rebuilt.next = match &asked.next {
        None => walk.pull_requests(None).await?,
        Some(Position::PullRequests { repository, after }) => {
            walk.pull_requests(repository_key(repository).map(|repository| (repository, *after))).await?
        }
        Some(Position::Issues { project, after }) => walk.issues(Some((project, after.as_deref()))).await?,
    };
    Ok(walk.rebuilt)
}

struct Walk<'a, F> {
    store: &'a Store,
    team: &'a TeamId,
    has_time: F,
    is_first_step: bool,
    rebuilt: Rebuilt,
}

impl<F: Fn() -> bool> Walk<'_, F> {
    /// Whether another step may be made.
    fn steps(&mut self) -> bool {
        std::mem::take(&mut self.is_first_step) || (self.has_time)()
    }

    /// Everything from a pull request on; where it stopped, if it did.
    async fn pull_requests(
        &mut self,
        begin: Option<(RepositoryKey, Option<u64>)>,
    ) -> Result<Option<Position>, StoreError> {
        let (store, team) = (self.store, self.team);
        let mut repositories: Vec<RepositoryKey> =
            store.load_repositories(team).await?.into_iter().map(|repository| repository.key).collect();
        repositories.sort_unstable();
        for repository in repositories {
            let mut after = match begin {
                Some((begun, _)) if repository < begun => continue,
                Some((begun, after)) if repository == begun => after,
                _ => None,
            };
            loop {
                if !self.steps() {
                    let repository = VendorId::new(repository.provider, repository.id);
                    return Ok(Some(Position::PullRequests { repository, after }));
                }
                let page = store.list_pull_requests(team, repository, after, STEP).await?;
                let keys: Vec<PullRequestKey> = page.iter().map(|pull_request| pull_request.key).collect();
                drop(page);
                // Read once more, for the revisions and because a query's page may be older than its last item.
                recompute(store, team, &keys).await?;
                self.rebuilt.pull_requests += u64::try_from(keys.len()).unwrap_or(u64::MAX);
                after = keys.last().map(|key| key.number);
                if keys.len() < STEP {
                    break;
                }
            }
        }
        self.issues(None).await
    }

    /// Everything from an issue on.
    async fn issues(&mut self, begin: Option<(&str, Option<&str>)>) -> Result<Option<Position>, StoreError> {
        let (store, team) = (self.store, self.team);
        for shelf in store.load_shelves(team, RecordKind::Issue).await? {
            let mut after = match begin {
                Some((begun, _)) if shelf.scope.as_str() < begun => continue,
                Some((begun, after)) if shelf.scope == begun => after.map(str::to_owned),
                _ => None,
            };
            loop {
                if !self.steps() {
                    return Ok(Some(Position::Issues { project: shelf.scope, after }));
                }
                let page = store.list_issues(team, &shelf, after.as_deref(), STEP).await?;
                recompute_issues(store, team, &page).await?;
                self.rebuilt.issues += u64::try_from(page.len()).unwrap_or(u64::MAX);
                after = page.last().map(|saved| Record::Issue(Box::new(saved.issue.clone())).id());
                if page.len() < STEP {
                    break;
                }
            }
        }
        Ok(None)
    }
}

fn repository_key(id: &VendorId) -> Option<RepositoryKey> {
    Some(RepositoryKey { provider: id.provider, id: id.id.parse().ok()? })
}
