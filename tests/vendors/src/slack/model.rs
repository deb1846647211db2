//! What Slack holds beside its users: plain data.

use super::bot_user;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What kind of conversation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Open to everybody.
    Public,
    /// Seen by its members alone.
    Private,
    /// The app and one person.
    Direct,
    /// The app and several people.
    Group,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Its name without `#`; what Slack calls direct messages in payloads is [`Channel::told_name`].
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// Read-only.
    pub archived: bool,
    /// Ids of the users in it, the app's own among them.
    pub members: BTreeSet<String>,
    /// When it was made.
    pub created: Timestamp,
}

impl Channel {
    /// The name in payloads.
    pub fn told_name(&self) -> &str {
        match self.kind {
            ChannelKind::Public => &self.name,
            ChannelKind::Private => "privategroup",
            ChannelKind::Direct => "directmessage",
            ChannelKind::Group => "mpdm",
        }
    }

    /// Whether this user is in it.
    pub fn has(&self, user: &str) -> bool {
        self.members.contains(user)
    }
}

/// A message that everybody in its channel sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its channel's id.
    pub channel: String,
    /// Its id: seconds and a number, which differs from all other messages'.
    pub ts: String,
    /// Who wrote it.
    pub user: String,
    /// Text; with blocks, what notifications show.
    pub text: String,
    /// Blocks, each with a `block_id`.
    pub blocks: Vec<Value>,
    /// The message whose thread it is in.
    pub thread_ts: Option<String>,
    /// What the app attached for itself.
    pub metadata: Option<Value>,
    /// How often it was changed.
    pub edits: u32,
}

impl Message {
    /// Whether the app wrote it.
    pub fn by_app(&self) -> bool {
        self.user == bot_user()
    }
}

/// A message that one person sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ephemeral {
    /// Its channel's id.
    pub channel: String,
    /// Who sees it.
    pub to: String,
    /// Its id.
    pub ts: String,
    /// Who wrote it: the app, or Slackbot, which tells that the app failed.
    pub user: String,
    /// Text.
    pub text: String,
    /// Blocks.
    pub blocks: Vec<Value>,
    /// The message whose thread it is in.
    pub thread_ts: Option<String>,
}

/// The app's home of a person, or a modal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Its id.
    pub id: String,
    /// Changes whenever the view does.
    pub hash: String,
    /// What the app gave: `type`, `blocks` and more.
    pub content: Value,
}

impl View {
    /// Its blocks.
    pub fn blocks(&self) -> &[Value] {
        self.content["blocks"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// What a `response_url` may still be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Response {
    /// Whose action it belongs to.
    pub(super) user: String,
    /// Where it happened.
    pub(super) channel: String,
    /// The message with the button, ephemeral or not; none for a command.
    pub(super) message: Option<String>,
    /// Not usable after.
    pub(super) until: Timestamp,
    /// So many uses are left.
    pub(super) left: u8,
}

/// A request that was sent to the app, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// What it was: `block_actions`, `/plumbline` or an event's type.
    pub what: String,
    /// The user who caused it.
    pub user: Option<String>,
    /// The number of the retry; 0 for the first attempt.
    pub retry: u8,
    /// The status it was answered with; none: there was no answer in time.
    pub status: Option<u16>,
}

/// All that people and the app did in the workspace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// Conversations, in the order in which they were made.
    pub channels: Vec<Channel>,
    /// Messages, in the order in which they were sent.
    pub messages: Vec<Message>,
    /// Messages that one person sees, in the order in which they were sent.
    pub ephemerals: Vec<Ephemeral>,
    /// The app's homes by user.
    pub homes: BTreeMap<String, View>,
    /// The modals that are open, by user.
    pub modals: BTreeMap<String, View>,
    /// What was sent to the app, the oldest first; at most [`Workspace::KEPT`].
    pub sent: Vec<Sent>,
    /// Pull requests merged from the page, as the simulated GitHub told it; the oldest first.
    pub merges: Vec<Value>,
    pub(super) responses: BTreeMap<String, Response>,
    pub(super) count: u64,
}

impl Workspace {
    /// So many requests to the app are kept.
    pub const KEPT: usize = 1_000;

    /// A channel by its id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The conversation of the app with this user, where there is one.
    pub fn direct(&self, user: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.kind == ChannelKind::Direct && channel.has(user))
    }

    /// A message by its id.
    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts)
    }

    /// The next number: of messages, views, triggers.
    pub(super) fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// The id of a message sent now.
    pub(super) fn ts(&mut self, now: Timestamp) -> String {
        let number = self.number() % 1_000_000;
        format!("{}.{number:06}", now.as_second())
    }
}
