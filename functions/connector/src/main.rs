//! The connector Lambda: one binary; one function, queue and role per vendor.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_connector::{App, handle};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsJobs, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queues) = (env.tables(), env.sync_queues());
    let keyring = env.required("SECRET_KEYRING");
    let (allowed_hosts, allow_http_loopback) = (env.allowed_hosts(), env.flag("ALLOW_HTTP_LOOPBACK"));
    env.finish(())?;
    let config = aws::sdk_config().await;
    let clock = Clock::system();
    let app = App {
        store: aws::store(&config, tables).await,
        connectors: plumbline_connectors::all()?,
        jobs: Box::new(SqsJobs::new(aws_sdk_sqs::Client::new(&config), queues)),
        keyring: SecretCache::load(aws_sdk_secretsmanager::Client::new(&config), keyring, clock.clone()).await?,
        allowed_hosts,
        allow_http_loopback,
        clock,
    };
    let app = &app;
    run(service_fn(async |event: LambdaEvent<_>| {
        let deadline = event.context.deadline();
        Ok::<_, Error>(handle(event.payload, app, deadline.try_into()?).await)
    }))
    .await
}
