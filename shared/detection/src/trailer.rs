//! Trailers: lines of the form `key: value`, wherever in a message they stand.

use crate::{
    identity::{addressed, credited, named},
    line::Said,
    rules::{KEYS, Key, NOTHING, TRACES, Weight},
    sentence::{accepted, denies},
    text::{Word, is_quote, listed, words},
    tool::Tool,
};

/// Reads `key: value`; whether the line was a trailer of a known key.
pub(crate) fn trailer(text: &str, said: &mut Said) -> bool {
    let Some((key, value)) = text.split_once(':') else { return false };
    if key.len() > 40 {
        return false;
    }
    let key = key.trim_matches(|one: char| matches!(one, '*' | '_' | ' '));
    let key: String =
        key.to_ascii_lowercase().chars().map(|one| if one == ' ' || one == '_' { '-' } else { one }).collect();
    let value = value.trim_matches(|one: char| matches!(one, '*' | '_' | ' ' | '`'));
    let Some(kind) = kind(&key) else { return false };
    // "Agent session: add an option" is about a part of the program; a trace in plain words leads to a page.
    if matches!(kind, Key::Trace(_))
        && text.split(':').next().is_some_and(|key| key.trim().contains(' '))
        && !value.contains("://")
    {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let words = words(&lower);
    let nothing = words.first().is_some_and(|word| listed(NOTHING, word.text));
    match kind {
        Key::Credit => {
            for (name, address) in people(value) {
                if let Some(tool) = credited(name, address) {
                    said.hit("credit", tool);
                }
            }
        }
        Key::Made if nothing => said.denied = key == "assisted-by" || key == "generated-by",
        Key::Made => made(value, &lower, &words, said),
        // "ai-tools: add a parser" is about a part of that name.
        Key::Ai if text.starts_with(char::is_lowercase) && !plain(&words) => return false,
        Key::Ai => disclosed(&lower, &words, nothing, said),
        Key::Trace(tool) if !words.is_empty() && !nothing => said.hit("trace", tool),
        Key::Worker(tool) if words.first().is_some_and(|word| listed("agent assistant", word.text)) => {
            said.hit("trace", tool);
        }
        Key::Trace(_) | Key::Worker(_) => {}
    }
    true
}

/// Whether a value is an answer or a tool's name, and no more.
fn plain(words: &[Word<'_>]) -> bool {
    let answer = words.first().is_some_and(|word| {
        listed("yes true y partial partially full fully mostly none no false human", word.text)
            || word.text.starts_with(|one: char| one.is_ascii_digit())
    });
    words.len() < 4 && answer || named(words, 0).is_some_and(|one| one.next == words.len())
}

/// What a disclosure says: clause by clause, since many say what AI did and what it did not.
fn disclosed(lower: &str, words: &[Word<'_>], nothing: bool, said: &mut Said) {
    let mut clauses = Vec::new();
    let mut from = 0;
    for (at, pair) in words.windows(2).enumerate() {
        let [one, next] = pair else { continue };
        let gap = lower.get(one.end..next.start).unwrap_or_default();
        if gap.contains([',', ';', '.', '!', '(', ')', '\u{2014}']) || next.text == "but" {
            clauses.push(from..at + 1);
            from = at + 1;
        }
    }
    clauses.push(from..words.len());
    let mut denied = nothing;
    let mut admitted = false;
    for clause in clauses {
        if words.get(clause.clone()).is_some_and(denies) || (nothing && clause.start == 0) {
            denied = true;
            continue;
        }
        for at in clause {
            if let Some(one) = named(words, at).filter(|one| one.weight != Weight::Given || one.qualified) {
                admitted = true;
                if one.tool != Tool::Other {
                    said.hit("disclosure", one.tool);
                }
            }
        }
    }
    said.denied = denied && !admitted;
    if said.hits.is_empty() && !said.denied && !words.is_empty() {
        said.hit("disclosure", Tool::Other);
    }
}

fn kind(key: &str) -> Option<Key> {
    if let Some((kind, _)) = KEYS.iter().find(|(_, keys)| listed(keys, key)) {
        return Some(*kind);
    }
    let words = words(key);
    let named = named(&words, 0)?;
    let trace = words.get(named.next).is_some_and(|word| listed(TRACES, word.text)) && words.len() < 5;
    (trace && key.contains('-')).then_some(Key::Trace(named.tool))
}

/// The names and addresses of a credit, which may be several.
fn people(value: &str) -> Vec<(&str, Option<&str>)> {
    if !value.contains('<') {
        return vec![bare_address(value).map_or((value, None), |(name, address)| (name, Some(address)))];
    }
    let mut all = Vec::new();
    let mut rest = value;
    while let Some((name, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>').unwrap_or((after, ""));
        all.push((name.trim_matches(|one: char| one == ',' || one == ';' || one == '&' || one == ' '), Some(address)));
        rest = after;
    }
    all
}

/// The first address in a text without angle brackets, and what precedes it.
fn bare_address(text: &str) -> Option<(&str, &str)> {
    let at = text.find('@')?;
    let (before, after) = text.split_at_checked(at)?;
    let inside = |one: char| one.is_alphanumeric() || matches!(one, '.' | '_' | '+' | '-' | '[' | ']');
    let start = before.trim_end_matches(inside).len();
    let domain = after.get(1..)?;
    let domain =
        domain.len() - domain.trim_start_matches(|one: char| one.is_alphanumeric() || one == '.' || one == '-').len();
    let address = text.get(start..at + 1 + domain)?.trim_start_matches('[');
    Some((before.get(..start)?.trim(), address))
}

/// The value of a key like `Assisted-by`: a tool's name leads it, or follows "via" or the like.
fn made(value: &str, lower: &str, words: &[Word<'_>], said: &mut Said) {
    for (name, address) in people(value) {
        if address.is_some() {
            match credited(name, address) {
                Some(tool) => said.hit("made", tool),
                None => return,
            }
        }
    }
    let mut at = 0;
    while let Some(one) = words.get(at) {
        let leads =
            at == 0 || words.get(at - 1).is_some_and(|word| listed("a and an by in on plus the via with", word.text));
        match named(words, at).filter(|_| leads && !one.text.is_empty()) {
            Some(found) => {
                if accepted(lower, words, found, at, words.len()).is_some() {
                    said.hit("made", found.tool);
                }
                at = found.next.max(at + 1);
            }
            None => at += 1,
        }
    }
}

/// Credits in the middle of a line, as flattened messages have them: with a tool's address, and nothing after it.
pub(crate) fn embedded(text: &str, said: &mut Said) {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("co-authored-by:") else { return };
    let before = lower.get(..at).unwrap_or_default();
    let quoted = before.trim_end_matches(' ').ends_with(is_quote);
    let tail = text.get(at..).unwrap_or_default();
    let ends = tail.trim_end_matches(['.', ')', ' ']).ends_with('>');
    let about =
        ["remove", "strip", "drop", "add", "without", "no", "trailer", "disable", "delete", "avoid", "the", "a"];
    let about = words(before)
        .iter()
        .rev()
        .take(2)
        .any(|word| about.iter().any(|one| word.text.starts_with(one) && (one.len() > 3 || *one == word.text)));
    if quoted || !ends || about {
        return;
    }
    for credit in split_ignoring_case(tail, &lower, at) {
        for (name, address) in people(credit) {
            if let Some(tool) = address.and_then(addressed).or_else(|| credited(name, address)) {
                said.hit("credit", tool);
            }
        }
    }
}

fn split_ignoring_case<'a>(tail: &'a str, lower: &str, at: usize) -> Vec<&'a str> {
    let lower = lower.get(at..).unwrap_or_default();
    let mut starts: Vec<_> = lower.match_indices("co-authored-by:").map(|(start, key)| start + key.len()).collect();
    starts.push(tail.len());
    starts.windows(2).filter_map(|pair| tail.get(*pair.first()?..*pair.last()?)).collect()
}
