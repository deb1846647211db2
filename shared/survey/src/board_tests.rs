use super::*;
use crate::{
    Quality, ReviewerRow, TruthRow, TruthSource,
    fixtures::{account, key},
    week_of,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Monday to Sunday, 16 to 22 November 2026, in Berlin.
fn week() -> Week {
    week_of("2026-11-23T08:00:00Z".parse().unwrap(), &TimeZone::get("Europe/Berlin").unwrap()).unwrap()
}

/// So many hours after the week began.
fn hour(hours: i64) -> Timestamp {
    week().start + SignedDuration::from_hours(hours)
}

/// A pull request merged on Tuesday, AI-assisted, of which that was known on Wednesday, without reviewers yet.
fn row(number: u64) -> SurveyRow {
    SurveyRow {
        key: key(number),
        merged_at: hour(30),
        author: Some(account(99)),
        truth: Some(TruthRow { assisted: true, source: TruthSource::Answer, at: hour(60) }),
        detection: None,
        control: false,
        label: None,
        reviewers: Vec::new(),
        asked: 1,
        unreachable: 0,
        opted_out: 0,
        over_cap: 0,
        unknown: 0,
        author_asked: true,
    }
}

fn guess(number: u64, right: bool, at: Timestamp) -> ReviewerRow {
    ReviewerRow { account: account(number), quality: None, guess: Some(right), guessed_at: Some(at) }
}

/// One row per guess: of each person so many right ones and so many wrong ones.
fn rows(people: &[(u64, u64, u64)]) -> Vec<SurveyRow> {
    let guesses = people.iter().flat_map(|(person, right, wrong)| {
        let all = std::iter::repeat_n(true, usize::try_from(*right).unwrap());
        all.chain(std::iter::repeat_n(false, usize::try_from(*wrong).unwrap())).map(|right| (*person, right))
    });
    (1..)
        .zip(guesses)
        .map(|(number, (person, right))| SurveyRow { reviewers: vec![guess(person, right, hour(40))], ..row(number) })
        .collect()
}

fn member(number: u64, name: &str) -> BoardMember {
    BoardMember {
        id: format!("m_{number}").parse().unwrap(),
        name: name.to_owned(),
        accounts: [account(number)].into(),
        active: true,
    }
}

/// Members 1 to 8: Anna to Hanna.
fn members() -> Vec<BoardMember> {
    let names = ["Anna", "Bert", "Cleo", "Dora", "Emil", "Frida", "Gustav", "Hanna"];
    (1..).zip(names).map(|(number, name)| member(number, name)).collect()
}

fn board(rows: &[SurveyRow], members: &[BoardMember]) -> Board {
    leaderboard(BoardInput { rows, members, merged: 12, week: week() })
}

/// `1 Anna 3/4`, with `=` after a shared place.
fn shown(board: &Board) -> Vec<String> {
    let line = |one: &Ranked| {
        let joint = if one.place.shared { "=" } else { "" };
        format!("{}{joint} {} {}/{}", one.place.number, one.name, one.accuracy.correct, one.accuracy.resolved)
    };
    board.top.as_ref().expect("the long version").iter().map(line).collect()
}

#[test]
fn right_guesses_come_first_then_accuracy_then_names() {
    let people = [(4, 5, 1), (3, 5, 5), (2, 6, 9), (1, 1, 0)];
    assert_eq!(shown(&board(&rows(&people), &members())), ["1 Bert 6/15", "2 Dora 5/6", "3 Cleo 5/10"]);
}

#[test]
fn ties_are_ties_and_take_their_places() {
    let tied = |people: &[(u64, u64, u64)]| shown(&board(&rows(people), &members()));
    // By name, though Bert was first in the rows.
    assert_eq!(tied(&[(2, 3, 1), (1, 3, 1), (3, 2, 0), (4, 1, 0)]), ["1= Anna 3/4", "1= Bert 3/4", "3 Cleo 2/2"]);
    assert_eq!(tied(&[(1, 4, 0), (3, 3, 1), (2, 3, 1), (4, 3, 2)]), ["1 Anna 4/4", "2= Bert 3/4", "2= Cleo 3/4"]);
    // As many as share the third place.
    assert_eq!(
        tied(&[(1, 4, 0), (2, 3, 0), (3, 2, 0), (4, 2, 0), (5, 2, 0), (6, 1, 0)]),
        ["1 Anna 4/4", "2 Bert 3/3", "3= Cleo 2/2", "3= Dora 2/2", "3= Emil 2/2"]
    );
    assert_eq!(tied(&[(1, 1, 0), (2, 1, 0), (3, 1, 0)]), ["1= Anna 1/1", "1= Bert 1/1", "1= Cleo 1/1"]);
    // As many right ones with another accuracy is no tie.
    assert_eq!(tied(&[(1, 2, 2), (2, 2, 1), (3, 0, 3)]), ["1 Bert 2/3", "2 Anna 2/4", "3 Cleo 0/3"]);
}

#[test]
fn the_order_of_rows_and_members_makes_no_difference() {
    let (mut rows, mut members) = (rows(&[(2, 3, 1), (1, 3, 1), (3, 2, 0), (4, 1, 0)]), members());
    let before = board(&rows, &members);
    rows.reverse();
    members.reverse();
    assert_eq!(board(&rows, &members), before);
}

#[test]
fn a_person_with_two_accounts_has_one_place() {
    let mut members = members();
    members[0].accounts.insert(account(50));
    let board = board(&rows(&[(1, 1, 0), (50, 1, 1), (2, 1, 0), (3, 1, 0)]), &members);
    assert_eq!(shown(&board), ["1 Anna 2/3", "2= Bert 1/1", "2= Cleo 1/1"]);
    assert_eq!(board.participants, 3);
}

#[test]
fn a_guess_counts_in_the_week_in_which_both_sides_became_known() {
    let truth = |at| Some(TruthRow { assisted: true, source: TruthSource::Answer, at });
    let (first, last) = (week().start, week().end - SignedDuration::from_millis(1));
    let before = first - SignedDuration::from_millis(1);
    let cases = [
        (before, before, 0),
        (before, first, 1),
        (first, before, 1),
        (last, last, 1),
        (last, week().end, 0),
        (week().end, last, 0),
    ];
    for (guessed_at, known_at, counts) in cases {
        let rows = [SurveyRow { truth: truth(known_at), reviewers: vec![guess(1, true, guessed_at)], ..row(1) }];
        let board = board(&rows, &members());
        assert_eq!((board.numbers.detection.resolved, board.participants), (counts, counts), "{guessed_at} {known_at}");
    }
    let open = [SurveyRow { truth: None, reviewers: vec![guess(1, true, hour(40))], ..row(1) }];
    assert_eq!(board(&open, &members()).participants, 0);
}

#[test]
fn the_teams_numbers_have_their_n() {
    let rated = |quality| ReviewerRow { account: account(1), quality: Some(quality), guess: None, guessed_at: None };
    let not_assisted = Some(TruthRow { assisted: false, source: TruthSource::Answer, at: hour(60) });
    let rows = [
        SurveyRow { reviewers: vec![rated(Quality::Super), guess(2, true, hour(40))], ..row(1) },
        SurveyRow { truth: not_assisted, reviewers: vec![rated(Quality::Ok), guess(3, true, hour(40))], ..row(2) },
        SurveyRow { truth: None, ..row(3) },
        // Merged before the week: only its guess, resolved in it, counts.
        SurveyRow {
            merged_at: hour(-24),
            reviewers: vec![rated(Quality::CouldBeBetter), guess(2, true, hour(1))],
            ..row(4)
        },
    ];
    let numbers = board(&rows, &members()).numbers;
    assert_eq!((numbers.merged, numbers.assisted, numbers.assisted_n), (12, 1, 2));
    assert_eq!(numbers.detection, Accuracy { correct: 2, resolved: 3 });
    assert_eq!((numbers.mean_quality, numbers.quality_n), (Some(2.5), 2));
    let nothing = board(&[], &members()).numbers;
    assert_eq!((nothing.assisted_n, nothing.mean_quality, nothing.quality_n), (0, None, 0));
}

#[test]
fn with_fewer_than_three_participants_it_is_short() {
    assert_eq!(board(&rows(&[(1, 3, 0), (2, 2, 1)]), &members()).top, None);
    assert!(board(&rows(&[(1, 3, 0), (2, 2, 1), (3, 0, 1)]), &members()).top.is_some());
    assert_eq!(board(&[], &members()).top, None);
}

#[test]
fn with_fewer_than_five_active_members_nobody_is_named() {
    let guesses = rows(&[(1, 3, 0), (2, 2, 1), (3, 1, 1), (4, 1, 0)]);
    let mut five = members();
    five.truncate(5);
    assert!(board(&guesses, &five).top.is_some());
    assert_eq!(board(&guesses, &five[..4]).top, None);
    five[4].active = false;
    let four = board(&guesses, &five);
    assert_eq!(four.top, None);
    assert_eq!(four.numbers.detection, Accuracy { correct: 7, resolved: 9 }, "the team's numbers are there");
}

#[test]
fn who_left_has_no_place_but_counts_for_the_team() {
    let mut members = members();
    members[0].active = false;
    let board = board(&rows(&[(1, 9, 0), (2, 2, 0), (77, 1, 0)]), &members);
    assert_eq!(shown(&board), ["1 Bert 2/2"]);
    assert_eq!((board.participants, board.numbers.detection.resolved), (3, 12));
}
