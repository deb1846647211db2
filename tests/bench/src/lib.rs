//! Runs the functions' real binaries on this machine, each under a small Lambda Runtime API, with a DynamoDB in the
//! process and stand-ins for SQS and Secrets Manager that write down what they were asked.
//!
//! The benchmark measures with it, and the scenario tests that need a process to kill use it, too.

pub mod aws;
pub mod events;
pub mod function;
pub mod process;
pub mod runtime_api;
pub mod server;

pub use function::{Ended, Function, FunctionSpec, Invocation};
pub use process::Usage;
