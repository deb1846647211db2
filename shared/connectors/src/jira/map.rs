//! From Jira's answers to facts.

use super::{marks::SiteMark, wire};
use jiff::Timestamp;
use plumbline_domain::{
    Account, ActorKind, Email, Issue, IssueChange, IssueChangeKind, Points, Project, Provider, Sprint, SprintState,
    StatusCategory, VendorId,
};
use serde_json::Value;

/// Whose facts.
pub(super) const PROVIDER: Provider = Provider::Jira;

/// The key of something with a number.
pub(super) fn vendor_id(id: u64) -> VendorId {
    VendorId::new(PROVIDER, id)
}

/// The key of an account; `None` for a text that cannot be an id.
pub(super) fn account_id(id: &str) -> Option<VendorId> {
    format!("{PROVIDER}:{id}").parse().ok()
}

/// What a status category's key means.
pub(super) fn category(category: Option<&wire::Category>) -> StatusCategory {
    match category.and_then(|category| category.key.as_deref()) {
        Some("new") => StatusCategory::ToDo,
        Some("indeterminate") => StatusCategory::InProgress,
        Some("done") => StatusCategory::Done,
        _ => StatusCategory::Unknown,
    }
}

/// A project.
pub(super) fn project(project: wire::Project, seen_at: Timestamp) -> Project {
    let name = project.name.unwrap_or_else(|| project.key.clone());
    Project { seen_at, gone_at: None, id: vendor_id(project.id.0), key: project.key, name }
}

/// An account. Jira has no logins: its id stands for one.
pub(super) fn account(user: wire::User, seen_at: Timestamp) -> Option<Account> {
    let id = account_id(&user.account_id)?;
    let kind = match user.account_type.as_deref() {
        Some("atlassian") => ActorKind::User,
        Some("app") => ActorKind::Bot,
        _ => ActorKind::Other,
    };
    let email = user.email_address.filter(|address| !address.is_empty());
    Some(Account {
        id,
        login: user.account_id,
        kind,
        name: user.display_name.filter(|name| !name.is_empty()),
        role: None,
        member: user.active,
        // Jira does not say here whether somebody checked it.
        email: email.map(|address| Email { address, verified: false }),
        commit_emails: std::collections::BTreeSet::new(),
        active: user.active,
        seen_at,
    })
}

/// A sprint of a board; `None`: of a state that is not known.
pub(super) fn sprint(sprint: wire::Sprint, board: u64, seen_at: Timestamp) -> Option<Sprint> {
    let state = match sprint.state.to_ascii_lowercase().as_str() {
        "future" => SprintState::Future,
        "active" => SprintState::Active,
        "closed" => SprintState::Closed,
        _ => return None,
    };
    Some(Sprint {
        seen_at,
        gone_at: None,
        id: vendor_id(sprint.id.0),
        board: vendor_id(sprint.origin_board_id.map_or(board, |id| id.0)),
        name: sprint.name,
        state,
        start_at: sprint.start_date.map(|at| at.0),
        end_at: sprint.end_date.map(|at| at.0),
        completed_at: sprint.complete_date.map(|at| at.0),
    })
}

/// An issue with its history.
pub(super) fn issue(issue: wire::Issue, mut history: Vec<IssueChange>, site: &SiteMark, seen_at: Timestamp) -> Issue {
    history.sort();
    history.dedup();
    let fields = issue.fields;
    let own = |ids: &std::collections::BTreeSet<String>| {
        ids.iter().filter_map(|id| fields.own.get(id)).cloned().collect::<Vec<Value>>()
    };
    let mut sprints: Vec<u64> = own(&site.sprints).iter().flat_map(sprint_ids).collect();
    sprints.sort_unstable();
    sprints.dedup();
    let points = own(&site.points).iter().find_map(points);
    let person = |user: Option<wire::User>| user.and_then(|user| account_id(&user.account_id));
    let (category, status) = match fields.status {
        Some(status) => {
            let told = self::category(status.category.as_ref());
            let known = site.category(Some(&status.id));
            (if told == StatusCategory::Unknown { known } else { told }, status.name)
        }
        None => (StatusCategory::Unknown, None),
    };
    Issue {
        seen_at,
        gone_at: None,
        id: vendor_id(issue.id.0),
        project: vendor_id(fields.project.id.0),
        key: issue.key,
        title: fields.summary.unwrap_or_default(),
        issue_type: fields.issuetype.and_then(|kind| kind.name).unwrap_or_default(),
        status: status.unwrap_or_default(),
        category,
        assignee: person(fields.assignee),
        reporter: person(fields.reporter),
        points,
        sprints,
        created_at: fields.created.0,
        updated_at: fields.updated.0,
        resolved_at: fields.resolutiondate.map(|at| at.0),
        history,
    }
}

/// What somebody changed at once, as far as it matters here.
pub(super) fn changes(history: &wire::History, site: &SiteMark) -> Vec<IssueChange> {
    let (at, id) = (history.created.0, history.id.0);
    let kinds = history.items.iter().filter_map(|item| change(item, site));
    kinds.map(|what| IssueChange { at, id, what }).collect()
}

fn change(item: &wire::Item, site: &SiteMark) -> Option<IssueChangeKind> {
    let field = item.field_id.as_deref().or(item.field.as_deref())?;
    if field == "status" {
        let (from, to) = (site.category(item.from.as_deref()), site.category(item.to.as_deref()));
        Some(IssueChangeKind::Status { from, to })
    } else if site.sprints.contains(field) {
        Some(IssueChangeKind::Sprints { from: listed_ids(item.from.as_deref()), to: listed_ids(item.to.as_deref()) })
    } else if site.points.contains(field) {
        let points = |text: Option<&str>| text.and_then(points_of);
        Some(IssueChangeKind::Points {
            from: points(item.from_string.as_deref()),
            to: points(item.to_string.as_deref()),
        })
    } else {
        None
    }
}

/// `12, 13` as sorted ids.
fn listed_ids(text: Option<&str>) -> Vec<u64> {
    let mut ids: Vec<u64> = text.unwrap_or_default().split(',').filter_map(|id| id.trim().parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The ids in a sprint field: a list of objects, or of texts as older sites have them
/// (`com.atlassian...Sprint@1f[id=37,rapidViewId=1,...]`).
fn sprint_ids(value: &Value) -> Vec<u64> {
    let of = |one: &Value| match one {
        Value::Number(number) => number.as_u64(),
        Value::Object(sprint) => sprint.get("id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok())),
        Value::String(text) => text.split(['[', ',', ']']).find_map(|part| part.strip_prefix("id=")?.parse().ok()),
        _ => None,
    };
    match value {
        Value::Array(all) => all.iter().filter_map(of).collect(),
        one => of(one).into_iter().collect(),
    }
}

fn points(value: &Value) -> Option<Points> {
    match value {
        Value::Number(number) => points_of(&number.to_string()),
        Value::String(text) => points_of(text),
        _ => None,
    }
}

/// A number of points as thousandths; `None` for what is none, or out of all bounds.
fn points_of(text: &str) -> Option<Points> {
    let number: f64 = text.trim().parse().ok()?;
    if number.abs() > 1e12 || !number.is_finite() {
        return None;
    }
    // Written with three decimals and read without the point: exact, and no cast can go wrong.
    format!("{number:.3}").replace('.', "").parse().ok().map(Points)
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
