//! Answers that come by a `response_url`, or in the answer to a command.

use super::{
    State, bot_user,
    chat::Content,
    methods::Given,
    model::{Message, Response},
};
use crate::service::{Incoming, Reply};
use jiff::Timestamp;
use serde_json::json;

fn refused(status: u16, error: &str) -> Reply {
    Reply::of(status, json!({"ok": false, "error": error}))
}

impl State {
    /// Something was posted to a `response_url`.
    pub(super) fn respond(&mut self, incoming: &Incoming, now: Timestamp) -> Reply {
        let Some(response) = self.workspace.responses.get(&incoming.path).cloned() else {
            return refused(404, "no_service");
        };
        if now > response.until {
            return refused(404, "expired_url");
        }
        if response.left == 0 {
            return refused(404, "used_url");
        }
        let Some(given) = incoming.json().and_then(Given::from_json) else { return refused(400, "invalid_payload") };
        match self.say_back(&given, &response, now) {
            Ok(()) => {
                self.workspace.responses.entry(incoming.path.clone()).and_modify(|response| response.left -= 1);
                Reply::ok(json!({"ok": true}))
            }
            Err(reply) => Reply { status: 400, ..reply },
        }
    }

    fn say_back(&mut self, given: &Given, response: &Response, now: Timestamp) -> Result<(), Reply> {
        let original = response.message.as_ref();
        if given.flag("delete_original") {
            let gone = |ts: &String| original == Some(ts);
            self.workspace.messages.retain(|message| !gone(&message.ts));
            self.workspace.ephemerals.retain(|message| !gone(&message.ts));
            return Ok(());
        }
        let content = self.content(given)?;
        if given.flag("replace_original")
            && let Some(ts) = original
        {
            if let Some(shown) = self.workspace.ephemerals.iter_mut().find(|message| message.ts == *ts) {
                (shown.text, shown.blocks) = (content.text, content.blocks);
            } else {
                self.rewrite(ts, content);
            }
            return Ok(());
        }
        let thread_ts = given.text("thread_ts");
        if given.text("response_type").as_deref() == Some("in_channel") {
            self.add(
                Message {
                    channel: response.channel.clone(),
                    ts: String::new(),
                    user: bot_user(),
                    text: content.text,
                    blocks: content.blocks,
                    thread_ts,
                    metadata: None,
                    edits: 0,
                },
                now,
            );
        } else {
            self.whisper(&response.channel, &response.user, &bot_user(), content, thread_ts, now);
        }
        Ok(())
    }

    /// The body of the answer to a command: a text, or JSON as for a `response_url`; nothing says nothing.
    pub(super) fn answered_command(&mut self, user: &str, channel: &str, body: &str, now: Timestamp) {
        if body.trim().is_empty() {
            return;
        }
        let given = serde_json::from_str(body).ok().and_then(Given::from_json);
        let given = given.or_else(|| Given::from_json(json!({"text": body})));
        let response = Response { user: user.into(), channel: channel.into(), message: None, until: now, left: 1 };
        if let Some(given) = given
            && let Err(reply) = self.say_back(&given, &response, now)
        {
            let why = reply.body["error"].as_str().unwrap_or_default().to_owned();
            self.slackbot(user, channel, &why, now);
        }
    }

    /// Slackbot tells somebody that the command came to nothing.
    pub(super) fn slackbot(&mut self, user: &str, channel: &str, why: &str, now: Timestamp) {
        let text = format!("{} failed with the error \"{why}\"", super::COMMAND);
        let content = Content { text, blocks: Vec::new() };
        self.whisper(channel, user, "USLACKBOT", content, None, now);
    }
}
