//! A team with a simulated GitHub and a simulated Slack, and everything between them: the webhooks' functions, `survey`,
//! `notify` and `schedule` over a real store, with queues and a clock that the test moves.

use crate::{
    fuse::{Fuse, fused},
    queues::Queue,
    world::{KEYRING, SetClock, at, connections},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::Keyring;
use plumbline_connectors::{Credentials, github::Github, http::LazyClient, seal, slack::Slack};
use plumbline_domain::{
    Account, ActorKind, Email, Fact, Provider, PullRequestKey, RepositoryKey, SurveyMessage, SyncJob, TeamId, VendorId,
};
use plumbline_lambda::{
    JobSender, QueueError, SecretCache,
    queue::{DelayedSender, MessageSender},
};
use plumbline_store::{ConnectionRecord, Identified, StoredSurvey, SurveyRecord, Team, testing::TestStore};
use plumbline_survey::SurveySettings;
use plumbline_vendors::{
    demo,
    github::{GithubServer, ReviewState, State},
    slack::{self, Message, SIGNING_SECRET, Signed, SlackServer, TEAM_ID},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// A Monday.
pub(crate) const START: &str = "2026-06-01T08:00:00Z";

/// No connection is synced here.
struct NoJobs;

#[async_trait::async_trait]
impl JobSender for NoJobs {
    async fn send(&self, _: &SyncJob, _: Duration) -> Result<(), QueueError> {
        Ok(())
    }
    async fn send_all(&self, _: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError> {
        Ok(Vec::new())
    }
}

pub(crate) struct Stage {
    pub(crate) clock: SetClock,
    pub(crate) db: TestStore,
    pub(crate) github: GithubServer,
    pub(crate) slack: SlackServer,
    pub(crate) team: TeamId,
    /// Fails the writes of `survey` and `notify`.
    pub(crate) fuse: Fuse,
    pub(crate) survey: plumbline_survey_function::App,
    pub(crate) notify: plumbline_notify::App,
    pub(crate) schedule: plumbline_schedule::App,
    webhook: plumbline_slack_webhook::App,
    pub(crate) queue: Queue,
    pub(crate) notifications: Queue,
    /// Slack's ids by login.
    users: BTreeMap<String, String>,
    next_schedule: Timestamp,
    /// Whether the schedule ticks.
    pub(crate) schedule_ticks: bool,
}

/// Reviewers of the pull request that `ada` writes.
const REVIEWERS: [&str; 2] = ["bert", "cleo"];

impl Stage {
    /// A team of `ada`, `bert`, `cleo` and `dora`, all of them known in Slack.
    pub(crate) async fn new() -> Self {
        Self::of(&["ada", "bert", "cleo", "dora"]).await
    }

    /// A team of these people.
    pub(crate) async fn of(logins: &[&str]) -> Self {
        plumbline_lambda::telemetry::record();
        let start = at(START);
        let clock = SetClock::at(start);
        let db = plumbline_store::testing::memory_store().await;
        let (store, fuse) = fused(&db);
        let mut state = State::new("acme", start);
        for login in logins {
            state.add_member(login);
        }
        state.add_repository("engine");
        let github = GithubServer::start(state).await.unwrap();
        let mut workspace = slack::State::of(&demo::company(7, start));
        let ids: Vec<String> =
            workspace.users.iter().filter(|user| !user.bot && !user.deleted).map(|user| user.id.clone()).collect();
        let users = logins.iter().map(|login| (*login).to_owned()).zip(ids).collect();
        workspace.clock = plumbline_vendors::service::Clock::fixed(start);
        let slack = SlackServer::start(workspace).await.unwrap();
        let (queue, notifications) = (Queue::new(&clock), Queue::new(&clock));
        let github_client = LazyClient::default();
        let client = LazyClient::with_timeout(Duration::from_secs(10));
        let survey = plumbline_survey_function::App {
            store: store.clone(),
            connections: connections(&store),
            github: Github::new(github_client.clone()),
            github_client,
            slack: Slack::new(client.clone()),
            client: client.clone(),
            queue: Box::new(queue.clone()),
            clock: clock.clock(),
        };
        let notify = plumbline_notify::App {
            store: store.clone(),
            connections: connections(&store),
            slack: Slack::new(client.clone()),
            client,
            queue: Box::new(notifications.clone()),
            clock: clock.clock(),
        };
        let schedule = plumbline_schedule::App {
            store: db.store.clone(),
            jobs: Box::new(NoJobs),
            survey: Box::new(queue.clone()),
            notify: Box::new(notifications.clone()),
            privacy: Box::new(crate::queues::Events::default()),
            clock: clock.clock(),
        };
        let webhook = plumbline_slack_webhook::App {
            secret: SecretCache::fixed(SIGNING_SECRET, None),
            survey: Box::new(queue.clone()),
            clock: clock.clock(),
        };
        let stage = Self {
            next_schedule: start,
            clock,
            db,
            github,
            slack,
            team: "t1".parse().unwrap(),
            fuse,
            survey,
            notify,
            schedule,
            webhook,
            queue,
            notifications,
            users,
            schedule_ticks: true,
        };
        stage.settle_in(logins).await;
        stage
    }

    async fn settle_in(&self, logins: &[&str]) {
        let now = self.clock.now();
        let team = Team {
            id: self.team.clone(),
            name: "Acme".into(),
            time_zone: "Europe/Berlin".into(),
            created_at: now,
            bots: Vec::new(),
            email_domains: vec!["acme.example".into()],
            join_domains: Vec::new(),
            join_by_github: false,
        };
        assert!(self.db.create_team(&team).await.unwrap());
        self.connect(Provider::Github).await;
        self.connect(Provider::Slack).await;
        self.settings(SurveySettings { control_rate: 0.0, ..SurveySettings::default() }).await;
        for login in logins {
            self.join(login).await;
        }
    }

    async fn connect(&self, provider: Provider) {
        let token = if provider == Provider::Github { plumbline_vendors::github::TOKEN } else { slack::TOKEN };
        self.connect_with(provider, token).await;
    }

    /// Stores a connection as the API does.
    pub(crate) async fn connect_with(&self, provider: Provider, token: &str) {
        let now = self.clock.now();
        let (base_url, source, settings) = match provider {
            Provider::Github => {
                let id = self.github.state(|state| state.organization.id);
                let settings = json!({"organization": "acme", "history_days": 180});
                (self.github.base_url(), format!("org:{id}"), settings)
            }
            _ => (self.slack.base_url(), format!("team:{TEAM_ID}"), json!({"history_days": 180})),
        };
        let keyring = Keyring::parse(KEYRING).unwrap();
        let record = ConnectionRecord {
            provider,
            base_url: Some(base_url),
            sealed_credentials: seal(&Credentials::Token(token.into()), &keyring, &self.team, provider).unwrap(),
            settings,
            sync_at: Some("03:00".into()),
            webhook_sources: vec![source],
            created_at: now,
            updated_at: now,
        };
        self.db.save_connection(&self.team, &record).await.unwrap();
        self.db.open_sync(&self.team, provider, now + SignedDuration::from_hours(24 * 365)).await.unwrap();
    }

    pub(crate) async fn settings(&self, settings: SurveySettings) {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let now = self.clock.now();
        let next = plumbline_survey::next_post_at(now, &zone, &settings);
        self.db.save_survey_settings(&self.team, &settings, next, now).await.unwrap();
    }

    /// Makes somebody a member, with their accounts at GitHub and in Slack.
    async fn join(&self, login: &str) {
        let github = self.account_at_github(login);
        let slack = self.account(VendorId::new(Provider::Slack, self.user(login)), login);
        let facts = vec![Fact::Account(github), Fact::Account(slack)];
        self.db.save_facts(&self.team, facts).await.unwrap();
        self.identify().await;
    }

    pub(crate) async fn identify(&self) {
        let identified = self.db.identify(&self.team, self.clock.now()).await.unwrap();
        assert_eq!(identified, Identified::Assigned);
    }

    pub(crate) fn account_at_github(&self, login: &str) -> Account {
        let id = self.github.state(|state| state.users.values().find(|user| user.login == login).unwrap().id);
        self.account(VendorId::new(Provider::Github, id), login)
    }

    fn account(&self, id: VendorId, login: &str) -> Account {
        Account {
            id,
            login: login.into(),
            kind: ActorKind::User,
            name: Some(login.into()),
            role: None,
            member: Some(true),
            email: Some(Email { address: format!("{login}@acme.example"), verified: true }),
            commit_emails: [].into(),
            active: Some(true),
            seen_at: self.clock.now(),
        }
    }

    /// Slack's id of somebody.
    pub(crate) fn user(&self, login: &str) -> String {
        self.users[login].clone()
    }

    /// `ada` opens a pull request, these people review it, and it is merged.
    pub(crate) fn merge_reviewed_by(&self, reviewers: &[&str]) -> u64 {
        self.github.state(|state| {
            let number = state.open_pull_request("acme/engine", "ada");
            for reviewer in reviewers {
                state.review("acme/engine", number, reviewer, ReviewState::Approved);
            }
            state.merge("acme/engine", number);
            number
        })
    }

    pub(crate) fn key(&self, number: u64) -> PullRequestKey {
        let id = self.github.state(|state| state.own_repositories().next().unwrap().id);
        PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id }, number }
    }

    /// What `ingest` tells `survey` of the merge.
    pub(crate) async fn tell_of(&self, number: u64) {
        let message = SurveyMessage::Merged {
            team_id: self.team.clone(),
            pull_request: self.key(number),
            repository: "acme/engine".into(),
            merged_at: self.clock.now(),
        };
        self.queue.send_text("t1", serde_json::to_string(&message).unwrap()).await.unwrap();
    }

    /// A pull request by `ada`, reviewed by `bert` and `cleo`, merged, and everybody asked.
    pub(crate) async fn asked(&mut self) -> u64 {
        let number = self.merge_reviewed_by(&REVIEWERS);
        self.tell_of(number).await;
        self.work().await;
        number
    }

    pub(crate) async fn stored(&self, number: u64) -> StoredSurvey {
        match self.db.load_survey(&self.team, self.key(number)).await.unwrap() {
            Some(SurveyRecord::Opened(stored)) => *stored,
            other => panic!("no survey: {other:?}"),
        }
    }

    /// Why there is no survey.
    pub(crate) async fn not_asked(&self, number: u64) -> String {
        match self.db.load_survey(&self.team, self.key(number)).await.unwrap() {
            Some(SurveyRecord::NotAsked { reason }) => reason,
            other => panic!("{other:?}"),
        }
    }

    /// Slack sends a request; the status it is answered with.
    pub(crate) async fn send(&self, signed: &Signed) -> u16 {
        let mut request = lambda_http::http::Request::post(signed.surface.path());
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let request = request.body(lambda_http::Body::Binary(signed.body.clone())).unwrap();
        plumbline_slack_webhook::handle(request, &self.webhook).await.status().as_u16()
    }

    /// Somebody clicks the button of their message of questions.
    pub(crate) fn click(&self, login: &str, button: &str) -> Signed {
        let user = self.user(login);
        let message = self.questions(login).unwrap_or_else(|| panic!("{login} was not asked"));
        self.slack.click(&user, &message.ts, button)
    }

    /// The message of questions that somebody got last.
    pub(crate) fn questions(&self, login: &str) -> Option<Message> {
        let mut all = self.slack.direct_messages(&self.user(login));
        all.retain(|message| message.thread_ts.is_none());
        all.pop()
    }

    /// Clicks, and everything that follows.
    pub(crate) async fn clicks(&mut self, login: &str, button: &str) {
        let click = self.click(login, button);
        self.receives(&click).await;
    }

    /// Slack sends a request, and everything follows.
    pub(crate) async fn receives(&mut self, signed: &Signed) {
        assert_eq!(self.send(signed).await, 200);
        self.work().await;
    }

    /// Everything that can be done now.
    pub(crate) async fn work(&mut self) {
        let now = self.clock.now();
        self.pass_until(now).await;
    }

    pub(crate) async fn pass(&mut self, span: SignedDuration) {
        let until = self.clock.now() + span;
        self.pass_until(until).await;
    }

    /// Lets time pass: messages arrive, the schedule ticks every minute.
    pub(crate) async fn pass_until(&mut self, until: Timestamp) {
        loop {
            if let Some(body) = self.queue.take() {
                self.deliver(&body).await;
                continue;
            }
            if let Some(body) = self.notifications.take() {
                self.deliver_notification(&body).await;
                continue;
            }
            if self.schedule_ticks && self.next_schedule <= self.clock.now() {
                plumbline_schedule::handle(&self.schedule).await.unwrap();
                self.next_schedule = self.clock.now() + SignedDuration::from_mins(1);
                continue;
            }
            let tick = self.schedule_ticks.then_some(self.next_schedule);
            let next = [self.queue.next_visible(), self.notifications.next_visible(), tick].into_iter().flatten().min();
            match next.filter(|next| *next <= until) {
                Some(next) => self.move_to(next),
                None => return self.move_to(until),
            }
        }
    }

    pub(crate) fn move_to(&self, to: Timestamp) {
        if to > self.clock.now() {
            self.clock.set(to);
            self.github.state(|state| state.set_now(to));
            self.slack.state(|state| state.clock.set(to));
        }
    }

    /// One invocation of `survey`. One that fails leaves its message to come back. Whether it worked.
    pub(crate) async fn deliver(&self, body: &str) -> bool {
        let event = serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]})).unwrap();
        let answer = plumbline_survey_function::handle(event, &self.survey).await;
        let worked = answer.batch_item_failures.is_empty();
        if !worked {
            self.queue.send_later("t1", body.to_owned(), Duration::from_mins(1)).await.unwrap();
        }
        worked
    }

    /// One invocation of `notify`, likewise.
    pub(crate) async fn deliver_notification(&self, body: &str) -> bool {
        let event = serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]})).unwrap();
        let answer = plumbline_notify::handle(event, &self.notify).await;
        let worked = answer.batch_item_failures.is_empty();
        if !worked {
            self.notifications.send_later("t1", body.to_owned(), Duration::from_mins(1)).await.unwrap();
        }
        worked
    }

    /// All that people see, person by person: messages with the buttons that are left, replies, what only they see.
    pub(crate) fn seen(&self) -> String {
        let mut lines = Vec::new();
        for (login, user) in &self.users {
            for message in self.slack.direct_messages(user) {
                let mark = if message.thread_ts.is_some() { "  > " } else { "" };
                let buttons = buttons(&message.blocks);
                let buttons = if buttons.is_empty() { String::new() } else { format!(" [{}]", buttons.join(", ")) };
                lines.push(format!("{login}: {mark}{}{buttons}", message.text));
            }
            for message in self.slack.ephemerals(user) {
                lines.push(format!("{login}: (only you) {}", message.text));
            }
        }
        lines.join("\n")
    }
}

/// What can be clicked.
pub(crate) fn buttons(blocks: &[Value]) -> Vec<String> {
    let elements = blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let ids = elements.filter_map(|element| element["action_id"].as_str());
    ids.filter_map(|id| id.strip_prefix("survey.")).map(str::to_owned).collect()
}
