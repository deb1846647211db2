//! Facts as tables, page by page.
//!
//! A page ends at its number of rows, at about 4 MB (a Lambda answers with at most 6) or after 15 seconds of reading,
//! whichever comes first; where it ends the `Link` header tells how to go on, so that nothing is ever cut silently.
//! All pages of a CSV export, put one after the other, are one file: only the first has the header row.

mod cursor;
mod page;
mod people;
mod rows;
mod walk;

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
use cursor::Cursor;
use jiff::{SignedDuration, Timestamp};
use page::{Format, Page};
use people::People;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Rows of a page when none are asked for.
const DEFAULT_ROWS: usize = 1000;
/// The most that can be asked for.
const MOST_ROWS: usize = 5000;
/// How long a page reads; the API answers within 30 seconds or not at all.
const LONGEST_READING: SignedDuration = SignedDuration::from_secs(15);

/// A kind of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportKind)]
pub(crate) enum Kind {
    /// Pull requests.
    PullRequests,
    /// Submitted reviews.
    Reviews,
    /// Commits of pull requests and of default branches.
    Commits,
    /// The team's people.
    Members,
}

impl Kind {
    const ALL: [Self; 4] = [Self::PullRequests, Self::Reviews, Self::Commits, Self::Members];

    const fn as_str(self) -> &'static str {
        match self {
            Self::PullRequests => "pull_requests",
            Self::Reviews => "reviews",
            Self::Commits => "commits",
            Self::Members => "members",
        }
    }

    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::PullRequests => &rows::PULL_REQUEST_COLUMNS,
            Self::Reviews => &rows::REVIEW_COLUMNS,
            Self::Commits => &rows::COMMIT_COLUMNS,
            Self::Members => &rows::MEMBER_COLUMNS,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Kind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let text = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "kind"));
        let text = text.map(|(_, text)| text).unwrap_or_default();
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let kinds = Self::ALL.map(Self::as_str).join(", ");
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

/// The instants between which rows are listed; `None` is no bound.
struct Window {
    from: Option<Timestamp>,
    /// Exclusive.
    to: Option<Timestamp>,
}

impl Window {
    fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// Facts as a table
///
/// Everything, unless `from` or `to` narrow it: pull requests by the day of their merge (else closing, else creation),
/// reviews by their submission, commits by the author's date, in the team's time zone; members are always all.
/// As long as there is more, the `Link` header has the address of the next page (`rel="next"`); a page may have fewer
/// rows than `limit`, or none, and still have a next. Of a CSV export only the first page has the header row, so that
/// all pages in a row are one file. In CSV, free text that a spreadsheet would take for a formula (it begins with `=`,
/// `+`, `-`, `@`, a tab or a carriage return) gets a `'` in front; NDJSON has it as it is.
/// Bots' rows are there and marked; the author or reviewer of a deleted account is empty. A commit that several pull
/// requests hold has a row for each; one of the default branch that no listed pull request holds has no number.
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
    kind: Kind,
    Params(query): Params<ExportQuery>,
) -> Result<Response, Problem> {
    let app = &access.app;
    let limit = query.limit.unwrap_or(DEFAULT_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` must be from 1 to {MOST_ROWS}.")));
    }
    let window = window(&access, &query)?;
    let cursor = query.cursor.as_deref().map(|text| Cursor::parse(text, kind)).transpose()?;
    let header = cursor.is_none();
    let mut page = Page::new(query.format, kind.columns(), header, limit, app.clock.now() + LONGEST_READING)?;
    let people = Box::pin(People::load(&app.store, &access.team)).await?;
    let next = if kind == Kind::Members {
        walk::members(&people, cursor, &mut page)?
    } else {
        walk::Walk { app, team: access.id(), kind, window, people: &people }.run(cursor, &mut page).await?
    };
    let mut response = page.finish()?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(query.format.content_type(header)));
    let file = format!("attachment; filename=\"{}.{}\"", kind.as_str(), query.format.as_str());
    set(headers, header::CONTENT_DISPOSITION, &file)?;
    if let Some(next) = next {
        set(headers, header::LINK, &link(&access, kind, &query, &next)?)?;
    }
    Ok(response)
}

fn set(headers: &mut axum::http::HeaderMap, name: HeaderName, value: &str) -> Result<(), Problem> {
    headers.insert(name, HeaderValue::from_str(value).map_err(anyhow::Error::new)?);
    Ok(())
}

fn window(access: &TeamAccess, query: &ExportQuery) -> Result<Window, Problem> {
    let (from, to) = (parse_day("from", query.from.as_deref())?, parse_day("to", query.to.as_deref())?);
    check_order(from, to)?;
    let zone = access.zone()?;
    Ok(Window {
        from: from.map(|day| start_of(day, &zone)).transpose()?,
        to: to.map(|day| end_of(day, &zone)).transpose()?,
    })
}

/// The next page's address, with all the parameters of this one.
fn link(access: &TeamAccess, kind: Kind, query: &ExportQuery, next: &Cursor) -> Result<String, Problem> {
    let mut params = url::form_urlencoded::Serializer::new(String::new());
    params.append_pair("format", query.format.as_str());
    for (name, value) in [("from", &query.from), ("to", &query.to)] {
        if let Some(value) = value {
            params.append_pair(name, value);
        }
    }
    if let Some(limit) = query.limit {
        params.append_pair("limit", &limit.to_string());
    }
    params.append_pair("cursor", &next.to_text()?);
    Ok(format!("</api/teams/{}/export/{}?{}>; rel=\"next\"", access.id(), kind.as_str(), params.finish()))
}
