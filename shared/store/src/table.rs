//! Reading and writing items: the store's only calls of the SDK besides transactions' contents.

use crate::{
    Result, Store, StoreError,
    keys::Key,
    retry::{self, Backoff},
};
use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, ConsumedCapacity, Delete, DeleteRequest, KeysAndAttributes, Put,
        PutRequest, ReturnConsumedCapacity, TransactWriteItem, WriteRequest,
        builders::{DeleteBuilder, PutBuilder},
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use std::{collections::HashMap, iter};

/// How many calls of one operation are under way at once.
pub(crate) const CONCURRENCY: usize = 16;
/// The vendor's limits: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>.
const BATCH_GET_KEYS: usize = 100;
const BATCH_WRITE_ITEMS: usize = 25;
pub(crate) const TRANSACTION_ITEMS: usize = 100;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Which sort keys of a partition.
#[derive(Debug, Clone)]
pub(crate) enum Sort {
    All,
    Prefix(String),
    /// Both inclusive.
    Between(String, String),
}

/// One page of a partition's items, in order of their sort keys.
#[derive(Debug)]
pub(crate) struct QueryPage {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Item>,
    pub(crate) read_units: f64,
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An item that holds its key and `attributes`.
pub(crate) fn item<const N: usize>(key: &Key, attributes: [(&str, AttributeValue); N]) -> Item {
    let mut item: Item = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    item.extend(key_item(key));
    item
}

pub(crate) fn key_item(key: &Key) -> Item {
    HashMap::from([("pk".to_owned(), text(&key.pk)), ("sk".to_owned(), text(&key.sk))])
}

/// The item's own key.
pub(crate) fn key_of(item: &Item) -> Result<Key> {
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    match (part("pk"), part("sk")) {
        (Some(pk), Some(sk)) => Ok(Key { pk, sk }),
        _ => Err(StoreError::Corrupt { key: "unknown".into(), reason: "it has no key".into() }),
    }
}

/// That the item holds something else than it should.
pub(crate) fn corrupt(item: &Item, reason: impl std::fmt::Display) -> StoreError {
    let key = key_of(item).map_or_else(|_| "unknown".to_owned(), |key| key.to_string());
    StoreError::Corrupt { key, reason: reason.to_string() }
}

pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Result<&'a str> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| corrupt(item, format!("no text `{name}`")))
}

pub(crate) fn number_of(item: &Item, name: &str) -> Result<u64> {
    let value = item.get(name).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok());
    value.ok_or_else(|| corrupt(item, format!("no number `{name}`")))
}

/// The item as a struct.
pub(crate) fn read<T: serde::de::DeserializeOwned>(item: Item) -> Result<T> {
    let key = key_of(&item)?;
    serde_dynamo::from_item(item)
        .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })
}

/// A struct as the item under `key`.
pub(crate) fn written(key: &Key, value: impl serde::Serialize) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(value)
        .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
    item.extend(key_item(key));
    Ok(item)
}

pub(crate) fn write_request(item: Item) -> Result<WriteRequest> {
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(incomplete)?;
    Ok(WriteRequest::builder().put_request(put).build())
}

pub(crate) fn delete_request(key: &Key) -> Result<WriteRequest> {
    let delete = DeleteRequest::builder().set_key(Some(key_item(key))).build().map_err(incomplete)?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

/// A put for a transaction; conditions go onto the builder.
pub(crate) fn put(table: &str, item: Item) -> PutBuilder {
    Put::builder().table_name(table).set_item(Some(item))
}

/// A delete for a transaction; conditions go onto the builder.
pub(crate) fn delete(table: &str, key: &Key) -> DeleteBuilder {
    Delete::builder().table_name(table).set_key(Some(key_item(key)))
}

pub(crate) fn transact_put(put: PutBuilder) -> Result<TransactWriteItem> {
    Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
}

pub(crate) fn transact_delete(delete: DeleteBuilder) -> Result<TransactWriteItem> {
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build())
}

/// A request that the SDK would not build: a mistake of this crate.
pub(crate) fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Service("a request is incomplete".into(), Box::new(error))
}

fn units(consumed: Option<&ConsumedCapacity>) -> f64 {
    consumed.and_then(|consumed| consumed.capacity_units).unwrap_or_default()
}

impl Store {
    /// The item under `key`, as it is now.
    pub(crate) async fn get(&self, table: &str, key: &Key) -> Result<Option<Item>> {
        let get = self.client.get_item().table_name(table).set_key(Some(key_item(key))).consistent_read(true);
        Ok(retry::call(|| get.clone().send()).await?.item)
    }

    /// The items that there are among `keys`, as they are now. `attributes`: only these of each, and its key.
    pub(crate) async fn batch_get(
        &self,
        table: &str,
        mut keys: Vec<Key>,
        attributes: Option<&str>,
    ) -> Result<HashMap<Key, Item>> {
        // The database refuses a request that names a key twice.
        keys.sort_unstable();
        keys.dedup();
        let chunks: Vec<Vec<Key>> = keys.chunks(BATCH_GET_KEYS).map(<[Key]>::to_vec).collect();
        let found: Vec<Vec<Item>> = stream::iter(chunks)
            .map(|chunk| self.batch_get_chunk(table, chunk, attributes))
            .buffer_unordered(4)
            .try_collect()
            .await?;
        found.into_iter().flatten().map(|item| Ok((key_of(&item)?, item))).collect()
    }

    /// An answer ends at 16 MB and leaves the rest unprocessed; so does a busy partition.
    async fn batch_get_chunk(&self, table: &str, keys: Vec<Key>, attributes: Option<&str>) -> Result<Vec<Item>> {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(key_item).collect()))
            .consistent_read(true)
            .set_projection_expression(attributes.map(|names| format!("pk, sk, {names}")))
            .build()
            .map_err(incomplete)?;
        let mut wanted = Some(HashMap::from([(table.to_owned(), wanted)]));
        let mut backoff = Backoff::default();
        let mut found = Vec::with_capacity(keys.len());
        while let Some(request) = wanted.take() {
            let answer =
                retry::call(|| self.client.batch_get_item().set_request_items(Some(request.clone())).send()).await?;
            let items: Vec<Item> = answer.responses.into_iter().flatten().flat_map(|(_, items)| items).collect();
            let progress = !items.is_empty();
            found.extend(items);
            wanted = answer.unprocessed_keys.filter(|left| !left.is_empty());
            if wanted.is_some() && !progress {
                backoff.pause(|| StoreError::Throttled).await?;
            }
        }
        Ok(found)
    }

    /// Writes and deletes without conditions.
    pub(crate) async fn batch_write(&self, table: &str, requests: Vec<WriteRequest>) -> Result<()> {
        let mut requests = requests.into_iter();
        let chunks = iter::from_fn(|| {
            let chunk: Vec<WriteRequest> = requests.by_ref().take(BATCH_WRITE_ITEMS).collect();
            (!chunk.is_empty()).then_some(chunk)
        });
        stream::iter(chunks)
            .map(|chunk| async move {
                let mut left = HashMap::from([(table.to_owned(), chunk)]);
                let mut backoff = Backoff::default();
                loop {
                    let request = || self.client.batch_write_item().set_request_items(Some(left.clone())).send();
                    let answer = retry::call(request).await?;
                    left = answer.unprocessed_items.unwrap_or_default();
                    if left.is_empty() {
                        return Ok::<_, StoreError>(());
                    }
                    backoff.pause(|| StoreError::Throttled).await?;
                }
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect::<()>()
            .await
    }

    /// One page of a partition: at most 1 MB, and at most `limit` items.
    pub(crate) async fn query_page(
        &self,
        table: &str,
        pk: &str,
        sort: &Sort,
        consistent: bool,
        limit: Option<usize>,
        start: Option<Item>,
    ) -> Result<QueryPage> {
        let query = self
            .client
            .query()
            .table_name(table)
            .expression_attribute_values(":pk", text(pk))
            .consistent_read(consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX).max(1)))
            .set_exclusive_start_key(start);
        let query = match sort {
            Sort::All => query.key_condition_expression("pk = :pk"),
            Sort::Prefix(prefix) => query
                .key_condition_expression("pk = :pk AND begins_with(sk, :from)")
                .expression_attribute_values(":from", text(prefix)),
            Sort::Between(from, to) => query
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(to)),
        };
        let answer = retry::call(|| query.clone().send()).await?;
        Ok(QueryPage {
            read_units: units(answer.consumed_capacity.as_ref()),
            next: answer.last_evaluated_key.filter(|key| !key.is_empty()),
            items: answer.items.unwrap_or_default(),
        })
    }

    /// What `read` makes of each of a partition's items, in order, as they are now. No more than a page of the items
    /// themselves is in memory.
    pub(crate) async fn query_each<T>(
        &self,
        table: &str,
        pk: &str,
        sort: Sort,
        read: impl Fn(&Item) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.query_into(table, pk, &sort, |item| {
            all.push(read(item)?);
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Gives `each` a partition's items, in order, as they are now. No more than a page of them is in memory.
    pub(crate) async fn query_into(
        &self,
        table: &str,
        pk: &str,
        sort: &Sort,
        mut each: impl FnMut(&Item) -> Result<()>,
    ) -> Result<()> {
        let mut start = None;
        loop {
            let page = self.query_page(table, pk, sort, true, None, start).await?;
            page.items.iter().try_for_each(&mut each)?;
            start = page.next;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    /// A partition's items in order, as they are now.
    pub(crate) async fn query_all(&self, table: &str, pk: &str, sort: Sort) -> Result<Vec<Item>> {
        self.query_first(table, pk, sort, None).await
    }

    /// A partition's first `limit` items in order, as they are now.
    pub(crate) async fn query_first(
        &self,
        table: &str,
        pk: &str,
        sort: Sort,
        limit: Option<usize>,
    ) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let left = limit.map(|limit| limit.saturating_sub(items.len()));
            if left == Some(0) {
                return Ok(items);
            }
            let page = self.query_page(table, pk, &sort, true, left, start).await?;
            items.extend(page.items);
            if page.next.is_none() {
                return Ok(items);
            }
            start = page.next;
        }
    }

    /// Puts the item if the stored one's `rev` is `known`, or if there is none and `known` is `None`.
    /// `false`: somebody else wrote meanwhile.
    pub(crate) async fn put_after(&self, table: &str, item: Item, known: Option<u64>) -> Result<bool> {
        let put = self.client.put_item().table_name(table).set_item(Some(item));
        let put = match known {
            Some(rev) => put.condition_expression("rev = :rev").expression_attribute_values(":rev", number(rev)),
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        match retry::call(|| put.clone().send()).await {
            Ok(_) => Ok(true),
            Err(error) if retry::is_condition_failed(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// All of `writes` or none. `false`: a condition did not hold.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<bool> {
        let mut backoff = Backoff::default();
        loop {
            let request = self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let Err(error) = retry::call(|| request.clone().send()).await else { return Ok(true) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(error.into());
            };
            let codes: Vec<&str> =
                cancelled.cancellation_reasons().iter().filter_map(CancellationReason::code).collect();
            if codes.contains(&"ConditionalCheckFailed") {
                return Ok(false);
            }
            if codes.iter().any(|code| retry::is_throttling_code(code)) {
                backoff.pause(|| StoreError::Throttled).await?;
            } else if codes.contains(&"TransactionConflict") {
                backoff.pause(|| StoreError::Conflict("the items of a transaction".into())).await?;
            } else {
                return Err(error.into());
            }
        }
    }
}
