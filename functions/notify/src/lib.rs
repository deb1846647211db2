//! Posts what a team is told regularly: the weekly leaderboard.
//!
//! A leaderboard's record was made, once, by the schedule; here it is brought to its end. The attempt is noted before the
//! call, and one that nobody finished is never made again.

mod board;

use anyhow::Context as _;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::{Timestamp, civil::Date};
use plumbline_connections::{Connections, Unusable};
use plumbline_connectors::{
    Failure, Vendor as _,
    http::LazyClient,
    slack::{
        Slack,
        chat::{self, Chat, Obstacle, Outcome},
    },
};
use plumbline_domain::{Clock, NotifyMessage, Provider, TeamId};
use plumbline_lambda::queue::{DelayedSender, LONGEST_DELAY, delay_until};
use plumbline_store::{Leaderboard, Store, StoredLeaderboard};
use plumbline_survey::{LEASE, Place, PostState, messages};
use serde_json::Value;

/// How often a save that lost is done again.
const SAVES: usize = 8;

/// What the function works with.
pub struct App {
    /// Leaderboards, rows of surveys, settings, members, connections.
    pub store: Store,
    /// Opens connections.
    pub connections: Connections,
    /// Renews Slack's tokens.
    pub slack: Slack,
    /// For messages to Slack.
    pub client: LazyClient,
    /// The function's own queue.
    pub queue: Box<dyn DelayedSender>,
    /// Now.
    pub clock: Clock,
}

/// One invocation: a batch of messages (of one, in the template).
pub async fn handle(event: SqsEvent, app: &App) -> SqsBatchResponse {
    plumbline_lambda::batch::each_record(event, async |message: NotifyMessage| {
        let NotifyMessage::Leaderboard { team_id, week } = message;
        Box::pin(leaderboard(app, &team_id, week)).await
    })
    .await
}

/// Brings a week's leaderboard to its end, or to when it is looked at again.
async fn leaderboard(app: &App, team: &TeamId, week: Date) -> anyhow::Result<()> {
    let now = app.clock.now();
    let Some(stored) = app.store.load_leaderboard(team, week).await? else { return Ok(()) };
    let mut board = stored.leaderboard.clone();
    board.post.settle(now);
    if board.is_over() {
        return save(app, &stored, board, None).await.map(|_| ());
    }
    if matches!(board.post.state, PostState::Sending { .. }) {
        // Somebody is at it. Should they not come back, it is due when the attempt counts as lost.
        return Ok(());
    }
    if now >= board.until {
        return skip(app, &stored, board, "Slack could not be reached on the day it was due").await;
    }
    let settings = app.store.load_survey_settings(team).await?;
    let Some(channel) = settings.leaderboard_channel else {
        return skip(app, &stored, board, "no channel is chosen for it").await;
    };
    let opened = match app.connections.open_unless_broken(team, &app.slack, now).await? {
        Ok(opened) => opened,
        Err(Unusable::Later { at, .. }) => return again(app, &stored, board, at).await.map(|_| ()),
        Err(Unusable::Missing) => return skip(app, &stored, board, "Slack is not connected").await,
        Err(Unusable::Broken { reason }) => {
            return skip(app, &stored, board, &format!("the connection to Slack is broken: {reason}")).await;
        }
    };
    let made = Box::pin(board::of_week(&app.store, team, board.week)).await?;
    let message = messages::leaderboard(&made);
    let chat = Chat::new(&app.client, &opened.connection, now)?;

    let waiting = board.clone();
    let Some(attempt) = board.post.begin(now) else {
        // Not yet: the time that Slack named has not come.
        let at = board.post.not_before.unwrap_or(now);
        return again(app, &stored, board, at).await.map(|_| ());
    };
    // A post cannot be tried twice, but whether Slack answers at all can.
    match app.slack.probe(&opened.connection, now).await {
        Ok(_) => {}
        Err(Failure::RateLimited { until, .. }) => return again(app, &stored, waiting, until).await.map(|_| ()),
        Err(Failure::Unavailable(_)) => {
            board.post.finish(attempt, plumbline_survey::Outcome::Later { not_before: None }, now);
            let at = board.post.not_before.unwrap_or(now);
            return again(app, &stored, board, at).await.map(|_| ());
        }
        Err(Failure::Unauthorized(reason) | Failure::Invalid(reason)) => {
            if app.connections.refused(team, Provider::Slack, &opened, &reason, now).await? {
                return again(app, &stored, waiting, now).await.map(|_| ());
            }
            return skip(app, &stored, waiting, &format!("the connection to Slack is broken: {reason}")).await;
        }
        Err(Failure::Bug(reason)) => anyhow::bail!(reason),
    }
    let lost = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
    // Whoever saves this makes the call, and nobody else.
    let Some(stored) = save(app, &stored, board, Some(lost)).await? else { return Ok(()) };
    let blocks = Value::Array(message.blocks);
    let post =
        chat::Message { channel: &channel, thread_ts: None, text: &message.text, blocks: &blocks, metadata: None };
    let outcome = match chat.post_message(&post).await {
        Outcome::Refused(refusal) if refusal.what == Obstacle::Token => {
            let is_other = app.connections.refused(team, Provider::Slack, &opened, &refusal.reason, now).await?;
            if is_other { plumbline_survey::Outcome::Later { not_before: None } } else { refused(refusal.reason) }
        }
        outcome => in_words_of_a_post(outcome),
    };
    finish(app, stored, attempt, &outcome).await
}

/// Keeps what came of an attempt, whatever else was saved meanwhile.
async fn finish(
    app: &App,
    mut stored: StoredLeaderboard,
    attempt: u32,
    outcome: &plumbline_survey::Outcome,
) -> anyhow::Result<()> {
    for _ in 0..SAVES {
        let now = app.clock.now();
        let mut board = stored.leaderboard.clone();
        board.post.finish(attempt, outcome.clone(), now);
        let (team, week) = (board.team_id.clone(), board.week.from);
        let done = if board.is_over() {
            tracing::info!(team = %team, week = %week, state = kind(&board.post.state), "leaderboard of {week}");
            save(app, &stored, board, None).await?.is_some()
        } else {
            let at = board.post.not_before.unwrap_or(now);
            again(app, &stored, board, at).await?
        };
        if done {
            return Ok(());
        }
        let present = app.store.load_leaderboard(&team, week).await?;
        stored = present.context("a leaderboard is there for ever")?;
    }
    anyhow::bail!("others kept saving a leaderboard")
}

/// Leaves it out, for a reason that admins can read.
async fn skip(app: &App, stored: &StoredLeaderboard, mut board: Leaderboard, reason: &str) -> anyhow::Result<()> {
    tracing::info!(team = %board.team_id, week = %board.week.from, reason, "leaderboard of {} left out", board.week.from);
    board.post.state = PostState::Dropped;
    board.skipped = Some(reason.to_owned());
    save(app, stored, board, None).await.map(|_| ())
}

/// Tries again at an instant, or at the end of the day, when it is given up. `false`: somebody else saved it meanwhile.
async fn again(app: &App, stored: &StoredLeaderboard, board: Leaderboard, at: Timestamp) -> anyhow::Result<bool> {
    let at = at.min(board.until);
    let message = NotifyMessage::Leaderboard { team_id: board.team_id.clone(), week: board.week.from };
    let saved = save(app, stored, board, Some(at)).await?;
    let delay = delay_until(at, app.clock.now());
    if saved.is_some() && delay <= LONGEST_DELAY {
        let NotifyMessage::Leaderboard { team_id, .. } = &message;
        app.queue.send_later(team_id.as_str(), serde_json::to_string(&message)?, delay).await?;
    }
    Ok(saved.is_some())
}

async fn save(
    app: &App,
    stored: &StoredLeaderboard,
    board: Leaderboard,
    due_at: Option<Timestamp>,
) -> anyhow::Result<Option<StoredLeaderboard>> {
    Ok(app.store.save_leaderboard(stored, board, due_at).await?)
}

fn in_words_of_a_post(outcome: Outcome<chat::Posted>) -> plumbline_survey::Outcome {
    match outcome {
        Outcome::Sent(posted) => plumbline_survey::Outcome::Done(Place { channel: posted.channel, ts: posted.ts }),
        Outcome::RateLimited { until } => plumbline_survey::Outcome::Later { not_before: Some(until) },
        Outcome::Unavailable(_) => plumbline_survey::Outcome::Later { not_before: None },
        Outcome::Unknown(_) => plumbline_survey::Outcome::Unknown,
        Outcome::Refused(refusal) => refused(refusal.reason),
    }
}

fn refused(reason: String) -> plumbline_survey::Outcome {
    plumbline_survey::Outcome::Refused { reason }
}

/// A state without what it holds.
fn kind(state: &PostState) -> &'static str {
    match state {
        PostState::Waiting => "waiting",
        PostState::Sending { .. } => "sending",
        PostState::Sent(_) => "sent",
        PostState::Unknown { .. } => "unknown",
        PostState::Refused { .. } => "refused",
        PostState::Dropped => "dropped",
    }
}
