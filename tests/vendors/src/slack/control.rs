//! The endpoints below `/_control` that only the simulated Slack has. Users and channels are named by their ids.
//!
//! - `GET summary`: counts.
//! - `GET workspace?person=`: what the page shows: all people, and what this one sees.
//! - `GET messages`: all messages, ephemeral ones apart, and what was sent to the app.
//! - `POST click {user, ts, action_id, block_id}`: sends the signed click; without `ts` in the home or modal;
//!   `block_id` where several buttons have the same `action_id`.
//! - `POST command {user, text, channel}`: sends the slash command; without `channel` from the conversation with the
//!   app.
//! - `POST open-home {user}`: sends `app_home_opened`.
//! - `POST close-modal {user}`: closes the modal.
//! - `POST verify`: sends `url_verification`; tells whether the challenge came back.
//! - `POST uninstall`: ends all tokens; sends `tokens_revoked` and `app_uninstalled`.
//! - `POST merge`: merges a pull request of people who are here, by the simulated GitHub's `POST /_control/merge`,
//!   whose body it takes: `{repository, number, people, assisted}`, each of which may be absent.
//!
//! Each `POST` answers when the app has: `{"deliveries": [{"what", "user", "retry", "status"}]}`. Settings
//! (`PATCH settings`): `app` and `github` (origins), `signing_secret`, `down`.

use super::{
    Button, COMMAND, Knobs, State,
    actions::Refused,
    bot_user,
    model::{ChannelKind, Workspace},
};
use crate::service::{Answer, Incoming, control::parsed};
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many of the latest requests to the app, and merges, the page shows.
const LATEST: usize = 8;

#[derive(Deserialize)]
struct Click {
    user: String,
    ts: Option<String>,
    action_id: String,
    block_id: Option<String>,
}

#[derive(Deserialize)]
struct Command {
    user: String,
    text: String,
    channel: Option<String>,
}

#[derive(Deserialize)]
struct Who {
    user: String,
}

/// Answers `/_control/{verb}`; `None`: there is no such thing.
pub(super) fn answer(state: &mut State, verb: &str, incoming: &Incoming, knobs: &Knobs) -> Option<Answer> {
    let refused = |refused: Refused| (400, refused.0);
    let answer = match (&incoming.method, verb) {
        (&Method::GET, "summary") => Ok(json!({
            "team": state.team, "users": state.users.len(), "messages": state.workspace.messages.len(),
        })),
        (&Method::GET, "workspace") => Ok(shown(state, incoming.parameters().get("person"), knobs)),
        (&Method::GET, "messages") => {
            let Workspace { messages, ephemerals, sent, .. } = &state.workspace;
            Ok(json!({"messages": messages, "ephemerals": ephemerals, "sent": sent}))
        }
        (&Method::POST, "merge") => {
            parsed::<Value>(incoming).and_then(|wanted| state.merge(wanted, knobs).map_err(refused)).map(|()| json!({}))
        }
        (&Method::POST, "close-modal") => parsed(incoming).map(|who: Who| {
            state.workspace.modals.remove(&who.user);
            json!({})
        }),
        (&Method::POST, "uninstall") => {
            let sent = state.uninstall(&knobs.signing_secret).into_iter().map(|signed| state.send(signed, knobs));
            sent.collect::<Result<Vec<()>, _>>().map_err(refused).map(|_| json!({}))
        }
        (&Method::POST, "click" | "command" | "open-home" | "verify") => act(state, verb, incoming, knobs),
        _ => return None,
    };
    Some(answer)
}

fn act(state: &mut State, verb: &str, incoming: &Incoming, knobs: &Knobs) -> Answer {
    let refused = |refused: Refused| (400, refused.0);
    let secret = &knobs.signing_secret;
    let signed = match verb {
        "click" => {
            let Click { user, ts, action_id, block_id } = parsed(incoming)?;
            let button = Button { block_id, action_id };
            match ts {
                Some(ts) if !state.sees(&user, &ts) => Err(Refused(format!("{user} does not see message {ts}"))),
                Some(ts) => state.click(&user, &ts, &button, secret),
                None => state.click_view(&user, &button, secret),
            }
        }
        "command" => {
            let Command { user, text, channel } = parsed(incoming)?;
            state.command(&user, &text, channel.as_deref(), secret)
        }
        "open-home" => {
            let Who { user } = parsed(incoming)?;
            state.open_home(&user, secret)
        }
        _ => Ok(state.url_verification(secret)),
    };
    let sent = signed.and_then(|signed| state.send(signed, knobs));
    sent.map(|()| json!({})).map_err(refused)
}

impl State {
    fn sees(&self, user: &str, ts: &str) -> bool {
        let within = |channel: &str| {
            self.workspace.channel(channel).is_some_and(|c| c.kind == ChannelKind::Public || c.has(user))
        };
        self.workspace.message(ts).is_some_and(|message| within(&message.channel))
            || self.workspace.ephemerals.iter().any(|message| message.ts == ts && message.to == user)
    }
}

/// What the page shows.
fn shown(state: &State, person: Option<&String>, knobs: &Knobs) -> Value {
    let Workspace { channels, messages, ephemerals, sent, merges, .. } = &state.workspace;
    // When each person's conversation with the app last changed.
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    let direct: BTreeMap<&str, &str> = channels
        .iter()
        .filter(|channel| channel.kind == ChannelKind::Direct)
        .filter_map(|channel| {
            Some((channel.id.as_str(), channel.members.iter().find(|id| **id != bot_user())?.as_str()))
        })
        .collect();
    for message in messages {
        if let Some(user) = direct.get(message.channel.as_str()) {
            latest.insert(user, &message.ts);
        }
    }
    let people: Vec<Value> = state
        .users
        .iter()
        .filter(|user| !user.deleted && !user.bot)
        .map(|user| {
            json!({
                "id": user.id, "name": user.real_name, "handle": user.handle, "login": state.logins.get(&user.id),
                "latest": latest.get(user.id.as_str()),
            })
        })
        .collect();
    let mut page = json!({
        "team": state.team, "bot": bot_user(), "command": COMMAND, "now": state.clock.now(), "people": people,
        "app": knobs.app, "merging": knobs.github.is_some(),
        "down": knobs.down, "installed": !state.tokens.is_empty(),
        "merges": merges.iter().rev().take(LATEST).collect::<Vec<_>>(),
        "sent": sent.iter().rev().take(LATEST).collect::<Vec<_>>(),
    });
    if let Some(person) = person.filter(|id| state.users.iter().any(|user| user.id == **id)) {
        let visible = || channels.iter().filter(|c| c.kind == ChannelKind::Public || c.has(person));
        let seen = |id: &String| visible().any(|channel| channel.id == *id);
        page["me"] = json!({
            "id": person,
            "channels": visible().map(|channel| json!({
                "id": channel.id, "name": channel.name, "kind": channel.kind, "archived": channel.archived,
                "member": channel.has(person), "people": channel.members.len(),
            })).collect::<Vec<_>>(),
            "messages": messages.iter().filter(|message| seen(&message.channel)).collect::<Vec<_>>(),
            "ephemerals": ephemerals.iter().filter(|message| message.to == *person).collect::<Vec<_>>(),
            "home": state.workspace.homes.get(person).map(|view| &view.content),
            "modal": state.workspace.modals.get(person).map(|view| &view.content),
        });
    }
    page
}
