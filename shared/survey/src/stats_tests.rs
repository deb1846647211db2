use super::*;
use crate::fixtures::{AUTHOR, GUESS_NO, GUESS_YES, Merge, NO, SUPER, YES, account, at, key, web};

/// Pull request `number` by [`AUTHOR`], reviewed by 2 and 3, after these answers.
fn row(number: u64, answers: &[(u64, crate::Answer)]) -> SurveyRow {
    let mut survey = Merge::reviewed_by(&[2, 3]).with(|merge| merge.pull_request.key = key(number)).survey();
    for (person, answer) in answers {
        survey.apply(&web(*person, *answer, at(1)));
    }
    survey.row(at(2))
}

fn of(numbers: &[u64]) -> BTreeSet<VendorId> {
    numbers.iter().map(|number| account(*number)).collect()
}

#[test]
fn statistics_count_what_one_person_did() {
    let ok = crate::Answer::Quality(Quality::Ok);
    let rows = [
        row(1, &[(2, SUPER), (2, GUESS_YES), (3, GUESS_NO), (AUTHOR, YES)]),
        row(2, &[(2, ok), (2, GUESS_YES), (AUTHOR, NO)]),
        row(3, &[(2, GUESS_NO)]),
        row(4, &[]),
    ];
    let mine = my_stats(&rows, &of(&[2]));
    assert_eq!((mine.reviews_asked, mine.rated, mine.guesses), (4, 2, 3));
    assert_eq!(mine.mean_quality, Some(2.5));
    assert_eq!(mine.accuracy, Accuracy { correct: 1, resolved: 2 });
    assert_eq!((mine.authored, mine.accuracy.share()), (0, Some(0.5)));
    let author = my_stats(&rows, &of(&[AUTHOR]));
    assert_eq!((author.authored, author.authored_known, author.authored_assisted), (4, 2, 1));
    assert_eq!((author.reviews_asked, author.mean_quality, author.accuracy.share()), (0, None, None));
    assert_eq!(my_stats(&rows, &of(&[9])), MyStats::default());
}

#[test]
fn a_person_with_two_accounts_is_one() {
    let rows = [row(1, &[(2, GUESS_YES), (AUTHOR, YES)]), row(2, &[(3, GUESS_YES), (AUTHOR, YES)])];
    let mine = my_stats(&rows, &of(&[2, 3]));
    assert_eq!((mine.reviews_asked, mine.guesses), (2, 2));
    assert_eq!(mine.accuracy, Accuracy { correct: 2, resolved: 2 });
}

#[test]
fn a_reveals_accuracy_has_this_guess_in_it_once_whether_or_not_it_is_stored() {
    let before = [row(1, &[(2, GUESS_YES), (AUTHOR, YES)]), row(2, &[(2, GUESS_YES)])];
    let now = row(2, &[(2, GUESS_YES), (AUTHOR, NO)]);
    let expected = Accuracy { correct: 1, resolved: 2 };
    assert_eq!(accuracy(&before, &now, &of(&[2])), expected);
    assert_eq!(accuracy(&before[..1], &now, &of(&[2])), expected);
    assert_eq!(accuracy(&[before[0].clone(), now.clone()], &now, &of(&[2])), expected);
}
