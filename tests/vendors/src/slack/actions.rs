//! What people do in Slack, as the app is told of it: clicks, the slash command, events.

use super::{
    APP_ID, COMMAND, State, TEAM_ID, VERIFICATION_TOKEN,
    blocks::{self, Found},
    bot_user,
    model::{Channel, Response},
    signed::{Signed, Surface, payload_form},
    views::shown_view,
};
use crate::{demo::company::SlackAccount, digest::hash};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::form_urlencoded;

/// Why somebody cannot do something.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A button: its `action_id`, with the `block_id` of its block where several have the same.
#[derive(Debug, Clone)]
pub struct Button {
    /// Its block's id.
    pub block_id: Option<String>,
    /// Its own id.
    pub action_id: String,
}

impl From<&str> for Button {
    fn from(action_id: &str) -> Self {
        Self { block_id: None, action_id: action_id.into() }
    }
}

impl From<(&str, &str)> for Button {
    fn from((block_id, action_id): (&str, &str)) -> Self {
        Self { block_id: Some(block_id.into()), action_id: action_id.into() }
    }
}

impl Button {
    fn among(&self, blocks: &[Value]) -> Result<Found, Refused> {
        let same = |found: &Found| {
            found.button["action_id"] == *self.action_id
                && self.block_id.as_ref().is_none_or(|block_id| found.block_id == *block_id)
        };
        let mut all = blocks::buttons(blocks).into_iter().filter(same);
        let first = all.next().ok_or_else(|| Refused(format!("no button {}", self.action_id)))?;
        if all.next().is_some() {
            return Err(Refused(format!("several buttons {}: say which block's", self.action_id)));
        }
        Ok(first)
    }
}

impl State {
    fn person(&self, id: &str) -> Result<&SlackAccount, Refused> {
        let found = self.users.iter().find(|user| user.id == id);
        found.ok_or_else(|| Refused(format!("no user {id}")))
    }

    /// A click on a button of a message, ephemeral or not, whether or not the user could see it.
    pub(super) fn click(&mut self, user: &str, ts: &str, button: &Button, secret: &str) -> Result<Signed, Refused> {
        let now = self.clock.now();
        let (channel, thread, found, message) = if let Some(message) = self.workspace.message(ts) {
            let shown = self.shown_message(message);
            (message.channel.clone(), message.thread_ts.clone(), button.among(&message.blocks)?, Some(shown))
        } else {
            let seen = self.workspace.ephemerals.iter().find(|message| message.ts == ts);
            let seen = seen.ok_or_else(|| Refused(format!("no message {ts}")))?;
            (seen.channel.clone(), seen.thread_ts.clone(), button.among(&seen.blocks)?, None)
        };
        let mut payload = self.block_actions(user, &found, now)?;
        let mut container = json!({
            "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": message.is_none(),
        });
        if let Some(thread) = thread {
            container["thread_ts"] = thread.into();
        }
        payload["container"] = container;
        let place = self.workspace.channel(&channel).unwrap();
        payload["channel"] = json!({"id": place.id, "name": place.told_name()});
        // Slack does not show the app what only one person sees.
        if let Some(message) = message {
            payload["message"] = message;
        }
        payload["response_url"] = self.response_url(user, &channel, Some(ts), now).into();
        let mut signed = Signed::new(Surface::Interactions, Some(user), payload_form(&payload), secret, now);
        signed.channel = Some(channel);
        Ok(signed)
    }

    /// A click on a button of the app's home, or of the modal that is open.
    pub(super) fn click_view(&mut self, user: &str, button: &Button, secret: &str) -> Result<Signed, Refused> {
        let now = self.clock.now();
        let open = self.workspace.modals.get(user).or_else(|| self.workspace.homes.get(user));
        let view = open.cloned().ok_or_else(|| Refused(format!("the app has no home for {user} yet")))?;
        let mut payload = self.block_actions(user, &button.among(view.blocks())?, now)?;
        payload["container"] = json!({"type": "view", "view_id": view.id});
        payload["view"] = shown_view(&view);
        Ok(Signed::new(Surface::Interactions, Some(user), payload_form(&payload), secret, now))
    }

    fn block_actions(&mut self, user: &str, found: &Found, now: Timestamp) -> Result<Value, Refused> {
        let name = self.person(user)?.handle.clone();
        let trigger = self.trigger(user, now);
        let mut action = json!({
            "type": "button", "action_id": found.button["action_id"], "block_id": found.block_id,
            "text": found.button["text"], "action_ts": self.workspace.ts(now),
        });
        for field in ["value", "style", "url"] {
            if let Some(value) = found.button.get(field) {
                action[field] = value.clone();
            }
        }
        Ok(json!({
            "type": "block_actions", "user": {"id": user, "username": name, "name": name, "team_id": TEAM_ID},
            "api_app_id": APP_ID, "token": VERIFICATION_TOKEN, "trigger_id": trigger,
            "team": {"id": TEAM_ID, "domain": self.domain}, "enterprise": null, "is_enterprise_install": false,
            "state": {"values": {}}, "actions": [action],
        }))
    }

    fn response_url(&mut self, user: &str, channel: &str, message: Option<&str>, now: Timestamp) -> String {
        let number = self.workspace.number();
        let secret = hash(&["response", &number.to_string()])[..24].to_owned();
        let path = format!("/actions/{TEAM_ID}/{number}/{secret}");
        let url = format!("{}{path}", self.origin);
        let until = now + SignedDuration::from_mins(30);
        let message = message.map(Into::into);
        let response = Response { user: user.into(), channel: channel.into(), message, until, left: 5 };
        self.workspace.responses.insert(path, response);
        url
    }

    /// The slash command, typed in a channel, or in the conversation with the app.
    pub(super) fn command(
        &mut self,
        user: &str,
        text: &str,
        channel: Option<&str>,
        secret: &str,
    ) -> Result<Signed, Refused> {
        let now = self.clock.now();
        let name = self.person(user)?.handle.clone();
        let id = match channel {
            Some(id) => id.to_owned(),
            None => self.open_direct(user, now),
        };
        let place = self.workspace.channel(&id).filter(|channel| channel.has(user));
        let place: Channel = place.cloned().ok_or_else(|| Refused(format!("{user} is in no channel {id}")))?;
        let url = self.response_url(user, &id, None, now);
        let trigger = self.trigger(user, now);
        let fields: [(&str, &str); 13] = [
            ("token", VERIFICATION_TOKEN),
            ("team_id", TEAM_ID),
            ("team_domain", &self.domain),
            ("channel_id", &place.id),
            ("channel_name", place.told_name()),
            ("user_id", user),
            ("user_name", &name),
            ("command", COMMAND),
            ("text", text),
            ("api_app_id", APP_ID),
            ("is_enterprise_install", "false"),
            ("response_url", &url),
            ("trigger_id", &trigger),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes();
        let mut signed = Signed::new(Surface::Commands, Some(user), body, secret, now);
        signed.channel = Some(id);
        Ok(signed)
    }

    /// Somebody opens the app's home.
    pub(super) fn open_home(&mut self, user: &str, secret: &str) -> Result<Signed, Refused> {
        let now = self.clock.now();
        self.person(user)?;
        let channel = self.open_direct(user, now);
        let mut event = json!({
            "type": "app_home_opened", "user": user, "channel": channel, "tab": "home",
            "event_ts": self.workspace.ts(now),
        });
        if let Some(view) = self.workspace.homes.get(user) {
            event["view"] = shown_view(view);
        }
        Ok(self.event(Some(user), &event, secret))
    }

    /// The workspace removes the app: its tokens end, and Slack tells so twice, in no certain order.
    pub(super) fn uninstall(&mut self, secret: &str) -> Vec<Signed> {
        for token in std::mem::take(&mut self.tokens).into_keys() {
            self.ended_tokens.insert(token, "account_inactive".into());
        }
        let ended = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot_user()]}});
        vec![self.event(None, &ended, secret), self.event(None, &json!({"type": "app_uninstalled"}), secret)]
    }

    fn event(&mut self, user: Option<&str>, event: &Value, secret: &str) -> Signed {
        let now = self.clock.now();
        let number = self.workspace.number().to_string();
        let body = json!({
            "token": VERIFICATION_TOKEN, "team_id": TEAM_ID, "api_app_id": APP_ID, "event": event,
            "type": "event_callback", "event_id": format!("Ev0{}", hash(&["event", &number])[..8].to_uppercase()),
            "event_time": now.as_second(), "is_ext_shared_channel": false,
            "authorizations": [{
                "enterprise_id": null, "team_id": TEAM_ID, "user_id": bot_user(), "is_bot": true,
                "is_enterprise_install": false,
            }],
        });
        Signed::new(Surface::Events, user, body.to_string().into_bytes(), secret, now)
    }

    /// What Slack asks when somebody enters the address for events.
    pub(super) fn url_verification(&mut self, secret: &str) -> Signed {
        let challenge = hash(&["challenge", &self.workspace.number().to_string()]);
        let body = json!({"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"});
        Signed::new(Surface::Events, None, body.to_string().into_bytes(), secret, self.clock.now())
    }
}
