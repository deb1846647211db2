//! What people do at GitHub, as data: written down in journals, and sent to the control endpoints.

use super::{app::InstallationChange, model::ReviewState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A commit to be pushed. What is absent is now, or the pull request's author.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCommit {
    /// The author's login.
    pub author: Option<String>,
    /// The author's date.
    pub authored_at: Option<Timestamp>,
    /// The committer's date.
    pub committed_at: Option<Timestamp>,
    /// The message.
    pub message: Option<String>,
}

/// A pull request to be opened. Absent: a small one of one commit, opened now.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewPullRequest {
    /// The author's login; absent: a deleted account.
    pub author: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Text.
    pub body: String,
    /// Opened as a draft.
    pub draft: bool,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// Lines added.
    pub additions: Option<u64>,
    /// Lines deleted.
    pub deletions: Option<u64>,
    /// Files changed.
    pub changed_files: Option<u64>,
    /// Branch it comes from.
    pub head_ref: Option<String>,
    /// Commits, oldest first; none: one by the author at the time of opening.
    pub commits: Vec<NewCommit>,
}

/// A change of the state.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Verb {
    /// Adds a person or bot.
    AddUser {
        /// Login.
        login: String,
        /// Display name.
        name: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// A bot.
        #[serde(default)]
        bot: bool,
    },
    /// Deletes an account: it becomes `null` wherever it acted.
    DeleteUser {
        /// Login.
        login: String,
    },
    /// Renames an account.
    RenameUser {
        /// Login.
        login: String,
        /// New login.
        to: String,
    },
    /// Makes an account a member of the organization.
    AddMember {
        /// Login.
        login: String,
        /// An owner.
        #[serde(default)]
        admin: bool,
    },
    /// Takes an account out of the organization and its teams.
    RemoveMember {
        /// Login.
        login: String,
    },
    /// Adds a team.
    AddTeam {
        /// Short name.
        slug: String,
        /// Display name.
        name: String,
        /// The parent's short name.
        parent: Option<String>,
    },
    /// Deletes a team.
    DeleteTeam {
        /// Short name.
        slug: String,
    },
    /// Adds somebody to a team.
    AddTeamMember {
        /// The team's short name.
        team: String,
        /// Login.
        login: String,
        /// As a maintainer.
        #[serde(default)]
        maintainer: bool,
    },
    /// Takes somebody out of a team.
    RemoveTeamMember {
        /// The team's short name.
        team: String,
        /// Login.
        login: String,
    },
    /// Adds an empty repository.
    AddRepository {
        /// Its name.
        name: String,
    },
    /// Renames a repository; the former name redirects.
    RenameRepository {
        /// `owner/name`.
        repository: String,
        /// New name.
        to: String,
    },
    /// Gives a repository to another owner; the former name redirects.
    TransferRepository {
        /// `owner/name`.
        repository: String,
        /// New owner.
        to: String,
    },
    /// Makes a repository read-only.
    ArchiveRepository {
        /// `owner/name`.
        repository: String,
    },
    /// Deletes a repository.
    DeleteRepository {
        /// `owner/name`.
        repository: String,
    },
    /// Pushes to the default branch.
    PushToBranch {
        /// `owner/name`.
        repository: String,
        /// The commit.
        commit: NewCommit,
    },
    /// Opens a pull request.
    AddPullRequest {
        /// `owner/name`.
        repository: String,
        /// What.
        pull_request: Box<NewPullRequest>,
    },
    /// Does something to an installation of the app.
    ChangeInstallation {
        /// Its id.
        installation: u64,
        /// What.
        #[serde(flatten)]
        change: InstallationChange,
    },
    /// Does something to a pull request.
    Change {
        /// `owner/name`.
        repository: String,
        /// Which one.
        number: u64,
        /// What.
        change: Change,
    },
}

/// A change of a pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Pushes a commit.
    PushCommit {
        /// The commit.
        commit: NewCommit,
    },
    /// Replaces all commits.
    ForcePush {
        /// The new ones, oldest first.
        commits: Vec<NewCommit>,
    },
    /// Submits a review.
    Review {
        /// The reviewer's login.
        reviewer: String,
        /// What it says.
        state: ReviewState,
    },
    /// Withdraws a review.
    Dismiss {
        /// The review's id.
        review: u64,
    },
    /// Marks it ready for review.
    MarkReady,
    /// Makes it a draft again.
    ConvertToDraft,
    /// Changes the title.
    EditTitle {
        /// The new one.
        title: String,
    },
    /// Merges it.
    Merge {
        /// Who; absent: the author.
        by: Option<String>,
    },
    /// Closes it without a merge.
    Close,
    /// Opens it again.
    Reopen,
}

/// A verb with the instant at which it was applied.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub verb: Verb,
}
