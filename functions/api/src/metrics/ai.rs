//! What AI does to a team's pull requests.

use super::{DeliveryQuery, Found, instants, timed};
use crate::{access::TeamAccess, input::Params, problem::Problem};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use plumbline_metrics::ai::{Ai, AiBasis, AiInput, ai};
use serde::Deserialize;
use std::time::Instant;
use utoipa::IntoParams;

/// What to look at.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AiQuery {
    /// First day, `YYYY-MM-DD` in the team's time zone; 89 days before `to` when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, inclusive; today when absent. At most two years after `from`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Only pull requests by members of this group: its slug or id.
    group: Option<String>,
    /// Only pull requests of this repository: `owner/name` or its id.
    repository: Option<String>,
    /// Only pull requests of this author: a login or an id.
    author: Option<String>,
    /// What tells assisted from other pull requests when they are compared; `combined` when absent.
    by: Option<AiBasis>,
}

/// What AI does to merged pull requests
///
/// The share of AI-assisted ones by the authors' answers, by detection and by both; assisted against other ones, with the
/// sample and a 95 % interval in each group, and no difference where either has fewer than ten; how often reviewers guess
/// right; how good detection is; and the tools. A pull request counts on the day of its merge in the team's time zone. What is
/// of fewer than five people is shown to those alone who may see them (403 `too-few-people`).
#[utoipa::path(
    get, path = "/api/teams/{team_id}/metrics/ai", operation_id = "getAi", tag = "metrics",
    params(("team_id" = String, Path, description = "The team"), AiQuery),
    responses((status = 200, description = "The metrics, each with its definition, sample and exclusions", body = Ai)),
)]
pub(crate) async fn show(access: TeamAccess, Params(query): Params<AiQuery>) -> Result<Response, Problem> {
    let started = Instant::now();
    let now = access.app.clock.now();
    let AiQuery { from, to, group, repository, author, by } = query;
    let query = DeliveryQuery { from, to, group, repository, author };
    let range = query.range(&access, now)?;
    let (start, end) = instants(&range);
    let is_narrowed = query.group.is_some() || query.repository.is_some() || query.author.is_some();
    let (found, surveys) = futures::try_join!(Box::pin(Found::load(&access, &query, &range)), async {
        access.app.store.load_survey_rows(access.id(), start, end).await.map_err(Problem::from)
    })?;
    // The whole team's numbers are about nobody in particular.
    if is_narrowed {
        found.check_narrowing(&access.sight().await?)?;
    }
    let answer = ai(AiInput {
        rows: &found.rows.rows,
        surveys: &surveys.rows,
        not_asked: surveys.not_asked,
        range: &range,
        selection: found.selection(),
        filters: query.filters(),
        by: by.unwrap_or_default(),
        team_bots: &found.team_bots,
        person_of: &|account| found.persons.get(&account).copied().unwrap_or(account),
        as_of: found.as_of,
        now,
    });
    Ok(timed(Json(answer).into_response(), started, found.rows.read_units + surveys.read_units))
}
