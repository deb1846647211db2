//! The API in process: the real router over the real store code on an in-memory DynamoDB.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands; clippy only knows the functions marked as tests"
)]

mod access;
mod browser;
mod company;
mod connections;
mod consent;
mod erasure;
mod exports;
mod exports_commits;
mod exports_records;
mod facts;
mod gateway;
mod identities;
mod issuer;
mod keyring;
mod metrics;
mod metrics_ai;
mod metrics_copilot;
mod metrics_jira;
mod my_surveys;
mod openapi;
mod problems;
mod records;
mod roles;
mod sights;
mod sign_in;
mod surveys;
mod sync;
mod team_exports;
mod teams;
mod world;
