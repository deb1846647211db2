//! The API Lambda.

use plumbline_api::{App, Ids, router};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsJobs, telemetry};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queues) = (env.tables(), env.sync_queues());
    let (admin_token, keyring) = (env.required("SECRET_ADMIN_TOKEN"), env.required("SECRET_KEYRING"));
    let (allowed_hosts, allow_http_loopback) = (env.allowed_hosts(), env.flag("ALLOW_HTTP_LOOPBACK"));
    env.finish(())?;
    let config = aws::sdk_config().await;
    let (clock, secrets) = (Clock::system(), aws_sdk_secretsmanager::Client::new(&config));
    let (store, admin_token, keyring) = tokio::join!(
        aws::store(&config, tables),
        SecretCache::load(secrets.clone(), admin_token, clock.clone()),
        SecretCache::load(secrets.clone(), keyring, clock.clone()),
    );
    let app = App {
        store,
        connectors: Arc::new(plumbline_connectors::all()?),
        jobs: Arc::new(SqsJobs::new(aws_sdk_sqs::Client::new(&config), queues)),
        admin_token: Arc::new(admin_token?),
        keyring: Arc::new(keyring?),
        clock,
        allowed_hosts: Arc::new(allowed_hosts),
        allow_http_loopback,
        ids: Ids::random(),
    };
    lambda_http::run(router(app)).await
}
