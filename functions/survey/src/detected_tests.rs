use super::*;
use plumbline_connectors::github::merge::Signature;
use plumbline_domain::{Provider, PullRequest, PullRequestKey, RepositoryKey};

fn read(message: &str, text: &str) -> Merged {
    let repository = RepositoryKey { provider: Provider::Github, id: 1 };
    Merged {
        document: PullRequest::new(PullRequestKey { repository, number: 7 }),
        repository: "acme/engine".into(),
        title: "Add a switch".into(),
        url: "https://github.example.com/acme/engine/pull/7".into(),
        text: text.into(),
        commits: vec![CommitWords {
            sha: "1a2b3c4d5e".into(),
            message: message.into(),
            author: Signature { name: Some("Ada".into()), email: Some("ada@example.com".into()), login: None },
            committer: Signature::default(),
        }],
        left_out: Vec::new(),
    }
}

#[test]
fn a_trailer_is_told_with_its_commit_and_the_rules_version() {
    let found = detected(&read("Add a switch\n\nCo-authored-by: Claude <noreply@anthropic.com>", ""));
    assert!(found.assisted && !found.denied && found.answers());
    assert_eq!(found.tools, ["claude_code"]);
    assert!(found.evidence[0].starts_with("credit in commit 1a2b3c4: "), "{:?}", found.evidence);
    assert_eq!(found.version, plumbline_detection::RULES_VERSION);
}

#[test]
fn a_person_is_no_tool_and_a_denial_is_kept() {
    let found = detected(&read("Add a switch", "No AI was used."));
    assert!(!found.assisted && found.denied, "{found:?}");
    assert!(found.tools.is_empty() && found.evidence.is_empty());
}
