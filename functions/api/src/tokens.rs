//! API tokens: shown once, kept as hashes.

use crate::{
    access::{TeamAccess, Who},
    input::{Body, Which},
    problem::Problem,
    shapes::{Instant, ScopeName},
    teams::checked_name,
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use plumbline_auth::token;
use plumbline_domain::{GrantId, Scope};
use plumbline_store::ApiToken;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Days that a token holds when nobody says.
const DEFAULT_DAYS: u32 = 90;
/// The most.
const MOST_DAYS: u32 = 366;
/// Hours that the text before a rotation goes on working when nobody says.
const DEFAULT_OVERLAP: u32 = 24;
/// The most.
const MOST_OVERLAP: u32 = 7 * 24;
/// Tokens of a team.
const MOST_TOKENS: usize = 100;

/// A team's API tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// The oldest first.
    tokens: Vec<TokenBody>,
}

/// An API token, without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiToken)]
pub(crate) struct TokenBody {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// What it may be used for.
    scopes: Vec<ScopeName>,
    /// The user who made it and with whom it ends; null: the operator's.
    made_by: Option<String>,
    /// When it was made.
    created_at: Instant,
    /// When it was last rotated.
    rotated_at: Option<Instant>,
    /// When it is over.
    expires_at: Instant,
    /// Its last use, to about five minutes.
    last_used_at: Option<Instant>,
}

impl From<&ApiToken> for TokenBody {
    fn from(token: &ApiToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            scopes: token.scopes.iter().copied().map(ScopeName).collect(),
            made_by: token.made_by.as_ref().map(ToString::to_string),
            created_at: Instant(token.created_at),
            rotated_at: token.rotated_at.map(Instant),
            expires_at: Instant(token.ends_at),
            last_used_at: token.used_at.map(Instant),
        }
    }
}

/// A token with its text, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownToken {
    /// The text to send in `Authorization: Bearer`. It begins with `plumbline_`.
    text: String,
    /// The token.
    token: TokenBody,
}

/// The team's API tokens
#[utoipa::path(
    get, path = "/api/teams/{team_id}/tokens", operation_id = "listTokens", tag = "tokens",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "All of them, also those that are over", body = Tokens)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<Tokens>, Problem> {
    let mut tokens = access.app.store.load_api_tokens(access.id()).await?;
    tokens.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(Json(Tokens { tokens: tokens.iter().map(TokenBody::from).collect() }))
}

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What people call it, up to 100 characters.
    name: String,
    /// What it may be used for.
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<String>,
    /// Days that it holds, 1 to 366; 90 when absent.
    expires_in_days: Option<u32>,
}

/// Make an API token
#[utoipa::path(
    post, path = "/api/teams/{team_id}/tokens", operation_id = "makeToken", tag = "tokens", request_body = NewToken,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 201, description = "Its text, shown this once", body = ShownToken)),
)]
pub(crate) async fn make(access: TeamAccess, Body(body): Body<NewToken>) -> Result<Response, Problem> {
    let (app, team, now) = (&access.app, access.id(), access.app.clock.now());
    let name = checked_name(&body.name)?;
    let scopes = checked_scopes(&body.scopes)?;
    let days = body.expires_in_days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::invalid(format!("`expires_in_days` must be from 1 to {MOST_DAYS}.")));
    }
    if app.store.load_api_tokens(team).await?.len() >= MOST_TOKENS {
        return Err(Problem::conflict(
            "too-many-tokens",
            format!("This team has {MOST_TOKENS} tokens. Delete some first."),
        ));
    }
    let text = token::new_api_token().map_err(anyhow::Error::new)?;
    let made_by = match &*access.who {
        Who::User { session, .. } => Some(session.user.clone()),
        Who::Operator | Who::Token { .. } => None,
    };
    let made = ApiToken {
        id: app.ids.text("k").parse().map_err(anyhow::Error::new)?,
        name,
        scopes,
        made_by,
        created_at: now,
        rotated_at: None,
        ends_at: now + SignedDuration::from_hours(24 * i64::from(days)),
        used_at: None,
        hash: token::hash(text.expose_secret()),
        previous: None,
    };
    access.trail.is_about("token", &made.id);
    if !app.store.save_api_token(team, &made, None).await? {
        return Err(Problem::internal(&anyhow::anyhow!("a new token's id was taken")));
    }
    let shown = ShownToken { text: text.expose_secret().to_owned(), token: (&made).into() };
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// How to rotate a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Hours that the present text goes on working, 0 to 168; 24 when absent.
    overlap_hours: Option<u32>,
}

/// Give an API token a new text
///
/// The present text goes on working for a while, so that whoever uses it has time to change over. When it expires stays.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/tokens/{token_id}/rotate", operation_id = "rotateToken", tag = "tokens",
    request_body = Rotation,
    params(
        ("team_id" = String, Path, description = "The team"),
        ("token_id" = String, Path, description = "The token"),
    ),
    responses((status = 200, description = "Its new text, shown this once", body = ShownToken)),
)]
pub(crate) async fn rotate(
    access: TeamAccess,
    Which(id): Which,
    Body(body): Body<Rotation>,
) -> Result<Json<ShownToken>, Problem> {
    let overlap = body.overlap_hours.unwrap_or(DEFAULT_OVERLAP);
    if overlap > MOST_OVERLAP {
        return Err(Problem::invalid(format!("`overlap_hours` must be from 0 to {MOST_OVERLAP}.")));
    }
    let (app, now) = (&access.app, access.app.clock.now());
    let before = find(&access, &id).await?;
    if before.ends_at <= now {
        return Err(Problem::conflict("token-expired", "This token is over. Make a new one."));
    }
    let text = token::new_api_token().map_err(anyhow::Error::new)?;
    let until = now + SignedDuration::from_hours(i64::from(overlap));
    let rotated = ApiToken {
        hash: token::hash(text.expose_secret()),
        previous: (overlap > 0).then(|| (before.hash.clone(), until)),
        rotated_at: Some(now),
        ..before.clone()
    };
    if !app.store.save_api_token(access.id(), &rotated, Some(&before)).await? {
        return Err(Problem::conflict("changed-meanwhile", "Somebody else rotated this token meanwhile. Look again."));
    }
    Ok(Json(ShownToken { text: text.expose_secret().to_owned(), token: (&rotated).into() }))
}

/// Revoke an API token
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/tokens/{token_id}", operation_id = "revokeToken", tag = "tokens",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("token_id" = String, Path, description = "The token"),
    ),
    responses((status = 204, description = "It works no more")),
)]
pub(crate) async fn revoke(access: TeamAccess, Which(id): Which) -> Result<StatusCode, Problem> {
    let token = find(&access, &id).await?;
    access.app.store.delete_api_token(access.id(), &token.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(access: &TeamAccess, id: &str) -> Result<ApiToken, Problem> {
    let unknown =
        || Problem::not_found("unknown-token", "This team has no such token. GET .../tokens lists those there are.");
    let id: GrantId = id.parse().map_err(|_| unknown())?;
    access.trail.is_about("token", &id);
    access.app.store.load_api_token(access.id(), &id).await?.ok_or_else(unknown)
}

fn checked_scopes(texts: &[String]) -> Result<BTreeSet<Scope>, Problem> {
    let all = Scope::ALL.map(Scope::as_str).join(", ");
    let scopes = texts.iter().map(|text| text.parse::<Scope>()).collect::<Result<BTreeSet<_>, _>>();
    let wrong = || Problem::invalid(format!("`scopes` must name at least one of {all}."));
    scopes.ok().filter(|scopes| !scopes.is_empty()).ok_or_else(wrong)
}
