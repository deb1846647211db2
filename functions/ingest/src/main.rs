//! The ingest Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_ingest::{App, handle};
use plumbline_lambda::{Env, aws, queue::SqsQueue, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, survey) = (env.tables(), env.required("QUEUE_SURVEY"));
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let app = App {
        store: aws::store(&config, tables, |tables| &tables.accounts).await,
        survey: Box::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), survey)),
    };
    let app = &app;
    run(service_fn(async |event: LambdaEvent<_>| Ok::<_, Error>(handle(event.payload, app).await))).await
}
