//! Generated organizations: the same seed and instant give the same one.

mod calendar;
mod change;
pub mod company;
mod keys;
mod names;
mod people;
mod plain;
mod seated;
mod special;

pub use company::{Company, company};
pub use plain::plain;
pub use seated::seated;

use crate::{github::State, random::Random, service::whole_seconds};
use calendar::{Calendar, seconds};
use change::Maker;
use jiff::{SignedDuration, Timestamp};

/// Eighteen months.
const DAYS: u64 = 548;
/// About so many pull requests in all.
const PULL_REQUESTS: u64 = 4_500;

/// The demo's people and teams alone, without repositories.
pub fn people(seed: u64, now: Timestamp) -> State {
    let mut state = State::new("acme-rail", whole_seconds(now));
    people::add(&mut state, &mut Random::new(seed));
    state
}

/// The demo's organization `acme-rail`: about 120 people in 12 teams, 40 repositories, and 18 months of work that
/// end at `now`, with what is uncommon in it, too.
pub fn organization(seed: u64, now: Timestamp) -> State {
    let now = whole_seconds(now);
    let mut state = State::new("acme-rail", now);
    state.organization.name = "Acme Rail".into();
    let mut random = Random::new(seed);
    let people = people::add(&mut state, &mut random);
    let calendar = Calendar::new();
    let start = now - seconds(DAYS * 86_400);
    // Repositories differ in how much happens in them.
    let weights: Vec<u64> = names::REPOSITORIES.iter().map(|_| random.between(2, 20)).collect();
    let sum: u64 = weights.iter().sum();
    for ((name, team), weight) in names::REPOSITORIES.into_iter().zip(weights) {
        let id = state.insert_repository(name, start - SignedDuration::from_hours(24 * 30));
        if name == "sandbox" {
            continue;
        }
        let archived = name == "legacy-timetable";
        let span = if archived { DAYS / 3 } else { DAYS } * 86_400;
        let mut opened: Vec<Timestamp> = (0..PULL_REQUESTS * weight / sum)
            .map(|_| {
                // A little more towards the end.
                let (one, other) = (random.below(span), random.below(span));
                let at = start + seconds(if random.chance(0.3) { one.max(other) } else { one });
                calendar.at_work(&mut random, at)
            })
            .filter(|at| *at < now)
            .collect();
        opened.sort_unstable();
        let mut maker = Maker::new(&mut state, &mut random, &calendar, &people, (id, name, team), now);
        for at in opened {
            maker.add(at);
        }
        special::add(&mut maker);
        maker.finish(archived);
    }
    let renamed = state.repository("acme-rail/ticket-core").id;
    state.former_names.insert("acme-rail/ticketing-core".into(), renamed);
    keys::add(&mut state);
    company(seed, now).furnish(&mut state);
    state
}

/// What a pull request may be called.
pub(crate) fn title(random: &mut Random) -> String {
    format!("{} {}", random.pick(&names::VERBS), random.pick(&names::THINGS))
}

#[cfg(test)]
mod tests;
