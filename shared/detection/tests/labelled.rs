//! The labelled set: commits as the tools write them, and look-alikes. All people are invented.

#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test over a few hundred commits")]

use plumbline_detection::{CommitView, Finding, Tool, attribution_lines, detect_commit};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Debug, Deserialize)]
struct Labelled {
    id: String,
    message: String,
    author_name: String,
    author_email: String,
    committer_name: String,
    committer_email: String,
    assisted: bool,
    #[serde(default)]
    tools: BTreeSet<Tool>,
}

impl Labelled {
    fn found(&self, message: &str) -> Finding {
        detect_commit(&CommitView {
            id: &self.id,
            message,
            author_name: &self.author_name,
            author_email: &self.author_email,
            committer_name: &self.committer_name,
            committer_email: &self.committer_email,
            ..CommitView::default()
        })
    }
}

fn labelled() -> Vec<Labelled> {
    let files = [include_str!("../labelled/assisted.ndjson"), include_str!("../labelled/unassisted.ndjson")];
    files.iter().flat_map(|file| file.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn precision_and_recall_are_as_promised() {
    let all = labelled();
    let (positives, negatives) = all.iter().partition::<Vec<_>, _>(|one| one.assisted);
    assert!(positives.len() >= 150 && negatives.len() >= 250, "{} and {}", positives.len(), negatives.len());
    let wrong = |ones: &[&Labelled], assisted: bool| {
        let ones = ones.iter().filter(|one| one.found(&one.message).assisted == assisted);
        ones.map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    let missed = wrong(&positives, false);
    let mistaken = wrong(&negatives, true);
    let hits = (positives.len() - missed.len()) as f64;
    let precision = hits / (hits + mistaken.len() as f64);
    let recall = hits / positives.len() as f64;
    println!("{} assisted, {} not: precision {precision:.4}, recall {recall:.4}", positives.len(), negatives.len());
    assert!(precision >= 0.99, "precision {precision:.4}; mistaken: {mistaken:?}");
    assert!(recall >= 0.97, "recall {recall:.4}; missed: {missed:?}");
}

#[test]
fn the_right_tools_are_named_and_all_of_them_occur() {
    let all = labelled();
    let occurring: BTreeSet<Tool> = all.iter().flat_map(|one| one.tools.iter().copied()).collect();
    for one in all.iter().filter(|one| one.assisted) {
        assert_eq!(one.found(&one.message).tools, one.tools, "{}: {}", one.id, one.message);
    }
    let named = "claude_code github_copilot cursor codex gemini aider devin windsurf amp jules opencode cody amazon_q \
                 jetbrains_ai warp replit";
    for name in named.split_whitespace() {
        assert!(occurring.iter().any(|tool| tool.name() == name), "no labelled commit by {name}");
    }
}

#[test]
fn the_lines_that_are_kept_say_the_same() {
    for one in labelled() {
        let kept = attribution_lines(&one.message).unwrap_or_default();
        assert_eq!(one.found(&kept), one.found(&one.message), "{}: {kept}", one.id);
    }
}
