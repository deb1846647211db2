//! The one place that deals with a database that is too busy: refused calls, keys it did not get to, writers in the way.
//!
//! The SDK tries each call three times by itself, with pauses of up to three seconds; the rounds here come on top of
//! that, so a refused call gets two more: it gives up within about ten seconds, and the queue brings its message back
//! later. What the SDK does not try again (unprocessed keys, a writer in the way) gets more.

use crate::{Result, StoreError};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

const ROUNDS: u32 = 8;
const ROUNDS_OF_A_CALL: u32 = 2;
const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(1);

/// What the database answers when it has too much to do, or a transaction is at the item just now.
const THROTTLING: [&str; 5] = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingError",
    "TransactionConflictException",
];

pub(crate) fn is_throttling(error: &impl ProvideErrorMetadata) -> bool {
    error.code().is_some_and(is_throttling_code)
}

/// Also for the reasons of a cancelled transaction, which go without `Exception`.
pub(crate) fn is_throttling_code(code: &str) -> bool {
    THROTTLING.contains(&code) || code == "ProvisionedThroughputExceeded"
}

/// Whether the call's condition did not hold.
pub(crate) fn is_condition_failed(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

/// Pauses between the rounds of one operation: twice as long each time, by chance up to half shorter, so that those
/// who were refused together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff {
    round: u32,
    rounds: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { round: 0, rounds: ROUNDS }
    }
}

impl Backoff {
    /// Waits before the next round; `enough` is the answer when there were enough of them.
    pub(crate) async fn pause(&mut self, enough: impl FnOnce() -> StoreError) -> Result<()> {
        if self.round >= self.rounds {
            return Err(enough());
        }
        tokio::time::sleep(pause(self.round, RandomState::new().hash_one(self.round))).await;
        self.round += 1;
        Ok(())
    }
}

/// Between half and all of the round's length.
fn pause(round: u32, chance: u64) -> Duration {
    let whole = FIRST.saturating_mul(2_u32.saturating_pow(round)).min(LONGEST);
    let half = whole / 2;
    let spread = u64::try_from(half.as_micros()).unwrap_or(u64::MAX).max(1);
    half + Duration::from_micros(chance % spread)
}

/// Makes a call, again after a pause while the database refuses for load.
pub(crate) async fn call<T, E, F>(mut send: impl FnMut() -> F) -> Result<T, SdkError<E>>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    E: ProvideErrorMetadata,
{
    let mut backoff = Backoff { round: 0, rounds: ROUNDS_OF_A_CALL };
    loop {
        match send().await {
            Err(error) if is_throttling(&error) => {
                if backoff.pause(|| StoreError::Throttled).await.is_err() {
                    return Err(error);
                }
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
