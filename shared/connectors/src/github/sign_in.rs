//! Signing in with GitHub: who a user is, by the authorization of the operator's GitHub App.
//!
//! Source: GitHub, "Generating a user access token for a GitHub App", "Get the authenticated user", "List email addresses
//! for the authenticated user", "List app installations accessible to the user access token".

use super::{
    app,
    consent::{forget, usable, user_token},
    rest::{Api, Server},
};
use crate::{Failure, GithubApp, json::unreadable};
use jiff::Timestamp;
use plumbline_auth::pkce;
use reqwest::Client;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

/// Who signed in.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct GithubUser {
    /// GitHub's immutable id of the user.
    pub id: u64,
    /// Present login.
    pub login: String,
    /// Display name.
    #[serde(default)]
    pub name: Option<String>,
    /// Their primary address, if GitHub checked it and shows it to the app.
    #[serde(skip)]
    pub email: Option<String>,
    /// Ids of the organisations, with the app installed, that they have something to do with.
    #[serde(skip)]
    pub organizations: Vec<u64>,
}

impl std::fmt::Debug for GithubUser {
    /// The id alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GithubUser").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The page on which a user authorizes the app, or is sent back at once who did so before.
pub fn sign_in_page(app: &GithubApp, redirect_uri: &str, state: &str, verifier: &SecretString) -> Result<Url, Failure> {
    let mut url = Server::new(app.client.origin.as_ref())?.page(&["login", "oauth", "authorize"])?;
    url.query_pairs_mut()
        .append_pair("client_id", &app.client.client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state)
        .append_pair("code_challenge", &pkce::challenge(verifier))
        .append_pair("code_challenge_method", "S256");
    Ok(url)
}

/// Who came back from it with this code. The user's token is given up at once.
pub async fn signed_in(
    client: &Client,
    app: &GithubApp,
    code: &str,
    verifier: &SecretString,
    now: Timestamp,
) -> Result<GithubUser, Failure> {
    let server = Server::new(app.client.origin.as_ref())?;
    let token = user_token(client, app, &server, (code, Some(verifier)), now).await?;
    let user = Box::pin(user(&mut Api::at(client, server.clone(), &token, now))).await;
    forget(client, app, server, &token, now).await;
    user
}

async fn user(api: &mut Api<'_>) -> Result<GithubUser, Failure> {
    let answer = api.get(api.path(&["user"], &[])?, None).await?;
    let mut user: GithubUser = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
    user.email = checked_address(api).await?;
    let installations = usable(api, None).await?;
    let owners = installations.iter().filter_map(|installation| installation.account.as_ref());
    user.organizations = owners.filter_map(app::Owner::organization_id).collect();
    Ok(user)
}

/// The primary address, if it is verified; none where the app may not see addresses.
async fn checked_address(api: &mut Api<'_>) -> Result<Option<String>, Failure> {
    #[derive(Deserialize)]
    struct Address {
        email: String,
        primary: bool,
        verified: bool,
    }
    let url = api.path(&["user", "emails"], &[("per_page", "100")])?;
    let answer = match api.get(url, None).await {
        Ok(answer) => answer,
        Err(refused) if refused.is_denied() => return Ok(None),
        Err(refused) => return Err(refused.into()),
    };
    let all: Vec<Address> = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
    Ok(all.into_iter().find(|address| address.primary && address.verified).map(|address| address.email))
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
