//! What the columns of the tables of records and groups hold.

use crate::{Cell, Row, Whose, Window, people::People, rows::plain};
use plumbline_domain::{
    Board, Group, Issue, Membership, Record, Seat, Sprint, StatusCategory, Storage, Usage, UsageCounts, VendorId,
};
use plumbline_metrics::issue_row;
use std::collections::HashMap;

pub(crate) const ISSUE_COLUMNS: [&str; 23] = [
    "provider",
    "id",
    "key",
    "project_id",
    "project_key",
    "project_name",
    "title",
    "issue_type",
    "status",
    "status_category",
    "assignee_id",
    "assignee",
    "reporter_id",
    "reporter",
    "points",
    "sprint_ids",
    "created_at",
    "started_at",
    "done_at",
    "resolved_at",
    "updated_at",
    "cycle_time_seconds",
    "gone_at",
];

/// Where it names the assignee, and the reporter.
const ISSUE_ASSIGNEE: [usize; 2] = [10, 11];
const ISSUE_REPORTER: [usize; 2] = [12, 13];

pub(crate) const SPRINT_COLUMNS: [&str; 10] =
    ["provider", "id", "board_id", "board", "name", "state", "start_at", "end_at", "completed_at", "gone_at"];

pub(crate) const SEAT_COLUMNS: [&str; 14] = [
    "product",
    "provider",
    "account_id",
    "login",
    "name",
    "status",
    "used",
    "plan",
    "assigned_at",
    "last_active_at",
    "activity_source",
    "granted_by",
    "is_bot",
    "gone_at",
];

pub(crate) const USAGE_COLUMNS: [&str; 19] = [
    "product",
    "day",
    "entity",
    "dimension",
    "dimension_name",
    "account_id",
    "login",
    "name",
    "interactions",
    "suggestions",
    "acceptances",
    "lines_suggested",
    "lines_added",
    "daily_active_users",
    "weekly_active_users",
    "monthly_active_users",
    "ways",
    "groups",
    "is_bot",
];

pub(crate) const STORAGE_COLUMNS: [&str; 7] =
    ["provider", "day", "repository", "repository_type", "package_type", "bytes", "artifacts"];

pub(crate) const BOARD_COLUMNS: [&str; 9] =
    ["provider", "id", "name", "board_type", "container", "closed", "last_activity_at", "members", "gone_at"];

pub(crate) const GROUP_COLUMNS: [&str; 12] = [
    "provider",
    "group_id",
    "slug",
    "group_name",
    "parent_id",
    "group_gone_at",
    "account_id",
    "login",
    "name",
    "role",
    "is_bot",
    "membership_gone_at",
];

/// What rows call what they belong to: keys and names of projects, names of boards.
#[derive(Default)]
pub(crate) struct Names(HashMap<VendorId, (String, String)>);

impl Names {
    pub(crate) fn add(&mut self, records: Vec<Record>) {
        self.0.extend(records.into_iter().filter_map(|record| match record {
            Record::Project(project) => Some((project.id, (project.key, project.name))),
            Record::Board(board) => Some((board.id, (String::new(), board.name))),
            _ => None,
        }));
    }
}

/// The rows that a record has in its table, in an order that stays.
pub(crate) fn of_record(record: &Record, people: &People, names: &Names, window: &Window) -> Vec<Row> {
    match record {
        Record::Issue(issue) => of_issue(issue, people, names, window).into_iter().collect(),
        Record::Sprint(sprint) => of_sprint(sprint, names, window).into_iter().collect(),
        Record::Board(board) => vec![of_board(board)],
        Record::Seat(seat) => vec![of_seat(seat, people)],
        Record::Usage(usage) => of_usage(usage, people),
        Record::Storage(storage) => vec![of_storage(storage)],
        Record::Project(_) => Vec::new(),
    }
}

fn of_issue(issue: &Issue, people: &People, names: &Names, window: &Window) -> Option<Row> {
    let computed = issue_row(issue);
    let done_at = computed.done_at();
    if !window.contains(done_at.unwrap_or(issue.created_at)) {
        return None;
    }
    let project = names.0.get(&issue.project);
    let person = |account: Option<&VendorId>| {
        let (login, name) = account.map_or((None, None), |account| people.names(account));
        [Cell::of(account, plain), free(name.or(login))]
    };
    let [assignee_id, assignee] = person(issue.assignee.as_ref());
    let [reporter_id, reporter] = person(issue.reporter.as_ref());
    let cycle = computed.started_at.zip(done_at).map(|(started, done)| done.duration_since(started).as_secs());
    // Who is at it; one that nobody is at names who wrote it.
    let of = issue.assignee.as_ref().or(issue.reporter.as_ref()).cloned();
    let cells = vec![
        plain(&issue.id.provider),
        plain(&issue.id),
        plain(&issue.key),
        plain(&issue.project),
        Cell::of(project, |(key, _)| plain(key)),
        free(project.map(|(_, name)| name.as_str())),
        Cell::Free(issue.title.clone()),
        Cell::Free(issue.issue_type.clone()),
        Cell::Free(issue.status.clone()),
        plain(match issue.category {
            StatusCategory::ToDo => "to_do",
            StatusCategory::InProgress => "in_progress",
            StatusCategory::Done => "done",
            StatusCategory::Unknown => "unknown",
        }),
        assignee_id,
        assignee,
        reporter_id,
        reporter,
        Cell::of(issue.points, |points| Cell::Thousandths(points.0)),
        list(&issue.sprints),
        Cell::Instant(issue.created_at),
        Cell::of(computed.started_at, Cell::Instant),
        Cell::of(done_at, Cell::Instant),
        Cell::of(issue.resolved_at, Cell::Instant),
        Cell::Instant(issue.updated_at),
        Cell::of(cycle.and_then(|seconds| u64::try_from(seconds).ok()), Cell::Number),
        Cell::of(issue.gone_at, Cell::Instant),
    ];
    let mut row = Row::new(of.map_or(Whose::Nobody, Whose::Account), cells);
    row.named.extend(issue.assignee.clone().map(|account| (account, &ISSUE_ASSIGNEE[..])));
    row.named.extend(issue.reporter.clone().map(|account| (account, &ISSUE_REPORTER[..])));
    Some(row)
}

fn of_sprint(sprint: &Sprint, names: &Names, window: &Window) -> Option<Row> {
    let at = sprint.completed_at.or(sprint.start_at);
    if !at.map_or(window.is_open(), |at| window.contains(at)) {
        return None;
    }
    Some(Row::of_nobody(vec![
        plain(&sprint.id.provider),
        plain(&sprint.id),
        plain(&sprint.board),
        free(names.0.get(&sprint.board).map(|(_, name)| name.as_str())),
        Cell::Free(sprint.name.clone()),
        plain(match sprint.state {
            plumbline_domain::SprintState::Future => "future",
            plumbline_domain::SprintState::Active => "active",
            plumbline_domain::SprintState::Closed => "closed",
        }),
        Cell::of(sprint.start_at, Cell::Instant),
        Cell::of(sprint.end_at, Cell::Instant),
        Cell::of(sprint.completed_at, Cell::Instant),
        Cell::of(sprint.gone_at, Cell::Instant),
    ]))
}

fn of_board(board: &Board) -> Row {
    Row::of_nobody(vec![
        plain(&board.id.provider),
        plain(&board.id),
        Cell::Free(board.name.clone()),
        plain(&board.board_type),
        free(board.container.as_deref()),
        Cell::Flag(board.closed),
        Cell::of(board.last_activity_at, Cell::Instant),
        Cell::of(board.members, Cell::Number),
        Cell::of(board.gone_at, Cell::Instant),
    ])
}

fn of_seat(seat: &Seat, people: &People) -> Row {
    let (login, name) = people.names(&seat.account);
    let cells = vec![
        plain(&seat.product),
        plain(&seat.account.provider),
        plain(&seat.account),
        free(login),
        free(name),
        free(Some(&seat.status)),
        Cell::Flag(seat.used),
        free(seat.plan.as_deref()),
        Cell::of(seat.assigned_at, Cell::Instant),
        Cell::of(seat.last_active_at, Cell::Instant),
        free(seat.activity_source.as_deref()),
        list(&seat.granted_by),
        Cell::Flag(people.is_team_bot(&seat.account)),
        Cell::of(seat.gone_at, Cell::Instant),
    ];
    Row::of_account(&seat.account, cells)
}

/// One row for the whole record and one for each part of it.
fn of_usage(usage: &Usage, people: &People) -> Vec<Row> {
    let (login, name) = usage.account.as_ref().map_or((None, None), |account| people.names(account));
    let is_bot = usage.account.as_ref().is_some_and(|account| people.is_team_bot(account));
    let active = usage.active;
    let row = |dimension: &str, part: Option<&str>, counts: UsageCounts| {
        // What only the whole record tells.
        let whole = part.is_none();
        let cells = vec![
            plain(&usage.product),
            Cell::Day(usage.day),
            plain(&usage.entity),
            plain(dimension),
            free(part),
            Cell::of(usage.account.as_ref(), plain),
            free(login),
            free(name),
            Cell::Number(counts.interactions),
            Cell::Number(counts.suggestions),
            Cell::Number(counts.acceptances),
            Cell::Number(counts.lines_suggested),
            Cell::Number(counts.lines_added),
            Cell::of(active.filter(|_| whole), |active| Cell::Number(active.day)),
            Cell::of(active.filter(|_| whole).and_then(|active| active.week), Cell::Number),
            Cell::of(active.filter(|_| whole).and_then(|active| active.month), Cell::Number),
            if whole { list(&usage.ways) } else { Cell::Empty },
            if whole { list(&usage.groups) } else { Cell::Empty },
            Cell::Flag(is_bot),
        ];
        Row::new(usage.account.clone().map_or(Whose::Nobody, Whose::Account), cells)
    };
    let mut rows = vec![row("total", None, usage.counts)];
    rows.extend(usage.parts.iter().map(|part| {
        let dimension = match part.by {
            plumbline_domain::Dimension::Language => "language",
            plumbline_domain::Dimension::Editor => "editor",
            plumbline_domain::Dimension::Model => "model",
            plumbline_domain::Dimension::Feature => "feature",
        };
        row(dimension, Some(&part.name), part.counts)
    }));
    rows
}

fn of_storage(storage: &Storage) -> Row {
    Row::of_nobody(vec![
        plain(&storage.provider),
        Cell::Day(storage.day),
        free(Some(&storage.repository)),
        free(storage.repository_type.as_deref()),
        free(storage.package_type.as_deref()),
        Cell::Number(storage.bytes),
        Cell::Number(storage.artifacts),
    ])
}

/// The row of a membership, or of a group that has none.
pub(crate) fn of_group(id: &VendorId, group: Option<&Group>, membership: Option<&Membership>, people: &People) -> Row {
    let account = membership.map(|membership| &membership.account);
    let (login, name) = account.map_or((None, None), |account| people.names(account));
    let cells = vec![
        plain(&id.provider),
        plain(id),
        free(group.map(|group| group.slug.as_str())),
        free(group.map(|group| group.name.as_str())),
        Cell::of(group.and_then(|group| group.parent.as_ref()), plain),
        Cell::of(group.and_then(|group| group.gone_at), Cell::Instant),
        Cell::of(account, plain),
        free(login),
        free(name),
        free(membership.and_then(|membership| membership.role.as_deref())),
        Cell::Flag(account.is_some_and(|account| people.is_team_bot(account))),
        Cell::of(membership.and_then(|membership| membership.gone_at), Cell::Instant),
    ];
    Row::new(account.cloned().map_or(Whose::Nobody, Whose::Account), cells)
}

fn free(text: Option<&str>) -> Cell {
    Cell::of(text, |text| Cell::Free(text.to_owned()))
}

/// Several values in one cell. Names of groups are people's, so that it is free text.
fn list(values: &[impl ToString]) -> Cell {
    if values.is_empty() {
        return Cell::Empty;
    }
    Cell::Free(values.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
