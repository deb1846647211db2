//! The Lambda function `publish-dashboard`.

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use plumbline_publish_dashboard::{Publisher, files};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter("warn,plumbline=info").init();
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let publisher = Publisher::new(aws_sdk_s3::Client::new(&aws), files())?;
    let publisher = &publisher;
    let handle = |event: LambdaEvent<Value>| async move { publisher.handle(event.payload).await.map_err(Error::from) };
    lambda_runtime::run(service_fn(handle)).await
}
