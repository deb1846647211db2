//! Records to look at through the API: issues, sprints, boards, seats, usage, storage.

use crate::facts::at;
use plumbline_domain::{
    ActiveUsers, Board, Dimension, Fact, Issue, IssueChange, IssueChangeKind, Points, Project, Provider, Record, Seat,
    Sprint, SprintState, StatusCategory, Storage, Usage, UsageCounts, UsagePart, VendorId,
};

const SEEN: &str = "2026-11-21T00:00:00Z";

pub(crate) fn jira(id: u64) -> VendorId {
    VendorId::new(Provider::Jira, id)
}

pub(crate) fn project(id: u64, key: &str, name: &str) -> Fact {
    let (key, name) = (key.into(), name.into());
    Fact::Record(Record::Project(Project { seen_at: at(SEEN), gone_at: None, id: jira(id), key, name }))
}

/// An issue made on 1 November.
pub(crate) fn issue(project: u64, id: u64, category: StatusCategory) -> Issue {
    Issue {
        seen_at: at(SEEN),
        gone_at: None,
        id: jira(id),
        project: jira(project),
        key: format!("RAIL-{id}"),
        title: format!("Issue {id}"),
        issue_type: "Story".into(),
        status: "Status".into(),
        category,
        assignee: None,
        reporter: None,
        points: None,
        sprints: vec![],
        created_at: at("2026-11-01T09:00:00Z"),
        updated_at: at(SEEN),
        resolved_at: None,
        history: vec![],
    }
}

/// Moved to progress and then to done.
pub(crate) fn done(project: u64, id: u64, points: Option<i64>, started: &str, done: &str) -> Issue {
    use StatusCategory::{Done, InProgress, ToDo};
    let moved = |id, when: &str, from, to| IssueChange { at: at(when), id, what: IssueChangeKind::Status { from, to } };
    Issue {
        points: points.map(Points),
        history: vec![moved(1, started, ToDo, InProgress), moved(2, done, InProgress, Done)],
        ..issue(project, id, Done)
    }
}

pub(crate) fn fact(issue: Issue) -> Fact {
    Fact::Record(Record::Issue(Box::new(issue)))
}

pub(crate) fn sprint(id: u64, state: SprintState, start: Option<&str>, completed: Option<&str>) -> Fact {
    Fact::Record(Record::Sprint(Sprint {
        seen_at: at(SEEN),
        gone_at: None,
        id: jira(id),
        board: jira(3),
        name: format!("Sprint {id}"),
        state,
        start_at: start.map(at),
        end_at: None,
        completed_at: completed.map(at),
    }))
}

pub(crate) fn board(provider: Provider, id: &str, name: &str) -> Fact {
    Fact::Record(Record::Board(Board {
        seen_at: at(SEEN),
        gone_at: None,
        id: VendorId::new(provider, id),
        name: name.into(),
        board_type: "scrum".into(),
        container: Some("10001".into()),
        closed: false,
        last_activity_at: None,
        members: Some(4),
    }))
}

pub(crate) fn seat(product: &str, account: VendorId, last_active: Option<&str>) -> Seat {
    Seat {
        seen_at: at(SEEN),
        gone_at: None,
        product: product.into(),
        account,
        status: "active".into(),
        used: true,
        plan: Some("business".into()),
        assigned_at: Some(at("2026-01-02T00:00:00Z")),
        last_active_at: last_active.map(at),
        activity_source: last_active.map(|_| "copilot: vscode/1.99".into()),
        granted_by: vec!["=team".into(), "ops".into()],
    }
}

pub(crate) fn usage(day: &str, account: Option<VendorId>, [interactions, suggestions, acceptances]: [u64; 3]) -> Usage {
    let counts = UsageCounts { interactions, suggestions, acceptances, lines_suggested: 7, lines_added: 3 };
    let whole = account.is_none();
    Usage {
        seen_at: at(SEEN),
        product: "copilot".into(),
        day: day.parse().unwrap(),
        account,
        entity: "org:9919".into(),
        counts,
        active: whole.then_some(ActiveUsers { day: 5, week: Some(9), month: None }),
        ways: if whole { vec![] } else { vec!["agent".into(), "chat".into()] },
        parts: if whole {
            vec![
                UsagePart { by: Dimension::Language, name: "rust".into(), counts },
                UsagePart { by: Dimension::Model, name: "=model".into(), counts },
            ]
        } else {
            vec![]
        },
        groups: vec![],
    }
}

pub(crate) fn of_usage(usage: Usage) -> Fact {
    Fact::Record(Record::Usage(Box::new(usage)))
}

pub(crate) fn storage(day: &str, repository: &str, bytes: u64) -> Fact {
    Fact::Record(Record::Storage(Storage {
        seen_at: at(SEEN),
        provider: Provider::Jfrog,
        day: day.parse().unwrap(),
        repository: repository.into(),
        repository_type: (!repository.is_empty()).then(|| "local".into()),
        package_type: None,
        bytes,
        artifacts: 12,
    }))
}
