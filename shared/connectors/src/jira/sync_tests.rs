//! Runs against the fake.

#[path = "fake_tests.rs"]
mod fake;
#[path = "refusal_tests.rs"]
mod refusals;

use super::*;
use crate::{
    Apps, Credentials, Expiring, OAuthApp,
    rig::{self, Ran, assert_resumes_from_everywhere, at, sync, told},
};
use fake::{ESTIMATE, Fake, Fault, POINTS, SITE, Ticket, World, board, project, sprint, status_change, ticket, user};
use plumbline_domain::{Fact, Issue, IssueChangeKind, Listing, Points, Record, RecordKind, Shelf, StatusCategory};
use serde_json::{Value, json};
use std::sync::Arc;
use wiremock::{MockServer, ResponseTemplate};

const DAY: i64 = 1_440;

fn jira() -> Jira {
    Jira::new(LazyClient::default())
}

fn with_token(server: &MockServer) -> Connection {
    let credentials = Credentials::Basic { email: "ada@example.com".into(), token: "s3cret-token".into() };
    let mut connection = rig::connection(server, credentials);
    connection.settings.history_days = 180;
    connection
}

fn with_consent(server: &MockServer) -> Connection {
    let access = Expiring { token: "s3cret-access".into(), expires_at: None };
    let mut connection = rig::connection(server, Credentials::OAuth { access, refresh: None });
    let app = OAuthApp { client_id: "id".into(), client_secret: "s3cret".into(), origin: connection.base_url.take() };
    connection.apps = Arc::new(Apps { atlassian: Some(app), ..Apps::default() });
    connection.settings = Settings { site: Some(SITE.into()), history_days: 180, ..Settings::default() };
    connection
}

fn world() -> World {
    let mut gone = user("eve");
    gone["active"] = false.into();
    let mut shown = user("ada");
    shown["emailAddress"] = "ada@example.com".into();
    let mut bot = user("robot");
    bot["accountType"] = "app".into();
    World {
        now: Some(at(0)),
        projects: vec![project(10_001, "RAIL"), project(10_002, "WEB"), project(10_003, "OPS")],
        users: vec![shown, user("bob"), gone, bot],
        boards: vec![board(1, "scrum", 10_001), board(2, "kanban", 10_002), board(3, "simple", 10_003)],
        sprints: [(
            1,
            vec![
                sprint(5, 1, "closed", 400),
                sprint(6, 1, "closed", 20),
                sprint(7, 1, "active", -3),
                sprint(8, 1, "future", 0),
            ],
        )]
        .into(),
        tickets: (1..=230)
            .map(|id| ticket(id, if id % 5 == 0 { 10_002 } else { 10_001 }, -(i64::try_from(id).expect("small") * 60)))
            .collect(),
        ..World::default()
    }
}

fn issues(facts: &[Fact]) -> Vec<&Issue> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Record(Record::Issue(issue)) => Some(issue.as_ref()),
            _ => None,
        })
        .collect()
}

fn ids(facts: &[Fact]) -> Vec<&str> {
    issues(facts).iter().map(|issue| issue.id.id.as_str()).collect()
}

fn shelf(kind: RecordKind, scope: &str) -> Listing {
    Listing::Shelf(Shelf::new(kind, scope))
}

#[tokio::test]
async fn a_first_sync_brings_everything_and_an_unchanged_day_asks_once_for_fifty_projects() {
    let (server, fake) = Fake::start(world()).await;
    let connection = with_token(&server);
    let mut marks = Marks::default();
    let first = sync(&jira(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!((first.reasons(), first.notices.clone()), (vec![], vec![]));
    assert_eq!(issues(&first.facts).len(), 230);
    insta::assert_json_snapshot!("a_first_issue", issues(&first.facts)[0]);
    let others: Vec<&Fact> =
        first.facts.iter().filter(|fact| !matches!(fact, Fact::Record(Record::Issue(_)))).collect();
    insta::assert_json_snapshot!("everything_else", others);
    insta::assert_debug_snapshot!("complete_listings", first.complete);
    insta::assert_snapshot!("calls_of_a_first_sync", fake.calls().join("\n"));

    fake.world().now = Some(at(DAY));
    let second = sync(&jira(), &connection, &mut marks, DAY).await.expect("syncs");
    assert_eq!(issues(&second.facts).len(), 0);
    insta::assert_snapshot!(fake.calls().join("\n"), @r"
    GET /rest/api/3/project/search startAt=0&maxResults=50
    GET /rest/api/3/status
    GET /rest/api/3/field
    GET /rest/api/3/users/search startAt=0&maxResults=1000
    GET /rest/api/3/users/search startAt=4&maxResults=1000
    GET /rest/agile/1.0/board startAt=0&maxResults=50
    GET /rest/agile/1.0/board/1/sprint startAt=0&maxResults=50
    GET /rest/agile/1.0/board/3/sprint startAt=0&maxResults=50
    POST /rest/api/3/search/jql project IN (10001, 10002, 10003) AND updated >= -1462m ORDER BY key ASC
    ");
    let again = sync(&jira(), &connection, &mut marks.clone(), DAY).await.expect("syncs");
    assert_eq!(told(&again.facts), told(&second.facts));
}

#[tokio::test]
async fn the_same_comes_through_the_gateway() {
    let (server, fake) = Fake::start(world()).await;
    let plain = sync(&jira(), &with_token(&server), &mut Marks::default(), 0).await.expect("syncs");
    fake.calls();
    let consented = sync(&jira(), &with_consent(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(told(&consented.facts), told(&plain.facts));
    assert!(!fake.calls().is_empty());
    for connection in [with_token(&server), with_consent(&server)] {
        assert_eq!(jira().probe(&connection, at(0)).await.expect("works").webhook_sources, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_run_resumes_from_everywhere() {
    let mut small = world();
    small.pages = [2, 40, 60, 50];
    let (server, fake) = Fake::start(small).await;
    assert_resumes_from_everywhere(&jira(), &with_token(&server)).await;
    assert_resumes_from_everywhere(&jira(), &with_consent(&server)).await;
    fake.world().pages = [1, 7, 60, 10_000];
    assert_resumes_from_everywhere(&jira(), &with_token(&server)).await;
}

#[tokio::test]
async fn what_changed_since_the_last_run_comes_whole() {
    let (server, fake) = Fake::start(world()).await;
    let connection = with_token(&server);
    let mut marks = Marks::default();
    sync(&jira(), &connection, &mut marks, 0).await.expect("syncs");
    {
        let mut world = fake.world();
        world.now = Some(at(DAY));
        let changed = &mut world.tickets[16];
        (changed.updated, changed.body["fields"]["updated"]) = (at(DAY - 5), fake::written(at(DAY - 5)).into());
        changed.body["fields"]["status"] = json!({"id": "5", "name": "Fertig"});
        changed.body["fields"][POINTS] = Value::Null;
        changed.body["fields"][ESTIMATE] = json!(0.5);
        let points = json!({"id": "9000", "created": at(DAY - 6).as_millisecond(), "items": [
            {"fieldId": ESTIMATE, "field": "Schätzung", "fromString": null, "toString": "0.5"},
            {"fieldId": fake::SPRINT, "field": "Sprint", "from": "6", "to": "6, 7"}]});
        changed.history.extend([status_change(9_001, DAY - 5, "3", "5"), status_change(9_002, DAY - 5, "5", "77")]);
        changed.history.push(points);
    }
    let ran = sync(&jira(), &connection, &mut marks, DAY).await.expect("syncs");
    assert_eq!(ids(&ran.facts), ["17"]);
    let issue = issues(&ran.facts)[0];
    assert_eq!((issue.category, issue.points), (StatusCategory::Done, Some(Points(500))));
    let what: Vec<&IssueChangeKind> = issue.history.iter().map(|change| &change.what).collect();
    let status = |from, to| IssueChangeKind::Status { from, to };
    assert_eq!(
        what,
        [
            &status(StatusCategory::ToDo, StatusCategory::InProgress),
            &IssueChangeKind::Sprints { from: vec![6], to: vec![6, 7] },
            &IssueChangeKind::Points { from: None, to: Some(Points(500)) },
            &status(StatusCategory::InProgress, StatusCategory::Done),
            &status(StatusCategory::Done, StatusCategory::Unknown),
        ]
    );
    fake.world().now = Some(at(2 * DAY));
    let ran = sync(&jira(), &connection, &mut marks, 2 * DAY).await.expect("syncs");
    assert_eq!(ids(&ran.facts), ["17"], "within the overlap");
    fake.world().now = Some(at(3 * DAY));
    let ran = sync(&jira(), &connection, &mut marks, 3 * DAY).await.expect("syncs");
    assert!(ids(&ran.facts).is_empty());
}

#[tokio::test]
async fn deleted_issues_are_found_once_a_week() {
    let mut small = world();
    small.pages = [50, 100, 70, 10_000];
    let (server, fake) = Fake::start(small).await;
    let connection = with_token(&server);
    let mut marks = Marks::default();
    for day in 0..15 {
        fake.world().now = Some(at(day * DAY));
        fake.world().tickets.retain(|ticket| ticket.id != 13);
        let ran = sync(&jira(), &connection, &mut marks, day * DAY).await.expect("syncs");
        let rail = ran.complete.get(&shelf(RecordKind::Issue, "jira:10001"));
        assert_eq!(rail.is_some(), day == 7 || day == 14, "day {day}");
        if let Some(rail) = rail {
            assert_eq!(rail.len(), 183);
            assert!(rail.contains("000000000012") && !rail.contains("000000000013"));
            assert_eq!(ran.complete[&shelf(RecordKind::Issue, "jira:10003")].len(), 0);
            let before_last = ran.stops.last().expect("some").marks.clone();
            let again = sync(&jira(), &connection, &mut before_last.clone(), day * DAY).await.expect("syncs");
            assert_eq!(told(&again.facts), told(&ran.facts));
        }
    }
}

#[tokio::test]
async fn a_paging_that_goes_round_ends() {
    let mut small = world();
    small.pages = [2, 40, 60, 10];
    let (server, fake) = Fake::start(small).await;
    let connection = with_token(&server);
    for stuck in ["search", "changes"] {
        fake.world().stuck = Some(stuck);
        let mut marks = Marks::default();
        let ran = sync(&jira(), &connection, &mut marks, 0).await.expect("ends");
        assert!(ran.notices.iter().any(|words| words.contains("came round in a circle")), "{:?}", ran.notices);
        assert!(ran.call_count() < 40, "{}", ran.call_count());
        fake.world().stuck = None;
        let healed = sync(&jira(), &connection, &mut marks, 1).await.expect("syncs");
        assert_eq!(issues(&healed.facts).len(), 230);
    }
    fake.world().stuck_offsets = true;
    let ran = sync(&jira(), &connection, &mut Marks::default(), 0).await.expect("ends");
    let kinds: std::collections::BTreeSet<&String> = ran.notices.iter().collect();
    assert_eq!(kinds.len(), 4, "projects, accounts, boards, sprints: {kinds:?}");
    assert!(ran.complete.is_empty(), "{:?}", ran.complete);
}

#[tokio::test]
async fn long_histories_are_read_in_smaller_pages() {
    let mut long = world();
    long.pages = [1_000, 100, 5_000, 500];
    for ticket in &mut long.tickets {
        ticket.history = (0..40).map(|n| status_change(ticket.id * 100 + n, -300 - 40 + 2 * 20, "1", "3")).collect();
    }
    let (server, fake) = Fake::start(long).await;
    let ran = sync(&jira(), &with_token(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert!(issues(&ran.facts).iter().all(|issue| issue.history.len() == 40));
    assert_eq!((issues(&ran.facts).len(), ran.reasons()), (230, vec![]));
    assert!(most_calls(&ran) <= 4, "{}", most_calls(&ran));
    fake.world().pages[3] = 10;
    let ran = sync(&jira(), &with_token(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(issues(&ran.facts).len(), 230);
    assert!(ran.reasons().iter().all(|reason| reason.contains("longer than can be read")), "{:?}", ran.reasons());
}

/// The most calls of a page.
fn most_calls(ran: &Ran) -> u32 {
    ran.calls.iter().map(|(_, calls)| *calls).max().unwrap_or(0)
}

#[tokio::test]
async fn chosen_projects_are_read_alone() {
    let (server, fake) = Fake::start(world()).await;
    let mut connection = with_token(&server);
    connection.settings.projects = vec!["WEB".into(), "NOPE".into()];
    let ran = sync(&jira(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(ran.notices, ["These projects of the settings cannot be seen: NOPE."]);
    assert_eq!(issues(&ran.facts).len(), 46);
    assert_eq!(ran.complete[&shelf(RecordKind::Project, "jira")].len(), 1);
    assert_eq!(ran.complete[&shelf(RecordKind::Board, "jira")].len(), 1);
    connection.settings.projects = vec!["NOPE".into(), "NEVER".into()];
    let failure = sync(&jira(), &connection, &mut Marks::default(), 0).await.expect_err("fails");
    let expected = "invalid: none of the projects that the settings name (NOPE, NEVER) can be seen";
    assert_eq!(failure.to_string(), expected);
    let probed = jira().probe(&connection, at(0)).await.expect_err("fails");
    assert_eq!(probed.to_string(), expected);
    fake.world().projects.clear();
    let failure = sync(&jira(), &with_token(&server), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(failure.to_string().starts_with("invalid: this account can see no project"), "{failure}");
}

#[tokio::test]
async fn a_new_project_or_a_longer_history_is_read_from_its_beginning() {
    let (server, fake) = Fake::start(world()).await;
    let mut connection = with_token(&server);
    connection.settings.history_days = 2;
    let mut marks = Marks::default();
    let ran = sync(&jira(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!(issues(&ran.facts).len(), 48);
    fake.world().projects.push(project(10_004, "NEW"));
    let mut moved: Ticket = ticket(900, 10_004, -2 * DAY);
    moved.body["id"] = "900".into();
    fake.world().tickets.push(moved);
    fake.calls();
    let ran = sync(&jira(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!(ids(&ran.facts), ["900"]);
    assert_eq!(fake.calls().iter().filter(|call| call.contains("search/jql")).count(), 2);
    connection.settings.history_days = 180;
    let ran = sync(&jira(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!(issues(&ran.facts).len(), 231);
    fake.world().projects.pop();
    let ran = sync(&jira(), &connection, &mut marks, 1).await.expect("syncs");
    assert!(!ran.complete[&shelf(RecordKind::Project, "jira")].contains("10004"));
    assert!(!marks.0.contains_key("project:10004"));
}

#[tokio::test]
async fn after_a_long_pause_a_search_begins_anew() {
    let mut small = world();
    small.pages = [50, 100, 5_000, 10_000];
    let (server, fake) = Fake::start(small).await;
    let connection = with_token(&server);
    let mut marks = Marks::default();
    sync(&jira(), &connection, &mut marks, 0).await.expect("syncs");
    for ticket in &mut fake.world().tickets {
        ticket.updated = at(5);
    }
    let search =
        |cursor: &Option<Cursor>| cursor.as_ref().is_some_and(|cursor| cursor.to_string().contains("\"token\""));
    fake.world().now = Some(at(DAY));
    let ran = sync(&jira(), &connection, &mut marks.clone(), DAY).await.expect("syncs");
    let stop = ran.stops.iter().find(|stop| search(&stop.cursor)).expect("a second page").clone();
    // What was updated a day ago would have left the window.
    let later = at(DAY + 300);
    fake.world().now = Some(later);
    fake.calls();
    let (connector, mut marks) = (jira(), stop.marks.clone());
    let resumed = rig::sync_from(&connector, &connection, &mut marks, stop.cursor, later).await.expect("syncs");
    assert_eq!(issues(&resumed.facts).len(), 230);
    let expected = "AND updated >= -2048m ORDER BY key ASC";
    assert!(fake.calls().iter().any(|call| call.ends_with(expected)), "{expected}");
}

#[tokio::test]
async fn the_quota_holds_at_every_moment() {
    let mut big = world();
    big.users = (0..45_000).map(|n| user(&format!("u{n}"))).collect();
    let (server, fake) = Fake::start(big).await;
    let (connector, connection, mut marks) = (jira(), with_consent(&server), Marks::default());
    let (mut now, mut cursor, mut spent) = (at(0), None, Vec::new());
    loop {
        let page = connector.fetch(&connection, &marks, cursor.as_ref(), now).await.expect("a page");
        spent.push((now, std::mem::take(&mut fake.world().points)));
        for (key, change) in page.marks {
            marks.0.insert(key, change.expect("nothing is forgotten"));
        }
        let Some(next) = page.next else { break };
        cursor = Some(next);
        now = page.pause_until.unwrap_or(now + SignedDuration::from_millis(700)).max(now);
    }
    let total: u32 = spent.iter().map(|(_, points)| points).sum();
    assert!(total > 90_000, "{total}");
    assert!(rig::most_within(&spent, 3_600) <= 65_000, "{}", rig::most_within(&spent, 3_600));
    assert!(now < at(130), "it waits no longer than needed: {now}");
    assert!(marks.0["points"].to_string().len() < 2_000);
    // Without room there is no call.
    let page = connector.fetch(&connection, &marks, None, now).await.expect("a page");
    let until = page.pause_until;
    assert_eq!((page.calls > 0, until.is_none()), (true, true));
    let full = json!([[now.as_second(), 65_000]]);
    marks.0.insert("points".into(), full);
    let page = connector.fetch(&connection, &marks, None, now).await.expect("a page");
    assert_eq!((page.calls, page.facts.len()), (0, 0));
    assert_eq!(page.pause_until.map(Timestamp::as_second), Some(now.as_second() + 3_601));
}
