use super::*;
use crate::{
    sample::{at, issue, pr, team, with_scalars},
    testing::memory_store,
};
use plumbline_domain::{Fact, Provider, Usage, UsageCounts, VendorId};

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn usage(product: &str, on: &str, account: Option<u64>) -> Fact {
    Fact::Record(Record::Usage(Box::new(Usage {
        seen_at: at(0),
        product: product.into(),
        day: day(on),
        account: account.map(|account| VendorId::new(Provider::Github, account)),
        entity: "org:9919".into(),
        counts: UsageCounts::default(),
        active: None,
        ways: vec![],
        parts: vec![],
        groups: vec![],
    })))
}

fn an_issue(id: u64, seen: i64) -> Fact {
    Fact::Record(Record::Issue(Box::new(issue(id, seen))))
}

async fn scopes(store: &Store, kind: RecordKind) -> Vec<String> {
    let shelves = store.load_shelves(&team(), kind).await.expect("loads");
    shelves.into_iter().map(|shelf| shelf.scope).collect()
}

#[tokio::test]
async fn the_catalogue_leads_to_every_shelf_of_a_kind() {
    let store = memory_store().await;
    assert_eq!(scopes(&store, RecordKind::Usage).await, [""; 0]);
    let facts = vec![
        usage("copilot", "2026-11-30", None),
        usage("copilot", "2026-09-01", Some(1)),
        usage("another#product", "2026-11-30", None),
        an_issue(1, 0),
        pr(with_scalars(1, 1, true)),
    ];
    store.save_facts(&team(), facts).await.expect("saved");
    let months = ["another#product:2026-11", "copilot:2026-09", "copilot:2026-11"];
    assert_eq!(scopes(&store, RecordKind::Usage).await, months);
    assert_eq!(scopes(&store, RecordKind::Issue).await, ["jira:10001"]);
    assert_eq!(scopes(&store, RecordKind::Seat).await, [""; 0]);
    let other = store.load_shelves(&"t70".parse().expect("an id"), RecordKind::Usage).await.expect("loads");
    assert_eq!(other, []);
}

/// Every item of the table, to see what was written.
async fn items(store: &crate::testing::TestStore) -> Vec<Item> {
    let answer = store.client.scan().table_name(&store.tables.facts).send().await.expect("scans");
    answer.items.unwrap_or_default()
}

#[tokio::test]
async fn an_entry_is_written_once_and_before_the_records() {
    let store = memory_store().await;
    let facts = || vec![an_issue(1, 0), an_issue(2, 0)];
    assert_eq!(store.save_facts(&team(), facts()).await.expect("saved").written, 2, "the entry is none of the facts");
    let first = items(&store).await;
    assert_eq!(first.len(), 3);
    store.save_facts(&team(), facts()).await.expect("saved");
    store.save_facts(&team(), vec![an_issue(1, 0), an_issue(3, 0)]).await.expect("saved");
    store.save_facts(&team(), vec![an_issue(4, 0)]).await.expect("saved");
    let entry = keys::catalogue_entry(&team(), &Shelf::new(RecordKind::Issue, "jira:10001"));
    let of_entry = |items: &[Item]| items.iter().filter(|item| table::key_of(item).expect("a key") == entry).count();
    let all = items(&store).await;
    assert_eq!((all.len(), of_entry(&all), of_entry(&first)), (5, 1, 1));

    // A crash right behind the entry: nothing is lost, and the same page again goes on.
    let documents: BTreeMap<Key, Document> = [usage("copilot", "2026-11-30", None)]
        .map(|fact| (Document::from(fact.clone()).key(&team()), Document::from(fact)))
        .into();
    store.catalogue(&team(), &documents, &HashMap::new()).await.expect("entered");
    assert_eq!(scopes(&store, RecordKind::Usage).await, ["copilot:2026-11"]);
    let days = store.load_days(&team(), RecordKind::Usage, "copilot", day("2026-11-30"), day("2026-11-30")).await;
    assert_eq!(days.expect("loads"), []);
    store.save_facts(&team(), vec![usage("copilot", "2026-11-30", None)]).await.expect("saved");
    assert_eq!(scopes(&store, RecordKind::Usage).await, ["copilot:2026-11"]);
}

#[tokio::test]
async fn days_are_inclusive_and_go_across_months_and_years() {
    let store = memory_store().await;
    let days = ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"];
    let mut facts: Vec<Fact> = days.iter().map(|on| usage("copilot", on, None)).collect();
    facts.push(usage("copilot", "2026-01-01", Some(7)));
    facts.push(usage("other", "2026-01-01", None));
    store.save_facts(&team(), facts).await.expect("saved");
    let load = async |from, to| {
        let records = store.load_days(&team(), RecordKind::Usage, "copilot", day(from), day(to)).await.expect("loads");
        records.iter().map(Record::id).collect::<Vec<_>>()
    };
    let whole = ["2025-12-31 org:9919", "2026-01-01 github:7 org:9919", "2026-01-01 org:9919", "2026-01-31 org:9919"];
    assert_eq!(load("2025-12-31", "2026-01-31").await, whole);
    assert_eq!(load("2026-01-01", "2026-01-01").await, whole[1..3]);
    assert_eq!(load("2026-01-02", "2026-01-01").await, [""; 0]);
}

#[tokio::test]
async fn saved_issues_are_named_whether_they_changed_or_not() {
    let store = memory_store().await;
    let save = async |facts| {
        let saved = store.save_facts(&team(), facts).await.expect("saved");
        let issues: Vec<(String, u64)> = saved.issues.iter().map(|one| (one.issue.id.id.clone(), one.rev)).collect();
        (saved.written, issues)
    };
    let of = |issues: &[(&str, u64)]| issues.iter().map(|(id, rev)| ((*id).to_owned(), *rev)).collect::<Vec<_>>();
    assert_eq!(save(vec![an_issue(2, 0), an_issue(1, 0)]).await, (2, of(&[("1", 1), ("2", 1)])));
    assert_eq!(save(vec![an_issue(2, 9), an_issue(1, 0)]).await, (0, of(&[("1", 1), ("2", 1)])), "seen again");
    let mut changed = issue(2, 10);
    changed.title = "Another".into();
    let changed = Fact::Record(Record::Issue(Box::new(changed)));
    assert_eq!(save(vec![changed, an_issue(1, 0)]).await, (1, of(&[("1", 1), ("2", 2)])));

    let shelf = Shelf::new(RecordKind::Issue, "jira:10001");
    let listed = store.list_issues(&team(), &shelf, None, 9).await.expect("loads");
    assert_eq!(listed.iter().map(|one| (one.issue.id.id.as_str(), one.rev)).collect::<Vec<_>>(), [("1", 1), ("2", 2)]);
    assert_eq!(store.list_issues(&team(), &shelf, Some("000000000001"), 9).await.expect("loads"), listed[1..]);
    assert_eq!(store.list_issues(&team(), &shelf, None, 1).await.expect("loads"), listed[..1]);
}
