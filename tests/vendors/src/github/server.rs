//! The HTTP server: one state, its settings, faults and counters behind a port of 127.0.0.1.

use super::{budget::Budgets, control, graphql::Documents, settings::Settings, state::State, webhook::Event};
use crate::{calls::Calls, faults::Fault, journal::Journal};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State as Extract},
    http::{Method, Request, Response},
};
use jiff::Timestamp;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) state: RwLock<State>,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    pub(crate) calls: Mutex<Calls>,
    pub(crate) budgets: Mutex<Budgets>,
    /// No call is welcome before: a fault said so with `retry-after`.
    pub(crate) quiet_until: Mutex<Option<Timestamp>>,
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
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl GithubServer {
    /// Serves `state` on a free port.
    pub async fn start(state: State) -> std::io::Result<Self> {
        Self::start_with(state, Settings::default(), 0, None).await
    }

    /// Serves `state` on `port` (0: a free one); the journal, if there is one, is written after each verb.
    #[expect(clippy::disallowed_methods, reason = "a server runs beside what asks it")]
    pub async fn start_with(
        mut state: State,
        settings: Settings,
        port: u16,
        journal: Option<Journal>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        state.origin = Some(format!("http://{address}"));
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build();
        let shared = Arc::new(Shared {
            state: RwLock::new(state),
            settings: RwLock::new(settings),
            faults: Mutex::default(),
            calls: Mutex::default(),
            budgets: Mutex::default(),
            quiet_until: Mutex::default(),
            documents: Documents::default(),
            client: client.map_err(std::io::Error::other)?,
            journal,
        });
        let router =
            Router::new().fallback(handle).layer(DefaultBodyLimit::max(10 << 20)).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the server runs until it is ended");
        });
        Ok(Self { shared, address, task })
    }

    /// The server's origin, which is the connection's `base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
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
        self.shared.faults.lock().unwrap().push(fault);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.shared.faults.lock().unwrap().clear();
    }

    /// The calls since the start or the last reset.
    pub fn calls(&self) -> Calls {
        self.shared.calls.lock().unwrap().clone()
    }

    /// Forgets the calls.
    pub fn reset_counters(&self) {
        *self.shared.calls.lock().unwrap() = Calls::default();
    }

    /// Gives every token a fresh window.
    pub fn reset_budgets(&self) {
        self.shared.budgets.lock().unwrap().clear();
        *self.shared.quiet_until.lock().unwrap() = None;
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

    /// Ends it and waits until the port is free.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The task was cancelled, which is what it reports.
        if let Err(error) = (&mut self.task).await {
            assert!(error.is_cancelled(), "the server failed: {error}");
        }
    }
}

impl Drop for GithubServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request, read whole.
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

async fn handle(Extract(shared): Extract<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10 << 20).await.unwrap_or_default();
    let incoming = Incoming {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    if let Some(verb) = incoming.path.strip_prefix("/_control/") {
        control::handle(&shared, verb, &incoming).await
    } else {
        super::exchange::handle(&shared, &incoming).await
    }
}
