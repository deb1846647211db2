//! HTTP policy.
