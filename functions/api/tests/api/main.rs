//! The API in process: the real router over the real store code on an in-memory DynamoDB.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands; clippy only knows the functions marked as tests"
)]

mod access;
mod connections;
mod exports;
mod exports_commits;
mod facts;
mod gateway;
mod metrics;
mod openapi;
mod problems;
mod sync;
mod teams;
mod world;
