//! The connector Lambda: one binary; one function, queue and role per vendor.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_connections::Connections;
use plumbline_connector::{App, handle};
use plumbline_connectors::AllowedHosts;
use plumbline_domain::Clock;
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsJobs, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queues) = (env.tables(), env.sync_queues());
    let (keyring, apps) = (env.required("SECRET_KEYRING"), env.required("SECRET_VENDOR_APPS"));
    let allowed_hosts = AllowedHosts { names: env.allowed_hosts(), http_loopback: env.flag("ALLOW_HTTP_LOOPBACK") };
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let (clock, secrets) = (Clock::system(), aws_sdk_secretsmanager::Client::new(&config));
    let (store, keyring, apps) = tokio::join!(
        aws::store(&config, tables, |tables| &tables.state),
        SecretCache::load_current(secrets.clone(), keyring, clock.clone()),
        SecretCache::load_current(secrets.clone(), apps, clock.clone()),
    );
    let app = App {
        store: store.clone(),
        connectors: plumbline_connectors::all(),
        jobs: Box::new(SqsJobs::new(aws_sdk_sqs::Client::new(&config), queues)),
        connections: Connections { store, keyring: keyring?, apps: apps?, allowed_hosts },
        clock,
    };
    let app = &app;
    run(service_fn(async |event: LambdaEvent<_>| {
        let deadline = event.context.deadline();
        Ok::<_, Error>(handle(event.payload, app, deadline.try_into()?).await)
    }))
    .await
}
