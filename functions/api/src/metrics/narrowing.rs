//! What those who may not see individuals are shown of numbers: whole teams, and parts with enough people in them and
//! outside.

use super::{Found, HOST};
use crate::{problem::Problem, sight::too_few};
use plumbline_auth::{Sight, roles::is_shown};
use plumbline_domain::{ActorKind, VendorId};
use plumbline_metrics::Delivery;
use std::collections::HashSet;

impl Found {
    /// Whether what the question narrows to may be shown to somebody with this sight.
    pub(super) fn check_narrowing(&self, sight: &Sight) -> Result<(), Problem> {
        if sight.is_everybody() {
            return Ok(());
        }
        let is_seen = |account: &u64| sight.has(&VendorId::new(HOST, account));
        if let Some(authors) = &self.authors {
            // Somebody's own numbers: theirs to see, however they are narrowed further.
            return if authors.iter().all(is_seen) { Ok(()) } else { Err(not_yours()) };
        }
        if let Some(group) = &self.group {
            let people = self.people();
            let in_group: HashSet<u64> = group.iter().map(|account| self.person(*account)).collect();
            let size = in_group.intersection(&people).count();
            if !group.iter().all(is_seen) && !is_shown(size, people.len()) {
                return Err(too_few());
            }
        }
        if self.repository.is_some() {
            let authors = self.authors_shown();
            if !authors.iter().all(is_seen) && !is_shown(authors.len(), self.authors_at_all().len()) {
                return Err(too_few());
            }
        }
        Ok(())
    }

    fn person(&self, account: u64) -> u64 {
        self.persons.get(&account).copied().unwrap_or(account)
    }

    /// The team's people at the code host, each once.
    fn people(&self) -> HashSet<u64> {
        let users =
            self.accounts.iter().filter(|account| account.kind == ActorKind::User && account.member != Some(false));
        let ids = users.filter_map(|account| account.id.id.parse().ok());
        ids.filter(|id| !self.team_bots.contains(id)).map(|id| self.person(id)).collect()
    }

    /// The people who wrote what is counted.
    fn authors_shown(&self) -> HashSet<u64> {
        let selection = self.selection();
        let counted = self.rows.rows.iter().filter(|row| {
            selection.repository.is_none_or(|repository| row.key.repository == repository)
                && selection.group.is_none_or(|group| row.author.is_some_and(|author| group.contains(&author)))
        });
        self.people_among(counted)
    }

    /// The people who wrote anything in the range.
    fn authors_at_all(&self) -> HashSet<u64> {
        self.people_among(self.rows.rows.iter())
    }

    fn people_among<'a>(&self, rows: impl Iterator<Item = &'a plumbline_domain::FlowRow>) -> HashSet<u64> {
        let authors = rows.filter(|row| !row.author_is_bot).filter_map(|row| row.author);
        authors.filter(|author| !self.team_bots.contains(author)).map(|author| self.person(author)).collect()
    }
}

fn not_yours() -> Problem {
    Problem::forbidden(
        "role",
        "Your role in this team shows you your own numbers and, as a lead, those of your groups' people.",
    )
}

/// Takes out of an answer who is not to be seen. The sums stay as they are.
pub(super) fn hide_people(answer: &mut Delivery, sight: &Sight) {
    if sight.is_everybody() {
        return;
    }
    let load = &mut answer.review_load;
    let first = load.reviewers.first().map(|reviewer| reviewer.id.clone());
    load.reviewers.retain(|reviewer| reviewer.id.parse().is_ok_and(|id| sight.has(&id)));
    // The warning names whoever reviews most.
    if load.reviewers.first().map(|reviewer| &reviewer.id) != first.as_ref() {
        load.warning = None;
    }
}
