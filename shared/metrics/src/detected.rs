//! What detection says of a pull request, from its facts.

use crate::timeline::commits;
use plumbline_detection::{CommitView, Finding, PullRequestView, detect};
use plumbline_domain::{Commit, PullRequest};

/// What detection finds in a pull request loaded whole; nothing while only a review was heard of. Facts keep of texts
/// what detection needs, so that newer rules find in them what they would have found at first.
pub fn detected(pull_request: &PullRequest) -> Option<Finding> {
    let scalars = pull_request.scalars.as_ref()?;
    let views: Vec<CommitView<'_>> = commits(pull_request).iter().map(view).collect();
    let about = PullRequestView {
        title: &scalars.title,
        body: scalars.attribution.as_deref().unwrap_or_default(),
        author_login: scalars.author.as_ref().map(|author| author.login.as_str()),
        head_ref: &scalars.head_ref,
    };
    Some(detect(&views, &about))
}

fn view(commit: &Commit) -> CommitView<'_> {
    let committer = commit.committer.as_ref();
    CommitView {
        id: &commit.sha,
        message: commit.attribution.as_deref().unwrap_or_default(),
        author_name: commit.author_name.as_deref().unwrap_or_default(),
        author_email: commit.author_email.as_deref().unwrap_or_default(),
        author_login: commit.author.as_ref().map(|author| author.login.as_str()),
        committer_name: committer.map(|committer| committer.name.as_str()).unwrap_or_default(),
        committer_email: committer.map(|committer| committer.email.as_str()).unwrap_or_default(),
        committer_login: None,
    }
}
