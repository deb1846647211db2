//! The Copilot metrics: daily reports and seats in, the API's answer out.

mod answer;

pub use answer::{
    Copilot, CopilotActive, CopilotCounts, CopilotDay, CopilotPart, CopilotParts, CopilotSeats, CopilotSuggestions,
    CopilotUsers,
};

use crate::{
    answer::ExclusionReason,
    definitions::{self as define, exclusion},
    stats::{count, ratio},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use plumbline_domain::{ActiveUsers, Dimension, Seat, Usage, UsageCounts, VendorId};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashSet},
};

/// The product that usage and seats are of.
pub const COPILOT: &str = "copilot";

/// What to compute from.
pub struct CopilotInput<'a> {
    /// Usage of at least the range, in any order; what lies outside is ignored.
    pub usage: &'a [Usage],
    /// All seats, those that are gone, too.
    pub seats: &'a [Seat],
    /// First UTC day.
    pub from: Date,
    /// Last one, inclusive.
    pub to: Date,
    /// Accounts that the team calls bots.
    pub team_bots: &'a HashSet<VendorId>,
    /// The account that stands for the person behind an account; the account itself where it is not linked.
    pub person_of: &'a dyn Fn(&VendorId) -> VendorId,
    /// Whether the team has a Copilot connection.
    pub connected: bool,
    /// What the last sync had to say.
    pub notice: Option<&'a str>,
    /// When the data was last complete.
    pub as_of: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

/// One day of the whole organisation.
#[derive(Debug, Clone, Default)]
struct Day {
    counts: UsageCounts,
    active: Option<ActiveUsers>,
}

/// Computes the answer. The order of the reports makes no difference.
pub fn copilot(input: &CopilotInput<'_>) -> Copilot {
    let in_range: Vec<&Usage> = input
        .usage
        .iter()
        .filter(|usage| usage.product == COPILOT && input.from <= usage.day && usage.day <= input.to)
        .collect();
    let reports = whole(&in_range);
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    let mut parts: BTreeMap<(Dimension, &str), UsageCounts> = BTreeMap::new();
    let mut sum = UsageCounts::default();
    for report in &reports {
        let day = days.entry(report.day).or_default();
        add(&mut day.counts, report.counts);
        add(&mut sum, report.counts);
        if let Some(active) = report.active {
            day.active = Some(day.active.map_or(active, |known| together(known, active)));
        }
        for part in &report.parts {
            add(parts.entry((part.by, part.name.as_str())).or_default(), part.counts);
        }
    }
    let reported = count(days.len());
    let all = input.from.until(input.to).map_or(0, |span| u64::try_from(span.get_days()).unwrap_or(0)) + 1;
    Copilot {
        from: input.from,
        to: input.to,
        time_zone: "UTC".to_owned(),
        as_of: input.as_of,
        data_age_seconds: input.as_of.map(|at| (input.now.as_second() - at.as_second()).max(0)),
        notice: notice(input.connected, input.notice),
        users: users(input, &in_range, &days),
        suggestions: CopilotSuggestions {
            counts: counts(sum),
            days: reported,
            missing_days: all.saturating_sub(reported),
            n: sum.suggestions,
            definition: define::COPILOT_SUGGESTIONS.to_owned(),
            exclusions: vec![],
        },
        parts: CopilotParts {
            languages: by(&parts, Dimension::Language),
            editors: by(&parts, Dimension::Editor),
            models: by(&parts, Dimension::Model),
            features: by(&parts, Dimension::Feature),
            n: reported,
            definition: define::COPILOT_PARTS.to_owned(),
        },
        seats: seats(input.seats, input.now),
        daily: days
            .iter()
            .map(|(day, of)| CopilotDay {
                day: *day,
                active: of.active.map(|active| active.day),
                counts: counts(of.counts),
            })
            .collect(),
    }
}

/// Why numbers are missing, and what stands in for them.
fn notice(connected: bool, of_sync: Option<&str>) -> Option<String> {
    let why = if connected { of_sync?.trim() } else { define::NO_COPILOT };
    let end = if why.ends_with(['.', '!', '?']) { "" } else { "." };
    Some(format!("{why}{end} {}", define::SURVEY_STANDS_IN))
}

/// The reports of whole organisations that are added up: an enterprise's hold those of its organisations.
fn whole<'a>(usage: &[&'a Usage]) -> Vec<&'a Usage> {
    let is_enterprise = |usage: &Usage| usage.entity.starts_with("enterprise:");
    let wholes = || usage.iter().copied().filter(|usage| usage.account.is_none());
    let enterprise_days: BTreeSet<Date> =
        wholes().filter(|usage| is_enterprise(usage)).map(|usage| usage.day).collect();
    wholes().filter(|usage| is_enterprise(usage) || !enterprise_days.contains(&usage.day)).collect()
}

fn add(sum: &mut UsageCounts, more: UsageCounts) {
    sum.interactions += more.interactions;
    sum.suggestions += more.suggestions;
    sum.acceptances += more.acceptances;
    sum.lines_suggested += more.lines_suggested;
    sum.lines_added += more.lines_added;
}

/// Of two organisations; what one of them does not tell is not known of both.
fn together(one: ActiveUsers, other: ActiveUsers) -> ActiveUsers {
    let sum = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a + b);
    ActiveUsers { day: one.day + other.day, week: sum(one.week, other.week), month: sum(one.month, other.month) }
}

fn counts(sum: UsageCounts) -> CopilotCounts {
    let acceptance_rate = ratio(sum.acceptances, sum.suggestions);
    CopilotCounts {
        interactions: sum.interactions,
        suggestions: sum.suggestions,
        acceptances: sum.acceptances,
        acceptance_rate,
        reason: acceptance_rate.is_none().then(|| define::NO_SUGGESTIONS.to_owned()),
        lines_suggested: sum.lines_suggested,
        lines_added: sum.lines_added,
    }
}

fn by(parts: &BTreeMap<(Dimension, &str), UsageCounts>, dimension: Dimension) -> Vec<CopilotPart> {
    let of = parts.iter().filter(|((by, _), _)| *by == dimension);
    let mut of: Vec<CopilotPart> =
        of.map(|((_, name), sum)| CopilotPart { name: (*name).to_owned(), counts: counts(*sum) }).collect();
    // Stable: those with as much stay in order of their names.
    of.sort_by_key(|part| Reverse((part.counts.suggestions, part.counts.interactions)));
    of
}

fn users(input: &CopilotInput<'_>, usage: &[&Usage], days: &BTreeMap<Date, Day>) -> CopilotUsers {
    let (mut seen, mut active, mut engaged) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut bots = BTreeSet::new();
    for (usage, account) in usage.iter().filter_map(|usage| Some((usage, usage.account.as_ref()?))) {
        if input.team_bots.contains(account) {
            bots.insert(account);
            continue;
        }
        let person = (input.person_of)(account);
        if usage.counts.interactions > 0 {
            active.insert(person.clone());
        }
        if usage.counts.acceptances > 0 || usage.ways.iter().any(|way| way == "agent" || way == "chat") {
            engaged.insert(person.clone());
        }
        seen.insert(person);
    }
    let newest = days.iter().rev().find_map(|(day, of)| Some((*day, of.active?)));
    CopilotUsers {
        active: count(active.len()),
        engaged: count(engaged.len()),
        newest: newest.map(|(day, active)| CopilotActive {
            day,
            daily: active.day,
            weekly: active.week,
            monthly: active.month,
        }),
        n: count(seen.len()),
        definition: define::COPILOT_USERS.to_owned(),
        exclusions: vec![exclusion(ExclusionReason::BotAccount, count(bots.len()))],
    }
}

fn seats(seats: &[Seat], now: Timestamp) -> CopilotSeats {
    let of_product = || seats.iter().filter(|seat| seat.product == COPILOT);
    let there = || of_product().filter(|seat| seat.gone_at.is_none());
    let having = |fits: &dyn Fn(&Seat) -> bool| count(there().filter(|seat| fits(seat)).count());
    let since = |days: i64| now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
    let active = |days: i64| having(&|seat| seat.last_active_at.is_some_and(|at| at >= since(days)));
    let assigned = having(&|_| true);
    let active_30_days = active(30);
    let utilisation = ratio(active_30_days, assigned);
    CopilotSeats {
        assigned,
        active_30_days,
        active_60_days: active(60),
        active_90_days: active(90),
        never_used: having(&|seat| seat.last_active_at.is_none()),
        pending_cancellation: having(&|seat| seat.status == "pending_cancellation"),
        utilisation,
        reason: utilisation.is_none().then(|| define::NO_SEATS.to_owned()),
        n: assigned,
        definition: define::COPILOT_SEATS.to_owned(),
        exclusions: vec![exclusion(
            ExclusionReason::GoneSeat,
            count(of_product().filter(|seat| seat.gone_at.is_some()).count()),
        )],
    }
}

#[cfg(test)]
#[path = "copilot_tests.rs"]
mod tests;
