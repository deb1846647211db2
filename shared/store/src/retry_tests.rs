use super::*;
use crate::{SavedPullRequest, Store, Tables, keys, sample};
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
};
use plumbline_domain::{BranchCommit, Fact};
use proptest::prelude::*;
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any as any_request};

proptest! {
    #[test]
    fn a_pause_is_between_half_and_all_of_its_round_and_never_longer_than_a_second(round in 0..40u32, chance in any::<u64>()) {
        let whole = FIRST.saturating_mul(2_u32.saturating_pow(round)).min(LONGEST);
        let pause = pause(round, chance);
        prop_assert!(pause >= whole / 2 && pause <= whole, "{pause:?} of {whole:?}");
    }
}

#[test]
fn the_codes_of_a_busy_database_are_known() {
    for code in [
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "ThrottlingError",
    ] {
        assert!(is_throttling_code(code), "{code}");
    }
    assert!(!is_throttling_code("ConditionalCheckFailed"));
}

/// A database that gives these answers, one after the other, and the store before it, without the SDK's own retries.
async fn scripted(answers: &[(u16, serde_json::Value)]) -> (MockServer, Store) {
    let server = MockServer::start().await;
    for (status, body) in answers {
        Mock::given(any_request())
            .respond_with(ResponseTemplate::new(*status).set_body_json(body))
            .up_to_n_times(1)
            .mount(&server)
            .await;
    }
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(server.uri())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .retry_config(RetryConfig::disabled())
        .build();
    let name = |name: &str| name.to_owned();
    let tables = Tables {
        facts: name("facts"),
        rollups: name("rollups"),
        accounts: name("accounts"),
        state: name("state"),
        surveys: name("surveys"),
    };
    (server, Store::new(Client::from_conf(config), tables))
}

/// What was asked: the operation and the request's body.
async fn asked(server: &MockServer) -> Vec<(String, serde_json::Value)> {
    let requests = server.received_requests().await.expect("recorded");
    let target = |request: &wiremock::Request| request.headers["x-amz-target"].to_str().expect("text").to_owned();
    requests.iter().map(|request| (target(request), request.body_json().expect("JSON"))).collect()
}

fn throttled() -> (u16, serde_json::Value) {
    (400, json!({"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "too much"}))
}

fn row(number: u64) -> serde_json::Value {
    let key = keys::flow_row(&sample::team(), sample::key(number), sample::at(0));
    json!({"pk": {"S": key.pk}, "sk": {"S": key.sk}, "r": {"N": "1"}})
}

#[tokio::test]
async fn keys_that_were_not_processed_are_asked_for_again_and_only_they() {
    let left = json!({"rollups": {"Keys": [{"pk": row(2)["pk"], "sk": row(2)["sk"]}], "ConsistentRead": true}});
    let (server, store) = scripted(&[
        (200, json!({"Responses": {"rollups": [row(1)]}, "UnprocessedKeys": left})),
        (200, json!({"Responses": {"rollups": []}, "UnprocessedKeys": left})),
        throttled(),
        (200, json!({"Responses": {"rollups": [row(2)]}, "UnprocessedKeys": {}})),
    ])
    .await;
    let saved = |number| SavedPullRequest { key: sample::key(number), merged_at: sample::at(0), rev: 1 };
    let missing = store.missing_rows(&sample::team(), &[saved(1), saved(2), saved(3)]).await.expect("loads");
    assert_eq!(missing, [saved(3)]);
    let asked = asked(&server).await;
    let keys: Vec<usize> =
        asked.iter().map(|(_, body)| body["RequestItems"]["rollups"]["Keys"].as_array().expect("keys").len()).collect();
    assert_eq!(keys, [3, 1, 1, 1]);
}

#[tokio::test]
async fn items_that_were_not_written_are_written_again_and_only_they() {
    let commit =
        |sha: &str| Fact::BranchCommit(BranchCommit { repository: sample::repository(1), commit: sample::commit(sha) });
    let left = json!({"facts": [{"PutRequest": {"Item": {"pk": {"S": "p"}, "sk": {"S": "COMMIT#b"}}}}]});
    let (server, store) = scripted(&[
        (200, json!({"Items": [], "Count": 0})),
        (200, json!({"Responses": {"facts": []}, "UnprocessedKeys": {}})),
        (200, json!({"UnprocessedItems": left})),
        (200, json!({"UnprocessedItems": {}})),
    ])
    .await;
    let saved = store.save_facts(&sample::team(), vec![commit("a"), commit("b")]).await.expect("saved");
    assert_eq!(saved.written, 2);
    let asked = asked(&server).await;
    assert_eq!(asked[3].0, "DynamoDB_20120810.BatchWriteItem");
    assert_eq!(asked[3].1["RequestItems"], left);
}

#[tokio::test]
async fn a_database_that_stays_too_busy_is_given_up_after_a_few_rounds() {
    let (server, store) = scripted(&[throttled(), throttled(), throttled(), throttled()]).await;
    let error = store.load_team(&sample::team()).await.expect_err("refused");
    assert!(matches!(error, StoreError::Throttled), "{error}");
    assert_eq!(asked(&server).await.len(), 3);
}

#[tokio::test]
async fn a_transaction_in_the_way_of_another_is_made_again_and_a_failed_condition_is_not() {
    let cancelled = |code: &str| {
        let reasons = json!([{"Code": "None"}, {"Code": code, "Message": "why"}]);
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        (400, json!({"__type": kind, "Message": "cancelled", "CancellationReasons": reasons}))
    };
    let team = crate::Team {
        id: sample::team(),
        name: "Team".into(),
        time_zone: "UTC".into(),
        created_at: sample::at(0),
        bots: Vec::new(),
        email_domains: Vec::new(),
        join_domains: Vec::new(),
        join_by_github: false,
    };
    let answers = [cancelled("TransactionConflict"), cancelled("ThrottlingError"), (200, json!({}))];
    let (server, store) = scripted(&answers).await;
    assert!(store.create_team(&team).await.expect("created"));
    assert_eq!(asked(&server).await.len(), 3);

    let (server, store) = scripted(&[cancelled("ConditionalCheckFailed")]).await;
    assert!(!store.create_team(&team).await.expect("refused"));
    assert_eq!(asked(&server).await.len(), 1);

    let (_server, store) = scripted(&[cancelled("ValidationError")]).await;
    assert!(matches!(store.create_team(&team).await, Err(StoreError::Service(..))));
}
