//! The github-webhook Lambda.

use lambda_http::{Error, run, service_fn};
use plumbline_domain::Clock;
use plumbline_github_webhook::{App, handle};
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsQueue, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (secret, events) = (env.required("SECRET_GITHUB_WEBHOOK"), env.required("QUEUE_GITHUB_EVENTS"));
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let app = App {
        secret: SecretCache::load(secrets, secret, Clock::system()).await?,
        events: Box::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), events)),
    };
    let app = &app;
    run(service_fn(async |request| Ok::<_, Error>(handle(request, app).await))).await
}
