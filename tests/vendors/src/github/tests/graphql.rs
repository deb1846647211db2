//! GraphQL against the published schema.

use super::{Asker, story};
use crate::{
    demo,
    faults::{Fault, Kind},
    github::Budget,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PAGE: &str = "
query Page($owner: String!, $name: String!, $first: Int!, $after: String) {
  rateLimit { cost limit remaining used resetAt nodeCount }
  repository(owner: $owner, name: $name) {
    databaseId nameWithOwner isArchived isEmpty
    defaultBranchRef { name target { oid ... on Commit { history(first: 1) { totalCount } } } }
    pullRequests(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id fullDatabaseId number title body isDraft state createdAt updatedAt mergedAt closedAt
        additions deletions changedFiles baseRefName headRefName reviewDecision
        author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
        reviews(first: 30) { totalCount pageInfo { hasNextPage endCursor }
          nodes { fullDatabaseId state submittedAt updatedAt author { __typename login ... on User { databaseId } } } }
        commits(first: 30) { totalCount pageInfo { hasNextPage endCursor }
          nodes { commit { oid authoredDate committedDate author { name email user { login databaseId } } } } }
        timelineItems(first: 20, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {
          nodes { __typename ... on ReadyForReviewEvent { createdAt } ... on ConvertToDraftEvent { createdAt } } }
      }
    }
  }
}";

#[tokio::test]
async fn a_page_brings_pull_requests_with_all_that_lies_below() {
    let mut state = story();
    state.open_pull_request("acme/board", "dependabot[bot]");
    state.delete_user("ben");
    let asker = Asker::of(state).await;
    let answer = asker.graphql(PAGE, json!({"owner": "acme", "name": "board", "first": 10})).await;
    assert_eq!(answer.get("errors"), None);
    assert_eq!(answer["data"]["rateLimit"]["remaining"], 4_999);
    let pulls = &answer["data"]["repository"]["pullRequests"];
    assert_eq!((&pulls["totalCount"], &pulls["pageInfo"]["hasNextPage"]), (&json!(2), &json!(false)));
    // A bot goes without the suffix that REST gives it.
    assert_eq!(pulls["nodes"][0]["author"]["login"], "dependabot");
    let merged = &pulls["nodes"][1];
    assert_eq!((&merged["number"], &merged["state"], &merged["isDraft"]), (&json!(1), &json!("MERGED"), &json!(false)));
    assert_eq!(merged["reviews"]["nodes"][1]["state"], "APPROVED");
    assert_eq!(merged["reviews"]["nodes"][1]["author"], Value::Null);
    assert_eq!(merged["commits"]["totalCount"], 2);
    assert_eq!(merged["commits"]["nodes"][0]["commit"]["authoredDate"], "2026-11-02T07:00:00Z");
    assert_eq!(merged["timelineItems"]["nodes"][0]["createdAt"], "2026-11-02T09:00:00Z");
}

#[tokio::test]
async fn cursors_lead_through_everything_once_and_cost_what_github_says() {
    let asker = Asker::of(demo::plain(1, 120, 2, 3, 4, super::start())).await;
    let mut after = Value::Null;
    let mut numbers = BTreeSet::new();
    for _ in 0..3 {
        let answer =
            asker.graphql(PAGE, json!({"owner": "plain", "name": "repository1", "first": 50, "after": after})).await;
        let pulls = &answer["data"]["repository"]["pullRequests"];
        numbers.extend(pulls["nodes"].as_array().unwrap().iter().map(|pull| pull["number"].as_u64().unwrap()));
        after = pulls["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(numbers.len(), 120);
    // Each page: itself, the history, and three lists for each of 50, which is 152 requests and so 2 points.
    assert_eq!((asker.server.calls().cost, asker.server.calls().of("graphql")), (6, 3));
}

#[tokio::test]
async fn a_list_within_goes_on_from_its_cursor() {
    let mut state = story();
    for _ in 0..5 {
        state.push_commit("acme/board", 1);
    }
    let asker = Asker::of(state).await;
    let first = asker
        .graphql("{repository(owner:\"acme\",name:\"board\"){pullRequest(number:1){id commits(first:3){pageInfo{endCursor}nodes{commit{oid}}}}}}", json!({}))
        .await;
    let pull = &first["data"]["repository"]["pullRequest"];
    let query = "query($id: ID!, $after: String) { node(id: $id) { ... on PullRequest { commits(first: 100, after: $after) { pageInfo { hasNextPage } nodes { commit { oid } } } } } }";
    let rest = asker.graphql(query, json!({"id": pull["id"], "after": pull["commits"]["pageInfo"]["endCursor"]})).await;
    let rest = &rest["data"]["node"]["commits"];
    assert_eq!((rest["nodes"].as_array().unwrap().len(), &rest["pageInfo"]["hasNextPage"]), (4, &json!(false)));
}

#[tokio::test]
async fn refusals_come_as_github_writes_them() {
    let asker = Asker::of(story()).await;
    let unknown = asker
        .graphql(
            "{repository(owner:\"acme\",name:\"none\"){id} board:repository(owner:\"acme\",name:\"board\"){name}}",
            json!({}),
        )
        .await;
    assert_eq!(
        (&unknown["errors"][0]["type"], &unknown["errors"][0]["path"]),
        (&json!("NOT_FOUND"), &json!(["repository"]))
    );
    assert_eq!((&unknown["data"]["repository"], &unknown["data"]["board"]["name"]), (&Value::Null, &json!("board")));
    let invalid = asker.graphql("{repository(owner:\"acme\",name:\"board\"){noSuchField}}", json!({})).await;
    assert!(invalid.get("data").is_none() && invalid["errors"][0]["message"].is_string());
    let much = asker.graphql("{organization(login:\"acme\"){repositories(first:101){totalCount}}}", json!({})).await;
    assert_eq!(much["errors"][0]["type"], "EXCESSIVE_PAGINATION");
    asker.server.fault(Fault::once(Kind::GraphqlRateLimited));
    let limited = asker.graphql("{viewer{login}}", json!({})).await;
    assert_eq!(limited["errors"][0]["type"], "RATE_LIMITED");
    asker.server.settings(|settings| settings.graphql = Budget { limit: 4, reset_after: 60 });
    let exhausted = asker.graphql("{viewer{login}}", json!({})).await;
    assert_eq!((&exhausted["errors"][0]["type"], asker.server.calls().violations), (&json!("RATE_LIMITED"), 1));
}

#[tokio::test]
async fn fifty_repositories_can_be_asked_at_once_for_one_point() {
    let asker = Asker::of(demo::plain(50, 100, 1, 1, 1, super::start())).await;
    let part = |n: u32| format!("r{n}: repository(owner: \"plain\", name: \"repository{n}\") {{ ...Changed }}");
    let parts = (1..=50).map(part).collect::<Vec<_>>().join(" ");
    let query = format!(
        "query {{ {parts} rateLimit {{ cost }} }} fragment Changed on Repository {{ databaseId pullRequests(first: 1, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{ nodes {{ updatedAt }} }} }}"
    );
    let answer = asker.graphql(&query, json!({})).await;
    assert_eq!((answer.get("errors"), &answer["data"]["rateLimit"]["cost"]), (None, &json!(1)));
    assert!(answer["data"]["r50"]["pullRequests"]["nodes"][0]["updatedAt"].is_string());
}

#[tokio::test]
async fn members_and_teams_can_be_read() {
    let asker = Asker::of(story()).await;
    let query = "{organization(login:\"ACME\"){databaseId membersWithRole(first:10){edges{role node{login name}}} teams(first:10){nodes{slug parentTeam{slug} members(first:10){edges{role node{login}}}}} repositories(first:10){nodes{nameWithOwner}}}}";
    let answer = asker.graphql(query, json!({})).await;
    assert_eq!(answer.get("errors"), None);
    let organization = &answer["data"]["organization"];
    assert_eq!(organization["membersWithRole"]["edges"].as_array().unwrap().len(), 2);
    assert_eq!(organization["teams"]["nodes"][1]["parentTeam"]["slug"], "rail");
    assert_eq!(organization["teams"]["nodes"][0]["members"]["edges"].as_array().unwrap().len(), 2);
}
