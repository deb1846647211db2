//! AWS clients with timeouts, made during init.

use crate::trust;
use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use plumbline_store::{Store, Tables};
use std::time::Duration;

/// The SDK's configuration: credentials and region from the function's environment, every call bounded.
///
/// Three attempts of five seconds each fit into the shortest function timeout (10 s) only once; a call that hangs is
/// given up after eight seconds altogether, and the event source delivers again.
pub async fn sdk_config() -> anyhow::Result<SdkConfig> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(3));
    Ok(trust::configured(config)?.load().await)
}

/// The store, with its connection already open: the first TLS handshake costs more than the rest of init, and init is
/// the time in which a Lambda has a whole core. `asked` is a table that the function's role lets it query.
pub async fn store(config: &SdkConfig, tables: Tables, asked: fn(&Tables) -> &str) -> Store {
    let store = Store::new(aws_sdk_dynamodb::Client::new(config), tables.clone());
    store.warm(asked(&tables)).await;
    store
}
