//! What goes wrong at Jira, and what is made of it.

use super::*;
use rstest::rstest;
use std::fmt::Write as _;

async fn one_fault(line: &'static str, times: usize, answer: ResponseTemplate) -> (Result<Ran, Failure>, Vec<String>) {
    let (server, fake) = Fake::start(world()).await;
    fake.world().faults.push(Fault { line, times, answer });
    let ran = sync(&jira(), &with_token(&server), &mut Marks::default(), 0).await;
    (ran, fake.calls())
}

fn said(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errorMessages": ["Words."], "errors": {}}))
}

const LINES: [&str; 8] = [
    "project/search",
    "status",
    "field",
    "users/search",
    "1.0/board startAt",
    "board/1/sprint",
    "search/jql",
    "changelog",
];

#[tokio::test]
async fn every_status_is_a_decision() {
    let answers: Vec<(&str, ResponseTemplate)> = vec![
        ("400", said(400)),
        ("401", said(401)),
        ("403", said(403)),
        ("404", said(404)),
        ("410", said(410)),
        ("429", said(429)),
        ("429 retry-after", said(429).insert_header("retry-after", "7")),
        ("429 quota", said(429).insert_header("ratelimit-reason", "jira-quota-global-based")),
        ("500", said(500)),
        ("503", said(503).insert_header("retry-after", "7")),
        ("broken off", ResponseTemplate::new(200).set_body_string("[{\"id\": ")),
        ("other shape", ResponseTemplate::new(200).set_body_json(json!({"not": "this"}))),
    ];
    let mut table = String::new();
    for line in LINES {
        for (name, answer) in &answers {
            let (ran, calls) = one_fault(line, 1, answer.clone()).await;
            let outcome = match ran {
                Err(failure) => {
                    assert!(calls.last().is_some_and(|call| call.contains(line)), "no call after it: {calls:?}");
                    failure.to_string()
                }
                Ok(ran) => {
                    let kinds: Vec<String> = ran.complete.keys().map(ToString::to_string).collect();
                    let said = [ran.notices.clone(), ran.reasons()].concat().join(" | ");
                    format!("goes on: {said} (complete: {})", kinds.join(", "))
                }
            };
            assert!(!outcome.contains("s3cret"), "{outcome}");
            writeln!(table, "{line} | {name} | {outcome}").expect("a string");
        }
    }
    insta::assert_snapshot!(table);
}

#[rstest]
#[case(401, "Unauthorized; scope does not match")]
#[case(403, "You may not")]
#[tokio::test]
async fn scopes_that_are_lacking_cost_what_they_are_for(#[case] status: u16, #[case] words: &str) {
    let answer = ResponseTemplate::new(status).set_body_json(json!({"code": status, "message": words}));
    for line in ["users/search", "1.0/board startAt", "/sprint"] {
        let (ran, _) = one_fault(line, 9, answer.clone()).await;
        let ran = ran.expect("goes on");
        assert_eq!(issues(&ran.facts).len(), 230, "{line}");
        assert!(ran.notices.len() + ran.reasons().len() > 0);
        let lost = match line {
            "users/search" => Listing::Accounts(Provider::Jira),
            _ => shelf(RecordKind::Sprint, "jira"),
        };
        assert!(!ran.complete.contains_key(&lost), "{line}");
    }
}

#[tokio::test]
async fn a_token_that_has_ended_begins_the_search_again_once() {
    let (server, fake) = Fake::start(world()).await;
    let stop = |ran: &Ran| {
        let has_token = |stop: &&rig::Stop| stop.cursor.as_ref().is_some_and(|c| c.to_string().contains("\"token\""));
        ran.stops.iter().find(has_token).expect("a second page").clone()
    };
    let connection = with_token(&server);
    let whole = sync(&jira(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    let stop = stop(&whole);
    fake.world().faults.push(Fault { line: "search/jql", times: 1, answer: said(400) });
    let mut marks = stop.marks.clone();
    let ran = rig::sync_from(&jira(), &connection, &mut marks, stop.cursor.clone(), at(0)).await.expect("syncs");
    assert_eq!(issues(&ran.facts).len(), 230);
    fake.world().faults.push(Fault { line: "search/jql", times: 99, answer: said(400) });
    let mut marks = stop.marks.clone();
    let failure = rig::sync_from(&jira(), &connection, &mut marks, stop.cursor, at(0)).await.expect_err("fails");
    assert_eq!(failure.to_string(), "invalid: the vendor answered 400 Bad Request: Words.");
}

#[tokio::test]
async fn a_project_that_cannot_be_searched_costs_itself_only() {
    for id in ["10001", "10002", "10003"] {
        let (server, fake) = Fake::start(world()).await;
        // As if it had vanished after the projects were listed.
        let line: &'static str = match id {
            "10001" => "(10001",
            "10002" => "10002",
            _ => "10003)",
        };
        fake.world().faults.push(Fault { line, times: 99, answer: said(400) });
        let mut marks = Marks::default();
        let ran = sync(&jira(), &with_token(&server), &mut marks, 0).await.expect("goes on");
        assert_eq!(ran.reasons().len(), 1, "{:?}", ran.reasons());
        assert!(ran.reasons()[0].starts_with(&format!("issues of project {id}: invalid: the vendor answered 400")));
        let expected = match id {
            "10001" => 46,
            "10002" => 184,
            _ => 230,
        };
        assert_eq!(issues(&ran.facts).len(), expected);
        assert!(marks.0[&format!("project:{id}")].get("read").is_none());
    }
}

#[tokio::test]
async fn an_answer_that_is_too_heavy_is_asked_for_in_parts() {
    for line in ["search/jql", "changelog"] {
        let (ran, _) = one_fault(line, 3, said(504)).await;
        assert_eq!(issues(&ran.expect("syncs").facts).len(), 230);
        let (ran, _) = one_fault(line, 99, said(504)).await;
        assert!(matches!(ran, Err(Failure::Unavailable(_))));
    }
}

#[tokio::test]
async fn broken_records_are_set_aside_with_their_reason() {
    let mut world = world();
    world.projects.push(json!({"id": "10009", "key": 7}));
    world
        .users
        .push(json!({"accountId": "712020:mallory", "accountType": "atlassian", "active": true, "displayName": 5}));
    world.users.push(json!({"accountId": "71#2020"}));
    world.boards.push(json!({"id": 9, "name": null}));
    let sprints = world.sprints.get_mut(&1).expect("some");
    sprints.push(json!({"id": 20, "name": "Odd", "state": "resting"}));
    sprints.push(json!({"id": 21, "name": {"secret": "name"}, "state": "active"}));
    world.tickets[2].body["fields"]["created"] = "yesterday".into();
    world.tickets[3].body["key"] = Value::Null;
    world.tickets[5].history.push(json!({"id": "x", "created": "2026-11-20T10:15:30.123+0000", "items": []}));
    let (server, _fake) = Fake::start(world).await;
    let ran = sync(&jira(), &with_token(&server), &mut Marks::default(), 0).await.expect("syncs");
    insta::assert_snapshot!(ran.reasons().join("\n"));
    assert_eq!(issues(&ran.facts).len(), 228);
    let complete: Vec<String> = ran.complete.keys().map(ToString::to_string).collect();
    assert_eq!(complete, ["shelf project jira", "shelf board jira"], "an account could not be told apart");
    assert!(ran.complete[&shelf(RecordKind::Project, "jira")].contains("10009"));
    assert!(ran.complete[&shelf(RecordKind::Board, "jira")].contains("9"));
}

#[rstest]
#[case("project/search", json!({"values": [{"id": "x"}, {"id": "y"}], "isLast": true}))]
#[case("status", json!([{"id": 1}, {"id": 2}]))]
#[case("users/search", json!([{"accountId": 1}, {"accountId": 2}]))]
#[case("board/1/sprint", json!({"values": [{"id": "x"}, {"id": "y"}], "isLast": true}))]
#[case("search/jql", json!({"issues": [{"id": "x"}, {"id": "y"}], "isLast": true}))]
#[case("changelog", json!({"issueChangeLogs": [{"issueId": "x"}, {"issueId": "y"}]}))]
#[case("changelog", json!({"issueChangeLogs": [{"issueId": "1", "changeHistories": [{"id": 1}, {"id": 2}]}]}))]
#[tokio::test]
async fn an_answer_without_one_readable_record_is_not_believed(#[case] line: &'static str, #[case] answer: Value) {
    let (ran, _) = one_fault(line, 1, ResponseTemplate::new(200).set_body_json(answer)).await;
    let failure = ran.expect_err("fails");
    assert!(matches!(&failure, Failure::Unavailable(reason) if reason.contains("unexpected shape")), "{failure}");
}

#[tokio::test]
async fn a_probe_says_what_is_wrong() {
    let (server, fake) = Fake::start(world()).await;
    let mut connection = with_token(&server);
    connection.credentials = Credentials::Basic { email: "ada@example.com".into(), token: "s3cret-other".into() };
    let failure = jira().probe(&connection, at(0)).await.expect_err("fails");
    let expected = "unauthorized: the credential was refused: Client must be authenticated to access this resource.";
    assert_eq!(failure.to_string(), expected);
    fake.world().faults.push(Fault { line: "myself", times: 1, answer: said(404) });
    let failure = jira().probe(&with_token(&server), at(0)).await.expect_err("fails");
    assert!(failure.to_string().starts_with("invalid: there is no Jira site to be found: not found"), "{failure}");
    connection.base_url = None;
    let failure = jira().probe(&connection, at(0)).await.expect_err("fails");
    assert!(failure.to_string().contains("base_url"), "{failure}");
}
