//! The API: teams and who may enter them, connections, sync runs, metrics and exports, as an axum router on API Gateway.
//!
//! `openapi.json` beside this folder is the document that the code describes itself with; a test holds it to the code,
//! and `UPDATE_OPENAPI=1 cargo test -p plumbline-api openapi` writes it anew.

mod access;
mod app;
mod audit;
mod connections;
mod cookies;
mod deletion;
mod edge;
mod erasure;
mod export;
mod exports;
mod guard;
mod health;
mod identities;
mod input;
mod keyring;
mod me;
mod members;
mod metrics;
mod my_surveys;
mod openapi;
mod outcome;
mod problem;
mod rule;
mod shapes;
mod sight;
mod sign_in;
mod surveys;
mod sync;
mod teams;
mod tokens;
mod trail;
mod users;

pub use app::{App, Ids};
pub use openapi::{document, routed};
pub use sign_in::SignIn;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, header},
    middleware,
    routing::get,
};
use problem::Problem;
use tower_http::catch_panic::CatchPanicLayer;

/// The largest body that is read.
const MOST_BYTES: usize = 1 << 20;

/// The document that describes the API.
const OPENAPI: &str = include_str!("../openapi.json");

/// All routes.
pub fn router(app: App) -> Router {
    openapi::routes()
        .route(openapi::DOCUMENT, get(async || ([(header::CONTENT_TYPE, "application/json")], OPENAPI)))
        .fallback(async || Problem::of_status(StatusCode::NOT_FOUND))
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), edge::finish))
        .with_state(app)
}
