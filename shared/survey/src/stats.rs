//! One person's statistics.

use crate::{question::Quality, row::SurveyRow};
use plumbline_domain::VendorId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How often somebody guessed right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Accuracy {
    /// Right guesses.
    pub correct: u64,
    /// Guesses of which the truth is known.
    pub resolved: u64,
}

impl Accuracy {
    /// Correct / resolved, 0 to 1; `None` without resolved guesses.
    pub fn share(self) -> Option<f64> {
        share(self.correct, self.resolved)
    }

    pub(crate) fn add(&mut self, right: bool) {
        self.resolved += 1;
        self.correct += u64::from(right);
    }
}

/// A person's statistics over all surveys given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MyStats {
    /// Surveys of pull requests that they reviewed, and were asked about.
    pub reviews_asked: u64,
    /// Ratings given.
    pub rated: u64,
    /// Mean of their ratings, 1 to 3; `None` without any.
    pub mean_quality: Option<f64>,
    /// Guesses made.
    pub guesses: u64,
    /// How many were right, of those of which the truth is known.
    pub accuracy: Accuracy,
    /// Surveys of pull requests that they wrote.
    pub authored: u64,
    /// How many of those were AI-assisted, of `authored_known`.
    pub authored_assisted: u64,
    /// Of how many of them that is known.
    pub authored_known: u64,
}

/// A person's statistics. `accounts` are all accounts of the person at the code host; rows of others are ignored.
pub fn my_stats<'a>(rows: impl IntoIterator<Item = &'a SurveyRow>, accounts: &BTreeSet<VendorId>) -> MyStats {
    let mut stats = MyStats::default();
    let mut ratings = 0_u64;
    for row in rows {
        if row.author.as_ref().is_some_and(|author| accounts.contains(author)) {
            stats.authored += 1;
            stats.authored_known += u64::from(row.truth.is_some());
            stats.authored_assisted += u64::from(row.truth.is_some_and(|truth| truth.assisted));
        }
        // Accounts may have been linked since: they are still one person.
        let mine = |account: &VendorId| accounts.contains(account);
        stats.reviews_asked += u64::from(row.reviewers.iter().any(|reviewer| mine(&reviewer.account)));
        for reviewer in row.reviewers.iter().filter(|reviewer| mine(&reviewer.account)) {
            stats.guesses += u64::from(reviewer.guess.is_some());
            if let Some(quality) = reviewer.quality {
                stats.rated += 1;
                ratings += number(quality);
            }
        }
        for (_, _, right) in row.resolved().filter(|(reviewer, _, _)| mine(&reviewer.account)) {
            stats.accuracy.add(right);
        }
    }
    stats.mean_quality = share(ratings, stats.rated);
    stats
}

/// The accuracy to tell in a reveal: of the person's rows, with this survey's as it is now in place of one that may
/// be stored already.
pub fn accuracy<'a>(
    rows: impl IntoIterator<Item = &'a SurveyRow>,
    this: &'a SurveyRow,
    accounts: &BTreeSet<VendorId>,
) -> Accuracy {
    let others = rows.into_iter().filter(|row| row.key != this.key);
    my_stats(others.chain([this]), accounts).accuracy
}

pub(crate) fn number(quality: Quality) -> u64 {
    u64::from(u8::from(quality))
}

/// A quotient; `None` of nothing.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let (part, of) = (part as f64, whole as f64);
    (whole > 0).then(|| part / of)
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
