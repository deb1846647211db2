//! The bucket of exports.

use anyhow::Context as _;
use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::{ByteStream, Length},
};
use std::{error::Error, fs::File, io::Seek as _};

/// How often an upload is begun before the attempt counts as failed.
const TRIES: u32 = 3;

/// Where files of exports are kept; a trait, so that tests can look at them.
#[async_trait]
pub trait Files: Send + Sync {
    /// Stores a file of so many bytes, from its beginning, in place of any of that key.
    async fn put(&self, key: &str, file: File, bytes: u64) -> anyhow::Result<()>;

    /// Removes a file, if it is there.
    async fn delete(&self, key: &str) -> anyhow::Result<()>;
}

/// A bucket in S3.
pub struct Bucket {
    s3: Client,
    name: String,
}

impl Bucket {
    /// The bucket of that name.
    pub fn new(s3: Client, name: String) -> Self {
        Self { s3, name }
    }

    async fn put_once(&self, key: &str, mut file: File, bytes: u64) -> anyhow::Result<()> {
        file.rewind()?;
        let body = ByteStream::read_from()
            .file(tokio::fs::File::from_std(file))
            .length(Length::Exact(bytes))
            .build()
            .await
            .context("reading the file of the export")?;
        let put = self.s3.put_object().bucket(&self.name).key(key).content_type("application/zip").body(body);
        put.send().await.map_err(|error| explained(&error))?;
        Ok(())
    }
}

#[async_trait]
impl Files for Bucket {
    async fn put(&self, key: &str, file: File, bytes: u64) -> anyhow::Result<()> {
        let mut tries = 1;
        // The SDK does not begin a stream again by itself.
        while let Err(error) = self.put_once(key, file.try_clone()?, bytes).await {
            if tries == TRIES {
                return Err(error.context("S3 did not take the file"));
            }
            tracing::warn!(error = format!("{error:#}"), "try {tries} of an upload failed");
            tries += 1;
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        let delete = self.s3.delete_object().bucket(&self.name).key(key);
        delete.send().await.map_err(|error| explained(&error)).context("S3 did not remove the file")?;
        Ok(())
    }
}

/// What S3 said, or why it said nothing: the error itself prints "service error" and no more, and all of it is a page long.
fn explained<E, R>(error: &SdkError<E, R>) -> anyhow::Error
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    if let Some(code) = error.code() {
        return anyhow::anyhow!("{code}: {}", error.message().unwrap_or("no message"));
    }
    let mut last: &dyn Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    anyhow::anyhow!("{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
    use std::io::Write as _;
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{method, path},
    };

    fn bucket(server: &MockServer) -> Bucket {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(server.uri())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .retry_config(RetryConfig::disabled())
            .build();
        Bucket::new(Client::from_conf(config), "exports".into())
    }

    #[tokio::test]
    async fn a_file_is_stored_whole_also_when_the_first_try_fails() {
        let server = MockServer::start().await;
        let put = || Mock::given(method("PUT")).and(path("/exports/t1/x1.zip"));
        put().respond_with(ResponseTemplate::new(503)).up_to_n_times(1).expect(1).mount(&server).await;
        put().respond_with(ResponseTemplate::new(200)).expect(1).mount(&server).await;
        let content = b"0123456789".repeat(20_000);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        bucket(&server).put("t1/x1.zip", file, 200_000).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let sent = &requests.last().unwrap().body;
        // In chunks, each with its length before it, and a checksum at the end.
        let sent = String::from_utf8_lossy(sent);
        let digits = sent.matches("0123456789").count();
        assert!(digits >= 19_990, "{digits}");
    }

    #[tokio::test]
    async fn a_bucket_that_refuses_is_told_with_its_words() {
        let server = MockServer::start().await;
        let words = "<Error><Code>AccessDenied</Code><Message>Not for you</Message></Error>";
        let refusal = ResponseTemplate::new(403).set_body_string(words);
        Mock::given(method("PUT")).respond_with(refusal).expect(3).mount(&server).await;
        Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).expect(1).mount(&server).await;
        let refused = bucket(&server).put("t1/x1.zip", tempfile::tempfile().unwrap(), 0).await.unwrap_err();
        assert_eq!(format!("{refused:#}"), "S3 did not take the file: AccessDenied: Not for you");
        bucket(&server).delete("t1/x1.zip").await.unwrap();
    }
}
