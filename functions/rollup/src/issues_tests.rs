//! From saved issues to rows, over a real table.

use crate::{Position, Rebuild, Rebuilt, rebuild, recompute_issues};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use plumbline_domain::{
    Fact, Issue, IssueChange, IssueChangeKind, Listing, Provider, Record, RecordKind, Shelf, StatusCategory, SyncJob,
    TeamId, VendorId,
};
use plumbline_metrics::issue_row;
use plumbline_store::{
    Saved,
    testing::{TestStore, memory_store},
};
use std::collections::BTreeMap;

use StatusCategory::{Done, InProgress, ToDo};

fn team() -> TeamId {
    "demo".parse().unwrap()
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + hour * 3600).unwrap()
}

fn jira(id: u64) -> VendorId {
    VendorId::new(Provider::Jira, id)
}

/// Seen at an hour, with these moves.
fn issue(project: u64, id: u64, seen: i64, moves: &[(i64, StatusCategory, StatusCategory)]) -> Issue {
    Issue {
        seen_at: at(seen),
        gone_at: None,
        id: jira(id),
        project: jira(project),
        key: format!("RAIL-{id}"),
        title: "Add a switch".into(),
        issue_type: "Story".into(),
        status: "Status".into(),
        category: moves.last().map_or(ToDo, |(_, _, to)| *to),
        assignee: None,
        reporter: None,
        points: None,
        sprints: vec![],
        created_at: at(0),
        updated_at: at(seen),
        resolved_at: None,
        history: moves
            .iter()
            .map(|(hour, from, to)| IssueChange {
                at: at(*hour),
                id: u64::try_from(*hour).unwrap(),
                what: IssueChangeKind::Status { from: *from, to: *to },
            })
            .collect(),
    }
}

fn fact(issue: Issue) -> Fact {
    Fact::Record(Record::Issue(Box::new(issue)))
}

/// What the connector does with a page.
async fn page(store: &TestStore, issues: Vec<Issue>) -> Saved {
    let saved = store.save_facts(&team(), issues.into_iter().map(fact).collect()).await.unwrap();
    recompute_issues(store, &team(), &saved.issues).await.unwrap();
    saved
}

type Rows = BTreeMap<(String, String), (Vec<u8>, String)>;

async fn rows(store: &TestStore) -> Rows {
    let mut pages = store.client.scan().table_name(&store.tables.rollups).into_paginator().items().send();
    let mut rows = Rows::new();
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        let text = |name: &str| item[name].as_s().unwrap().clone();
        let content = item["d"].as_b().unwrap().clone().into_inner();
        rows.insert((text("pk"), text("sk")), (content, item["r"].as_n().unwrap().clone()));
    }
    rows
}

async fn remove(store: &TestStore, pk: &str, sk: &str) {
    let delete = store.client.delete_item().table_name(&store.tables.rollups);
    let delete = delete.key("pk", AttributeValue::S(pk.into())).key("sk", AttributeValue::S(sk.into()));
    delete.send().await.unwrap();
}

#[tokio::test]
async fn a_page_leaves_its_rows_and_the_same_page_again_writes_nothing() {
    let store = memory_store().await;
    let issues = || vec![issue(1, 7, 9, &[(1, ToDo, InProgress), (3, InProgress, Done)]), issue(1, 8, 9, &[])];
    assert_eq!(page(&store, issues()).await.written, 2);
    let loaded = store.load_issue_rows(&team(), &[jira(1)]).await.unwrap().rows;
    assert_eq!(loaded, issues().iter().map(issue_row).collect::<Vec<_>>());
    let before = rows(&store).await;
    // A table that takes no write would say so.
    let stored = store.save_facts(&team(), issues().into_iter().map(fact).collect()).await.unwrap();
    assert_eq!((stored.written, stored.issues.len()), (0, 2));
    assert!(store.missing_issue_rows(&team(), &stored.issues).await.unwrap().is_empty());
    recompute_issues(&store, &team(), &stored.issues).await.unwrap();
    assert_eq!(rows(&store).await, before);
}

#[tokio::test]
async fn a_crash_between_facts_and_rows_is_made_good_by_the_same_page() {
    let store = memory_store().await;
    let issues = || vec![issue(1, 7, 9, &[]), issue(1, 8, 9, &[])];
    store.save_facts(&team(), issues().into_iter().map(fact).collect()).await.unwrap();
    assert!(rows(&store).await.is_empty());
    assert_eq!(page(&store, issues()).await.written, 0);
    assert_eq!(rows(&store).await.len(), 2);
}

#[tokio::test]
async fn a_reopened_issue_is_not_done_any_more() {
    let store = memory_store().await;
    let done_at = async || store.load_issue_rows(&team(), &[jira(1)]).await.unwrap().rows[0].done_at();
    let moves = [(1, ToDo, InProgress), (3, InProgress, Done), (5, Done, InProgress), (8, InProgress, Done)];
    page(&store, vec![issue(1, 7, 4, &moves[..2])]).await;
    assert_eq!(done_at().await, Some(at(3)));
    page(&store, vec![issue(1, 7, 6, &moves[..3])]).await;
    assert_eq!(done_at().await, None);
    page(&store, vec![issue(1, 7, 4, &moves[..2])]).await;
    assert_eq!(done_at().await, None, "an older telling");
    page(&store, vec![issue(1, 7, 9, &moves)]).await;
    assert_eq!(done_at().await, Some(at(8)));
}

#[tokio::test]
async fn an_issue_that_is_gone_has_no_row_until_it_is_seen_again() {
    let store = memory_store().await;
    let shelf = Listing::Shelf(Shelf::new(RecordKind::Issue, "jira:1"));
    let job = SyncJob { team_id: team(), provider: Provider::Jira, run_id: "r1".parse().unwrap(), sequence: 0 };
    let ids = async || {
        let rows = store.load_issue_rows(&team(), &[jira(1)]).await.unwrap().rows;
        rows.into_iter().map(|row| row.id.id).collect::<Vec<_>>()
    };
    page(&store, vec![issue(1, 7, 9, &[]), issue(1, 8, 9, &[]), issue(2, 9, 9, &[])]).await;
    let present = ["000000000008".to_owned()];
    let swept = store.sweep(&job, &shelf, &present, at(10)).await.unwrap();
    assert_eq!((swept.marked, swept.kept.len(), ids().await), (1, 0, vec!["8".to_owned()]));
    assert_eq!(store.sweep(&job, &shelf, &present, at(11)).await.unwrap().marked, 0);

    // Told to be gone by a page.
    let mut told = issue(1, 8, 12, &[]);
    told.gone_at = Some(at(12));
    page(&store, vec![told.clone()]).await;
    assert!(ids().await.is_empty());
    assert_eq!(page(&store, vec![told]).await.written, 0);

    page(&store, vec![issue(1, 7, 13, &[])]).await;
    assert_eq!(ids().await, ["7"]);
}

#[tokio::test]
async fn a_mark_that_did_not_come_to_pass_is_made_by_the_next_sweep_without_its_row() {
    let store = memory_store().await;
    page(&store, vec![issue(1, 7, 9, &[])]).await;
    // A crash right behind the row's removal.
    store.delete_issue_row(&team(), &jira(1), &jira(7), u64::MAX).await.unwrap();
    let job = SyncJob { team_id: team(), provider: Provider::Jira, run_id: "r1".parse().unwrap(), sequence: 0 };
    let shelf = Listing::Shelf(Shelf::new(RecordKind::Issue, "jira:1"));
    assert_eq!(store.sweep(&job, &shelf, &[], at(10)).await.unwrap().marked, 1);
    assert!(rows(&store).await.is_empty());
}

#[tokio::test]
async fn all_rows_come_back_from_the_facts_byte_for_byte() {
    let store = memory_store().await;
    for seen in [5, 9] {
        let issues = (1..=230).map(|id| {
            let moves = [(1, ToDo, InProgress), (3, InProgress, Done), (5 + seen, Done, ToDo)];
            issue(if id > 210 { 2 } else { 1 }, id, seen, &moves[..usize::try_from(id % 4).unwrap()])
        });
        page(&store, issues.collect()).await;
    }
    let mut gone = issue(2, 215, 20, &[]);
    gone.gone_at = Some(at(20));
    page(&store, vec![gone]).await;
    let before = rows(&store).await;
    assert_eq!(before.len(), 229);
    for (pk, sk) in before.keys() {
        remove(&store, pk, sk).await;
    }
    let (mut asked, mut calls, mut issues) = (Rebuild { team_id: team(), next: None }, 0, 0);
    loop {
        let rebuilt = rebuild(&store.store, &asked, || false).await.unwrap();
        (calls, issues) = (calls + 1, issues + rebuilt.issues);
        let Some(next) = rebuilt.next else { break };
        // As it goes through the caller's hands.
        asked = serde_json::from_str(&serde_json::to_string(&Rebuild { team_id: team(), next: Some(next) }).unwrap())
            .unwrap();
    }
    assert_eq!((calls, issues), (4, 230));
    assert_eq!(rows(&store).await, before);
    let once = rebuild(&store.store, &Rebuild { team_id: team(), next: None }, || true).await.unwrap();
    assert_eq!(once, Rebuilt { pull_requests: 0, issues: 230, next: None });
    assert_eq!(rows(&store).await, before);

    // A row of what is gone, left over from somewhere.
    let mut left_over = issue(2, 215, 9, &[]);
    left_over.gone_at = None;
    store.save_issue_row(&team(), &issue_row(&left_over), 1).await.unwrap();
    let position = Position::Issues { project: "jira:2".into(), after: None };
    let rest = rebuild(&store.store, &Rebuild { team_id: team(), next: Some(position) }, || true).await.unwrap();
    assert_eq!(rest.issues, 20);
    assert_eq!(rows(&store).await, before);
}
