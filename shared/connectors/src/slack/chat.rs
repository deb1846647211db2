//! Messages to people and channels, the App Home, and answers to a click or command.
//!
//! Slack takes a message as often as it is sent, and knows no key that would make two of them one. So each call ends in
//! an [`Outcome`] that says whether it may be made again: what Slack refused, or never saw, was certainly not sent; where
//! the answer was lost, nobody knows. [`Chat::update`], [`Chat::open_conversation`] and [`Chat::publish_home`] end the
//! same however often they are called.
//!
//! Scopes: `chat:write` for messages, `im:write` to open a conversation; the App Home and answers need none.
//!
//! Source: Slack, "chat.postMessage", "chat.update", "conversations.open", "views.publish", "Handling user interaction",
//! "Rate limits".

use super::api::{self, Verdict};
use crate::{
    Connection, Failure,
    http::{self, Answer, LazyClient},
    json::wrong_shape,
};
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

/// Slack's own hosts of response addresses: for everybody, and for its government cloud.
const RESPONSE_HOSTS: [&str; 2] = ["hooks.slack.com", "hooks.slack-gov.com"];

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Slack took it.
    Sent(T),
    /// Certainly not sent: no call of this kind, to this channel, before `until`.
    RateLimited {
        /// When calls may go on.
        until: Timestamp,
    },
    /// Certainly not sent, and it would not be the next time.
    Refused(Refusal),
    /// Certainly not sent: Slack could not be reached, or said that it cannot now. The same again, later.
    Unavailable(String),
    /// Perhaps sent: the answer did not come, or says that Slack itself does not know. Never to be repeated where twice
    /// would be wrong.
    Unknown(String),
}

/// What Slack refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What stands in the way.
    pub what: Obstacle,
    /// Why, in words for admins: Slack's name of the error and no person's words.
    pub reason: String,
}

/// What stands in the way of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// This person gets no messages from the app: unknown, left, a bot, or the app may not write to people.
    Person,
    /// The channel is gone, closed, or the app is not in it.
    Channel,
    /// The token is no longer good, or lacks a scope: the workspace has to be connected again.
    Token,
    /// The message that was to be changed or answered is gone, or no longer open to that.
    Message,
    /// The call itself, as it was made.
    Call,
}

/// A message that Slack took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Slack's id of the channel it is in.
    pub channel: String,
    /// Its id in the channel (`1793613600.000100`).
    pub ts: String,
}

/// A message to be sent.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Message<'a> {
    /// Slack's id of the channel or conversation.
    pub channel: &'a str,
    /// The message it answers, in whose thread it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<&'a str>,
    /// For notifications, and wherever blocks cannot be shown.
    pub text: &'a str,
    /// Block Kit, an array.
    pub blocks: &'a Value,
    /// `{event_type, event_payload}`, seen by apps alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<&'a Value>,
}

/// One workspace, by its connection's token. A token that rotates is renewed by the caller, as before a sync's page.
pub struct Chat<'a> {
    client: &'a LazyClient,
    origin: Url,
    /// Whether the operator put another server in the place of Slack's.
    elsewhere: bool,
    token: &'a SecretString,
    now: Timestamp,
}

impl<'a> Chat<'a> {
    /// By a team's connection to Slack; `now` is what rate limits are counted from. The client should be
    /// [`LazyClient::for_messages`].
    pub fn new(client: &'a LazyClient, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        let elsewhere =
            connection.base_url.is_some() || connection.apps.slack.as_ref().is_some_and(|app| app.origin.is_some());
        Ok(Self { client, origin: api::origin_of(connection)?, elsewhere, token: api::token_of(connection)?, now })
    }

    /// `chat.postMessage`. Links in it are not unfolded. Where [`Chat::open_conversation`] goes before it, that is the call
    /// which fails while Slack is down, and it may be repeated.
    pub async fn post_message(&self, message: &Message<'_>) -> Outcome<Posted> {
        #[derive(Serialize)]
        struct Post<'a> {
            #[serde(flatten)]
            message: &'a Message<'a>,
            unfurl_links: bool,
            unfurl_media: bool,
        }
        #[derive(Deserialize)]
        struct Told {
            channel: String,
            ts: String,
        }
        let post = Post { message, unfurl_links: false, unfurl_media: false };
        self.call("chat.postMessage", &post).await.map(|told: Told| Posted { channel: told.channel, ts: told.ts })
    }

    /// `chat.update`: puts text and blocks in the place of those of one of the app's own messages.
    pub async fn update(&self, channel: &str, ts: &str, text: &str, blocks: &Value) -> Outcome<()> {
        let change = json!({"channel": channel, "ts": ts, "text": text, "blocks": blocks});
        self.call("chat.update", &change).await.map(|Nothing {}| ())
    }

    /// `conversations.open`: the id of the conversation between a person (`U0001`) and the app.
    pub async fn open_conversation(&self, user: &str) -> Outcome<String> {
        #[derive(Deserialize)]
        struct Told {
            channel: Channel,
        }
        #[derive(Deserialize)]
        struct Channel {
            id: String,
        }
        self.call("conversations.open", &json!({"users": user})).await.map(|told: Told| told.channel.id)
    }

    /// `views.publish`: what a person sees in the App Home.
    pub async fn publish_home(&self, user: &str, view: &Value) -> Outcome<()> {
        self.call("views.publish", &json!({"user_id": user, "view": view})).await.map(|Nothing {}| ())
    }

    /// Answers a click or a command at the address that came with it, which Slack takes five times within 30 minutes:
    /// seen by that person alone when `ephemeral`, and never in the place of the message with the button.
    ///
    /// The address is somebody's word, signed or not: only Slack's own servers are called, and without the token.
    pub async fn respond(&self, response_url: &str, text: &str, blocks: &Value, ephemeral: bool) -> Outcome<()> {
        let Some(url) = self.response_address(response_url) else {
            return refused(Obstacle::Call, "the response address is none of Slack's".into());
        };
        let kind = if ephemeral { "ephemeral" } else { "in_channel" };
        let response = json!({"response_type": kind, "replace_original": false, "text": text, "blocks": blocks});
        let client = match self.client.get() {
            Ok(client) => client,
            Err(failure) => return not_made(failure),
        };
        match receive(client.post(url).json(&response), self.now).await {
            // `ok`, as text or in JSON.
            Ok(answer) => match serde_json::from_slice::<Verdict>(&answer.body) {
                Ok(verdict) if !verdict.ok => self.said_no(&answer, &verdict),
                _ => Outcome::Sent(()),
            },
            // Statuses of these addresses are about the address: used up, or too old.
            Err(Outcome::Refused(Refusal { reason, .. })) => refused(Obstacle::Message, reason),
            Err(outcome) => outcome,
        }
    }

    fn response_address(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let slacks = url.scheme() == "https"
            && url.port().is_none()
            && url.host_str().is_some_and(|host| RESPONSE_HOSTS.contains(&host));
        let operators = self.elsewhere && url.origin() == self.origin.origin();
        let plain = url.username().is_empty() && url.password().is_none();
        (plain && (slacks || operators)).then_some(url)
    }

    async fn call<T: DeserializeOwned>(&self, method: &str, body: &(impl Serialize + Sync)) -> Outcome<T> {
        let request = match self.request(method, body) {
            Ok(request) => request,
            Err(failure) => return not_made(failure),
        };
        let answer = match receive(request, self.now).await {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        match serde_json::from_slice::<Verdict>(&answer.body) {
            Ok(verdict) if !verdict.ok => self.said_no(&answer, &verdict),
            Ok(_) => serde_json::from_slice(&answer.body).map_or_else(|error| unreadable(&error), Outcome::Sent),
            Err(error) => unreadable(&error),
        }
    }

    fn request(&self, method: &str, body: &impl Serialize) -> Result<RequestBuilder, Failure> {
        let url = api::method(&self.origin, method)?;
        Ok(self.client.get()?.post(url).bearer_auth(self.token.expose_secret()).json(body))
    }

    /// What an answer with `"ok": false` means.
    fn said_no<T>(&self, answer: &Answer, verdict: &Verdict) -> Outcome<T> {
        let code = verdict.code();
        if let Some(what) = obstacle(code) {
            return refused(what, format!("Slack refused the call: {code}"));
        }
        match verdict.failure(http::limited_until(&answer.headers, self.now)) {
            Failure::RateLimited { until, .. } => Outcome::RateLimited { until },
            Failure::Unauthorized(reason) => refused(Obstacle::Token, reason),
            // Of the first two Slack says that some of what was asked for may have been done.
            Failure::Unavailable(reason) if matches!(code, "internal_error" | "fatal_error" | "") => {
                Outcome::Unknown(reason)
            }
            Failure::Unavailable(reason) => Outcome::Unavailable(reason),
            Failure::Invalid(reason) | Failure::Bug(reason) => refused(Obstacle::Call, reason),
        }
    }
}

impl<T> Outcome<T> {
    /// The same with what Slack told turned into something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Sent(told) => Outcome::Sent(change(told)),
            Self::RateLimited { until } => Outcome::RateLimited { until },
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::Unavailable(reason) => Outcome::Unavailable(reason),
            Self::Unknown(reason) => Outcome::Unknown(reason),
        }
    }
}

/// Of an answer from which nothing is to be learnt.
#[derive(Deserialize)]
struct Nothing {}

/// Errors about what a call is for. Those about the token, and about Slack itself, are the same for every method.
fn obstacle(code: &str) -> Option<Obstacle> {
    Some(match code {
        "user_not_found"
        | "users_not_found"
        | "user_not_visible"
        | "user_disabled"
        | "cannot_dm_bot"
        | "invalid_user_combination"
        | "messages_tab_disabled" => Obstacle::Person,
        "channel_not_found"
        | "is_archived"
        | "is_inactive"
        | "not_in_channel"
        | "method_not_supported_for_channel_type" => Obstacle::Channel,
        // A workspace may keep apps out of a channel, its threads, or all of it.
        code if code.starts_with("restricted_action") => Obstacle::Channel,
        "message_not_found"
        | "cant_update_message"
        | "edit_window_closed"
        | "cannot_reply_to_message"
        | "used_url"
        | "expired_url" => Obstacle::Message,
        _ => return None,
    })
}

/// Sends a request and reads the answer; what is none by its status is an outcome already.
async fn receive<T>(request: RequestBuilder, now: Timestamp) -> Result<Answer, Outcome<T>> {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            let left = !error.is_connect() && !error.is_builder();
            let reason = words(http::refuse(error).failure);
            return Err(if left { Outcome::Unknown(reason) } else { Outcome::Unavailable(reason) });
        }
    };
    let answer = http::whole(response).await.map_err(|broken| Outcome::Unknown(words(broken.failure)))?;
    match http::judge(answer.status, &answer.headers, &answer.body, now) {
        None => Ok(answer),
        Some(Failure::RateLimited { until, .. }) => Err(Outcome::RateLimited { until }),
        // "Service unavailable" says that the call was not worked on (RFC 9110, 15.6.4).
        Some(Failure::Unavailable(reason)) if answer.status == StatusCode::SERVICE_UNAVAILABLE => {
            Err(Outcome::Unavailable(reason))
        }
        // 408 and the others from 500 on: whatever stands before Slack's servers may have let the call through.
        Some(Failure::Unavailable(reason)) => Err(Outcome::Unknown(reason)),
        Some(Failure::Unauthorized(reason)) => Err(refused(Obstacle::Token, reason)),
        Some(Failure::Invalid(reason) | Failure::Bug(reason)) => Err(refused(Obstacle::Call, reason)),
    }
}

fn refused<T>(what: Obstacle, reason: String) -> Outcome<T> {
    Outcome::Refused(Refusal { what, reason })
}

/// The call could not even be put together.
fn not_made<T>(failure: Failure) -> Outcome<T> {
    refused(Obstacle::Call, words(failure))
}

/// Slack took the call, and its answer cannot be read.
fn unreadable<T>(error: &serde_json::Error) -> Outcome<T> {
    Outcome::Unknown(format!("the answer has an unexpected shape: {}", wrong_shape(error)))
}

fn words(failure: Failure) -> String {
    match failure {
        Failure::RateLimited { reason, .. }
        | Failure::Unavailable(reason)
        | Failure::Unauthorized(reason)
        | Failure::Invalid(reason)
        | Failure::Bug(reason) => reason,
    }
}

#[cfg(test)]
#[path = "chat_tests.rs"]
mod tests;
