use super::*;
use crate::{sample, testing::memory_store};
use plumbline_domain::Reviewer;

fn row(number: u64, merged_at: Timestamp) -> FlowRow {
    FlowRow {
        key: sample::key(number),
        merged_at,
        author: Some(1),
        author_is_bot: false,
        cycle_seconds: 60,
        coding_seconds: None,
        lines: 4,
        is_revert: false,
        is_hotfix: false,
        issue_projects: vec![],
        tools: vec![],
        reviewers: Vec::new(),
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn numbers(rows: &Rows) -> Vec<u64> {
    rows.rows.iter().map(|row| row.key.number).collect()
}

#[tokio::test]
async fn a_row_gives_way_to_later_revisions_alone() {
    let store = memory_store().await;
    let team = sample::team();
    let (first, second) = (row(1, sample::at(0)), FlowRow { lines: 9, ..row(1, sample::at(0)) });
    let load = async || store.load_rows(&team, sample::at(0), sample::at(1)).await.expect("loads").rows;
    assert_eq!(store.save_row(&team, &second, 2).await.expect("saved"), Written::Applied);
    assert_eq!(store.save_row(&team, &first, 1).await.expect("refused"), Written::Stale);
    assert_eq!(store.save_row(&team, &first, 2).await.expect("refused"), Written::Stale);
    assert_eq!(load().await, std::slice::from_ref(&second));
    assert_eq!(store.save_row(&team, &first, 10).await.expect("saved"), Written::Applied);
    assert_eq!(load().await, std::slice::from_ref(&first));

    let delete = async |rev| store.delete_row(&team, first.key, first.merged_at, rev).await.expect("answers");
    assert_eq!(delete(10).await, Written::Stale);
    assert_eq!(load().await, std::slice::from_ref(&first));
    assert_eq!(delete(11).await, Written::Applied);
    assert_eq!(load().await, []);
    assert_eq!(delete(11).await, Written::Applied);
}

#[tokio::test]
async fn a_range_takes_its_beginning_and_leaves_its_end_across_months() {
    let store = memory_store().await;
    let team = sample::team();
    let merges = [
        "2026-08-31T23:59:59Z",
        "2026-09-01T00:00:00Z",
        "2026-10-15T12:00:00Z",
        "2026-11-30T23:59:59.5Z",
        "2026-12-01T00:00:00Z",
    ];
    for (number, merged_at) in (1..).zip(merges) {
        store.save_row(&team, &row(number, time(merged_at)), 1).await.expect("saved");
    }
    let other: TeamId = "t70".parse().expect("an id");
    store.save_row(&other, &row(99, time(merges[2])), 1).await.expect("saved");

    let load = async |from, to| store.load_rows(&team, time(from), time(to)).await.expect("loads");
    let rows = load("2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z").await;
    assert_eq!(numbers(&rows), [2, 3, 4]);
    assert_eq!(rows.rows[2].merged_at, time(merges[3]));
    assert!(rows.read_units > 0.0);
    assert_eq!(numbers(&load("2026-11-30T23:59:59.5Z", "2026-12-01T00:00:00.001Z").await), [4, 5]);
    assert_eq!(numbers(&load("2024-12-01T00:00:00Z", "2026-12-01T00:00:01Z").await), [1, 2, 3, 4, 5]);
    assert_eq!(numbers(&load("2026-10-20T00:00:00Z", "2026-10-10T00:00:00Z").await), [0; 0]);
}

#[tokio::test]
async fn a_month_of_more_than_one_megabyte_is_read_to_its_end() {
    let store = memory_store().await;
    let team = sample::team();
    let reviewer =
        Reviewer { account: Some(u64::MAX), reviews: u32::MAX, rounds: 1, first_review: Some(1), last_approval: None };
    let rows: Vec<FlowRow> = (0..120)
        .map(|number| {
            let merged_at = sample::at(i64::try_from(number).expect("small"));
            FlowRow { reviewers: vec![reviewer.clone(); 600], ..row(number, merged_at) }
        })
        .collect();
    let bytes: usize = rows.iter().map(|row| row_codec::encode(row).expect("encodes").len()).sum();
    assert!(bytes > 1_000_000, "{bytes}");
    for row in &rows {
        store.save_row(&team, row, 1).await.expect("saved");
    }
    let loaded = store.load_rows(&team, sample::at(0), sample::at(1_000)).await.expect("loads");
    assert_eq!(loaded.rows, rows);
    assert!(loaded.read_units > 128.0, "{}", loaded.read_units);
}

#[tokio::test]
async fn missing_are_rows_that_are_absent_or_of_an_earlier_revision() {
    let store = memory_store().await;
    let team = sample::team();
    let saved = |number, rev| SavedPullRequest { key: sample::key(number), merged_at: sample::at(0), rev };
    store.save_row(&team, &row(1, sample::at(0)), 3).await.expect("saved");
    store.save_row(&team, &row(2, sample::at(0)), 3).await.expect("saved");
    let wanted = [saved(1, 3), saved(1, 2), saved(2, 4), saved(3, 1)];
    assert_eq!(store.missing_rows(&team, &wanted).await.expect("loads"), [saved(2, 4), saved(3, 1)]);
    let many: Vec<_> = (1..=250).map(|number| saved(number, 1)).collect();
    assert_eq!(store.missing_rows(&team, &many).await.expect("loads").len(), 248);
    assert_eq!(store.missing_rows(&team, &[]).await.expect("nothing to ask"), []);
}
