//! Messages as the pieces that rules look at, one by one: nothing outside a piece changes what it says, so that the
//! pieces which say something can be kept without the rest.

/// Pieces are at most this long, in bytes; longer lines are cut, after a sentence where there is one.
const PIECE: usize = 400;

/// A line of a message, or a part of a long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    /// Inside a comment of Markdown, which templates fill with advice: only markers count.
    pub(crate) hidden: bool,
}

/// The pieces of a text, in order, without empty ones.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((before, comment, after)) = comment(rest) {
        lines(before, false, &mut all);
        lines(comment, true, &mut all);
        rest = after;
    }
    lines(rest, false, &mut all);
    all
}

/// Splits at the first comment that is closed; an opening alone is text.
fn comment(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("<!--")?;
    let (comment, after) = rest.split_once("-->")?;
    Some((before, comment, after))
}

fn lines<'a>(text: &'a str, hidden: bool, all: &mut Vec<Piece<'a>>) {
    // Shells leave the two characters `\n` where a line break was meant.
    for line in text.split(['\n', '\r', '\u{1}']).flat_map(|line| line.split("\\n")) {
        let mut rest = line.trim_end();
        while !rest.trim_start().is_empty() {
            let (text, after) = rest.split_at(cut(rest));
            all.push(Piece { text: text.trim_end(), hidden });
            rest = after;
        }
    }
}

/// Where a line is cut: its whole length if that is little enough.
fn cut(line: &str) -> usize {
    if line.len() <= PIECE {
        return line.len();
    }
    let limit = line.floor_char_boundary(PIECE);
    let head = line.get(..limit).unwrap_or(line);
    let sentence = head.rfind(". ").map(|at| at + 2);
    let at = sentence.or_else(|| head.rfind(' ').map(|at| at + 1)).filter(|at| *at > PIECE / 4);
    at.unwrap_or(limit)
}

/// What precedes a line's own text: bullets, quotes, emphasis, emoji, tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Decoration {
    /// Set off by a mark of any kind, so not the continuation of a sentence.
    pub(crate) marked: bool,
    /// Quoted or indented as a whole: what somebody else said.
    pub(crate) quoted: bool,
    /// A box that nobody ticked.
    pub(crate) unticked: bool,
}

/// A line without what precedes its text.
pub(crate) fn undecorated(line: &str) -> (&str, Decoration) {
    let mut decoration =
        Decoration { quoted: line.starts_with("    ") || line.starts_with('\t'), ..Decoration::default() };
    let mut rest = line.trim_start();
    loop {
        let before = rest.len();
        for (tick, unticked) in [("[ ]", true), ("[]", true), ("[x]", false), ("[X]", false)] {
            if let Some(after) = rest.strip_prefix(tick) {
                decoration.unticked |= unticked;
                rest = after.trim_start();
            }
        }
        if let Some(tag) = tag(rest) {
            rest = tag.trim_start();
        }
        let mut characters = rest.chars();
        match characters.next() {
            Some('>') => decoration.quoted = true,
            Some('*' | '-' | '+' | '_' | '#' | '|' | '~' | '(' | '[' | '{' | '\u{2022}' | '.' | '!') => {}
            Some(other) if !other.is_ascii() && !other.is_alphanumeric() && !is_quote(other) => {}
            Some(digit) if digit.is_ascii_digit() && numbered(rest) => {
                characters = rest.trim_start_matches(|one: char| one.is_ascii_digit()).chars();
                characters.next();
            }
            _ => {
                decoration.marked |= rest.len() < before;
                return (rest, decoration);
            }
        }
        decoration.marked = true;
        rest = characters.as_str().trim_start();
    }
}

/// Whether it starts as an item of a numbered list does.
fn numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(|one: char| one.is_ascii_digit());
    text.len() - rest.len() <= 2 && (rest.starts_with(". ") || rest.starts_with(") "))
}

/// What follows a tag of HTML at the start; an address in angle brackets is none.
fn tag(text: &str) -> Option<&str> {
    let (inside, after) = text.strip_prefix('<')?.split_once('>')?;
    let name = inside.trim_start_matches('/').split(' ').next().unwrap_or_default();
    let known = ["b", "br", "details", "em", "i", "p", "strong", "sub", "summary", "sup"];
    known.contains(&name.trim_end_matches('/')).then_some(after)
}

pub(crate) fn is_quote(one: char) -> bool {
    matches!(one, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' | '\u{ab}' | '\u{bb}')
}

/// A word: letters and digits, with apostrophes inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// In lower case, without a possessive ending.
    pub(crate) text: &'a str,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The words of a text that is in lower case already.
pub(crate) fn words(lower: &str) -> Vec<Word<'_>> {
    let mut all = Vec::new();
    let mut start = None;
    let mut push = |start: usize, end: usize| {
        let text = lower.get(start..end).unwrap_or_default();
        let text = text.trim_end_matches('\'');
        let text = text.strip_suffix("'s").unwrap_or(text);
        all.push(Word { text, start, end });
    };
    let mut last = ' ';
    let mut characters = lower.char_indices().peekable();
    while let Some((at, one)) = characters.next() {
        // A version is one word: "4.6", "v0.20".
        let version =
            one == '.' && last.is_ascii_digit() && characters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        last = one;
        let inside = one.is_alphanumeric() || (one == '\'' && start.is_some()) || version;
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                push(from, at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        push(from, lower.len());
    }
    all
}

/// Whether a list of words parted by blanks has this one.
pub(crate) fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

/// At most this many characters.
pub(crate) fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => text.chars().take(characters - 1).chain(['\u{2026}']).collect(),
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
