//! What a request leaves in the audit log.
//!
//! The guard writes it: of every change, and of every read about other people. A handler of a route that shows rows about
//! people has to say here about whom they were; an answer of one that did not is not given out.

use plumbline_domain::TeamId;
use std::sync::{Arc, Mutex, PoisonError};

/// Names of an entry; the others are counted.
const MOST_NAMED: usize = 20;

/// Collects what a request was about, in each team that it concerns.
#[derive(Clone, Default)]
pub(crate) struct Trail(Arc<Mutex<Vec<Collected>>>);

/// Collects what it was about in one team.
#[derive(Clone)]
pub(crate) struct TeamTrail {
    all: Trail,
    index: usize,
}

/// What a request was about in a team.
#[derive(Clone)]
pub(crate) struct Collected {
    /// In which team.
    pub(crate) team: TeamId,
    /// About whom or what.
    pub(crate) about: Vec<String>,
    /// Whether the handler said whose rows it showed.
    pub(crate) is_accounted: bool,
}

impl Trail {
    /// A request concerns a team.
    pub(crate) fn of_team(&self, team: TeamId) -> TeamTrail {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Collected { team, about: Vec::new(), is_accounted: false });
        TeamTrail { all: self.clone(), index: all.len() - 1 }
    }

    /// All of it, cut to what entries take.
    pub(crate) fn collected(&self) -> Vec<Collected> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for collected in &mut all {
            let more = collected.about.len().saturating_sub(MOST_NAMED);
            if more > 0 {
                collected.about.truncate(MOST_NAMED);
                collected.about.push(format!("{more} more"));
            }
        }
        all
    }
}

impl TeamTrail {
    fn change(&self, change: impl FnOnce(&mut Collected)) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get_mut(self.index).map(change).unwrap_or_default();
    }

    /// Somebody or something that it concerns, by an id: `member:m_…`, `connection:jira`.
    pub(crate) fn is_about(&self, kind: &str, id: impl std::fmt::Display) {
        self.change(|collected| collected.about.push(format!("{kind}:{id}")));
    }

    /// It shows rows about everybody in the team.
    pub(crate) fn shows_everybody(&self) {
        self.change(|collected| {
            collected.about.push("everybody".to_owned());
            collected.is_accounted = true;
        });
    }

    /// It shows rows about the people in this group.
    pub(crate) fn shows_group(&self, id: impl std::fmt::Display) {
        self.change(|collected| {
            collected.about.push(format!("group:{id}"));
            collected.is_accounted = true;
        });
    }

    /// It shows nothing but rows about whoever asks, or about nobody.
    pub(crate) fn shows_only_oneself(&self) {
        self.change(|collected| collected.is_accounted = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_entry_cannot_take_is_counted() {
        let all = Trail::default();
        let [one, other] = ["one", "other"].map(|team| all.of_team(team.parse().unwrap()));
        for number in 0..25 {
            one.is_about("member", number);
        }
        other.shows_only_oneself();
        let collected = all.collected();
        assert_eq!((collected[0].about.len(), collected[0].about.last().map(String::as_str)), (21, Some("5 more")));
        assert!(!collected[0].is_accounted && collected[1].is_accounted && collected[1].about.is_empty());
    }
}
