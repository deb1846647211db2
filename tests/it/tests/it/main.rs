//! Scenarios: the functions, the store and a simulated GitHub in one process, with a clock that the test moves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail loudly"
)]

mod bad_input;
mod budget;
mod kill;
mod main_law;
mod sync;
mod webhook;
mod world;
