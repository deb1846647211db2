//! Whoever asks: who they are, where they may go, and the end of their sessions.

use crate::{
    access::{Caller, TeamAccess, Who, times},
    cookies,
    input::Body,
    problem::Problem,
    shapes::Instant,
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use plumbline_auth::session::LONGEST;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whoever asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// What sort of caller.
    kind: CallerKind,
    /// The user's or token's id.
    id: Option<String>,
    /// Their name, as the issuer has it; a token's name.
    name: Option<String>,
    /// Their address, where the issuer vouches for it.
    email: Option<String>,
    /// The operator's name for the issuer.
    issuer: Option<String>,
    /// Whether they signed in recently enough for what is sensitive.
    is_fresh: bool,
    /// The teams they may enter, in the order in which they were made; the operator's are all of them.
    teams: Vec<MyTeam>,
}

/// A sort of caller.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CallerKind {
    /// The operator, by the bootstrap token.
    Operator,
    /// Somebody who signed in.
    User,
    /// A program.
    Token,
}

/// A team that somebody may enter.
#[derive(Serialize, ToSchema)]
struct MyTeam {
    /// Its id.
    team_id: String,
    /// Its name.
    name: String,
    /// IANA name of its time zone.
    time_zone: String,
    /// `developer`, `lead` or `admin`; null for the operator and for tokens.
    role: Option<String>,
    /// The groups that they lead, as `provider:id`.
    leads: Vec<String>,
    /// What the token may be used for there.
    scopes: Vec<String>,
}

/// Who I am, and my teams
#[utoipa::path(
    get, path = "/api/me", operation_id = "getMe", tag = "sign-in",
    responses((status = 200, description = "Whoever asks", body = Me)),
)]
pub(crate) async fn show(caller: Caller) -> Result<Json<Me>, Problem> {
    let mut teams = Vec::new();
    for (team, user) in caller.teams().await? {
        let (role, leads) = user.map_or((None, Vec::new()), |user| (Some(user.role), user.leads));
        let scopes = match &*caller.who {
            Who::Token { token, .. } => token.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            Who::Operator | Who::User { .. } => Vec::new(),
        };
        teams.push(MyTeam {
            team_id: team.id.to_string(),
            name: team.name,
            time_zone: team.time_zone,
            role: role.map(|role| role.to_string()),
            leads: leads.iter().map(ToString::to_string).collect(),
            scopes,
        });
    }
    let nobody =
        Me { kind: CallerKind::Operator, id: None, name: None, email: None, issuer: None, is_fresh: true, teams };
    Ok(Json(match &*caller.who {
        Who::Operator => nobody,
        Who::User { session, .. } => Me {
            kind: CallerKind::User,
            id: Some(session.user.to_string()),
            name: session.name.clone(),
            email: session.email.clone(),
            issuer: Some(session.issuer.clone()),
            is_fresh: times(session).is_fresh(caller.app.clock.now()),
            ..nobody
        },
        Who::Token { token, .. } => Me {
            kind: CallerKind::Token,
            id: Some(token.id.to_string()),
            name: Some(token.name.clone()),
            is_fresh: false,
            ..nobody
        },
    }))
}

/// What to end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOut {
    /// All sessions of whoever asks, on every device, not this one alone.
    #[serde(default)]
    everywhere: bool,
}

/// Sign out
///
/// Ends this session, or all sessions of whoever asks.
#[utoipa::path(
    post, path = "/auth/sign-out", operation_id = "signOut", tag = "sign-in", request_body = SignOut,
    responses((status = 204, description = "It is over")),
)]
pub(crate) async fn sign_out(caller: Caller, Body(body): Body<SignOut>) -> Result<Response, Problem> {
    let Who::User { session, hash } = &*caller.who else {
        return Err(Problem::forbidden(
            "people-only",
            "Only who signed in can sign out. A token is revoked by an admin.",
        ));
    };
    let (store, now) = (&caller.app.store, caller.app.clock.now());
    if body.everywhere {
        // Sessions that begin in this very instant hold: the next sign-in does.
        let expires_at = now.checked_add(LONGEST + SignedDuration::from_hours(1)).unwrap_or(now);
        store.end_sessions(&session.user, now, expires_at).await?;
    }
    store.delete_session(hash).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookies::clear(cookies::SESSION)?)]).into_response())
}

/// Whoever asks, as one of the team's people.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyMembership {
    /// The member that they are; null while they are not known among the team's people.
    member: Option<MyMember>,
    /// Whether they are asked in surveys; null without a member.
    surveys: Option<bool>,
    /// When they came into the team.
    joined_at: Option<Instant>,
}

/// A member.
#[derive(Serialize, ToSchema)]
struct MyMember {
    /// Its id.
    id: String,
    /// The best of its accounts' names.
    name: Option<String>,
    /// Its accounts, each as `provider:id`.
    accounts: Vec<String>,
}

/// Who I am in the team
#[utoipa::path(
    get, path = "/api/teams/{team_id}/members/me", operation_id = "getMyMembership", tag = "sign-in",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "Whoever asks", body = MyMembership)),
)]
pub(crate) async fn membership(access: TeamAccess) -> Result<Json<MyMembership>, Problem> {
    let member = access.own_member().await?;
    let surveys = match &member {
        Some(member) => {
            let out = access.app.store.load_opt_outs(access.id()).await?;
            Some(!out.contains(&member.id))
        }
        None => None,
    };
    Ok(Json(MyMembership {
        member: member.map(|member| MyMember {
            id: member.id.to_string(),
            name: member.name,
            accounts: member.accounts.iter().map(|link| link.account.to_string()).collect(),
        }),
        surveys,
        joined_at: access.user.as_ref().map(|user| Instant(user.joined_at)),
    }))
}

/// What somebody sets about themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MySettings {
    /// Whether they are asked in surveys.
    surveys: bool,
}

/// Opt in to surveys, or out of them
#[utoipa::path(
    patch, path = "/api/teams/{team_id}/members/me", operation_id = "changeMyMembership", tag = "sign-in",
    request_body = MySettings, params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "As it is now", body = MyMembership)),
)]
pub(crate) async fn change(access: TeamAccess, Body(body): Body<MySettings>) -> Result<Json<MyMembership>, Problem> {
    let member = access.own_member().await?.ok_or_else(not_a_member)?;
    access.app.store.save_opt_out(access.id(), &member.id, !body.surveys, access.app.clock.now()).await?;
    membership(access).await
}

/// That whoever asks is none of the team's people.
pub(crate) fn not_a_member() -> Problem {
    Problem::conflict(
        "not-a-member",
        "You are not known among this team's people yet: no account of yours was found at its vendors. An admin can say \
         which member you are.",
    )
}
