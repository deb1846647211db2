//! Boards and sprints.

use super::{
    jira::{bad, not_found, offset_page},
    model::{BoardKind, Sprint},
    state::State,
};
use crate::service::{Incoming, Reply};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// Jira Software writes instants with a `Z`.
pub(super) fn agile_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// `GET /rest/agile/1.0/board`.
pub(super) fn boards(state: &State, incoming: &Incoming) -> Reply {
    let asked = incoming.parameters();
    let kind = |kind: BoardKind| json!(kind);
    let fits = |board: &&super::model::Board| {
        let project = &state.projects[&board.project];
        asked.get("type").is_none_or(|types| types.split(',').any(|one| kind(board.kind) == one))
            && asked.get("name").is_none_or(|part| board.name.to_lowercase().contains(&part.to_lowercase()))
            && asked.get("projectKeyOrId").is_none_or(|one| *one == project.key || *one == project.id.to_string())
    };
    let boards: Vec<Value> = state
        .boards
        .values()
        .filter(fits)
        .map(|board| {
            let project = &state.projects[&board.project];
            json!({
                "id": board.id, "self": format!("{}/rest/agile/1.0/board/{}", state.origin, board.id),
                "name": board.name, "type": kind(board.kind), "isPrivate": false,
                "location": {
                    "projectId": project.id, "displayName": format!("{} ({})", project.name, project.key),
                    "projectName": project.name, "projectKey": project.key, "projectTypeKey": "software",
                    "name": format!("{} ({})", project.name, project.key),
                },
            })
        })
        .collect();
    offset_page(state, incoming, 50, 50, &boards)
}

/// `GET /rest/agile/1.0/board/{id}/configuration`: which field holds the estimates, among other things.
pub(super) fn configuration(state: &State, id: &str) -> Reply {
    let Some(board) = id.parse().ok().and_then(|id: u64| state.boards.get(&id)) else { return not_found() };
    let (field, name) = state.projects[&board.project].points_field();
    let mut value = json!({"id": board.id, "name": board.name, "type": board.kind});
    if board.kind != BoardKind::Kanban {
        value["estimation"] = json!({"type": "field", "field": {"fieldId": field, "displayName": name}});
    }
    Reply::ok(value)
}

/// `GET /rest/agile/1.0/board/{id}/sprint`: kanban boards have none, and say so.
pub(super) fn sprints(state: &State, incoming: &Incoming, id: &str) -> Reply {
    let Some(board) = id.parse().ok().and_then(|id: u64| state.boards.get(&id)) else { return not_found() };
    if board.kind == BoardKind::Kanban {
        return bad("Das Board unterstützt keine Sprints.");
    }
    let asked = incoming.parameters();
    let states = asked.get("state").map_or("future,active,closed", String::as_str);
    let wanted = |sprint: &&Sprint| sprint.board == board.id && states.split(',').any(|one| one == sprint.state());
    let sprints: Vec<Value> = state
        .sprints
        .values()
        .filter(wanted)
        .map(|sprint| {
            let mut value = json!({
                "id": sprint.id, "self": format!("{}/rest/agile/1.0/sprint/{}", state.origin, sprint.id),
                "state": sprint.state(), "name": sprint.name, "originBoardId": sprint.board, "goal": "",
                "createdDate": agile_time(sprint.created_at),
            });
            let dates =
                [("startDate", sprint.started_at), ("endDate", sprint.ends_at), ("completeDate", sprint.completed_at)];
            for (name, at) in dates {
                if let Some(at) = at {
                    value[name] = agile_time(at).into();
                }
            }
            value
        })
        .collect();
    offset_page(state, incoming, 50, 50, &sprints)
}
