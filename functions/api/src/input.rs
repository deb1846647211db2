//! Reading what a caller sends: JSON bodies, query parameters, days. Every refusal says what to do.

use crate::problem::Problem;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request},
    http::{StatusCode, request::Parts},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// A JSON body. It is read as JSON whatever its content type says: the token in the header, not the kind of content,
/// is what keeps strangers out. Malformed JSON is 400, JSON of another shape (unknown fields, too) is 422.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            _ => Problem::bad_request("The body broke off. Send it again."),
        })?;
        // serde's derived code takes a list for a struct's fields, too.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::invalid("The body is a list; an object is expected."));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| match error.classify() {
            Category::Data => Problem::invalid(format!("The body is not of the expected form: {error}.")),
            _ if bytes.is_empty() => Problem::bad_request("Send a JSON object as the body."),
            _ => Problem::bad_request(format!("The body is not JSON: {error}.")),
        })
    }
}

/// The path's last parameter: which of a team's things.
pub(crate) struct Which(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Which {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        Ok(Self(params.and_then(|params| params.iter().last().map(|(_, id)| id.to_owned())).unwrap_or_default()))
    }
}

/// Query parameters; an unknown one is refused, since a misspelt filter would give the numbers of something else.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(params)| Self(params))
            .map_err(|rejection| Problem::bad_request(format!("The query cannot be used: {}.", rejection.body_text())))
    }
}

/// A day, written `YYYY-MM-DD`; `name` is the parameter's.
pub(crate) fn parse_day(name: &str, text: Option<&str>) -> Result<Option<Date>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let day = (text.len() == 10).then(|| text.parse().ok()).flatten();
    day.map(Some).ok_or_else(|| {
        Problem::bad_request(format!("`{name}` is not a day: write it as YYYY-MM-DD, as in 2026-03-31."))
    })
}

/// The instant at which a day begins in a time zone.
pub(crate) fn start_of(day: Date, zone: &TimeZone) -> Result<Timestamp, Problem> {
    day.to_zoned(zone.clone())
        .and_then(|zoned| zoned.start_of_day())
        .map(|zoned| zoned.timestamp())
        .map_err(|_| Problem::bad_request(format!("{day} is too far away to be computed with.")))
}

/// The instant at which the day after a day begins.
pub(crate) fn end_of(day: Date, zone: &TimeZone) -> Result<Timestamp, Problem> {
    let next =
        day.tomorrow().map_err(|_| Problem::bad_request(format!("{day} is too far away to be computed with.")))?;
    start_of(next, zone)
}

/// Refuses a range that ends before it begins.
pub(crate) fn check_order(from: Option<Date>, to: Option<Date>) -> Result<(), Problem> {
    match from.zip(to) {
        Some((from, to)) if from > to => {
            Err(Problem::bad_request(format!("`from` ({from}) is after `to` ({to}): swap them.")))
        }
        _ => Ok(()),
    }
}
