//! Whether the API answers.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The API answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Plumbline's version.
    version: &'static str,
}

/// Whether the API answers
#[utoipa::path(
    get, path = "/api/health", operation_id = "getApiHealth", tag = "service", security(()),
    responses((status = 200, description = "It does", body = Health)),
)]
pub(crate) async fn api_health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Whether the API answers, at the address that load balancers ask
#[utoipa::path(
    get, path = "/health", operation_id = "getHealth", tag = "service", security(()),
    responses((status = 200, description = "It does", body = Health)),
)]
pub(crate) async fn health() -> Json<Health> {
    api_health().await
}
