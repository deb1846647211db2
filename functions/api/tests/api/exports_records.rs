//! Exports of issues, sprints, seats, usage, storage, boards and groups.

use crate::{
    exports::{pages, rows},
    facts::{account, at, github, group, membership, save},
    records::{board, done, fact, issue, jira, of_usage, project, seat, sprint, storage, usage},
    world::World,
};
use plumbline_domain::{
    Account, ActorKind, Fact, Group, Membership, Points, Provider, Record, SprintState, StatusCategory, TeamId,
    VendorId,
};
use serde_json::{Value, json};

const KINDS: [&str; 7] = ["issues", "sprints", "seats", "usage_daily", "storage", "boards", "groups"];

fn jira_account(id: &str, login: &str) -> Fact {
    Fact::Account(Account {
        id: VendorId::new(Provider::Jira, id),
        login: login.into(),
        kind: ActorKind::User,
        name: Some(format!("{login} Smith")),
        role: None,
        member: None,
        email: None,
        active: None,
        commit_emails: [].into(),
        seen_at: at("2026-11-01T00:00:00Z"),
    })
}

fn jfrog(id: &str) -> VendorId {
    VendorId::new(Provider::Jfrog, id)
}

/// Something of everything.
async fn acme(world: &World) -> TeamId {
    let team = world.connected_team("Acme").await;
    let mut first = done(10_001, 1, Some(2500), "2026-11-03T10:00:00Z", "2026-11-03T12:00:00Z");
    (first.title, first.sprints) = ("=cmd()".into(), vec![7, 8]);
    first.assignee = Some(VendorId::new(Provider::Jira, "ada"));
    first.reporter = Some(VendorId::new(Provider::Jira, "gone"));
    let mut gone = issue(10_002, 900, StatusCategory::ToDo);
    gone.gone_at = Some(at("2026-11-20T00:00:00Z"));
    let mut unused = seat("jfrog", jfrog("ada"), None);
    (unused.used, unused.granted_by) = (false, vec![]);
    let mut facts = vec![
        project(10_001, "RAIL", "Railway"),
        jira_account("ada", "ada"),
        account(1, "alice", ActorKind::User, Some(true)),
        fact(first),
        fact(gone),
        sprint(7, SprintState::Closed, Some("2026-11-02T08:00:00Z"), Some("2026-11-12T08:00:00Z")),
        sprint(8, SprintState::Active, Some("2026-11-12T09:00:00Z"), None),
        sprint(9, SprintState::Future, None, None),
        board(Provider::Jira, "3", "Rail board"),
        board(Provider::Trello, "5f", "=board"),
        Fact::Record(Record::Seat(seat("copilot", github(1), Some("2026-11-20T00:00:00Z")))),
        Fact::Record(Record::Seat(unused)),
        of_usage(usage("2026-10-31", None, [1, 100, 10])),
        of_usage(usage("2026-11-01", None, [2, 60, 30])),
        of_usage(usage("2026-11-01", Some(github(1)), [2, 60, 30])),
        storage("2026-10-31", "", 5_000_000_000),
        storage("2026-11-01", "libs", 4_000),
        storage("2026-11-02", "libs", 4_001),
        group(9, "backend"),
        membership(9, 1),
        membership(9, 2),
        group(10, "empty"),
        Fact::Group(Group {
            id: jfrog("readers"),
            slug: "readers".into(),
            name: "+readers".into(),
            parent: None,
            gone_at: Some(at("2026-11-05T00:00:00Z")),
            seen_at: at("2026-11-05T00:00:00Z"),
        }),
        Fact::Membership(Membership {
            group: jfrog("readers"),
            account: jfrog("ada"),
            role: Some("member".into()),
            gone_at: Some(at("2026-11-04T00:00:00Z")),
            seen_at: at("2026-11-04T00:00:00Z"),
        }),
    ];
    facts.extend((2..=8).map(|id| {
        let mut other = issue(10_001, id, StatusCategory::InProgress);
        other.points = Some(Points(3000));
        fact(other)
    }));
    save(&world.store, &team, facts).await;
    team
}

async fn column(world: &World, team: &TeamId, query: &str, name: &str) -> Vec<Value> {
    rows(world, team, query).await.into_iter().map(|row| row[name].clone()).collect()
}

#[tokio::test]
async fn an_issue_has_all_its_columns() {
    let world = World::new().await;
    let team = acme(&world).await;
    let all = rows(&world, &team, "issues?format=ndjson").await;
    assert_eq!(all.len(), 9);
    assert_eq!(
        all[0],
        json!({
            "provider": "jira", "id": "jira:1", "key": "RAIL-1", "project_id": "jira:10001", "project_key": "RAIL",
            "project_name": "Railway", "title": "=cmd()", "issue_type": "Story", "status": "Status",
            "status_category": "done", "assignee_id": "jira:ada", "assignee": "ada Smith", "reporter_id": "jira:gone",
            "reporter": null, "points": 2.5, "sprint_ids": "7; 8", "created_at": "2026-11-01T09:00:00Z",
            "started_at": "2026-11-03T10:00:00Z", "done_at": "2026-11-03T12:00:00Z", "resolved_at": null,
            "updated_at": "2026-11-21T00:00:00Z", "cycle_time_seconds": 7200, "gone_at": null,
        })
    );
    assert_eq!((&all[8]["id"], &all[8]["gone_at"]), (&json!("jira:900"), &json!("2026-11-20T00:00:00Z")));
    assert_eq!((&all[8]["project_key"], &all[1]["points"]), (&Value::Null, &json!(3.0)));
    let csv = world.get(&format!("/api/teams/{team}/export/issues")).await.text;
    assert!(csv.contains(",'=cmd(),") && csv.contains(",2.5,") && csv.contains(",3,"), "{csv}");

    // By the day it was done, else made.
    let on = async |day: &str| column(&world, &team, &format!("issues?format=ndjson&from={day}&to={day}"), "id").await;
    assert_eq!(on("2026-11-03").await, ["jira:1"]);
    assert_eq!(on("2026-11-01").await.len(), 8);
    assert!(on("2026-11-02").await.is_empty());
    assert_eq!(jira(1).to_string(), "jira:1");
}

#[tokio::test]
async fn sprints_and_boards_have_all_their_columns() {
    let world = World::new().await;
    let team = acme(&world).await;
    let all = rows(&world, &team, "sprints?format=ndjson").await;
    assert_eq!(
        all[0],
        json!({
            "provider": "jira", "id": "jira:7", "board_id": "jira:3", "board": "Rail board", "name": "Sprint 7",
            "state": "closed", "start_at": "2026-11-02T08:00:00Z", "end_at": null,
            "completed_at": "2026-11-12T08:00:00Z", "gone_at": null,
        })
    );
    assert_eq!(all.len(), 3);
    let ids = column(&world, &team, "sprints?format=ndjson&from=2026-11-12&to=2026-11-12", "id").await;
    assert_eq!(ids, ["jira:7", "jira:8"], "by completion, else by start; one without either is in no range");
    let boards = rows(&world, &team, "boards?format=ndjson").await;
    assert_eq!(
        boards[1],
        json!({
            "provider": "trello", "id": "trello:5f", "name": "=board", "board_type": "scrum", "container": "10001",
            "closed": false, "last_activity_at": null, "members": 4, "gone_at": null,
        })
    );
    assert_eq!(boards.len(), 2);
}

#[tokio::test]
async fn seats_of_every_product_have_all_their_columns() {
    let world = World::new().await;
    let team = acme(&world).await;
    let all = rows(&world, &team, "seats?format=ndjson").await;
    assert_eq!(
        all[0],
        json!({
            "product": "copilot", "provider": "github", "account_id": "github:1", "login": "alice",
            "name": "alice the person", "status": "active", "used": true, "plan": "business",
            "assigned_at": "2026-01-02T00:00:00Z", "last_active_at": "2026-11-20T00:00:00Z",
            "activity_source": "copilot: vscode/1.99", "granted_by": "=team; ops", "is_bot": false, "gone_at": null,
        })
    );
    assert_eq!(
        (&all[1]["product"], &all[1]["login"], &all[1]["granted_by"]),
        (&json!("jfrog"), &Value::Null, &Value::Null)
    );
    assert_eq!(all.len(), 2);
    let csv = world.get(&format!("/api/teams/{team}/export/seats")).await.text;
    assert!(csv.contains(",'=team; ops,"), "{csv}");
}

#[tokio::test]
async fn usage_and_storage_are_by_day() {
    let world = World::new().await;
    let team = acme(&world).await;
    let all = rows(&world, &team, "usage_daily?format=ndjson").await;
    let dimensions: Vec<&Value> = all.iter().map(|row| &row["dimension"]).collect();
    assert_eq!(dimensions, ["total", "language", "model", "total", "total", "language", "model"]);
    assert_eq!(
        all[4],
        json!({
            "product": "copilot", "day": "2026-11-01", "entity": "org:9919", "dimension": "total",
            "dimension_name": null, "account_id": null, "login": null, "name": null, "interactions": 2,
            "suggestions": 60, "acceptances": 30, "lines_suggested": 7, "lines_added": 3, "daily_active_users": 5,
            "weekly_active_users": 9, "monthly_active_users": null, "ways": null, "groups": null, "is_bot": false,
        })
    );
    assert_eq!((&all[3]["account_id"], &all[3]["login"]), (&json!("github:1"), &json!("alice")));
    assert_eq!((&all[3]["ways"], &all[6]["dimension_name"]), (&json!("agent; chat"), &json!("=model")));
    let days =
        async |kind: &str, query: &str| column(&world, &team, &format!("{kind}?format=ndjson&{query}"), "day").await;
    assert_eq!(days("usage_daily", "to=2026-10-31").await, ["2026-10-31"; 3]);
    assert_eq!(days("usage_daily", "from=2026-11-01&to=2026-11-30").await, ["2026-11-01"; 4]);
    assert_eq!(days("storage", "").await, ["2026-10-31", "2026-11-01", "2026-11-02"]);
    assert_eq!(days("storage", "from=2026-11-01&to=2026-11-01").await, ["2026-11-01"]);
    assert_eq!(days("storage", "from=2026-12-01").await, [""; 0]);
    let whole = &rows(&world, &team, "storage?format=ndjson").await[0];
    assert_eq!(
        *whole,
        json!({
            "provider": "jfrog", "day": "2026-10-31", "repository": "", "repository_type": null, "package_type": null,
            "bytes": 5_000_000_000_u64, "artifacts": 12,
        })
    );
}

#[tokio::test]
async fn groups_have_a_row_for_each_membership_and_one_without_any() {
    let world = World::new().await;
    let team = acme(&world).await;
    let all = rows(&world, &team, "groups?format=ndjson").await;
    let pairs: Vec<_> = all.iter().map(|row| (row["group_id"].as_str().unwrap(), row["account_id"].as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("github:10", None),
            ("github:9", Some("github:1")),
            ("github:9", Some("github:2")),
            ("jfrog:readers", Some("jfrog:ada"))
        ]
    );
    assert_eq!(
        all[3],
        json!({
            "provider": "jfrog", "group_id": "jfrog:readers", "slug": "readers", "group_name": "+readers",
            "parent_id": null, "group_gone_at": "2026-11-05T00:00:00Z", "account_id": "jfrog:ada", "login": null,
            "name": null, "role": "member", "is_bot": false, "membership_gone_at": "2026-11-04T00:00:00Z",
        })
    );
    assert_eq!((&all[1]["login"], &all[1]["group_name"]), (&json!("alice"), &json!("BACKEND")));
    let csv = world.get(&format!("/api/teams/{team}/export/groups")).await.text;
    assert!(csv.contains(",'+readers,"), "{csv}");
}

#[tokio::test]
async fn a_range_is_refused_where_there_is_none() {
    let world = World::new().await;
    let team = acme(&world).await;
    for kind in ["seats", "boards", "groups"] {
        for query in ["from=2026-11-01", "to=2026-11-01"] {
            let (_, detail) = world.get(&format!("/api/teams/{team}/export/{kind}?{query}")).await.problem(400);
            assert!(detail.contains(kind) && detail.contains("leave them out"), "{detail}");
        }
    }
}

#[tokio::test]
async fn pages_put_together_are_the_whole_whatever_their_size() {
    let world = World::new().await;
    let team = acme(&world).await;
    for kind in KINDS {
        for format in ["csv", "ndjson"] {
            let whole = world.get(&format!("/api/teams/{team}/export/{kind}?format={format}")).await;
            assert_eq!((whole.status.as_u16(), whole.header("link")), (200, ""), "{kind}: {}", whole.text);
            assert!(whole.text.lines().count() > 1, "{kind}");
            for limit in [1, 2, 3, 4, 7, 5000] {
                let pages = pages(&world, &team, &format!("{kind}?format={format}&limit={limit}")).await;
                let together: String = pages.iter().map(|page| page.text.as_str()).collect();
                assert_eq!(together, whole.text, "{kind} {format} by {limit}");
                for (index, page) in pages.iter().enumerate() {
                    let header = usize::from(index == 0 && format == "csv");
                    assert!(page.text.lines().count() <= limit + header, "{kind} {format} by {limit}");
                }
            }
        }
    }
    // A range goes along from page to page.
    let days = rows(&world, &team, "usage_daily?format=ndjson&limit=1&from=2026-11-01").await;
    assert_eq!(days.len(), 4);
}

#[tokio::test]
async fn a_page_that_takes_long_ends_and_the_next_goes_on() {
    let world = World::new().await;
    let team = acme(&world).await;
    for kind in KINDS {
        let whole = rows(&world, &team, &format!("{kind}?format=ndjson")).await;
        world.tick.store(10_000, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(rows(&world, &team, &format!("{kind}?format=ndjson")).await, whole, "{kind}");
        world.tick.store(0, std::sync::atomic::Ordering::SeqCst);
    }
}
