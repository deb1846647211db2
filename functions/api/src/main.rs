//! The API Lambda.

use plumbline_api::{App, Ids, router};
use plumbline_connectors::AllowedHosts;
use plumbline_domain::Clock;
use plumbline_lambda::{Env, SecretCache, aws, queue::SqsJobs, telemetry};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queues) = (env.tables(), env.sync_queues());
    let (admin_token, keyring) = (env.required("SECRET_ADMIN_TOKEN"), env.required("SECRET_KEYRING"));
    let apps = env.required("SECRET_VENDOR_APPS");
    let allowed_hosts = AllowedHosts { names: env.allowed_hosts(), http_loopback: env.flag("ALLOW_HTTP_LOOPBACK") };
    let public_url = env.optional("PUBLIC_URL").map(|url| url.parse()).transpose()?;
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let (clock, secrets) = (Clock::system(), aws_sdk_secretsmanager::Client::new(&config));
    let (store, admin_token, keyring, apps) = tokio::join!(
        aws::store(&config, tables, |tables| &tables.accounts),
        SecretCache::load(secrets.clone(), admin_token, clock.clone()),
        SecretCache::load(secrets.clone(), keyring, clock.clone()),
        SecretCache::load(secrets.clone(), apps, clock.clone()),
    );
    let app = App {
        store,
        connectors: Arc::new(plumbline_connectors::all()),
        jobs: Arc::new(SqsJobs::new(aws_sdk_sqs::Client::new(&config), queues)),
        admin_token: Arc::new(admin_token?),
        keyring: Arc::new(keyring?),
        apps: Arc::new(apps?),
        clock,
        allowed_hosts: Arc::new(allowed_hosts),
        public_url: Arc::new(public_url),
        ids: Ids::random(),
    };
    lambda_http::run(router(app)).await
}
