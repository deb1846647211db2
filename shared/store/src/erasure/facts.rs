//! Facts, and the rows of pull requests.

use super::Sweep;
use crate::{
    Result, StoreError,
    documents::Document,
    facts::document_item,
    keys, retry,
    retry::Backoff,
    row_codec,
    table::{self, Item},
};
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use plumbline_domain::{Erase as _, Fact};
use std::collections::BTreeMap;

impl Sweep<'_> {
    pub(super) async fn fact(&self, mut item: Item) -> Result<Option<&'static str>> {
        let facts = &self.store.tables.facts;
        let key = table::key_of(&item)?;
        let mut backoff = Backoff::default();
        loop {
            let Some(stored) = Document::of_item(self.team, &item)? else { return Ok(None) };
            let kind = stored.document.kind();
            let fact = Fact::from(stored.document);
            let mut clean = fact.clone();
            clean.erase(self.erased);
            if clean == fact {
                return Ok(None);
            }
            if self.dry {
                return Ok(Some(kind));
            }
            let clean = Document::from(clean);
            let place = clean.key(self.team);
            let done = if place == key {
                let body = clean.body().map_err(|error| table::corrupt(&item, error))?;
                let new = document_item(&key, body, stored.rev + 1, &stored.pages);
                self.store.put_after(facts, new, Some(stored.rev)).await?
            } else {
                // The pseudonym may have been told of already.
                let known = self.store.get(facts, &place).await?;
                self.store.save_document(place, clean, &BTreeMap::new(), known).await?;
                self.delete_after(&key, stored.rev).await?
            };
            if done {
                return Ok(Some(kind));
            }
            backoff.pause(|| StoreError::Conflict(key.to_string())).await?;
            let Some(present) = self.store.get(facts, &key).await? else { return Ok(Some(kind)) };
            item = present;
        }
    }

    /// Removes a fact if its revision is `rev`. `false`: somebody wrote it meanwhile.
    async fn delete_after(&self, key: &keys::Key, rev: u64) -> Result<bool> {
        let delete = table::delete(&self.store.tables.facts, key)
            .condition_expression("rev = :rev")
            .expression_attribute_values(":rev", table::number(rev));
        self.store.transact(vec![table::transact_delete(delete)?]).await
    }

    /// The row of a pull request: the stream will compute it anew from the document, but nobody has to wait for that.
    pub(super) async fn row(&self, item: &Item) -> Result<Option<&'static str>> {
        let key = table::key_of(item)?;
        if !keys::is_flow_partition(self.team, &key.pk) {
            return Ok(None);
        }
        let data = item.get("d").and_then(|value| value.as_b().ok());
        let data = data.ok_or_else(|| table::corrupt(item, "no binary `d`"))?;
        let row = row_codec::decode(&key.sk, data.as_ref()).map_err(|reason| table::corrupt(item, reason))?;
        let mut clean = row.clone();
        clean.erase(self.erased);
        if clean == row {
            return Ok(None);
        }
        if !self.dry {
            let rev = table::number_of(item, "r")?;
            let data = AttributeValue::B(Blob::new(row_codec::encode(&clean)?));
            let new = table::item(&key, [("d", data), ("r", table::number(rev))]);
            let put = self.store.client.put_item().table_name(&self.store.tables.rollups).set_item(Some(new));
            let put = put.condition_expression("r = :r").expression_attribute_values(":r", table::number(rev));
            match retry::call(|| put.clone().send()).await {
                Ok(_) => {}
                // Computed anew just now; the next sweep looks at that one.
                Err(error) if retry::is_condition_failed(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some("rows of pull requests"))
    }
}
