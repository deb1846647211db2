//! From commits and a pull request's text to a finding with its evidence.

use crate::{
    identity::{addressed, author, login},
    line::{Said, branch, read, reverts},
    rules::RULES_VERSION,
    text::{Piece, pieces, shortened},
    tool::Tool,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Evidence keeps at most this much of a line, in characters.
const SHOWN: usize = 200;
/// How much text [`attribution_lines`] keeps beside what is evidence, in bytes.
const KEPT: usize = 1000;

/// What is known of a commit; unknown texts are empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct CommitView<'a> {
    /// Its hash, or whatever else names it in the evidence.
    pub id: &'a str,
    /// The whole message, or its [`attribution_lines`].
    pub message: &'a str,
    /// From git.
    pub author_name: &'a str,
    /// From git.
    pub author_email: &'a str,
    /// The account that GitHub attributes the commit to.
    pub author_login: Option<&'a str>,
    /// From git.
    pub committer_name: &'a str,
    /// From git; that of GitHub itself (`noreply@github.com`) says nothing.
    pub committer_email: &'a str,
    /// The account that GitHub attributes the committing to.
    pub committer_login: Option<&'a str>,
}

/// What is known of a pull request; unknown texts are empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct PullRequestView<'a> {
    /// Its title.
    pub title: &'a str,
    /// The whole description, or its [`attribution_lines`].
    pub body: &'a str,
    /// Who opened it.
    pub author_login: Option<&'a str>,
    /// The branch it came from, as `copilot/fix-12`.
    pub head_ref: &'a str,
}

/// Where evidence was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// In a commit: its message, author or committer. Holds the commit's id.
    Commit(String),
    /// In the pull request's title.
    Title,
    /// In the pull request's description.
    Body,
    /// The pull request's author.
    Author,
    /// The name of the pull request's branch.
    Branch,
}

/// One reason to say that AI had a hand in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The family of rules: `credit`, `made`, `disclosure`, `trace`, `marker`, `signature`, `sentence`, `author`,
    /// `committer` or `branch`.
    pub rule: String,
    /// Whose hand.
    pub tool: Tool,
    /// Where.
    pub source: Source,
    /// The line that says it, shortened to 200 characters, without addresses of people.
    pub text: String,
}

/// What detection says of a commit or a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether AI had a hand in it.
    pub assisted: bool,
    /// Which tools, as far as is known.
    pub tools: BTreeSet<Tool>,
    /// Why: for each rule, tool and source the first line.
    pub evidence: Vec<Evidence>,
    /// Somebody wrote that no AI was used. Evidence to the contrary wins: `assisted` does not depend on this.
    pub denied: bool,
    /// The [`RULES_VERSION`] that found it.
    pub rules: String,
}

impl Finding {
    fn new() -> Self {
        let rules = RULES_VERSION.to_owned();
        Self { assisted: false, tools: BTreeSet::new(), evidence: Vec::new(), denied: false, rules }
    }

    fn add(&mut self, rule: &str, tool: Tool, source: &Source, text: &str) {
        self.assisted = true;
        self.tools.insert(tool);
        let known = |one: &Evidence| one.rule == rule && one.tool == tool && one.source == *source;
        if !self.evidence.iter().any(known) {
            let text = shortened(&without_people(text.trim()), SHOWN);
            self.evidence.push(Evidence { rule: rule.to_owned(), tool, source: source.clone(), text });
        }
    }

    fn add_text(&mut self, text: &str, source: &Source) {
        for (piece, said) in said(text).1 {
            self.denied |= said.denied;
            for (rule, tool) in said.hits {
                self.add(rule, tool, source, piece.text);
            }
        }
    }

    fn add_commit(&mut self, commit: &CommitView<'_>) {
        let source = Source::Commit(commit.id.to_owned());
        let people = [
            ("author", commit.author_name, commit.author_email, commit.author_login),
            ("committer", commit.committer_name, commit.committer_email, commit.committer_login),
        ];
        for (rule, name, address, account) in people {
            if let Some(tool) = author(name, address).or_else(|| account.and_then(login)) {
                self.add(rule, tool, &source, &format!("{name} <{address}>"));
            }
        }
        self.add_text(commit.message, &source);
    }
}

/// What one commit says.
pub fn detect_commit(commit: &CommitView<'_>) -> Finding {
    let mut finding = Finding::new();
    finding.add_commit(commit);
    finding
}

/// What a pull request and its commits say together.
pub fn detect(commits: &[CommitView<'_>], pull_request: &PullRequestView<'_>) -> Finding {
    let mut finding = Finding::new();
    if let Some((account, tool)) = pull_request.author_login.and_then(|account| Some((account, login(account)?))) {
        finding.add("author", tool, &Source::Author, account);
    }
    if let Some(tool) = branch(pull_request.head_ref) {
        finding.add("branch", tool, &Source::Branch, pull_request.head_ref);
    }
    finding.add_text(pull_request.title, &Source::Title);
    finding.add_text(pull_request.body, &Source::Body);
    for commit in commits {
        finding.add_commit(commit);
    }
    finding
}

/// Each piece of a text with what it says, and the piece that makes it a revert.
fn said(text: &str) -> (Option<Piece<'_>>, Vec<(Piece<'_>, Said)>) {
    let pieces = pieces(text);
    let revert = pieces.iter().copied().find(|piece| !piece.hidden && reverts(piece.text));
    (revert, pieces.into_iter().map(|piece| (piece, read(piece, revert.is_some()))).collect())
}

/// The lines of a commit's message or a pull request's description that detection needs: those that are evidence or
/// a denial, then others that name tools, together about 1,000 bytes; more only if that many tools are named. Detection
/// over them finds the same as over the whole text. `None` when no line counts.
pub fn attribution_lines(text: &str) -> Option<String> {
    let (revert, said) = said(text);
    let mut seen: Vec<(&str, Tool)> = Vec::new();
    let mut denied = false;
    let mut keep: Vec<bool> = said
        .iter()
        .map(|(_, said)| {
            let fresh = said.hits.iter().any(|hit| !seen.contains(hit)) || (said.denied && !denied);
            seen.extend(&said.hits);
            denied |= said.denied;
            fresh
        })
        .collect();
    let length = |piece: &Piece<'_>| piece.text.len() + 1;
    let mut total: usize = said.iter().zip(&keep).filter(|(_, keep)| **keep).map(|((piece, _), _)| length(piece)).sum();
    for ((piece, said), keep) in said.iter().zip(&mut keep) {
        if !*keep && !piece.hidden && said.mentions && total + length(piece) <= KEPT {
            total += length(piece);
            *keep = true;
        }
    }
    if !keep.contains(&true) {
        return None;
    }
    // A revert changes how the other lines are read; its title quotes a change, and its hash names one.
    let kept = said.iter().zip(&keep).filter(|((piece, _), keep)| **keep || Some(*piece) == revert);
    let lines =
        kept.map(|((piece, _), _)| if piece.hidden { format!("<!--{}-->", piece.text) } else { piece.text.to_owned() });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// A line without the addresses that are not a tool's.
fn without_people(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for part in text.split_inclusive([' ', '<', '>', '(', ')', ',', ';', ':', '"', '\'']) {
        let trimmed = part.trim_end_matches([' ', '<', '>', '(', ')', ',', ';', ':', '"', '\'']);
        let person = trimmed.contains('@') && !trimmed.starts_with('@') && addressed(trimmed).is_none();
        shown.push_str(if person { "\u{2026}" } else { trimmed });
        shown.push_str(part.get(trimmed.len()..).unwrap_or_default());
    }
    shown
}

#[cfg(test)]
#[path = "detect_tests.rs"]
mod tests;
