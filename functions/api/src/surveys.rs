//! What a team sets about its surveys and its leaderboard.

use crate::{access::TeamAccess, app::App, input::Body, problem::Problem, shapes::Instant};
use axum::Json;
use jiff::tz::TimeZone;
use plumbline_domain::TeamId;
use plumbline_survey::{SurveySettings, next_post_at};
use serde::Serialize;
use utoipa::ToSchema;

/// A team's settings, and what follows from them.
#[derive(Serialize, ToSchema)]
pub(crate) struct SurveySettingsBody {
    /// The settings.
    settings: SurveySettings,
    /// When the next leaderboard is posted; null while no channel is named.
    next_leaderboard_at: Option<Instant>,
}

/// The settings of the surveys and the leaderboard
#[utoipa::path(
    get, path = "/api/teams/{team_id}/survey-settings", operation_id = "getSurveySettings", tag = "surveys",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The settings; the defaults where the team set none", body = SurveySettingsBody)),
)]
pub(crate) async fn show(access: TeamAccess) -> Result<Json<SurveySettingsBody>, Problem> {
    let settings = access.app.store.load_survey_settings(access.id()).await?;
    answer(&access, settings)
}

/// Replace the settings of the surveys and the leaderboard
///
/// What is left out has its default. `leaderboard_channel` is Slack's id of a channel that the app was invited to.
#[utoipa::path(
    put, path = "/api/teams/{team_id}/survey-settings", operation_id = "putSurveySettings", tag = "surveys",
    params(("team_id" = String, Path, description = "The team")), request_body = SurveySettings,
    responses((status = 200, description = "The settings as they are now", body = SurveySettingsBody)),
)]
pub(crate) async fn put(
    access: TeamAccess,
    Body(settings): Body<SurveySettings>,
) -> Result<Json<SurveySettingsBody>, Problem> {
    settings.check().map_err(|error| Problem::invalid(format!("{error}.")))?;
    let now = access.app.clock.now();
    let next = next_post_at(now, &access.zone()?, &settings);
    access.app.store.save_survey_settings(access.id(), &settings, next, now).await?;
    answer(&access, settings)
}

/// Counts the leaderboard's time in another time zone from now on, for a team that set one.
pub(crate) async fn move_to(app: &App, team: &TeamId, time_zone: &str) -> Result<(), Problem> {
    if app.store.load_next_leaderboard(team).await?.is_none() {
        return Ok(());
    }
    let (settings, now) = (app.store.load_survey_settings(team).await?, app.clock.now());
    let zone = TimeZone::get(time_zone).map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    let next = next_post_at(now, &zone, &settings);
    Ok(app.store.save_survey_settings(team, &settings, next, now).await?)
}

fn answer(access: &TeamAccess, settings: SurveySettings) -> Result<Json<SurveySettingsBody>, Problem> {
    let next = next_post_at(access.app.clock.now(), &access.zone()?, &settings);
    let next_leaderboard_at = next.filter(|_| settings.leaderboard_channel.is_some()).map(Instant);
    Ok(Json(SurveySettingsBody { settings, next_leaderboard_at }))
}
