//! GitHub's state, and how to look things up in it.

use super::{
    app::App,
    model::{Commit, Organization, PullRequest, Repository, Role, Team, User, UserKind},
    seats::{Enterprise, Seat},
    verb::Entry,
    webhook::Event,
};
use crate::{
    digest::hash,
    service::{now_of, whole_seconds},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The token that a new state knows.
pub const TOKEN: &str = "simulated-github-token";

/// A classic personal access token that a new state knows, too: it alone opens the enterprise's licences.
pub const CLASSIC_TOKEN: &str = "ghp_simulatedClassicToken000000000000000";

/// All that the simulated GitHub holds. Plain data: a test may change any of it; the verbs change it as people do.
#[derive(Debug, Clone)]
pub struct State {
    /// The organization.
    pub organization: Organization,
    /// Accounts by id, deleted ones included.
    pub users: BTreeMap<u64, User>,
    /// Members of the organization by account id.
    pub members: BTreeMap<u64, Role>,
    /// Teams by id.
    pub teams: BTreeMap<u64, Team>,
    /// Repositories by id.
    pub repositories: BTreeMap<u64, Repository>,
    /// Former full names, in lower case, of renamed and transferred repositories.
    pub former_names: BTreeMap<String, u64>,
    /// Tokens that work, each with the login it belongs to.
    pub tokens: BTreeMap<String, String>,
    /// Repositories that exist and answer 404, as one the token may not see does.
    pub hidden: BTreeSet<u64>,
    /// The server's origin, in all addresses; `None` until it is served.
    pub origin: Option<String>,
    /// The origin of the files of Copilot's reports; `None` until it is served.
    pub reports_origin: Option<String>,
    /// Copilot seats.
    pub copilot: Vec<Seat>,
    /// The enterprise that the organization belongs to.
    pub enterprise: Enterprise,
    /// The GitHub App.
    pub app: App,
    /// The instant it is; `None`: the system's clock.
    pub clock: Option<Timestamp>,
    /// Webhooks that are due, in the order of their causes.
    pub outbox: VecDeque<Event>,
    /// The verbs applied so far, for replaying.
    pub journal: Vec<Entry>,
    next_id: u64,
}

impl State {
    /// An organization of this login without anything in it, whose clock stands at `now`.
    pub fn new(organization: &str, now: Timestamp) -> Self {
        let mut state = Self {
            organization: Organization { id: 9919, login: organization.into(), name: organization.into() },
            users: BTreeMap::new(),
            members: BTreeMap::new(),
            teams: BTreeMap::new(),
            repositories: BTreeMap::new(),
            former_names: BTreeMap::new(),
            tokens: BTreeMap::new(),
            hidden: BTreeSet::new(),
            origin: None,
            reports_origin: None,
            copilot: Vec::new(),
            enterprise: Enterprise::of(organization),
            app: App::default(),
            clock: Some(whole_seconds(now)),
            outbox: VecDeque::new(),
            journal: Vec::new(),
            next_id: 0,
        };
        state.tokens.insert(TOKEN.into(), "plumbline-reader".into());
        state.tokens.insert(CLASSIC_TOKEN.into(), "plumbline-owner".into());
        state
    }

    /// The instant it is, in whole seconds.
    pub fn now(&self) -> Timestamp {
        now_of(self.clock)
    }

    /// Sets the clock.
    pub fn set_now(&mut self, now: Timestamp) {
        self.clock = Some(whole_seconds(now));
    }

    /// Moves a set clock on.
    pub fn advance(&mut self, seconds: i64) {
        self.clock = Some(self.now() + jiff::SignedDuration::from_secs(seconds));
    }

    /// The next id of accounts, teams, repositories and small things.
    pub(crate) fn small_id(&mut self) -> u64 {
        self.next_id += 1;
        10_000 + self.next_id
    }

    /// The next id of pull requests, reviews and events: past 32 bits, as GitHub's have become.
    pub(crate) fn large_id(&mut self) -> u64 {
        self.next_id += 1;
        2_900_000_000 + self.next_id
    }

    /// Where REST is below: `{origin}/api/v3`, as for GitHub Enterprise Server.
    pub fn api(&self) -> String {
        self.origin.as_ref().map_or_else(|| "https://api.github.com".into(), |origin| format!("{origin}/api/v3"))
    }

    /// Where the pages for people are.
    pub fn html(&self) -> &str {
        self.origin.as_deref().unwrap_or("https://github.com")
    }

    /// An account that was not deleted.
    pub fn actor(&self, id: Option<u64>) -> Option<&User> {
        self.users.get(&id?).filter(|user| !user.deleted)
    }

    /// An account by its login, in any case.
    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.values().find(|user| !user.deleted && user.login.eq_ignore_ascii_case(login))
    }

    /// A repository by its present or a former full name, in any case; with `true` when the name is a former one.
    pub fn repository_named(&self, full_name: &str) -> Option<(&Repository, bool)> {
        let visible = |repository: &&Repository| !self.hidden.contains(&repository.id);
        let present = self.repositories.values().find(|r| r.full_name().eq_ignore_ascii_case(full_name));
        if let Some(repository) = present {
            return Some((repository, false)).filter(|(r, _)| visible(r));
        }
        let id = self.former_names.get(&full_name.to_lowercase())?;
        self.repositories.get(id).filter(visible).map(|repository| (repository, true))
    }

    /// A repository by its present full name.
    ///
    /// # Panics
    /// When there is none.
    pub fn repository(&self, full_name: &str) -> &Repository {
        self.repository_named(full_name).unwrap_or_else(|| panic!("no repository {full_name}")).0
    }

    /// The same, to change it.
    ///
    /// # Panics
    /// When there is none.
    pub fn repository_mut(&mut self, full_name: &str) -> &mut Repository {
        let id = self.repository(full_name).id;
        self.repositories.get_mut(&id).unwrap()
    }

    /// A pull request.
    ///
    /// # Panics
    /// When there is none.
    pub fn pull_request(&self, full_name: &str, number: u64) -> &PullRequest {
        let repository = self.repository(full_name);
        repository.pull_requests.get(&number).unwrap_or_else(|| panic!("no pull request {full_name}#{number}"))
    }

    /// The same, to change it without telling anybody: neither its time of change moves nor is a webhook due.
    ///
    /// # Panics
    /// When there is none.
    pub fn pull_request_mut(&mut self, full_name: &str, number: u64) -> &mut PullRequest {
        let repository = self.repository_mut(full_name);
        repository.pull_requests.get_mut(&number).unwrap_or_else(|| panic!("no pull request {full_name}#{number}"))
    }

    /// The organization's own repositories that are visible, in order of their ids.
    pub fn own_repositories(&self) -> impl Iterator<Item = &Repository> {
        self.repositories
            .values()
            .filter(|r| r.owner.eq_ignore_ascii_case(&self.organization.login) && !self.hidden.contains(&r.id))
    }

    /// Members of a team with `(maintainer, inherited)`: those of child teams count as inherited.
    pub fn team_members(&self, team: u64) -> BTreeMap<u64, (bool, bool)> {
        let mut all = BTreeMap::new();
        for child in self.teams.values().filter(|child| child.parent == Some(team)) {
            all.extend(self.team_members(child.id).into_keys().map(|id| (id, (false, true))));
        }
        let own = self.teams.get(&team).into_iter().flat_map(|team| &team.members);
        all.extend(own.map(|(&id, &maintainer)| (id, (maintainer, false))));
        all.retain(|&id, _| self.actor(Some(id)).is_some());
        all
    }

    /// Adds an account and returns its id.
    pub(crate) fn insert_user(&mut self, login: &str, name: Option<&str>, email: Option<&str>, kind: UserKind) -> u64 {
        let id = self.small_id();
        let user = User {
            id,
            login: login.into(),
            name: name.map(Into::into),
            email: email.map(Into::into),
            kind,
            deleted: false,
        };
        self.users.insert(id, user);
        id
    }

    /// Adds a team and returns its id.
    pub(crate) fn insert_team(&mut self, slug: &str, name: &str, parent: Option<u64>) -> u64 {
        let id = self.small_id();
        self.teams.insert(id, Team { id, slug: slug.into(), name: name.into(), parent, members: BTreeMap::new() });
        id
    }

    /// Adds an empty repository of the organization and returns its id.
    pub(crate) fn insert_repository(&mut self, name: &str, created_at: Timestamp) -> u64 {
        let id = self.small_id();
        let repository = Repository {
            id,
            owner: self.organization.login.clone(),
            name: name.into(),
            default_branch: "main".into(),
            archived: false,
            empty: true,
            created_at,
            pushed_at: created_at,
            updated_at: created_at,
            pull_requests: BTreeMap::new(),
            branch_commits: Vec::new(),
        };
        self.repositories.insert(id, repository);
        id
    }

    /// A commit by this account.
    pub(crate) fn new_commit(
        &mut self,
        author: Option<u64>,
        message: &str,
        authored_at: Timestamp,
        committed_at: Timestamp,
    ) -> Commit {
        let user = author.and_then(|id| self.users.get(&id));
        let author_name = user.map_or_else(|| "Unlinked".into(), |u| u.name.clone().unwrap_or_else(|| u.login.clone()));
        let author_email = user.and_then(|u| u.email.clone()).unwrap_or_else(|| {
            user.map_or_else(|| "unlinked@build.example".into(), |u| format!("{}@noreply.example", u.login))
        });
        let id = self.small_id();
        let sha = hash(&[&id.to_string(), message, &authored_at.to_string()]);
        Commit { sha, author, author_name, author_email, authored_at, committed_at, message: message.into() }
    }
}
