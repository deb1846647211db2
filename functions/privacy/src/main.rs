//! The privacy Lambda.

use aws_sdk_s3::config::timeout::TimeoutConfig;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, aws, queue::SqsQueue, telemetry};
use plumbline_privacy::{App, Bucket, handle};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queue, exports) = (env.tables(), env.required("QUEUE_PRIVACY"), env.required("BUCKET_EXPORTS"));
    env.finish(())?;
    let config = aws::sdk_config().await?;
    // A large file takes minutes to upload; the job's own lease and the function's end bound it.
    let patient = TimeoutConfig::builder().connect_timeout(Duration::from_secs(2)).disable_operation_timeout();
    let patient = patient.disable_operation_attempt_timeout().build();
    let s3 = aws_sdk_s3::config::Builder::from(&config).timeout_config(patient).build();
    let app = App {
        store: aws::store(&config, tables, |tables| &tables.state).await,
        queue: Box::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), queue)),
        files: Box::new(Bucket::new(aws_sdk_s3::Client::from_conf(s3), exports)),
        scratch: std::env::temp_dir(),
        clock: Clock::system(),
    };
    let app = &app;
    run(service_fn(async |event: LambdaEvent<_>| {
        let deadline = event.context.deadline();
        Ok::<_, Error>(handle(event.payload, app, deadline.try_into()?).await)
    }))
    .await
}
