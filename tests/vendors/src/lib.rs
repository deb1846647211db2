//! Stateful HTTP simulators of the vendors that Plumbline reads, and of an issuer that its people sign in with, for tests,
//! the demo and the benchmark.
//!
//! One mutable state drives each of them: a test reads as a story (`merge`, `review`, `rename_repository`) and asks
//! the product afterwards. Everything is served on 127.0.0.1.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::string_slice,
    reason = "a simulator fails loudly: a wrong step of a story is a mistake of the test"
)]
// The JSON of a pull request is one long literal.
#![recursion_limit = "256"]

pub mod atlassian;
pub mod calls;
pub mod credentials;
pub mod demo;
mod digest;
pub mod faults;
pub mod fleet;
pub mod github;
pub mod issuer;
pub mod jfrog;
pub mod journal;
pub mod ports;
mod random;
pub mod service;
pub mod slack;
pub mod trello;
pub mod truth;
