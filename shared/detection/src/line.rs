//! What one piece of a message says of AI.

use crate::{
    identity::named,
    rules::{BRANCHES, MARKERS},
    sentence::sentences,
    text::{Piece, Word, is_quote, listed, undecorated, words},
    tool::Tool,
    trailer::{embedded, trailer},
};

/// What a piece says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Rules and tools, each pair once.
    pub(crate) hits: Vec<(&'static str, Tool)>,
    /// That no AI was used.
    pub(crate) denied: bool,
    /// Names a tool or AI at all.
    pub(crate) mentions: bool,
}

impl Said {
    pub(crate) fn hit(&mut self, rule: &'static str, tool: Tool) {
        if !self.hits.contains(&(rule, tool)) {
            self.hits.push((rule, tool));
        }
    }
}

/// Reads a piece. `reverting` is whether the message undoes a change: what it quotes is then the undone message's.
pub(crate) fn read(piece: Piece<'_>, reverting: bool) -> Said {
    let mut said = Said::default();
    let lower = piece.text.to_ascii_lowercase();
    for (marker, tool) in MARKERS {
        if lower.contains(marker) && !example(&lower) {
            said.hit("marker", *tool);
        }
    }
    let (text, decoration) = undecorated(piece.text);
    if piece.hidden || decoration.unticked {
        said.mentions = !said.hits.is_empty();
        return said;
    }
    let text_lower = text.to_ascii_lowercase();
    let all = words(&text_lower);
    let mentions = mentions(&all);
    said.mentions = mentions || !said.hits.is_empty();
    if reverting && decoration.quoted {
        return said;
    }
    if trailer(text, &mut said) {
        said.mentions |= said.denied || !said.hits.is_empty();
        return said;
    }
    if mentions {
        embedded(text, &mut said);
        if !text.starts_with(is_quote) {
            sentences(&text_lower, &all, decoration.marked || text.starts_with(char::is_uppercase), &mut said);
        }
    }
    if said.hits.is_empty() && robot(piece.text, &text_lower) {
        said.hit("signature", Tool::Other);
        said.mentions = true;
    }
    said
}

/// A branch's name, as tools give them.
pub(crate) fn branch(name: &str) -> Option<Tool> {
    let lower = name.to_ascii_lowercase();
    let (first, _) = lower.split_once('/')?;
    listed(BRANCHES, first).then(|| named(&words(first), 0))?.map(|one| one.tool)
}

/// Whether a piece says that the message undoes another change.
pub(crate) fn reverts(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    text.starts_with("revert \"") || text.starts_with("reapply \"") || text.starts_with("this reverts commit")
}

fn example(lower: &str) -> bool {
    lower.contains("example.com") || lower.contains("t-xxx") || lower.contains("/...")
}

/// The signature of a tool that the tables may not know yet: "\u{1f916} Generated with [Newtool](https://...)".
fn robot(text: &str, lower: &str) -> bool {
    let machinery = ["action", "bot", "release", "renovate"];
    let signed = text.trim_start_matches(['>', ' ', '*', '-']).starts_with('\u{1f916}');
    signed && lower.starts_with("generated with") && !machinery.iter().any(|word| lower.contains(word))
}

fn mentions(words: &[Word<'_>]) -> bool {
    (0..words.len()).any(|at| named(words, at).is_some()) || words.iter().any(|word| word.text.starts_with("vibe"))
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
