//! The routes and their OpenAPI document, both from the same code.

use crate::{app::App, connections, export, health, identities, metrics, problem, surveys, sync, teams};
use axum::{Router, routing::MethodRouter};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder, Schema,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

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

/// The list of all operations, once: the routes of the router, and the paths of the document. The function itself only
/// has the former; it serves the document from the repository (`openapi.json`), which a test holds to the latter.
macro_rules! operations {
    ($($path:literal => { $($method:ident $($handler:ident)::+),+ }),+ $(,)?) => {
        /// The routes.
        pub(crate) fn routes() -> Router<App> {
            Router::new()$(.route($path, MethodRouter::new()$(.$method($($handler)::+))+))+
        }

        /// Method and path of every route.
        pub const ROUTES: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        #[derive(OpenApi)]
        #[openapi(
            info(
                title = "Plumbline",
                description = "How work flows through engineering teams: delivery metrics, exports, connections to vendors and their sync runs. \
                               Instants are RFC 3339 in UTC; days are counted in the team's time zone. Errors are RFC 9457 problem documents.",
            ),
            paths($($($($handler)::+),+),+),
            // Those that only a parameter or a default answer names are not found by themselves.
            components(schemas(problem::Document, export::Kind)),
            security(("token" = [])),
            modifiers(&Common),
        )]
        struct Operations;
    };
}

operations! {
    "/health" => { get health::health },
    "/api/health" => { get health::api_health },
    "/api/teams" => { get teams::list, post teams::create },
    "/api/teams/{team_id}" => { patch teams::change },
    "/api/teams/{team_id}/groups" => { get teams::groups },
    "/api/teams/{team_id}/repositories" => { get teams::repositories },
    "/api/teams/{team_id}/connections" => { get connections::list },
    "/api/teams/{team_id}/connections/{provider}" => {
        get connections::show, put connections::put, delete connections::remove
    },
    "/api/teams/{team_id}/connections/{provider}/test" => { post connections::trial::test },
    "/api/teams/{team_id}/connections/{provider}/start" => { get connections::consent::start },
    "/auth/connections/callback" => { get connections::consent::callback },
    "/api/sync" => { post sync::start, get sync::list },
    "/api/teams/{team_id}/identities" => { get identities::list, post identities::decide },
    "/api/teams/{team_id}/metrics/delivery" => { get metrics::show },
    "/api/teams/{team_id}/metrics/jira" => { get metrics::jira::show },
    "/api/teams/{team_id}/metrics/copilot" => { get metrics::copilot::show },
    "/api/teams/{team_id}/metrics/ai" => { get metrics::ai::show },
    "/api/teams/{team_id}/survey-settings" => { get surveys::show, put surveys::put },
    "/api/teams/{team_id}/export/{kind}" => { get export::show },
}

/// The document that describes the API, from the code.
pub fn document() -> Document {
    let mut document = Operations::openapi();
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
    document
}
