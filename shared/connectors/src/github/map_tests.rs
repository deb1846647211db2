use super::*;
use crate::github::wire::{RestRepository, RestTeam};
use rstest::rstest;

#[rstest]
#[case("Reverts acme/one#5", true)]
#[case("This breaks things.\n\nReverts acme/some.repo-2#51.\nSorry", true)]
#[case("Reverts nothing, but Reverts acme/one#7", true)]
#[case("reverts acme/one#5", false)]
#[case("Reverts #5", false)]
#[case("Reverts acme/one", false)]
#[case("Reverts acme/one#", false)]
#[case("Reverts acme/one#x", false)]
#[case("", false)]
fn githubs_link_to_what_is_reverted(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(links_revert(text), expected);
}

fn example<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("GitHub's example parses")
}

#[test]
fn githubs_own_rest_examples() {
    let members: Vec<RestUser> = example(include_str!("../../../../tests/fixtures/github/rest/members.json"));
    let octocat = Actor { id: 1, login: "octocat".into(), kind: ActorKind::User };
    assert_eq!(members.into_iter().map(rest_actor).collect::<Vec<_>>(), std::slice::from_ref(&octocat));
    let in_team: Vec<RestUser> = example(include_str!("../../../../tests/fixtures/github/rest/team_members.json"));
    assert_eq!(in_team[0].role.as_deref(), Some("member"));
    let teams: Vec<RestTeam> = example(include_str!("../../../../tests/fixtures/github/rest/teams.json"));
    assert_eq!((teams[0].id, teams[0].slug.as_str(), teams[0].parent.is_none()), (1, "justice-league", true));
    let repositories: Vec<RestRepository> =
        example(include_str!("../../../../tests/fixtures/github/rest/repositories.json"));
    assert_eq!((repositories[0].id, repositories[0].full_name.as_str()), (1_296_269, "octocat/Hello-World"));
    let commits: Vec<RestCommit> = example(include_str!("../../../../tests/fixtures/github/rest/commits.json"));
    let commits: Vec<Commit> = commits.into_iter().map(|commit| rest_commit(commit).expect("whole")).collect();
    assert_eq!(commits[0].author, Some(octocat.clone()));
    assert_eq!(commits[0].authored_at.to_string(), "2011-04-14T16:00:49Z");
    let pull: RestPullRequest = example(include_str!("../../../../tests/fixtures/github/rest/pull_request.json"));
    let scalars = rest_scalars(pull);
    assert_eq!((scalars.author, scalars.state, scalars.additions), (Some(octocat), State::Merged, 100));
}

#[test]
fn an_author_is_an_account_or_null_or_an_empty_object() {
    let with = |author: &str| {
        let json = format!(
            r#"{{"sha": "a", "author": {author}, "commit": {{"author": {{"name": " ", "email": "", "date": "2026-01-01T00:00:00Z"}}, "committer": null}}}}"#
        );
        rest_commit(serde_json::from_str(&json).expect("parses")).expect("whole")
    };
    assert_eq!(with("null").author, None);
    assert_eq!(with("{}").author, None);
    assert_eq!((with("{}").author_name, with("{}").author_email), (None, None), "empty texts say nothing");
    let bot = with(r#"{"id": 4, "login": "renovate[bot]", "type": "Bot"}"#).author.expect("an author");
    assert_eq!(bot.kind, ActorKind::Bot);
}

#[test]
fn each_actor_once_with_the_newest_time() {
    let at = |second| Timestamp::from_second(second).expect("in range");
    let actor = |login: &str| Actor { id: 1, login: login.into(), kind: ActorKind::User };
    let mut actors = Actors::default();
    actors.see(Some(&actor("old")), at(1));
    actors.see(Some(&actor("new")), at(3));
    actors.see(Some(&actor("middle")), at(2));
    actors.see(None, at(9));
    let facts: Vec<Fact> = actors.into_facts().collect();
    assert!(matches!(&facts[..], [Fact::Account(account)] if account.login == "new" && account.seen_at == at(3)));
}
