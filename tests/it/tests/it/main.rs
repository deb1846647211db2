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
mod contract;
mod erasure;
mod export_stage;
mod exports;
mod fuse;
mod kill;
mod limits;
mod long_jobs;
mod main_law;
mod outage;
mod queues;
mod slack;
mod survey;
mod survey_leaderboard;
mod survey_stage;
mod survey_trouble;
mod sync;
mod vendor;
mod wait;
mod webhook;
mod world;
