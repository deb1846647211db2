//! SQS, as the scenarios have it: what was sent waits for its time, and the test takes it.

use crate::world::SetClock;
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Provider, SurveyMessage, SyncJob};
use plumbline_lambda::{
    JobSender, QueueError,
    queue::{DelayedSender, MessageSender},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// SQS queues of these messages, with delays in the set clock's time. A message that fails comes back after a minute.
#[derive(Clone)]
pub(crate) struct Queue<Message = String> {
    clock: SetClock,
    messages: Arc<Mutex<Vec<(Timestamp, Message)>>>,
}

/// The connectors' queues.
pub(crate) type SimQueue = Queue<SyncJob>;

impl<Message> Queue<Message> {
    pub(crate) fn new(clock: &SetClock) -> Self {
        Self { clock: clock.clone(), messages: Arc::default() }
    }
    fn push(&self, message: Message, delay: Duration) {
        let delay = SignedDuration::try_from(delay.min(Duration::from_mins(15))).unwrap();
        self.put_back(message, self.clock.now() + delay);
    }
    /// The next message that can be seen.
    pub(crate) fn take(&self) -> Option<Message> {
        let mut messages = self.messages.lock().unwrap();
        let now = self.clock.now();
        let index = messages.iter().position(|(visible, _)| *visible <= now)?;
        Some(messages.remove(index).1)
    }
    pub(crate) fn next_visible(&self) -> Option<Timestamp> {
        self.messages.lock().unwrap().iter().map(|(visible, _)| *visible).min()
    }
    pub(crate) fn len(&self) -> usize {
        self.messages.lock().unwrap().len()
    }
    /// Loses all messages, as SQS never does: what the index by due time then mends.
    pub(crate) fn lose_everything(&self) {
        self.messages.lock().unwrap().clear();
    }
    pub(crate) fn put_back(&self, message: Message, visible: Timestamp) {
        self.messages.lock().unwrap().push((visible, message));
    }
}

#[async_trait::async_trait]
impl JobSender for SimQueue {
    async fn send(&self, job: &SyncJob, delay: Duration) -> Result<(), QueueError> {
        self.push(job.clone(), delay);
        Ok(())
    }
    async fn send_all(&self, jobs: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError> {
        for job in jobs {
            self.send(job, Duration::ZERO).await?;
        }
        Ok(Vec::new())
    }
}

#[async_trait::async_trait]
impl DelayedSender for Queue {
    async fn send_later(&self, _group: &str, body: String, delay: Duration) -> Result<(), QueueError> {
        self.push(body, delay);
        Ok(())
    }
}

#[async_trait::async_trait]
impl MessageSender for Queue {
    async fn send_text(&self, group: &str, body: String) -> Result<(), QueueError> {
        self.send_later(group, body, Duration::ZERO).await
    }
}

/// No queue of `survey`: nobody answers on the web here.
pub(crate) struct NoSurveys;

#[async_trait::async_trait]
impl DelayedSender for NoSurveys {
    async fn send_later(&self, _: &str, _: String, _: Duration) -> Result<(), QueueError> {
        Err(QueueError::NoQueue(Provider::Slack))
    }
}

/// What `github-webhook` sent to `ingest`.
#[derive(Clone, Default)]
pub(crate) struct Events(pub(crate) Arc<Mutex<Vec<String>>>);

#[async_trait::async_trait]
impl MessageSender for Events {
    async fn send_text(&self, _group: &str, body: String) -> Result<(), QueueError> {
        self.0.lock().unwrap().push(body);
        Ok(())
    }
}

/// What was sent to `survey`, as (group, message).
#[derive(Clone, Default)]
pub(crate) struct SurveyQueue {
    pub(crate) sent: Arc<Mutex<Vec<(String, SurveyMessage)>>>,
    /// How many more sends fail.
    pub(crate) failures: Arc<AtomicU64>,
}

#[async_trait::async_trait]
impl MessageSender for SurveyQueue {
    async fn send_text(&self, group: &str, body: String) -> Result<(), QueueError> {
        let fails = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if fails.is_ok() {
            return Err(QueueError::Service("down".into()));
        }
        self.sent.lock().unwrap().push((group.to_owned(), serde_json::from_str(&body).unwrap()));
        Ok(())
    }
}
