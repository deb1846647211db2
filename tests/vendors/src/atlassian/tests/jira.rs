//! Jira's answers.

use super::{Asker, header, now};
use crate::{
    atlassian::{BoardKind, STATUSES, truth},
    faults::{Fault, Kind},
    service::Budget,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_search_ends_and_shows_what_was_asked_for() {
    let asker = Asker::new().await;
    let ids = asker.search(json!({"jql": "project IN (TICK, APP)", "maxResults": 5000})).await;
    let expected = asker.server.state(|state| {
        let keys = ["TICK", "APP"];
        state.issues.values().filter(|issue| keys.contains(&state.projects[&issue.project].key)).count()
    });
    assert_eq!(ids.len(), expected);
    assert_eq!(ids[0].as_object().unwrap().len(), 1, "without fields there is the id alone");
    let unique: BTreeSet<&str> = ids.iter().map(|issue| issue["id"].as_str().unwrap()).collect();
    assert_eq!(unique.len(), expected);
    let fields = json!(["summary", "status", "updated", "customfield_10118", "customfield_10217", "customfield_10104"]);
    let jql = "project IN (TICK, APP) AND updated >= -43200m ORDER BY updated DESC";
    let shown = asker.search(json!({"jql": jql, "fields": fields, "maxResults": 1000})).await;
    assert!(shown.len() > 40 && shown.len() < expected);
    let updated: Vec<&str> = shown.iter().map(|issue| issue["fields"]["updated"].as_str().unwrap()).collect();
    assert!(updated.is_sorted_by(|one, other| one >= other), "{updated:?}");
    assert!(updated[0].ends_with("+0000"));
    assert!(shown.iter().any(|issue| issue["fields"]["customfield_10217"].is_number()));
    assert!(shown.iter().any(|issue| issue["fields"]["customfield_10118"].is_number()));
    assert!(shown.iter().any(|issue| issue["fields"]["status"]["statusCategory"]["key"] == "indeterminate"));
    let sprint = shown.iter().find_map(|issue| issue["fields"]["customfield_10104"].as_array()).unwrap();
    assert!(sprint[0]["boardId"].is_number() && sprint[0]["state"].is_string());
    let get = asker.json("/rest/api/3/search/jql?jql=key%3DTICK-1&fields=summary,key&expand=names").await;
    assert_eq!((&get["issues"][0]["key"], &get["names"]["status"]), (&json!("TICK-1"), &json!("Status")));
}

#[tokio::test]
async fn absolute_times_are_read_in_the_askers_zone() {
    let asker = Asker::new().await;
    asker.server.state(|state| {
        let key = state.add_issue("OPS", "Just now");
        assert_eq!(state.issue(&key).updated_at, now());
    });
    let asked = || json!({"jql": "project = OPS AND updated >= \"2026-11-22 19:00\""});
    assert!(asker.search(asked()).await.is_empty());
    asker.server.settings(|settings| settings.knobs.time_zone = "Europe/Berlin".into());
    assert_eq!(asker.search(asked()).await.len(), 1);
    assert_eq!(asker.json("/rest/api/3/myself").await["timeZone"], "Europe/Berlin");
}

#[tokio::test]
async fn unbounded_unknown_and_removed_searches_are_refused() {
    let asker = Asker::new().await;
    let words = async |jql: &str| {
        let response = asker.post("/rest/api/3/search/jql", json!({"jql": jql})).await;
        assert_eq!(response.status(), 400, "{jql}");
        response.json::<Value>().await.unwrap()["errorMessages"][0].as_str().unwrap().to_owned()
    };
    assert!(words("ORDER BY updated").await.starts_with("Unbounded JQL"));
    assert!(words("").await.starts_with("Unbounded JQL"));
    assert!(words("project = NOPE").await.contains("does not exist for the field 'project'"));
    assert!(words("updated >= soon").await.starts_with("Date value"));
    assert!(words("project IN (TICK").await.contains("breaks off"));
    let gone = asker.get("/rest/api/3/search?jql=project=TICK").await;
    assert_eq!(gone.status(), 410);
    assert!(gone.text().await.unwrap().contains("CHANGE-2046"));
    let token = asker.post("/rest/api/3/search/jql", json!({"jql": "project = TICK", "nextPageToken": "xx"})).await;
    assert_eq!(token.status(), 400);
    let stranger = asker.client.get(asker.url("/rest/api/3/myself")).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn changes_come_in_bulk_with_texts_or_numbers_for_times() {
    let asker = Asker::new().await;
    let ids = asker.search(json!({"jql": "project = PAY", "maxResults": 300})).await;
    let ids: Vec<&str> = ids.iter().take(300).map(|issue| issue["id"].as_str().unwrap()).collect();
    let mut body = json!({"issueIdsOrKeys": ids, "fieldIds": ["status"], "maxResults": 200});
    let mut found: Vec<(String, u64)> = Vec::new();
    loop {
        let page: Value = asker.post("/rest/api/3/changelog/bulkfetch", body.clone()).await.json().await.unwrap();
        for log in page["issueChangeLogs"].as_array().unwrap() {
            for change in log["changeHistories"].as_array().unwrap() {
                assert!(change["created"].as_str().unwrap().ends_with("+0000"));
                assert!(change["items"].as_array().unwrap().iter().all(|item| item["fieldId"] == "status"));
                found.push((
                    log["issueId"].as_str().unwrap().to_owned(),
                    change["id"].as_str().unwrap().parse().unwrap(),
                ));
            }
        }
        let Some(next) = page.get("nextPageToken") else { break };
        body["nextPageToken"] = next.clone();
    }
    let expected = asker.server.state(|state| {
        let histories = ids.iter().flat_map(|id| &state.issues[&id.parse::<u64>().unwrap()].history);
        histories.filter(|history| history.items.iter().any(|item| item.field_id == "status")).count()
    });
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), expected);
    asker.server.settings(|settings| settings.knobs.changelog_epoch_ms = true);
    let page: Value = asker.post("/rest/api/3/changelog/bulkfetch", body).await.json().await.unwrap();
    let created = page["issueChangeLogs"][0]["changeHistories"][0]["created"].as_i64().unwrap();
    assert!(created > 1_700_000_000_000);
    let too_many: Vec<String> = (0..1_001).map(|n| n.to_string()).collect();
    let refused = asker.post("/rest/api/3/changelog/bulkfetch", json!({"issueIdsOrKeys": too_many})).await;
    assert_eq!(refused.status(), 400);
    let one = asker.json("/rest/api/3/issue/PAY-1/changelog").await;
    assert!(one["isLast"].is_boolean() && one["total"].as_u64() > Some(0));
}

#[tokio::test]
async fn users_are_a_bare_list_of_people_apps_and_customers() {
    let asker = Asker::new().await;
    let mut users: Vec<Value> = Vec::new();
    loop {
        let path = format!("/rest/api/3/users/search?startAt={}&maxResults=60", users.len());
        let page = asker.json(&path).await;
        let page = page.as_array().unwrap();
        if page.is_empty() {
            break;
        }
        users.extend(page.iter().cloned());
    }
    assert_eq!(users.len(), asker.server.state(|state| state.accounts.len()));
    let count = |test: &dyn Fn(&Value) -> bool| users.iter().filter(|user| test(user)).count();
    assert_eq!(count(&|user| user["accountType"] == "app"), 5);
    assert_eq!(count(&|user| user["accountType"] == "customer"), 14);
    assert!(count(&|user| user.get("emailAddress").is_some()) < 15);
    assert!(count(&|user| user["active"] == false) >= 1);
}

#[tokio::test]
async fn fields_statuses_projects_and_boards_are_the_sites_own() {
    let asker = Asker::new().await;
    let fields = asker.json("/rest/api/3/field").await;
    let points = fields.as_array().unwrap().iter().find(|field| field["name"] == "Story Points").unwrap();
    assert_eq!((&points["id"], &points["schema"]["customId"]), (&json!("customfield_10118"), &json!(10_118)));
    let statuses = asker.json("/rest/api/3/status").await;
    assert_eq!(statuses.as_array().unwrap().len(), STATUSES.len());
    let keys: BTreeSet<&str> =
        statuses.as_array().unwrap().iter().map(|s| s["statusCategory"]["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["done", "indeterminate", "new"].into());
    let projects = asker.json("/rest/api/3/project/search?maxResults=2").await;
    assert_eq!((&projects["total"], &projects["isLast"]), (&json!(5), &json!(false)));
    let boards = asker.json("/rest/agile/1.0/board").await;
    assert_eq!(boards["total"], 5);
    let kanban = boards["values"].as_array().unwrap().iter().find(|board| board["type"] == "kanban").unwrap();
    let refused = asker.get(&format!("/rest/agile/1.0/board/{}/sprint", kanban["id"])).await;
    assert_eq!(refused.status(), 400);
    let scrum = asker.server.state(|state| state.boards.values().find(|b| b.kind == BoardKind::Scrum).unwrap().id);
    let future = asker.json(&format!("/rest/agile/1.0/board/{scrum}/sprint?state=future")).await;
    assert_eq!((future["values"].as_array().unwrap().len(), future["values"][0].get("startDate")), (2, None));
    let closed = asker.json(&format!("/rest/agile/1.0/board/{scrum}/sprint?state=closed&maxResults=5")).await;
    assert!(closed["total"].as_u64() > Some(35) && closed["values"][0]["completeDate"].is_string());
    let board = asker.json(&format!("/rest/agile/1.0/board/{scrum}/configuration")).await;
    assert_eq!(board["estimation"]["field"]["fieldId"], "customfield_10118");
}

#[tokio::test]
async fn bursts_and_faults_are_told_as_jira_tells_them() {
    let asker = Asker::new().await;
    asker.server.settings(|settings| {
        settings.limits.insert("jira-burst".into(), Budget::of(2, 1));
    });
    for _ in 0..2 {
        assert_eq!(asker.get("/rest/api/3/myself").await.status(), 200);
    }
    let refused = asker.get("/rest/api/3/myself").await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "ratelimit-reason"), header(&refused, "retry-after")),
        (429, "jira-burst-based", "1")
    );
    assert_eq!(asker.get("/rest/api/3/field").await.status(), 200, "another endpoint has its own");
    asker.server.state(|state| state.clock.advance(1));
    assert_eq!(asker.get("/rest/api/3/myself").await.status(), 200);
    asker.server.fault(Fault::once(Kind::Unavailable).on_path("/status").retry_after(3));
    let down = asker.get("/rest/api/3/status").await;
    assert_eq!((down.status().as_u16(), header(&down, "retry-after")), (503, "3"));
    let truth = asker.json("/_control/truth").await;
    let from = now() - jiff::SignedDuration::from_hours(24 * 90);
    let expected = asker.server.state(|state| truth::flow(state, from, now() + jiff::SignedDuration::from_secs(1)));
    assert_eq!(truth["flow"]["throughput"], expected.throughput);
}
