//! What the detector finds in a pull request.

use plumbline_connectors::github::merge::{CommitWords, Merged};
use plumbline_detection::{CommitView, Evidence, PullRequestView, Source, detect};
use plumbline_survey::Detection;

pub(crate) fn detected(read: &Merged) -> Detection {
    let commits: Vec<CommitView<'_>> = read.commits.iter().map(view).collect();
    let scalars = read.document.scalars.as_ref();
    let found = detect(
        &commits,
        &PullRequestView {
            title: &read.title,
            body: &read.text,
            author_login: scalars.and_then(|scalars| scalars.author.as_ref()).map(|author| author.login.as_str()),
            head_ref: scalars.map(|scalars| scalars.head_ref.as_str()).unwrap_or_default(),
        },
    );
    Detection {
        assisted: found.assisted,
        denied: found.denied,
        tools: found.tools.iter().map(|tool| tool.name().to_owned()).collect(),
        evidence: found.evidence.iter().map(in_words).collect(),
        version: found.rules,
    }
}

fn view(commit: &CommitWords) -> CommitView<'_> {
    let CommitWords { sha, message, author, committer } = commit;
    CommitView {
        id: sha,
        message,
        author_name: author.name.as_deref().unwrap_or_default(),
        author_email: author.email.as_deref().unwrap_or_default(),
        author_login: author.login.as_deref(),
        committer_name: committer.name.as_deref().unwrap_or_default(),
        committer_email: committer.email.as_deref().unwrap_or_default(),
        committer_login: committer.login.as_deref(),
    }
}

/// `credit in commit 1a2b3c4: Co-authored-by: Claude`.
fn in_words(evidence: &Evidence) -> String {
    let place = match &evidence.source {
        Source::Commit(sha) => format!("commit {}", sha.chars().take(7).collect::<String>()),
        Source::Title => "the title".to_owned(),
        Source::Body => "the description".to_owned(),
        Source::Author => "the author".to_owned(),
        Source::Branch => "the branch's name".to_owned(),
    };
    format!("{} in {place}: {}", evidence.rule, evidence.text)
}

#[cfg(test)]
#[path = "detected_tests.rs"]
mod tests;
