//! One pass over the rows: who counts, and the numbers that each pull request adds.

use crate::{
    answer::BotSource,
    delivery::{DeliveryInput, Selection},
    range::Range,
};
use plumbline_domain::{FlowRow, RepositoryKey, Reviewer};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the rows of a range add up to.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// Durations by week of the range.
    pub(crate) weeks: Vec<Durations>,
    /// Seconds from the first commit to the merge.
    pub(crate) lead: Vec<u64>,
    /// Changed lines of each pull request.
    pub(crate) lines: Vec<u64>,
    /// Review rounds of each pull request.
    pub(crate) rounds: Vec<u64>,
    /// People who wrote at least one.
    pub(crate) authors: HashSet<u64>,
    /// Reviews by person.
    pub(crate) reviewers: HashMap<u64, u64>,
    /// Pull requests by bot; the team's own bots are here even with none.
    pub(crate) bot_pull_requests: BTreeMap<u64, (u64, BotSource)>,
    pub(crate) reverts: u64,
    pub(crate) hotfixes: u64,
    pub(crate) reverts_or_hotfixes: u64,
    pub(crate) unreviewed: u64,
    pub(crate) without_commits: u64,
    pub(crate) negative: u64,
    pub(crate) deleted_authors: u64,
    pub(crate) own_reviews: u64,
    pub(crate) bot_reviews: u64,
    pub(crate) unknown_reviews: u64,
}

/// Seconds, one value per measured pull request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Durations {
    pub(crate) cycle: Vec<u64>,
    pub(crate) pickup: Vec<u64>,
    pub(crate) review: Vec<u64>,
    pub(crate) merge: Vec<u64>,
    pub(crate) coding: Vec<u64>,
}

impl Durations {
    pub(crate) fn append(&mut self, mut other: Self) {
        self.cycle.append(&mut other.cycle);
        self.pickup.append(&mut other.pickup);
        self.review.append(&mut other.review);
        self.merge.append(&mut other.merge);
        self.coding.append(&mut other.coding);
    }
}

/// The three parts of a reviewed pull request's cycle time, in seconds; they add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phases {
    pub(crate) pickup: u64,
    pub(crate) review: u64,
    pub(crate) merge: u64,
}

impl Phases {
    /// From the first review and the last approval, counted from ready. Without an approval, the review lasts until
    /// the merge. Both are clamped to the cycle, so that not even a wrong row can break the sum.
    fn new(cycle: u64, first_review: u64, last_approval: Option<u64>) -> Self {
        let first = first_review.min(cycle);
        let last = last_approval.unwrap_or(cycle).clamp(first, cycle);
        Self { pickup: first, review: last - first, merge: cycle - last }
    }
}

/// Which rows count.
pub(crate) struct Filter<'a> {
    range: &'a Range,
    repository: Option<RepositoryKey>,
    authors: Option<HashSet<u64>>,
    group: Option<HashSet<u64>>,
    person_of: &'a dyn Fn(u64) -> u64,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(range: &'a Range, selection: Selection<'_>, person_of: &'a dyn Fn(u64) -> u64) -> Self {
        let people = |accounts: Option<&HashSet<u64>>| -> Option<HashSet<u64>> {
            accounts.map(|accounts| accounts.iter().map(|account| person_of(*account)).collect())
        };
        let (authors, group) = (people(selection.authors), people(selection.group));
        Self { range, repository: selection.repository, authors, group, person_of }
    }

    /// Whether the range and the selection let it through.
    pub(crate) fn lets_through(&self, row: &FlowRow) -> bool {
        let author = self.author(row);
        let is_in = |people: &Option<HashSet<u64>>| match people {
            None => true,
            Some(people) => author.is_some_and(|author| people.contains(&author)),
        };
        self.range.contains(row.merged_at)
            && self.repository.is_none_or(|repository| row.key.repository == repository)
            && is_in(&self.authors)
            && is_in(&self.group)
    }

    /// Who wrote it.
    pub(crate) fn author(&self, row: &FlowRow) -> Option<u64> {
        row.author.map(self.person_of)
    }
}

/// Whether a bot wrote it: one that the vendor types as such, or one of the team's own list.
pub(crate) fn is_bots(row: &FlowRow, team_bots: &HashSet<u64>) -> bool {
    row.author.is_some_and(|account| row.author_is_bot || team_bots.contains(&account))
}

/// Rounds of changes that anybody but the team's bots asked for.
pub(crate) fn rounds(row: &FlowRow, team_bots: &HashSet<u64>) -> u64 {
    let by_bot = |reviewer: &&Reviewer| reviewer.account.is_some_and(|account| team_bots.contains(&account));
    row.reviewers.iter().filter(|reviewer| !by_bot(reviewer)).map(|reviewer| u64::from(reviewer.rounds)).sum()
}

impl Sample {
    /// Counts every row that the range and the selection let through.
    pub(crate) fn of(input: &DeliveryInput<'_>) -> Self {
        let filter = Filter::new(input.range, input.selection, input.person_of);
        let mut sample = Self { weeks: vec![Durations::default(); input.range.mondays().len()], ..Self::default() };
        sample.bot_pull_requests = input.team_bots.iter().map(|bot| (*bot, (0, BotSource::Team))).collect();
        for row in input.rows.iter().filter(|row| filter.lets_through(row)) {
            sample.add(row, filter.author(row), input);
        }
        sample
    }

    fn add(&mut self, row: &FlowRow, author: Option<u64>, input: &DeliveryInput<'_>) {
        if let Some(account) = row.author.filter(|_| is_bots(row, input.team_bots)) {
            let (pull_requests, source) = self.bot_pull_requests.entry(account).or_insert((0, BotSource::Vendor));
            *pull_requests += 1;
            if row.author_is_bot {
                *source = BotSource::Vendor;
            }
            return;
        }
        match author {
            Some(person) => {
                self.authors.insert(person);
            }
            None => self.deleted_authors += 1,
        }
        self.lines.push(row.lines);
        self.reverts += u64::from(row.is_revert);
        self.hotfixes += u64::from(row.is_hotfix);
        self.reverts_or_hotfixes += u64::from(row.is_revert || row.is_hotfix);

        let phases = self.add_reviews(row, author, input);
        let Some(durations) = self.weeks.get_mut(input.range.week_of(row.merged_at)) else { return };
        durations.cycle.push(row.cycle_seconds);
        match phases {
            Some(Phases { pickup, review, merge }) => {
                durations.pickup.push(pickup);
                durations.review.push(review);
                durations.merge.push(merge);
            }
            None => self.unreviewed += 1,
        }
        match row.coding_seconds.map(u64::try_from) {
            Some(Ok(coding)) => {
                durations.coding.push(coding);
                self.lead.push(coding.saturating_add(row.cycle_seconds));
            }
            Some(Err(_)) => self.negative += 1,
            None => self.without_commits += 1,
        }
    }

    /// Counts the reviews; answers the phases if a person other than the author reviewed it in time.
    fn add_reviews(&mut self, row: &FlowRow, author: Option<u64>, input: &DeliveryInput<'_>) -> Option<Phases> {
        let (mut first_review, mut last_approval) = (None, None);
        for Reviewer { account, reviews, first_review: first, last_approval: last, .. } in &row.reviewers {
            let reviews = u64::from(*reviews);
            if account.is_some_and(|account| input.team_bots.contains(&account)) {
                self.bot_reviews += reviews;
                continue;
            }
            let Some(person) = account.map(input.person_of) else {
                self.unknown_reviews += reviews;
                continue;
            };
            if author == Some(person) {
                self.own_reviews += reviews;
                continue;
            }
            if reviews > 0 {
                *self.reviewers.entry(person).or_default() += reviews;
            }
            first_review = [first_review, *first].into_iter().flatten().min();
            last_approval = last_approval.max(*last);
        }
        self.rounds.push(rounds(row, input.team_bots));
        first_review.map(|first| Phases::new(row.cycle_seconds, first, last_approval))
    }
}
