//! The notify Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_connections::Connections;
use plumbline_connectors::{AllowedHosts, http::LazyClient, slack::Slack};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsQueue, telemetry};
use plumbline_notify::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queue) = (env.tables(), env.required("QUEUE_NOTIFY"));
    let (keyring, apps) = (env.required("SECRET_KEYRING"), env.required("SECRET_VENDOR_APPS"));
    let allowed_hosts = AllowedHosts { names: env.allowed_hosts(), http_loopback: env.flag("ALLOW_HTTP_LOOPBACK") };
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let (clock, secrets) = (Clock::system(), aws_sdk_secretsmanager::Client::new(&config));
    let (store, keyring, apps) = tokio::join!(
        aws::store(&config, tables, |tables| &tables.surveys),
        SecretCache::load_current(secrets.clone(), keyring, clock.clone()),
        SecretCache::load_current(secrets.clone(), apps, clock.clone()),
    );
    let client = LazyClient::for_messages();
    let app = App {
        connections: Connections { store: store.clone(), keyring: keyring?, apps: apps?, allowed_hosts },
        store,
        slack: Slack::new(client.clone()),
        client,
        queue: Box::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), queue)),
        clock,
    };
    let app = &app;
    run(service_fn(async |event: LambdaEvent<_>| Ok::<_, Error>(handle(event.payload, app).await))).await
}
