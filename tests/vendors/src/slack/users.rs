//! `users.*` and the OAuth that gives the app its token.

use super::{
    APP_ID, CLIENT_ID, CLIENT_SECRET, State, TEAM_ID, bot_user,
    methods::{Given, has, no},
};
use crate::{
    demo::company::{SlackAccount, slack_id},
    digest::hash,
    service::{Incoming, Reply},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl State {
    pub(super) fn users_list(&self, given: &Given, scopes: &str) -> Result<Reply, Reply> {
        let limit = given.text("limit").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        if limit > 1_000 {
            return Err(no("invalid_limit"));
        }
        let size = if limit == 0 { self.users.len() } else { limit };
        let start = match given.text("cursor") {
            None => 0,
            Some(cursor) => {
                let decoded = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let id = decoded.as_deref().and_then(|text| text.strip_prefix("user:"));
                let found = id.and_then(|id| self.users.iter().position(|user| user.id == id));
                found.ok_or_else(|| no("invalid_cursor"))?
            }
        };
        let end = (start + size).min(self.users.len());
        let members: Vec<Value> = self.users[start..end].iter().map(|user| self.shown_user(user, scopes)).collect();
        let next = self.users.get(end).map(|user| STANDARD.encode(format!("user:{}", user.id))).unwrap_or_default();
        Ok(Reply::ok(json!({
            "ok": true, "members": members, "cache_ts": self.clock.now().as_second(),
            "response_metadata": {"next_cursor": next},
        })))
    }

    pub(super) fn users_info(&self, given: &Given, scopes: &str) -> Result<Reply, Reply> {
        let id = given.text("user").unwrap_or_default();
        let found = self.users.iter().find(|user| user.id == id).ok_or_else(|| no("user_not_found"))?;
        Ok(Reply::ok(json!({"ok": true, "user": self.shown_user(found, scopes)})))
    }

    pub(super) fn users_by_email(&self, given: &Given, scopes: &str) -> Result<Reply, Reply> {
        let email = given.text("email").ok_or_else(|| no("users_not_found"))?;
        let found = self.users.iter().find(|user| !user.deleted && user.email.as_ref() == Some(&email));
        let found = found.ok_or_else(|| no("users_not_found"))?;
        Ok(Reply::ok(json!({"ok": true, "user": self.shown_user(found, scopes)})))
    }

    fn shown_user(&self, user: &SlackAccount, scopes: &str) -> Value {
        let (first, last) = user.real_name.split_once(' ').unwrap_or((&user.real_name, ""));
        let mut profile = json!({
            "real_name": user.real_name, "real_name_normalized": ascii(&user.real_name),
            "display_name": user.display_name, "display_name_normalized": ascii(&user.display_name),
            "first_name": first, "last_name": last, "title": "", "phone": "", "skype": "", "status_text": "",
            "status_emoji": "", "team": TEAM_ID, "avatar_hash": &hash(&[&user.id])[..12],
            "image_48": format!("https://avatars.slack.example/{}_48.png", user.id),
        });
        if let Some(email) = user.email.as_ref().filter(|_| has(scopes, "users:read.email")) {
            profile["email"] = email.clone().into();
        }
        if user.bot {
            profile["bot_id"] = slack_id('B', &user.handle).into();
        }
        let mut value = json!({
            "id": user.id, "team_id": TEAM_ID, "name": user.handle, "deleted": user.deleted, "profile": profile,
            "is_bot": user.bot && user.id != "USLACKBOT", "is_app_user": false,
            "updated": self.clock.now().as_second() - 86_400,
        });
        // Deleted users have little left.
        if !user.deleted {
            let more = json!({
                "color": "9f69e7", "real_name": user.real_name, "tz": "Europe/Berlin",
                "tz_label": "Central European Time", "tz_offset": 3_600, "is_admin": false, "is_owner": false,
                "is_primary_owner": false, "is_restricted": user.guest, "is_ultra_restricted": false,
                "has_2fa": false, "is_email_confirmed": true,
            });
            for (name, part) in more.as_object().into_iter().flatten() {
                value[name] = part.clone();
            }
        }
        value
    }

    /// `oauth.v2.access`: client id and secret by Basic or as fields.
    pub(super) fn access(&mut self, incoming: &Incoming, fields: &BTreeMap<String, String>, now: Timestamp) -> Reply {
        let given =
            incoming.basic().or_else(|| Some((fields.get("client_id")?.clone(), fields.get("client_secret")?.clone())));
        let Some((id, secret)) = given else { return no("invalid_client_id") };
        if id != CLIENT_ID {
            return no("invalid_client_id");
        }
        if secret != CLIENT_SECRET {
            return no("bad_client_secret");
        }
        let Some(code) = self.codes.redeem(fields, CLIENT_ID, now) else { return no("invalid_code") };
        let token = format!("xoxb-{}", &hash(&["slack", &fields["code"]])[..32]);
        let scope = if code.scope.is_empty() { "users:read,users:read.email".to_owned() } else { code.scope };
        self.tokens.insert(token.clone(), scope.clone());
        let person = self.users.iter().find(|user| !user.bot && !user.deleted).map(|user| user.id.clone());
        Reply::ok(json!({
            "ok": true, "access_token": token, "token_type": "bot", "scope": scope, "app_id": APP_ID,
            "bot_user_id": bot_user(), "team": {"id": TEAM_ID, "name": self.team},
            "enterprise": null, "is_enterprise_install": false, "authed_user": {"id": person},
        }))
    }
}

/// What Slack writes where letters have marks.
fn ascii(text: &str) -> String {
    let plain = |letter: char| match letter {
        'ä' | 'á' => 'a',
        'ö' | 'ø' => 'o',
        'ü' => 'u',
        'ß' => 's',
        'è' | 'é' | 'ë' => 'e',
        'Ö' | 'Ø' => 'O',
        'Ü' => 'U',
        'Ł' => 'L',
        'ý' => 'y',
        other => other,
    };
    text.chars().map(plain).collect()
}
