//! What goes wrong at GitHub, and what is made of it.

use super::*;
use crate::Vendor as _;
use crate::http::{self, LazyClient};
use rstest::rstest;
use std::time::Duration;

async fn one_fault(line: &'static str, times: usize, answer: ResponseTemplate) -> (Result<Ran, Failure>, Vec<String>) {
    let (server, fake) = Fake::start(world()).await;
    fake.world().faults.push(Fault { line, times, answer });
    let ran = sync(&connection(&server, organization()), &mut Marks::default(), LATER).await;
    (ran, fake.calls())
}

fn said(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message}))
}

#[rstest]
#[case(
    "members",
    said(401, "Bad credentials"),
    "unauthorized: organization acme: the credential was refused: Bad credentials"
)]
#[case("members", said(404, "Not Found"), "invalid: organization acme: not found")]
#[case(
    "/repos?",
    said(403, "Resource not accessible"),
    "unauthorized: organization acme: the credential is not allowed"
)]
#[case("Changes", said(429, "Slow down"), "rate limited until")]
#[case("PullRequests", said(403, "You have exceeded a secondary rate limit"), "rate limited until")]
#[case("/commits", said(500, ""), "unavailable: the vendor answered 500")]
#[case("teams", said(401, "Bad credentials"), "unauthorized: the credential was refused: Bad credentials")]
#[case("members", ResponseTemplate::new(200).set_body_string("[{\"id\": 1, \"log"), "unavailable: the answer broke off")]
#[case("Changes", ResponseTemplate::new(200).set_body_string("{\"data\": {\"r0\": "), "unavailable: the answer broke off")]
#[case("/commits", ResponseTemplate::new(200).set_body_json(json!({"not": "a list"})), "unavailable: the answer has an unexpected shape")]
#[case("PullRequests", ResponseTemplate::new(200).set_body_json(json!({"data": {"repository": {"pullRequests": "text"}}})), "unavailable: the answer has an unexpected shape")]
#[case("PullRequests", ResponseTemplate::new(200).set_body_json(json!({"errors": [{"message": "Odd"}]})), "unavailable: GraphQL brought no data: Odd")]
#[case("PullRequests", ResponseTemplate::new(200).set_body_json(json!({"data": null, "errors": [{"type": "FORBIDDEN", "message": "No"}]})), "unauthorized: FORBIDDEN: No")]
#[case("PullRequests", ResponseTemplate::new(200).set_body_json(json!({"errors": [{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}]})), "invalid: the server's GraphQL does not know")]
#[case("Changes", ResponseTemplate::new(200).insert_header("x-ratelimit-remaining", "0").insert_header("x-ratelimit-reset", "1750600600").set_body_json(json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]})), "rate limited until 2025-06-22T13:56:40Z")]
#[case("members", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"), "invalid: organization acme: the server sends calls on to another server")]
#[case("members", ResponseTemplate::new(200).insert_header("link", "<https://elsewhere.example/x>; rel=\"next\"").set_body_json(json!([])), "invalid: organization acme: the server's link to the next page leads to another server")]
#[tokio::test]
async fn a_failing_call_is_a_decision(
    #[case] line: &'static str,
    #[case] answer: ResponseTemplate,
    #[case] expected: &str,
) {
    let (ran, calls) = one_fault(line, 1, answer).await;
    let failure = ran.err().expect("fails").to_string();
    assert!(failure.starts_with(expected), "{failure}");
    assert!(calls.last().is_some_and(|call| call.contains(line)), "no call after it: {calls:?}");
    assert!(!failure.contains("ghp_"), "{failure}");
}

#[tokio::test]
async fn a_connection_that_is_refused_names_no_secret() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let connection = Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: Some(format!("http://127.0.0.1:{port}").parse().expect("an address")),
        credentials: Credentials::Token(TOKEN.into()),
        apps: Arc::default(),
        settings: organization(),
    };
    let failure = sync(&connection, &mut Marks::default(), 0).await.err().expect("fails");
    assert!(matches!(&failure, Failure::Unavailable(reason) if reason.starts_with("no connection")), "{failure}");
    for shown in [failure.to_string(), format!("{failure:?}"), format!("{connection:?}")] {
        assert!(!shown.contains(TOKEN), "{shown}");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_asks_for_less() {
    let client = reqwest::Client::builder().timeout(Duration::from_millis(20)).build().expect("builds");
    let (server, fake) = Fake::start(world()).await;
    fake.world().faults.push(Fault {
        line: "members",
        times: 1,
        answer: said(200, "").set_delay(Duration::from_mins(1)),
    });
    let request = client.get(format!("{}/api/v3/orgs/acme/members", server.uri())).bearer_auth(TOKEN);
    let refused = http::send(request, at(0)).await.expect_err("fails");
    assert!(refused.too_heavy);
    assert!(
        matches!(&refused.failure, Failure::Unavailable(reason) if reason.starts_with("no answer in time")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_answer_past_the_bound_asks_for_less() {
    let (server, fake) = Fake::start(world()).await;
    let huge = ResponseTemplate::new(200).set_body_bytes(vec![b' '; http::BODY_LIMIT + 1]);
    fake.world().faults.push(Fault { line: "members", times: 1, answer: huge });
    let client = http::client().expect("builds");
    let request = client.get(format!("{}/api/v3/orgs/acme/members", server.uri())).bearer_auth(TOKEN);
    let refused = http::send(request, at(0)).await.expect_err("fails");
    assert!(refused.too_heavy && matches!(refused.failure, Failure::Unavailable(_)), "{refused:?}");
}

#[tokio::test]
async fn an_exhausted_budget_pauses_the_run_until_the_reset() {
    let (server, fake) = Fake::start(world()).await;
    let reset = at(LATER + 30);
    fake.world().headers =
        vec![("x-ratelimit-remaining", "0".into()), ("x-ratelimit-reset", reset.as_second().to_string())];
    let connection = connection(&server, organization());
    let github = Github::new(LazyClient::default());
    let page = github.fetch(&connection, &Marks::default(), None, at(LATER)).await.expect("a page");
    assert_eq!(page.pause_until, Some(reset));
    assert!(!page.facts.is_empty(), "what was fetched is kept");
    fake.world().headers[0].1 = "1".into();
    let page = github.fetch(&connection, &Marks::default(), None, at(LATER)).await.expect("a page");
    assert_eq!(page.pause_until, None);
}

#[tokio::test]
async fn teams_that_may_not_be_seen_cost_the_teams_only() {
    let (ran, _) = one_fault("/teams?", 1, said(403, "Must be a member")).await;
    let ran = ran.expect("syncs");
    assert_eq!(ran.reasons().len(), 1);
    assert_eq!(ran.pulls().len(), 121);
    let (ran, _) = one_fault("/teams/core/members", 1, said(404, "Not Found")).await;
    let ran = ran.expect("syncs");
    assert_eq!(ran.facts.iter().filter(|fact| matches!(fact, Fact::Membership(_))).count(), 1);
}

#[tokio::test]
async fn unknown_repositories_are_skipped_unless_all_are() {
    let (server, _fake) = Fake::start(world()).await;
    let some = connection(&server, named(&["acme/nowhere", "acme/two", "not a name", "acme/.."]));
    let ran = sync(&some, &mut Marks::default(), LATER).await.expect("syncs");
    insta::assert_snapshot!(ran.reasons().join("\n"), @r"
    repository 1 of the settings: invalid: not found, or the credential cannot see it: Not Found
    repository 3 of the settings: invalid: a repository is written as owner/name
    repository 4 of the settings: invalid: a repository is written as owner/name
    ");
    assert_eq!(ran.pulls().len(), 1);
    let none = connection(&server, named(&["acme/nowhere", "acme/neither"]));
    let failure = sync(&none, &mut Marks::default(), LATER).await.err().expect("fails");
    assert_eq!(
        failure.to_string(),
        "invalid: repository acme/neither: not found, or the credential cannot see it: Not Found"
    );
}

#[tokio::test]
async fn a_repository_that_vanishes_during_the_run_costs_itself_only() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server, organization());
    let mut marks = Marks::default();
    let ran = sync(&connection, &mut marks, LATER).await.expect("syncs");
    // Run again from the changes on, without the second repository.
    let at_changes = |stop: &Stop| stop.cursor.as_ref().is_some_and(|cursor| cursor.to_string().contains("changes"));
    let Stop { mut marks, cursor, .. } = ran.stops.into_iter().find(at_changes).expect("a stop");
    fake.world().repos.remove(1);
    let ran = sync_from(&connection, &mut marks, cursor, at(LATER)).await.expect("syncs");
    assert_eq!(ran.reasons(), ["repository 502: NOT_FOUND: Could not resolve"]);
    assert_eq!(ran.pulls().len(), 120);
}

#[tokio::test]
async fn broken_records_are_set_aside_with_their_reason() {
    let mut world = world();
    world.repos[1].pulls = vec![pull(1, 1), pull(2, 2), Value::Null, pull(4, 4)];
    world.repos[1].pulls[1]["additions"] = json!("many");
    let mut repo = Repo::new(504, "odd", vec![]).with_commits(3);
    repo.commits[1]["commit"]["author"] = json!({"name": "x"});
    repo.commits[1]["commit"]["committer"] = Value::Null;
    repo.commits[2]["author"] = Value::Null;
    world.repos.push(repo);
    let (server, fake) = Fake::start(world).await;
    fake.world().members.push((5, "eve"));
    let connection = connection(&server, organization());
    fake.world().faults.push(Fault {
        line: "role=member",
        times: 1,
        answer: ResponseTemplate::new(200)
            .set_body_json(json!([{"id": 2, "login": 7}, {"id": 3, "login": "cyd"}, "?"])),
    });
    let ran = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs");
    insta::assert_snapshot!(ran.reasons().join("\n"));
    assert_eq!(
        ran.facts.iter().filter(|fact| matches!(fact, Fact::BranchCommit(c) if c.repository.id == 504)).count(),
        2
    );
    let of_two: Vec<u64> = ran
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::PullRequest(pull) if pull.key.repository.id == 502 => Some(pull.key.number),
            _ => None,
        })
        .collect();
    assert_eq!(of_two, [4, 1]);
}

#[tokio::test]
async fn a_record_that_cannot_be_told_apart_makes_nobody_vanish() {
    let (server, fake) = Fake::start(World { etags: true, ..world() }).await;
    let connection = connection(&server, organization());
    let mut marks = Marks::default();
    sync(&connection, &mut marks, LATER).await.expect("syncs");
    for line in ["role=member", "/teams?", "/teams/core/members", "/repos?"] {
        let mut records: Vec<Value> = match line {
            "/teams?" => vec![json!({"id": 71, "slug": "core", "name": "core", "parent": null}), json!(2)],
            "/repos?" => vec![json!({"id": 501, "full_name": "acme/one"}), json!(2)],
            _ => [1, 2, 3].map(|id| json!({"id": id, "login": format!("u{id}")})).to_vec(),
        };
        *records.last_mut().expect("one") = json!({"id": "three"});
        let answer = ResponseTemplate::new(200).set_body_json(records);
        fake.world().faults.push(Fault { line, times: 1, answer });
    }
    let ran = sync(&connection, &mut marks, LATER + 10).await.expect("syncs");
    assert_eq!(ran.reasons().len(), 4);
    let unharmed = |ran: &Ran| {
        !listed(&ran.facts).iter().any(|fact| fact.contains("\"gone_at\":\"") || fact.contains("\"member\":false"))
    };
    assert!(unharmed(&ran));
    let ran = sync(&connection, &mut marks, LATER + 20).await.expect("syncs");
    assert!(unharmed(&ran));
    fake.world().members.retain(|(id, _)| *id != 3);
    let ran = sync(&connection, &mut marks, LATER + 30).await.expect("syncs");
    assert!(!unharmed(&ran), "the next whole listing decides");
}

#[tokio::test]
async fn an_answer_without_one_readable_record_is_not_believed() {
    for (line, answer) in [
        ("role=member", json!([{"id": "x"}, {"id": "y"}])),
        ("/repos?", json!([{"id": "x"}, {"id": "y"}])),
        ("/commits", json!([{"sha": 1}, {"sha": 2}])),
        ("Changes", json!({"data": {"r0": {"databaseId": "x"}, "r1": {"databaseId": "x"}, "r2": {"databaseId": "x"}}})),
    ] {
        let (ran, _) = one_fault(line, 1, ResponseTemplate::new(200).set_body_json(answer)).await;
        let failure = ran.err().expect("fails");
        assert!(matches!(&failure, Failure::Unavailable(reason) if reason.contains("unexpected shape")), "{failure}");
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_read_is_looked_at() {
    let answer = json!({"data": {
        "r0": {"databaseId": 501, "pullRequests": {"nodes": [{"number": "x", "updatedAt": 12}]}},
        "r1": {"databaseId": "x"},
        "r2": {"databaseId": 503, "pullRequests": {"nodes": []}},
    }});
    let (ran, _) = one_fault("Changes", 1, ResponseTemplate::new(200).set_body_json(answer)).await;
    let ran = ran.expect("syncs");
    assert_eq!(ran.pulls().len(), 120);
    assert_eq!(ran.reasons().len(), 1);
}

#[tokio::test]
async fn errors_beside_data_cost_what_they_concern() {
    let (server, fake) =
        Fake::start(World { repos: vec![Repo::new(502, "two", vec![pull(7, 50)])], ..World::default() }).await;
    let connection = connection(&server, named(&["acme/two"]));
    let whole = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs");
    assert_eq!(whole.pulls().len(), 1);
    let mut node = pull(7, 50);
    for list in ["reviews", "commits", "timelineItems"] {
        node[list] = json!({"nodes": [], "totalCount": 0, "pageInfo": {"hasNextPage": false, "endCursor": null}});
    }
    let answer = ResponseTemplate::new(200).set_body_json(json!({
        "data": {"repository": {"databaseId": 502, "pullRequests": {"nodes": [null, node], "pageInfo": {"hasNextPage": false, "endCursor": null}}}},
        "errors": [
            {"message": "Odd", "path": ["repository", "pullRequests", "nodes", 0]},
            {"message": "No author", "path": ["repository", "pullRequests", "nodes", 1, "author"]},
        ],
    }));
    fake.world().faults.push(Fault { line: "PullRequests", times: 1, answer });
    let ran = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs");
    assert_eq!(
        ran.reasons(),
        ["repository 502 pull request at place 0 of a page: Odd", "repository 502 pull request 7, in part: No author"]
    );
    assert_eq!(ran.pulls().len(), 1);
}

#[tokio::test]
async fn a_timeout_that_graphql_reports_in_words_asks_for_less() {
    let words = "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.";
    let answer = ResponseTemplate::new(200).set_body_json(json!({"data": null, "errors": [{"message": words}]}));
    let (ran, calls) = one_fault("PullRequests", 1, answer).await;
    assert_eq!(ran.expect("syncs").pulls().len(), 121);
    assert!(calls.iter().any(|call| call == "graphql PullRequests first=25"));
}

#[tokio::test]
async fn probing() {
    let (server, fake) = Fake::start(world()).await;
    let github = Github::new(LazyClient::default());
    let sources = async |settings: Settings| {
        github.probe(&connection(&server, settings), at(0)).await.map(|probe| probe.webhook_sources)
    };
    assert_eq!(sources(organization()).await, Ok(vec!["org:9919".to_owned()]));
    let two = named(&["acme/one", "acme/two"]);
    assert_eq!(sources(two.clone()).await, Ok(vec!["repository:501".to_owned(), "repository:502".to_owned()]));
    let both = Settings { organization: Some("acme".into()), ..two };
    assert_eq!(sources(both).await, Ok(vec!["repository:501".to_owned(), "repository:502".to_owned()]));
    let some = named(&["acme/nowhere", "acme/two"]);
    assert_eq!(sources(some).await, Ok(vec!["repository:502".to_owned()]));
    let unknown =
        Failure::Invalid("repository acme/nowhere: not found, or the credential cannot see it: Not Found".into());
    assert_eq!(sources(named(&["acme/nowhere"])).await, Err(unknown));
    let nothing = Settings::default();
    assert_eq!(
        sources(nothing).await,
        Err(Failure::Invalid("give an organization, or repositories as owner/name".into()))
    );
    let mut wrong = connection(&server, organization());
    wrong.credentials = Credentials::Token("ghp_wrong".into());
    let refused = "organization acme: the credential was refused: Bad credentials";
    assert_eq!(github.probe(&wrong, at(0)).await, Err(Failure::Unauthorized(refused.into())));
    fake.calls();
}

#[test]
fn base_urls_of_github_itself_and_of_servers() {
    let client = http::client().expect("builds");
    let mut connection = Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: None,
        credentials: Credentials::Token(TOKEN.into()),
        apps: Arc::default(),
        settings: organization(),
    };
    let path = |connection: &Connection| {
        let api = super::super::rest::Api::new(&client, connection, at(0)).expect("an address");
        api.path(&["repos", "a", "b c"], &[("q", "x y")]).expect("a path").to_string()
    };
    assert_eq!(path(&connection), "https://api.github.com/repos/a/b%20c?q=x+y");
    connection.base_url = Some("https://api.github.com".parse().expect("an address"));
    assert_eq!(path(&connection), "https://api.github.com/repos/a/b%20c?q=x+y");
    connection.base_url = Some("https://ghe.example.com".parse().expect("an address"));
    assert_eq!(path(&connection), "https://ghe.example.com/api/v3/repos/a/b%20c?q=x+y");
}
