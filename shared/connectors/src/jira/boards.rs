//! Steps: the boards, and their sprints.

use super::{
    api::may_not,
    cursor::{BoardsStep, OffsetStep, SprintsStep, Step},
    map, points,
    run::{Run, count, offset_page},
    wire::{self, id_of},
};
use crate::{
    Failure,
    json::{Read, read_each},
};
use plumbline_domain::{Board, Fact, Listing, Record, RecordKind, Shelf, SprintState};
use reqwest::StatusCode;
use std::collections::VecDeque;

/// Boards or sprints in an answer.
pub(super) const PER_PAGE: u32 = 50;

const MAY_NOT: &str = "Jira does not let this connection see boards and sprints: connect it again with the scopes for \
                       them, or give the account access to Jira Software.";

fn shelf(kind: RecordKind) -> Listing {
    Listing::Shelf(Shelf::new(kind, map::PROVIDER))
}

impl Run<'_> {
    /// `/rest/agile/1.0/board`. A site without Jira Software has none (404); credentials that may not see them cost the
    /// boards and sprints and nothing else.
    pub(super) async fn boards(&mut self, mut step: BoardsStep) -> Result<Option<Step>, Failure> {
        let (start, most) = (step.at.start.to_string(), PER_PAGE.to_string());
        let query = [("startAt", start.as_str()), ("maxResults", most.as_str())];
        let answer = match self.api.get(&["rest", "agile", "1.0", "board"], &query).await {
            Ok(answer) => answer,
            Err(refused) if may_not(&refused) || refused.status == Some(StatusCode::NOT_FOUND) => {
                self.notice(MAY_NOT);
                self.show("boards", 0, None);
                return Ok(self.after_boards());
            }
            Err(refused) => return Err(refused.into()),
        };
        let page = offset_page(&answer)?;
        self.api.spend(points::of_objects(count(page.values.len())));
        let Read { items, broken } = read_each::<wire::Board>(&page.values, id_of)?;
        step.at.unsure |= self.quarantine_all("board", &broken);
        // What it has for sprints is not known.
        step.sprints_unsure |= !broken.is_empty();
        let mut ids: Vec<String> = broken.into_iter().filter_map(|one| one.id).collect();
        let mut boards = VecDeque::new();
        for board in items {
            let project = board.location.as_ref().and_then(|location| location.project_id).map(|id| id.0);
            if !self.is_of_run(project) {
                continue;
            }
            let kind = board.kind.unwrap_or_default();
            if kind != "kanban" {
                boards.push_back(board.id.0);
            }
            let record = Record::Board(Board {
                seen_at: self.started,
                gone_at: None,
                id: map::vendor_id(board.id.0),
                name: board.name,
                board_type: kind,
                container: project.map(|id| id.to_string()),
                closed: false,
                last_activity_at: None,
                members: None,
            });
            ids.push(record.id());
            self.tell(Fact::Record(record));
        }
        let ends = page.ends(step.at.start);
        let (at, last) = self.following("boards", step.at, &page.values, ends);
        step.at = at;
        self.show("boards", step.at.start, page.total);
        self.list(shelf(RecordKind::Board), ids, last && !step.at.unsure);
        Ok(self.after_page_of_boards(boards, step, last))
    }

    /// With chosen projects only their boards matter, and those that lie in no project.
    fn is_of_run(&self, project: Option<u64>) -> bool {
        let Some(project) = project.filter(|_| !self.settings.projects.is_empty()) else { return true };
        self.book.project(project).is_some_and(|mark| mark.listed == self.started)
    }

    fn after_page_of_boards(&mut self, boards: VecDeque<u64>, then: BoardsStep, last: bool) -> Option<Step> {
        if !boards.is_empty() {
            return Some(Step::Sprints(SprintsStep { boards, at: OffsetStep::default(), then, last }));
        }
        if !last {
            return Some(Step::Boards(then));
        }
        self.list(shelf(RecordKind::Sprint), Vec::new(), !then.at.unsure && !then.sprints_unsure);
        self.after_boards()
    }

    /// `/rest/agile/1.0/board/{id}/sprint`; a board without sprints answers with 400. A sprint shows on every board that
    /// has its issues.
    pub(super) async fn sprints(&mut self, mut step: SprintsStep) -> Result<Option<Step>, Failure> {
        let Some(board) = step.boards.front().copied() else {
            return Ok(self.after_page_of_boards(VecDeque::new(), step.then, step.last));
        };
        let (start, most, id) = (step.at.start.to_string(), PER_PAGE.to_string(), board.to_string());
        let query = [("startAt", start.as_str()), ("maxResults", most.as_str())];
        let finished = match self.api.get(&["rest", "agile", "1.0", "board", &id, "sprint"], &query).await {
            Ok(answer) => {
                let page = offset_page(&answer)?;
                self.api.spend(points::of_objects(count(page.values.len())));
                let ends = page.ends(step.at.start);
                step.then.sprints_unsure |= self.page_of_sprints(board, &page)?;
                let (at, last) = self.following("sprints", step.at, &page.values, ends);
                step.then.sprints_unsure |= at.unsure;
                step.at = at;
                last
            }
            Err(refused) if refused.status == Some(StatusCode::BAD_REQUEST) => true,
            Err(refused) if refused.status == Some(StatusCode::UNAUTHORIZED) && may_not(&refused) => {
                self.notice(MAY_NOT);
                self.show("sprints", 0, None);
                return Ok(self.after_boards());
            }
            Err(refused) if may_not(&refused) || refused.status == Some(StatusCode::NOT_FOUND) => {
                self.quarantine(format!("sprints of board {board}"), Failure::from(refused).to_string());
                step.then.sprints_unsure = true;
                true
            }
            Err(refused) => return Err(refused.into()),
        };
        if !finished {
            self.show("sprints", step.then.done, None);
            return Ok(Some(Step::Sprints(step)));
        }
        step.boards.pop_front();
        step.then.done += 1;
        step.at = OffsetStep::default();
        self.show("sprints", step.then.done, None);
        Ok(self.after_page_of_boards(step.boards, step.then, step.last))
    }

    /// Whether some sprint could not be told apart.
    fn page_of_sprints(&mut self, board: u64, page: &wire::OffsetPage<'_>) -> Result<bool, Failure> {
        let Read { items, broken } = read_each::<wire::Sprint>(&page.values, id_of)?;
        let unsure = self.quarantine_all("sprint", &broken);
        let id = |id: &str| format!("{id:0>12}");
        let mut ids: Vec<String> = broken.iter().filter_map(|one| one.id.as_deref()).map(id).collect();
        for sprint in items {
            let number = sprint.id.0.to_string();
            ids.push(id(&number));
            let Some(sprint) = map::sprint(sprint, board, self.started) else {
                self.quarantine(format!("sprint {number}"), "its state is not known");
                continue;
            };
            // One that ended before the history begins is not told, but has not vanished, either.
            let end = sprint.completed_at.or(sprint.end_at);
            let is_old = sprint.state == SprintState::Closed && end.is_some_and(|end| end < self.cutoff());
            if !is_old {
                self.tell(Fact::Record(Record::Sprint(sprint)));
            }
        }
        self.list(shelf(RecordKind::Sprint), ids, false);
        Ok(unsure)
    }
}
