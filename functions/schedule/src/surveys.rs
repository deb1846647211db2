//! What is due of surveys and leaderboards.
//!
//! Messages are sent before the due time moves, so a crash in between sends twice; whoever works on them finds that
//! nothing is to be done any more.

use crate::{App, PATIENCE};
use anyhow::Context as _;
use futures::{StreamExt, stream};
use jiff::{Timestamp, tz::TimeZone};
use plumbline_domain::{NotifyMessage, SurveyMessage, TeamId};
use plumbline_lambda::queue::MessageSender;
use plumbline_store::{Due, DueItem, Leaderboard};
use plumbline_survey::{next_post_at, week_of};
use serde::Serialize;

/// Looked at in one round.
const ROUND: usize = 100;

/// Rounds in one invocation; what is left is due a minute later still.
const ROUNDS: usize = 10;

/// Messages sent at once.
const CONCURRENCY: usize = 16;

/// What one invocation did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) surveys: usize,
    pub(crate) leaderboards: usize,
}

/// Sends what is due, a bounded number of messages. One that cannot be sent stays due.
pub(crate) async fn send_due(app: &App) -> anyhow::Result<Sent> {
    let mut sent = Sent::default();
    for _ in 0..ROUNDS {
        let now = app.clock.now();
        let due = app.store.load_due_surveys(now, ROUND).await?;
        let whole = due.len() == ROUND;
        let results: Vec<anyhow::Result<Option<Due>>> =
            stream::iter(due).map(|item| send(app, item, now)).buffer_unordered(CONCURRENCY).collect().await;
        let mut failed = false;
        for result in results {
            match result {
                Ok(Some(Due::Survey { .. })) => sent.surveys += 1,
                Ok(Some(Due::Leaderboard { .. } | Due::Post { .. })) => sent.leaderboards += 1,
                Ok(None) => {}
                Err(error) => {
                    failed = true;
                    tracing::error!(error = format!("{error:#}"), "something due could not be sent; it stays due");
                }
            }
        }
        if failed || !whole {
            break;
        }
    }
    Ok(sent)
}

/// Sends one message. `None`: somebody else did.
async fn send(app: &App, item: DueItem, now: Timestamp) -> anyhow::Result<Option<Due>> {
    match &item.due {
        Due::Survey { team_id, pull_request } => {
            let message = SurveyMessage::Due { team_id: team_id.clone(), pull_request: *pull_request };
            post(app.survey.as_ref(), team_id, &message).await?;
            app.store.postpone_due_survey(&item, now + PATIENCE).await?;
        }
        Due::Post { team_id, week } => {
            let message = NotifyMessage::Leaderboard { team_id: team_id.clone(), week: *week };
            post(app.notify.as_ref(), team_id, &message).await?;
            app.store.postpone_due_survey(&item, now + PATIENCE).await?;
        }
        Due::Leaderboard { team_id } => {
            let Some(week) = begin(app, team_id, item.at, now).await? else { return Ok(None) };
            let message = NotifyMessage::Leaderboard { team_id: team_id.clone(), week };
            post(app.notify.as_ref(), team_id, &message).await?;
        }
    }
    Ok(Some(item.due))
}

/// Begins the leaderboard that is due since `due`, and makes the next one due. The Monday of its week.
async fn begin(
    app: &App,
    team_id: &TeamId,
    due: Timestamp,
    now: Timestamp,
) -> anyhow::Result<Option<jiff::civil::Date>> {
    let team = app.store.load_team(team_id).await?.with_context(|| format!("there is no team {team_id}"))?;
    let settings = app.store.load_survey_settings(team_id).await?;
    let zone = TimeZone::get(&team.time_zone).with_context(|| format!("`{}` is not a time zone", team.time_zone))?;
    let week = week_of(due, &zone).context("the week before it is not in the calendar")?;
    let tomorrow = now.to_zoned(zone.clone()).tomorrow()?.start_of_day()?.timestamp();
    let new = Leaderboard::new(team_id.clone(), week, now, tomorrow);
    let next = next_post_at(now, &zone, &settings);
    Ok(app.store.begin_leaderboard(&new, due, next).await?.then_some(week.from))
}

async fn post(queue: &dyn MessageSender, team: &TeamId, message: &(impl Serialize + Sync)) -> anyhow::Result<()> {
    queue.send_text(team.as_str(), serde_json::to_string(message)?).await.context("sending to the queue")
}
