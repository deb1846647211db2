//! Before and after every handler: who calls, whether they may, whether they call too much, and what the audit log keeps.

use crate::{
    access::{Caller, Who, times},
    app::App,
    cookies,
    edge::RequestId,
    openapi::rule_of,
    problem::Problem,
    rule::Rule,
    trail::Trail,
};
use axum::{
    extract::{MatchedPath, RawPathParams, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::{
    Action, access,
    bucket::{CALLS, Taken},
    session::LONGEST,
    token,
};
use plumbline_domain::Role;
use plumbline_store::{AuditEntry, Session};
use std::{net::IpAddr, sync::Arc};

/// Names and values as in the draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers).
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How often a token's last use is noted.
const TOKEN_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Tries to take from a bucket while other calls of the same caller do.
const TRIES: u32 = 20;

/// The layer around all routes.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    // What is no route, or not a method of one, is answered by the router.
    let rule = path.as_deref().and_then(|path| rule_of(request.method(), path));
    let (Some(path), Some(rule)) = (path, rule) else { return next.run(request).await };
    if rule == Rule::Open {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let (caller, left) = match Box::pin(admit(&app, &mut parts, rule)).await {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    let entry = AuditEntry {
        at: app.clock.now(),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        actor: caller.who.actor(),
        action: format!("{} {path}", parts.method),
        is_change: !matches!(parts.method, Method::GET | Method::HEAD),
        about: Vec::new(),
        from: source(&parts.headers),
        status: None,
    };
    let run = async { next.run(Request::from_parts(parts, body)).await };
    let mut response = match Box::pin(audited(&caller, rule, entry, run)).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    let window = CALLS.window();
    for (name, value) in
        [(POLICY, format!("\"calls\";q={};w={window}", CALLS.size)), (LIMIT, format!("\"calls\";r={left};t={window}"))]
    {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Lets a request in: what its handler takes goes into its extensions. With the calls that are left.
async fn admit(app: &App, parts: &mut Parts, rule: Rule) -> Result<(Caller, u32), Problem> {
    let (who, credential) = authenticate(app, parts).await?;
    let left = take(app, &credential).await?;
    let caller = Caller { app: app.clone(), who: Arc::new(who), trail: Trail::default() };
    match rule {
        Rule::Open | Rule::Somebody => {}
        Rule::Anywhere(action) => {
            // In which team is for the handler to find out; here only what is nobody's in a team.
            if action == Action::ManageInstallation && !matches!(*caller.who, Who::Operator) {
                return Err(Problem::forbidden("operator-only", "Only the operator of this installation may do this."));
            }
        }
        Rule::Team { action, sensitive } => {
            let id = team_of(parts).await?;
            let access = caller.team(&id, action, sensitive).await?;
            parts.extensions.insert(access);
        }
    }
    parts.extensions.insert(caller.clone());
    Ok((caller, left))
}

/// The team that the path or, where there is none in it, the query names.
async fn team_of(parts: &mut Parts) -> Result<String, Problem> {
    use axum::extract::FromRequestParts as _;
    let params = RawPathParams::from_request_parts(parts, &()).await.ok();
    if let Some((_, id)) = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "team_id")) {
        return Ok(id.to_owned());
    }
    let query = parts.uri.query().unwrap_or_default();
    let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "team_id");
    named
        .map(|(_, id)| id.into_owned())
        .ok_or_else(|| Problem::bad_request("Say which team: add `?team_id=` with one of the ids of GET /api/teams."))
}

/// Who calls, and the hash that their calls are counted by.
async fn authenticate(app: &App, parts: &Parts) -> Result<(Who, String), Problem> {
    let header = parts.headers.get(header::AUTHORIZATION);
    if let Some(header) = header {
        let sent = access::sent_token(header.to_str().ok()).ok_or_else(missing)?;
        if access::is_operator(sent, &app.admin_token.versions().await?.all()) {
            return Ok((Who::Operator, token::hash(sent)));
        }
        return by_token(app, sent).await;
    }
    let sent = cookies::find(&parts.headers, cookies::SESSION).ok_or_else(missing)?;
    let hash = token::hash(sent);
    let session =
        live_session(app, &hash).await?.ok_or_else(|| Problem::unauthorized("This sign-in is over. Sign in again."))?;
    if !matches!(parts.method, Method::GET | Method::HEAD) && !is_same_origin(app, &parts.headers) {
        return Err(Problem::forbidden(
            "cross-site",
            "This was sent by another site's page. Changes are taken from Plumbline's own pages alone.",
        ));
    }
    Ok((Who::User { session, hash: hash.clone() }, hash))
}

fn missing() -> Problem {
    Problem::unauthorized("Sign in, or send an API token in the header `Authorization: Bearer <token>`.")
}

/// The session with this hash, if it holds; its use is noted now and then.
async fn live_session(app: &App, hash: &str) -> Result<Option<Session>, Problem> {
    let now = app.clock.now();
    let Some(session) = app.store.load_session(hash).await? else { return Ok(None) };
    let valid_from = app.store.load_sessions_valid_from(&session.user).await?;
    let known = times(&session);
    if !known.hold(valid_from, now) {
        return Ok(None);
    }
    if !known.is_to_be_noted(now) {
        return Ok(Some(session));
    }
    let mut used = Session { used_at: now, ..session };
    used.expires_at = times(&used).ends_at();
    // `false`: it was ended just now, by its user.
    Ok(app.store.note_session(hash, &used).await?.then_some(used))
}

async fn by_token(app: &App, sent: &str) -> Result<(Who, String), Problem> {
    let invalid = || {
        Problem::unauthorized(
            "The token is not valid (any more). An admin of the team makes a new one; the operator finds theirs in \
             Secrets Manager.",
        )
    };
    let hash = token::hash(sent);
    let (team, id) = app.store.find_api_token(&hash).await?.ok_or_else(invalid)?;
    let mut known = app.store.load_api_token(&team, &id).await?.ok_or_else(invalid)?;
    let now = app.clock.now();
    if !known.holds(&hash, now) {
        return Err(invalid());
    }
    if let Some(made_by) = &known.made_by {
        // It ends with whoever made it, and with their being an admin.
        let user = app.store.load_user(&team, made_by).await?;
        if user.is_none_or(|user| user.role != Role::Admin) {
            return Err(invalid());
        }
    }
    if known.used_at.is_none_or(|used| now.duration_since(used) >= TOKEN_NOTED_EVERY) {
        let before = known.clone();
        known.used_at = Some(now);
        // `false`: it was rotated just now, and the next call notes its use.
        app.store.save_api_token(&team, &known, Some(&before)).await?;
    }
    Ok((Who::Token { team, token: known }, hash))
}

/// Whether a page of ours sent it. Browsers name the origin of whatever changes something; what does not is no page.
fn is_same_origin(app: &App, headers: &HeaderMap) -> bool {
    let Some(public) = app.public_url.as_ref() else { return false };
    let ours = public.origin().ascii_serialization();
    headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).is_some_and(|origin| origin == ours)
}

/// Takes a call from the caller's bucket; how many are left.
async fn take(app: &App, credential: &str) -> Result<u32, Problem> {
    for _ in 0..TRIES {
        let full_at = app.store.load_bucket(credential).await?;
        match CALLS.take(full_at, app.clock.now()) {
            Taken::Yes { full_at: after, left } => {
                // Microseconds are what is stored.
                let after = Timestamp::from_microsecond(after.as_microsecond()).unwrap_or(after);
                if app.store.save_bucket(credential, full_at, after).await? {
                    return Ok(left);
                }
            }
            Taken::No { retry_after } => {
                return Err(Problem::too_many(
                    format!(
                        "These are more calls than {} at once or {} a second. Go on in {retry_after} seconds.",
                        CALLS.size, CALLS.per_second
                    ),
                    retry_after,
                ));
            }
        }
    }
    Err(Problem::too_many("Many calls come at the same time. Send fewer at once.", 1))
}

/// Runs a handler, with what the audit log has to have before and after it.
async fn audited(
    caller: &Caller,
    rule: Rule,
    mut entry: AuditEntry,
    run: impl Future<Output = Response>,
) -> Result<Response, Problem> {
    let (store, trail) = (&caller.app.store, &caller.trail);
    if entry.is_change {
        for collected in trail.collected() {
            // Before the change: one that is made and then breaks off has an entry, too.
            store.save_audit(&collected.team, &entry).await?;
        }
    }
    let response = run.await;
    let status = response.status();
    let succeeded = status.is_success() || status.is_redirection();
    entry.status = Some(status.as_u16());
    for collected in trail.collected() {
        if rule.shows_people() && succeeded && !collected.is_accounted {
            return Err(Problem::internal(&anyhow::anyhow!("{} does not say whose rows it shows", entry.action)));
        }
        let is_read_about_others = !entry.is_change && succeeded && !collected.about.is_empty();
        if !entry.is_change && !is_read_about_others {
            continue;
        }
        entry.about = collected.about;
        if let Err(error) = store.save_audit(&collected.team, &entry).await {
            // A change has its entry from before; what would be shown without one is not shown.
            if is_read_about_others {
                return Err(error.into());
            }
            tracing::warn!(%error, "how a change ended is missing in the audit log");
        }
    }
    Ok(response)
}

/// Where a request came from, without the last part of the address: the last 8 bits of IPv4, the last 80 of IPv6.
/// CloudFront appends the viewer's address to `X-Forwarded-For`, API Gateway that of CloudFront; what comes before was
/// written by anybody.
fn source(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = all.flat_map(|value| value.split(',')).map(str::trim).collect();
    let hop = hops.len().checked_sub(2).and_then(|index| hops.get(index)).or(hops.last())?;
    match hop.parse().ok()? {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Some(format!("{a}.{b}.{c}.0"))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::"))
        }
    }
}

/// How long a session's cookie is kept by the browser: the session itself ends sooner when nobody uses it.
pub(crate) const COOKIE_SECONDS: i64 = LONGEST.as_secs();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_the_last_hop_before_the_edge_shortened() {
        let source = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_static(value));
            super::source(&headers)
        };
        assert_eq!(source("10.9.9.9, 192.0.2.77, 130.176.0.1").as_deref(), Some("192.0.2.0"));
        assert_eq!(source("2001:db8:1:2:3:4:5:6, 130.176.0.1").as_deref(), Some("2001:db8:1::"));
        assert_eq!(source("192.0.2.77").as_deref(), Some("192.0.2.0"));
        assert_eq!(source("anything, 130.176.0.1"), None);
        assert_eq!(super::source(&HeaderMap::new()), None);
    }
}
