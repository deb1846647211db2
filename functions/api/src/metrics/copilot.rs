//! The Copilot metrics of a team.

use super::days;
use crate::{access::TeamAccess, input::Params, problem::Problem};
use axum::Json;
use jiff::tz::TimeZone;
use plumbline_domain::{Provider, Record, RecordKind, Seat, Shelf, Usage};
use plumbline_metrics::copilot::{COPILOT, Copilot, CopilotInput, copilot};
use serde::Deserialize;
use utoipa::IntoParams;

/// What to look at.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CopilotQuery {
    /// First day, `YYYY-MM-DD` in UTC; 89 days before `to` when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, inclusive; today in UTC when absent. At most two years after `from`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// The Copilot metrics of a range of days
///
/// Days are UTC days, whatever the team's time zone, since GitHub reports whole UTC days. Seats are those of now. Without
/// a Copilot connection, or when GitHub makes no report (fewer than five people with a licence, or the policy for usage
/// metrics is off), `notice` says so in words; the survey's answers stand in then.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/metrics/copilot", operation_id = "getCopilot", tag = "metrics",
    params(("team_id" = String, Path, description = "The team"), CopilotQuery),
    responses((status = 200, description = "The metrics, each with its definition, sample and exclusions", body = Copilot)),
)]
pub(crate) async fn show(access: TeamAccess, Params(query): Params<CopilotQuery>) -> Result<Json<Copilot>, Problem> {
    let (store, team, now) = (&access.app.store, access.id(), access.app.clock.now());
    let (from, to) = days(query.from.as_deref(), query.to.as_deref(), &TimeZone::UTC, now)?;
    let seat_shelf = Shelf::new(RecordKind::Seat, COPILOT);
    let (usage, seats, connection, sync) = futures::try_join!(
        store.load_days(team, RecordKind::Usage, COPILOT, from, to),
        store.load_shelf(team, &seat_shelf),
        store.load_connection(team, Provider::Copilot),
        store.load_sync(team, Provider::Copilot),
    )?;
    let usage: Vec<Usage> = usage.into_iter().filter_map(as_usage).collect();
    let seats: Vec<Seat> = seats.into_iter().filter_map(as_seat).collect();
    Ok(Json(copilot(&CopilotInput {
        usage: &usage,
        seats: &seats,
        from,
        to,
        team_bots: &access.team.bots.iter().cloned().collect(),
        person_of: &Clone::clone,
        connected: connection.is_some(),
        notice: sync.as_ref().and_then(|sync| sync.notice.as_deref()),
        as_of: sync.as_ref().and_then(|sync| sync.last_success),
        now,
    })))
}

fn as_usage(record: Record) -> Option<Usage> {
    if let Record::Usage(usage) = record { Some(*usage) } else { None }
}

fn as_seat(record: Record) -> Option<Seat> {
    if let Record::Seat(seat) = record { Some(seat) } else { None }
}
