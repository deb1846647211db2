//! Deaths: a store whose writes end at a certain one.

use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef, retry::RetryConfig,
};
use aws_sdk_dynamodb::error::BoxError;
use plumbline_store::{Store, testing::TestStore};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Lets `n` writes pass and fails everything after them: what a kill at that moment leaves behind.
#[derive(Debug, Clone)]
pub(crate) struct Fuse {
    left: Arc<AtomicU64>,
    blown: Arc<AtomicBool>,
}

impl Fuse {
    const OFF: u64 = u64::MAX;
    fn off() -> Self {
        Self { left: Arc::new(AtomicU64::new(Self::OFF)), blown: Arc::default() }
    }
    pub(crate) fn set(&self, writes: u64) {
        self.left.store(writes, Ordering::SeqCst);
        self.blown.store(false, Ordering::SeqCst);
    }
    pub(crate) fn mend(&self) {
        self.set(Self::OFF);
    }
    /// How many writes it still lets pass.
    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::SeqCst)
    }
    /// Whether it failed a call since it was set.
    pub(crate) fn has_blown(&self) -> bool {
        self.blown.load(Ordering::SeqCst)
    }
}

impl Intercept for Fuse {
    fn name(&self) -> &'static str {
        "Fuse"
    }
    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let left = self.left();
        if left == Self::OFF {
            return Ok(());
        }
        if left == 0 {
            self.blown.store(true, Ordering::SeqCst);
            return Err("killed".into());
        }
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let writes = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
        if writes.iter().any(|write| target.ends_with(write)) {
            self.left.store(left - 1, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// A store over the same tables whose writes the fuse cuts off.
pub(crate) fn fused(db: &TestStore) -> (Store, Fuse) {
    let fuse = Fuse::off();
    // No retries: a call that a kill cut off is not made again by the killed.
    let config =
        db.client.config().to_builder().interceptor(fuse.clone()).retry_config(RetryConfig::disabled()).build();
    (Store::new(aws_sdk_dynamodb::Client::from_conf(config), db.tables.clone()), fuse)
}
