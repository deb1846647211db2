//! Slack: a workspace that the app and people use: users and OAuth, messages, the app's home, clicks, the slash command
//! and events.
//!
//! Slack answers its own mistakes and the caller's with 200 and `"ok": false`; only limits and outages have a status.
//! `GET /` is a page on which a visitor looks over a member's shoulder and clicks for them. What the page does, tests
//! can do by the endpoints below `/_control` (see `control.rs`) or by the verbs of [`SlackServer`] (see `verbs.rs`).

mod actions;
mod blocks;
mod channels;
mod chat;
mod control;
mod deliveries;
mod keep;
mod methods;
mod model;
mod respond;
mod signed;
mod users;
mod verbs;
mod views;

pub use actions::{Button, Refused};
pub use model::{Channel, ChannelKind, Ephemeral, Message, Sent, View, Workspace};
pub use signed::{Signed, Surface, signature};

use crate::{
    demo::company::{Company, SlackAccount, slack_id},
    faults::Kind,
    service::{
        Answer, Answered, Clock, Incoming, Outgoing, Reply, Server, Standing, Toll, Unanswered, Vendor,
        oauth::{Codes, ConsentPage},
    },
};
use deliveries::Delivery;
use jiff::Timestamp;
use methods::{Given, has, missing_scope, no};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::PathBuf};
use views::Trigger;

/// The bot token of the app as it is installed.
pub const TOKEN: &str = "xoxb-simulated-slack-token";
/// What that token may do.
pub const SCOPES: &str = "users:read,users:read.email,chat:write,im:write,channels:read,channels:join,commands";
/// The app's client id.
pub const CLIENT_ID: &str = "1111111111.2222222222";
/// The app's client secret.
pub const CLIENT_SECRET: &str = "simulated-slack-client-secret";
/// What requests to the app are signed with, unless settings say otherwise.
pub const SIGNING_SECRET: &str = "simulated-slack-signing-secret";
/// The workspace's id.
pub const TEAM_ID: &str = "T0ACMERAIL";
/// The app's id.
pub const APP_ID: &str = "A0PLUMBLIN";
/// The app's slash command.
pub const COMMAND: &str = "/plumbline";

/// The token in payloads, which nobody should rely on: signatures took its place.
const VERIFICATION_TOKEN: &str = "simulated-verification-token";

/// The app's user.
pub fn bot_user() -> String {
    slack_id('U', "plumbline")
}

fn bot_id() -> String {
    slack_id('B', "plumbline")
}

/// A running simulated Slack.
pub type SlackServer = Server<State>;

/// All that the simulated Slack holds. Plain data: a test may change any of it.
#[derive(Debug, Clone)]
pub struct State {
    /// The clock.
    pub clock: Clock,
    /// The server's origin.
    pub origin: String,
    /// The workspace's name.
    pub team: String,
    /// The part of the workspace's address that is its own.
    pub domain: String,
    /// Users, in the order in which they are listed.
    pub users: Vec<SlackAccount>,
    /// Logins at GitHub of users who have one there, by their ids here.
    pub logins: BTreeMap<String, String>,
    /// Tokens that work, each with its scopes, separated by commas.
    pub tokens: BTreeMap<String, String>,
    /// Tokens that worked once, each with the error that they are refused with.
    pub ended_tokens: BTreeMap<String, String>,
    /// What people and the app did.
    pub workspace: Workspace,
    /// The file that outlives the process, where there is one.
    pub kept: Option<PathBuf>,
    codes: Codes,
    triggers: BTreeMap<String, Trigger>,
    deliveries: Vec<Delivery>,
    /// The workspace's count when it was last written down.
    written: Option<String>,
}

/// Switches of the simulated Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// The app's origin, below which Slack sends its requests; none: they go nowhere.
    pub app: Option<String>,
    /// What they are signed with.
    pub signing_secret: String,
    /// The simulated GitHub's origin, for merging pull requests from the page.
    pub github: Option<String>,
    /// Every call is answered with 503.
    pub down: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { app: None, signing_secret: SIGNING_SECRET.into(), github: None, down: false }
    }
}

impl State {
    /// The company's workspace, in which the app is installed.
    pub fn of(company: &Company) -> Self {
        let people = company.people.iter().filter_map(|person| person.slack.as_ref());
        let logins = company.people.iter().filter_map(|person| {
            let github = person.github.as_ref().filter(|account| account.member && !account.deleted)?;
            Some((person.slack.as_ref()?.id.clone(), github.login.clone()))
        });
        Self {
            clock: Clock::fixed(company.now),
            origin: "https://slack.com".into(),
            team: company.name.clone(),
            domain: company.slug.clone(),
            users: people.chain(&company.other_slack).cloned().collect(),
            logins: logins.collect(),
            tokens: [(TOKEN.to_owned(), SCOPES.to_owned())].into(),
            ended_tokens: BTreeMap::new(),
            workspace: Workspace { channels: channels::of(company), ..Workspace::default() },
            kept: None,
            codes: Codes::default(),
            triggers: BTreeMap::new(),
            deliveries: Vec::new(),
            written: None,
        }
    }

    /// A method of the Web API.
    fn call(&mut self, incoming: &Incoming, now: Timestamp) -> Result<Reply, Reply> {
        let method = methods::of(&incoming.path).ok_or_else(|| no("unknown_method"))?;
        if method.name == "oauth.v2.access" {
            let mut fields = incoming.parameters();
            fields.extend(incoming.fields());
            return Ok(self.access(incoming, &fields, now));
        }
        let token = incoming.bearer().ok_or_else(|| no("not_authed"))?;
        let Some(scopes) = self.tokens.get(token).cloned() else {
            return Err(no(self.ended_tokens.get(token).map_or("invalid_auth", String::as_str)));
        };
        let answer = if !method.scope.is_empty() && !has(&scopes, method.scope) {
            Err(missing_scope(method.scope, &scopes))
        } else {
            Given::of(incoming, method.json).and_then(|given| match method.name {
                "auth.test" => Ok(self.auth_test()),
                "auth.revoke" => {
                    let revoked = !given.flag("test");
                    if revoked && let Some((token, _)) = self.tokens.remove_entry(token) {
                        self.ended_tokens.insert(token, "token_revoked".into());
                    }
                    Ok(Reply::ok(json!({"ok": true, "revoked": revoked})))
                }
                "chat.postMessage" => self.post_message(&given, &scopes, now),
                "chat.postEphemeral" => self.post_ephemeral(&given, &scopes, now),
                "chat.update" => self.update_message(&given),
                "conversations.open" => self.conversations_open(&given, &scopes, now),
                "conversations.list" => self.conversations_list(&given, &scopes),
                "conversations.info" => self.conversations_info(&given, &scopes),
                "conversations.join" => self.conversations_join(&given),
                "users.info" => self.users_info(&given, &scopes),
                "users.list" => self.users_list(&given, &scopes),
                "users.lookupByEmail" => self.users_by_email(&given, &scopes),
                "views.open" => self.views_open(&given, now),
                "views.publish" => self.views_publish(&given),
                "views.update" => self.views_update(&given),
                other => panic!("{other} is among the methods, but nobody answers it"),
            })
        };
        let (Ok(reply) | Err(reply)) = answer;
        Ok(reply.with("x-oauth-scopes", scopes).with("x-accepted-oauth-scopes", method.scope))
    }

    fn auth_test(&self) -> Reply {
        Reply::ok(json!({
            "ok": true, "url": format!("https://{}.slack.com/", self.domain), "team": self.team, "team_id": TEAM_ID,
            "user": "plumbline", "user_id": bot_user(), "bot_id": bot_id(), "is_enterprise_install": false,
        }))
    }

    /// The channel that a message is for, as its limit is counted by.
    fn channel_of(&self, incoming: &Incoming) -> Option<String> {
        let name = Given::of(incoming, true).ok()?.text("channel")?;
        Some(if self.writable_user(&name) { channels::direct_id(&name) } else { self.channel_id(&name) })
    }
}

impl Vendor for State {
    type Knobs = Knobs;

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn served_at(&mut self, origin: &str) {
        self.origin = origin.into();
    }

    fn kind(&self, _: &Incoming) -> &'static str {
        "slack"
    }

    fn tolls(&self, incoming: &Incoming, knobs: &Knobs) -> Vec<Toll> {
        let known = incoming.bearer().is_some_and(|token| self.tokens.contains_key(token));
        match methods::of(&incoming.path) {
            Some(method) if !knobs.down && (known || method.name == "oauth.v2.access") => {
                methods::tolls(method, TEAM_ID, self.channel_of(incoming).as_deref())
            }
            _ => Vec::new(),
        }
    }

    fn limited(&self, _: &Toll, standing: &Standing, now: Timestamp) -> Reply {
        let wait = (standing.reset.as_second() - now.as_second()).max(1).to_string();
        Reply::of(429, json!({"ok": false, "error": "ratelimited"})).with("retry-after", wait)
    }

    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply {
        let no = |error: &str| no(message.unwrap_or(error));
        match kind {
            Kind::Unauthorized => no("invalid_auth"),
            Kind::Forbidden | Kind::Secondary => no("missing_scope"),
            Kind::NotFound | Kind::Gone => no("unknown_method"),
            Kind::TooMany | Kind::GraphqlRateLimited => Reply { status: 429, ..no("ratelimited") },
            Kind::Unavailable => Reply { status: 503, ..no("service_unavailable") },
            _ => Reply { status: 500, ..no("internal_error") },
        }
    }

    fn answer(&mut self, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
        if knobs.down {
            return self.refusal(Kind::Unavailable, None);
        }
        if incoming.path == "/oauth/v2/authorize" {
            let asked = incoming.parameters();
            if asked.get("client_id").is_none_or(|id| id != CLIENT_ID) {
                return Reply::text(400, "text/html", "Invalid client_id parameter");
            }
            return self.codes.at_the_page(&ConsentPage { vendor: "Slack", refusal: &[] }, incoming, now);
        }
        if incoming.path.starts_with("/actions/") {
            return self.respond(incoming, now);
        }
        if !incoming.path.starts_with("/api/") {
            return Reply::text(404, "text/html", "<html>not found</html>");
        }
        let (Ok(reply) | Err(reply)) = self.call(incoming, now);
        reply
    }

    fn dress(&self, reply: Reply, _: &[(Toll, Standing)]) -> Reply {
        reply
    }

    fn control(&mut self, verb: &str, incoming: &Incoming, knobs: &Knobs) -> Option<Answer> {
        control::answer(self, verb, incoming, knobs)
    }

    fn page(&self) -> Option<&'static str> {
        Some(include_str!("page.html"))
    }

    fn due(&mut self, now: Timestamp, knobs: &Knobs) -> Vec<Outgoing> {
        self.take_due(now, knobs)
    }

    fn sent(
        &mut self,
        outgoing: &Outgoing,
        outcome: Result<Answered, Unanswered>,
        now: Timestamp,
        knobs: &Knobs,
    ) -> Value {
        self.learn(outgoing, outcome, now, knobs)
    }

    fn rest(&mut self) {
        self.write_down();
    }
}

#[cfg(test)]
mod tests;
