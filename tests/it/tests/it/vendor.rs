//! One simulated vendor behind a connector, with a clock that the test moves: what the contract suite drives.

use jiff::{SignedDuration, Timestamp};
use plumbline_connectors::{Apps, Connection, Connector, Credentials, Failure, Marks, Page, Settings};
use plumbline_domain::{Fact, Provider};
use plumbline_vendors::{
    atlassian::{self, AtlassianServer},
    calls::Calls,
    demo::{
        self,
        company::{JfrogAccount, SlackAccount},
    },
    faults::Fault,
    github::{self, GithubServer},
    jfrog::{self, JfrogServer},
    slack::{self, SlackServer},
    trello::{self, TrelloServer},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};
use url::Url;

/// The organisation's history ends here.
pub(crate) fn now() -> Timestamp {
    "2026-06-15T18:00:00Z".parse().unwrap()
}

enum Server {
    Github(GithubServer),
    Atlassian(AtlassianServer),
    Jfrog(JfrogServer),
    Trello(TrelloServer),
    Slack(SlackServer),
}

/// The demo's organisation at GitHub, made once.
static ORGANIZATION: LazyLock<github::State> = LazyLock::new(|| demo::organization(7, now()));

/// So many people, and so many repositories, are a small part of the demo's company.
const SMALL: usize = 25;
const FEW: usize = 6;

/// Some of the organisation's members with their seats, and what happened lately in some of its repositories.
fn small_organization() -> github::State {
    let mut state = ORGANIZATION.clone();
    let members: Vec<u64> = state.members.keys().copied().take(SMALL).collect();
    state.members.retain(|id, _| members.contains(id));
    state.copilot.retain(|seat| seat.assignee.is_some_and(|id| members.contains(&id)));
    for team in state.teams.values_mut() {
        team.members.retain(|id, _| members.contains(id));
    }
    let few: Vec<u64> = state.own_repositories().map(|repository| repository.id).take(FEW).collect();
    state.repositories.retain(|id, _| few.contains(id));
    let lately = now() - SignedDuration::from_hours(24 * 20);
    for repository in state.repositories.values_mut() {
        repository.pull_requests.retain(|_, pull| pull.updated_at > lately);
        repository.branch_commits.retain(|commit| commit.committed_at > lately);
    }
    state
}

macro_rules! each {
    ($self:expr, $server:ident => $work:expr) => {
        match $self {
            Server::Github($server) => $work,
            Server::Atlassian($server) => $work,
            Server::Jfrog($server) => $work,
            Server::Trello($server) => $work,
            Server::Slack($server) => $work,
        }
    };
}

/// A vendor and a connection to it.
pub(crate) struct Vendor {
    server: Server,
    pub(crate) connector: Box<dyn Connector>,
    pub(crate) connection: Connection,
    /// What must appear nowhere.
    pub(crate) secrets: Vec<&'static str>,
}

impl Vendor {
    /// The vendor of a provider, with the demo's company in a size that many runs can be made of. A provider without an
    /// arm here does not compile: no connector goes without the contract.
    pub(crate) async fn start(connector: Box<dyn Connector>) -> Self {
        let repositories = || demo::plain(2, 60, 3, 2, 120, now());
        Self::start_with(connector, demo::company(7, now()), repositories, || ORGANIZATION.clone()).await
    }

    /// The same of a small part of the company, with its repositories at GitHub, so that all vendors know the same people.
    pub(crate) async fn start_small(connector: Box<dyn Connector>) -> Self {
        let mut company = demo::company(7, now());
        company.people.truncate(SMALL);
        Self::start_with(connector, company, small_organization, small_organization).await
    }

    async fn start_with(
        connector: Box<dyn Connector>,
        company: demo::Company,
        repositories: impl FnOnce() -> github::State,
        people: impl FnOnce() -> github::State,
    ) -> Self {
        plumbline_lambda::telemetry::record();
        let token = |token: &str| Credentials::Token(token.into());
        let organization =
            |name: &str| Settings { organization: Some(name.into()), history_days: 20, ..Settings::default() };
        let site = || atlassian::generate(&company, 260, 0);
        let (server, credentials, settings, secrets) = match connector.descriptor().provider {
            Provider::Github => {
                let state = repositories();
                let settings = Settings { history_days: 1_000, ..organization(&state.organization.login) };
                let server = GithubServer::start(state).await.unwrap();
                (Server::Github(server), token(github::TOKEN), settings, vec![github::TOKEN])
            }
            Provider::Copilot => {
                let server = GithubServer::start(people()).await.unwrap();
                let settings = Settings { history_days: 6, ..organization("acme-rail") };
                (Server::Github(server), token(github::TOKEN), settings, vec![github::TOKEN])
            }
            Provider::GithubEnterprise => {
                let mut state = people();
                state.tokens.insert(github::CLASSIC_TOKEN.into(), "plumbline-owner".into());
                let server = GithubServer::start(state).await.unwrap();
                let settings = Settings { enterprise: Some("acme-rail-group".into()), ..Settings::default() };
                (Server::Github(server), token(github::CLASSIC_TOKEN), settings, vec![github::CLASSIC_TOKEN])
            }
            Provider::Jira => {
                let server = AtlassianServer::start(site()).await.unwrap();
                let credentials =
                    Credentials::Basic { email: atlassian::EMAIL.into(), token: atlassian::API_TOKEN.into() };
                let settings = Settings { history_days: 1_000, ..Settings::default() };
                (Server::Atlassian(server), credentials, settings, vec![atlassian::API_TOKEN])
            }
            Provider::Atlassian => {
                let server = AtlassianServer::start(site()).await.unwrap();
                let settings = organization(atlassian::ORGANIZATION_ID);
                let key = atlassian::ORGANIZATION_KEY;
                (Server::Atlassian(server), token(key), settings, vec![key])
            }
            Provider::Jfrog => {
                let server = JfrogServer::start(jfrog::State::of(&company)).await.unwrap();
                (Server::Jfrog(server), token(jfrog::TOKEN), Settings::default(), vec![jfrog::TOKEN])
            }
            Provider::Trello => {
                let server = TrelloServer::start(trello::State::of(&company)).await.unwrap();
                let credentials = Credentials::Key { key: trello::KEY.into(), token: trello::TOKEN.into() };
                (Server::Trello(server), credentials, Settings::default(), vec![trello::KEY, trello::TOKEN])
            }
            Provider::Slack => {
                let server = SlackServer::start(slack::State::of(&company)).await.unwrap();
                (Server::Slack(server), token(slack::TOKEN), Settings::default(), vec![slack::TOKEN])
            }
        };
        let connection = Connection {
            team_id: "t1".parse().unwrap(),
            base_url: None,
            credentials,
            settings,
            apps: Arc::new(Apps::default()),
        };
        let mut vendor = Self { server, connector, connection, secrets };
        vendor.connection.base_url = Some(vendor.url().parse::<Url>().unwrap());
        vendor.set_clock(now());
        vendor
    }

    fn url(&self) -> String {
        each!(&self.server, server => server.base_url())
    }

    pub(crate) fn provider(&self) -> Provider {
        self.connector.descriptor().provider
    }

    pub(crate) fn set_clock(&self, at: Timestamp) {
        match &self.server {
            Server::Github(server) => server.state(|state| state.set_now(at)),
            Server::Atlassian(server) => server.state(|state| state.clock.set(at)),
            Server::Jfrog(server) => server.state(|state| state.clock.set(at)),
            Server::Trello(server) => server.state(|state| state.clock.set(at)),
            Server::Slack(server) => server.state(|state| state.clock.set(at)),
        }
    }

    pub(crate) fn fault(&self, fault: Fault) {
        each!(&self.server, server => server.fault(fault));
    }

    pub(crate) fn calls(&self) -> Calls {
        each!(&self.server, server => server.calls())
    }

    /// Refuses connections until [`Vendor::reopen`].
    pub(crate) async fn shut(&mut self) {
        each!(&mut self.server, server => server.shut().await);
    }

    pub(crate) fn reopen(&mut self) {
        each!(&mut self.server, server => server.reopen());
    }

    /// Something happens there that the next sync has to bring: the words that its facts then hold.
    pub(crate) fn change(&self, day: usize) -> String {
        let words = format!("{}-of-day-{day}", self.provider());
        let told = words.clone();
        match &self.server {
            Server::Github(server) => server.state(|state| match self.provider() {
                Provider::Github => {
                    let repository = state.own_repositories().nth(day).unwrap().full_name();
                    let (author, _) = state.members.first_key_value().unwrap();
                    let author = state.users[author].login.clone();
                    let number = state.open_pull_request(&repository, &author);
                    state.edit_title(&repository, number, &told);
                }
                Provider::Copilot => {
                    let mut used = state.copilot.iter_mut().filter(|seat| seat.last_activity_at.is_some());
                    used.nth(day).unwrap().last_activity_editor = Some(told);
                }
                _ => {
                    state.add_member(&told);
                }
            }),
            Server::Atlassian(server) => server.state(|state| {
                if self.provider() == Provider::Jira {
                    let now = state.clock.now();
                    let issue = state.issues.values_mut().nth(day).unwrap();
                    (issue.summary, issue.updated_at) = (told, now);
                } else {
                    let mut people = state.accounts.values_mut().filter(|one| one.active && !one.products.is_empty());
                    people.nth(day).unwrap().name = told;
                }
            }),
            Server::Jfrog(server) => server.state(|state| {
                state.users.values_mut().nth(day).unwrap().email = Some(format!("{told}@acme-rail.example"));
            }),
            Server::Trello(server) => server.state(|state| {
                let boards = state.boards.len();
                state.boards[day % boards].name = told;
            }),
            Server::Slack(server) => server.state(|state| state.users[day].real_name = told),
        }
        words
    }

    /// Becomes so large that a run meets the vendor's limits.
    pub(crate) fn enlarge(&self) {
        let company = demo::company(7, now());
        match &self.server {
            // A call for each repository's branch.
            Server::Github(server) => server.state(|state| {
                let mut plain = demo::plain(330, 0, 0, 0, 1, now());
                (plain.origin, plain.reports_origin) = (state.origin.take(), state.reports_origin.take());
                *state = plain;
            }),
            Server::Atlassian(server) => server.state(|state| {
                let further = atlassian::generate(&company, 5, 8_000).accounts;
                state.accounts.extend(further);
            }),
            // A call for each user.
            Server::Jfrog(server) => server.state(|state| {
                let one = state.users.values().next().unwrap().clone();
                let more = (0..700).map(|n| format!("user{n:03}"));
                state.users.extend(more.map(|name| (name.clone(), JfrogAccount { username: name, ..one.clone() })));
            }),
            // Two calls for each workspace.
            Server::Trello(server) => server.state(|state| {
                let one = state.workspaces[1].clone();
                let id = |n: usize| format!("{n:024x}");
                let more = (1..=200).map(|n| trello::Workspace { id: id(n), name: format!("more{n}"), ..one.clone() });
                state.workspaces.extend(more);
            }),
            Server::Slack(server) => server.state(|state| {
                let one = state.users[0].clone();
                let more = (0..9_000).map(|n| SlackAccount { id: format!("U9{n:08}"), ..one.clone() });
                state.users.extend(more);
            }),
        }
    }

    /// A budget of GitHub's own: points in an hour, by REST and by GraphQL.
    pub(crate) fn budget_of_github(&self, rest: u64, graphql: u64) {
        let Server::Github(server) = &self.server else { panic!("not GitHub") };
        server.settings(|settings| {
            settings.core = github::Budget::of(rest, 3_600);
            settings.graphql = github::Budget::of(graphql, 3_600);
        });
    }

    pub(crate) fn clear_faults(&self) {
        each!(&self.server, server => server.clear_faults());
    }

    /// Forgets calls, limits and faults.
    pub(crate) fn forget(&self) {
        each!(&self.server, server => {
            server.clear_faults();
            server.reset_counters();
            server.reset_budgets();
        });
    }

    /// A run from its beginning, at `start`.
    pub(crate) fn run(&self, start: Timestamp) -> Run<'_> {
        self.set_clock(start);
        Run { vendor: self, clock: start, marks: Marks::default(), cursor: None, facts: Vec::new(), pages: Vec::new() }
    }
}

/// A run in simulated time: waits are jumps of the clock.
pub(crate) struct Run<'a> {
    vendor: &'a Vendor,
    pub(crate) clock: Timestamp,
    pub(crate) marks: Marks,
    pub(crate) cursor: Option<Value>,
    facts: Vec<Fact>,
    /// What the pages said besides their facts.
    pub(crate) pages: Vec<Page>,
}

impl Run<'_> {
    /// Reads pages until the end, or until a call fails.
    pub(crate) async fn go_on(&mut self) -> Result<(), Failure> {
        for _ in 0..5_000 {
            let vendor = self.vendor;
            let fetched =
                vendor.connector.fetch(&vendor.connection, &self.marks, self.cursor.as_ref(), self.clock).await;
            let mut page = fetched?;
            self.facts.append(&mut page.facts);
            for (key, mark) in std::mem::take(&mut page.marks) {
                match mark {
                    Some(mark) => self.marks.0.insert(key, mark),
                    None => self.marks.0.remove(&key),
                };
            }
            self.cursor = page.next.take();
            let pause = page.pause_until;
            self.pages.push(page);
            if self.cursor.is_none() {
                return Ok(());
            }
            if let Some(until) = pause {
                self.wait_until(until);
            }
        }
        panic!("the run does not end: it stands at {:?}", self.cursor);
    }

    /// Whoever waits until an instant goes on a second later, as the engine does.
    pub(crate) fn wait_until(&mut self, until: Timestamp) {
        self.clock = self.clock.max(until) + SignedDuration::from_secs(1);
        self.vendor.set_clock(self.clock);
    }

    /// The run's facts as a set, without when they were seen.
    pub(crate) fn facts(&self) -> BTreeSet<String> {
        // Of each thing the last telling: a page that was read twice tells twice.
        let mut last = BTreeMap::new();
        for fact in &self.facts {
            let mut value = serde_json::to_value(fact).unwrap();
            crate::world::forget_looks(&mut value);
            last.insert(identity(fact), value.to_string());
        }
        last.into_iter().map(|(identity, value)| format!("{identity} {value}")).collect()
    }

    /// Everything that people or logs may see of it.
    pub(crate) fn told(&self) -> String {
        let told =
            self.pages.iter().map(|page| format!("{:?} {:?} {:?}", page.quarantined, page.notice, page.progress));
        told.chain([format!("{:?} {:?}", self.marks, self.cursor)]).collect()
    }
}

fn identity(fact: &Fact) -> String {
    match fact {
        Fact::Repository(fact) => format!("repository {}", fact.key),
        Fact::Account(fact) => format!("account {}", fact.id),
        Fact::Group(fact) => format!("group {}", fact.id),
        Fact::Membership(fact) => format!("membership {} {}", fact.group, fact.account),
        // Parts of one thing come on several pages.
        Fact::PullRequest(fact) => format!("pull request {} {fact:?}", fact.key),
        Fact::CommitPage(fact) => format!("commits {} {}", fact.key, fact.index),
        Fact::BranchCommit(fact) => format!("commit {} {}", fact.repository, fact.commit.sha),
        Fact::Record(fact) => format!("{} {}", fact.shelf(), fact.id()),
    }
}
