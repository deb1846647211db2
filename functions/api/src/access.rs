//! Who asks, and about which team.
//!
//! Every route but `/health` and the OpenAPI document takes one of these two extractors as its first argument; the
//! store is reached through them. A test walks over every route of the OpenAPI document.

use crate::{app::App, problem::Problem};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{header, request::Parts},
};
use jiff::tz::TimeZone;
use plumbline_auth::{Access, Denied};
use plumbline_domain::TeamId;
use plumbline_store::Team;

/// Somebody with the operator's token.
pub(crate) struct Operator {
    /// What the route works with.
    pub(crate) app: App,
}

/// Somebody with the operator's token, and a team that exists.
pub(crate) struct TeamAccess {
    /// What the route works with.
    pub(crate) app: App,
    /// The team named in the path or, where there is none in it, in the query.
    pub(crate) team: Team,
}

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let access = Access::of(header, &app.admin_token.versions().await.all());
        match access {
            Ok(access) if access.may_manage_installation() => Ok(Self { app: app.clone() }),
            Ok(_) | Err(Denied::Missing) => {
                Err(Problem::unauthorized("Send the API token in the header `Authorization: Bearer <token>`."))
            }
            Err(Denied::Invalid) => Err(Problem::unauthorized(
                "The token is not valid (any more). The operator finds the present one in Secrets Manager.",
            )),
        }
    }
}

impl Operator {
    /// The team with this id.
    pub(crate) async fn team(self, id: &str) -> Result<TeamAccess, Problem> {
        let unknown = || {
            Problem::not_found("unknown-team", "There is no team with this id. GET /api/teams lists those there are.")
        };
        let id: TeamId = id.parse().map_err(|_| unknown())?;
        let team = self.app.store.load_team(&id).await?.ok_or_else(unknown)?;
        tracing::Span::current().record("team_id", id.as_str());
        Ok(TeamAccess { app: self.app, team })
    }
}

impl FromRequestParts<App> for TeamAccess {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let operator = Operator::from_request_parts(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app).await.ok();
        let in_path = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "team_id"));
        if let Some((_, id)) = in_path {
            return operator.team(id).await;
        }
        let query = parts.uri.query().unwrap_or_default();
        match url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "team_id") {
            Some((_, id)) => operator.team(&id).await,
            None => Err(Problem::bad_request("Say which team: add `?team_id=` with one of the ids of GET /api/teams.")),
        }
    }
}

impl TeamAccess {
    /// The team's id.
    pub(crate) fn id(&self) -> &TeamId {
        &self.team.id
    }

    /// The team's time zone.
    pub(crate) fn zone(&self) -> Result<TimeZone, Problem> {
        TimeZone::get(&self.team.time_zone)
            .map_err(|error| Problem::internal(&anyhow::Error::new(error).context("the team's time zone")))
    }
}
