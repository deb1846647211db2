//! `conversations.*`: channels and direct messages.

use super::{
    State, TEAM_ID, bot_user,
    methods::{Given, has, missing_scope, no},
    model::{Channel, ChannelKind},
};
use crate::{
    demo::company::{Company, slack_id},
    service::Reply,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Channels of the company: everybody's, the developers', one that is over, and one without the app.
pub(super) fn of(company: &Company) -> Vec<Channel> {
    let active = || company.people.iter().filter(|person| person.left_at.is_none());
    let everybody: BTreeSet<String> = active().filter_map(|p| Some(p.slack.as_ref()?.id.clone())).collect();
    let developers = active().filter(|person| person.github.is_some());
    let mut engineering: BTreeSet<String> = developers.filter_map(|p| Some(p.slack.as_ref()?.id.clone())).collect();
    let few: BTreeSet<String> = active().filter_map(|p| Some(p.slack.as_ref()?.id.clone())).take(4).collect();
    // Somebody invited the app there, and nowhere else.
    engineering.insert(bot_user());
    let channel = |name: &str, kind, archived, members: &BTreeSet<String>| Channel {
        id: slack_id('C', name),
        name: name.into(),
        kind,
        archived,
        members: members.clone(),
        created: company.now - SignedDuration::from_hours(24 * 900),
    };
    vec![
        channel("general", ChannelKind::Public, false, &everybody),
        channel("engineering", ChannelKind::Public, false, &engineering),
        channel("timetable-2024", ChannelKind::Public, true, &few),
        channel("leads", ChannelKind::Private, false, &few),
    ]
}

/// The id of the app's conversation with this user, whether or not there is one yet.
pub(super) fn direct_id(user: &str) -> String {
    slack_id('D', user)
}

impl State {
    /// The id that a channel's id or name stands for; names may begin with `#`.
    pub(super) fn channel_id(&self, name: &str) -> String {
        let plain = name.strip_prefix('#').unwrap_or(name);
        let named = |channel: &&Channel| channel.kind == ChannelKind::Public && channel.name == plain;
        self.workspace.channels.iter().find(named).map_or_else(|| name.to_owned(), |channel| channel.id.clone())
    }

    /// Whether this is the id of somebody that the app can write to.
    pub(super) fn writable_user(&self, id: &str) -> bool {
        self.users.iter().any(|user| user.id == id && !user.deleted && !user.bot)
    }

    /// The conversation of the app with this user, made if there is none yet; its id.
    pub(super) fn open_direct(&mut self, user: &str, now: Timestamp) -> String {
        if let Some(channel) = self.workspace.direct(user) {
            return channel.id.clone();
        }
        self.make(direct_id(user), ChannelKind::Direct, [user.to_owned()].into(), now)
    }

    fn make(&mut self, id: String, kind: ChannelKind, mut members: BTreeSet<String>, now: Timestamp) -> String {
        let name = members.iter().cloned().collect::<Vec<_>>().join("-");
        members.insert(bot_user());
        self.workspace.channels.push(Channel { id: id.clone(), name, kind, archived: false, members, created: now });
        id
    }

    pub(super) fn conversations_open(&mut self, given: &Given, scopes: &str, now: Timestamp) -> Result<Reply, Reply> {
        let (id, already) = if let Some(channel) = given.text("channel") {
            let known = self.workspace.channel(&channel).filter(|channel| channel.has(&bot_user()));
            (known.ok_or_else(|| no("channel_not_found"))?.id.clone(), true)
        } else {
            let users = given.text("users").ok_or_else(|| no("users_list_not_supplied"))?;
            let users: BTreeSet<String> = users.split(',').map(|user| user.trim().to_owned()).collect();
            let needed = if users.len() > 1 { "mpim:write" } else { "im:write" };
            if !has(scopes, needed) {
                return Err(missing_scope(needed, scopes));
            }
            if users.len() > 8 {
                return Err(no("too_many_users"));
            }
            for id in &users {
                let user = self.users.iter().find(|user| user.id == *id).ok_or_else(|| no("user_not_found"))?;
                if user.deleted {
                    return Err(no("user_disabled"));
                }
                if user.bot {
                    return Err(no("cannot_dm_bot"));
                }
            }
            let same = |channel: &&Channel| {
                matches!(channel.kind, ChannelKind::Direct | ChannelKind::Group)
                    && channel.members.iter().filter(|id| **id != bot_user()).eq(users.iter())
            };
            match self.workspace.channels.iter().find(same) {
                Some(channel) => (channel.id.clone(), true),
                None if users.len() == 1 => (self.open_direct(users.first().unwrap(), now), false),
                None => {
                    let name = users.iter().cloned().collect::<Vec<_>>().join("-");
                    (self.make(slack_id('G', &name), ChannelKind::Group, users, now), false)
                }
            }
        };
        let mut answer = json!({"ok": true, "channel": {"id": id}});
        if already {
            (answer["no_op"], answer["already_open"]) = (true.into(), true.into());
        }
        if given.flag("return_im") {
            answer["channel"] = shown(self.workspace.channel(&id).unwrap());
        }
        Ok(Reply::ok(answer))
    }

    pub(super) fn conversations_list(&self, given: &Given, scopes: &str) -> Result<Reply, Reply> {
        let types = given.text("types").unwrap_or_else(|| "public_channel".into());
        let mut kinds = Vec::new();
        for name in types.split(',').map(str::trim) {
            let (kind, needed) = match name {
                "public_channel" => (ChannelKind::Public, "channels:read"),
                "private_channel" => (ChannelKind::Private, "groups:read"),
                "im" => (ChannelKind::Direct, "im:read"),
                "mpim" => (ChannelKind::Group, "mpim:read"),
                _ => return Err(no("invalid_types")),
            };
            if !has(scopes, needed) {
                return Err(missing_scope(needed, scopes));
            }
            kinds.push(kind);
        }
        let limit = given.text("limit").map_or(Ok(100), |text| text.parse::<usize>());
        let limit = limit.ok().filter(|limit| (1..=1_000).contains(limit)).ok_or_else(|| no("invalid_limit"))?;
        let all = self.workspace.channels.iter().filter(|channel| kinds.contains(&channel.kind));
        let all = all.filter(|channel| channel.kind == ChannelKind::Public || channel.has(&bot_user()));
        let all: Vec<&Channel> = all.filter(|c| !(c.archived && given.flag("exclude_archived"))).collect();
        let start = match given.text("cursor") {
            None => 0,
            Some(cursor) => {
                let decoded = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let id = decoded.as_deref().and_then(|text| text.strip_prefix("channel:"));
                let found = id.and_then(|id| all.iter().position(|channel| channel.id == id));
                found.ok_or_else(|| no("invalid_cursor"))?
            }
        };
        let end = (start + limit).min(all.len());
        let page: Vec<Value> = all[start..end].iter().map(|channel| shown(channel)).collect();
        let next = all.get(end).map(|channel| STANDARD.encode(format!("channel:{}", channel.id))).unwrap_or_default();
        Ok(Reply::ok(json!({"ok": true, "channels": page, "response_metadata": {"next_cursor": next}})))
    }

    pub(super) fn conversations_info(&self, given: &Given, scopes: &str) -> Result<Reply, Reply> {
        let id = given.text("channel").unwrap_or_default();
        let channel = self.workspace.channel(&id).ok_or_else(|| no("channel_not_found"))?;
        let needed = match channel.kind {
            ChannelKind::Public => "channels:read",
            ChannelKind::Private => "groups:read",
            ChannelKind::Direct => "im:read",
            ChannelKind::Group => "mpim:read",
        };
        if channel.kind != ChannelKind::Public && !channel.has(&bot_user()) {
            return Err(no("channel_not_found"));
        }
        if !has(scopes, needed) {
            return Err(missing_scope(needed, scopes));
        }
        Ok(Reply::ok(json!({"ok": true, "channel": shown(channel)})))
    }

    pub(super) fn conversations_join(&mut self, given: &Given) -> Result<Reply, Reply> {
        let id = given.text("channel").unwrap_or_default();
        let found = self.workspace.channels.iter_mut().find(|channel| channel.id == id);
        let found = found.filter(|c| c.kind == ChannelKind::Public || c.has(&bot_user()));
        let channel = found.ok_or_else(|| no("channel_not_found"))?;
        if channel.kind != ChannelKind::Public {
            return Err(no("method_not_supported_for_channel_type"));
        }
        if channel.archived {
            return Err(no("is_archived"));
        }
        let joined = channel.members.insert(bot_user());
        let mut answer = json!({"ok": true, "channel": shown(channel)});
        if !joined {
            answer["warning"] = "already_in_channel".into();
            answer["response_metadata"] = json!({"warnings": ["already_in_channel"]});
        }
        Ok(Reply::ok(answer))
    }
}

/// A conversation as the API shows it.
fn shown(channel: &Channel) -> Value {
    let created = channel.created.as_second();
    if channel.kind == ChannelKind::Direct {
        let user = channel.members.iter().find(|id| **id != bot_user());
        return json!({
            "id": channel.id, "created": created, "is_im": true, "is_archived": false, "is_org_shared": false,
            "context_team_id": TEAM_ID, "user": user,
        });
    }
    let private = channel.kind != ChannelKind::Public;
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": created,
        "is_channel": !private, "is_group": channel.kind == ChannelKind::Private, "is_im": false,
        "is_mpim": channel.kind == ChannelKind::Group, "is_private": private, "is_archived": channel.archived,
        "is_general": channel.name == "general", "is_member": channel.has(&bot_user()), "is_shared": false,
        "is_org_shared": false, "context_team_id": TEAM_ID, "num_members": channel.members.len(),
        "topic": {"value": "", "creator": "", "last_set": 0}, "purpose": {"value": "", "creator": "", "last_set": 0},
    })
}
