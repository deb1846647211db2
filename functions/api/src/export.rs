//! Facts as tables, page by page.
//!
//! A page ends at its number of rows, at about 4 MB (a Lambda answers with at most 6) or after 15 seconds of reading,
//! whichever comes first; where it ends the `Link` header tells how to go on, so that nothing is ever cut silently.
//! All pages of a CSV export, put one after the other, are one file: only the first has the header row.

use crate::{
    access::TeamAccess,
    input::{Params, check_order, end_of, parse_day, start_of},
    problem::Problem,
};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderName, HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use plumbline_export::{Cursor, Format, Kind, Page, People, RangeRule, Source, Window};
use serde::Deserialize;
use utoipa::IntoParams;

/// Rows of a page when none are asked for.
const DEFAULT_ROWS: usize = 1000;
/// The most that can be asked for.
const MOST_ROWS: usize = 5000;
/// How long a page reads; the API answers within 30 seconds or not at all.
const LONGEST_READING: SignedDuration = SignedDuration::from_secs(15);

/// The table that the path names.
pub(crate) struct Table(Kind);

impl<S: Send + Sync> FromRequestParts<S> for Table {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let text = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "kind"));
        let text = text.map(|(_, text)| text).unwrap_or_default();
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).map(Self).ok_or_else(|| {
            let kinds = Kind::ALL.map(Kind::as_str).join(", ");
            Problem::not_found("unknown-export", format!("There is no export `{text}`. Those there are: {kinds}."))
        })
    }
}

/// Which rows, and how they are written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// `csv` (when absent) or `ndjson`, one JSON object a line.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// First day, `YYYY-MM-DD` in the team's time zone; from the beginning when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, inclusive; to the end when absent.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Rows of a page at most, 1 to 5000; 1000 when absent.
    #[param(value_type = Option<u32>)]
    limit: Option<usize>,
    /// Where to go on: as the `Link` header of the page before has it.
    cursor: Option<String>,
}

/// Facts as a table
///
/// Everything, unless `from` or `to` narrow it: pull requests by the day of their merge (else closing, else creation),
/// reviews by their submission, commits by the author's date, issues by the day they were done (else creation), sprints
/// by their completion (else start), in the team's time zone; daily usage and storage by their day, which is a UTC day;
/// members are always all. Seats, boards, groups and identities are as they are now: a range is refused.
///
/// As long as there is more, the `Link` header has the address of the next page (`rel="next"`); a page may have fewer
/// rows than `limit`, or none, and still have a next. Of a CSV export only the first page has the header row, so that
/// all pages in a row are one file. In CSV, free text that a spreadsheet would take for a formula (it begins with `=`,
/// `+`, `-`, `@`, a tab or a carriage return) gets a `'` in front; NDJSON has it as it is. A cell with several values
/// has them with `; ` between. Instants are RFC 3339 in UTC.
///
/// Whoever is not an admin has the rows about themselves and, as a lead, about the people in their groups, and those that are
/// about nobody: sprints, storage, boards, sums.
///
/// Bots' rows are there and marked; the author or reviewer of a deleted account is empty. A commit that several pull
/// requests hold has a row for each; one of the default branch that no listed pull request holds has no number. What the
/// vendor no longer has is there with `gone_at`. Daily usage has a row for each account and day, and for the whole
/// organisation one (`dimension` is `total`) and one for each language, editor, model and feature: add up only rows of
/// one dimension. Storage has a row for each repository and day; the one without a repository is the whole server's.
/// Groups have a row for each membership, of every vendor; a group without members has one without an account.
/// Identities have a row for each account; `status` is `matched` (with another account, or by an admin), `unmatched`
/// (alone so far) or `not_a_person`.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/export/{kind}", operation_id = "getExport", tag = "export",
    params(
        ("team_id" = String, Path, description = "The team"),
        ("kind" = Kind, Path, description = "Which table"),
        ExportQuery,
    ),
    responses((
        status = 200, description = "A page of the table",
        content((String = "text/csv"), (String = "application/x-ndjson")),
        headers(("link" = String, description = "`<address>; rel=\"next\"` while there is more")),
    )),
)]
pub(crate) async fn show(
    access: TeamAccess,
    Table(kind): Table,
    Params(query): Params<ExportQuery>,
) -> Result<Response, Problem> {
    let app = &access.app;
    let limit = query.limit.unwrap_or(DEFAULT_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` must be from 1 to {MOST_ROWS}.")));
    }
    let window = window(&access, kind, &query)?;
    let cursor = query.cursor.as_deref().map(|text| Cursor::parse(text, kind)).transpose()?;
    let header = cursor.is_none();
    let deadline = app.clock.now() + LONGEST_READING;
    let mut page = Page::new(query.format, kind.columns(), header, (limit, deadline), access.sight().await?)?;
    let people = Box::pin(People::load(&app.store, &access.team)).await?;
    let source = Source { store: &app.store, clock: &app.clock, team: &access.team, people: &people };
    let next = Box::pin(source.fill(kind, window, cursor, &mut page)).await?;
    let mut response = page.finish()?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(query.format.content_type(header)));
    let file = format!("attachment; filename=\"{}.{}\"", kind.as_str(), query.format.as_str());
    set(headers, header::CONTENT_DISPOSITION, &file)?;
    if let Some(next) = next {
        let ExportQuery { format, from, to, limit, .. } = &query;
        let asked = Asked { format: *format, from: from.as_deref(), to: to.as_deref(), limit: *limit };
        let below = format!("export/{}", kind.as_str());
        set(headers, header::LINK, &asked.next(&access, &below, &next.to_text()?))?;
    }
    Ok(response)
}

fn set(headers: &mut axum::http::HeaderMap, name: HeaderName, value: &str) -> Result<(), Problem> {
    headers.insert(name, HeaderValue::from_str(value).map_err(anyhow::Error::new)?);
    Ok(())
}

fn window(access: &TeamAccess, kind: Kind, query: &ExportQuery) -> Result<Window, Problem> {
    let (from, to) = (parse_day("from", query.from.as_deref())?, parse_day("to", query.to.as_deref())?);
    check_order(from, to)?;
    if kind.range_rule() == RangeRule::Refused && (from.is_some() || to.is_some()) {
        return Err(Problem::bad_request(format!(
            "The export `{}` is of the present and takes neither `from` nor `to`: leave them out.",
            kind.as_str()
        )));
    }
    let zone = access.zone()?;
    Ok(Window {
        from: from.map(|day| start_of(day, &zone)).transpose()?,
        to: to.map(|day| end_of(day, &zone)).transpose()?,
        days: (from, to),
    })
}

/// What a page was asked for; the next one is asked for the same.
pub(crate) struct Asked<'a> {
    pub(crate) format: Format,
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
    pub(crate) limit: Option<usize>,
}

impl Asked<'_> {
    /// The `Link` header to the next page: below the team, with all the parameters of this one.
    pub(crate) fn next(&self, access: &TeamAccess, below: &str, cursor: &str) -> String {
        let mut params = url::form_urlencoded::Serializer::new(String::new());
        params.append_pair("format", self.format.as_str());
        for (name, value) in [("from", self.from), ("to", self.to)] {
            if let Some(value) = value {
                params.append_pair(name, value);
            }
        }
        if let Some(limit) = self.limit {
            params.append_pair("limit", &limit.to_string());
        }
        params.append_pair("cursor", cursor);
        format!("</api/teams/{}/{below}?{}>; rel=\"next\"", access.id(), params.finish())
    }
}
