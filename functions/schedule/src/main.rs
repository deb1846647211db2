//! The schedule Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_domain::Clock;
use plumbline_lambda::{
    Env, aws,
    queue::{SqsJobs, SqsQueue},
    telemetry,
};
use plumbline_schedule::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queues) = (env.tables(), env.sync_queues());
    let (survey, notify) = (env.required("QUEUE_SURVEY"), env.required("QUEUE_NOTIFY"));
    let privacy = env.required("QUEUE_PRIVACY");
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let sqs = aws_sdk_sqs::Client::new(&config);
    let app = App {
        store: aws::store(&config, tables, |tables| &tables.state).await,
        jobs: Box::new(SqsJobs::new(sqs.clone(), queues)),
        survey: Box::new(SqsQueue::new(sqs.clone(), survey)),
        notify: Box::new(SqsQueue::new(sqs.clone(), notify)),
        privacy: Box::new(SqsQueue::new(sqs, privacy)),
        clock: Clock::system(),
    };
    let app = &app;
    run(service_fn(async |_: LambdaEvent<serde_json::Value>| Ok::<_, Error>(handle(app).await?))).await
}
