//! What goes wrong at JFrog, and what is made of it.

use super::*;
use crate::Vendor as _;
use rstest::rstest;

#[tokio::test]
async fn a_failing_call_is_a_decision() {
    let text = |body: &str| ResponseTemplate::new(200).set_body_string(body);
    let faults = [
        ("401", refusal(401, "Token failed verification: expired")),
        ("403", refusal(403, "Forbidden")),
        ("404", refusal(404, "Not found")),
        ("410", refusal(410, "Gone")),
        ("429", refusal(429, "Too many requests")),
        ("429 with a wait", refusal(429, "Too many requests").insert_header("retry-after", "7")),
        ("500", refusal(500, "Internal error")),
        ("503", ResponseTemplate::new(503).set_body_string("<html>")),
        ("302", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/")),
        ("truncated", text(r#"{"users": [{"username": "ada", "rea"#)),
        ("another shape", text(r#"{"users": 7, "repositoriesSummaryList": "x"}"#)),
        ("all broken", text(r#"{"users": [{"username": 1}, 7], "repositoriesSummaryList": [1, {"repoKey": 2}]}"#)),
        ("not JSON", text("<html>")),
    ];
    let mut table = String::new();
    for line in ["/v2/users?limit", "/v2/users/user0003", "storageinfo"] {
        for (name, answer) in &faults {
            let (server, fake) = Fake::start(world()).await;
            fake.fail(line, answer.clone());
            let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await;
            let decision = match ran {
                Ok(ran) => format!("goes on: {:?} {:?}", ran.notices, ran.reasons()),
                Err(failure) => failure.to_string(),
            };
            assert!(!decision.contains("s3cret"), "{decision}");
            let decision = decision.split("; an access token of an administrator").next().expect("one");
            table.extend([line, " ", name, " -> ", decision, "\n"]);
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_token_that_is_refused_says_what_is_needed_and_nothing_shows_it() {
    let (server, _fake) = Fake::start(world()).await;
    let mut connection = connection(&server);
    assert!(!format!("{connection:?}").contains("s3cret"));
    connection.credentials = Credentials::Token("s3cret-other".into());
    let failure = jfrog().probe(&connection, at(0)).await.expect_err("fails");
    assert!(!format!("{failure:?} {failure}").contains("s3cret"));
    insta::assert_snapshot!(failure, @"unauthorized: the credential was refused: Token failed verification; an access token of an administrator is needed, or one with the scope system:identities:r, which reads users and no storage");
}

#[tokio::test]
async fn probing_says_which_server_is_missing() {
    let (server, fake) = Fake::start(world()).await;
    let mut connection = connection(&server);
    assert_eq!(jfrog().check(&Settings::default()), Ok(()));
    jfrog().probe(&connection, at(0)).await.expect("works");
    assert_eq!(fake.calls(), ["/access/api/v2/users?limit=1"]);
    fake.fail("/v2/users", refusal(404, "Not found"));
    let failure = jfrog().probe(&connection, at(0)).await.expect_err("fails").to_string();
    assert!(failure.starts_with("invalid: there is no JFrog at this base_url: not found"), "{failure}");
    connection.base_url = None;
    let failure = jfrog().probe(&connection, at(0)).await.expect_err("fails").to_string();
    assert!(failure.starts_with("invalid: the connection needs a `base_url`"), "{failure}");
    let failure = sync(&jfrog(), &connection, &mut Marks::default(), 0).await.expect_err("fails").to_string();
    assert!(failure.starts_with("invalid: the connection needs a `base_url`"), "{failure}");
}

#[rstest]
#[case("users?limit=29", "", 1)]
#[case("cursor=c-29", "c-29", 1)]
#[tokio::test]
async fn a_cursor_that_leads_nowhere_ends_the_list_and_nobody_is_gone(
    #[case] line: &'static str,
    #[case] next: &str,
    #[case] quarantined: usize,
) {
    let (server, fake) = Fake::start(world()).await;
    let next = if next.is_empty() { "c-0" } else { next };
    let list = ResponseTemplate::new(200).set_body_json(json!({"users": [{"username": "user0001"}], "cursor": next}));
    fake.fail(line, list.clone());
    if next == "c-0" {
        fake.fail("cursor=c-0", list);
    }
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("ends");
    assert_eq!((ran.complete.len(), ran.reasons().len()), (0, quarantined), "{:?}", ran.reasons());
    assert_eq!(storage(&ran).len(), 4);
}

#[tokio::test]
async fn a_cursor_that_the_server_forgot_begins_the_list_again_once() {
    let (server, fake) = Fake::start(world()).await;
    fake.fail("cursor=c-58", refusal(400, "Invalid cursor"));
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((of(&ran, "accounts jfrog"), ran.call_count()), (Some(71), 3 + 58 + 3 + 71 + 1));
    for _ in 0..2 {
        fake.fail("cursor=c-58", refusal(400, "Invalid cursor"));
    }
    let failure = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Invalid(reason) if reason.contains("Invalid cursor")), "{failure}");
}

#[tokio::test]
async fn a_user_who_cannot_be_told_apart_makes_nobody_vanish() {
    let (server, fake) = Fake::start(world()).await;
    let list = json!({"users": [{"username": "user0001"}, {"username": 7, "realm": "Somebody's"}]});
    fake.fail("cursor=c-58", ResponseTemplate::new(200).set_body_json(list));
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert!(ran.complete.is_empty());
    insta::assert_snapshot!(ran.reasons().join("\n"), @"user: invalid type: integer `7`, expected a string at line 1 column 34");
    fake.fail("/v2/users?", ResponseTemplate::new(200).set_body_json(json!({"users": []})));
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert!(ran.complete.is_empty(), "a list of nobody is not believed");
}

#[tokio::test]
async fn a_server_whose_users_cannot_be_read_one_by_one_is_not_believed() {
    let (server, fake) = Fake::start(world()).await;
    fake.world().faults.push(fake::Fault { line: "/v2/users/", times: 29, answer: refusal(404, "No route") });
    let failure = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Unavailable(reason) if reason.starts_with("none of the users")), "{failure}");
}

#[tokio::test]
async fn broken_repositories_are_set_aside() {
    let (server, fake) = Fake::start(world()).await;
    let rows = json!([row("a", "LOCAL", "lots", 1), 7, {"repoKey": 1}, {"repoKey": "b", "usedSpaceInBytes": 5}]);
    let body = json!({"binariesSummary": {"artifactsSize": "?"}, "repositoriesSummaryList": rows});
    fake.fail("storageinfo", ResponseTemplate::new(200).set_body_json(body));
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    let stored: Vec<_> = storage(&ran).iter().map(|one| (one.repository.as_str(), one.bytes, one.artifacts)).collect();
    assert_eq!(stored, [("b", 5, 0)]);
    insta::assert_snapshot!(ran.reasons().join("\n"), @r"
    repository: invalid type: integer `7`, expected struct Row at line 1 column 1
    repository: invalid type: integer `1`, expected a string at line 1 column 12
    the whole server: its size is not told
    repository: its size is not told in a form that is known
    ");
}
