use super::*;
use crate::{
    sample::{at, team},
    sample_surveys::{GUESS, SUPER, YES, answered, created, survey},
    testing::memory_store,
};
use jiff::Timestamp;

#[tokio::test]
async fn a_range_takes_its_beginning_and_leaves_its_end_across_months() {
    let store = memory_store().await;
    let team = team();
    // 28 days before, at the month's last and first seconds, later.
    let month_end = "2026-12-01T00:00:00Z".parse::<Timestamp>().expect("a time").as_second() - at(0).as_second();
    for (number, merged) in (1..).zip([0, month_end - 1, month_end, month_end + 100]) {
        created(&store, survey(number, merged, &[2]), at(merged)).await;
    }
    let load = async |from: i64, to: i64| -> Vec<u64> {
        let found = store.load_survey_rows(&team, at(from), at(to)).await.expect("loads");
        found.rows.iter().map(|row| row.key.number).collect()
    };
    assert_eq!(load(0, month_end + 101).await, [1, 2, 3, 4]);
    assert_eq!(load(0, month_end).await, [1, 2]);
    assert_eq!(load(month_end - 1, month_end + 100).await, [2, 3]);
    assert_eq!(load(month_end, month_end).await, Vec::<u64>::new());
    let other: TeamId = "t70".parse().expect("an id");
    assert_eq!(store.load_survey_rows(&other, at(0), at(10)).await.expect("loads").rows, []);
}

#[tokio::test]
async fn a_row_is_small_and_comes_back_as_it_was() {
    let store = memory_store().await;
    let mut stored = created(&store, survey(1, 0, &[2, 3]), at(0)).await;
    for (id, answer) in [(2, GUESS), (2, SUPER), (3, GUESS), (1, YES)] {
        stored = answered(&store, &stored, id, answer, at(3)).await.expect("nobody else saves");
    }
    let row = stored.survey.row(at(3));
    let bytes = encode(&row).expect("encodes");
    assert!(bytes.len() <= 120, "{} bytes", bytes.len());
    let found = store.load_survey_rows(&team(), at(0), at(1)).await.expect("loads");
    assert_eq!(found.rows, [row]);
}

#[test]
fn another_format_is_refused_and_not_guessed() {
    let key = keys::survey_row(&team(), crate::sample::key(1), at(0));
    for (bytes, reason) in [(vec![], "it is empty"), (vec![9, 1], "its format 9 is not known")] {
        let error = row_of(&item(&key, bytes)).expect_err("refused");
        assert!(error.to_string().ends_with(reason), "{error}");
    }
    assert!(row_of(&table::item(&key, [])).is_err());
}
