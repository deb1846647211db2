//! The Lambda Runtime API (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>), version 2018-06-01, for
//! one function on this machine: what is queued here, the function's `next` call gets.

use crate::server::Server;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use plumbline_domain::Clock;
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot, watch};

/// The account and region in the functions' ARNs.
const ARN_PREFIX: &str = "arn:aws:lambda:us-east-1:000000000000:function:";

/// What a function made of an event.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The response's bytes, or those of the error document.
    pub(crate) outcome: Result<Bytes, Bytes>,
    /// From the event's hand-over to its answer.
    pub(crate) duration: Duration,
}

struct Event {
    id: String,
    body: Bytes,
    deadline_ms: i64,
    answer: oneshot::Sender<Answer>,
}

struct Running {
    handed_over: Instant,
    answer: oneshot::Sender<Answer>,
}

struct Shared {
    arn: String,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    running: Mutex<HashMap<String, Running>>,
    /// When the function asked for its first event.
    first_next: watch::Sender<Option<Instant>>,
    /// What the function said when it could not begin.
    init_error: watch::Sender<Option<String>>,
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One function's Runtime API.
pub(crate) struct RuntimeApi {
    server: Server,
    shared: Arc<Shared>,
    events: mpsc::UnboundedSender<Event>,
    clock: Clock,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(crate) async fn start(function: &str) -> io::Result<Self> {
        let (events, receiver) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            arn: format!("{ARN_PREFIX}{function}"),
            events: tokio::sync::Mutex::new(receiver),
            running: Mutex::default(),
            first_next: watch::Sender::new(None),
            init_error: watch::Sender::new(None),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::disable())
            .with_state(shared.clone());
        Ok(Self { server: Server::start(router).await?, shared, events, clock: Clock::system() })
    }

    /// For the function's `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Queues an event whose answer is due after `timeout`.
    pub(crate) fn queue(&self, id: String, body: Bytes, timeout: Duration) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        let deadline = self.clock.now() + timeout;
        // The receiving end lives as long as `shared`, so there is always somebody to take it.
        drop(self.events.send(Event { id, body, deadline_ms: deadline.as_millisecond(), answer }));
        receiver
    }

    /// When the function asked for its first event; waits for it.
    pub(crate) async fn first_next(&self) -> Instant {
        let mut seen = self.shared.first_next.subscribe();
        loop {
            if let Some(at) = *seen.borrow_and_update() {
                return at;
            }
            // Its sender lives in `shared`.
            drop(seen.changed().await);
        }
    }

    /// What the function said when it could not begin.
    pub(crate) fn init_error(&self) -> Option<String> {
        self.shared.init_error.borrow().clone()
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.first_next.send_if_modified(|at| at.is_none().then(|| *at = Some(Instant::now())).is_some());
    let Some(event) = shared.events.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &event.id)
        .header("lambda-runtime-deadline-ms", event.deadline_ms)
        .header("lambda-runtime-invoked-function-arn", &shared.arn)
        .header("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0")
        .body(Body::from(event.body))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    shared.running().insert(event.id, Running { handed_over: Instant::now(), answer: event.answer });
    response
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answer(&shared, &id, Ok(body))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answer(&shared, &id, Err(body))
}

fn answer(shared: &Shared, id: &str, outcome: Result<Bytes, Bytes>) -> StatusCode {
    let Some(running) = shared.running().remove(id) else { return StatusCode::BAD_REQUEST };
    // Nobody waits any more when the event's time was over.
    drop(running.answer.send(Answer { outcome, duration: running.handed_over.elapsed() }));
    StatusCode::ACCEPTED
}

async fn init_error(State(shared): State<Arc<Shared>>, body: String) -> StatusCode {
    shared.init_error.send_replace(Some(body));
    StatusCode::ACCEPTED
}
