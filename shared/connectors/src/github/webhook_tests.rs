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
        sources.extend(body["installation"]["id"].as_u64().map(|id| format!("installation:{id}")));
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

#[test]
fn a_merge_is_told_by_the_closing_of_a_merged_pull_request_alone() {
    let body = |action: &str, state: &str, merged: bool| {
        let (mut rest, _) = both_shapes("ada", "User", state, false);
        rest["merged"] = merged.into();
        json!({"action": action, "pull_request": rest, "repository": {"id": 1, "full_name": "acme/engine"}})
    };
    let merged = brought("pull_request", &body("closed", "merged", true)).merged.expect("a merge");
    assert_eq!((merged.pull_request.repository.id, merged.pull_request.number), (1, 7));
    assert_eq!(
        (merged.repository.as_str(), merged.merged_at.to_string()),
        ("acme/engine", "2026-03-02T10:00:00Z".into())
    );
    for (action, state, flag) in [
        ("closed", "closed", false),
        ("closed", "merged", false),
        ("edited", "merged", true),
        ("labeled", "merged", true),
        ("reopened", "open", false),
    ] {
        assert_eq!(brought("pull_request", &body(action, state, flag)).merged, None, "{action} {state}");
    }
    let review = json!({"action": "submitted", "review": {"id": 3, "user": null, "state": "approved", "submitted_at": "2026-03-02T10:00:00Z"},
        "pull_request": {"number": 7, "merged_at": "2026-03-02T10:00:00Z"}, "repository": {"id": 1, "full_name": "acme/engine"}});
    assert_eq!(brought("pull_request_review", &review).merged, None);
    // What an older version queued has no such field.
    let facts = brought("pull_request", &body("closed", "merged", true));
    let mut older = serde_json::to_value(&facts).expect("serialises");
    older.as_object_mut().expect("an object").remove("merged").expect("it is there");
    let read: WebhookFacts = serde_json::from_value(older).expect("reads");
    assert_eq!(read, WebhookFacts { merged: None, ..facts });
}

fn told_of_repositories(event: &str, body: &Value) -> (Vec<String>, Vec<(u64, bool, String)>) {
    let facts = brought(event, body);
    let repositories = facts.facts.into_iter().map(|fact| match fact {
        Fact::Repository(repository) => {
            assert_eq!(repository.gone_at.unwrap_or(repository.seen_at), repository.seen_at);
            (repository.key.id, repository.gone_at.is_some(), repository.seen_at.to_string())
        }
        other => panic!("{other:?}"),
    });
    (facts.sources, repositories.collect())
}

#[test]
fn the_apps_installations_tell_their_repositories() {
    let brief = |id: u64| json!({"id": id, "node_id": "R_x", "name": "one", "full_name": "acme/one", "private": true});
    let installation = |updated: Value| json!({"id": 5, "account": {"login": "acme", "id": 9919, "type": "Organization"}, "updated_at": updated});
    let created = json!({"action": "created", "installation": installation(json!("2026-09-01T10:00:00.000+02:00")), "repositories": [brief(1), brief(2)]});
    let at = "2026-09-01T08:00:00Z".to_owned();
    let sources = vec!["installation:5".to_owned()];
    let told = told_of_repositories("installation", &created);
    assert_eq!(told, (sources.clone(), vec![(1, false, at.clone()), (2, false, at)]));
    let removed = json!({"action": "removed", "installation": installation(json!(1_557_933_591)), "repositories_added": [], "repositories_removed": [brief(2)]});
    let told = told_of_repositories("installation_repositories", &removed);
    assert_eq!(told, (sources.clone(), vec![(2, true, "2019-05-15T15:19:51Z".into())]));
    let added = json!({"action": "added", "installation": installation(json!(null)), "repositories_added": [brief(3)], "repositories_removed": []});
    let told = told_of_repositories("installation_repositories", &added);
    assert_eq!(told, (sources, vec![(3, false, "1970-01-01T00:00:00Z".into())]));
    let none = json!({"action": "added", "installation": installation(json!(null)), "repositories_added": [], "repositories_removed": []});
    assert_eq!(parse("installation_repositories", "d", none.to_string().as_bytes()), Ok(Delivery::Ignored));
    for action in ["deleted", "suspend", "unsuspend", "from_the_future"] {
        let mut body = created.clone();
        body["action"] = action.into();
        assert_eq!(parse("installation", "d", body.to_string().as_bytes()), Ok(Delivery::Ignored), "{action}");
    }
    let odd = br#"{"action": "added", "installation": {"id": "x"}}"#;
    assert!(matches!(parse("installation_repositories", "d", odd), Err(WebhookError::Malformed(_))));
}

#[test]
fn what_the_app_hears_comes_from_its_installation_too() {
    let (rest, _) = both_shapes("ada", "User", "open", false);
    let body = json!({"action": "edited", "pull_request": rest, "repository": {"id": 1, "full_name": "acme/engine"},
        "organization": {"id": 9919}, "installation": {"id": 5, "node_id": "x"}});
    assert_eq!(brought("pull_request", &body).sources, ["repository:1", "org:9919", "installation:5"]);
}
