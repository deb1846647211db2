//! Signing in: to an issuer with a state, back with a code, and on as a session.
//!
//! State, nonce and PKCE verifier are random, work once and for ten minutes, and only together with a cookie of the browser
//! that began. Each issuer has a callback of its own, so that the answer of one is never taken for another's. A session's
//! text is made anew at every sign-in, and the one before it ends: whoever knows it has nothing.

mod issuers;
pub(crate) mod joining;
mod oidc;

pub use issuers::SignIn;

use crate::{app::App, cookies, guard::COOKIE_SECONDS, input::Params, outcome, problem::Problem};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use issuers::{GITHUB, Issuer};
use jiff::{SignedDuration, Timestamp};
use joining::Identity;
use oidc::Failed;
use plumbline_auth::{id_token::Claims, session::Times, token};
use plumbline_connectors::{Failure, GithubApp, github::sign_in as github};
use plumbline_domain::{Provider, UserId, VendorId};
use plumbline_store::{PendingSignIn, Session};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How long a person may take at the issuer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Binds a state to the browser that began.
const COOKIE: &str = "__Host-plumbline-sign-in";

/// Tells the dashboard why a sign-in came to nothing.
const OUTCOME_COOKIE: &str = "__Host-plumbline-sign-in-outcome";

/// Ways to sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ways {
    /// By name.
    issuers: Vec<Way>,
}

/// An issuer that people sign in with.
#[derive(Serialize, ToSchema)]
struct Way {
    /// Its name in addresses.
    id: String,
    /// What people call it.
    name: String,
}

/// Ways to sign in
///
/// Those that the operator registered; none: only the operator's token opens the dashboard.
#[utoipa::path(
    get, path = "/auth/issuers", operation_id = "listIssuers", tag = "sign-in", security(()),
    responses((status = 200, description = "The issuers", body = Ways)),
)]
pub(crate) async fn ways(State(app): State<App>) -> Result<Json<Ways>, Problem> {
    let registered = app.sign_in.issuers().await?;
    let mut issuers: Vec<Way> =
        registered.issuers.into_iter().map(|(id, issuer)| Way { id, name: issuer.name }).collect();
    if registered.github {
        issuers.push(Way { id: GITHUB.to_owned(), name: "GitHub".to_owned() });
    }
    issuers.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(Json(Ways { issuers }))
}

/// How to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Begin {
    /// The page of the dashboard to go on to, as a path; its beginning when absent.
    return_to: Option<String>,
    /// Have the issuer ask its user again, for a sensitive operation. GitHub cannot be told to.
    #[serde(default)]
    fresh: bool,
}

/// Begin to sign in
///
/// Sends the browser to the issuer's page.
#[utoipa::path(
    get, path = "/auth/sign-in/{issuer}", operation_id = "beginSignIn", tag = "sign-in", security(()),
    params(("issuer" = String, Path, description = "One of GET /auth/issuers"), Begin),
    responses((status = 303, description = "To the issuer")),
)]
pub(crate) async fn begin(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(begin): Params<Begin>,
) -> Result<Response, Problem> {
    let way = Registered::find(&app, &id).await?;
    let now = app.clock.now();
    let [state, cookie, verifier, nonce] = [random()?, random()?, random()?, random()?];
    let pending = PendingSignIn {
        issuer: id.clone(),
        cookie_hash: token::hash(cookie.expose_secret()),
        verifier: verifier.expose_secret().to_owned(),
        nonce: nonce.expose_secret().to_owned(),
        fresh: begin.fresh,
        return_to: checked_path(begin.return_to.as_deref())?,
        expires_at: now + PATIENCE,
    };
    let redirect_uri = redirect_uri(&app, &id)?;
    let state_text = state.expose_secret();
    let url = match &way {
        Registered::Github(github) => {
            let page = github::sign_in_page(github, &redirect_uri, state_text, &verifier);
            page.map_err(|failure| unavailable("GitHub", &failure.to_string()))?
        }
        Registered::Oidc(issuer) => {
            let page = app.sign_in.page(issuer, &pending, (state_text, &redirect_uri), now).await;
            page.map_err(|failed| not_signed_in(&issuer.name, failed))?
        }
    };
    app.store.save_sign_in(&token::hash(state_text), &pending).await?;
    let location = HeaderValue::from_str(url.as_str()).map_err(anyhow::Error::new)?;
    let cookie = cookies::set(COOKIE, cookie.expose_secret(), PATIENCE.as_secs())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::SET_COOKIE, cookie)]).into_response())
}

/// Come back from an issuer
///
/// Needs no token: the state is one, together with the cookie that the beginning set. It begins a session and sends the
/// browser to the dashboard, also when it did not work: the dashboard says why.
#[utoipa::path(
    get, path = "/auth/callback/{issuer}", operation_id = "finishSignIn", tag = "sign-in", security(()),
    params(("issuer" = String, Path, description = "The issuer")),
    responses((status = 303, description = "To the dashboard")),
)]
pub(crate) async fn callback(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Params(parameters): Params<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let (return_to, ended) = match take(&app, &id, &headers, &parameters, app.clock.now()).await {
        Ok(pending) => {
            let ended = Box::pin(finish(&app, &id, &headers, &parameters, &pending)).await;
            (pending.return_to, ended)
        }
        Err(problem) => ("/".to_owned(), Err(problem)),
    };
    let (location, cookie) = match ended {
        Ok(session) => (return_to, cookies::set(cookies::SESSION, session.expose_secret(), COOKIE_SECONDS)?),
        Err(problem) if problem.is_ours() || !outcome::navigates(&headers) => return Err(problem),
        Err(problem) => {
            tracing::warn!(kind = problem.kind(), "a sign-in came to nothing");
            (return_to, outcome::cookie(OUTCOME_COOKIE, &Outcome { words: problem.detail() })?)
        }
    };
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::LOCATION, HeaderValue::from_str(&location).map_err(anyhow::Error::new)?),
        (header::SET_COOKIE, cookies::clear(COOKIE)?),
        (header::SET_COOKIE, cookie),
    ];
    Ok((StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response())
}

/// Why a sign-in came to nothing, for the dashboard.
#[derive(Serialize)]
struct Outcome<'a> {
    words: &'a str,
}

async fn finish(
    app: &App,
    id: &str,
    headers: &HeaderMap,
    parameters: &BTreeMap<String, String>,
    pending: &PendingSignIn,
) -> Result<SecretString, Problem> {
    let now = app.clock.now();
    let way = Registered::find(app, id).await?;
    let parameter = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if parameter("error").is_some() {
        return Err(Problem::refused(
            "sign-in-refused",
            "You were not signed in: the issuer sent you back without an answer. Try again.",
        ));
    }
    let code = parameter("code").ok_or_else(unknown_answer)?;
    let identity = match &way {
        Registered::Github(github) => by_github(app, github, code, pending, now).await?,
        Registered::Oidc(issuer) => {
            let ours = app.sign_in.is_of(issuer, parameter("iss"), now).await;
            if !ours.map_err(|failed| not_signed_in(&issuer.name, failed))? {
                return Err(unknown_answer());
            }
            let uri = redirect_uri(app, id)?;
            let claims = app.sign_in.claims(issuer, pending, (code, &uri), now).await;
            by_claims(id, issuer, claims.map_err(|failed| not_signed_in(&issuer.name, failed))?, now)
        }
    };
    let (identity, authenticated_at) = identity;
    joining::join(app, &identity).await?;
    // Whoever signed in before in this browser, or put a session there, has it no more.
    if let Some(before) = cookies::find(headers, cookies::SESSION) {
        app.store.delete_session(&token::hash(before)).await?;
    }
    let text = random()?;
    let times = Times { begun_at: now, authenticated_at, used_at: now };
    let session = Session {
        user: identity.user,
        issuer: identity.issuer,
        name: identity.name,
        email: identity.email,
        accounts: identity.accounts,
        begun_at: now,
        authenticated_at,
        used_at: now,
        expires_at: times.ends_at(),
    };
    app.store.save_session(&token::hash(text.expose_secret()), &session).await?;
    joining::refresh(app, &session).await?;
    tracing::info!(user = %session.user, "somebody signed in");
    Ok(text)
}

/// What was begun by this browser with this issuer, if it was. Taken, not read: a state works once, whoever brings it.
async fn take(
    app: &App,
    id: &str,
    headers: &HeaderMap,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<PendingSignIn, Problem> {
    let state = parameters.get("state").ok_or_else(unknown_answer)?;
    let cookie = cookies::find(headers, COOKIE).ok_or_else(unknown_answer)?;
    let pending = app.store.take_sign_in(&token::hash(state)).await?.ok_or_else(unknown_answer)?;
    let is_ours = pending.issuer == id
        && pending.expires_at > now
        && token::constant_time_eq(&pending.cookie_hash, &token::hash(cookie));
    is_ours.then_some(pending).ok_or_else(unknown_answer)
}

fn unknown_answer() -> Problem {
    Problem::bad_request(
        "This answer belongs to no sign-in that this browser began within the last ten minutes. Begin again from the \
         dashboard.",
    )
}

async fn by_github(
    app: &App,
    github_app: &GithubApp,
    code: &str,
    pending: &PendingSignIn,
    now: Timestamp,
) -> Result<(Identity, Timestamp), Problem> {
    let client = app.sign_in.client.get().map_err(|failure| unavailable("GitHub", &failure.to_string()))?;
    let verifier = SecretString::from(pending.verifier.clone());
    let user = github::signed_in(client, github_app, code, &verifier, now).await.map_err(|failure| match failure {
        Failure::Unauthorized(_) => {
            Problem::refused("sign-in-refused", "GitHub's answer is used up or over. Sign in again.")
        }
        failure => unavailable("GitHub", &failure.to_string()),
    })?;
    let origin = github_app.client.origin.as_ref().map_or("https://github.com", url::Url::as_str);
    let identity = Identity {
        user: user_id(origin, &user.id.to_string()),
        issuer: GITHUB.to_owned(),
        name: user.name.or(Some(user.login)),
        email: user.email.map(|email| email.to_lowercase()),
        accounts: vec![VendorId::new(Provider::Github, user.id)],
        organizations: user.organizations,
    };
    // GitHub says nothing of when it asked its user: that they came through it is what there is.
    Ok((identity, now))
}

fn by_claims(id: &str, issuer: &Issuer, claims: Claims, now: Timestamp) -> (Identity, Timestamp) {
    let vouched = claims.email_verified || claims.xms_edov || issuer.trusts_email;
    let authenticated_at = claims.auth_time.and_then(|at| Timestamp::from_second(at).ok());
    let identity = Identity {
        user: user_id(issuer.identifier.as_str(), &claims.sub),
        issuer: id.to_owned(),
        name: claims.name.or_else(|| claims.email.clone().filter(|_| vouched)),
        email: claims.email.filter(|_| vouched).map(|email| email.trim().to_lowercase()),
        accounts: claims.slack_user.map(|user| VendorId::new(Provider::Slack, user)).into_iter().collect(),
        organizations: Vec::new(),
    };
    // An issuer that does not say when it asked its user is not believed to have asked just now.
    (identity, authenticated_at.map_or(now - 2 * plumbline_auth::session::FRESH, |at| at.min(now)))
}

/// The same for the same subject of the same issuer, and for nobody else: a subject is only unique at its issuer
/// (OpenID Connect Core, 2).
fn user_id(issuer: &str, subject: &str) -> UserId {
    let hash = token::hash(&format!("{}\n{subject}", issuer.trim_end_matches('/')));
    UserId::from_digest(u128::from_str_radix(hash.get(..32).unwrap_or_default(), 16).unwrap_or_default())
}

/// An issuer that is registered.
enum Registered {
    Github(Box<GithubApp>),
    Oidc(Box<Issuer>),
}

impl Registered {
    async fn find(app: &App, id: &str) -> Result<Self, Problem> {
        let unknown = || {
            Problem::not_found(
                "unknown-issuer",
                "There is no such way to sign in. GET /auth/issuers lists those there are.",
            )
        };
        let mut all = app.sign_in.issuers().await?;
        if id != GITHUB {
            return Ok(Self::Oidc(Box::new(all.issuers.remove(id).ok_or_else(unknown)?)));
        }
        let apps = plumbline_connectors::Apps::parse(&app.apps.current().await?).map_err(anyhow::Error::msg)?;
        let github = apps.github.filter(|_| all.github).ok_or_else(unknown)?;
        Ok(Self::Github(Box::new(github)))
    }
}

fn unavailable(name: &str, reason: &str) -> Problem {
    tracing::warn!(reason, "an issuer does not answer as it should");
    Problem::try_later(format!("{name} does not answer as it should. Try again in a minute."), 60)
}

fn not_signed_in(name: &str, failed: Failed) -> Problem {
    match failed {
        Failed::Issuer(reason) => unavailable(name, &reason),
        Failed::Refused(reason) => Problem::refused(
            "sign-in-refused",
            format!("You were not signed in: {name}'s answer cannot be taken, since {reason}."),
        ),
        Failed::Code => {
            Problem::refused("sign-in-refused", format!("{name}'s answer is used up or over. Sign in again."))
        }
    }
}

/// Exactly what is registered at the issuer.
fn redirect_uri(app: &App, id: &str) -> Result<String, Problem> {
    let public = app.public_url.as_ref().as_ref().ok_or_else(|| {
        Problem::conflict("no-public-address", "The operator has to set the parameter PublicUrl for signing in.")
    })?;
    Ok(format!("{}/auth/callback/{id}", public.as_str().trim_end_matches('/')))
}

/// A page of ours: one that a browser takes for another site's, or cannot read, is refused.
fn checked_path(path: Option<&str>) -> Result<String, Problem> {
    let path = path.unwrap_or("/");
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 1000
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    is_ours.then(|| path.to_owned()).ok_or_else(|| {
        Problem::bad_request("`return_to` must be the path of a page of the dashboard, as /connections?team=t1.")
    })
}

fn random() -> Result<SecretString, Problem> {
    Ok(token::random().map_err(anyhow::Error::new)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_no_other_site() {
        for ours in ["/", "/connections?team=t1&x=%2F#y"] {
            assert_eq!(checked_path(Some(ours)).as_deref(), Ok(ours));
        }
        for other in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\/evil",
            "evil",
            "",
            "/a\tb",
            "/a b",
            "/\u{e9}",
        ] {
            assert!(checked_path(Some(other)).is_err(), "{other:?}");
        }
    }

    #[test]
    fn a_subject_is_somebody_only_together_with_its_issuer() {
        assert_eq!(user_id("https://a.example", "1"), user_id("https://a.example/", "1"));
        assert_ne!(user_id("https://a.example", "1"), user_id("https://b.example", "1"));
        assert_ne!(user_id("https://a.example", "1"), user_id("https://a.example", "2"));
        assert!(user_id("https://a.example", "1").as_str().starts_with("u_"));
    }
}
