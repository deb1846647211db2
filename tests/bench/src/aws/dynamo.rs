//! Stands between the functions and the DynamoDB in this process: counts, tells which facts changed (as the table's
//! stream would), and can hold a function at a chosen write.

use crate::server::{Server, Upstream};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Response},
    routing::any,
};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::Notify;

/// What was asked of DynamoDB.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DynamoCalls {
    /// Requests.
    pub calls: u64,
    /// Requests by operation (`PutItem`).
    pub by_operation: BTreeMap<String, u64>,
    /// Items written or deleted, by table; those that a condition refused are not counted.
    pub writes: BTreeMap<String, u64>,
    /// What the database took for all of them, in microseconds; calls that ran side by side count each.
    pub database_us: u128,
}

/// Where a function is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldAt {
    /// The write is not done.
    Before,
    /// The write is done; its answer never comes.
    After,
}

struct Hold {
    /// Writing requests to let pass.
    remaining: u64,
    at: HoldAt,
}

#[derive(Default)]
struct Inner {
    calls: DynamoCalls,
    changes: Vec<(String, String)>,
    hold: Option<Hold>,
}

struct Shared {
    upstream: Upstream,
    facts: String,
    inner: Mutex<Inner>,
    changed: Notify,
    held: Notify,
}

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counting front.
pub struct Dynamo {
    server: Server,
    shared: Arc<Shared>,
}

impl Dynamo {
    /// In front of `upstream` (an origin); changes are told of the table `facts`.
    pub async fn start(upstream: &str, facts: &str) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            upstream: Upstream::new(upstream)?,
            facts: facts.to_owned(),
            inner: Mutex::default(),
            changed: Notify::new(),
            held: Notify::new(),
        });
        // DynamoDB takes up to 16 MB.
        let router =
            Router::new().fallback(any(forward)).layer(DefaultBodyLimit::max(16 << 20)).with_state(shared.clone());
        Ok(Self { server: Server::start(router).await?, shared })
    }

    /// Where the functions find it.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What was asked since the start or the last [`Dynamo::forget_calls`].
    pub fn calls(&self) -> DynamoCalls {
        self.shared.inner().calls.clone()
    }

    /// Counts from zero again.
    pub fn forget_calls(&self) {
        self.shared.inner().calls = DynamoCalls::default();
    }

    /// Takes the keys (`pk`, `sk`) of facts that were written since the last time, in the order of their writes.
    pub fn take_changes(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.shared.inner().changes)
    }

    /// Waits until there are changes to take; it may wake for changes that were taken meanwhile.
    pub async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Lets `writes` writing requests pass and holds the one after them for ever, before or after it is done; ends
    /// when the function stands there. Dropped or done, no further one is held.
    pub async fn hold(&self, writes: u64, at: HoldAt) {
        struct Release<'a>(&'a Shared);
        impl Drop for Release<'_> {
            fn drop(&mut self) {
                self.0.inner().hold = None;
            }
        }
        let held = self.shared.held.notified();
        self.shared.inner().hold = Some(Hold { remaining: writes, at });
        let release = Release(&self.shared);
        held.await;
        drop(release);
    }
}

async fn forward(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let written = written(&operation, &body);
    let hold = {
        let inner = &mut *shared.inner();
        inner.calls.calls += 1;
        *inner.calls.by_operation.entry(operation).or_default() += 1;
        if written.is_empty() { None } else { inner.next_hold() }
    };
    if hold == Some(HoldAt::Before) {
        return stand_still(&shared).await;
    }
    let asked = Instant::now();
    let answer = match shared.upstream.send(Method::POST, "/", headers, body).await {
        Ok(answer) => answer,
        Err(error) => return (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    shared.inner().calls.database_us += asked.elapsed().as_micros();
    if answer.status().is_success() && !written.is_empty() {
        let inner = &mut *shared.inner();
        for item in written {
            if item.table == shared.facts
                && let Some(key) = item.key
            {
                inner.changes.push(key);
                shared.changed.notify_one();
            }
            *inner.calls.writes.entry(item.table).or_default() += 1;
        }
    }
    if hold == Some(HoldAt::After) { stand_still(&shared).await } else { answer }
}

impl Inner {
    /// Counts one writing request against the hold.
    fn next_hold(&mut self) -> Option<HoldAt> {
        let hold = self.hold.as_mut()?;
        if hold.remaining == 0 {
            return Some(hold.at);
        }
        hold.remaining -= 1;
        None
    }
}

async fn stand_still(shared: &Shared) -> Response {
    shared.held.notify_waiters();
    std::future::pending().await
}

struct WrittenItem {
    table: String,
    key: Option<(String, String)>,
}

/// The items that a request writes.
fn written(operation: &str, body: &[u8]) -> Vec<WrittenItem> {
    if !matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems") {
        return Vec::new();
    }
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    match operation {
        "BatchWriteItem" => {
            let tables = request.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
            let writes = tables.flat_map(|(table, writes)| {
                writes.as_array().into_iter().flatten().filter_map(|write| Some((table.as_str(), single(write)?)))
            });
            writes.map(|(table, write)| written_item(table, write)).collect()
        }
        "TransactWriteItems" => {
            let items = request.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
            let writes = items.filter(|item| item.get("ConditionCheck").is_none()).filter_map(single);
            writes.map(|write| written_item(table_of(write), write)).collect()
        }
        _ => vec![written_item(table_of(&request), &request)],
    }
}

/// The content of an object with one member.
fn single(value: &Value) -> Option<&Value> {
    value.as_object()?.values().next()
}

fn table_of(write: &Value) -> &str {
    write.get("TableName").and_then(Value::as_str).unwrap_or_default()
}

fn written_item(table: &str, write: &Value) -> WrittenItem {
    let key = write.get("Item").or_else(|| write.get("Key"));
    let part = |name: &str| key?.get(name)?.get("S")?.as_str().map(str::to_owned);
    WrittenItem { table: table.to_owned(), key: part("pk").zip(part("sk")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tables(operation: &str, body: &Value) -> Vec<(String, Option<(String, String)>)> {
        let items = written(operation, body.to_string().as_bytes());
        items.into_iter().map(|item| (item.table, item.key)).collect()
    }

    #[test]
    fn every_written_item_is_found_with_its_key() {
        let key = json!({"pk": {"S": "p"}, "sk": {"S": "s"}});
        let expected = ("facts".to_owned(), Some(("p".to_owned(), "s".to_owned())));
        let one = std::slice::from_ref(&expected);
        assert_eq!(tables("PutItem", &json!({"TableName": "facts", "Item": key})), one);
        assert_eq!(tables("UpdateItem", &json!({"TableName": "facts", "Key": key})), one);
        let batch =
            json!({"RequestItems": {"facts": [{"PutRequest": {"Item": key}}, {"DeleteRequest": {"Key": key}}]}});
        assert_eq!(tables("BatchWriteItem", &batch), [expected.clone(), expected.clone()]);
        let transaction = json!({"TransactItems": [
            {"Put": {"TableName": "facts", "Item": key}},
            {"ConditionCheck": {"TableName": "facts", "Key": key}},
        ]});
        assert_eq!(tables("TransactWriteItems", &transaction), one);
        assert_eq!(tables("GetItem", &json!({"TableName": "facts", "Key": key})), []);
    }
}
