//! The weekly leaderboard.

use crate::{
    row::SurveyRow,
    stats::{Accuracy, number, share},
    week::Week,
};
use plumbline_domain::{MemberId, VendorId};
use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
};

/// With fewer participants the leaderboard is short.
const LEAST_PARTICIPANTS: usize = 3;
/// With fewer active members nobody is named.
const LEAST_MEMBERS: usize = 5;
/// The last place that is shown.
const LAST_PLACE: usize = 3;

/// What a week's leaderboard is made of.
#[derive(Debug, Clone, Copy)]
pub struct BoardInput<'a> {
    /// The team's rows: all merged in the week or in the seven days before it, in which a guess may have been resolved in
    /// the week; what lies outside is ignored.
    pub rows: &'a [SurveyRow],
    /// The team's members.
    pub members: &'a [BoardMember],
    /// Pull requests merged in the week, surveyed or not, bots' not.
    pub merged: u64,
    /// Which week.
    pub week: Week,
}

/// A member, for the leaderboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardMember {
    /// Who.
    pub id: MemberId,
    /// The name to show.
    pub name: String,
    /// All accounts at the code host.
    pub accounts: BTreeSet<VendorId>,
    /// Has not left.
    pub active: bool,
}

/// A week's leaderboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Which week.
    pub week: Week,
    /// People with a guess that was resolved in the week.
    pub participants: u64,
    /// Those on the first three places, by place, then by name; `None` for the short version: fewer than three
    /// participants, or fewer than five active members, of whom nobody is named.
    pub top: Option<Vec<Ranked>>,
    /// The team's numbers.
    pub numbers: TeamNumbers,
}

/// Somebody on the leaderboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Their place: 1 for the best; people with as many right guesses and the same accuracy share one, and the places
    /// after it are left out (1, 1, 3).
    pub place: Place,
    /// Who.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Their guesses that were resolved in the week.
    pub accuracy: Accuracy,
}

/// A place on the leaderboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// 1, 2 or 3.
    pub number: usize,
    /// Somebody shares it.
    pub shared: bool,
}

/// A team's numbers of a week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TeamNumbers {
    /// Pull requests merged in the week.
    pub merged: u64,
    /// Of the surveyed ones merged in the week: those that were AI-assisted.
    pub assisted: u64,
    /// Of how many that is known.
    pub assisted_n: u64,
    /// The team's guesses that were resolved in the week.
    pub detection: Accuracy,
    /// Mean rating, 1 to 3, of the pull requests merged in the week; `None` without any.
    pub mean_quality: Option<f64>,
    /// Ratings in it.
    pub quality_n: u64,
}

/// Makes a week's leaderboard. The order of rows and members makes no difference.
///
/// A guess belongs to the week in which it was resolved: in which the later one of the guess and the truth became known.
/// So every guess counts in one week, however late the author answers. The AI-assisted share and the ratings are
/// of the pull requests merged in the week, as far as known now. Only active members have a place; guesses of those who
/// left are in the team's numbers alone.
pub fn leaderboard(input: BoardInput<'_>) -> Board {
    let BoardInput { rows, members, merged, week } = input;
    let owners: BTreeMap<&VendorId, &BoardMember> =
        members.iter().flat_map(|member| member.accounts.iter().map(move |account| (account, member))).collect();

    let mut detection = Accuracy::default();
    let mut ranked: BTreeMap<&MemberId, (&BoardMember, Accuracy)> = BTreeMap::new();
    let mut participants = BTreeSet::new();
    for (reviewer, _, right) in rows.iter().flat_map(SurveyRow::resolved).filter(|(_, at, _)| week.contains(*at)) {
        detection.add(right);
        let owner = owners.get(&reviewer.account).copied();
        participants.insert(owner.map_or(Err(&reviewer.account), |owner| Ok(&owner.id)));
        if let Some(owner) = owner.filter(|owner| owner.active) {
            ranked.entry(&owner.id).or_insert((owner, Accuracy::default())).1.add(right);
        }
    }

    let named = members.iter().filter(|member| member.active).count() >= LEAST_MEMBERS;
    let long = participants.len() >= LEAST_PARTICIPANTS;
    Board {
        week,
        participants: u64::try_from(participants.len()).unwrap_or(u64::MAX),
        top: (named && long).then(|| top(ranked.into_values())),
        numbers: numbers(rows, week, merged, detection),
    }
}

fn top<'a>(ranked: impl Iterator<Item = (&'a BoardMember, Accuracy)>) -> Vec<Ranked> {
    let mut all: Vec<_> = ranked.collect();
    all.sort_by(|(one, ones), (other, others)| {
        better(*ones, *others).then_with(|| (&one.name, &one.id).cmp(&(&other.name, &other.id)))
    });
    let place_of = |mine: Accuracy| {
        let ahead = all.iter().filter(|(_, theirs)| better(*theirs, mine) == Ordering::Less).count();
        let equal = all.iter().filter(|(_, theirs)| better(*theirs, mine) == Ordering::Equal).count();
        Place { number: ahead + 1, shared: equal > 1 }
    };
    all.iter()
        .map(|(member, accuracy)| Ranked {
            place: place_of(*accuracy),
            member: member.id.clone(),
            name: member.name.clone(),
            accuracy: *accuracy,
        })
        .take_while(|one| one.place.number <= LAST_PLACE)
        .collect()
}

/// More right guesses first, then the higher accuracy; equal where they share a place.
fn better(one: Accuracy, other: Accuracy) -> Ordering {
    // one.correct / one.resolved > other.correct / other.resolved, without fractions.
    let accuracy = |mine: Accuracy, theirs: Accuracy| u128::from(mine.correct) * u128::from(theirs.resolved);
    Reverse(one.correct)
        .cmp(&Reverse(other.correct))
        .then_with(|| Reverse(accuracy(one, other)).cmp(&Reverse(accuracy(other, one))))
}

fn numbers(rows: &[SurveyRow], week: Week, merged: u64, detection: Accuracy) -> TeamNumbers {
    let (mut assisted, mut assisted_n, mut ratings, mut quality_n) = (0, 0, 0, 0);
    for row in rows.iter().filter(|row| week.contains(row.merged_at)) {
        assisted_n += u64::from(row.truth.is_some());
        assisted += u64::from(row.truth.is_some_and(|truth| truth.assisted));
        for quality in row.reviewers.iter().filter_map(|reviewer| reviewer.quality) {
            quality_n += 1;
            ratings += number(quality);
        }
    }
    TeamNumbers { merged, assisted, assisted_n, detection, mean_quality: share(ratings, quality_n), quality_n }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
