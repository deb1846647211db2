//! A simulated vendor behind a port of 127.0.0.1.

use super::{
    Budget, Clock, Desk, Gate, Incoming, Reply, Standing, Toll,
    control::{self, ClockSet, parsed},
    outgoing::{Answered, Outgoing, Unanswered},
    send,
};
use crate::{
    calls::{Call, Calls},
    faults::{Fault, Kind},
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, State as Extract},
    http::{Method, Request, Response},
};
use jiff::Timestamp;
use reqwest::Client;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, OnceLock, RwLock},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle, time::Instant};

/// A vendor to be simulated: the state that answers are made from, and the vendor's own ways.
pub trait Vendor: Send + 'static {
    /// Switches that belong to this vendor alone.
    type Knobs: Clone + Default + Send + Sync + Serialize + DeserializeOwned;

    /// The clock.
    fn clock(&mut self) -> &mut Clock;

    /// The server tells where it is served.
    fn served_at(&mut self, origin: &str);

    /// What the log of calls counts this call under.
    fn kind(&self, incoming: &Incoming) -> &'static str;

    /// Which limits the call is counted against.
    fn tolls(&self, incoming: &Incoming, knobs: &Self::Knobs) -> Vec<Toll>;

    /// Refuses because of a limit.
    fn limited(&self, toll: &Toll, standing: &Standing, now: Timestamp) -> Reply;

    /// Refuses because of a fault, with the vendor's words.
    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply;

    /// Answers.
    fn answer(&mut self, incoming: &Incoming, now: Timestamp, knobs: &Self::Knobs) -> Reply;

    /// Adds the headers that tell where limits stand.
    fn dress(&self, reply: Reply, tolls: &[(Toll, Standing)]) -> Reply;

    /// Answers below `/_control` what only this vendor has; `None`: there is no such thing.
    fn control(&mut self, verb: &str, incoming: &Incoming, knobs: &Self::Knobs) -> Option<control::Answer>;

    /// The page at `/` for people, where the vendor has one. It is neither limited nor counted.
    fn page(&self) -> Option<&'static str> {
        None
    }

    /// Takes the requests of the vendor's own that are due.
    fn due(&mut self, _: Timestamp, _: &Self::Knobs) -> Vec<Outgoing> {
        Vec::new()
    }

    /// Learns what became of a request of its own; what is told of it goes into the answer of the control endpoint
    /// that caused it.
    fn sent(&mut self, _: &Outgoing, _: Result<Answered, Unanswered>, _: Timestamp, _: &Self::Knobs) -> Value {
        Value::Null
    }

    /// A second passed, by the system's clock, or the server ends: time to write down what should survive.
    fn rest(&mut self) {}
}

/// How a simulated vendor behaves. All of it may be changed while it runs (`PATCH /_control/settings`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Settings<K> {
    /// Milliseconds that an answer takes.
    #[serde(default)]
    pub latency_ms: u64,
    /// Limits that differ from the vendor's, by their names.
    #[serde(default)]
    pub limits: BTreeMap<String, Budget>,
    /// The vendor's own switches.
    #[serde(flatten)]
    pub knobs: K,
}

struct Shared<V: Vendor> {
    state: Mutex<V>,
    settings: RwLock<Settings<V::Knobs>>,
    desk: Desk,
    client: OnceLock<Client>,
}

impl<V: Vendor> Shared<V> {
    /// Sends the requests that are due, and those that become due by their answers; what the vendor tells of each.
    async fn flush(&self) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let due = {
                let mut state = self.state.lock().unwrap();
                let now = state.clock().now();
                state.due(now, &self.knobs())
            };
            if due.is_empty() {
                return told;
            }
            for outgoing in due {
                let outcome = outgoing.send(self.client.get_or_init(Outgoing::client)).await;
                let mut state = self.state.lock().unwrap();
                let now = state.clock().now();
                told.push(state.sent(&outgoing, outcome, now, &self.knobs()));
            }
        }
    }

    fn knobs(&self) -> V::Knobs {
        self.settings.read().unwrap().knobs.clone()
    }

    /// What becomes due later is sent in its time where the clock runs by itself. Where a test moves the clock, the
    /// test says when.
    async fn tick(&self) {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let runs = {
                let mut state = self.state.lock().unwrap();
                state.rest();
                state.clock().runs()
            };
            if runs {
                self.flush().await;
            }
        }
    }
}

/// A running simulated vendor. It ends when it is dropped.
pub struct Server<V: Vendor> {
    shared: Arc<Shared<V>>,
    gate: Gate,
    _ticker: Ticker,
}

/// Sends what is due by the clock; it ends when it is dropped.
struct Ticker(JoinHandle<()>);

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<V: Vendor> Server<V> {
    /// Serves `state` on a free port.
    pub async fn start(state: V) -> std::io::Result<Self> {
        Self::start_with(state, Settings::default(), 0).await
    }

    /// Serves `state` on `port` (0: a free one).
    #[expect(clippy::disallowed_methods, reason = "a server runs beside what asks it")]
    pub async fn start_with(mut state: V, settings: Settings<V::Knobs>, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        state.served_at(&format!("http://{address}"));
        let desk = Desk::default();
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            settings: RwLock::new(settings),
            desk,
            client: OnceLock::new(),
        });
        let limit = DefaultBodyLimit::max(Incoming::MOST);
        let router = Router::new().fallback(handle::<V>).layer(limit).with_state(Arc::clone(&shared));
        let gate = Gate::open(listener, router)?;
        let ticking = Arc::clone(&shared);
        let ticker = Ticker(tokio::spawn(async move { ticking.tick().await }));
        Ok(Self { shared, gate, _ticker: ticker })
    }

    /// The server's origin.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.gate.address())
    }

    /// The server's port.
    pub fn port(&self) -> u16 {
        self.gate.address().port()
    }

    /// Reads or changes the state.
    pub fn state<R>(&self, story: impl FnOnce(&mut V) -> R) -> R {
        story(&mut self.shared.state.lock().unwrap())
    }

    /// Changes the settings.
    pub fn settings(&self, change: impl FnOnce(&mut Settings<V::Knobs>)) {
        change(&mut self.shared.settings.write().unwrap());
    }

    /// The vendor's own switches as they are.
    pub(crate) fn knobs(&self) -> V::Knobs {
        self.shared.knobs()
    }

    /// Sends the requests of the vendor's own that are due by its clock, and those that become due by their answers;
    /// what there is to tell of each.
    pub async fn flush(&self) -> Vec<Value> {
        self.shared.flush().await
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

    /// Every limit's window is fresh.
    pub fn reset_budgets(&self) {
        self.shared.desk.reset_budgets();
    }

    /// Refuses new connections until [`Server::reopen`].
    pub async fn shut(&mut self) {
        self.gate.shut().await;
    }

    /// Takes connections again.
    pub fn reopen(&mut self) {
        self.gate.reopen();
    }

    /// Ends it and waits until the port is free.
    pub async fn shutdown(self) {
        let Self { shared, gate, .. } = self;
        gate.close().await;
        shared.state.lock().unwrap().rest();
    }
}

async fn handle<V: Vendor>(Extract(shared): Extract<Arc<Shared<V>>>, request: Request<Body>) -> Response<Body> {
    let incoming = Incoming::read(request).await;
    if let Some(verb) = incoming.path.strip_prefix("/_control/") {
        return control::response(steer(&shared, verb, &incoming).await);
    }
    let page = if incoming.path == "/" { shared.state.lock().unwrap().page() } else { None };
    if let Some(page) = page {
        let builder = Response::builder().header("content-type", "text/html; charset=utf-8");
        return builder.header("cache-control", "no-store").body(Body::from(page)).unwrap();
    }
    let _inside = shared.desk.enter();
    let arrived = Instant::now();
    let (response, call, wait) = {
        let mut state = shared.state.lock().unwrap();
        let settings = shared.settings.read().unwrap().clone();
        let now = state.clock().now();
        let kind = state.kind(&incoming);
        let (reply, damage) = decide(&shared.desk, &mut *state, &settings, &incoming, now);
        let slower = damage.as_ref().filter(|fault| fault.kind == Kind::Slow).map_or(0, |fault| fault.ms);
        let mut call = Call {
            at: now,
            kind,
            method: incoming.method.to_string(),
            path: incoming.path_and_query(),
            status: reply.status,
            cost: reply.points,
            bytes: 0,
        };
        let response = send(reply, damage.map(|fault| fault.kind), &mut call);
        (response, call, settings.latency_ms + slower)
    };
    shared.desk.add(call);
    // What deciding took is part of the vendor's latency.
    tokio::time::sleep_until(arrived + Duration::from_millis(wait)).await;
    response
}

fn decide<V: Vendor>(
    desk: &Desk,
    state: &mut V,
    settings: &Settings<V::Knobs>,
    incoming: &Incoming,
    now: Timestamp,
) -> (Reply, Option<Fault>) {
    desk.listen(now);
    let mut tolls = state.tolls(incoming, &settings.knobs);
    for toll in &mut tolls {
        toll.budget = settings.limits.get(toll.class).copied().unwrap_or(toll.budget);
        let standing = desk.standing(&toll.holder, toll.class, toll.window(), now);
        if standing.remaining() == 0 {
            let told = desk.tell(toll.class, &toll.holder, standing.reset, now);
            if told || toll.visible {
                desk.violation();
            }
            return (state.limited(toll, &standing, now), None);
        }
    }
    let fault = desk.take(incoming.method.as_str(), &incoming.path_and_query(), None, now);
    let reply = match &fault {
        Some(fault) if fault.kind.refuses() => {
            let reply = match fault.kind {
                Kind::BadGateway => Reply::bad_gateway(),
                kind => state.refusal(kind, fault.message.as_deref()),
            };
            match fault.retry_after {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            }
        }
        _ => state.answer(incoming, now, &settings.knobs),
    };
    let spent = tolls.into_iter().map(|toll| {
        let points = if toll.by_points { reply.points } else { 1 };
        let standing = desk.spend(&toll.holder, toll.class, toll.window(), now, points);
        (toll, standing)
    });
    let spent: Vec<_> = spent.collect();
    (state.dress(reply, &spent), fault)
}

async fn steer<V: Vendor>(shared: &Shared<V>, verb: &str, incoming: &Incoming) -> control::Answer {
    let mut answer = decided(shared, verb, incoming)?;
    // Whatever is not only looked at may have made requests due.
    if incoming.method != Method::GET {
        let told = shared.flush().await;
        if !told.is_empty() && answer.is_object() {
            answer["deliveries"] = told.into();
        }
    }
    Ok(answer)
}

fn decided<V: Vendor>(shared: &Shared<V>, verb: &str, incoming: &Incoming) -> control::Answer {
    if let Some(answer) = control::common(&shared.desk, verb, incoming) {
        return answer;
    }
    let mut state = shared.state.lock().unwrap();
    match (&incoming.method, verb) {
        (&Method::GET, "settings") => Ok(json!(*shared.settings.read().unwrap())),
        (&Method::PATCH, "settings") => control::patched(&mut *shared.settings.write().unwrap(), incoming),
        (&Method::POST, "clock") => {
            let given: ClockSet = parsed(incoming)?;
            let clock = state.clock();
            match (given.now, given.advance_seconds) {
                (Some(now), _) => clock.set(now),
                (None, Some(seconds)) => clock.advance(seconds),
                (None, None) => *clock = Clock::system(),
            }
            Ok(json!({"now": clock.now()}))
        }
        _ => {
            let answer = state.control(verb, incoming, &shared.knobs());
            answer.unwrap_or_else(|| Err((404, format!("no {} /_control/{verb}", incoming.method))))
        }
    }
}
