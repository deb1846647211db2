//! Whether a name, an address or a login is a tool's or a person's.

use crate::{
    rules::{FORMS, GRADES, LOGINS, MAILBOXES, MAKERS, NAMES, Weight},
    text::{Word, listed, words},
    tool::Tool,
};

/// A tool's name among words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) tool: Tool,
    pub(crate) weight: Weight,
    /// Words after the name say which form of the tool it was ("Code", "Opus 4.6").
    pub(crate) qualified: bool,
    /// Index of the first word after it all.
    pub(crate) next: usize,
}

/// The tool's name that begins at this word, makers' names before it included.
pub(crate) fn named(words: &[Word<'_>], from: usize) -> Option<Named> {
    let maker = words.iter().skip(from).take(3).take_while(|word| listed(MAKERS, word.text)).count();
    // "GitHub Copilot"; but a maker may itself begin a tool's name ("Amazon Q", "JetBrains AI").
    (0..=maker).find_map(|skipped| {
        let (tool, weight, length) = longest(words, from + skipped)?;
        let start = from + skipped + length;
        let rest = words.iter().skip(start).zip(0..);
        let forms = rest.take_while(|(word, at)| is_form(word.text) || (*at > 0 && listed(GRADES, word.text))).count();
        let made = skipped > 0 || words.get(start + forms).is_some_and(|word| listed(MAKERS, word.text));
        Some(Named { tool: tool?, weight, qualified: forms > 0 || made, next: start + forms })
    })
}

/// The longest entry of the table at this word. `None` inside is a product that writes no code.
fn longest(words: &[Word<'_>], from: usize) -> Option<(Option<Tool>, Weight, usize)> {
    let first = words.get(from)?.text;
    // A version may be written together with the name: "gpt4o", "qwen3".
    let family = first.find(|one: char| one.is_ascii_digit()).filter(|at| *at > 1).and_then(|at| first.get(..at));
    [Some(first), family].into_iter().flatten().find_map(|first| {
        let begin = NAMES.partition_point(|entry| entry.0 < first);
        let same = NAMES.iter().skip(begin).take_while(|entry| entry.0.split(' ').next() == Some(first));
        let fitting = same.filter_map(|(name, tool, weight)| {
            let length = name.split(' ').count();
            let rest = name.split(' ').skip(1).zip(1..);
            let fits = rest.into_iter().all(|(word, at)| words.get(from + at).is_some_and(|one| one.text == word));
            fits.then_some((*tool, *weight, length))
        });
        fitting.max_by_key(|entry| entry.2)
    })
}

fn is_form(word: &str) -> bool {
    word.starts_with(|one: char| one.is_ascii_digit()) || listed(FORMS, word)
}

/// Who is credited by a name and perhaps an address, as in `Claude Opus 4.6 <noreply@anthropic.com>`.
pub(crate) fn credited(name: &str, address: Option<&str>) -> Option<Tool> {
    if let Some(tool) = address.and_then(addressed).or_else(|| account(name)) {
        return Some(tool);
    }
    let lower = name.to_ascii_lowercase();
    let words = words(&lower);
    let named = named(&words, 0)?;
    // "Claude Dupont" is a person, "Claude Newname 6" a model that nobody has heard of yet, "OpenCode Claude" two tools.
    let until = |at: &usize| words.get(*at).is_some_and(|word| !listed("via with using on in by", word.text));
    let known = |at: usize| {
        let tool = longest(&words, at).is_some_and(|(_, weight, _)| weight != Weight::Given);
        tool || words.get(at).is_some_and(|word| is_form(word.text) || listed(MAKERS, word.text))
    };
    let rest = (named.next..words.len()).take_while(until);
    let surname = rest.clone().any(|at| !known(at));
    let version = named.qualified || rest.clone().any(known);
    let sure = match named.weight {
        _ if surname => version && !address.is_some_and(personal),
        _ if version => true,
        Weight::Sure => address.is_none_or(|address| !personal(address) || stands_for(address, &lower)),
        Weight::Word => address.is_none_or(|address| nobodys(address) || stands_for(address, &lower)),
        Weight::Given => address.is_some_and(nobodys),
    };
    sure.then_some(named.tool)
}

/// The tool whose name a commit's author or committer bears; stricter, since people choose such names for their machines.
pub(crate) fn author(name: &str, address: &str) -> Option<Tool> {
    if let Some(tool) = addressed(address).or_else(|| account(name)) {
        return Some(tool);
    }
    if name.trim_end().to_ascii_lowercase().ends_with("(aider)") {
        return Some(Tool::Aider);
    }
    let lower = name.to_ascii_lowercase();
    let words = words(&lower);
    let machine = words.iter().any(|word| listed("agent bot", word.text));
    let machine = machine && named(&words, 0).is_some_and(|one| one.weight == Weight::Sure && one.next == words.len());
    (machine || !personal(address)).then(|| credited(name, None)).flatten()
}

/// The tool that an address belongs to: one of its mailboxes, or a login's address at GitHub.
pub(crate) fn addressed(address: &str) -> Option<Tool> {
    let lower = address.trim().to_ascii_lowercase();
    let (mailbox, domain) = lower.rsplit_once('@')?;
    if domain == "users.noreply.github.com" {
        let account = mailbox.rsplit_once('+').map_or(mailbox, |(_, account)| account);
        return login(account);
    }
    MAILBOXES.iter().find_map(|(tool, domains, mailboxes)| {
        let within = |site| domain.strip_suffix(site).is_some_and(|sub: &str| sub.is_empty() || sub.ends_with('.'));
        let own = domains.split(' ').any(within) && mailboxes.split(' ').any(|pattern| matches(pattern, mailbox));
        own.then_some(*tool)
    })
}

fn matches(pattern: &str, mailbox: &str) -> bool {
    let Some(stem) = pattern.strip_suffix('*') else { return pattern == mailbox };
    let Some(rest) = mailbox.strip_prefix(stem) else { return false };
    rest.is_empty() || rest.starts_with(|one: char| one == '-' || one == '+' || one.is_ascii_digit())
}

/// The tool with this login at GitHub.
pub(crate) fn login(login: &str) -> Option<Tool> {
    let lower = login.trim().trim_start_matches('@').to_ascii_lowercase();
    LOGINS.iter().find(|(_, logins)| listed(logins, &lower)).map(|(tool, _)| *tool)
}

/// The tool whose login a name is, when it is no word that a person could be called.
fn account(name: &str) -> Option<Tool> {
    name.contains(['[', '-']).then(|| login(name)).flatten()
}

/// Whether an address looks like a person's: neither nobody's, nor of a made-up domain.
fn personal(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    let Some((mailbox, domain)) = lower.rsplit_once('@') else { return false };
    if domain == "users.noreply.github.com" {
        return mailbox.contains('+') && !mailbox.ends_with("[bot]");
    }
    !nobodys(address) && !made_up(domain)
}

/// Whether an address takes no post, or names a machine alone.
fn nobodys(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    let Some((mailbox, _)) = lower.rsplit_once('@') else { return true };
    listed("noreply no-reply no_reply donotreply bot ai agent agents assistant none", mailbox)
}

fn made_up(domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or(domain);
    listed("local localhost localdomain example invalid test internal", top)
        || listed("example.com example.org example.net github.com noreply.github.com", domain)
}

/// Whether an address is made of the (lower-case) name: that mailbox at a made-up or kindred domain.
fn stands_for(address: &str, name: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    let Some((mailbox, domain)) = lower.rsplit_once('@') else { return true };
    let first = name.split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default();
    let kindred = |part: &str| part == first || listed(MAKERS, part);
    mailbox == first && (made_up(domain) || domain.split('.').any(kindred))
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
