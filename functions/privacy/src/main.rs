//! The privacy Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, aws, queue::SqsQueue, telemetry};
use plumbline_privacy::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queue) = (env.tables(), env.required("QUEUE_PRIVACY"));
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let app = App {
        store: aws::store(&config, tables, |tables| &tables.state).await,
        queue: Box::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), queue)),
        clock: Clock::system(),
    };
    let app = &app;
    run(service_fn(async |event: LambdaEvent<_>| {
        let deadline = event.context.deadline();
        Ok::<_, Error>(handle(event.payload, app, deadline.try_into()?).await)
    }))
    .await
}
