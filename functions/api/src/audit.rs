//! The audit log of a team.

use crate::{
    access::TeamAccess,
    export::Asked,
    input::{Params, check_order, end_of, parse_day, start_of},
    problem::Problem,
};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::Sight;
use plumbline_export::{AUDIT_COLUMNS, Format, Page, of_entry};
use plumbline_store::{AUDIT_KEPT, AuditEntry};
use serde::Deserialize;
use utoipa::IntoParams;

/// Entries of a page when none are asked for.
const DEFAULT_ROWS: usize = 1000;
/// The most.
const MOST_ROWS: usize = 5000;
/// How long a page may take; its entries are read at once.
const LONGEST_READING: SignedDuration = SignedDuration::from_secs(25);

/// Which entries, and how they are written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// `csv` (when absent) or `ndjson`, one JSON object a line.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// First day, `YYYY-MM-DD` in the team's time zone; the oldest when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, inclusive; today when absent.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Entries of a page at most, 1 to 5000; 1000 when absent.
    #[param(value_type = Option<u32>)]
    limit: Option<usize>,
    /// Where to go on: as the `Link` header of the page before has it.
    cursor: Option<String>,
}

/// The audit log
///
/// Every change and every read about other people, the oldest first, for 400 days: when, who (`operator`, a user or an API
/// token), what (method and path), about whom or what, from where (an address without its last part), and the status
/// that it ended with; without one it broke off. `kind` is `change` or `read`. As long as there is more, the `Link` header
/// has the address of the next page.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/audit", operation_id = "getAudit", tag = "audit",
    params(("team_id" = String, Path, description = "The team"), AuditQuery),
    responses((
        status = 200, description = "A page of the log",
        content((String = "text/csv"), (String = "application/x-ndjson")),
        headers(("link" = String, description = "`<address>; rel=\"next\"` while there is more")),
    )),
)]
pub(crate) async fn show(access: TeamAccess, Params(query): Params<AuditQuery>) -> Result<Response, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` must be from 1 to {MOST_ROWS}.")));
    }
    let (zone, now) = (access.zone()?, access.app.clock.now());
    let (from, to) = (parse_day("from", query.from.as_deref())?, parse_day("to", query.to.as_deref())?);
    check_order(from, to)?;
    let oldest = now.checked_sub(AUDIT_KEPT).unwrap_or(Timestamp::MIN);
    let from = from.map(|day| start_of(day, &zone)).transpose()?.unwrap_or(oldest).max(oldest);
    let end = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let to = to.map(|day| end_of(day, &zone)).transpose()?.unwrap_or(end).min(end);
    let after = query.cursor.as_deref().map(parse_cursor).transpose()?;
    access.trail.shows_everybody();
    let after_ref = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    // One more than a page has, to know whether there is a next.
    let mut entries = access.app.store.load_audit(access.id(), (from, to), after_ref, limit + 1).await?;
    let has_next = entries.len() > limit;
    entries.truncate(limit);
    let (header, deadline) = (after.is_none(), now + LONGEST_READING);
    let mut page = Page::new(query.format, &AUDIT_COLUMNS, header, (limit, deadline), Sight::Everybody)?;
    let mut last = None;
    let mut is_cut = has_next;
    for entry in &entries {
        if page.is_full() {
            is_cut = true;
            break;
        }
        page.push(&of_entry(entry))?;
        last = Some(entry);
    }
    let mut response = page.finish()?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(query.format.content_type(header)));
    let file = format!("attachment; filename=\"audit.{}\"", query.format.as_str());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(anyhow::Error::new)?);
    if let Some(last) = last.filter(|_| is_cut) {
        let AuditQuery { format, from, to, limit, .. } = &query;
        let asked = Asked { format: *format, from: from.as_deref(), to: to.as_deref(), limit: *limit };
        let link = asked.next(&access, "audit", &cursor(last));
        headers.insert(header::LINK, HeaderValue::from_str(&link).map_err(anyhow::Error::new)?);
    }
    Ok(response)
}

fn cursor(last: &AuditEntry) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", last.at.as_millisecond(), last.request_id))
}

fn parse_cursor(text: &str) -> Result<(Timestamp, String), Problem> {
    let parse = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, request_id) = text.split_once(' ')?;
        let at = Timestamp::from_millisecond(at.parse().ok()?).ok()?;
        // It becomes part of a key.
        let fits = request_id.len() <= 128 && request_id.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
        fits.then(|| (at, request_id.to_owned()))
    };
    parse()
        .ok_or_else(|| Problem::bad_request("`cursor` is none of ours: follow the `Link` header of the page before."))
}
