use super::*;
use crate::{
    sample::{at, issue, team},
    testing::memory_store,
};
use plumbline_domain::Provider;
use proptest::prelude::*;

fn jira(id: u64) -> VendorId {
    VendorId::new(Provider::Jira, id)
}

fn row(id: u64) -> IssueRow {
    IssueRow {
        id: jira(id),
        project: jira(10_001),
        created_at: at(0),
        started_at: Some(at(86_400)),
        done: vec![Span { from: at(864_000), to: None }],
        points: Some(Points(3_000)),
        category: StatusCategory::Done,
        has_history: true,
        stays: vec![SprintStay { sprint: 105, span: Span { from: at(43_200), to: None } }],
    }
}

async fn load(store: &Store) -> Vec<IssueRow> {
    store.load_issue_rows(&team(), &[jira(10_001)]).await.expect("loads").rows
}

#[tokio::test]
async fn a_row_gives_way_to_later_revisions_alone() {
    let store = memory_store().await;
    let (first, second) = (row(17), IssueRow { points: None, ..row(17) });
    let save = async |row, rev| store.save_issue_row(&team(), row, rev).await.expect("answers");
    assert_eq!(save(&first, 2).await, Written::Applied);
    assert_eq!(save(&second, 2).await, Written::Stale);
    assert_eq!(save(&second, 1).await, Written::Stale);
    assert_eq!(load(&store).await, std::slice::from_ref(&first));
    assert_eq!(save(&second, 10).await, Written::Applied);
    assert_eq!(load(&store).await, [second]);
    let delete = async |rev| store.delete_issue_row(&team(), &first.project, &first.id, rev).await.expect("answers");
    assert_eq!(delete(10).await, Written::Stale);
    assert_eq!(delete(11).await, Written::Applied);
    assert_eq!(delete(11).await, Written::Applied, "there was none");
    assert_eq!(load(&store).await, []);
}

#[tokio::test]
async fn rows_are_read_by_project_and_team() {
    let store = memory_store().await;
    let elsewhere = IssueRow { project: jira(10_002), ..row(3) };
    for one in [&row(1), &row(2), &elsewhere] {
        store.save_issue_row(&team(), one, 1).await.expect("saved");
    }
    store.save_issue_row(&"t70".parse().expect("an id"), &row(9), 1).await.expect("saved");
    let both = store.load_issue_rows(&team(), &[jira(10_001), jira(10_002)]).await.expect("loads");
    assert_eq!(both.rows, [row(1), row(2), elsewhere.clone()]);
    assert!(both.read_units > 0.0);
    assert_eq!(store.load_issue_rows(&team(), &[jira(10_002)]).await.expect("loads").rows, [elsewhere]);
    assert_eq!(store.load_issue_rows(&team(), &[]).await.expect("loads").rows, []);
}

#[tokio::test]
async fn missing_are_rows_that_are_absent_or_older_and_rows_of_what_is_gone() {
    let store = memory_store().await;
    store.save_issue_row(&team(), &row(1), 3).await.expect("saved");
    store.save_issue_row(&team(), &row(2), 3).await.expect("saved");
    let saved = |id, rev, gone: bool| {
        let mut issue = issue(id, 0);
        issue.gone_at = gone.then(|| at(5));
        SavedIssue { issue, rev }
    };
    let issues = [
        saved(1, 3, false),
        saved(1, 4, false),
        saved(2, 2, false),
        saved(2, 4, true),
        saved(3, 1, false),
        saved(4, 1, true),
    ];
    let missing = store.missing_issue_rows(&team(), &issues).await.expect("loads");
    assert_eq!(missing, [&issues[1], &issues[3], &issues[4]]);
}

fn any_span() -> impl Strategy<Value = Span> {
    (0..9_000_000_000_000i64, proptest::option::of(0..9_000_000_000_000i64)).prop_map(|(from, to)| {
        let instant = |at| Timestamp::from_millisecond(at).expect("in range");
        Span { from: instant(from), to: to.map(instant) }
    })
}

prop_compose! {
    fn any_row()(
        id in "[a-zA-Z0-9#%]{1,12}", created in any_span(), started in proptest::option::of(any_span()),
        done in proptest::collection::vec(any_span(), 0..4), points in any::<Option<i64>>(), category in 0..4usize,
        has_history in any::<bool>(), stays in proptest::collection::vec((any::<u64>(), any_span()), 0..5),
    ) -> IssueRow {
        IssueRow {
            id: VendorId::new(Provider::Jira, id),
            project: jira(10_001),
            created_at: created.from,
            started_at: started.map(|started| started.from),
            done,
            points: points.map(Points),
            category: CATEGORIES[category],
            has_history,
            stays: stays.into_iter().map(|(sprint, span)| SprintStay { sprint, span }).collect(),
        }
    }
}

proptest! {
    #[test]
    fn a_row_comes_back_as_it_was(row in any_row()) {
        let key = keys::issue_row(&team(), &row.project, &row.id);
        prop_assert_eq!(decode(&row.project, &key.sk, &encode(&row).expect("encodes")).expect("decodes"), row);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        drop(decode(&jira(1), "2", &bytes));
        bytes.insert(0, FORMAT);
        drop(decode(&jira(1), "2", &bytes));
    }
}

#[test]
fn a_row_takes_less_than_a_hundred_bytes() {
    let bytes = |row: &IssueRow, rev: u64| {
        let key = keys::issue_row(&"acme_platform".parse().expect("an id"), &row.project, &row.id);
        let number = rev.to_string().len().div_ceil(2) + 1;
        2 + key.pk.len() + 2 + key.sk.len() + 1 + encode(row).expect("encodes").len() + 1 + number
    };
    assert_eq!(bytes(&row(12_345), 12), 79);
    let mut open = row(12_345);
    (open.started_at, open.done, open.stays, open.points) = (None, vec![], vec![], None);
    assert_eq!(bytes(&open, 3), 61);
}
