use super::*;
use crate::sample;
use plumbline_domain::{Provider, PullRequestKey, RepositoryKey};
use proptest::prelude::*;

prop_compose! {
    fn reviewer()(
        account in any::<Option<u64>>(), reviews in any::<u32>(), rounds in any::<u32>(),
        first_review in any::<Option<u64>>(), last_approval in any::<Option<u64>>(),
    ) -> Reviewer {
        Reviewer { account, reviews, rounds, first_review, last_approval }
    }
}

prop_compose! {
    fn row()(
        id in any::<u64>(), number in any::<u64>(), second in 0..9_000_000_000i64, nanosecond in 0..1_000_000_000,
        author in any::<Option<u64>>(), author_is_bot in any::<bool>(), is_revert in any::<bool>(),
        is_hotfix in any::<bool>(), cycle_seconds in any::<u64>(), coding_seconds in any::<Option<i64>>(),
        lines in any::<u64>(), issue_projects in proptest::collection::vec(any::<u16>(), 0..4), reviewers in proptest::collection::vec(reviewer(), 0..5),
        tools in proptest::collection::vec(any::<u8>(), 0..3),
    ) -> FlowRow {
        FlowRow {
            key: PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id }, number },
            merged_at: Timestamp::new(second, nanosecond).expect("in range"),
            author, author_is_bot, cycle_seconds, coding_seconds, lines, is_revert, is_hotfix, issue_projects,
            tools, reviewers,
        }
    }
}

proptest! {
    #[test]
    fn a_row_comes_back_as_it_was(row in row()) {
        let key = keys::flow_row(&sample::team(), row.key, row.merged_at);
        prop_assert_eq!(decode(&key.sk, &encode(&row).expect("encodes")).expect("decodes"), row);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(row) = decode("1763000000#1#2", &bytes) {
            prop_assert_eq!(row.key.number, 2);
        }
    }
}

/// As the database counts: names and values in UTF-8, a number half a byte per digit and one more
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
fn item_bytes(team: &str, row: &FlowRow, rev: u64) -> usize {
    let key = keys::flow_row(&team.parse().expect("an id"), row.key, row.merged_at);
    let number = rev.to_string().len().div_ceil(2) + 1;
    2 + key.pk.len() + 2 + key.sk.len() + 1 + encode(row).expect("encodes").len() + 1 + number
}

fn usual_row(reviewers: usize) -> FlowRow {
    let reviewer = Reviewer {
        account: Some(134_018_330),
        reviews: 3,
        rounds: 1,
        first_review: Some(86_400),
        last_approval: Some(172_800),
    };
    FlowRow {
        key: PullRequestKey { repository: sample::repository(134_018_330), number: 12_345 },
        merged_at: sample::at(0),
        author: Some(134_018_331),
        author_is_bot: false,
        cycle_seconds: 259_200,
        coding_seconds: Some(-86_400),
        lines: 1_200,
        is_revert: false,
        is_hotfix: true,
        issue_projects: vec![plumbline_domain::project_hash("RAIL")],
        tools: vec![],
        reviewers: vec![reviewer; reviewers],
    }
}

#[test]
fn a_row_takes_about_a_hundred_bytes() {
    let sizes: Vec<usize> = (0..=2).map(|reviewers| item_bytes("acme_platform", &usual_row(reviewers), 12)).collect();
    assert_eq!(sizes, [87, 102, 117]);
    assert!(item_bytes("a_team_with_the_longest_name_yet", &usual_row(2), 123_456) < 160);
}

#[test]
fn what_is_not_a_row_is_named() {
    let empty: Vec<u8> = Vec::new();
    assert_eq!(decode("1763000000#1#2", &empty), Err("it is empty".into()));
    assert_eq!(decode("1763000000#1#2", &[9]), Err("its format 9 is not known".into()));
    // Rows of before issue keys were in them.
    assert_eq!(decode("1763000000#1#2", &[1, 0]), Err("its format 1 is not known".into()));
    assert_eq!(decode("what", &[2]), Err("its sort key is not a row's".into()));
}
