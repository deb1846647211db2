//! The HTTP server: one state, its settings, faults and counters behind a port of 127.0.0.1.

use super::{control, graphql::Documents, settings::Settings, state::State, webhook::Event};
use crate::{
    calls::Calls,
    faults::Fault,
    journal::Journal,
    service::{Desk, Gate, Incoming},
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, State as Extract},
    http::{Request, Response},
};
use std::{
    net::Ipv4Addr,
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::net::TcpListener;

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) state: RwLock<State>,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) desk: Desk,
    pub(crate) documents: Documents,
    client: reqwest::Client,
    journal: Option<Journal>,
}

impl Shared {
    /// Changes the state, and writes the journal when a verb was among the changes.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.write().unwrap();
        let before = state.journal.len();
        let result = change(&mut state);
        if state.journal.len() > before
            && let Some(journal) = &self.journal
        {
            journal.save(&state).expect("the state file can be written");
        }
        result
    }

    /// Sends a webhook. `None` when there is nowhere to send it or nobody answers there.
    pub(crate) async fn deliver(&self, event: &Event) -> Option<u16> {
        let target = self.settings.read().unwrap().webhook.clone()?;
        let delivery = event.signed(&target.secret);
        let mut request = self.client.post(&target.url);
        for (name, value) in delivery.headers {
            request = request.header(name, value);
        }
        request.body(delivery.body).send().await.ok().map(|response| response.status().as_u16())
    }

    /// Sends all webhooks that are due, in order; each with the status it was answered with.
    pub(crate) async fn deliver_all(&self) -> Vec<(Event, Option<u16>)> {
        let due: Vec<Event> = self.state.write().unwrap().outbox.drain(..).collect();
        let mut sent = Vec::new();
        for event in due {
            let status = self.deliver(&event).await;
            sent.push((event, status));
        }
        sent
    }
}

/// A running simulated GitHub. It ends when it is dropped.
pub struct GithubServer {
    shared: Arc<Shared>,
    api: Gate,
    /// The host of the reports' files.
    files: Gate,
}

impl GithubServer {
    /// Serves `state` on a free port.
    pub async fn start(state: State) -> std::io::Result<Self> {
        Self::start_with(state, Settings::default(), 0, None).await
    }

    /// Serves `state` on `port` (0: a free one); the journal, if there is one, is written after each verb.
    pub async fn start_with(
        state: State,
        settings: Settings,
        port: u16,
        journal: Option<Journal>,
    ) -> std::io::Result<Self> {
        Self::start_on(state, settings, (port, 0), journal).await
    }

    /// The same, with the port of the host that serves the files of Copilot's reports.
    pub async fn start_on(
        mut state: State,
        settings: Settings,
        (port, reports_port): (u16, u16),
        journal: Option<Journal>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let files = TcpListener::bind((Ipv4Addr::LOCALHOST, reports_port)).await?;
        state.origin = Some(format!("http://{}", listener.local_addr()?));
        state.reports_origin = Some(format!("http://{}", files.local_addr()?));
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build();
        let shared = Arc::new(Shared {
            state: RwLock::new(state),
            settings: RwLock::new(settings),
            desk: Desk::default(),
            documents: Documents::default(),
            client: client.map_err(std::io::Error::other)?,
            journal,
        });
        let router =
            Router::new().fallback(handle).layer(DefaultBodyLimit::max(Incoming::MOST)).with_state(Arc::clone(&shared));
        let downloads = Router::new().fallback(download).with_state(Arc::clone(&shared));
        Ok(Self { shared, api: Gate::open(listener, router)?, files: Gate::open(files, downloads)? })
    }

    /// The ports: of the server, and of the host of the reports' files.
    pub fn ports(&self) -> (u16, u16) {
        (self.api.address().port(), self.files.address().port())
    }

    /// The origin of the host that serves the files of Copilot's reports.
    pub fn reports_url(&self) -> String {
        format!("http://{}", self.files.address())
    }

    /// The server's origin, which is the connection's `base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.api.address())
    }

    /// Reads or changes the state.
    pub fn state<R>(&self, story: impl FnOnce(&mut State) -> R) -> R {
        self.shared.change(story)
    }

    /// Changes the settings.
    pub fn settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.shared.settings.write().unwrap());
    }

    /// Adds a fault; the first that fits a call and is due is taken.
    pub fn fault(&self, fault: Fault) {
        self.shared.desk.faults().push(fault);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.shared.desk.faults().clear();
    }

    /// The calls since the start or the last reset.
    pub fn calls(&self) -> Calls {
        self.shared.desk.calls()
    }

    /// Forgets the calls.
    pub fn reset_counters(&self) {
        self.shared.desk.reset_counters();
    }

    /// Gives every token a fresh window.
    pub fn reset_budgets(&self) {
        self.shared.desk.reset_budgets();
    }

    /// Takes the webhooks that are due without sending them: what becomes of them is the test's to say.
    pub fn take_webhooks(&self) -> Vec<Event> {
        self.shared.state.write().unwrap().outbox.drain(..).collect()
    }

    /// Sends one webhook to where the settings say; the status it was answered with.
    pub async fn deliver(&self, event: &Event) -> Option<u16> {
        self.shared.deliver(event).await
    }

    /// Sends all webhooks that are due, in order.
    pub async fn deliver_all(&self) -> Vec<(Event, Option<u16>)> {
        self.shared.deliver_all().await
    }

    /// Sends all webhooks that are due, in order, and then all of them again.
    pub async fn deliver_twice(&self) {
        let events = self.take_webhooks();
        for event in events.iter().chain(&events) {
            self.deliver(event).await;
        }
    }

    /// Sends all webhooks that are due, the last first.
    pub async fn deliver_out_of_order(&self) {
        for event in self.take_webhooks().iter().rev() {
            self.deliver(event).await;
        }
    }

    /// Loses all webhooks that are due. GitHub never sends them again by itself.
    pub fn drop_webhooks(&self) -> usize {
        self.take_webhooks().len()
    }

    /// Refuses new connections until [`GithubServer::reopen`]; so does the host of the reports' files.
    pub async fn shut(&mut self) {
        self.api.shut().await;
        self.files.shut().await;
    }

    /// Takes connections again.
    pub fn reopen(&mut self) {
        self.api.reopen();
        self.files.reopen();
    }

    /// Ends it and waits until the ports are free.
    pub async fn shutdown(self) {
        self.api.close().await;
        self.files.close().await;
    }
}

async fn download(Extract(shared): Extract<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let incoming = Incoming::read(request).await;
    super::reports::download(&shared, &incoming).await
}

async fn handle(Extract(shared): Extract<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let incoming = Incoming::read(request).await;
    if let Some(verb) = incoming.path.strip_prefix("/_control/") {
        control::handle(&shared, verb, &incoming).await
    } else {
        super::exchange::handle(&shared, &incoming).await
    }
}
