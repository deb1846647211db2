//! Which teams somebody comes into by signing in: those that invited them, and those that take in people like them.

use crate::{app::App, problem::Problem};
use plumbline_auth::token::address_hash;
use plumbline_domain::{Provider, Role, TeamId, UserId, VendorId};
use plumbline_store::{JoinedBy, Session, User};

/// Somebody who has just proved who they are.
pub(super) struct Identity {
    pub(super) user: UserId,
    /// The operator's name for the issuer.
    pub(super) issuer: String,
    pub(super) name: Option<String>,
    /// Their address in lower case, where the issuer vouches for it.
    pub(super) email: Option<String>,
    /// Accounts that are theirs.
    pub(super) accounts: Vec<VendorId>,
    /// GitHub's ids of organisations that they have something to do with.
    pub(super) organizations: Vec<u64>,
}

impl Identity {
    fn user(&self, app: &App, role: Role, leads: Vec<VendorId>, joined_by: JoinedBy) -> User {
        User {
            id: self.user.clone(),
            issuer: self.issuer.clone(),
            email: self.email.clone(),
            name: self.name.clone(),
            role,
            leads,
            accounts: self.accounts.clone(),
            member: None,
            joined_at: app.clock.now(),
            joined_by,
        }
    }
}

/// Lets somebody into the teams that wait for them. Whoever was removed from a team comes back by an invitation alone.
pub(super) async fn join(app: &App, identity: &Identity) -> Result<(), Problem> {
    let mut already = app.store.load_user_teams(&identity.user).await?;
    if let Some(email) = &identity.email {
        accept_invitations(app, identity, email).await?;
        if let Some((_, domain)) = email.rsplit_once('@') {
            for team in app.store.load_domain_teams(domain).await? {
                let takes = |team: &plumbline_store::Team| team.join_domains.iter().any(|listed| listed == domain);
                enter(app, identity, &mut already, &team, JoinedBy::Domain, takes).await?;
            }
        }
    }
    let sources: Vec<String> = identity.organizations.iter().map(|id| format!("org:{id}")).collect();
    if !sources.is_empty() {
        for team in app.store.load_webhook_teams(Provider::Github, &sources).await? {
            if is_in_organization(app, &team, &identity.accounts).await? {
                let takes = |team: &plumbline_store::Team| team.join_by_github;
                enter(app, identity, &mut already, &team, JoinedBy::GithubOrganization, takes).await?;
            }
        }
    }
    Ok(())
}

async fn accept_invitations(app: &App, identity: &Identity, email: &str) -> Result<(), Problem> {
    let hash = address_hash(email);
    for (team, id) in app.store.load_invited(&hash).await? {
        let Some(invitation) = app.store.load_invitation(&team, &id).await? else { continue };
        if invitation.expires_at <= app.clock.now() || invitation.email != email {
            continue;
        }
        let user = identity.user(app, invitation.role, invitation.leads, JoinedBy::Invitation);
        if app.store.create_user(&team, &user, Some((&id, &hash))).await? {
            tracing::info!(team = %team, user = %identity.user, "an invitation was accepted");
        }
    }
    Ok(())
}

async fn enter(
    app: &App,
    identity: &Identity,
    already: &mut Vec<TeamId>,
    id: &TeamId,
    joined_by: JoinedBy,
    takes: impl Fn(&plumbline_store::Team) -> bool,
) -> Result<(), Problem> {
    if already.contains(id) || app.store.was_removed(id, &identity.user).await? {
        return Ok(());
    }
    // Neither do they come back whose data the team erased.
    if app.store.load_erased(id).await?.user(&identity.user).is_some() {
        return Ok(());
    }
    // The lookup may be older than what the team decided since.
    if app.store.load_team(id).await?.is_some_and(|team| takes(&team)) {
        let user = identity.user(app, Role::Developer, Vec::new(), joined_by);
        if app.store.create_user(id, &user, None).await? {
            tracing::info!(team = %id, user = %identity.user, "somebody joined by themselves");
        }
        already.push(id.clone());
    }
    Ok(())
}

/// Whether one of the accounts is in the organisation that the team is connected to, by what the sync found.
async fn is_in_organization(app: &App, team: &TeamId, accounts: &[VendorId]) -> Result<bool, Problem> {
    let known = app.store.load_accounts_of(team, Provider::Github).await?;
    Ok(known.iter().any(|account| account.member == Some(true) && accounts.contains(&account.id)))
}

/// Keeps what teams know of a user as the issuer has it now.
pub(super) async fn refresh(app: &App, session: &Session) -> Result<(), Problem> {
    for team in app.store.load_user_teams(&session.user).await? {
        let Some(user) = app.store.load_user(&team, &session.user).await? else { continue };
        let now = User {
            name: session.name.clone(),
            email: session.email.clone(),
            accounts: session.accounts.clone(),
            ..user.clone()
        };
        if now != user {
            // `false`: they were removed, or given another role, just now; the next sign-in tells.
            app.store.save_user(&team, &now, user.role).await?;
        }
    }
    Ok(())
}
