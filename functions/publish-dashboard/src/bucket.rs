//! The dashboard's bucket.

use crate::File;
use anyhow::Context as _;
use aws_sdk_s3::{
    Client, error::DisplayErrorContext, operation::list_objects_v2::ListObjectsV2Error, primitives::ByteStream,
};
use std::collections::BTreeMap;

/// What a publication did, in files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// New or possibly changed.
    pub uploaded: usize,
    /// Already there under a name that stands for its content.
    pub kept: usize,
    /// Of an older version.
    pub removed: usize,
}

/// One bucket.
pub struct Bucket<'a> {
    s3: &'a Client,
    name: &'a str,
}

impl<'a> Bucket<'a> {
    /// The bucket of that name.
    pub fn new(s3: &'a Client, name: &'a str) -> Self {
        Self { s3, name }
    }

    /// Makes the bucket's content these files, in their order; what else is in it goes afterwards.
    pub async fn publish(&self, files: &[File]) -> anyhow::Result<Published> {
        let mut present = self.list().await?.unwrap_or_default();
        let mut done = Published::default();
        for file in files {
            let size = present.remove(&file.key);
            if file.is_immutable() && size == i64::try_from(file.bytes.len()).ok() {
                done.kept += 1;
                continue;
            }
            self.upload(file).await?;
            done.uploaded += 1;
        }
        for key in present.keys() {
            self.remove(key).await?;
            done.removed += 1;
        }
        Ok(done)
    }

    /// Removes everything, as a bucket must be empty before it can be deleted. A bucket that is gone is empty.
    pub async fn empty(&self) -> anyhow::Result<usize> {
        let present = self.list().await?.unwrap_or_default();
        for key in present.keys() {
            self.remove(key).await?;
        }
        Ok(present.len())
    }

    /// Keys with their sizes in bytes; none when there is no such bucket.
    async fn list(&self) -> anyhow::Result<Option<BTreeMap<String, i64>>> {
        let mut present = BTreeMap::new();
        let mut pages = self.s3.list_objects_v2().bucket(self.name).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if error.as_service_error().is_some_and(ListObjectsV2Error::is_no_such_bucket) => {
                    return Ok(None);
                }
                Err(error) => return Err(explained(&error)).context("listing the dashboard's bucket"),
            };
            for object in page.contents() {
                if let Some(key) = object.key() {
                    present.insert(key.to_owned(), object.size().unwrap_or(-1));
                }
            }
        }
        Ok(Some(present))
    }

    async fn upload(&self, file: &File) -> anyhow::Result<()> {
        self.s3
            .put_object()
            .bucket(self.name)
            .key(&file.key)
            .content_type(&file.content_type)
            .cache_control(file.cache_control())
            .body(ByteStream::from(file.bytes.to_vec()))
            .send()
            .await
            .map_err(|error| explained(&error))
            .with_context(|| format!("uploading {}", file.key))?;
        Ok(())
    }

    async fn remove(&self, key: &str) -> anyhow::Result<()> {
        self.s3
            .delete_object()
            .bucket(self.name)
            .key(key)
            .send()
            .await
            .map_err(|error| explained(&error))
            .with_context(|| format!("removing {key}"))?;
        Ok(())
    }
}

/// The SDK's errors say only "service error" unless they are asked for their whole chain.
fn explained(error: &impl std::error::Error) -> anyhow::Error {
    anyhow::anyhow!("{}", DisplayErrorContext(error))
}
