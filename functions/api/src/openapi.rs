//! The routes and their OpenAPI document, both from the same code.

use crate::{app::App, connections, export, health, metrics, problem, sync, teams};
use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder, Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Plumbline",
        description = "How work flows through engineering teams: delivery metrics, exports, connections to vendors and their sync runs. \
                       Instants are RFC 3339 in UTC; days are counted in the team's time zone. Errors are RFC 9457 problem documents.",
    ),
    // Those that only a parameter or a default answer names are not found by themselves.
    components(schemas(problem::Document, export::Kind)),
    security(("token" = [])),
    modifiers(&Common),
)]
struct Base;

/// What every operation has.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let token =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The operator's token.")).build();
        // Otherwise it is one without a name, which no reader of the document accepts.
        document.info.license = None;
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// The routes, and the document that describes them.
pub(crate) fn routes() -> (Router<App>, Document) {
    let (router, mut document) = OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(health::health))
        .routes(routes!(health::api_health))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::change))
        .routes(routes!(teams::groups))
        .routes(routes!(teams::repositories))
        .routes(routes!(connections::list))
        .routes(routes!(connections::show, connections::put, connections::remove))
        .routes(routes!(sync::start, sync::list))
        .routes(routes!(metrics::show))
        .routes(routes!(export::show))
        .split_for_parts();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new()
                .description("A problem; its detail says what to do")
                .content("application/problem+json", content)
                .build();
            operation.responses.responses.insert("default".to_owned(), response.into());
        }
    }
    for schema in document.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        if let RefOr::T(Schema::Object(object)) = schema
            && object.additional_properties.is_none()
        {
            // An answer has all its fields, some of them null. What is sent to us (it refuses additional properties)
            // may leave fields out.
            object.required = object.properties.keys().cloned().collect();
        }
    }
    (router, document)
}
