//! Reading one pull request at its merge.

use super::*;
use crate::{
    Expiring,
    github::{
        merge::{Merged, Signature, read_pull_request},
        pull_requests::pull_request_key,
    },
};
use plumbline_domain::{ReviewState, State};
use rstest::rstest;

fn merged(reviews: usize, commits: usize) -> Value {
    let mut pull = pull(7, 100);
    pull["state"] = json!("MERGED");
    pull["mergedAt"] = json!(at(99));
    pull["closedAt"] = json!(at(99));
    pull["title"] = json!("Grow the engine");
    pull["body"] = json!("Written by hand.");
    pull["reviews"] = (0..reviews as u64).map(|n| review(500 + n, 50)).collect();
    pull["commits"] = (0..commits as u64).map(|n| worded(n, &format!("Step {n}\n\nCo-authored-by: a tool"))).collect();
    pull
}

fn worded(n: u64, message: &str) -> Value {
    let mut commit = commit(&format!("{n:040x}"), 40);
    commit["commit"]["message"] = json!(message);
    commit["commit"]["committer"] = json!({"name": "GitHub", "email": "noreply@example.com", "user": null});
    commit
}

async fn start(world: World) -> (MockServer, Fake, Connection) {
    let (server, fake) = Fake::start(world).await;
    let connection = connection(&server, named(&["acme/engine"]));
    (server, fake, connection)
}

fn engine(pull: Value) -> World {
    World { repos: vec![Repo::new(1, "engine", vec![pull])], ..World::default() }
}

async fn read(connection: &Connection, name: &str) -> Result<Merged, Failure> {
    read_pull_request(&LazyClient::default(), connection, name, pull_request_key(1, 7), at(101)).await
}

#[tokio::test]
async fn one_call_brings_all_of_it() {
    let mut pull = merged(2, 1);
    pull["reviews"][1]["author"] = user(3, "reviewer[bot]");
    pull["reviews"][1]["state"] = json!("CHANGES_REQUESTED");
    pull["timelineItems"] = json!([{"__typename": "ReadyForReviewEvent", "createdAt": at(45)}]);
    let (_server, fake, connection) = start(engine(pull)).await;
    let read = read(&connection, "acme/engine").await.expect("is read");
    assert_eq!(fake.calls(), ["graphql Merged first=null"]);
    assert_eq!(
        (read.repository.as_str(), read.title.as_str(), read.url.as_str(), read.text.as_str()),
        ("acme/engine", "Grow the engine", "https://github.example.com/acme/engine/pull/7", "Written by hand.")
    );
    let scalars = read.document.scalars.as_ref().expect("scalars");
    assert_eq!((scalars.state, scalars.merged_at), (State::Merged, Some(at(99))));
    assert_eq!(scalars.author.as_ref().map(|author| author.login.as_str()), Some("ada"));
    let reviews = read.document.reviews.iter().map(|(id, review)| {
        (*id, review.author.as_ref().map(|author| author.login.clone()).expect("an author"), review.state)
    });
    let reviews: Vec<_> = reviews.collect();
    assert_eq!(
        reviews,
        [(500, "bob".into(), ReviewState::Approved), (501, "reviewer[bot]".into(), ReviewState::ChangesRequested)]
    );
    assert_eq!(read.document.draft_history.listed.len(), 1);
    assert_eq!(read.document.draft_history.listed_at, Some(at(100)));
    let [words] = &read.commits[..] else { panic!("one commit") };
    assert_eq!(words.message, "Step 0\n\nCo-authored-by: a tool");
    let signature = |name: &str, email: &str, login: Option<&str>| Signature {
        name: Some(name.into()),
        email: Some(email.into()),
        login: login.map(Into::into),
    };
    assert_eq!(words.author, signature("Ada", "ada@example.com", Some("ada")));
    assert_eq!(words.committer, signature("GitHub", "noreply@example.com", None));
    assert_eq!(read.left_out, Vec::<String>::new());
}

/// What a sync reads of the same pull request is the same, where its commits fit on a sync's page.
#[tokio::test]
async fn a_sync_tells_the_same_facts() {
    let (_server, _fake, connection) = start(engine(merged(3, 4))).await;
    let read = read(&connection, "acme/engine").await.expect("is read").document;
    let ran = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs");
    let synced = ran.facts.into_iter().find_map(|fact| match fact {
        Fact::PullRequest(document) => Some(*document),
        _ => None,
    });
    assert_eq!(synced, Some(read));
}

#[tokio::test]
async fn lists_that_are_longer_than_a_page_are_followed_to_their_end() {
    let (_server, fake, connection) = start(engine(merged(230, 250))).await;
    let read = read(&connection, "acme/engine").await.expect("is read");
    assert_eq!(
        fake.calls(),
        [
            "graphql Merged first=null",
            "graphql Reviews first=null",
            "graphql Reviews first=null",
            "graphql MergedCommits first=null",
            "graphql MergedCommits first=null",
        ]
    );
    assert_eq!(read.document.reviews.len(), 230);
    let commits = read.document.commits.expect("commits");
    assert_eq!((commits.commits.len(), commits.further_pages), (250, 0));
    let messages: Vec<_> = read.commits.iter().map(|commit| commit.message.lines().next().expect("a line")).collect();
    assert_eq!(messages.len(), 250);
    assert_eq!((messages[0], messages[99], messages[249]), ("Step 0", "Step 99", "Step 249"));
    assert!(read.commits.iter().zip(&commits.commits).all(|(words, commit)| words.sha == commit.sha));
}

#[tokio::test]
async fn a_repository_is_found_under_its_new_name() {
    // GitHub follows a former name.
    let mut world = engine(merged(1, 1));
    world.renamed.insert("acme/motor".into(), 1);
    let (_server, fake, connection) = start(world).await;
    assert!(read(&connection, "acme/motor").await.is_ok());
    assert_eq!(fake.calls().len(), 1);
    // Nobody knows this one any more, and that one belongs to another repository now.
    fake.world().repos.push(Repo::new(2, "pump", vec![merged(0, 1)]));
    for former in ["acme/forgotten", "acme/pump"] {
        let read = read(&connection, former).await.expect("is read");
        assert_eq!((read.repository.as_str(), read.document.reviews.len()), ("acme/engine", 1), "{former}");
        let calls = ["graphql Merged first=null", "GET /repositories/1?", "graphql Merged first=null"];
        assert_eq!(fake.calls(), calls, "{former}");
    }
}

#[tokio::test]
async fn an_installations_token_serves_as_well() {
    let (_server, _fake, mut connection) = start(engine(merged(1, 1))).await;
    let token = Expiring { token: "ghs_plumblineInstallation".into(), expires_at: Some(at(160)) };
    connection.credentials = Credentials::Installation { installation_id: 5, token: Some(token) };
    assert!(read(&connection, "acme/engine").await.is_ok());
    connection.credentials = Credentials::Installation { installation_id: 5, token: None };
    assert!(matches!(read(&connection, "acme/engine").await, Err(Failure::Unauthorized(_))));
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let (_server, fake, connection) = start(engine(merged(1, 1))).await;
    let failure = |number, repository| {
        let connection = &connection;
        async move {
            let key = pull_request_key(repository, number);
            let read = read_pull_request(&LazyClient::default(), connection, "acme/engine", key, at(101)).await;
            read.expect_err("fails").to_string()
        }
    };
    assert!(failure(8, 1).await.starts_with("invalid: repository 1 pull request 8: "));
    // Deleted, or no longer to be seen.
    assert!(failure(7, 9).await.starts_with("invalid: repository 9: not found, or the credential cannot see it"));
    fake.world().faults.push(Fault { line: "/repositories/9", times: 1, answer: ResponseTemplate::new(403) });
    assert!(failure(7, 9).await.starts_with("invalid: repository 9: the credential is not allowed to read this"));
}

#[tokio::test]
async fn a_merge_that_does_not_show_yet_is_for_later() {
    let mut open = merged(1, 1);
    open["mergedAt"] = Value::Null;
    open["state"] = json!("OPEN");
    let (_server, _fake, connection) = start(engine(open)).await;
    let failure = Failure::Unavailable("GitHub does not show the merge yet".into());
    assert_eq!(read(&connection, "acme/engine").await, Err(failure));
}

#[tokio::test]
async fn what_github_lists_and_does_not_tell_is_counted() {
    let mut pull = merged(2, 2);
    pull["reviews"][0] = Value::Null;
    pull["commits"][1] = Value::Null;
    let (_server, _fake, connection) = start(engine(pull)).await;
    let read = read(&connection, "acme/engine").await.expect("is read");
    assert_eq!((read.document.reviews.len(), read.commits.len()), (1, 1));
    assert_eq!(read.left_out, ["a review: the answer leaves it out", "a commit: the answer leaves it out"]);
}

#[rstest]
#[case("Merged", ResponseTemplate::new(502), "unavailable: the vendor answered 502")]
#[case("Merged", ResponseTemplate::new(401), "unauthorized: ")]
#[case("Merged", ResponseTemplate::new(429).insert_header("retry-after", "60"), "rate limited until ")]
#[case("Merged", ResponseTemplate::new(200).set_body_string("{\"data\": {\"repo"), "unavailable: the answer broke off")]
#[case("Merged", ResponseTemplate::new(200).set_body_json(json!({"data": {"repository": {"databaseId": 1, "pullRequest": {"number": 7}}}})), "unavailable: the answer has an unexpected shape")]
#[case("Reviews", ResponseTemplate::new(500), "unavailable: the vendor answered 500")]
#[case("Reviews", ResponseTemplate::new(200).set_body_json(json!({"data": {"repository": {"databaseId": 1, "pullRequest": {"reviews": null}}}})), "unavailable: the answer has no reviews")]
#[case("MergedCommits", ResponseTemplate::new(200).set_body_json(json!({"data": {"repository": {"databaseId": 1, "pullRequest": null}}})), "invalid: repository 1 pull request 7: ")]
#[tokio::test]
async fn a_failing_call_is_a_decision(
    #[case] line: &'static str,
    #[case] answer: ResponseTemplate,
    #[case] expected: &str,
) {
    let (_server, fake, connection) = start(engine(merged(101, 101))).await;
    fake.world().faults.push(Fault { line, times: 1, answer });
    let failure = read(&connection, "acme/engine").await.expect_err("fails").to_string();
    assert!(failure.starts_with(expected), "{failure}");
    assert!(fake.calls().last().is_some_and(|call| call.contains(line)), "no call after it");
    assert!(!failure.contains("ghp_"), "{failure}");
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let again = json!({"data": {"repository": {"databaseId": 1, "pullRequest": {"reviews": {
        "pageInfo": {"hasNextPage": true, "endCursor": "0"}, "nodes": []}}}}});
    let answer = ResponseTemplate::new(200).set_body_json(again);
    let (_server, fake, connection) = start(engine(merged(101, 1))).await;
    fake.world().faults.push(Fault { line: "Reviews", times: usize::MAX, answer });
    let failure = read(&connection, "acme/engine").await.expect_err("fails");
    assert_eq!(failure, Failure::Unavailable("GitHub's list of reviews has no end".into()));
    assert_eq!(fake.calls().len(), 51);
}
