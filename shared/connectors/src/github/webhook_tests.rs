use super::*;
use crate::github::{map, wire::GraphPullRequest};
use plumbline_domain::{ReviewState, State};
use rstest::rstest;
use serde_json::{Value, json};

fn examples(json: &str) -> Vec<Value> {
    serde_json::from_str(json).expect("JSON")
}

fn brought(event: &str, body: &Value) -> WebhookFacts {
    match parse(event, "d-1", body.to_string().as_bytes()) {
        Ok(Delivery::Facts(facts)) => facts,
        other => panic!("{other:?} of {}", body["action"]),
    }
}

fn document(facts: &WebhookFacts) -> PullRequest {
    match &facts.facts[0] {
        Fact::PullRequest(document) => (**document).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn githubs_own_examples_of_pull_requests() {
    for body in examples(include_str!("../../../../tests/fixtures/github/webhooks/pull_request.json")) {
        let action = body["action"].as_str().expect("an action").to_owned();
        let facts = brought("pull_request", &body);
        let repository = body["repository"]["id"].as_u64().expect("an id");
        let mut sources = vec![format!("repository:{repository}")];
        sources.extend(body["organization"]["id"].as_u64().map(|id| format!("org:{id}")));
        assert_eq!(facts.sources, sources);
        assert_eq!(facts.delivery, "d-1");
        let document = document(&facts);
        assert_eq!(document.key.repository.id, repository);
        let scalars = document.scalars.expect("the scalars");
        assert_eq!(Some(scalars.title.as_str()), body["pull_request"]["title"].as_str());
        assert!(document.reviews.is_empty() && document.commits.is_none(), "only what it knows");
        assert_eq!(document.draft_history.listed_at, None);
        let heard: Vec<_> = document.draft_history.heard.into_iter().collect();
        let kind = match action.as_str() {
            "ready_for_review" => vec![DraftEvent { at: scalars.updated_at, kind: DraftEventKind::Ready }],
            "converted_to_draft" => vec![DraftEvent { at: scalars.updated_at, kind: DraftEventKind::Draft }],
            _ => vec![],
        };
        assert_eq!(heard, kind, "{action}");
        if action == "closed" {
            assert_ne!(scalars.state, State::Open);
        }
    }
}

#[test]
fn githubs_own_examples_of_reviews() {
    for body in examples(include_str!("../../../../tests/fixtures/github/webhooks/pull_request_review.json")) {
        let facts = brought("pull_request_review", &body);
        let document = document(&facts);
        assert!(document.scalars.is_none(), "the pull request in it is not whole");
        let review = &document.reviews[&body["review"]["id"].as_u64().expect("an id")];
        let expected = if body["action"] == "dismissed" { ReviewState::Dismissed } else { ReviewState::Commented };
        assert_eq!(review.state, expected);
        assert_eq!(facts.facts.len(), 3, "the document, the repository and the reviewer");
        let name = facts.facts.iter().find_map(|fact| match fact {
            Fact::Repository(repository) => Some(repository.full_name.as_str()),
            _ => None,
        });
        assert_eq!(name, body["repository"]["full_name"].as_str());
    }
}

#[test]
fn pings_other_events_and_other_actions() {
    for body in examples(include_str!("../../../../tests/fixtures/github/webhooks/ping.json")) {
        assert_eq!(parse("ping", "d", body.to_string().as_bytes()), Ok(Delivery::Ping));
    }
    assert_eq!(parse("push", "d", b"{}"), Ok(Delivery::Ignored));
    assert_eq!(parse("pull_request", "d", br#"{"action": "from_the_future"}"#), Ok(Delivery::Ignored));
    assert_eq!(parse("pull_request_review", "d", br#"{"action": "from_the_future"}"#), Ok(Delivery::Ignored));
}

#[rstest]
#[case("pull_request", "")]
#[case("pull_request", "[]")]
#[case("pull_request", "{\"action\": \"opened\"}")]
#[case(
    "pull_request",
    "{\"action\": \"opened\", \"pull_request\": {\"id\": \"one\"}, \"repository\": {\"id\": 1, \"full_name\": \"acme/engine\"}}"
)]
#[case("pull_request_review", "{\"action\": \"submitted\", \"review\": 1}")]
#[case("pull_request", "{\"action\": \"opened\", \"pull_req")]
fn what_cannot_be_read_is_said_so(#[case] event: &str, #[case] body: &str) {
    assert!(matches!(parse(event, "d", body.as_bytes()), Err(WebhookError::Malformed(_))));
}

/// One pull request in both of GitHub's shapes.
fn both_shapes(login: &str, kind: &str, state: &str, draft: bool) -> (Value, Value) {
    let (merged, closed) = match state {
        "merged" => (json!("2026-03-02T10:00:00Z"), json!("2026-03-02T10:00:00Z")),
        "closed" => (Value::Null, json!("2026-03-02T10:00:00Z")),
        _ => (Value::Null, Value::Null),
    };
    let author = if login.is_empty() { Value::Null } else { json!({"login": login, "id": 17, "type": kind}) };
    let graph_author = if login.is_empty() {
        Value::Null
    } else {
        json!({"__typename": kind, "login": login.trim_end_matches("[bot]"), "databaseId": 17})
    };
    let rest = json!({
        "id": 5_000_000_001_u64, "number": 7, "title": "Revert \"Grow\"", "body": "Reverts acme/one#5", "user": author,
        "draft": draft, "state": if state == "merged" { "closed" } else { state },
        "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-02T10:00:05Z", "merged_at": merged, "closed_at": closed,
        "additions": 10, "deletions": 4, "changed_files": 3, "commits": 61,
        "base": {"ref": "main"}, "head": {"ref": "revert-5"},
    });
    let graph = json!({
        "number": 7, "databaseId": null, "fullDatabaseId": "5000000001", "title": "Revert \"Grow\"",
        "body": "Reverts acme/one#5", "author": graph_author, "isDraft": draft, "state": state.to_uppercase(),
        "createdAt": "2026-03-01T10:00:00Z", "updatedAt": "2026-03-02T10:00:05Z", "mergedAt": merged, "closedAt": closed,
        "additions": 10, "deletions": 4, "changedFiles": 3, "baseRefName": "main", "headRefName": "revert-5",
        "reviews": null, "timelineItems": {"nodes": []}, "commits": {"totalCount": 61, "nodes": []},
    });
    (rest, graph)
}

#[rstest]
#[case("ada", "User", "open", true)]
#[case("ada", "User", "closed", false)]
#[case("dependabot[bot]", "Bot", "merged", false)]
#[case("imported", "Mannequin", "open", false)]
#[case("acme", "Organization", "open", false)]
#[case("", "", "merged", false)]
fn a_webhook_and_a_sync_tell_the_same(
    #[case] login: &str,
    #[case] kind: &str,
    #[case] state: &str,
    #[case] draft: bool,
) {
    let (rest, graph) = both_shapes(login, kind, state, draft);
    let body = json!({"action": "edited", "pull_request": rest, "repository": {"id": 1, "full_name": "acme/engine"}});
    let heard = document(&brought("pull_request", &body)).scalars.expect("scalars");
    let mut synced: GraphPullRequest = serde_json::from_value(graph).expect("parses");
    assert_eq!(heard, map::graph_scalars(&mut synced).expect("scalars"));
    assert!(heard.reverts);
}

#[test]
fn a_review_by_a_deleted_account_with_its_version() {
    let body = |review: Value| {
        let review = json!({"action": "submitted", "review": review, "pull_request": {"number": 7}, "repository": {"id": 1, "full_name": "acme/engine"}});
        document(&brought("pull_request_review", &review)).reviews[&3].clone()
    };
    let submitted = "2026-03-02T10:00:00Z";
    let review = body(json!({"id": 3, "user": null, "state": "changes_requested", "submitted_at": submitted}));
    assert_eq!((review.author.clone(), review.state), (None, ReviewState::ChangesRequested));
    assert_eq!(review.updated_at, review.submitted_at);
    let updated = "2026-03-02T11:00:00Z";
    let review =
        body(json!({"id": 3, "user": null, "state": "approved", "submitted_at": submitted, "updated_at": updated}));
    assert_eq!(review.updated_at.to_string(), updated);
    let pending = json!({"action": "edited", "review": {"id": 3, "user": null, "state": "pending"}, "pull_request": {"number": 7}, "repository": {"id": 1, "full_name": "acme/engine"}});
    assert_eq!(parse("pull_request_review", "d", pending.to_string().as_bytes()), Ok(Delivery::Ignored));
}
