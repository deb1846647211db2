//! Applying verbs: each changes the state as they would, moves the times of change, and makes the
//! webhooks due that GitHub would send.

use super::{
    model::{DraftEvent, DraftKind, PullRequest, Review, ReviewState, Role, UserKind},
    state::State,
    verb::{Change, Entry, NewCommit, NewPullRequest, Verb},
    webhook,
};
use crate::{digest::hash, service::whole_seconds};
use jiff::Timestamp;

/// Why a verb cannot be applied.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

fn missing(what: &str, name: &str) -> Refused {
    Refused(format!("no {what} {name}"))
}

impl State {
    /// Applies a verb at the present instant. Returns the id or number of what it made, if it made something: the
    /// number of a pull request, the id of a review.
    pub fn apply(&mut self, verb: Verb) -> Result<Option<u64>, Refused> {
        self.apply_at(verb, self.now())
    }

    /// The same at an instant that is over.
    pub(super) fn apply_at(&mut self, verb: Verb, at: Timestamp) -> Result<Option<u64>, Refused> {
        let made = self.perform(verb.clone(), at)?;
        self.journal.push(Entry { at, verb });
        Ok(made)
    }

    /// Applies what an earlier process wrote down, each at its own instant; no webhook is due for it.
    pub fn replay(&mut self, entries: Vec<Entry>) -> Result<(), Refused> {
        for entry in entries {
            self.perform(entry.verb.clone(), entry.at)?;
            self.journal.push(entry);
        }
        self.outbox.clear();
        Ok(())
    }

    fn account(&self, login: &str) -> Result<u64, Refused> {
        self.user(login).map(|user| user.id).ok_or_else(|| missing("account", login))
    }

    fn team(&self, slug: &str) -> Result<u64, Refused> {
        self.teams.values().find(|team| team.slug == slug).map(|team| team.id).ok_or_else(|| missing("team", slug))
    }

    fn repository_id(&self, name: &str) -> Result<u64, Refused> {
        self.repository_named(name).map(|(repository, _)| repository.id).ok_or_else(|| missing("repository", name))
    }

    fn perform(&mut self, verb: Verb, at: Timestamp) -> Result<Option<u64>, Refused> {
        match verb {
            Verb::ChangeInstallation { installation, change } => {
                if !self.change_installation(installation, &change, at) {
                    return Err(missing("installation or repository", &installation.to_string()));
                }
                return Ok(Some(installation));
            }
            Verb::AddUser { login, name, email, bot } => {
                let kind = if bot { UserKind::Bot } else { UserKind::User };
                return Ok(Some(self.insert_user(&login, name.as_deref(), email.as_deref(), kind)));
            }
            Verb::DeleteUser { login } => {
                let id = self.account(&login)?;
                self.members.remove(&id);
                self.users.entry(id).and_modify(|user| user.deleted = true);
            }
            Verb::RenameUser { login, to } => {
                let id = self.account(&login)?;
                self.users.entry(id).and_modify(|user| user.login = to);
            }
            Verb::AddMember { login, admin } => {
                let id = self.account(&login)?;
                self.members.insert(id, if admin { Role::Admin } else { Role::Member });
            }
            Verb::RemoveMember { login } => {
                let id = self.account(&login)?;
                self.members.remove(&id);
                for team in self.teams.values_mut() {
                    team.members.remove(&id);
                }
            }
            Verb::AddTeam { slug, name, parent } => {
                let parent = parent.map(|slug| self.team(&slug)).transpose()?;
                return Ok(Some(self.insert_team(&slug, &name, parent)));
            }
            Verb::DeleteTeam { slug } => {
                let id = self.team(&slug)?;
                self.teams.remove(&id);
            }
            Verb::AddTeamMember { team, login, maintainer } => {
                let (team, id) = (self.team(&team)?, self.account(&login)?);
                self.teams.entry(team).and_modify(|team| {
                    team.members.insert(id, maintainer);
                });
            }
            Verb::RemoveTeamMember { team, login } => {
                let (team, id) = (self.team(&team)?, self.account(&login)?);
                self.teams.entry(team).and_modify(|team| {
                    team.members.remove(&id);
                });
            }
            Verb::AddRepository { name } => return Ok(Some(self.insert_repository(&name, at))),
            Verb::RenameRepository { repository, to } => self.move_repository(&repository, at, |r| r.name = to)?,
            Verb::TransferRepository { repository, to } => self.move_repository(&repository, at, |r| r.owner = to)?,
            Verb::ArchiveRepository { repository } => {
                let id = self.repository_id(&repository)?;
                self.repositories.entry(id).and_modify(|r| (r.archived, r.updated_at) = (true, at));
            }
            Verb::DeleteRepository { repository } => {
                let id = self.repository_id(&repository)?;
                self.repositories.remove(&id);
            }
            Verb::PushToBranch { repository, commit } => {
                let id = self.repository_id(&repository)?;
                let commit = self.commit(&commit, None, at)?;
                let repository = self.repositories.get_mut(&id).unwrap();
                repository.branch_commits.push(commit);
                (repository.empty, repository.pushed_at) = (false, at);
            }
            Verb::AddPullRequest { repository, pull_request } => {
                let id = self.repository_id(&repository)?;
                return self.open(id, *pull_request, at).map(Some);
            }
            Verb::Change { repository, number, change } => {
                let id = self.repository_id(&repository)?;
                return self.change(id, number, change, at);
            }
        }
        Ok(None)
    }

    fn move_repository(
        &mut self,
        name: &str,
        at: Timestamp,
        change: impl FnOnce(&mut super::model::Repository),
    ) -> Result<(), Refused> {
        let id = self.repository_id(name)?;
        let repository = self.repositories.get_mut(&id).unwrap();
        self.former_names.insert(repository.full_name().to_lowercase(), id);
        change(repository);
        repository.updated_at = at;
        Ok(())
    }

    fn commit(&mut self, new: &NewCommit, author: Option<u64>, at: Timestamp) -> Result<super::model::Commit, Refused> {
        let author = new.author.as_ref().map(|login| self.account(login)).transpose()?.or(author);
        let authored_at = whole_seconds(new.authored_at.unwrap_or(at));
        let committed_at = whole_seconds(new.committed_at.unwrap_or(authored_at));
        Ok(self.new_commit(author, new.message.as_deref().unwrap_or("Change something"), authored_at, committed_at))
    }

    fn open(&mut self, repository: u64, new: NewPullRequest, at: Timestamp) -> Result<u64, Refused> {
        let author = new.author.as_ref().map(|login| self.account(login)).transpose()?;
        let created_at = whole_seconds(new.created_at.unwrap_or(at));
        let mut commits = Vec::new();
        for commit in if new.commits.is_empty() { vec![NewCommit::default()] } else { new.commits } {
            commits.push(self.commit(&commit, author, created_at)?);
        }
        let id = self.large_id();
        let target = self.repositories.get_mut(&repository).unwrap();
        let number = target.next_number();
        let pull_request = PullRequest {
            number,
            id,
            title: new.title.unwrap_or_else(|| format!("Change number {number}")),
            body: new.body,
            author,
            draft: new.draft,
            created_at,
            updated_at: created_at,
            merged_at: None,
            merged_by: None,
            closed_at: None,
            additions: new.additions.unwrap_or(10),
            deletions: new.deletions.unwrap_or(2),
            changed_files: new.changed_files.unwrap_or(1),
            base_ref: target.default_branch.clone(),
            head_ref: new.head_ref.unwrap_or_else(|| format!("topic-{number}")),
            labels: Vec::new(),
            commits,
            reviews: Vec::new(),
            draft_events: Vec::new(),
        };
        target.pull_requests.insert(number, pull_request);
        (target.empty, target.pushed_at) = (false, created_at.max(target.pushed_at));
        self.announce(repository, number, "opened", author);
        Ok(number)
    }

    fn change(&mut self, repository: u64, number: u64, change: Change, at: Timestamp) -> Result<Option<u64>, Refused> {
        let pull_request = self.repositories[&repository].pull_requests.get(&number);
        let author = pull_request.ok_or_else(|| missing("pull request", &number.to_string()))?.author;
        let (mut made, mut actor) = (None, author);
        let action = match change {
            Change::PushCommit { commit } => {
                let commit = self.commit(&commit, author, at)?;
                self.edit(repository, number, at).commits.push(commit);
                "synchronize"
            }
            Change::ForcePush { commits } => {
                let commits = commits.iter().map(|c| self.commit(c, author, at)).collect::<Result<Vec<_>, _>>()?;
                self.edit(repository, number, at).commits = commits;
                "synchronize"
            }
            Change::Review { reviewer, state } => {
                actor = Some(self.account(&reviewer)?);
                let id = self.large_id();
                made = Some(id);
                let pull_request = self.edit(repository, number, at);
                let commit = pull_request.commits.last().map(|commit| commit.sha.clone());
                let review = Review { id, author: actor, state, submitted_at: at, updated_at: at, commit };
                pull_request.reviews.push(review);
                if state != ReviewState::Pending {
                    webhook::review(self, repository, number, id, "submitted", actor);
                }
                return Ok(made);
            }
            Change::Dismiss { review } => {
                let pull_request = self.edit(repository, number, at);
                let found = pull_request.reviews.iter_mut().find(|r| r.id == review);
                let found = found.ok_or_else(|| missing("review", &review.to_string()))?;
                (found.state, found.updated_at) = (ReviewState::Dismissed, at);
                webhook::review(self, repository, number, review, "dismissed", actor);
                return Ok(None);
            }
            Change::MarkReady => {
                self.draft(repository, number, DraftKind::Ready, at);
                "ready_for_review"
            }
            Change::ConvertToDraft => {
                self.draft(repository, number, DraftKind::Draft, at);
                "converted_to_draft"
            }
            Change::EditTitle { title } => {
                self.edit(repository, number, at).title = title;
                "edited"
            }
            Change::Merge { by } => {
                actor = by.map(|login| self.account(&login)).transpose()?.or(author);
                self.merge_now(repository, number, actor, at);
                "closed"
            }
            Change::Close => {
                self.edit(repository, number, at).closed_at = Some(at);
                "closed"
            }
            Change::Reopen => {
                self.edit(repository, number, at).closed_at = None;
                "reopened"
            }
        };
        self.announce(repository, number, action, actor);
        Ok(made)
    }

    fn edit(&mut self, repository: u64, number: u64, at: Timestamp) -> &mut PullRequest {
        let pull_request = self.repositories.get_mut(&repository).unwrap().pull_requests.get_mut(&number).unwrap();
        pull_request.updated_at = pull_request.updated_at.max(at);
        pull_request
    }

    fn draft(&mut self, repository: u64, number: u64, kind: DraftKind, at: Timestamp) {
        let id = self.large_id();
        let pull_request = self.edit(repository, number, at);
        pull_request.draft = kind == DraftKind::Draft;
        let actor = pull_request.author;
        pull_request.draft_events.push(DraftEvent { id, at, kind, actor });
    }

    fn merge_now(&mut self, repository: u64, number: u64, by: Option<u64>, at: Timestamp) {
        let pull_request = self.edit(repository, number, at);
        (pull_request.merged_at, pull_request.closed_at, pull_request.merged_by) = (Some(at), Some(at), by);
        let message = format!("{} (#{number})", pull_request.title);
        let commit = self.new_commit(by, &message, at, at);
        let target = self.repositories.get_mut(&repository).unwrap();
        target.branch_commits.push(commit);
        target.pushed_at = target.pushed_at.max(at);
    }

    fn announce(&mut self, repository: u64, number: u64, action: &str, actor: Option<u64>) {
        webhook::pull_request(self, repository, number, action, actor);
    }

    /// The hash that a merge of this pull request gave.
    pub(crate) fn merge_sha(pull_request: &PullRequest) -> String {
        hash(&["merge", &pull_request.id.to_string()])
    }
}
