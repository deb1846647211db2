//! The compact row that a survey leaves for metrics, statistics and the leaderboard.

use crate::{
    question::Quality,
    survey::{Survey, Truth, TruthSource},
};
use jiff::Timestamp;
use plumbline_domain::{PullRequestKey, VendorId};
use serde::{Deserialize, Serialize};

/// One survey. Instants are cut to milliseconds. Its serialised form suits postcard: every field is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyRow {
    /// Of which pull request.
    pub key: PullRequestKey,
    /// When it was merged.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub merged_at: Timestamp,
    /// The author's account; `None` when it was deleted or is no person's.
    pub author: Option<VendorId>,
    /// Whether AI was used, and who says so.
    pub truth: Option<TruthRow>,
    /// What was detected; `None` when the detector could not look.
    pub detection: Option<DetectionRow>,
    /// In the control sample.
    pub control: bool,
    /// A label for the detector: the answer of a control sample's author.
    pub label: Option<bool>,
    /// All reviewers who were asked.
    pub reviewers: Vec<ReviewerRow>,
    /// How many people were asked, in Slack or on the web.
    pub asked: u32,
    /// How many could not be reached in Slack.
    pub unreachable: u32,
    /// How many had opted out.
    pub opted_out: u32,
    /// How many had been asked often enough that day.
    pub over_cap: u32,
    /// Messages of which nobody knows whether Slack took them.
    pub unknown: u32,
    /// The author was asked.
    pub author_asked: bool,
}

/// The truth in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthRow {
    /// AI was used.
    pub assisted: bool,
    /// Who says so.
    pub source: TruthSource,
    /// Since when it is known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// What was detected, in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectionRow {
    /// Signs of AI use, whether or not the text denies it.
    pub assisted: bool,
    /// Names of the tools.
    pub tools: Vec<String>,
    /// Version of the rules (`2026-11-29`).
    pub version: String,
}

/// A reviewer in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewerRow {
    /// Their account in the survey.
    pub account: VendorId,
    /// Their rating.
    pub quality: Option<Quality>,
    /// Their guess: that AI was used.
    pub guess: Option<bool>,
    /// When they guessed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub guessed_at: Option<Timestamp>,
}

impl Survey {
    /// The row it leaves now.
    pub fn row(&self, now: Timestamp) -> SurveyRow {
        let counts = self.counts(now);
        let label = self.truth.filter(|truth| truth.source == TruthSource::Control).map(|truth| truth.assisted);
        SurveyRow {
            key: self.key,
            merged_at: cut(self.merged_at),
            author: self.author.as_ref().map(|author| author.person.account.clone()),
            truth: self.truth.map(|Truth { assisted, source, at }| TruthRow { assisted, source, at: cut(at) }),
            detection: self.detection.as_ref().map(|found| DetectionRow {
                assisted: found.assisted,
                tools: found.tools.clone(),
                version: found.version.clone(),
            }),
            control: self.control,
            label,
            reviewers: self
                .reviewers
                .iter()
                .filter(|reviewer| reviewer.person.is_asked())
                .map(|reviewer| ReviewerRow {
                    account: reviewer.person.account.clone(),
                    quality: reviewer.quality.map(|given| given.value),
                    guess: reviewer.guess.map(|given| given.value),
                    guessed_at: reviewer.guess.map(|given| cut(given.at)),
                })
                .collect(),
            asked: counts.asked,
            unreachable: counts.unreachable,
            opted_out: counts.opted_out,
            over_cap: counts.over_cap,
            unknown: counts.unknown,
            author_asked: self.author.as_ref().is_some_and(|author| author.person.is_asked()),
        }
    }
}

impl SurveyRow {
    /// Each guess of which the truth is known, when that was so, and whether it was right.
    pub(crate) fn resolved(&self) -> impl Iterator<Item = (&ReviewerRow, Timestamp, bool)> {
        self.reviewers.iter().filter_map(|reviewer| {
            let truth = self.truth?;
            let at = reviewer.guessed_at?.max(truth.at);
            Some((reviewer, at, reviewer.guess? == truth.assisted))
        })
    }
}

/// To milliseconds, so that a row is the same before and after it was stored.
fn cut(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
