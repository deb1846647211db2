//! The verbs as methods, for tests that read as a story. They panic when there is no such repository or account.

use super::{
    app::InstallationChange,
    model::ReviewState,
    state::State,
    verb::{Change, NewCommit, NewPullRequest, Verb},
};

impl State {
    fn must(&mut self, verb: Verb) -> Option<u64> {
        self.apply(verb).unwrap_or_else(|refused| panic!("{refused}"))
    }

    fn must_change(&mut self, repository: &str, number: u64, change: Change) -> Option<u64> {
        self.must(Verb::Change { repository: repository.into(), number, change })
    }

    /// Adds a person and returns the account's id.
    pub fn add_user(&mut self, login: &str) -> u64 {
        let verb = Verb::AddUser { login: login.into(), name: None, email: None, bot: false };
        self.must(verb).unwrap()
    }

    /// Adds a bot (`something[bot]`) and returns the account's id.
    pub fn add_bot(&mut self, login: &str) -> u64 {
        self.must(Verb::AddUser { login: login.into(), name: None, email: None, bot: true }).unwrap()
    }

    /// Adds a person who is a member of the organization and returns the account's id.
    pub fn add_member(&mut self, login: &str) -> u64 {
        let id = self.add_user(login);
        self.must(Verb::AddMember { login: login.into(), admin: false });
        id
    }

    /// Takes somebody out of the organization.
    pub fn remove_member(&mut self, login: &str) {
        self.must(Verb::RemoveMember { login: login.into() });
    }

    /// Deletes an account.
    pub fn delete_user(&mut self, login: &str) {
        self.must(Verb::DeleteUser { login: login.into() });
    }

    /// Renames an account.
    pub fn rename_user(&mut self, login: &str, to: &str) {
        self.must(Verb::RenameUser { login: login.into(), to: to.into() });
    }

    /// Adds a team with these members and returns its id.
    pub fn add_team(&mut self, slug: &str, parent: Option<&str>, members: &[&str]) -> u64 {
        let verb = Verb::AddTeam { slug: slug.into(), name: slug.into(), parent: parent.map(Into::into) };
        let id = self.must(verb).unwrap();
        for login in members {
            self.must(Verb::AddTeamMember { team: slug.into(), login: (*login).into(), maintainer: false });
        }
        id
    }

    /// Takes somebody out of a team.
    pub fn remove_team_member(&mut self, team: &str, login: &str) {
        self.must(Verb::RemoveTeamMember { team: team.into(), login: login.into() });
    }

    /// Something happens to an installation of the app.
    pub fn change_installation_of_app(&mut self, installation: u64, change: InstallationChange) {
        self.must(Verb::ChangeInstallation { installation, change });
    }

    /// The app is installed for all repositories.
    pub fn install_app(&mut self, installation: u64) {
        self.change_installation_of_app(installation, InstallationChange::Create);
    }

    /// Adds an empty repository of the organization and returns its id.
    pub fn add_repository(&mut self, name: &str) -> u64 {
        self.must(Verb::AddRepository { name: name.into() }).unwrap()
    }

    /// Renames a repository within its owner.
    pub fn rename_repository(&mut self, repository: &str, to: &str) {
        self.must(Verb::RenameRepository { repository: repository.into(), to: to.into() });
    }

    /// Gives a repository to another owner.
    pub fn transfer_repository(&mut self, repository: &str, to: &str) {
        self.must(Verb::TransferRepository { repository: repository.into(), to: to.into() });
    }

    /// Makes a repository read-only.
    pub fn archive_repository(&mut self, repository: &str) {
        self.must(Verb::ArchiveRepository { repository: repository.into() });
    }

    /// Deletes a repository.
    pub fn delete_repository(&mut self, repository: &str) {
        self.must(Verb::DeleteRepository { repository: repository.into() });
    }

    /// Pushes to the default branch.
    pub fn push_to_branch(&mut self, repository: &str, commit: NewCommit) {
        self.must(Verb::PushToBranch { repository: repository.into(), commit });
    }

    /// Opens a pull request and returns its number.
    pub fn add_pull_request(&mut self, repository: &str, pull_request: NewPullRequest) -> u64 {
        let pull_request = Box::new(pull_request);
        self.must(Verb::AddPullRequest { repository: repository.into(), pull_request }).unwrap()
    }

    /// Opens a small pull request by `author` now and returns its number.
    pub fn open_pull_request(&mut self, repository: &str, author: &str) -> u64 {
        self.add_pull_request(repository, NewPullRequest { author: Some(author.into()), ..NewPullRequest::default() })
    }

    /// Pushes a commit of the author, now.
    pub fn push_commit(&mut self, repository: &str, number: u64) {
        self.must_change(repository, number, Change::PushCommit { commit: NewCommit::default() });
    }

    /// Replaces the commits.
    pub fn force_push(&mut self, repository: &str, number: u64, commits: Vec<NewCommit>) {
        self.must_change(repository, number, Change::ForcePush { commits });
    }

    /// Submits a review and returns its id.
    pub fn review(&mut self, repository: &str, number: u64, reviewer: &str, state: ReviewState) -> u64 {
        self.must_change(repository, number, Change::Review { reviewer: reviewer.into(), state }).unwrap()
    }

    /// Withdraws a review.
    pub fn dismiss(&mut self, repository: &str, number: u64, review: u64) {
        self.must_change(repository, number, Change::Dismiss { review });
    }

    /// Marks it ready for review.
    pub fn mark_ready(&mut self, repository: &str, number: u64) {
        self.must_change(repository, number, Change::MarkReady);
    }

    /// Makes it a draft again.
    pub fn convert_to_draft(&mut self, repository: &str, number: u64) {
        self.must_change(repository, number, Change::ConvertToDraft);
    }

    /// Changes the title.
    pub fn edit_title(&mut self, repository: &str, number: u64, title: &str) {
        self.must_change(repository, number, Change::EditTitle { title: title.into() });
    }

    /// Merges it.
    pub fn merge(&mut self, repository: &str, number: u64) {
        self.must_change(repository, number, Change::Merge { by: None });
    }

    /// Closes it without a merge.
    pub fn close(&mut self, repository: &str, number: u64) {
        self.must_change(repository, number, Change::Close);
    }

    /// Opens it again.
    pub fn reopen(&mut self, repository: &str, number: u64) {
        self.must_change(repository, number, Change::Reopen);
    }
}
