//! The machinery itself, with the function that does nothing.

#![expect(clippy::expect_used, reason = "helpers of tests, too")]

use plumbline_bench::{
    Ended, Function, FunctionSpec,
    aws::{Aws, GITHUB, dynamo::HoldAt},
    events,
};
use plumbline_domain::TeamId;
use plumbline_store::Team;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, time::Duration};

const PATIENCE: Duration = Duration::from_secs(30);

async fn empty() -> Function {
    let binary = Path::new(env!("CARGO_BIN_EXE_empty-lambda"));
    let function = Function::spawn(&FunctionSpec::new("empty", binary, BTreeMap::new())).await.expect("it starts");
    function.ready(PATIENCE).await.expect("it asks for an event");
    function
}

#[tokio::test]
async fn a_function_answers_its_events_and_can_be_measured() {
    let function = empty().await;
    for _ in 0..3 {
        let invocation = function.invoke(&json!({"some": "event"}), PATIENCE).await.expect("an answer");
        assert_eq!(invocation.json::<Value>().expect("JSON"), json!({}));
        assert!(invocation.duration <= function.age());
    }
    let used = function.usage().expect("it runs");
    assert!(used.peak_rss_mb > 0.5 && used.cpu_ms > 0.0, "{used:?}");
}

#[tokio::test]
async fn a_killed_function_answers_nobody() {
    let function = empty().await;
    let status = function.kill().await;
    assert!(!status.success());
    let ended = function.invoke(&json!({}), PATIENCE).await.expect_err("it is gone");
    assert!(matches!(ended, Ended::Gone { .. }), "{ended}");
}

#[tokio::test]
async fn a_function_that_cannot_begin_is_told_apart_from_a_slow_one() {
    let spec = FunctionSpec::new("false", Path::new("/bin/false"), BTreeMap::new());
    let function = Function::spawn(&spec).await.expect("it starts");
    let ended = function.ready(PATIENCE).await.expect_err("it ends");
    assert!(matches!(ended, Ended::Gone { .. }), "{ended}");
}

fn team(id: &str) -> Team {
    Team {
        id: id.parse().expect("an id"),
        name: id.to_owned(),
        time_zone: "UTC".to_owned(),
        created_at: "2026-01-01T00:00:00Z".parse().expect("an instant"),
        email_domains: Vec::new(),
        join_domains: Vec::new(),
        join_by_github: false,
        bots: Vec::new(),
    }
}

#[tokio::test]
async fn calls_and_written_items_are_counted() {
    let aws = Aws::start().await.expect("it starts");
    let store = aws.counted_store();
    assert!(store.create_team(&team("one")).await.expect("saved"));
    assert!(!store.create_team(&team("one")).await.expect("refused"));
    let id: TeamId = "one".parse().expect("an id");
    assert!(store.load_team(&id).await.expect("loaded").is_some());
    let calls = aws.dynamo.calls();
    assert_eq!(calls.calls, 3);
    assert_eq!(calls.by_operation, BTreeMap::from([("TransactWriteItems".to_owned(), 2), ("GetItem".to_owned(), 1)]));
    assert_eq!(calls.writes, BTreeMap::from([("accounts".to_owned(), 2)]));
    aws.forget_calls();
    assert_eq!(aws.calls(), 0);
}

#[tokio::test]
async fn a_held_write_is_done_or_not_and_never_answered() {
    let aws = Aws::start().await.expect("it starts");
    let store = aws.counted_store();
    for (at, id, done) in [(HoldAt::Before, "before", false), (HoldAt::After, "after", true)] {
        let stored = team(id);
        tokio::select! {
            biased;
            () = aws.dynamo.hold(0, at) => {}
            answer = store.create_team(&stored) => panic!("answered {answer:?}"),
        }
        assert_eq!(aws.store.load_team(&stored.id).await.expect("loaded").is_some(), done);
        assert!(store.create_team(&team(&format!("{id}_next"))).await.expect("not held any more"));
    }
}

#[tokio::test]
async fn messages_are_kept_until_they_are_taken_the_first_visible_first() {
    let aws = Aws::start().await.expect("it starts");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    for (body, delay) in [("late", 1), ("early", 0)] {
        let message = json!({"QueueUrl": aws.services.queue_url(GITHUB), "MessageBody": body, "DelaySeconds": delay});
        let answer = client
            .post(aws.services.url())
            .header("x-amz-target", "AmazonSQS.SendMessage")
            .header("content-type", "application/x-amz-json-1.0")
            .body(message.to_string())
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success());
    }
    assert!(aws.services.receive("other", Duration::ZERO).await.is_none());
    let first = aws.services.receive(GITHUB, Duration::from_millis(20)).await.expect("a message");
    let second = aws.services.receive(GITHUB, Duration::from_millis(20)).await.expect("a message");
    assert_eq!((first.body.as_str(), second.body.as_str()), ("early", "late"));
    assert_eq!(aws.services.calls(), BTreeMap::from([("AmazonSQS.SendMessage".to_owned(), 2)]));
    let event = events::sqs(GITHUB, [first.body.as_str()]);
    assert_eq!(event.pointer("/Records/0/body"), Some(&json!("early")));
}
