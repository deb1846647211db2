//! Connecting by a vendor's consent page: there with a state, back with a code.
//!
//! The state is random, works once and for ten minutes, and only together with a cookie of the browser that began: a
//! link that somebody else began connects nothing. PKCE (RFC 7636) keeps a stolen code worthless.
//!
//! What came of it is shown by the dashboard ([`crate::outcome`]).

use super::{NewRecord, Supported, keep, no_connection, refusal, trial};
use crate::{access::TeamAccess, app::App, cookies, input::Params, outcome, problem::Problem, shapes::ProviderName};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::token;
use plumbline_connectors::{Connection, Consent, Failure, Vendor};
use plumbline_domain::Provider;
use plumbline_store::PendingConsent;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How long a person may take at the vendor.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Binds a state to the browser that began. `__Host-`: from this host alone, over TLS alone.
const COOKIE: &str = "__Host-plumbline-consent";

/// Tells the dashboard what came of a consent; its script reads it once and removes it.
const OUTCOME_COOKIE: &str = "__Host-plumbline-consent-outcome";

/// A cookie has 4 KB (RFC 6265, 6.1), and base64 makes four characters of three bytes.
const LONGEST_WORDS: usize = 800;

/// Where the vendors send the browser back to.
const CALLBACK: &str = "/auth/connections/callback";

/// Where to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentPage {
    /// The vendor's consent page; send the browser there within ten minutes.
    url: String,
}

/// How to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Begin {
    /// GitHub: the App is installed there already, so that its user only has to authorize it.
    #[serde(default)]
    installed: bool,
}

/// Begin connecting by the vendor's consent page
///
/// The answer sets a cookie that the callback needs: ask from the browser that will follow the address. A browser that
/// navigates here (it accepts HTML) is sent on at once. For vendors whose app the operator registered: GitHub with
/// Copilot, Atlassian's Jira, Slack.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/connections/{provider}/start", operation_id = "startConnection", tag = "connections",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("provider" = ProviderName, Path, description = "The vendor"),
        Begin,
    ),
    responses(
        (status = 200, description = "Where to go", body = ConsentPage),
        (status = 303, description = "The same as a redirect, for a browser that navigates"),
    ),
)]
pub(crate) async fn start(
    access: TeamAccess,
    Supported(provider): Supported,
    Params(begin): Params<Begin>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let app = &access.app;
    let vendor = app.vendor(provider).ok_or_else(|| no_connection(provider))?;
    let name = vendor.descriptor().name;
    let now = app.clock.now();
    // Now, and not only when the browser comes back: what the vendor gives it then works once.
    trial::leave_alone(app, vendor, access.id(), now).await?;
    let random = || token::random().map_err(anyhow::Error::new);
    let (state, cookie, verifier) = (random()?, random()?, random()?);
    let apps = trial::apps(app).await?;
    let consent = Consent {
        apps: &apps,
        redirect_uri: &redirect_uri(app)?,
        state: state.expose_secret(),
        verifier: &verifier,
        installed: begin.installed,
    };
    let url = vendor.consent_page(consent).map_err(|failure| refusal(name, failure, now))?.ok_or_else(|| {
        Problem::conflict(
            "no-consent-page",
            format!(
                "{name} cannot be connected by a consent page here: the operator registered no app for it. PUT \
                 /api/teams/{}/connections/{provider} takes credentials.",
                access.id()
            ),
        )
    })?;
    let pending = PendingConsent {
        team_id: access.id().clone(),
        provider,
        cookie_hash: token::hash(cookie.expose_secret()),
        verifier: verifier.expose_secret().to_owned(),
        expires_at: now + PATIENCE,
    };
    app.store.save_consent(&token::hash(state.expose_secret()), &pending).await?;
    let cookie = cookies::set(COOKIE, cookie.expose_secret(), PATIENCE.as_secs())?;
    let mut response = if outcome::navigates(&headers) {
        let location = HeaderValue::from_str(url.as_str()).map_err(anyhow::Error::new)?;
        (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
    } else {
        Json(ConsentPage { url: url.into() }).into_response()
    };
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Come back from a vendor's consent page
///
/// Needs no token: the state is one, together with the cookie that `start` set. It makes the connection and sends the
/// browser to the dashboard, which says what came of it.
#[utoipa::path(
    get, path = "/auth/connections/callback", operation_id = "finishConnection", tag = "connections", security(()),
    responses((status = 303, description = "To the dashboard; a browser is sent there when it did not work, too")),
)]
pub(crate) async fn callback(
    State(app): State<App>,
    headers: HeaderMap,
    Params(parameters): Params<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let (begun, ended) = match take(&app, &headers, &parameters, now).await {
        Ok(pending) => {
            let ended = finish(&app, &pending, &parameters, now).await;
            (Some(pending), ended)
        }
        Err(problem) => (None, Err(problem)),
    };
    let (connected, words) = match ended {
        Ok(words) => (true, words),
        Err(problem) if outcome::navigates(&headers) => {
            tracing::warn!(kind = problem.kind(), "a consent made no connection");
            (false, Some(problem.detail().to_owned()))
        }
        Err(problem) => return Err(problem),
    };
    let team = begun.as_ref().map(|begun| format!("?team={}", begun.team_id)).unwrap_or_default();
    let outcome = Outcome {
        provider: begun.map(|begun| ProviderName(begun.provider)),
        connected,
        words: words.map(|words| words.chars().take(LONGEST_WORDS).collect()),
    };
    let headers = AppendHeaders([
        (header::LOCATION, HeaderValue::from_str(&format!("/connections{team}")).map_err(anyhow::Error::new)?),
        (header::SET_COOKIE, cookies::clear(COOKIE)?),
        (header::SET_COOKIE, outcome::cookie(OUTCOME_COOKIE, &outcome)?),
    ]);
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// What came of a consent, for the dashboard.
#[derive(Serialize)]
struct Outcome {
    /// The vendor, when it is known.
    provider: Option<ProviderName>,
    connected: bool,
    /// Why not, or what else there is to know.
    words: Option<String>,
}

/// What was begun by this browser, if it was. Taken, not read: a state works once, whoever brings it.
async fn take(
    app: &App,
    headers: &HeaderMap,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<PendingConsent, Problem> {
    let unknown = || {
        Problem::bad_request(
            "This answer of a vendor belongs to no connection that this browser began within the last ten minutes. Begin \
             again from the connections page.",
        )
    };
    let state = parameters.get("state").ok_or_else(unknown)?;
    let cookie = cookies::find(headers, COOKIE).ok_or_else(unknown)?;
    let pending = app.store.take_consent(&token::hash(state)).await?.ok_or_else(unknown)?;
    if pending.expires_at <= now || !token::constant_time_eq(&pending.cookie_hash, &token::hash(cookie)) {
        return Err(unknown());
    }
    Ok(pending)
}

/// Makes the connection; what there is to know about it beyond that.
async fn finish(
    app: &App,
    pending: &PendingConsent,
    parameters: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<Option<String>, Problem> {
    let provider = pending.provider;
    let vendor = app.vendor(provider).ok_or_else(|| no_connection(provider))?;
    let name = vendor.descriptor().name;
    if let Some(error) = parameters.get("error") {
        // Their words are a code (RFC 6749, 4.1.2.1), but anybody could have written them.
        let code: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        let reason = match code.as_str() {
            "access_denied" => format!("{name} was not connected, because nobody agreed there"),
            _ => format!("{name} sent back without consent ({code})"),
        };
        return Err(Problem::refused_by_vendor(
            "consent-refused",
            format!("{reason}. Nothing was changed; begin again when it is to be given."),
        ));
    }
    trial::leave_alone(app, vendor, &pending.team_id, now).await?;
    let apps = trial::apps(app).await?;
    let verifier = SecretString::from(pending.verifier.clone());
    let state = parameters.get("state").map(String::as_str).unwrap_or_default();
    let redirect_uri = redirect_uri(app)?;
    let consent = Consent { apps: &apps, redirect_uri: &redirect_uri, state, verifier: &verifier, installed: false };
    let refused = |failure: Failure| match failure {
        Failure::Unauthorized(words) | Failure::Invalid(words) => {
            Problem::refused_by_vendor("consent-refused", format!("{name} was not connected: {words}."))
        }
        other => refusal(name, other, now),
    };
    let consented = vendor.consented(consent, parameters, now).await.map_err(refused)?;
    let gone = || Problem::not_found("unknown-team", "The team that this was begun for is no longer there.");
    let team = app.store.load_team(&pending.team_id).await?.ok_or_else(gone)?;
    let connection = Connection {
        team_id: team.id.clone(),
        base_url: None,
        credentials: consented.credentials,
        settings: consented.settings,
        apps: apps.clone(),
    };
    let probe = vendor.probe(&connection, now).await.map_err(refused)?;
    let sync_at = app.store.load_connection(&team.id, provider).await?.and_then(|known| known.sync_at);
    keep(app, &team, NewRecord { provider, connection: &connection, probe, sync_at }).await?;
    Ok(chosen(&consented.choices))
}

/// Where the consent covers several sites, which of them is read.
fn chosen(choices: &[(String, String)]) -> Option<String> {
    let (_, first) = choices.first()?;
    let names: Vec<_> = choices.iter().map(|(_, name)| name.as_str()).collect();
    Some(format!(
        "The consent covers {}. {first} is read; for another one, connect again and choose it alone.",
        names.join(", ")
    ))
}

/// The providers whose consent page people can be sent to. None where the operator's secret cannot be read, which is
/// logged: what is connected is to be seen all the same.
pub(super) async fn offered(app: &App) -> Vec<Provider> {
    let (Ok(redirect_uri), Ok(apps)) = (redirect_uri(app), trial::apps(app).await) else { return Vec::new() };
    let verifier = SecretString::default();
    let consent =
        Consent { apps: &apps, redirect_uri: &redirect_uri, state: "", verifier: &verifier, installed: false };
    let has_page = |vendor: &&dyn Vendor| matches!(vendor.consent_page(consent), Ok(Some(_)));
    let vendors = app.vendors.iter().map(AsRef::as_ref).filter(has_page);
    vendors.map(|vendor| vendor.descriptor().provider).collect()
}

/// Exactly what is registered at the vendor.
fn redirect_uri(app: &App) -> Result<String, Problem> {
    let public = app.public_url.as_ref().as_ref().ok_or_else(|| {
        Problem::conflict("no-public-address", "The operator has to set the parameter PublicUrl for consent pages.")
    })?;
    Ok(format!("{}{CALLBACK}", public.as_str().trim_end_matches('/')))
}
