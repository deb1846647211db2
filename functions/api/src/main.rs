//! The API Lambda.

use plumbline_api::{App, Ids, SignIn, router};
use plumbline_connectors::AllowedHosts;
use plumbline_domain::Clock;
use plumbline_lambda::{
    Env, LazySecret, Presigner, aws,
    queue::{SqsJobs, SqsQueue},
    telemetry,
};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let (tables, queues) = (env.tables(), env.sync_queues());
    let (surveys, privacy) = (env.required("QUEUE_SURVEY"), env.required("QUEUE_PRIVACY"));
    let (exports, s3) = (env.required("BUCKET_EXPORTS"), env.optional("AWS_ENDPOINT_URL_S3"));
    let (admin_token, keyring) = (env.required("SECRET_ADMIN_TOKEN"), env.required("SECRET_KEYRING"));
    let (apps, sign_in) = (env.required("SECRET_VENDOR_APPS"), env.required("SECRET_SIGN_IN"));
    let allowed_hosts = AllowedHosts { names: env.allowed_hosts(), http_loopback: env.flag("ALLOW_HTTP_LOOPBACK") };
    let public_url = env.optional("PUBLIC_URL").map(|url| url.parse()).transpose()?;
    env.finish(())?;
    let config = aws::sdk_config().await?;
    let (clock, secrets) = (Clock::system(), aws_sdk_secretsmanager::Client::new(&config));
    let sqs = aws_sdk_sqs::Client::new(&config);
    let secret = |name| LazySecret::new(secrets.clone(), name, clock.clone());
    // Secrets come when they are needed: most requests need none of them.
    let app = App {
        store: aws::store(&config, tables, |tables| &tables.accounts).await,
        vendors: Arc::new(plumbline_connectors::vendors()),
        jobs: Arc::new(SqsJobs::new(sqs.clone(), queues)),
        surveys: Arc::new(SqsQueue::new(sqs.clone(), surveys)),
        privacy: Arc::new(SqsQueue::new(sqs, privacy)),
        downloads: Arc::new(Presigner::new(&config, &exports, s3.as_deref().or(config.endpoint_url()))?),
        admin_token: Arc::new(LazySecret::with_previous(secrets.clone(), admin_token, clock.clone())),
        keyring: Arc::new(secret(keyring)),
        apps: Arc::new(secret(apps)),
        sign_in: Arc::new(SignIn::new(secret(sign_in))),
        clock: clock.clone(),
        allowed_hosts: Arc::new(allowed_hosts),
        public_url: Arc::new(public_url),
        ids: Ids::random(),
    };
    lambda_http::run(router(app)).await
}
