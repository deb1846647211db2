use super::*;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case(json!(5), Some(5_000))]
#[case(json!(0.5), Some(500))]
#[case(json!(-0.5), Some(-500))]
#[case(json!(0.0004), Some(0))]
#[case(json!(0.1), Some(100))]
#[case(json!("13.0"), Some(13_000))]
#[case(json!("3"), Some(3_000))]
#[case(json!(""), None)]
#[case(json!("NaN"), None)]
#[case(json!("inf"), None)]
#[case(json!(1e300), None)]
#[case(json!(null), None)]
#[case(json!([5]), None)]
fn estimates(#[case] value: Value, #[case] expected: Option<i64>) {
    assert_eq!(points(&value).map(|points| points.0), expected);
}

#[rstest]
#[case(json!([{"id": 37, "name": "Sprint 1", "state": "closed"}, {"id": "38"}]), &[37, 38])]
#[case(json!(["com.atlassian.greenhopper.service.sprint.Sprint@1f[id=37,rapidViewId=1,state=CLOSED]"]), &[37])]
#[case(json!({"id": 4}), &[4])]
#[case(json!([7, null, {}, "nothing"]), &[7])]
#[case(json!(null), &[])]
fn sprints_of_an_issue(#[case] value: Value, #[case] expected: &[u64]) {
    assert_eq!(sprint_ids(&value), expected);
}

fn site() -> SiteMark {
    SiteMark {
        categories: [("1".into(), StatusCategory::ToDo), ("3".into(), StatusCategory::InProgress)].into(),
        sprints: ["customfield_10020".into()].into(),
        points: ["customfield_10016".into(), "customfield_10026".into()].into(),
    }
}

#[rstest]
#[case::iso(json!("2026-11-20T10:15:30.123+0000"))]
#[case::zone(json!("2026-11-20T11:15:30.123+0100"))]
#[case::colon(json!("2026-11-20T11:15:30.123+01:00"))]
#[case::zulu(json!("2026-11-20T10:15:30.123Z"))]
#[case::millis(json!(1_795_169_730_123_i64))]
#[case::text(json!("1795169730123"))]
fn a_history_is_read_by_the_meaning_of_its_statuses(#[case] created: Value) {
    let history = json!({"id": "10", "created": created, "author": {"accountId": "x"}, "items": [
        {"field": "status", "fieldId": "status", "from": "1", "fromString": "Zu erledigen", "to": "99", "toString": "Weg"},
        {"field": "Sprint", "fieldId": "customfield_10020", "from": "", "to": "12, 7", "toString": "A, B"},
        {"field": "Story Points", "fieldId": "customfield_10026", "from": null, "fromString": null, "to": null, "toString": "2.5"},
        {"field": "assignee", "fieldId": "assignee", "from": "a", "to": "b"},
        {"from": 1},
    ]});
    let history: wire::History = serde_json::from_value(history).expect("readable");
    let changes = changes(&history, &site());
    let at: Timestamp = "2026-11-20T10:15:30.123Z".parse().expect("an instant");
    let kinds = [
        IssueChangeKind::Status { from: StatusCategory::ToDo, to: StatusCategory::Unknown },
        IssueChangeKind::Sprints { from: vec![], to: vec![7, 12] },
        IssueChangeKind::Points { from: None, to: Some(Points(2_500)) },
    ];
    assert_eq!(changes, kinds.map(|what| IssueChange { at, id: 10, what }));
}

#[test]
fn an_issue_with_the_least_that_is_needed() {
    let least = json!({"id": "5", "key": "RAIL-1", "fields": {
        "project": {"id": "10001"}, "created": "2026-11-20T10:15:30.123+0000", "updated": "2026-11-20T10:15:30.123+0000",
        "status": {"id": "3", "name": "Doing", "statusCategory": {"key": "undefined"}}, "assignee": null, "summary": 7,
        "reporter": {"accountId": "557058:a#b"}, "customfield_10016": null, "customfield_10026": 3,
    }});
    let issue = issue(serde_json::from_value(least).expect("readable"), vec![], &site(), Timestamp::UNIX_EPOCH);
    assert_eq!((issue.category, issue.status.as_str()), (StatusCategory::InProgress, "Doing"));
    assert_eq!((issue.points, issue.reporter, issue.title.as_str()), (Some(Points(3_000)), None, ""));
}

#[rstest]
#[case(json!({"accountId": "712020:a", "accountType": "atlassian", "active": true}), ActorKind::User)]
#[case(json!({"accountId": "712020:a", "accountType": "app", "active": true}), ActorKind::Bot)]
#[case(json!({"accountId": "712020:a", "accountType": "customer", "active": true}), ActorKind::Other)]
#[case(json!({"accountId": "712020:a", "accountType": 7, "active": true, "emailAddress": "", "displayName": ""}), ActorKind::Other)]
fn accounts(#[case] user: Value, #[case] kind: ActorKind) {
    let account = account(serde_json::from_value(user).expect("readable"), Timestamp::UNIX_EPOCH).expect("an account");
    assert_eq!((account.kind, account.login.as_str(), account.name, account.email), (kind, "712020:a", None, None));
    assert_eq!((account.member, account.active), (Some(true), Some(true)));
}
