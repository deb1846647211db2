//! Sending to SQS.

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use jiff::Timestamp;
use plumbline_domain::{Provider, SyncJob};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// The longest delay SQS knows; whoever must wait longer looks at the clock on arrival and sends again.
pub const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// No queue is configured for this provider.
    #[error("no queue is configured for {0}")]
    NoQueue(Provider),
    /// SQS did not take it.
    #[error("SQS did not take the message")]
    Service(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Sends sync jobs; a trait, so that tests can look at what was sent.
#[async_trait]
pub trait JobSender: Send + Sync {
    /// Sends one job that becomes visible after `delay` (capped at 15 minutes).
    async fn send(&self, job: &SyncJob, delay: Duration) -> Result<(), QueueError>;

    /// Sends many, ten per call; answers those that were not taken.
    async fn send_all(&self, jobs: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError>;
}

/// Sync jobs to one queue per vendor. The team is the message group: on a standard queue SQS then keeps one team's
/// many messages from delaying the others'.
pub struct SqsJobs {
    client: Client,
    queues: BTreeMap<Provider, String>,
}

impl SqsJobs {
    /// With the queues' addresses.
    pub fn new(client: Client, queues: BTreeMap<Provider, String>) -> Self {
        Self { client, queues }
    }

    fn queue(&self, provider: Provider) -> Result<&str, QueueError> {
        self.queues.get(&provider).map(String::as_str).ok_or(QueueError::NoQueue(provider))
    }
}

#[async_trait]
impl JobSender for SqsJobs {
    async fn send(&self, job: &SyncJob, delay: Duration) -> Result<(), QueueError> {
        self.client
            .send_message()
            .queue_url(self.queue(job.provider)?)
            .message_group_id(job.team_id.as_str())
            .message_body(body(job)?)
            .delay_seconds(seconds(delay))
            .send()
            .await
            .map_err(|error| QueueError::Service(Box::new(error.into_service_error())))?;
        Ok(())
    }

    async fn send_all(&self, jobs: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError> {
        let mut refused = Vec::new();
        for provider in Provider::ALL {
            let of_provider: Vec<&SyncJob> = jobs.iter().filter(|job| job.provider == provider).collect();
            for chunk in of_provider.chunks(10) {
                let mut request = self.client.send_message_batch().queue_url(self.queue(provider)?);
                for (index, job) in chunk.iter().enumerate() {
                    let entry = SendMessageBatchRequestEntry::builder()
                        .id(index.to_string())
                        .message_group_id(job.team_id.as_str())
                        .message_body(body(job)?)
                        .build()
                        .map_err(|error| QueueError::Service(Box::new(error)))?;
                    request = request.entries(entry);
                }
                let answer =
                    request.send().await.map_err(|error| QueueError::Service(Box::new(error.into_service_error())))?;
                let failed = answer.failed().iter().filter_map(|entry| chunk.get(entry.id().parse::<usize>().ok()?));
                refused.extend(failed.map(|job| (*job).clone()));
            }
        }
        Ok(refused)
    }
}

/// Sends one message of any kind to one queue.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Sends `body` in the fairness group `group`.
    async fn send_text(&self, group: &str, body: String) -> Result<(), QueueError>;
}

/// Sends one message of any kind to one queue, to be seen later.
#[async_trait]
pub trait DelayedSender: Send + Sync {
    /// Sends `body` in the fairness group `group`; it becomes visible after `delay` (capped at 15 minutes).
    async fn send_later(&self, group: &str, body: String, delay: Duration) -> Result<(), QueueError>;
}

/// From `now` until `at`, rounded up to whole seconds, since SQS counts in them.
pub fn delay_until(at: Timestamp, now: Timestamp) -> Duration {
    let millis = at.duration_since(now).as_millis().max(0);
    Duration::from_secs(u64::try_from(millis).unwrap_or(u64::MAX).div_ceil(1000))
}

/// One SQS queue.
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// By its address.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }
}

#[async_trait]
impl MessageSender for SqsQueue {
    async fn send_text(&self, group: &str, body: String) -> Result<(), QueueError> {
        self.send_later(group, body, Duration::ZERO).await
    }
}

#[async_trait]
impl DelayedSender for SqsQueue {
    async fn send_later(&self, group: &str, body: String, delay: Duration) -> Result<(), QueueError> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(group)
            .message_body(body)
            .delay_seconds(seconds(delay))
            .send()
            .await
            .map_err(|error| QueueError::Service(Box::new(error.into_service_error())))?;
        Ok(())
    }
}

fn seconds(delay: Duration) -> i32 {
    i32::try_from(delay.min(LONGEST_DELAY).as_secs()).unwrap_or(900)
}

fn body<T: Serialize>(message: &T) -> Result<String, QueueError> {
    serde_json::to_string(message).map_err(|error| QueueError::Service(Box::new(error)))
}
