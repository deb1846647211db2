//! What AI does to merged pull requests: their rows and the surveys' in, the API's answer out.

mod answer;
mod estimate;

pub use answer::{
    Ai, AiBasis, AiWeek, AssistedShares, Comparison, Detector, Difference, Estimate, Impact, Proportion, SurveyReach,
    ToolShare,
};

use crate::{
    answer::{Exclusion, ExclusionReason, Filters},
    definitions::{self as define, exclusion},
    delivery::Selection,
    range::Range,
    sample::{Filter, is_bots, rounds},
    stats::{count, ratio},
};
use estimate::{ENOUGH, difference, mean, median, share};
use jiff::Timestamp;
use plumbline_detection::Tool;
use plumbline_domain::{FlowRow, PullRequestKey};
use plumbline_survey::{SurveyRow, TruthSource};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What to compute from. Account ids are those of the one code host that the rows come from.
pub struct AiInput<'a> {
    /// Rows of pull requests merged in at least the range, in any order.
    pub rows: &'a [FlowRow],
    /// Rows of surveys of pull requests merged in at least the range.
    pub surveys: &'a [SurveyRow],
    /// Merged pull requests of the range without a survey, by the reason.
    pub not_asked: BTreeMap<String, u64>,
    /// The days asked for.
    pub range: &'a Range,
    /// What to narrow them to.
    pub selection: Selection<'a>,
    /// What to narrow them to, in the words of the question; only shown.
    pub filters: Filters,
    /// What tells assisted from other pull requests.
    pub by: AiBasis,
    /// Accounts that the team calls bots.
    pub team_bots: &'a HashSet<u64>,
    /// The account that stands for the person behind an account; the account itself where it is not linked.
    pub person_of: &'a dyn Fn(u64) -> u64,
    /// When the data was last complete.
    pub as_of: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

/// What is known of one pull request's assistance.
#[derive(Clone, Copy)]
struct Known {
    answer: Option<bool>,
    detected: bool,
}

impl Known {
    fn of(row: &FlowRow, survey: Option<&SurveyRow>) -> Self {
        let said = survey.and_then(|survey| survey.truth).filter(|truth| is_answer(truth.source));
        Self { answer: said.map(|truth| truth.assisted), detected: !row.tools.is_empty() }
    }

    fn combined(self) -> bool {
        self.answer.unwrap_or(self.detected)
    }

    fn by(self, basis: AiBasis) -> Option<bool> {
        match basis {
            AiBasis::Answer => self.answer,
            AiBasis::Detection => Some(self.detected),
            AiBasis::Combined => Some(self.combined()),
        }
    }
}

fn is_answer(source: TruthSource) -> bool {
    matches!(source, TruthSource::Answer | TruthSource::Control)
}

/// The numbers of one group.
#[derive(Default)]
struct Group {
    cycle: Vec<u64>,
    lines: Vec<u64>,
    rounds: Vec<u64>,
    ratings: Vec<u64>,
    reverts: u64,
}

/// Computes the answer. The order of the rows makes no difference.
pub fn ai(input: AiInput<'_>) -> Ai {
    let surveys: HashMap<PullRequestKey, &SurveyRow> =
        input.surveys.iter().map(|survey| (survey.key, survey)).collect();
    let filter = Filter::new(input.range, input.selection, input.person_of);
    let let_through = input.rows.iter().filter(|row| filter.lets_through(row));
    let (bots, counted): (Vec<&FlowRow>, Vec<&FlowRow>) = let_through.partition(|row| is_bots(row, input.team_bots));
    let left_out = || vec![exclusion(ExclusionReason::BotAuthor, count(bots.len()))];

    let mut weeks: Vec<AiWeek> = input.range.mondays().map(week).collect();
    let (mut assisted, mut others) = (Group::default(), Group::default());
    let mut tools: BTreeMap<u8, u64> = BTreeMap::new();
    let mut asked: Vec<&SurveyRow> = Vec::new();
    for row in counted.iter().copied() {
        let survey = surveys.get(&row.key).copied();
        asked.extend(survey);
        let known = Known::of(row, survey);
        if let Some(week) = weeks.get_mut(input.range.week_of(row.merged_at)) {
            week.merged += 1;
            week.answered += u64::from(known.answer.is_some());
            week.by_answer += u64::from(known.answer == Some(true));
            week.by_detection += u64::from(known.detected);
            week.combined += u64::from(known.combined());
        }
        for tool in &row.tools {
            *tools.entry(*tool).or_default() += 1;
        }
        match known.by(input.by) {
            Some(true) => assisted.add(row, survey, input.team_bots),
            Some(false) => others.add(row, survey, input.team_bots),
            None => {}
        }
    }
    let total = |of: fn(&AiWeek) -> u64| weeks.iter().map(of).sum::<u64>();
    let merged = count(counted.len());
    let answered = total(|week| week.answered);
    let unanswered = || {
        let mut exclusions = left_out();
        exclusions.push(exclusion(ExclusionReason::Unanswered, merged - answered));
        exclusions
    };
    Ai {
        from: input.range.from(),
        to: input.range.to(),
        time_zone: input.range.time_zone().to_owned(),
        as_of: input.as_of,
        data_age_seconds: input.as_of.map(|at| (input.now.as_second() - at.as_second()).max(0)),
        by: input.by,
        assisted_share: AssistedShares {
            by_answer: proportion(total(|week| week.by_answer), answered, define::BY_ANSWER, unanswered()),
            by_detection: proportion(total(|week| week.by_detection), merged, define::BY_DETECTION, left_out()),
            combined: proportion(total(|week| week.combined), merged, define::AI_COMBINED, left_out()),
        },
        impact: impact(assisted, others),
        detection_rate: detection_rate(&asked),
        detector: detector(&asked),
        tools: tool_shares(tools, merged),
        surveys: reach(&asked, input.not_asked),
        weekly: weeks,
        filters: input.filters,
    }
}

fn week(week: jiff::civil::Date) -> AiWeek {
    AiWeek { week, merged: 0, answered: 0, by_answer: 0, by_detection: 0, combined: 0 }
}

impl Group {
    fn add(&mut self, row: &FlowRow, survey: Option<&SurveyRow>, team_bots: &HashSet<u64>) {
        self.cycle.push(row.cycle_seconds);
        self.lines.push(row.lines);
        self.rounds.push(rounds(row, team_bots));
        self.reverts += u64::from(row.is_revert || row.is_hotfix);
        let ratings = survey.into_iter().flat_map(|survey| &survey.reviewers).filter_map(|reviewer| reviewer.quality);
        self.ratings.extend(ratings.map(|quality| u64::from(u8::from(quality))));
    }
}

fn impact(mut assisted: Group, mut others: Group) -> Impact {
    let compare = |assisted: Estimate, not_assisted: Estimate, definition: &str| Comparison {
        assisted,
        not_assisted,
        difference: difference(&assisted, &not_assisted),
        enough_data: assisted.n >= ENOUGH && not_assisted.n >= ENOUGH,
        definition: definition.to_owned(),
    };
    let reverts = |group: &Group| share(group.reverts, count(group.cycle.len()));
    Impact {
        reverts: compare(reverts(&assisted), reverts(&others), define::REVERT_SHARE),
        cycle_time: compare(median(&mut assisted.cycle), median(&mut others.cycle), define::CYCLE_TIME),
        size: compare(median(&mut assisted.lines), median(&mut others.lines), define::SIZE),
        review_rounds: compare(mean(&assisted.rounds), mean(&others.rounds), define::REVIEW_ROUNDS),
        quality: compare(mean(&assisted.ratings), mean(&others.ratings), define::QUALITY),
    }
}

fn proportion(part: u64, n: u64, definition: &str, exclusions: Vec<Exclusion>) -> Proportion {
    let Estimate { value, low, high, .. } = share(part, n);
    Proportion { count: part, n, share: value, low, high, definition: definition.to_owned(), exclusions }
}

fn detection_rate(surveys: &[&SurveyRow]) -> Proportion {
    let (mut correct, mut resolved, mut open) = (0, 0, 0);
    for survey in surveys {
        for guess in survey.reviewers.iter().filter_map(|reviewer| reviewer.guess) {
            match survey.truth {
                Some(truth) => {
                    resolved += 1;
                    correct += u64::from(guess == truth.assisted);
                }
                None => open += 1,
            }
        }
    }
    proportion(correct, resolved, define::DETECTION_RATE, vec![exclusion(ExclusionReason::Unresolved, open)])
}

fn detector(surveys: &[&SurveyRow]) -> Detector {
    let labelled: Vec<(bool, bool)> =
        surveys.iter().filter_map(|survey| Some((survey.label?, survey.detection.as_ref()?.assisted))).collect();
    let number =
        |of: &dyn Fn(bool, bool) -> bool| count(labelled.iter().filter(|(said, found)| of(*said, *found)).count());
    let both = number(&|said, found| said && found);
    Detector {
        precision: proportion(both, number(&|_, found| found), define::PRECISION, Vec::new()),
        recall: proportion(both, number(&|said, _| said), define::RECALL, Vec::new()),
        labels: count(labelled.len()),
    }
}

fn tool_shares(tools: BTreeMap<u8, u64>, merged: u64) -> Vec<ToolShare> {
    let mut shares: Vec<ToolShare> = tools
        .into_iter()
        .map(|(number, pull_requests)| {
            let tool = Tool::from_number(number).unwrap_or(Tool::Other);
            ToolShare {
                tool: tool.name().to_owned(),
                name: tool.display_name().to_owned(),
                pull_requests,
                share: ratio(pull_requests, merged),
            }
        })
        .collect();
    // Stable: tools with as many pull requests stay in order of their numbers.
    shares.sort_by_key(|share| u64::MAX - share.pull_requests);
    shares
}

fn reach(surveys: &[&SurveyRow], not_asked: BTreeMap<String, u64>) -> SurveyReach {
    let mut reach = SurveyReach { surveys: count(surveys.len()), not_asked, ..SurveyReach::default() };
    for survey in surveys {
        reach.asked += u64::from(survey.asked);
        reach.unreachable += u64::from(survey.unreachable);
        reach.opted_out += u64::from(survey.opted_out);
        reach.over_cap += u64::from(survey.over_cap);
        reach.unknown += u64::from(survey.unknown);
        reach.authors_asked += u64::from(survey.author_asked);
        reach.authors_answered += u64::from(survey.truth.is_some_and(|truth| is_answer(truth.source)));
        reach.reviewers_asked += count(survey.reviewers.len());
        let those = |of: fn(&plumbline_survey::ReviewerRow) -> bool| {
            count(survey.reviewers.iter().filter(|reviewer| of(reviewer)).count())
        };
        reach.reviewers_guessed += those(|reviewer| reviewer.guess.is_some());
        reach.reviewers_rated += those(|reviewer| reviewer.quality.is_some());
    }
    reach
}

#[cfg(test)]
#[path = "ai_tests.rs"]
mod tests;
