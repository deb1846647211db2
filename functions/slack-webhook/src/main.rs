//! The slack-webhook Lambda.

use lambda_http::{Error, run, service_fn};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsQueue, telemetry};
use plumbline_slack_webhook::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (secret, survey) = (env.required("SECRET_SLACK_SIGNING"), env.required("QUEUE_SURVEY"));
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let app = App {
        secret: SecretCache::load(secrets, secret, Clock::system()).await?,
        survey: Box::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), survey)),
        clock: Clock::system(),
    };
    let app = &app;
    run(service_fn(async |request| Ok::<_, Error>(handle(request, app).await))).await
}
