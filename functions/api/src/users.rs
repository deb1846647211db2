//! Who may sign in to a team, and who is invited to.

use crate::{
    access::{TeamAccess, Who},
    input::{Body, Which},
    problem::Problem,
    shapes::{Instant, RoleName},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use plumbline_auth::token::address_hash;
use plumbline_domain::{GrantId, MemberId, Role, UserId, VendorId};
use plumbline_store::{Invitation, JoinedBy, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long an invitation holds.
const INVITED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Groups that somebody leads.
const MOST_GROUPS: usize = 100;

/// Who may sign in, and who is invited to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Users {
    /// By name, then id.
    users: Vec<UserBody>,
    /// Invitations that nobody accepted yet, by address.
    invitations: Vec<InvitationBody>,
}

/// Somebody who may sign in.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    /// Their id, the same in every team.
    id: String,
    /// The issuer they sign in with.
    issuer: String,
    /// Their name, as the issuer has it.
    name: Option<String>,
    /// Their address, where the issuer vouches for it.
    email: Option<String>,
    /// What they are in the team.
    role: RoleName,
    /// The groups that they lead, as `provider:id`.
    leads: Vec<String>,
    /// The member they are, where an admin said so.
    member: Option<String>,
    /// Since when.
    joined_at: Instant,
    /// How they came in: `invitation`, `domain` or `github_organization`.
    joined_by: &'static str,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            issuer: user.issuer,
            name: user.name,
            email: user.email,
            role: RoleName(user.role),
            leads: user.leads.iter().map(ToString::to_string).collect(),
            member: user.member.as_ref().map(ToString::to_string),
            joined_at: Instant(user.joined_at),
            joined_by: match user.joined_by {
                JoinedBy::Invitation => "invitation",
                JoinedBy::Domain => "domain",
                JoinedBy::GithubOrganization => "github_organization",
            },
        }
    }
}

/// An invitation.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(crate) struct InvitationBody {
    /// Its id.
    id: String,
    /// The address; whoever an issuer says it is of is let in when they sign in.
    email: String,
    /// What they will be.
    role: RoleName,
    /// The groups that they will lead.
    leads: Vec<String>,
    /// When it was made.
    created_at: Instant,
    /// When it is over.
    expires_at: Instant,
}

impl From<Invitation> for InvitationBody {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email,
            role: RoleName(invitation.role),
            leads: invitation.leads.iter().map(ToString::to_string).collect(),
            created_at: Instant(invitation.created_at),
            expires_at: Instant(invitation.expires_at),
        }
    }
}

/// Who may sign in, and who is invited to
#[utoipa::path(
    get, path = "/api/teams/{team_id}/users", operation_id = "listUsers", tag = "users",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "All of them", body = Users)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<Users>, Problem> {
    let (store, team, now) = (&access.app.store, access.id(), access.app.clock.now());
    let (users, invitations) = futures::try_join!(store.load_users(team), store.load_invitations(team))?;
    access.trail.shows_everybody();
    let mut users: Vec<UserBody> = users.into_iter().map(UserBody::from).collect();
    users.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let open = invitations.into_iter().filter(|invitation| invitation.expires_at > now);
    let mut invitations: Vec<InvitationBody> = open.map(InvitationBody::from).collect();
    invitations.sort_by(|a, b| (&a.email, &a.id).cmp(&(&b.email, &b.id)));
    Ok(Json(Users { users, invitations }))
}

/// What to change of a user; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// What they are in the team.
    #[schema(value_type = Option<RoleName>)]
    role: Option<String>,
    /// The whole list of the groups that they lead, each as `provider:id`.
    leads: Option<Vec<String>>,
    /// The member they are (GET .../identities lists them); empty: whoever their accounts and address say.
    member: Option<String>,
}

/// Change a user's role, the groups they lead, or the member they are
#[utoipa::path(
    patch, path = "/api/teams/{team_id}/users/{user_id}", operation_id = "changeUser", tag = "users", request_body = UserChange,
    params(
        ("team_id" = String, Path, description = "The team"),
        ("user_id" = String, Path, description = "The user"),
    ),
    responses((status = 200, description = "As they are now", body = UserBody)),
)]
pub(crate) async fn change(
    access: TeamAccess,
    Which(id): Which,
    Body(body): Body<UserChange>,
) -> Result<Json<UserBody>, Problem> {
    let before = find(&access, &id).await?;
    let mut user = before.clone();
    if let Some(role) = &body.role {
        user.role = checked_role(role)?;
    }
    if let Some(leads) = &body.leads {
        user.leads = checked_groups(&access, leads).await?;
    }
    if let Some(member) = &body.member {
        user.member = checked_member(&access, member).await?;
    }
    if before.role == Role::Admin && user.role != Role::Admin {
        check_other_admins(&access, &user.id).await?;
    }
    if !access.app.store.save_user(access.id(), &user, before.role).await? {
        return Err(changed_meanwhile());
    }
    Ok(Json(user.into()))
}

/// Let somebody in no more
///
/// At once: their sessions open this team no longer, and the API tokens they made end. They come back by an invitation alone.
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/users/{user_id}", operation_id = "removeUser", tag = "users",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("user_id" = String, Path, description = "The user"),
    ),
    responses((status = 204, description = "They are out")),
)]
pub(crate) async fn remove(access: TeamAccess, Which(id): Which) -> Result<StatusCode, Problem> {
    let user = find(&access, &id).await?;
    if user.role == Role::Admin {
        check_other_admins(&access, &user.id).await?;
    }
    access.app.store.delete_user(access.id(), &user.id).await?;
    for token in access.app.store.load_api_tokens(access.id()).await? {
        if token.made_by.as_ref() == Some(&user.id) {
            access.app.store.delete_api_token(access.id(), &token.id).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A new invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// The address of whoever is to be let in.
    email: String,
    /// What they will be.
    #[schema(value_type = RoleName)]
    role: String,
    /// The groups that they will lead, each as `provider:id`.
    #[serde(default)]
    leads: Vec<String>,
}

/// Invite somebody
///
/// Whoever signs in within 14 days, and of whom the issuer says that this address is theirs, is in. Nothing is sent: tell
/// them to sign in.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/invitations", operation_id = "invite", tag = "users", request_body = NewInvitation,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 201, description = "They are invited", body = InvitationBody)),
)]
pub(crate) async fn invite(access: TeamAccess, Body(body): Body<NewInvitation>) -> Result<Response, Problem> {
    let (app, team, now) = (&access.app, access.id(), access.app.clock.now());
    let (email, role) = (checked_address(&body.email)?, checked_role(&body.role)?);
    let leads = checked_groups(&access, &body.leads).await?;
    let hash = address_hash(&email);
    // One for each address: the newest says what they will be.
    for (of, id) in app.store.load_invited(&hash).await? {
        if of == *team {
            app.store.delete_invitation(team, &id, &hash).await?;
        }
    }
    let id: GrantId = app.ids.text("i").parse().map_err(anyhow::Error::new)?;
    let invitation = Invitation { id, email, role, leads, created_at: now, expires_at: now + INVITED_FOR };
    access.trail.is_about("invitation", &invitation.id);
    app.store.save_invitation(team, &invitation, &hash).await?;
    Ok((StatusCode::CREATED, Json(InvitationBody::from(invitation))).into_response())
}

/// Take an invitation back
#[utoipa::path(
    delete, path = "/api/teams/{team_id}/invitations/{invitation_id}", operation_id = "withdrawInvitation", tag = "users",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("invitation_id" = String, Path, description = "The invitation"),
    ),
    responses((status = 204, description = "It is gone")),
)]
pub(crate) async fn withdraw(access: TeamAccess, Which(id): Which) -> Result<StatusCode, Problem> {
    let (store, team) = (&access.app.store, access.id());
    let unknown =
        || Problem::not_found("unknown-invitation", "This team has no such invitation; it may have been accepted.");
    let id: GrantId = id.parse().map_err(|_| unknown())?;
    let invitation = store.load_invitation(team, &id).await?.ok_or_else(unknown)?;
    access.trail.is_about("invitation", &id);
    store.delete_invitation(team, &id, &address_hash(&invitation.email)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(access: &TeamAccess, id: &str) -> Result<User, Problem> {
    let unknown =
        || Problem::not_found("unknown-user", "This team has no such user. GET .../users lists those there are.");
    let id: UserId = id.parse().map_err(|_| unknown())?;
    access.trail.is_about("user", &id);
    access.app.store.load_user(access.id(), &id).await?.ok_or_else(unknown)
}

/// A team whose last admin goes would be the operator's alone; the operator may do it.
async fn check_other_admins(access: &TeamAccess, user: &UserId) -> Result<(), Problem> {
    if matches!(*access.who, Who::Operator) {
        return Ok(());
    }
    let users = access.app.store.load_users(access.id()).await?;
    if users.iter().any(|other| other.role == Role::Admin && other.id != *user) {
        return Ok(());
    }
    Err(Problem::conflict("last-admin", "This is the team's last admin. Make somebody else an admin first."))
}

fn changed_meanwhile() -> Problem {
    Problem::conflict("changed-meanwhile", "Somebody else changed this user meanwhile. Look again.")
}

fn checked_role(text: &str) -> Result<Role, Problem> {
    text.parse().map_err(|_| Problem::invalid("`role` must be developer, lead or admin."))
}

/// An address in lower case; whether somebody reads it is for the issuer to say.
fn checked_address(text: &str) -> Result<String, Problem> {
    let address = text.trim().to_lowercase();
    let fits = address.len() <= 254
        && address
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !domain.contains('@'))
        && !address.chars().any(|c| c.is_whitespace() || c.is_control());
    fits.then_some(address).ok_or_else(|| Problem::invalid("`email` is not an e-mail address."))
}

async fn checked_groups(access: &TeamAccess, texts: &[String]) -> Result<Vec<VendorId>, Problem> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    if texts.len() > MOST_GROUPS {
        return Err(Problem::invalid(format!("`leads` has more than {MOST_GROUPS} entries.")));
    }
    let (groups, _) = access.app.store.load_groups(access.id()).await?;
    let find = |text: &String| {
        let found = groups.iter().find(|group| group.id.to_string() == *text);
        found.map(|group| group.id.clone()).ok_or_else(|| {
            Problem::invalid(format!("`leads`: this team has no group `{text}`. Write an id of GET .../groups."))
        })
    };
    texts.iter().map(find).collect()
}

async fn checked_member(access: &TeamAccess, text: &str) -> Result<Option<MemberId>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let members = access.app.store.load_members(access.id()).await?;
    let id = text.parse::<MemberId>().ok().filter(|id| members.iter().any(|member| member.id == *id));
    id.map(Some).ok_or_else(|| Problem::invalid(format!("`member`: this team has no member `{text}`.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_in_lower_case() {
        assert_eq!(checked_address(" Ada@Acme.Example ").as_deref(), Ok("ada@acme.example"));
        for wrong in ["", "ada", "@acme.example", "ada@acme", "a b@acme.example", "a@b@c.example", "a\n@b.example"] {
            assert!(checked_address(wrong).is_err(), "{wrong:?}");
        }
    }
}
