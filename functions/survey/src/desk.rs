//! A team's way to its people in Slack.

use crate::App;
use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use plumbline_connections::{Opened, Unusable};
use plumbline_connectors::{
    Connection,
    slack::chat::{self, Chat, Obstacle},
};
use plumbline_domain::{Provider, TeamId};
use plumbline_survey::{Accuracy, Call, Outcome, Place, Step, Survey, accuracy, messages};
use serde_json::Value;

/// How long a message waits where the token was refused that somebody renewed meanwhile.
const SOON: SignedDuration = SignedDuration::from_secs(5);

/// Whether and how messages get to Slack.
pub(crate) enum Desk {
    /// By this connection.
    Open(Box<Opened>),
    /// Not at all, and why in words: people answer on the web.
    Closed(String),
    /// Not before.
    Waits(Timestamp),
}

/// The desk of a team. A connection that somebody has to mend gets no calls.
pub(crate) async fn open(app: &App, team: &TeamId, now: Timestamp) -> anyhow::Result<Desk> {
    let opened = app.connections.open_unless_broken(team, &app.slack, now).await.context("the connection to Slack")?;
    Ok(match opened {
        Ok(opened) => Desk::Open(Box::new(opened)),
        Err(Unusable::Missing) => Desk::Closed("Slack is not connected".to_owned()),
        Err(Unusable::Broken { reason }) => Desk::Closed(reason),
        Err(Unusable::Later { at, .. }) => Desk::Waits(at),
    })
}

impl Desk {
    /// Whether people can be told in Slack, now or soon.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self, Self::Closed(_))
    }

    /// Takes all steps that can be taken now: they are noted in the survey, which is to be saved before they are carried
    /// out. Where there is no way to Slack, what was to be sent ends here.
    pub(crate) fn take_steps(&self, survey: &mut Survey, now: Timestamp) -> Vec<Step> {
        let mut steps = Vec::new();
        match self {
            Self::Waits(_) => {}
            Self::Open(_) => steps.extend(std::iter::from_fn(|| survey.next(now))),
            Self::Closed(reason) => {
                while let Some(step) = survey.next(now) {
                    survey.finish(&step, Outcome::Refused { reason: reason.clone() }, now);
                }
            }
        }
        steps
    }

    pub(crate) fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Open(opened) => Some(&opened.connection),
            Self::Closed(_) | Self::Waits(_) => None,
        }
    }
}

/// Carries a step out that was noted and saved. What the database refuses comes before or after the call to Slack, which
/// certainly was not taken then.
pub(crate) async fn carry_out(app: &App, desk: &Desk, survey: &Survey, step: &Step) -> Outcome {
    call(app, desk, survey, step).await.unwrap_or_else(|error| {
        tracing::error!(team = %survey.team_id, error = format!("{error:#}"), "a message about {} has to wait", survey.key);
        Outcome::Later { not_before: None }
    })
}

async fn call(app: &App, desk: &Desk, survey: &Survey, step: &Step) -> anyhow::Result<Outcome> {
    let now = app.clock.now();
    let Desk::Open(opened) = desk else { return Ok(Outcome::Later { not_before: None }) };
    let chat = match Chat::new(&app.client, &opened.connection, now) {
        Ok(chat) => chat,
        Err(failure) => return Ok(Outcome::Refused { reason: failure.to_string() }),
    };
    let outcome = match &step.call {
        Call::Ask { user, .. } => {
            let message = messages::step(survey, step, Accuracy::default());
            tell(&chat, user, None, message).await
        }
        Call::Update { place, .. } => {
            let message = messages::step(survey, step, Accuracy::default());
            let blocks = Value::Array(message.blocks);
            let updated = chat.update(&place.channel, &place.ts, &message.text, &blocks).await;
            updated.map(|()| place.clone())
        }
        Call::Reveal { user, thread, .. } => {
            let message = messages::step(survey, step, accuracy_of(app, survey, step, now).await?);
            tell(&chat, user, thread.as_ref(), message).await
        }
    };
    match outcome {
        chat::Outcome::Sent(place) => Ok(Outcome::Done(place)),
        chat::Outcome::RateLimited { until } => Ok(Outcome::Later { not_before: Some(until) }),
        chat::Outcome::Unavailable(_) => Ok(Outcome::Later { not_before: None }),
        chat::Outcome::Unknown(_) => Ok(Outcome::Unknown),
        chat::Outcome::Refused(refusal) if refusal.what == Obstacle::Token => {
            let connections = &app.connections;
            let is_other = connections.refused(&survey.team_id, Provider::Slack, opened, &refusal.reason, now).await?;
            Ok(if is_other {
                Outcome::Later { not_before: now.checked_add(SOON).ok() }
            } else {
                Outcome::Refused { reason: refusal.reason }
            })
        }
        chat::Outcome::Refused(refusal) => Ok(Outcome::Refused { reason: refusal.reason }),
    }
}

/// Posts a message to a person, in a thread or among the direct messages. The conversation is opened first even where it is
/// known: that is the call that fails while Slack is down, and it may be repeated, as a post may not.
async fn tell(
    chat: &Chat<'_>,
    user: &str,
    thread: Option<&Place>,
    message: messages::SlackMessage,
) -> chat::Outcome<Place> {
    let opened = match chat.open_conversation(user).await {
        chat::Outcome::Sent(channel) => channel,
        chat::Outcome::Unknown(reason) | chat::Outcome::Unavailable(reason) => {
            return chat::Outcome::Unavailable(reason);
        }
        chat::Outcome::RateLimited { until } => return chat::Outcome::RateLimited { until },
        chat::Outcome::Refused(refusal) => return chat::Outcome::Refused(refusal),
    };
    let channel = thread.map_or(opened, |place| place.channel.clone());
    let blocks = Value::Array(message.blocks);
    let thread_ts = thread.map(|place| place.ts.as_str());
    let post = chat::Message { channel: &channel, thread_ts, text: &message.text, blocks: &blocks, metadata: None };
    chat.post_message(&post).await.map(|posted| Place { channel: posted.channel, ts: posted.ts })
}

/// How often a reviewer was right so far, this survey included.
async fn accuracy_of(app: &App, survey: &Survey, step: &Step, now: Timestamp) -> anyhow::Result<Accuracy> {
    let same_person = app.store.load_same_person(&survey.team_id).await?;
    let accounts = same_person.all_of(&step.account);
    let rows = app.store.load_person_rows(&survey.team_id, &accounts).await?;
    Ok(accuracy(&rows, &survey.row(now), &accounts))
}
