//! The Lambda function `publish-dashboard`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use plumbline_lambda::{Env, aws, telemetry};
use plumbline_publish_dashboard::{Publisher, files};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(&Env::process());
    let publisher = Publisher::new(aws_sdk_s3::Client::new(&aws::sdk_config().await?), files());
    let publisher = &publisher;
    let handle = |event: LambdaEvent<Value>| async move { publisher.handle(event.payload).await.map_err(Error::from) };
    lambda_runtime::run(service_fn(handle)).await
}
