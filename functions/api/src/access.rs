//! Who asks, and about which team: what [`crate::guard`] found out before a handler runs.
//!
//! A handler takes [`Caller`] or [`TeamAccess`]; the store is reached through them. They come from the guard alone, so that
//! a route without a rule reaches nothing.

use crate::{
    app::App,
    problem::Problem,
    trail::{TeamTrail, Trail},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use jiff::tz::TimeZone;
use plumbline_auth::{Access, Action, Forbidden, session::Times};
use plumbline_domain::{Role, Scope, TeamId, UserId};
use plumbline_store::{ApiToken, AuditActor, Session, Team, User};
use std::sync::Arc;

/// Who calls.
#[derive(Clone)]
pub(crate) enum Who {
    /// The operator, by the bootstrap token.
    Operator,
    /// Somebody who signed in.
    User {
        /// Their session.
        session: Session,
        /// Hash of its text.
        hash: String,
    },
    /// A program with an API token of a team.
    Token {
        /// The team.
        team: TeamId,
        /// The token.
        token: ApiToken,
    },
}

impl Who {
    /// Who signed in; nobody, where the operator or a token calls.
    pub(crate) fn user(&self) -> Option<&UserId> {
        match self {
            Self::User { session, .. } => Some(&session.user),
            Self::Operator | Self::Token { .. } => None,
        }
    }

    pub(crate) fn actor(&self) -> AuditActor {
        match self {
            Self::Operator => AuditActor::Operator,
            Self::User { session, .. } => AuditActor::User(session.user.clone()),
            Self::Token { token, .. } => AuditActor::Token(token.id.clone()),
        }
    }
}

/// Somebody who may call.
#[derive(Clone)]
pub(crate) struct Caller {
    /// What the route works with.
    pub(crate) app: App,
    /// Who it is.
    pub(crate) who: Arc<Who>,
    /// What the audit log will say.
    pub(crate) trail: Trail,
}

/// Somebody who may call, and a team that exists, of which they are.
#[derive(Clone)]
pub(crate) struct TeamAccess {
    /// What the route works with.
    pub(crate) app: App,
    /// The team named in the path or, where there is none in it, in the query.
    pub(crate) team: Team,
    /// Who it is.
    pub(crate) who: Arc<Who>,
    /// What they are in the team.
    pub(crate) access: Access,
    /// The team's user, where somebody signed in.
    pub(crate) user: Option<User>,
    /// What the audit log will say.
    pub(crate) trail: TeamTrail,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(unguarded)
    }
}

impl FromRequestParts<App> for TeamAccess {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(unguarded)
    }
}

fn unguarded() -> Problem {
    Problem::internal(&anyhow::anyhow!("a route takes what its rule does not provide"))
}

impl Caller {
    /// The team with this id, for an action there. Whoever is not of the team learns nothing of it, not even that it is
    /// there.
    pub(crate) async fn team(&self, id: &str, action: Action, sensitive: bool) -> Result<TeamAccess, Problem> {
        let unknown = || {
            Problem::not_found("unknown-team", "There is no team with this id. GET /api/teams lists those there are.")
        };
        let id: TeamId = id.parse().map_err(|_| unknown())?;
        let store = &self.app.store;
        let user = async {
            match &*self.who {
                Who::User { session, .. } => store.load_user(&id, &session.user).await,
                Who::Operator | Who::Token { .. } => Ok(None),
            }
        };
        let (team, user) = futures::try_join!(store.load_team(&id), user)?;
        self.enter(team.ok_or_else(unknown)?, user, action, sensitive).ok_or_else(unknown)?
    }

    /// A team that was loaded already, with the caller's user there, for an action. `None`: they are not of it.
    pub(crate) fn enter(
        &self,
        team: Team,
        user: Option<User>,
        action: Action,
        sensitive: bool,
    ) -> Option<Result<TeamAccess, Problem>> {
        let access = match &*self.who {
            Who::Operator => Access::Operator,
            Who::User { session, .. } => {
                let role = user.as_ref()?.role;
                Access::User { role, is_fresh: times(session).is_fresh(self.app.clock.now()) }
            }
            Who::Token { team: of, token } if *of == team.id => Access::Token { scopes: token.scopes.clone() },
            Who::Token { .. } => return None,
        };
        tracing::Span::current().record("team_id", team.id.as_str());
        if let Err(why) = access.check(action, sensitive) {
            return Some(Err(forbidden(why)));
        }
        let (app, who, trail) = (self.app.clone(), self.who.clone(), self.trail.of_team(team.id.clone()));
        Some(Ok(TeamAccess { app, team, who, access, user, trail }))
    }
}

pub(crate) fn times(session: &Session) -> Times {
    Times { begun_at: session.begun_at, authenticated_at: session.authenticated_at, used_at: session.used_at }
}

pub(crate) fn forbidden(why: Forbidden) -> Problem {
    match why {
        Forbidden::Role => {
            Problem::forbidden("role", "Your role in this team does not allow this. Ask an admin of the team.")
        }
        Forbidden::Scope(scope) => Problem::forbidden(
            "scope",
            format!("This token may not be used for this: it lacks the scope `{}`.", Scope::as_str(scope)),
        ),
        Forbidden::PeopleOnly => {
            Problem::forbidden("people-only", "No token may do this: sign in with the dashboard and do it there.")
        }
        Forbidden::NotFresh => Problem::forbidden(
            "fresh-sign-in",
            "This takes a sign-in within the last ten minutes: sign in once more, with `fresh=true`.",
        ),
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

    /// The role of somebody who signed in.
    pub(crate) fn role(&self) -> Option<Role> {
        if let Access::User { role, .. } = &self.access { Some(*role) } else { None }
    }
}
