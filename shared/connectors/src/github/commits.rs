//! Step: commits on a changed default branch.

use super::{
    cursor::{CommitsStep, Step},
    map::{self, Actors},
    marks::{CommitsMark, RepositoryMark},
    run::{Run, owner_and_name, repository_key},
    wire::RestCommit,
};
use crate::{
    Failure, http,
    json::{elements, refuse_if_all_broken, wrong_shape},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{BranchCommit, Fact};
use reqwest::StatusCode;

/// How far a listing reaches into what is known: `since` means the commit's date, and a commit made some days ago
/// reaches the branch only when it is pushed or merged without a squash.
const OVERLAP: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Run<'_> {
    /// `/repos/{owner}/{name}/commits`: the default branch, newest first.
    pub(super) async fn commits(&mut self, step: CommitsStep) -> Result<Option<Step>, Failure> {
        let found = self.book.repository(step.repository);
        let Some((mark, head)) = found.and_then(|mark| mark.commits_pending.clone().map(|head| (mark, head))) else {
            return Ok(self.next_commits(&step));
        };
        let cutoff = self.cutoff();
        let since = match &mark.commits {
            Some(read) if read.history_from <= cutoff => read.read_at.saturating_sub(OVERLAP).unwrap_or(cutoff),
            _ => cutoff,
        };
        let url = if let Some(url) = &step.at.url {
            self.api.linked(url)?
        } else {
            let (owner, name) = owner_and_name(&mark.full_name);
            // GitHub's parameter has seconds.
            let since = Timestamp::from_second(since.as_second()).unwrap_or(since).to_string();
            self.api.path(&["repos", owner, name, "commits"], &[("since", &since), ("per_page", "100")])?
        };
        self.show("commits", step.done, Some(step.total));
        let read = CommitsMark {
            head,
            read_at: self.started,
            history_from: mark.commits.as_ref().map_or(cutoff, |read| read.history_from.min(cutoff)),
        };
        match self.api.get(url, None).await {
            Ok(answer) => {
                self.branch_commits(step.repository, &answer.body)?;
                if let Some(url) = http::next_link(&answer.headers) {
                    return Ok(Some(Step::Commits(CommitsStep { at: step.at.following(url), ..step })));
                }
                Ok(self.finish_commits(&step, RepositoryMark { commits: Some(read), ..mark }))
            }
            // An empty repository has no commits to list.
            Err(refused) if refused.status == Some(StatusCode::CONFLICT) => {
                Ok(self.finish_commits(&step, RepositoryMark { commits: Some(read), ..mark }))
            }
            Err(refused) if refused.is_denied() => {
                let reason = Failure::from(refused).to_string();
                self.quarantine(format!("commits of repository {}", step.repository), reason);
                Ok(self.finish_commits(&step, mark))
            }
            Err(refused) => Err(refused.into()),
        }
    }

    fn finish_commits(&mut self, step: &CommitsStep, mark: RepositoryMark) -> Option<Step> {
        self.book.set_repository(step.repository, &RepositoryMark { commits_pending: None, ..mark });
        self.show("commits", step.done + 1, Some(step.total));
        self.next_commits(step)
    }

    fn branch_commits(&mut self, repository: u64, body: &[u8]) -> Result<(), Failure> {
        let mut actors = Actors::default();
        let (all, before) = (elements(body)?, self.quarantined.len());
        for element in &all {
            let commit = serde_json::from_str::<RestCommit>(element.get()).map_err(|error| wrong_shape(&error));
            match commit.and_then(|commit| map::rest_commit(commit).map_err(String::from)) {
                Ok(commit) => {
                    actors.see_commit(&commit, commit.committed_at);
                    let repository = repository_key(repository);
                    self.facts.push(Fact::BranchCommit(BranchCommit { repository, commit }));
                }
                Err(reason) => self.quarantine(format!("commit of repository {repository}"), reason),
            }
        }
        self.facts.extend(actors.into_facts());
        refuse_if_all_broken(all.len(), self.quarantined.len() - before)
    }
}
