//! What Slack sends, as messages to `survey`: pure, after the signature was verified.
//!
//! Source: Slack, "block_actions payload", "Slash commands", "Events API", "app_home_opened event",
//! "tokens_revoked event", "app_uninstalled event".

use jiff::Timestamp;
use plumbline_domain::{SlackAction, SlackEvent};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Where the app's manifest lets Slack send what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// Clicks, and other uses of messages and views.
    Interactions,
    /// Slash commands.
    Commands,
    /// The Events API.
    Events,
}

impl Surface {
    /// By the request's path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.strip_prefix("/webhooks/slack/")? {
            "interactions" => Some(Self::Interactions),
            "commands" => Some(Self::Commands),
            "events" => Some(Self::Events),
            _ => None,
        }
    }
}

/// What a request is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Slack tries the address and wants to read this again.
    Challenge(String),
    /// Nothing that concerns surveys.
    Ignored,
    /// Messages to `survey`, never none.
    Events(Vec<SlackEvent>),
}

/// A request that Slack signed and that is nevertheless not what its documentation says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PayloadError {
    /// A form without a field it must have.
    #[error("the form has no field `{0}`")]
    NoField(&'static str),
    /// JSON of another shape; without what it holds, since that may be a person's words.
    #[error("the JSON is not of the documented shape: {kind} error at line {line}, column {column}")]
    Json {
        /// What serde found.
        kind: &'static str,
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// Something in the place of one of Slack's ids.
    #[error("`{0}` is not one of Slack's ids")]
    NoId(&'static str),
}

/// Reads a request; `now` is when it came in.
pub(crate) fn parse(surface: Surface, body: &[u8], now: Timestamp) -> Result<Delivery, PayloadError> {
    match surface {
        Surface::Interactions => interaction(body, now),
        Surface::Commands => command(body, now),
        Surface::Events => event(body, now),
    }
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Identified {
    id: String,
}

/// Of an interaction; where somebody of another workspace clicks in a shared channel, `team` is the one with the app.
#[derive(Deserialize)]
struct Clicks {
    user: Clicker,
    /// `null` where the app is installed in a whole organisation.
    #[serde(default)]
    team: Option<Identified>,
    /// Only of messages.
    #[serde(default)]
    channel: Option<Identified>,
    #[serde(default)]
    container: Option<Container>,
    actions: Vec<Click>,
    #[serde(default)]
    response_url: Option<String>,
}

#[derive(Deserialize)]
struct Clicker {
    id: String,
    #[serde(default)]
    team_id: Option<String>,
}

/// Where the button is: a message or a view.
#[derive(Deserialize)]
struct Container {
    #[serde(default)]
    channel_id: Option<String>,
    #[serde(default)]
    message_ts: Option<String>,
}

#[derive(Deserialize)]
struct Click {
    action_id: String,
    /// Only buttons have one, and only those that were given one.
    #[serde(default)]
    value: Option<String>,
}

fn interaction(body: &[u8], now: Timestamp) -> Result<Delivery, PayloadError> {
    let mut form = form(body);
    let payload = form.remove("payload").ok_or(PayloadError::NoField("payload"))?;
    // Submitted and closed views, shortcuts: this app has none of them.
    if read::<Kind>(payload.as_bytes())?.kind != "block_actions" {
        return Ok(Delivery::Ignored);
    }
    let clicks: Clicks = read(payload.as_bytes())?;
    let workspace = clicks.team.map(|team| team.id).or(clicks.user.team_id);
    let workspace = id("team.id", workspace.unwrap_or_default())?;
    let user = Some(id("user.id", clicks.user.id)?);
    let (of_container, message) = clicks.container.map(|at| (at.channel_id, at.message_ts)).unwrap_or_default();
    let channel = of_container.or(clicks.channel.map(|channel| channel.id));
    let events: Vec<_> = clicks
        .actions
        .into_iter()
        .map(|click| SlackEvent {
            workspace: workspace.clone(),
            user: user.clone(),
            received_at: now,
            what: SlackAction::Click {
                action_id: click.action_id,
                value: click.value.unwrap_or_default(),
                channel: channel.clone(),
                message: message.clone(),
                response_url: clicks.response_url.clone(),
            },
        })
        .collect();
    Ok(if events.is_empty() { Delivery::Ignored } else { Delivery::Events(events) })
}

fn command(body: &[u8], now: Timestamp) -> Result<Delivery, PayloadError> {
    let mut form = form(body);
    // Slack looks at the address's certificate now and then.
    if form.contains_key("ssl_check") {
        return Ok(Delivery::Ignored);
    }
    let mut field = |name: &'static str| form.remove(name).ok_or(PayloadError::NoField(name));
    Ok(Delivery::Events(vec![SlackEvent {
        workspace: id("team_id", field("team_id")?)?,
        user: Some(id("user_id", field("user_id")?)?),
        received_at: now,
        what: SlackAction::Command { text: field("text")?, response_url: field("response_url")? },
    }]))
}

#[derive(Deserialize)]
struct Verification {
    challenge: String,
}

#[derive(Deserialize)]
struct Callback {
    team_id: String,
    event: Event,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    AppHomeOpened {
        user: String,
        /// `home` or `messages`.
        #[serde(default)]
        tab: Option<String>,
    },
    TokensRevoked {
        tokens: RevokedTokens,
    },
    AppUninstalled,
    #[serde(other)]
    Other,
}

/// The people whose tokens were revoked; this app has none of theirs, only the bot's.
#[derive(Deserialize)]
struct RevokedTokens {
    #[serde(default)]
    bot: Vec<String>,
}

fn event(body: &[u8], now: Timestamp) -> Result<Delivery, PayloadError> {
    match read::<Kind>(body)?.kind.as_str() {
        "url_verification" => return Ok(Delivery::Challenge(read::<Verification>(body)?.challenge)),
        "event_callback" => {}
        "app_rate_limited" => {
            tracing::warn!("Slack holds events back: one workspace had more than 30,000 within an hour");
            return Ok(Delivery::Ignored);
        }
        _ => return Ok(Delivery::Ignored),
    }
    let callback: Callback = read(body)?;
    let (user, what) = match callback.event {
        Event::AppHomeOpened { user, tab } if tab.as_deref().is_none_or(|tab| tab == "home") => {
            (Some(id("event.user", user)?), SlackAction::HomeOpened)
        }
        Event::TokensRevoked { tokens } if !tokens.bot.is_empty() => (None, SlackAction::Uninstalled),
        Event::AppUninstalled => (None, SlackAction::Uninstalled),
        Event::AppHomeOpened { .. } | Event::TokensRevoked { .. } | Event::Other => return Ok(Delivery::Ignored),
    };
    let workspace = id("team_id", callback.team_id)?;
    Ok(Delivery::Events(vec![SlackEvent { workspace, user, received_at: now, what }]))
}

/// The fields of a form; of one that comes twice the last.
fn form(body: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, PayloadError> {
    serde_json::from_slice(json).map_err(|error| PayloadError::Json {
        kind: match error.classify() {
            serde_json::error::Category::Data => "data",
            serde_json::error::Category::Eof => "end-of-text",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "syntax",
        },
        line: error.line(),
        column: error.column(),
    })
}

/// Slack's ids are letters and digits: they become a queue's message group and, later, a key.
fn id(field: &'static str, text: String) -> Result<String, PayloadError> {
    let fits = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(text) } else { Err(PayloadError::NoId(field)) }
}
