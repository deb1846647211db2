//! The routes and their OpenAPI document, both from the same code.

use crate::{
    app::App, audit, connections, cookies, deletion, erasure, export, exports, health, identities, keyring, me,
    metrics, my_surveys, problem, rule::Rule, sign_in, surveys, sync, teams, tokens, users,
};
use axum::{Router, http::Method, routing::MethodRouter};
use plumbline_auth::Action;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder, Schema,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What every operation has.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The operator's token, or an API token of a team."))
            .build();
        let session = ApiKey::Cookie(ApiKeyValue::with_description(
            cookies::SESSION,
            "A session, from signing in. Changes have to come from Plumbline's own pages (`Origin`).",
        ));
        // Otherwise it is one without a name, which no reader of the document accepts.
        document.info.license = None;
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// The list of all operations, once, each with what it asks of its caller: the routes of the router, the rules of the
/// guard, and the paths of the document. The function itself only
/// has the former; it serves the document from the repository (`openapi.json`), which a test holds to the latter.
macro_rules! operations {
    ($($path:literal => { $($method:ident $($handler:ident)::+ [$rule:expr]),+ $(,)? }),+ $(,)?) => {
        /// The routes.
        pub(crate) fn routes() -> Router<App> {
            Router::new()$(.route($path, MethodRouter::new()$(.$method($($handler)::+))+))+
        }

        /// Method, path and rule of every route.
        const RULES: &[(&str, &str, Rule)] = &[$($((stringify!($method), $path, $rule)),+),+];

        #[derive(OpenApi)]
        #[openapi(
            info(
                title = "Plumbline",
                description = "How work flows through engineering teams: delivery metrics, exports, connections to vendors and their sync runs. \
                               Instants are RFC 3339 in UTC; days are counted in the team's time zone. Errors are RFC 9457 problem documents.",
            ),
            paths($($($($handler)::+),+),+),
            // Those that only a parameter or a default answer names are not found by themselves.
            components(schemas(problem::Document, plumbline_export::Kind)),
            security(("token" = []), ("session" = [])),
            modifiers(&Common),
        )]
        struct Operations;
    };
}

operations! {
    "/health" => { get health::health [Rule::Open] },
    "/api/health" => { get health::api_health [Rule::Open] },
    "/auth/issuers" => { get sign_in::ways [Rule::Open] },
    "/auth/sign-in/{issuer}" => { get sign_in::begin [Rule::Open] },
    "/auth/callback/{issuer}" => { get sign_in::callback [Rule::Open] },
    "/auth/connections/callback" => { get connections::consent::callback [Rule::Open] },
    "/auth/sign-out" => { post me::sign_out [Rule::Somebody] },
    "/api/me" => { get me::show [Rule::Somebody] },
    "/api/teams" => {
        get teams::list [Rule::Somebody],
        post teams::create [Rule::Anywhere(Action::ManageInstallation)],
    },
    "/api/keyring/reseal" => { post keyring::reseal [Rule::Anywhere(Action::ManageInstallation)] },
    "/api/teams/{team_id}" => {
        patch teams::change [Rule::team(Action::Configure)],
        delete deletion::delete_team [Rule::sensitive(Action::Erase)],
    },
    "/api/teams/{team_id}/groups" => { get teams::groups [Rule::team(Action::SeeTeam)] },
    "/api/teams/{team_id}/repositories" => { get teams::repositories [Rule::team(Action::SeeTeam)] },
    "/api/teams/{team_id}/members/me" => {
        get me::membership [Rule::team(Action::OwnAffairs)],
        patch me::change [Rule::team(Action::OwnAffairs)],
    },
    "/api/teams/{team_id}/members/me/erasure" => {
        get erasure::mine [Rule::team(Action::OwnAffairs)],
        post erasure::ask [Rule::sensitive(Action::OwnAffairs)],
        delete erasure::take_mine_back [Rule::team(Action::OwnAffairs)],
    },
    "/api/teams/{team_id}/erasure" => {
        get erasure::list [Rule::team(Action::Erase)],
        post erasure::begin [Rule::sensitive(Action::Erase)],
    },
    "/api/teams/{team_id}/erasure/{erasure_id}" => {
        get erasure::show [Rule::team(Action::Erase)],
        delete erasure::cancel [Rule::team(Action::Erase)],
    },
    "/api/teams/{team_id}/erasure/{erasure_id}/confirm" => { post erasure::confirm [Rule::sensitive(Action::Erase)] },
    "/api/teams/{team_id}/users" => { get users::list [Rule::team(Action::ManageUsers)] },
    "/api/teams/{team_id}/users/{user_id}" => {
        patch users::change [Rule::sensitive(Action::ManageUsers)],
        delete users::remove [Rule::sensitive(Action::ManageUsers)],
    },
    "/api/teams/{team_id}/invitations" => { post users::invite [Rule::sensitive(Action::ManageUsers)] },
    "/api/teams/{team_id}/invitations/{invitation_id}" => {
        delete users::withdraw [Rule::team(Action::ManageUsers)],
    },
    "/api/teams/{team_id}/tokens" => {
        get tokens::list [Rule::team(Action::ManageTokens)],
        post tokens::make [Rule::sensitive(Action::ManageTokens)],
    },
    "/api/teams/{team_id}/tokens/{token_id}" => { delete tokens::revoke [Rule::team(Action::ManageTokens)] },
    "/api/teams/{team_id}/tokens/{token_id}/rotate" => { post tokens::rotate [Rule::sensitive(Action::ManageTokens)] },
    "/api/teams/{team_id}/audit" => { get audit::show [Rule::team(Action::ReadAudit)] },
    "/api/teams/{team_id}/connections" => { get connections::list [Rule::team(Action::Configure)] },
    "/api/teams/{team_id}/connections/{provider}" => {
        get connections::show [Rule::team(Action::Configure)],
        put connections::put [Rule::team(Action::Configure)],
        delete connections::remove [Rule::sensitive(Action::Configure)],
    },
    "/api/teams/{team_id}/connections/{provider}/test" => {
        post connections::trial::test [Rule::team(Action::Configure)],
    },
    "/api/teams/{team_id}/connections/{provider}/start" => {
        get connections::consent::start [Rule::team(Action::Configure)],
    },
    "/api/sync" => {
        post sync::start [Rule::Anywhere(Action::Sync)],
        get sync::list [Rule::team(Action::SeeTeam)],
    },
    "/api/teams/{team_id}/identities" => {
        get identities::list [Rule::team(Action::Configure)],
        post identities::decide [Rule::team(Action::Configure)],
    },
    "/api/teams/{team_id}/metrics/delivery" => { get metrics::show [Rule::team(Action::SeeTeam)] },
    "/api/teams/{team_id}/metrics/jira" => { get metrics::jira::show [Rule::team(Action::SeeTeam)] },
    "/api/teams/{team_id}/metrics/copilot" => { get metrics::copilot::show [Rule::team(Action::SeeTeam)] },
    "/api/teams/{team_id}/metrics/ai" => { get metrics::ai::show [Rule::team(Action::SeeTeam)] },
    "/api/teams/{team_id}/survey-settings" => {
        get surveys::show [Rule::team(Action::SeeTeam)],
        put surveys::put [Rule::team(Action::Configure)],
    },
    "/api/teams/{team_id}/surveys" => {
        get my_surveys::list [Rule::team(Action::OwnAffairs)],
        post my_surveys::answer [Rule::team(Action::OwnAffairs)],
    },
    "/api/teams/{team_id}/exports" => {
        get exports::list [Rule::team(Action::Export)],
        post exports::ask [Rule::team(Action::Export)],
    },
    "/api/teams/{team_id}/exports/{export_id}" => {
        get exports::show [Rule::team(Action::Export)],
        delete exports::remove [Rule::team(Action::Export)],
    },
    "/api/teams/{team_id}/exports/{export_id}/file" => { get exports::file [Rule::team(Action::Export)] },
    "/api/teams/{team_id}/export/{kind}" => { get export::show [Rule::team(Action::SeePeople)] },
}

/// Where the document that describes the API is served.
pub(crate) const DOCUMENT: &str = "/api/openapi.json";

/// Method and path of every route.
pub fn routed() -> impl Iterator<Item = (&'static str, &'static str)> {
    RULES.iter().map(|(method, path, _)| (*method, *path))
}

/// What a route asks of its caller; `None`: there is no such route, or it has no such method.
pub(crate) fn rule_of(method: &Method, path: &str) -> Option<Rule> {
    if path == DOCUMENT {
        return Some(Rule::Open);
    }
    let method = if *method == Method::HEAD { Method::GET } else { method.clone() };
    let found = RULES.iter().find(|(known, at, _)| *at == path && known.eq_ignore_ascii_case(method.as_str()));
    found.map(|(_, _, rule)| *rule)
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
