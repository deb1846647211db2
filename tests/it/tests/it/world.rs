//! A whole Plumbline in the process: the real functions over a real store, simulated vendors, and a queue, a stream
//! and a clock that the test moves.

use crate::{
    fuse::{Fuse, fused},
    queues::{Events, NoSurveys, Queue, SimQueue, SurveyQueue},
    vendor::{self, Vendor},
};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::Keyring;
use plumbline_connections::Connections;
use plumbline_connector::Outcome;
use plumbline_connectors::{AllowedHosts, Credentials, seal};
use plumbline_domain::{Clock, Provider, RunId, SyncJob, TeamId};
use plumbline_lambda::{JobSender as _, LazySecret, SecretCache, queue::MessageSender as _};
use plumbline_store::{ConnectionRecord, Job, Store, SyncRecord, SyncStatus, Team, testing::TestStore};
use plumbline_vendors::github::{GithubServer, State, TOKEN, webhook::Event};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

pub(crate) const KEYRING: &str = r#"{"current":"k1","k1":"a keyring for tests, long enough to be taken"}"#;
pub(crate) const WEBHOOK_SECRET: &str = "a webhook secret for tests";
pub(crate) const ADMIN_TOKEN: &str = "operator-token-for-tests";

/// A clock that moves only when told.
#[derive(Clone)]
pub(crate) struct SetClock(Arc<AtomicI64>);

impl SetClock {
    pub(crate) fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_millisecond())))
    }
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
    pub(crate) fn set(&self, to: Timestamp) {
        self.0.store(to.as_millisecond(), Ordering::SeqCst);
    }
    pub(crate) fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::from_fn(move || this.now())
    }
}

pub(crate) struct World {
    pub(crate) clock: SetClock,
    pub(crate) db: TestStore,
    pub(crate) github: GithubServer,
    /// Further vendors, each with a connection of its own.
    pub(crate) vendors: Vec<Vendor>,
    pub(crate) queue: SimQueue,
    pub(crate) team: TeamId,
    /// Set to fail the writes of the connector, ingest and privacy.
    pub(crate) fuse: Fuse,
    pub(crate) connector: plumbline_connector::App,
    schedule: plumbline_schedule::App,
    webhook: plumbline_github_webhook::App,
    events: Events,
    ingest: plumbline_ingest::App,
    pub(crate) privacy: Box<plumbline_privacy::App>,
    /// Files of exports.
    pub(crate) exports: crate::export_stage::Bucket,
    /// Messages to `privacy`.
    pub(crate) long_jobs: Queue,
    pub(crate) survey: SurveyQueue,
    streamed: Mutex<BTreeMap<(String, String), Value>>,
    /// Whether records reach `rollup`.
    pub(crate) stream_flows: bool,
    next_schedule: Timestamp,
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl World {
    /// A team connected to a simulated GitHub that holds `state`, at the state's own time.
    pub(crate) async fn new(state: State) -> Self {
        Self::with_settings(state, json!({"organization": "acme", "history_days": 180})).await
    }

    pub(crate) async fn with_settings(state: State, settings: Value) -> Self {
        let world = Self::start(state).await;
        world.replace_connection(settings, TOKEN).await;
        world
    }

    /// A team connected to these vendors, at the instant at which their histories end. The stream does not flow: runs
    /// compute the rows themselves.
    pub(crate) async fn of(vendors: Vec<Vendor>) -> Self {
        let mut world = Self::start(State::new("nobody", vendor::now())).await;
        world.stream_flows = false;
        world.vendors = vendors;
        world.move_to(world.clock.now());
        for vendor in &world.vendors {
            let connection = &vendor.connection;
            let base_url = connection.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
            let settings = serde_json::to_value(&connection.settings).unwrap();
            world.save(vendor.provider(), base_url, &connection.credentials, settings, Vec::new()).await;
        }
        world
    }

    /// A team without connections.
    async fn start(state: State) -> Self {
        plumbline_lambda::telemetry::record();
        let clock = SetClock::at(state.now());
        let db = plumbline_store::testing::memory_store().await;
        let (fused, fuse) = fused(&db);
        let github = GithubServer::start(state).await.unwrap();
        let queue = SimQueue::new(&clock);
        let (events, long_jobs, survey) = (Events::default(), Queue::new(&clock), SurveyQueue::default());
        let exports = crate::export_stage::Bucket::default();
        let privacy = Box::new(plumbline_privacy::App {
            store: fused.clone(),
            queue: Box::new(long_jobs.clone()),
            files: Box::new(exports.clone()),
            scratch: std::env::temp_dir(),
            clock: clock.clock(),
        });
        let connector = plumbline_connector::App {
            store: fused.clone(),
            connectors: plumbline_connectors::all(),
            jobs: Box::new(queue.clone()),
            connections: connections(&fused),
            clock: clock.clock(),
        };
        let schedule = plumbline_schedule::App {
            store: db.store.clone(),
            jobs: Box::new(queue.clone()),
            survey: Box::new(survey.clone()),
            notify: Box::new(Events::default()),
            privacy: Box::new(long_jobs.clone()),
            clock: clock.clock(),
        };
        let webhook = plumbline_github_webhook::App {
            secret: SecretCache::fixed(WEBHOOK_SECRET, Some("the secret before")),
            events: Box::new(events.clone()),
        };
        let team: TeamId = "t1".parse().unwrap();
        let world = Self {
            next_schedule: clock.now(),
            clock,
            db,
            github,
            vendors: Vec::new(),
            queue,
            team,
            fuse,
            connector,
            schedule,
            webhook,
            events,
            privacy,
            long_jobs,
            exports,
            ingest: plumbline_ingest::App { store: fused, survey: Box::new(survey.clone()) },
            survey,
            streamed: Mutex::default(),
            stream_flows: true,
        };
        let team = Team {
            id: world.team.clone(),
            name: "Acme".into(),
            time_zone: "Europe/Berlin".into(),
            created_at: world.clock.now(),
            bots: Vec::new(),
            email_domains: Vec::new(),
            join_domains: Vec::new(),
            join_by_github: false,
        };
        assert!(world.db.create_team(&team).await.unwrap());
        world
    }

    /// Stores the connection to GitHub as the API does, without trying it.
    pub(crate) async fn replace_connection(&self, settings: Value, token: &str) {
        let source = format!("org:{}", self.github.state(|s| s.organization.id));
        let credentials = Credentials::Token(token.into());
        self.save(Provider::Github, Some(self.github.base_url()), &credentials, settings, vec![source]).await;
    }

    async fn save(
        &self,
        provider: Provider,
        base_url: Option<String>,
        credentials: &Credentials,
        settings: Value,
        webhook_sources: Vec<String>,
    ) {
        let now = self.clock.now();
        let keyring = Keyring::parse(KEYRING).unwrap();
        let record = ConnectionRecord {
            provider,
            base_url,
            sealed_credentials: seal(credentials, &keyring, &self.team, provider).unwrap(),
            settings,
            sync_at: Some("03:00".into()),
            webhook_sources,
            created_at: now,
            updated_at: now,
        };
        self.db.save_connection(&self.team, &record).await.unwrap();
        let night = plumbline_domain::daily::next_daily(now, "Europe/Berlin", Some("03:00"), &self.team).unwrap();
        self.db.open_sync(&self.team, provider, night).await.unwrap();
    }

    pub(crate) async fn record(&self) -> SyncRecord {
        self.record_of(Provider::Github).await
    }

    pub(crate) async fn record_of(&self, provider: Provider) -> SyncRecord {
        self.db.load_sync(&self.team, provider).await.unwrap().expect("the connection is there")
    }

    /// One of the further vendors.
    pub(crate) fn vendor(&mut self, provider: Provider) -> &mut Vendor {
        self.vendors.iter_mut().find(|vendor| vendor.provider() == provider).expect("it is connected")
    }

    /// What `POST /api/sync` does.
    pub(crate) async fn ask_for_sync(&self) {
        self.ask_for_sync_of(Provider::Github).await;
    }

    pub(crate) async fn ask_for_sync_of(&self, provider: Provider) {
        let run: RunId = format!("r{}", self.clock.now().as_millisecond()).parse().unwrap();
        let begun = self.db.begin_run(&self.team, provider, run, self.clock.now(), None).await.unwrap();
        self.queue.send(&begun.expect("the connection is there").job, Duration::ZERO).await.unwrap();
    }

    /// Lets time pass until `until`: messages arrive, the schedule ticks every minute, the stream flows.
    pub(crate) async fn pass_until(&mut self, until: Timestamp) {
        while self.step(until).await {}
    }

    /// Asks for a run and lets time pass until it has ended; a day at the longest.
    pub(crate) async fn sync(&mut self) -> SyncRecord {
        self.ask_for_sync().await;
        self.finish_run().await
    }

    /// Lets time pass until no run is under way; a day at the longest.
    pub(crate) async fn finish_run(&mut self) -> SyncRecord {
        self.finish_run_of(Provider::Github).await
    }

    pub(crate) async fn finish_run_of(&mut self, provider: Provider) -> SyncRecord {
        let limit = self.clock.now() + SignedDuration::from_hours(24);
        loop {
            let record = self.record_of(provider).await;
            if matches!(record.status, SyncStatus::Idle | SyncStatus::Broken) {
                return record;
            }
            assert!(self.step(limit).await, "the run did not end within a day: {record:?}");
        }
    }

    /// The next thing that happens, if it happens before `until`.
    pub(crate) async fn step(&mut self, until: Timestamp) -> bool {
        if let Some(job) = self.queue.take() {
            self.deliver(job).await;
            self.flow().await;
            return true;
        }
        let tick = self.next_tick().await;
        if tick <= self.clock.now() {
            plumbline_schedule::handle(&self.schedule).await.unwrap();
            self.next_schedule = self.clock.now() + SignedDuration::from_mins(1);
            return true;
        }
        let next = self.queue.next_visible().map_or(tick, |visible| visible.min(tick));
        if next > until {
            self.move_to(until);
            return false;
        }
        self.move_to(next);
        true
    }

    /// The schedule's next tick that finds something due: the others of its minutes change nothing, and a simulated day
    /// has 1,440 of them.
    async fn next_tick(&self) -> Timestamp {
        let syncs = self.db.load_syncs(&self.team).await.unwrap();
        let Some(due) = syncs.into_iter().filter_map(|record| record.due_at).min() else { return Timestamp::MAX };
        let ahead = due.duration_since(self.next_schedule).as_millis().max(0);
        let minutes = u64::try_from(ahead).unwrap().div_ceil(60_000);
        self.next_schedule + SignedDuration::from_mins(i64::try_from(minutes).unwrap())
    }

    pub(crate) fn move_to(&self, to: Timestamp) {
        self.clock.set(to);
        self.github.state(|state| state.set_now(to));
        self.vendors.iter().for_each(|vendor| vendor.set_clock(to));
    }

    /// One invocation of the connector. One that dies leaves its message to come back after the visibility timeout.
    pub(crate) async fn deliver(&self, job: SyncJob) -> Option<Outcome> {
        let deadline = self.clock.now() + SignedDuration::from_secs(60);
        let outcome = plumbline_connector::work(&self.connector, &job, deadline).await.ok();
        if outcome.is_none() {
            self.queue.put_back(job, self.clock.now() + SignedDuration::from_mins(6));
        }
        outcome
    }

    /// GitHub sends a webhook to `github-webhook`; the answer's status.
    pub(crate) async fn send_webhook(&self, event: &Event) -> u16 {
        let delivery = event.signed(WEBHOOK_SECRET);
        let mut request = lambda_http::http::Request::post("/webhooks/github");
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        self.raw_webhook(request, &delivery.body).await.0
    }

    /// Any request to `github-webhook`; the answer's status and body.
    pub(crate) async fn raw_webhook(&self, request: lambda_http::http::request::Builder, body: &[u8]) -> (u16, String) {
        let request = request.body(lambda_http::Body::Binary(body.to_vec())).unwrap();
        let answer = plumbline_github_webhook::handle(request, &self.webhook).await;
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        (answer.status().as_u16(), text)
    }

    /// SQS delivers to `ingest`, in a batch; failed records stay. Answers how many failed.
    pub(crate) async fn ingest(&self) -> usize {
        let bodies: Vec<String> = std::mem::take(&mut *self.events.0.lock().unwrap());
        let records: Vec<Value> =
            bodies.iter().enumerate().map(|(id, body)| json!({"messageId": id.to_string(), "body": body})).collect();
        let event = serde_json::from_value(json!({"Records": records})).unwrap();
        let response = plumbline_ingest::handle(event, &self.ingest).await;
        let mut queue = self.events.0.lock().unwrap();
        for failure in &response.batch_item_failures {
            queue.push(bodies[failure.item_identifier.parse::<usize>().unwrap()].clone());
        }
        response.batch_item_failures.len()
    }

    /// Sends a long job's message, as the API does.
    pub(crate) async fn send_long_job(&self, job: &Job) {
        let body = serde_json::to_string(&job.message()).unwrap();
        self.long_jobs.send_text(self.team.as_str(), body).await.unwrap();
    }

    /// SQS delivers to `privacy` what was sent; what an invocation dies on comes back through the schedule.
    pub(crate) async fn work_on_long_jobs(&self) {
        while let Some(body) = self.long_jobs.take() {
            let message = serde_json::from_str(&body).unwrap();
            let deadline = self.clock.now() + SignedDuration::from_mins(15);
            plumbline_privacy::work(&self.privacy, &message, deadline).await.ok();
        }
    }

    /// A minute passes, the schedule ticks, and what it sent to `privacy` is worked on.
    pub(crate) async fn minute_of_long_jobs(&self) {
        self.move_to(self.clock.now() + SignedDuration::from_mins(1));
        plumbline_schedule::handle(&self.schedule).await.unwrap();
        self.work_on_long_jobs().await;
    }

    /// The facts table's stream: a record for every item that changed since the last time, to `rollup`.
    pub(crate) async fn flow(&self) {
        if !self.stream_flows {
            return;
        }
        let mut records = Vec::new();
        for item in self.items(&self.db.tables.facts).await {
            let key = (item["pk"].as_str().unwrap().to_owned(), item["sk"].as_str().unwrap().to_owned());
            let old = self.streamed.lock().unwrap().insert(key.clone(), item.clone());
            if !key.1.starts_with("PR#") || old.as_ref() == Some(&item) {
                continue;
            }
            let mut change =
                json!({"Keys": {"pk": {"S": key.0}, "sk": {"S": key.1}}, "SequenceNumber": records.len().to_string()});
            if let Some(old) = old {
                change["OldImage"] = json!({"body": {"S": old["body"]}});
            }
            records.push(json!({"eventName": "MODIFY", "dynamodb": change}));
        }
        let call = serde_json::from_value(json!({"Records": records})).unwrap();
        let deadline = self.clock.now() + SignedDuration::from_secs(60);
        let answer = plumbline_rollup::handle(call, &self.db.store, &self.clock.clock(), deadline).await.unwrap();
        let plumbline_rollup::Answer::Stream(answer) = answer else { panic!("records were sent") };
        assert!(answer.batch_item_failures.is_empty());
    }

    /// Everything in a table, in order of the keys; binary values in hexadecimal.
    pub(crate) async fn items(&self, table: &str) -> Vec<Value> {
        let mut items: Vec<Value> = Vec::new();
        let mut pages = self.db.client.scan().table_name(table).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let plain = item.into_iter().map(|(name, value)| {
                let value = match value {
                    AttributeValue::S(text) => json!(text),
                    AttributeValue::N(number) => json!(number.parse::<f64>().unwrap()),
                    AttributeValue::B(bytes) => json!(hex::encode(bytes)),
                    other => json!(format!("{other:?}")),
                };
                (name, value)
            });
            items.push(Value::Object(plain.collect()));
        }
        items.sort_by_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
        items
    }

    /// Facts and rollups without what only counts writes or says when a listing looked: two worlds that know the same
    /// are equal.
    pub(crate) async fn outcome(&self) -> (Vec<Value>, Vec<Value>) {
        let mut facts = self.items(&self.db.tables.facts).await;
        let mut rollups = self.items(&self.db.tables.rollups).await;
        for item in facts.iter_mut().chain(&mut rollups) {
            item.as_object_mut().unwrap().retain(|name, _| name != "rev" && name != "r");
        }
        for fact in &mut facts {
            let is_listing = !fact["sk"].as_str().unwrap().starts_with("PR#");
            let mut body: Value = serde_json::from_str(fact["body"].as_str().unwrap()).unwrap();
            if is_listing {
                forget_looks(&mut body);
            }
            fact["body"] = body;
        }
        (facts, rollups)
    }

    /// Asks the API as the operator; the answer must be 200 and JSON.
    pub(crate) async fn ask(&self, path: &str) -> Value {
        serde_json::from_str(&self.fetch(path).await.0).unwrap()
    }

    /// All pages of an export, one after the other.
    pub(crate) async fn fetch_all(&self, path: &str) -> String {
        let (mut all, mut next) = (String::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let (text, link) = self.fetch(&path).await;
            all.push_str(&text);
            next = link.and_then(|link| Some(link.strip_prefix('<')?.split_once('>')?.0.to_owned()));
        }
        all
    }

    /// What the API answers the operator, which must be 200, and its `Link` header.
    async fn fetch(&self, path: &str) -> (String, Option<String>) {
        let app = plumbline_api::App {
            store: self.db.store.clone(),
            vendors: Arc::new(plumbline_connectors::vendors()),
            jobs: Arc::new(self.queue.clone()),
            surveys: Arc::new(NoSurveys),
            privacy: Arc::new(self.long_jobs.clone()),
            downloads: Arc::new(plumbline_lambda::Presigner::fixed("eu-central-1", "exports", None)),
            admin_token: Arc::new(LazySecret::fixed(ADMIN_TOKEN)),
            keyring: Arc::new(LazySecret::fixed(KEYRING)),
            apps: Arc::new(LazySecret::fixed("{}")),
            sign_in: Arc::new(plumbline_api::SignIn::new(LazySecret::fixed(""))),
            clock: self.clock.clock(),
            allowed_hosts: Arc::new(loopback()),
            public_url: Arc::new(None),
            ids: plumbline_api::Ids::random(),
        };
        let request = lambda_http::http::Request::get(path)
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = tower::ServiceExt::oneshot(plumbline_api::router(app), request).await.unwrap();
        let status = answer.status().as_u16();
        let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(answer.into_body(), 16 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        (text, link)
    }
}

/// What opens the teams' connections.
pub(crate) fn connections(store: &Store) -> Connections {
    Connections {
        store: store.clone(),
        keyring: SecretCache::fixed(KEYRING, None),
        apps: SecretCache::fixed("{}", None),
        allowed_hosts: loopback(),
    }
}

pub(crate) fn loopback() -> AllowedHosts {
    AllowedHosts { names: vec!["127.0.0.1".into()], http_loopback: true }
}

/// Removes the times at which somebody looked.
pub(crate) fn forget_looks(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "at" && !name.ends_with("seen_at"));
            fields.values_mut().for_each(forget_looks);
        }
        Value::Array(elements) => elements.iter_mut().for_each(forget_looks),
        _ => {}
    }
}
