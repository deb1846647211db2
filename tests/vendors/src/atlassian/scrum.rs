//! Generates sprints: what is planned, added late, done, taken out, and carried over.

use super::{
    generate::{DAY, DAYS, Maker, seconds},
    model::{DONE, IN_PROGRESS, Sprint},
};
use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};

/// An issue in the running sprint.
struct Open {
    id: u64,
    begun: Option<Timestamp>,
    /// When it came into this sprint.
    since: Timestamp,
}

impl Maker<'_> {
    /// A sprint every two weeks: closed ones, the active one, two future ones, and a backlog.
    pub(super) fn scrum(&mut self, count: usize) {
        // The active one began 4 to 11 days ago.
        let active = monday_until(self.now - seconds(4 * DAY));
        let closed = (active.as_second() - (self.now - seconds(DAYS * DAY)).as_second()) / (14 * 86_400);
        let first = active - SignedDuration::from_hours(24 * 14 * closed);
        let (board, name) = {
            let project = &self.state.projects[&self.project];
            (project.board, project.key)
        };
        let sprints = closed + 1;
        let backlog = count / 12;
        let each = (count - backlog) / usize::try_from(sprints + 1).unwrap();
        let mut carried: Vec<Open> = Vec::new();
        for n in 0..sprints {
            let started_at = first + SignedDuration::from_hours(24 * 14 * n + 9);
            let ends_at = started_at + SignedDuration::from_hours(24 * 11 + 6);
            let completed_at = Some(ends_at + seconds(self.random.between(0, 7_200))).filter(|at| *at < self.now);
            let id = self.sprint(board, &format!("{name} Sprint {}", n + 1), started_at - seconds(3 * DAY));
            // What was left over is in it from the moment at which the one before was completed.
            for open in &carried {
                let mut all = self.state.issues[&open.id].sprints.clone();
                all.push(id);
                let who = self.somebody();
                self.state.change_sprints(open.id, all, Some(&who), open.since);
            }
            let running = self.plan(id, each, started_at);
            carried.extend(running);
            let sprint = self.state.sprints.get_mut(&id).unwrap();
            (sprint.started_at, sprint.ends_at, sprint.completed_at) = (Some(started_at), Some(ends_at), completed_at);
            carried = self.work(id, carried, started_at, completed_at.unwrap_or(self.now));
            if let Some(at) = completed_at {
                for open in &mut carried {
                    open.since = at + seconds(2);
                }
            }
        }
        for n in 1..=2_i64 {
            let id = self.sprint(board, &format!("{name} Sprint {}", sprints + n), self.now - seconds(2 * DAY));
            for _ in 0..each / 2 {
                let at = self.now - seconds(self.random.between(2 * DAY, 30 * DAY));
                let issue = self.open(at);
                let who = self.somebody();
                self.state.change_sprints(issue, vec![id], Some(&who), self.now - seconds(DAY));
            }
        }
        for _ in 0..backlog {
            let at = self.now - seconds(self.random.between(DAY, DAYS * DAY));
            self.open(at);
        }
    }

    fn sprint(&mut self, board: u64, name: &str, created_at: Timestamp) -> u64 {
        let id = 101 + u64::try_from(self.state.sprints.len()).unwrap();
        let created_at = created_at.min(self.now);
        let name = name.into();
        let sprint = Sprint { id, board, name, created_at, started_at: None, ends_at: None, completed_at: None };
        self.state.sprints.insert(id, sprint);
        id
    }

    /// Puts new issues into the sprint: most before it starts, some later.
    fn plan(&mut self, sprint: u64, count: usize, started_at: Timestamp) -> Vec<Open> {
        let late = count / 5;
        let mut running = Vec::new();
        for n in 0..count {
            let since = if n < late {
                started_at + seconds(self.random.between(DAY, 8 * DAY))
            } else {
                started_at - seconds(self.random.between(3_600, 2 * DAY))
            };
            if since >= self.now - seconds(7_200) {
                continue;
            }
            let opened = since - seconds(self.random.between(7_200, 30 * DAY));
            let id = self.open(opened);
            let who = self.somebody();
            let since = self.state.change_sprints(id, vec![sprint], Some(&who), since);
            running.push(Open { id, begun: None, since });
        }
        running
    }

    /// What happens until `end`; what is still open then is returned.
    fn work(&mut self, sprint: u64, running: Vec<Open>, started_at: Timestamp, end: Timestamp) -> Vec<Open> {
        let mut left = Vec::new();
        for mut open in running {
            let from = open.since.max(started_at);
            if open.begun.is_none() {
                if self.random.chance(0.03) {
                    let at = from + seconds(self.random.between(DAY, 3 * DAY));
                    self.take_out(sprint, open.id, at, end);
                    continue;
                }
                let at = from + self.hours(64, 10 * 24);
                if at < end - seconds(3_600) {
                    open.begun = Some(self.begin(open.id, at));
                }
            }
            let Some(begun) = open.begun else {
                left.push(open);
                continue;
            };
            let done = begun.max(from) + self.hours(72, 20 * 24);
            if done > end - seconds(7_200) {
                left.push(open);
                continue;
            }
            let done = self.finish(open.id, begun.max(from), done);
            // Some come back, and are done for good a day later or not in this sprint.
            if self.random.chance(0.04) && done + seconds(4 * 3_600) < end - seconds(7_200) {
                let who = self.somebody();
                self.state.change_status(open.id, IN_PROGRESS, Some(&who), done + seconds(3 * 3_600));
                let again = done + seconds(27 * 3_600);
                if again < end - seconds(7_200) {
                    self.state.change_status(open.id, DONE, Some(&who), again);
                } else {
                    left.push(open);
                }
            }
        }
        left
    }

    fn take_out(&mut self, sprint: u64, issue: u64, at: Timestamp, end: Timestamp) {
        if at >= end {
            return;
        }
        let mut rest = self.state.issues[&issue].sprints.clone();
        rest.retain(|id| *id != sprint);
        let who = self.somebody();
        self.state.change_sprints(issue, rest, Some(&who), at);
    }
}

/// The last Monday that had begun at `at`, at midnight.
fn monday_until(at: Timestamp) -> Timestamp {
    let mut date = at.to_zoned(TimeZone::UTC).date();
    while date.weekday() != Weekday::Monday {
        date = date.yesterday().expect("in range");
    }
    date.to_zoned(TimeZone::UTC).expect("in range").timestamp()
}
