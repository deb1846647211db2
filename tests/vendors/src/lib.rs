//! Stateful HTTP simulators of the vendors that Plumbline reads, for tests, the demo and the benchmark.
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

pub mod calls;
pub mod demo;
pub mod faults;
pub mod github;
pub mod journal;
mod random;
pub mod truth;
