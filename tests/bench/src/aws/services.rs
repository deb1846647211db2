//! SQS and Secrets Manager, as far as the functions use them: the AWS JSON protocol by `x-amz-target`. And of S3 that it
//! takes a file, of which it keeps the size alone.

use crate::server::Server;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{post, put},
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A sent message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The queue's name: the last part of its address.
    pub queue: String,
    /// The message.
    pub body: String,
    /// The fairness group.
    pub group: Option<String>,
    /// How long it was to stay invisible.
    pub delay: Duration,
    /// When it was sent.
    pub sent: Instant,
}

impl Message {
    fn visible_at(&self, longest_delay: Duration) -> Instant {
        self.sent + self.delay.min(longest_delay)
    }
}

#[derive(Default)]
struct Inner {
    secrets: BTreeMap<String, BTreeMap<&'static str, String>>,
    messages: Vec<Message>,
    sent: u64,
    calls: BTreeMap<String, u64>,
    /// Sizes of the stored files, by bucket and key.
    files: BTreeMap<String, u64>,
}

type Shared = Arc<Mutex<Inner>>;

fn inner(shared: &Shared) -> MutexGuard<'_, Inner> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The services behind one address.
pub struct Services {
    server: Server,
    shared: Shared,
}

impl Services {
    /// With these secrets (name to current value). Queues need not be made: every address below this one is a queue.
    pub async fn start(secrets: BTreeMap<String, String>) -> io::Result<Self> {
        let secrets =
            secrets.into_iter().map(|(name, value)| (name, BTreeMap::from([("AWSCURRENT", value)]))).collect();
        let shared = Arc::new(Mutex::new(Inner { secrets, ..Inner::default() }));
        let router =
            Router::new().route("/", post(call)).route("/{bucket}/{*key}", put(store)).with_state(shared.clone());
        Ok(Self { server: Server::start(router).await?, shared })
    }

    /// Their endpoint.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// A queue's address.
    pub fn queue_url(&self, name: &str) -> String {
        format!("{}/000000000000/{name}", self.server.url())
    }

    /// Puts a new value in a secret's place; the present one becomes `AWSPREVIOUS`.
    pub fn rotate_secret(&self, name: &str, value: &str) {
        let mut inner = inner(&self.shared);
        let versions = inner.secrets.entry(name.to_owned()).or_default();
        if let Some(present) = versions.insert("AWSCURRENT", value.to_owned()) {
            versions.insert("AWSPREVIOUS", present);
        }
    }

    /// Calls by target, such as `AmazonSQS.SendMessage`.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        inner(&self.shared).calls.clone()
    }

    /// Counts from zero again.
    pub fn forget_calls(&self) {
        inner(&self.shared).calls.clear();
    }

    /// The sizes of stored files in bytes, by `bucket/key`.
    pub fn files(&self) -> BTreeMap<String, u64> {
        inner(&self.shared).files.clone()
    }

    /// What lies in a queue, the earliest sent first.
    pub fn messages(&self, queue: &str) -> Vec<Message> {
        inner(&self.shared).messages.iter().filter(|message| message.queue == queue).cloned().collect()
    }

    /// Takes the message of a queue that is visible first, after waiting for it to become so; `longest_wait` bounds
    /// what is waited for a message's delay. `None` when the queue is empty.
    pub async fn receive(&self, queue: &str, longest_wait: Duration) -> Option<Message> {
        let visible_at = self.first(queue, longest_wait, false)?.visible_at(longest_wait);
        tokio::time::sleep_until(visible_at.into()).await;
        self.first(queue, longest_wait, true)
    }

    fn first(&self, queue: &str, longest_wait: Duration, take: bool) -> Option<Message> {
        let messages = &mut inner(&self.shared).messages;
        let of_queue = messages.iter().enumerate().filter(|(_, message)| message.queue == queue);
        let (place, message) = of_queue.min_by_key(|(_, message)| message.visible_at(longest_wait))?;
        if take { Some(messages.remove(place)) } else { Some(message.clone()) }
    }
}

/// Takes a file as it comes: it need not fit into memory. Its size is the one the SDK announces, since what it sends has the
/// chunks' lengths and a checksum in it.
async fn store(
    State(shared): State<Shared>,
    Path((bucket, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut sent = 0;
    let mut body = body.into_data_stream();
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else { return StatusCode::BAD_REQUEST.into_response() };
        sent += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
    }
    let announced = ["x-amz-decoded-content-length", "content-length"].into_iter().find_map(|name| headers.get(name));
    let bytes = announced.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(sent);
    if sent < bytes {
        return StatusCode::BAD_REQUEST.into_response();
    }
    inner(&shared).files.insert(format!("{bucket}/{key}"), bytes);
    StatusCode::OK.into_response()
}

async fn call(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    // Not axum's extractor: the SDK calls its JSON `application/x-amz-json-1.0` or `1.1`.
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return problem("SerializationException", "the body is not JSON");
    };
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let inner = &mut *inner(&shared);
    *inner.calls.entry(target.to_owned()).or_default() += 1;
    match target {
        "AmazonSQS.SendMessage" => match inner.send(&body, text(&body, "QueueUrl")) {
            Ok(id) => Json(json!({"MessageId": id, "MD5OfMessageBody": ""})).into_response(),
            Err(Refused(kind, message)) => problem(kind, message),
        },
        "AmazonSQS.SendMessageBatch" => inner.send_batch(&body),
        "secretsmanager.GetSecretValue" => inner.secret(&body),
        _ => problem("UnknownOperationException", &format!("{target} is not simulated")),
    }
}

/// Why a message was not taken: the error's kind and words.
struct Refused(&'static str, &'static str);

impl Inner {
    fn send(&mut self, entry: &Value, queue_url: &str) -> Result<String, Refused> {
        let Some(body) = entry.get("MessageBody").and_then(Value::as_str) else {
            return Err(Refused("MissingParameter", "MessageBody is missing"));
        };
        let delay = entry.get("DelaySeconds").and_then(Value::as_u64).unwrap_or_default();
        // <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
        if delay > 900 {
            return Err(Refused("InvalidParameterValue", "DelaySeconds is at most 900"));
        }
        if body.len() > 1_048_576 {
            return Err(Refused("InvalidMessageContents", "a message has at most 1 MiB"));
        }
        self.sent += 1;
        let id = format!("message-{}", self.sent);
        self.messages.push(Message {
            id: id.clone(),
            queue: queue_url.rsplit('/').next().unwrap_or_default().to_owned(),
            body: body.to_owned(),
            group: entry.get("MessageGroupId").and_then(Value::as_str).map(str::to_owned),
            delay: Duration::from_secs(delay),
            sent: Instant::now(),
        });
        Ok(id)
    }

    fn send_batch(&mut self, body: &Value) -> Response {
        let queue_url = text(body, "QueueUrl").to_owned();
        let entries = body.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default();
        if entries.is_empty() || entries.len() > 10 {
            return problem("TooManyEntriesInBatchRequest", "a batch has 1 to 10 entries");
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in &entries {
            let id = text(entry, "Id");
            match self.send(entry, &queue_url) {
                Ok(message) => successful.push(json!({"Id": id, "MessageId": message, "MD5OfMessageBody": ""})),
                Err(Refused(kind, message)) => {
                    failed.push(json!({"Id": id, "Code": kind, "Message": message, "SenderFault": true}));
                }
            }
        }
        Json(json!({"Successful": successful, "Failed": failed})).into_response()
    }

    fn secret(&self, body: &Value) -> Response {
        let name = text(body, "SecretId");
        let stage = body.get("VersionStage").and_then(Value::as_str).unwrap_or("AWSCURRENT");
        let value = self.secrets.get(name).and_then(|versions| versions.get(stage));
        let Some(value) = value else {
            let words = format!("Secrets Manager can't find the specified secret value for staging label: {stage}");
            return problem("ResourceNotFoundException", &words);
        };
        let arn = format!("arn:aws:secretsmanager:us-east-1:000000000000:secret:{name}-AbCdEf");
        Json(
            json!({"ARN": arn, "Name": name, "SecretString": value, "VersionId": "00000000-0000-0000-0000-000000000000",
            "VersionStages": [stage], "CreatedDate": 1_790_000_000}),
        )
        .into_response()
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn problem(kind: &str, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"__type": kind, "message": message}))).into_response()
}
