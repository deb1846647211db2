//! The delivery metrics: rows of merged pull requests in, the API's answer out.

use crate::{
    answer::{
        Bot, BotSource, Delivery, Duration, Exclusion, ExclusionReason, Filters, RevertShare, ReviewLoad, ReviewRounds,
        ReviewerLoad, SizeMix, Throughput, Unit, Week, WeekDuration,
    },
    definitions::{self as define, exclusion},
    range::Range,
    sample::{Durations, Sample},
    stats::{Summary, count, float, ratio},
};
use jiff::Timestamp;
use plumbline_domain::{FlowRow, Provider, RepositoryKey, VendorId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What to compute from. Account ids are those of the one code host that the rows come from.
pub struct DeliveryInput<'a> {
    /// Rows of at least the range, in any order; what lies outside is ignored.
    pub rows: &'a [FlowRow],
    /// The code host.
    pub provider: Provider,
    /// The days asked for.
    pub range: &'a Range,
    /// What to narrow them to.
    pub selection: Selection<'a>,
    /// What to narrow them to, in the words of the question; only shown.
    pub filters: Filters,
    /// Accounts that the team calls bots.
    pub team_bots: &'a HashSet<u64>,
    /// Login of each known account.
    pub logins: &'a HashMap<u64, String>,
    /// The account that stands for the person behind an account; the account itself where it is not linked.
    pub person_of: &'a dyn Fn(u64) -> u64,
    /// When the data was last complete.
    pub as_of: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

/// Which pull requests count; `None` is no restriction. Accounts stand for their people: a pull request written under
/// another account of the same person counts as well.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selection<'a> {
    /// Only by these authors.
    pub authors: Option<&'a HashSet<u64>>,
    /// Only by members of a group: its accounts.
    pub group: Option<&'a HashSet<u64>>,
    /// Only in this repository.
    pub repository: Option<RepositoryKey>,
}

/// Computes the answer. The order of the rows makes no difference.
pub fn delivery(input: DeliveryInput<'_>) -> Delivery {
    let mut sample = Sample::of(&input);
    let bot_authors = sample.bot_pull_requests.values().map(|(count, _)| count).sum();
    let bots_only = || vec![exclusion(ExclusionReason::BotAuthor, bot_authors)];
    let unreviewed = || {
        let mut exclusions = bots_only();
        exclusions.push(exclusion(ExclusionReason::MergedWithoutReview, sample.unreviewed));
        exclusions
    };
    let uncoded = || {
        let mut exclusions = bots_only();
        exclusions.push(exclusion(ExclusionReason::NoCommits, sample.without_commits));
        exclusions.push(exclusion(ExclusionReason::Negative, sample.negative));
        exclusions
    };
    let (phases_left_out, coding_left_out) = ([unreviewed(), unreviewed(), unreviewed()], [uncoded(), uncoded()]);
    let [pickup_left_out, review_left_out, merge_left_out] = phases_left_out;
    let [coding_left_out, lead_left_out] = coding_left_out;

    let weekly = input.range.mondays().zip(&mut sample.weeks).map(|(monday, week)| weekly(monday, week)).collect();
    let mut all = Durations::default();
    for week in sample.weeks.drain(..) {
        all.append(week);
    }
    let merged = count(all.cycle.len());
    let name = |account: u64| named(input.provider, input.logins, account);

    Delivery {
        from: input.range.from(),
        to: input.range.to(),
        time_zone: input.range.time_zone().to_owned(),
        as_of: input.as_of,
        data_age_seconds: input.as_of.map(|at| (input.now.as_second() - at.as_second()).max(0)),
        filters: input.filters,
        cycle_time: duration(&mut all.cycle, define::CYCLE_TIME, bots_only()),
        pickup_time: duration(&mut all.pickup, define::PICKUP_TIME, pickup_left_out),
        review_time: duration(&mut all.review, define::REVIEW_TIME, review_left_out),
        merge_time: duration(&mut all.merge, define::MERGE_TIME, merge_left_out),
        coding_time: duration(&mut all.coding, define::CODING_TIME, coding_left_out),
        lead_time: duration(&mut sample.lead, define::LEAD_TIME, lead_left_out),
        throughput: throughput(merged, &sample, input.range.days(), bots_only()),
        size: size_mix(&mut sample.lines, bots_only()),
        review_rounds: review_rounds(&mut sample.rounds, bots_only()),
        review_load: review_load(&sample, &name, bots_only()),
        revert_share: RevertShare {
            reverts: sample.reverts,
            hotfixes: sample.hotfixes,
            share: ratio(sample.reverts_or_hotfixes, merged),
            n: merged,
            definition: define::REVERT_SHARE.to_owned(),
            exclusions: bots_only(),
        },
        bots: bots(&sample.bot_pull_requests, &name),
        weekly,
    }
}

fn duration(seconds: &mut [u64], definition: &str, exclusions: Vec<Exclusion>) -> Duration {
    let Summary { median, p75, mean, n } = Summary::of(seconds);
    Duration { median, p75, mean, n, unit: Unit::Seconds, definition: definition.to_owned(), exclusions }
}

fn weekly(monday: jiff::civil::Date, week: &mut Durations) -> Week {
    let short = |seconds: &mut [u64]| {
        let Summary { median, p75, n, .. } = Summary::of(seconds);
        WeekDuration { median, p75, n }
    };
    let merged = count(week.cycle.len());
    Week {
        week: monday,
        merged,
        n: merged,
        cycle_time: short(&mut week.cycle),
        pickup_time: short(&mut week.pickup),
        review_time: short(&mut week.review),
        merge_time: short(&mut week.merge),
        coding_time: short(&mut week.coding),
    }
}

fn throughput(merged: u64, sample: &Sample, days: u64, mut exclusions: Vec<Exclusion>) -> Throughput {
    exclusions.push(exclusion(ExclusionReason::DeletedAuthor, sample.deleted_authors));
    let active_authors = count(sample.authors.len());
    Throughput {
        merged,
        per_week: ratio(merged * 7, days).unwrap_or(0.0),
        active_authors,
        per_week_per_active_author: ratio(merged * 7, days * active_authors),
        n: merged,
        definition: define::THROUGHPUT.to_owned(),
        exclusions,
    }
}

fn size_mix(lines: &mut [u64], exclusions: Vec<Exclusion>) -> SizeMix {
    let Summary { median, n, .. } = Summary::of(lines);
    // The lines are sorted now: the classes are stretches of them.
    let up_to = |limit: u64| count(lines.partition_point(|lines| *lines <= limit));
    let (xs, s, m, l) = (up_to(10), up_to(50), up_to(200), up_to(500));
    SizeMix {
        xs,
        s: s - xs,
        m: m - s,
        l: l - m,
        xl: n - l,
        median_lines: median,
        n,
        definition: define::SIZE.to_owned(),
        exclusions,
    }
}

fn review_rounds(rounds: &mut [u64], exclusions: Vec<Exclusion>) -> ReviewRounds {
    let Summary { median, mean, n, .. } = Summary::of(rounds);
    ReviewRounds { mean, median, n, definition: define::REVIEW_ROUNDS.to_owned(), exclusions }
}

fn review_load(sample: &Sample, name: &dyn Fn(u64) -> (String, String), mut exclusions: Vec<Exclusion>) -> ReviewLoad {
    exclusions.push(exclusion(ExclusionReason::OwnReview, sample.own_reviews));
    exclusions.push(exclusion(ExclusionReason::BotReview, sample.bot_reviews));
    exclusions.push(exclusion(ExclusionReason::UnknownReviewer, sample.unknown_reviews));
    let all: u64 = sample.reviewers.values().sum();
    let mut people: Vec<(u64, u64)> = sample.reviewers.iter().map(|(account, reviews)| (*account, *reviews)).collect();
    people.sort_unstable_by_key(|(account, reviews)| (u64::MAX - reviews, *account));
    let reviewers: Vec<ReviewerLoad> = people
        .into_iter()
        .map(|(account, reviews)| {
            let (id, login) = name(account);
            ReviewerLoad { id, login, reviews, share: float(reviews) / float(all.max(1)) }
        })
        .collect();
    let warning = reviewers
        .first()
        .filter(|most| all >= define::WARNING_FROM_REVIEWS && most.reviews * 2 > all)
        .map(|most| define::warning(&most.login, most.reviews, all));
    ReviewLoad { reviews: all, reviewers, warning, n: all, definition: define::REVIEW_LOAD.to_owned(), exclusions }
}

fn bots(pull_requests: &BTreeMap<u64, (u64, BotSource)>, name: &dyn Fn(u64) -> (String, String)) -> Vec<Bot> {
    let mut bots: Vec<Bot> = pull_requests
        .iter()
        .map(|(account, (pull_requests, source))| {
            let (id, login) = name(*account);
            Bot { id, login, pull_requests: *pull_requests, source: *source }
        })
        .collect();
    // Stable: bots with as many pull requests stay in order of their account.
    bots.sort_by_key(|bot| u64::MAX - bot.pull_requests);
    bots
}

/// The account's id as the API writes it, and its login.
fn named(provider: Provider, logins: &HashMap<u64, String>, account: u64) -> (String, String) {
    let id = VendorId::new(provider, account).to_string();
    let login = logins.get(&account).unwrap_or(&id).clone();
    (id, login)
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
