//! The rollup Lambda.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use plumbline_domain::Clock;
use plumbline_lambda::{Env, aws, telemetry};
use plumbline_rollup::{Call, handle};

/// What a rebuild keeps of its time: enough for one more step and the answer.
const RESERVE: SignedDuration = SignedDuration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::process();
    telemetry::init(&env);
    let tables = env.tables();
    env.finish(())?;
    let store = &aws::store(&aws::sdk_config().await?, tables, |tables| &tables.facts).await;
    let clock = &Clock::system();
    run(service_fn(async |event: LambdaEvent<Call>| {
        let deadline = Timestamp::from_millisecond(event.context.deadline.try_into()?)? - RESERVE;
        Ok::<_, Error>(handle(event.payload, store, clock, deadline).await?)
    }))
    .await
}
