//! Small hand-made issues for the tests. Times are hours after a fixed instant, at which all of them were made.

use jiff::Timestamp;
use plumbline_domain::{Issue, IssueChange, IssueChangeKind, Provider, StatusCategory, VendorId};

pub(crate) fn hour(hour: i64) -> Timestamp {
    // 2026-09-07T00:00:00Z, a Monday.
    Timestamp::from_second(1_788_739_200 + hour * 3600).unwrap()
}

pub(crate) fn jira(id: u64) -> VendorId {
    VendorId::new(Provider::Jira, id)
}

/// An issue of project 10001.
pub(crate) fn issue(id: u64, category: StatusCategory, history: Vec<IssueChange>) -> Issue {
    Issue {
        seen_at: hour(1000),
        gone_at: None,
        id: jira(id),
        project: jira(10_001),
        key: format!("RAIL-{id}"),
        title: "Add a switch".into(),
        issue_type: "Story".into(),
        status: "Status".into(),
        category,
        assignee: None,
        reporter: None,
        points: None,
        sprints: vec![],
        created_at: hour(0),
        updated_at: hour(1000),
        resolved_at: None,
        history,
    }
}

fn change(at: i64, what: IssueChangeKind) -> IssueChange {
    IssueChange { at: hour(at), id: u64::try_from(at).unwrap() * 100, what }
}

pub(crate) fn moved(at: i64, from: StatusCategory, to: StatusCategory) -> IssueChange {
    change(at, IssueChangeKind::Status { from, to })
}

pub(crate) fn sprints(at: i64, from: &[u64], to: &[u64]) -> IssueChange {
    change(at, IssueChangeKind::Sprints { from: from.to_vec(), to: to.to_vec() })
}
