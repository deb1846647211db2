//! Steps: which repositories there are, and which of them changed.

use super::{
    cursor::{ChangesStep, NamedStep, Newest, PageStep, Step},
    documents,
    marks::RepositoryMark,
    run::{Listing, Run, halved, owner_and_name, repository_key},
    wire::{Changed, PullRequestName, RestRepository},
};
use crate::{
    Failure,
    json::{unreadable, wrong_shape},
};
use plumbline_domain::{Fact, Repository};
use serde_json::{Value, value::RawValue};
use std::collections::BTreeMap;

impl Run<'_> {
    /// `/orgs/{org}/repos`, or `/installation/repositories` where an installation need not name its organisation.
    pub(super) async fn repositories(&mut self, mut step: PageStep) -> Result<Option<Step>, Failure> {
        const PER_PAGE: (&str, &str) = ("per_page", "100");
        let (url, within, whose) = match &self.settings.organization {
            Some(org) => (self.api.path(&["orgs", org, "repos"], &[PER_PAGE])?, None, format!("organization {org}")),
            None if self.installed => {
                let url = self.api.path(&["installation", "repositories"], &[PER_PAGE])?;
                (url, Some("repositories"), "the installation's repositories".to_owned())
            }
            None => return Err(Failure::Invalid(super::NOTHING_TO_READ.into())),
        };
        let listing = self.list_in::<RestRepository>("repository", within, url, &step).await;
        let next = match listing.map_err(|refused| super::about(refused.into(), &whose))? {
            Listing::Unchanged { stamp } => {
                for (id, mark) in self.book.repositories() {
                    if mark.listed == stamp && !mark.gone {
                        self.book.set_repository(id, &RepositoryMark { listed: self.started, ..mark });
                    }
                }
                None
            }
            Listing::Page { items, broken, unknown, next } => {
                step.unsure |= unknown;
                for id in broken {
                    if let Some(mark) = self.book.repository(id) {
                        self.book.set_repository(id, &RepositoryMark { listed: self.started, ..mark });
                    }
                }
                for repository in items {
                    self.listed(repository);
                }
                next
            }
        };
        if let Some(url) = next {
            self.show("repositories", self.repository_count(), None);
            return Ok(Some(Step::Repositories(step.following(url))));
        }
        self.finish_repositories(step.unsure);
        Ok(self.first_changes())
    }

    /// `/repos/{owner}/{name}` for one repository of the settings. One that cannot be read is skipped with its reason;
    /// when none can, the settings or the credential are wrong.
    pub(super) async fn named_repository(&mut self, step: NamedStep) -> Result<Option<Step>, Failure> {
        let names = &self.settings.repositories;
        let Some(name) = names.get(step.index) else { return Ok(self.first_changes()) };
        let total = names.len();
        let mut found = step.found;
        match self.repository_by_name(name).await {
            Ok(repository) => {
                self.listed(repository);
                found += 1;
            }
            Err(Named::Skipped(failure)) => {
                if found == 0 && step.index + 1 == total {
                    return Err(super::about(failure, &format!("repository {name}")));
                }
                // By its place: quarantined records are logged, and logs hold no names.
                self.quarantine(format!("repository {} of the settings", step.index + 1), failure.to_string());
            }
            Err(Named::Failed(failure)) => return Err(failure),
        }
        let index = step.index + 1;
        self.show("repositories", index as u64, Some(total as u64));
        if index < total {
            return Ok(Some(Step::NamedRepositories(NamedStep { index, found })));
        }
        self.finish_repositories(false);
        Ok(self.first_changes())
    }

    /// One repository as `owner/name`; GitHub redirects from former names.
    pub(super) async fn repository_by_name(&mut self, full_name: &str) -> Result<RestRepository, Named> {
        let Some((owner, name)) =
            full_name.trim().split_once('/').filter(|(owner, name)| is_name(owner) && is_name(name))
        else {
            return Err(Named::Skipped(Failure::Invalid("a repository is written as owner/name".into())));
        };
        let url = self.api.path(&["repos", owner, name], &[]).map_err(Named::Failed)?;
        let answer = self.api.get(url, None).await.map_err(|refused| {
            if refused.is_denied() { Named::Skipped(refused.into()) } else { Named::Failed(refused.into()) }
        })?;
        serde_json::from_slice(&answer.body).map_err(|error| Named::Failed(unreadable(&error)))
    }

    fn listed(&mut self, repository: RestRepository) {
        let before = self.book.repository(repository.id);
        let mark = RepositoryMark {
            full_name: repository.full_name,
            default_branch: repository.default_branch,
            archived: repository.archived,
            listed: self.started,
            gone: false,
            ..before.unwrap_or_else(|| RepositoryMark::unread(self.started))
        };
        self.repository_fact(repository.id, &mark);
        self.book.set_repository(repository.id, &mark);
    }

    /// What a complete listing no longer had is gone; its mark stays, so that one that comes back is not read again.
    fn finish_repositories(&mut self, unsure: bool) {
        for (id, mark) in self.book.repositories() {
            if mark.listed != self.started && !mark.gone && !unsure {
                let mark = RepositoryMark { gone: true, pull_requests_pending: None, commits_pending: None, ..mark };
                self.repository_fact(id, &mark);
                self.book.set_repository(id, &mark);
            }
        }
        let count = self.repository_count();
        self.show("repositories", count, Some(count));
    }

    fn repository_fact(&mut self, id: u64, mark: &RepositoryMark) {
        self.facts.push(Fact::Repository(Repository {
            key: repository_key(id),
            full_name: mark.full_name.clone(),
            default_branch: mark.default_branch.clone(),
            archived: mark.archived,
            gone_at: mark.gone.then_some(self.started),
            seen_at: self.started,
        }));
    }

    /// Asks some fifty repositories at once for their newest change and their head. One that did not change costs no
    /// other call in this run.
    pub(super) async fn changes(&mut self, step: ChangesStep) -> Result<Option<Step>, Failure> {
        let some = self.some_repositories(step.after, step.size);
        let Some(last) = some.last().map(|(id, _)| *id) else { return Ok(self.first_pass()) };
        let mut variables = serde_json::Map::new();
        for (index, (_, mark)) in some.iter().enumerate() {
            let (owner, name) = owner_and_name(&mark.full_name);
            variables.insert(format!("o{index}"), owner.into());
            variables.insert(format!("n{index}"), name.into());
        }
        let total = self.repository_count();
        let reply = match self.api.query(&documents::changes(some.len()), &Value::Object(variables)).await {
            Ok(reply) => reply,
            Err(refused) => {
                return match halved(step.size).filter(|_| refused.too_heavy) {
                    Some(size) => {
                        self.show("changes", step.done, Some(total));
                        Ok(Some(Step::Changes(ChangesStep { size, ..step })))
                    }
                    None => Err(refused.into()),
                };
            }
        };
        let aliases: BTreeMap<String, Option<&RawValue>> = reply.data()?;
        let done = step.done + some.len() as u64;
        let (asked, mut broken) = (some.len(), 0);
        for (index, (id, mark)) in some.into_iter().enumerate() {
            let alias = format!("r{index}");
            let changed = match aliases.get(&alias).copied().flatten() {
                Some(raw) => serde_json::from_str::<Changed<'_>>(raw.get()).map_err(|error| {
                    broken += 1;
                    wrong_shape(&error)
                }),
                // Its watermark stays where it is, so the next run reads what this one could not.
                None => Err(reply.reason(&alias)),
            };
            let changed = changed.and_then(|changed| match changed.database_id {
                Some(found) if found.0 != id => Err(format!("its name belongs to repository {} now", found.0)),
                _ => Ok(changed),
            });
            let mark = match changed {
                Ok(changed) => self.compare(mark, changed),
                Err(reason) => {
                    self.quarantine(format!("repository {id}"), reason);
                    RepositoryMark { pull_requests_pending: None, commits_pending: None, ..mark }
                }
            };
            self.book.set_repository(id, &mark);
        }
        if broken == asked {
            return Err(Failure::Unavailable("the answer has an unexpected shape: no repository can be read".into()));
        }
        self.show("changes", done, Some(total));
        if self.some_repositories(Some(last), 1).is_empty() {
            Ok(self.first_pass())
        } else {
            Ok(Some(Step::Changes(ChangesStep { after: Some(last), done, ..step })))
        }
    }

    /// Sets what is to be read of a repository.
    fn compare(&self, mark: RepositoryMark, changed: Changed<'_>) -> RepositoryMark {
        let cutoff = self.cutoff();
        let newest = changed.pull_requests.nodes.into_iter().flatten().next();
        let newest = newest.map(|newest| match serde_json::from_str::<PullRequestName>(newest.get()) {
            Ok(newest) => Newest { updated_at: newest.updated_at, number: newest.number },
            // It cannot be read here: something that no watermark equals, so that the pull requests are read.
            Err(_) => Newest { updated_at: cutoff, number: 0 },
        });
        let pull_requests_pending = newest.filter(|newest| match &mark.pull_requests {
            None => newest.updated_at >= cutoff,
            Some(read) => !read.settled || read.newest != *newest || cutoff < read.history_from,
        });
        let head = changed.default_branch_ref.and_then(|branch| branch.target).map(|target| target.oid);
        let commits_pending = head.filter(|head| match &mark.commits {
            None => true,
            Some(read) => read.head != *head || cutoff < read.history_from,
        });
        RepositoryMark { pull_requests_pending, commits_pending, ..mark }
    }
}

/// Why a repository cannot be read by its name.
pub(super) enum Named {
    /// It alone: others may go on.
    Skipped(Failure),
    /// Everything.
    Failed(Failure),
}

/// What GitHub allows in the names of owners and repositories; `.` and `..` would change the path of a call.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

impl RepositoryMark {
    /// A repository of which nothing was read yet.
    fn unread(listed: jiff::Timestamp) -> Self {
        Self {
            full_name: String::new(),
            default_branch: None,
            archived: false,
            listed,
            gone: false,
            pull_requests: None,
            page_size: None,
            commits: None,
            pull_requests_pending: None,
            commits_pending: None,
        }
    }
}
