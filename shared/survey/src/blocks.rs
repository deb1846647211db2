//! Slack's Block Kit: the few blocks that are used here, within Slack's limits, and its escapes.

use crate::click::Click;
use plumbline_domain::PullRequestKey;
use serde::Serialize;
use serde_json::{Value, json};

/// Most blocks of a message. (A home view may have 100.)
pub(crate) const MOST_BLOCKS: usize = 50;
/// Most characters of a section's text.
const MOST_TEXT: usize = 3000;
/// Most characters of a header, which is plain text.
const MOST_HEADER: usize = 150;
/// Most characters of a title or name that somebody else wrote; escaping makes five of one at worst.
const MOST_FOREIGN: usize = 150;
/// Most characters of an address; one that is longer is not linked.
const MOST_URL: usize = 1000;

/// A message for `chat.postMessage`, `chat.update` and `response_url`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlackMessage {
    /// What notifications and screen readers show: all that the blocks say, in short.
    pub text: String,
    /// The blocks.
    pub blocks: Vec<Value>,
}

impl SlackMessage {
    pub(crate) fn new(text: String, blocks: Vec<Value>) -> Self {
        debug_assert!(blocks.len() <= MOST_BLOCKS, "Slack takes {MOST_BLOCKS} blocks");
        Self { text: clip(text, MOST_TEXT), blocks }
    }

    /// One paragraph.
    pub(crate) fn plain(text: String) -> Self {
        Self::new(text.clone(), vec![section(text)])
    }

    /// The body for a `response_url`: only the person sees it, and the message that was clicked in stays.
    pub fn ephemeral(&self) -> Value {
        json!({
            "response_type": "ephemeral",
            "replace_original": false,
            "text": self.text,
            "blocks": self.blocks,
        })
    }
}

pub(crate) fn section(text: String) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": clip(text, MOST_TEXT) } })
}

pub(crate) fn header(text: String) -> Value {
    json!({ "type": "header", "text": { "type": "plain_text", "text": clip(text, MOST_HEADER), "emoji": true } })
}

pub(crate) fn context(text: String) -> Value {
    json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": clip(text, MOST_TEXT) }] })
}

pub(crate) fn divider() -> Value {
    json!({ "type": "divider" })
}

/// Buttons side by side: what each says and does.
pub(crate) fn actions<const N: usize>(buttons: [(&str, Click); N]) -> Value {
    let elements: Vec<_> = buttons
        .into_iter()
        .map(|(label, click)| {
            json!({
                "type": "button",
                "text": { "type": "plain_text", "text": label, "emoji": true },
                "action_id": click.action_id(),
                "value": click.value(),
            })
        })
        .collect();
    json!({ "type": "actions", "elements": elements })
}

/// What somebody else wrote, on one line, short, and without any meaning to Slack.
pub(crate) fn foreign(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = clip(line.collect::<Vec<_>>().join(" "), MOST_FOREIGN);
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A link to a pull request, or only its name where the address is none that Slack could take.
pub(crate) fn link(url: &str, repository: &str, key: PullRequestKey, title: &str) -> String {
    let name = format!("{} #{}: {}", foreign(repository), key.number, foreign(title));
    let is_address = url.starts_with("https://") || url.starts_with("http://");
    let is_clean = url.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>|\"".contains(c));
    if is_address && is_clean && url.chars().count() <= MOST_URL {
        format!("<{}|{name}>", url.replace('&', "&amp;"))
    } else {
        name
    }
}

/// Not longer than that many characters, with an ellipsis in place of the rest.
fn clip(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;
