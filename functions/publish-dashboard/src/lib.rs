//! Publishes the dashboard that this function carries: a CloudFormation custom resource, so that `sam deploy` alone is
//! the whole deployment. It runs again whenever the function has a new version.

mod bucket;
mod dist;

pub use bucket::{Bucket, Published};
pub use dist::{File, files};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// What CloudFormation sends (AWS CloudFormation User Guide, "Custom resource request objects").
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    request_type: RequestType,
    resource_properties: Properties,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
enum RequestType {
    Create,
    Update,
    Delete,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    bucket: String,
}

/// The clients the function needs.
pub struct Publisher {
    s3: aws_sdk_s3::Client,
    files: Vec<File>,
}

impl Publisher {
    /// A publisher of these files.
    pub fn new(s3: aws_sdk_s3::Client, files: Vec<File>) -> Self {
        Self { s3, files }
    }

    /// Carries out one event, and answers CloudFormation whatever happened: without an answer the stack would hang
    /// until its time limit.
    pub async fn handle(&self, event: Value) -> anyhow::Result<()> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let outcome = self.carry_out(&event).await;
        let (status, reason) = match &outcome {
            Ok(what) => {
                tracing::info!(done = what, "dashboard resource");
                ("SUCCESS", String::new())
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "dashboard resource");
                ("FAILED", format!("{error:#}").chars().take(1000).collect())
            }
        };
        let answer = json!({
            "Status": status,
            "Reason": reason,
            "PhysicalResourceId": physical_id(&event),
            "StackId": text("StackId"),
            "RequestId": text("RequestId"),
            "LogicalResourceId": text("LogicalResourceId"),
        });
        self.answer(&text("ResponseURL"), &answer).await
    }

    async fn carry_out(&self, event: &Value) -> anyhow::Result<String> {
        let request: Request = serde_json::from_value(event.clone()).context("not a custom resource event")?;
        let bucket = Bucket::new(&self.s3, &request.resource_properties.bucket);
        if request.request_type == RequestType::Delete {
            return Ok(format!("removed {} files", bucket.empty().await?));
        }
        if !self.files.iter().any(|file| file.key == "index.html") {
            bail!(
                "the dashboard was not built: run `npm --prefix dashboard ci && npm --prefix dashboard run build` \
                 before `sam build`"
            );
        }
        let Published { uploaded, kept, removed } = bucket.publish(&self.files).await?;
        Ok(format!("uploaded {uploaded}, kept {kept}, removed {removed} files"))
    }

    /// Puts the answer to the presigned address, which must be given no content type.
    async fn answer(&self, url: &str, answer: &Value) -> anyhow::Result<()> {
        // Made here and not before: it reads the system's certificates.
        let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        let mut attempt = 1;
        loop {
            let sent = http.put(url).body(answer.to_string()).send().await;
            match sent.and_then(reqwest::Response::error_for_status) {
                Ok(_) => return Ok(()),
                Err(error) if attempt >= 3 => return Err(error).context("answering CloudFormation"),
                Err(_) => attempt += 1,
            }
        }
    }
}

/// The resource is the bucket's content: for another bucket CloudFormation makes a new one and deletes the old.
fn physical_id(event: &Value) -> String {
    if event.get("RequestType").and_then(Value::as_str) == Some("Delete")
        && let Some(given) = event.get("PhysicalResourceId").and_then(Value::as_str)
    {
        return given.to_owned();
    }
    let bucket = event.pointer("/ResourceProperties/Bucket").and_then(Value::as_str).unwrap_or("unknown");
    format!("dashboard:{bucket}")
}

#[cfg(test)]
mod tests;
