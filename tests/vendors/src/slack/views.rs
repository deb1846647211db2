//! `views.*`: the app's home and modals.

use super::{
    APP_ID, State, TEAM_ID,
    blocks::{self, Surface},
    bot_id,
    methods::{Given, no},
    model::View,
};
use crate::{digest::hash, service::Reply};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// So long a trigger opens a modal.
const TRIGGER: SignedDuration = SignedDuration::from_secs(3);

/// What a click or command may be answered with a modal for.
#[derive(Debug, Clone)]
pub(super) struct Trigger {
    pub(super) user: String,
    pub(super) until: Timestamp,
    pub(super) used: bool,
}

impl State {
    /// A trigger for this user.
    pub(super) fn trigger(&mut self, user: &str, now: Timestamp) -> String {
        let number = self.workspace.number();
        let id = format!("{}.{number}.{}", now.as_second(), hash(&["trigger", &number.to_string()]));
        self.triggers.insert(id.clone(), Trigger { user: user.into(), until: now + TRIGGER, used: false });
        id
    }

    /// The view that was given, checked.
    fn view(&mut self, given: &Given, kind: &str) -> Result<View, Reply> {
        let invalid = |words: &str| Reply::ok(blocks::refusal("invalid_arguments", &[words.to_owned()]));
        let view = given.structured("view").ok().flatten().filter(Value::is_object);
        let mut content = view.ok_or_else(|| invalid("missing required field: view [json-pointer:/view]"))?;
        if content["type"] != kind {
            return Err(invalid("must be a valid view type [json-pointer:/view/type]"));
        }
        let Some(given) = content["blocks"].as_array().cloned() else {
            return Err(invalid("missing required field: blocks [json-pointer:/view]"));
        };
        let mut mistakes = blocks::mistakes(&given, Surface::View);
        if kind == "modal" && content["title"]["text"].as_str().is_none_or(|text| text.chars().count() > 24) {
            mistakes.push("must be less than 25 characters [json-pointer:/view/title/text]".into());
        }
        if content["private_metadata"].as_str().is_some_and(|text| text.chars().count() > 3_000) {
            mistakes.push("must be less than 3001 characters [json-pointer:/view/private_metadata]".into());
        }
        if !mistakes.is_empty() {
            let mistakes: Vec<String> = mistakes
                .iter()
                .map(|words| words.replace("[json-pointer:/blocks", "[json-pointer:/view/blocks"))
                .collect();
            return Err(Reply::ok(blocks::refusal("invalid_arguments", &mistakes)));
        }
        content["blocks"] = blocks::named(given, || self.workspace.number()).into();
        let number = self.workspace.number();
        let id = format!("V0{}", hash(&["view", &number.to_string()])[..9].to_uppercase());
        Ok(View { id, hash: format!("{}.{}", number, &hash(&["hash", &number.to_string()])[..8]), content })
    }

    pub(super) fn views_publish(&mut self, given: &Given) -> Result<Reply, Reply> {
        let user = given.text("user_id").unwrap_or_default();
        if !self.users.iter().any(|known| known.id == user && !known.bot) {
            return Err(no("user_not_found"));
        }
        let mut view = self.view(given, "home")?;
        if let Some(before) = self.workspace.homes.get(&user) {
            if given.text("hash").is_some_and(|hash| hash != before.hash) {
                return Err(no("hash_conflict"));
            }
            view.id.clone_from(&before.id);
        }
        let shown = shown_view(&view);
        self.workspace.homes.insert(user, view);
        Ok(Reply::ok(json!({"ok": true, "view": shown})))
    }

    pub(super) fn views_open(&mut self, given: &Given, now: Timestamp) -> Result<Reply, Reply> {
        let id = given.text("trigger_id").unwrap_or_default();
        let trigger = self.triggers.get(&id).cloned().ok_or_else(|| no("invalid_trigger_id"))?;
        if trigger.used {
            return Err(no("exchanged_trigger_id"));
        }
        if now > trigger.until {
            return Err(no("expired_trigger_id"));
        }
        let view = self.view(given, "modal")?;
        self.triggers.entry(id).and_modify(|trigger| trigger.used = true);
        let shown = shown_view(&view);
        self.workspace.modals.insert(trigger.user, view);
        Ok(Reply::ok(json!({"ok": true, "view": shown})))
    }

    pub(super) fn views_update(&mut self, given: &Given) -> Result<Reply, Reply> {
        let id = given.text("view_id").unwrap_or_default();
        let of = |(user, view): (&String, &View)| (view.id == id).then(|| (user.clone(), view.hash.clone()));
        let open = self.workspace.modals.iter().find_map(of);
        let (user, before) = open.ok_or_else(|| no("not_found"))?;
        if given.text("hash").is_some_and(|hash| hash != before) {
            return Err(no("hash_conflict"));
        }
        let view = View { id, ..self.view(given, "modal")? };
        let shown = shown_view(&view);
        self.workspace.modals.insert(user, view);
        Ok(Reply::ok(json!({"ok": true, "view": shown})))
    }
}

/// A view as answers and payloads show it.
pub(super) fn shown_view(view: &View) -> Value {
    let given = |name: &str, otherwise: Value| view.content.get(name).cloned().unwrap_or(otherwise);
    json!({
        "id": view.id, "team_id": TEAM_ID, "type": view.content["type"], "blocks": view.content["blocks"],
        "private_metadata": given("private_metadata", "".into()), "callback_id": given("callback_id", "".into()),
        "state": {"values": {}}, "hash": view.hash, "title": given("title", Value::Null),
        "clear_on_close": given("clear_on_close", false.into()),
        "notify_on_close": given("notify_on_close", false.into()), "close": given("close", Value::Null),
        "submit": given("submit", Value::Null), "previous_view_id": null, "root_view_id": view.id,
        "app_id": APP_ID, "external_id": given("external_id", "".into()), "app_installed_team_id": TEAM_ID,
        "bot_id": bot_id(),
    })
}
