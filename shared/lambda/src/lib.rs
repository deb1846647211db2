//! The edge of every function: configuration, AWS clients, secrets, queues, batches and logs.

pub mod aws;
pub mod batch;
pub mod config;
mod presign;
pub mod queue;
pub mod secrets;
pub mod telemetry;
mod trust;

pub use config::{Env, MissingKeys};
pub use presign::Presigner;
pub use queue::{JobSender, QueueError};
pub use secrets::{LazySecret, SecretCache, SecretVersions};
