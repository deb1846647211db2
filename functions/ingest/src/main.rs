//! The ingest Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_ingest::handle;
use plumbline_lambda::{Env, aws, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let tables = env.tables();
    env.finish(())?;
    let store = aws::store(&aws::sdk_config().await, tables).await;
    let store = &store;
    run(service_fn(async |event: LambdaEvent<_>| Ok::<_, Error>(handle(event.payload, store).await))).await
}
