//! `chat.*`: messages.

use super::{
    APP_ID, State, TEAM_ID,
    blocks::{self, Surface},
    bot_id, bot_user,
    methods::{Given, has, no},
    model::{Channel, ChannelKind, Ephemeral, Message},
};
use crate::service::Reply;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The longest text.
const LONGEST: usize = 40_000;

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
}

impl State {
    /// Text and blocks, checked.
    pub(super) fn content(&mut self, given: &Given) -> Result<Content, Reply> {
        let text = given.text("text").unwrap_or_default();
        let Ok(blocks) = given.structured("blocks") else { return Err(no("invalid_blocks_format")) };
        let blocks = match blocks {
            None => Vec::new(),
            Some(Value::Array(blocks)) => blocks,
            Some(_) => return Err(no("invalid_blocks_format")),
        };
        let mistakes = blocks::mistakes(&blocks, Surface::Message);
        if !mistakes.is_empty() {
            return Err(Reply::ok(blocks::refusal("invalid_blocks", &mistakes)));
        }
        if text.trim().is_empty() && blocks.is_empty() {
            return Err(no("no_text"));
        }
        if text.chars().count() > LONGEST {
            return Err(no("msg_too_long"));
        }
        Ok(Content { text, blocks: blocks::named(blocks, || self.workspace.number()) })
    }

    /// The conversation that `channel` names, where the app may write.
    fn target(&mut self, given: &Given, scopes: &str, now: Timestamp) -> Result<Channel, Reply> {
        let name = given.text("channel").ok_or_else(|| no("channel_not_found"))?;
        let id = if self.writable_user(&name) { self.open_direct(&name, now) } else { self.channel_id(&name) };
        let channel = self.workspace.channel(&id).cloned().ok_or_else(|| no("channel_not_found"))?;
        let inside = channel.has(&bot_user());
        if !inside && channel.kind != ChannelKind::Public {
            return Err(no("channel_not_found"));
        }
        if channel.archived {
            return Err(no("is_archived"));
        }
        if !inside && !has(scopes, "chat:write.public") {
            return Err(no("not_in_channel"));
        }
        Ok(channel)
    }

    /// The message at whose thread a reply goes: replies to replies go to the same.
    fn thread(&self, given: &Given, channel: &str) -> Result<Option<String>, Reply> {
        let Some(ts) = given.text("thread_ts") else { return Ok(None) };
        let parent = self.workspace.message(&ts).filter(|message| message.channel == channel);
        let parent = parent.ok_or_else(|| no("thread_not_found"))?;
        Ok(Some(parent.thread_ts.clone().unwrap_or(ts)))
    }

    pub(super) fn post_message(&mut self, given: &Given, scopes: &str, now: Timestamp) -> Result<Reply, Reply> {
        let channel = self.target(given, scopes, now)?.id;
        let content = self.content(given)?;
        let metadata = metadata(given)?;
        let thread_ts = self.thread(given, &channel)?;
        let message = self.add(
            Message {
                channel,
                ts: String::new(),
                user: bot_user(),
                text: content.text,
                blocks: content.blocks,
                thread_ts,
                metadata,
                edits: 0,
            },
            now,
        );
        Ok(Reply::ok(json!({
            "ok": true, "channel": message.channel, "ts": message.ts, "message": self.shown_message(&message),
        })))
    }

    /// Adds a message; its id is made here.
    pub(super) fn add(&mut self, mut message: Message, now: Timestamp) -> Message {
        message.ts = self.workspace.ts(now);
        self.workspace.messages.push(message.clone());
        message
    }

    pub(super) fn update_message(&mut self, given: &Given) -> Result<Reply, Reply> {
        // Here only ids will do, and only of conversations the app can see.
        let channel = given.text("channel").unwrap_or_default();
        let visible = self.workspace.channel(&channel).filter(|c| c.kind == ChannelKind::Public || c.has(&bot_user()));
        if visible.is_none() {
            return Err(no("channel_not_found"));
        }
        let ts = given.text("ts").unwrap_or_default();
        let found = self.workspace.message(&ts).filter(|message| message.channel == channel);
        if !found.ok_or_else(|| no("message_not_found"))?.by_app() {
            return Err(no("cant_update_message"));
        }
        let content = self.content(given)?;
        let metadata = metadata(given)?;
        let message = self.rewrite(&ts, content).ok_or_else(|| no("message_not_found"))?;
        if metadata.is_some() {
            message.metadata = metadata;
        }
        let message = message.clone();
        Ok(Reply::ok(json!({
            "ok": true, "channel": channel, "ts": ts, "text": message.text, "message": self.shown_message(&message),
        })))
    }

    /// A message says something else from here on. Text without blocks takes the blocks away, as in Slack.
    pub(super) fn rewrite(&mut self, ts: &str, content: Content) -> Option<&mut Message> {
        let message = self.workspace.messages.iter_mut().find(|message| message.ts == ts)?;
        (message.text, message.blocks) = (content.text, content.blocks);
        message.edits += 1;
        Some(message)
    }

    pub(super) fn post_ephemeral(&mut self, given: &Given, scopes: &str, now: Timestamp) -> Result<Reply, Reply> {
        let channel = self.target(given, scopes, now)?;
        let to = given.text("user").unwrap_or_default();
        if !channel.has(&to) {
            return Err(no("user_not_in_channel"));
        }
        let content = self.content(given)?;
        let thread_ts = self.thread(given, &channel.id)?;
        let ts = self.whisper(&channel.id, &to, &bot_user(), content, thread_ts, now);
        Ok(Reply::ok(json!({"ok": true, "message_ts": ts})))
    }

    /// Tells one person something in a channel; the id of the message.
    pub(super) fn whisper(
        &mut self,
        channel: &str,
        to: &str,
        from: &str,
        content: Content,
        thread_ts: Option<String>,
        now: Timestamp,
    ) -> String {
        let ts = self.workspace.ts(now);
        self.workspace.ephemerals.push(Ephemeral {
            channel: channel.into(),
            to: to.into(),
            ts: ts.clone(),
            user: from.into(),
            text: content.text,
            blocks: content.blocks,
            thread_ts,
        });
        ts
    }

    /// A message as answers and payloads show it.
    pub(super) fn shown_message(&self, message: &Message) -> Value {
        let mut shown = json!({
            "type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": TEAM_ID,
            "blocks": message.blocks,
        });
        if message.by_app() {
            shown["bot_id"] = bot_id().into();
            shown["app_id"] = APP_ID.into();
            shown["bot_profile"] = json!({
                "id": bot_id(), "app_id": APP_ID, "name": "Plumbline", "deleted": false, "team_id": TEAM_ID,
                "user_id": bot_user(),
            });
        }
        if message.blocks.is_empty() {
            shown.as_object_mut().unwrap().remove("blocks");
        }
        if let Some(parent) = &message.thread_ts {
            shown["thread_ts"] = parent.clone().into();
        } else if self.workspace.messages.iter().any(|other| other.thread_ts.as_ref() == Some(&message.ts)) {
            shown["thread_ts"] = message.ts.clone().into();
        }
        if let Some(metadata) = &message.metadata {
            shown["metadata"] = metadata.clone();
        }
        // Messages of blocks are not marked as edited.
        if message.edits > 0 && message.blocks.is_empty() {
            shown["edited"] = json!({"user": message.user, "ts": message.ts});
        }
        shown
    }
}

/// `metadata`: an event's type and its payload.
fn metadata(given: &Given) -> Result<Option<Value>, Reply> {
    let metadata = given.structured("metadata").map_err(|()| no("invalid_metadata_format"))?;
    let fits = |value: &Value| {
        value["event_type"].as_str().is_some_and(|kind| !kind.is_empty()) && value["event_payload"].is_object()
    };
    match metadata {
        Some(value) if !fits(&value) => Err(no("invalid_metadata_format")),
        other => Ok(other),
    }
}
