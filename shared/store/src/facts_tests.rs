use super::*;
use crate::{
    sample::{account, at, commit, key, page, pr, repository, team, with_commits, with_review, with_scalars},
    testing::{TestStore, memory_store},
};
use plumbline_domain::{
    Account, BranchCommit, Commit, DraftEvent, DraftEventKind, Group, Membership, Repository, VendorId,
};
use proptest::prelude::*;

async fn load(store: &Store, number: u64) -> PullRequest {
    store.load_pull_request(&team(), key(number)).await.expect("loads").expect("there").0
}

#[tokio::test]
async fn parts_of_one_pull_request_are_joined_within_a_call_and_across_calls() {
    let store = memory_store().await;
    let parts = vec![pr(with_review(1, 7, 3)), pr(with_scalars(1, 2, false)), pr(with_review(1, 8, 4))];
    let saved = store.save_facts(&team(), parts).await.expect("saved");
    assert_eq!((saved.written, saved.unchanged, saved.merged.len()), (1, 0, 0));
    store.save_facts(&team(), vec![pr(with_scalars(1, 1, false)), pr(with_review(1, 9, 1))]).await.expect("saved");
    let joined = load(&store, 1).await;
    assert_eq!(joined.scalars, with_scalars(1, 2, false).scalars);
    assert_eq!(joined.reviews.keys().copied().collect::<Vec<_>>(), [7, 8, 9]);
}

#[tokio::test]
async fn facts_that_say_nothing_new_are_not_written() {
    let store = memory_store().await;
    let facts = || {
        vec![
            pr(with_scalars(1, 2, true)),
            pr(with_scalars(2, 2, false)),
            pr(with_commits(2, 2, 1, &["a"])),
            page(2, 2, 1, &["b"]),
            Fact::Account(account(1, "user1", 2)),
        ]
    };
    let merged = SavedPullRequest { key: key(1), merged_at: at(2), rev: 1 };
    let first = store.save_facts(&team(), facts()).await.expect("saved");
    assert_eq!((first.written, first.unchanged), (4, 0));
    assert_eq!(first.merged, std::slice::from_ref(&merged));
    let second = store.save_facts(&team(), facts()).await.expect("saved");
    assert_eq!((second.written, second.unchanged), (0, 4));
    assert_eq!(second.merged, [merged], "named again, so that a run can wait for its row");
    let older = store.save_facts(&team(), vec![pr(with_scalars(1, 1, false))]).await.expect("saved");
    assert_eq!((older.written, older.unchanged, older.merged.len()), (0, 1, 1));
    let found = store.load_pull_requests(&team(), &[key(1), key(2)]).await.expect("loads");
    assert!(found.iter().all(|(_, rev)| *rev == 1));
    assert_eq!(store.save_facts(&team(), Vec::new()).await.expect("nothing to save"), Saved::default());
}

#[tokio::test]
async fn writers_who_save_different_parts_at_once_lose_nothing() {
    let store = memory_store().await;
    // As many as can meet without one of them giving up: each is overtaken by each other at most once.
    let writers = (1..=8).map(|id| {
        let facts = (1..=3).map(|number| pr(with_review(number, id, 1))).collect();
        let store = &store;
        async move { store.save_facts(&team(), facts).await }
    });
    futures::future::try_join_all(writers).await.expect("all saved");
    for number in 1..=3 {
        assert_eq!(load(&store, number).await.reviews.len(), 8);
    }
}

#[tokio::test]
async fn a_document_that_is_too_large_is_rejected_and_nothing_else_is_lost() {
    let store = memory_store().await;
    store.save_facts(&team(), vec![pr(with_scalars(1, 1, true))]).await.expect("saved");
    let long = "x".repeat(1_000);
    let shas: Vec<&str> = std::iter::repeat_n(long.as_str(), 380).collect();
    let facts = vec![
        pr(with_commits(1, 2, 0, &shas)),
        pr(with_scalars(2, 1, true)),
        page(3, 1, 1, &shas),
        pr(with_scalars(3, 1, true)),
        Fact::BranchCommit(BranchCommit { repository: repository(1), commit: commit("abc") }),
    ];
    let saved = store.save_facts(&team(), facts).await.expect("saved");
    let rejected: Vec<&str> = saved.rejected.iter().map(|rejected| rejected.what.as_str()).collect();
    assert_eq!(rejected, ["repository github:1 pull request 3 commit page 1", "repository github:1 pull request 1",]);
    assert!(saved.rejected[0].reason.contains("380000"), "{}", saved.rejected[0].reason);
    assert_eq!(saved.merged.iter().map(|saved| saved.key).collect::<Vec<_>>(), [key(1), key(2), key(3)]);
    assert_eq!(load(&store, 1).await, with_scalars(1, 1, true));
    assert_eq!(load(&store, 2).await, with_scalars(2, 1, true));
    assert_eq!(load(&store, 3).await, with_scalars(3, 1, true));
    assert_eq!(store.list_branch_commits(&team(), repository(1), None, 9).await.expect("loads").len(), 1);
}

#[tokio::test]
async fn a_page_saved_before_a_crash_is_taken_account_of_when_it_comes_again() {
    let store = memory_store().await;
    store.save_facts(&team(), vec![pr(with_commits(1, 1, 1, &["a"])), page(1, 1, 1, &["b"])]).await.expect("saved");
    // What a crash between the page's write and the document's leaves behind.
    let newer = Document::from(page(1, 1, 1, &["c"]));
    let body = newer.body().expect("a body");
    let page_key = newer.key(&team());
    let item = document_item(&page_key, body, 2, &BTreeMap::new());
    assert!(store.put_after(&store.tables.facts, item, Some(1)).await.expect("put"));
    let rev = async || store.load_pull_request(&team(), key(1)).await.expect("loads").expect("there").1;
    assert_eq!(rev().await, 1);
    let again = store.save_facts(&team(), vec![page(1, 1, 1, &["c"])]).await.expect("saved");
    assert_eq!((again.written, again.unchanged), (1, 1));
    assert_eq!(rev().await, 2);
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_named() {
    let store = memory_store().await;
    let key = crate::keys::pull_request(&team(), key(1));
    let item = document_item(&key, "{".into(), 1, &BTreeMap::new());
    assert!(store.put_after(&store.tables.facts, item, None).await.expect("put"));
    let error = store.save_facts(&team(), vec![pr(with_scalars(1, 1, true))]).await.expect_err("cannot be joined");
    let StoreError::Corrupt { key, .. } = error else { panic!("{error}") };
    assert_eq!(key, "TEAM#t7#REPO#github:1 / PR#0000000001");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error_in_words() {
    let store = memory_store().await;
    let tables = crate::Tables { facts: "nothing".into(), ..store.tables.clone() };
    let error = Store::new(store.client.clone(), tables).load_accounts(&team()).await.expect_err("no such table");
    assert!(error.to_string().contains("ResourceNotFoundException"), "{error}");
    store.warm(&store.tables.facts).await;
}

#[test]
fn a_saved_pull_request_is_a_short_list_in_json() {
    let saved = SavedPullRequest { key: key(12), merged_at: at(0), rev: 3 };
    let json = serde_json::to_string(&saved).expect("serialises");
    assert_eq!(json, r#"["github",1,12,"2026-11-02T10:40:00Z",3]"#);
    assert_eq!(serde_json::from_str::<SavedPullRequest>(&json).expect("parses"), saved);
}

/// What a time of the vendor's looked like from then on: values change and do not come back.
fn named(kind: &str, seen: i64) -> String {
    format!("{kind}{}", seen / 3)
}

fn fact() -> impl Strategy<Value = Fact> {
    let number = 1..3u64;
    prop_oneof![
        (number.clone(), 0..6i64, any::<bool>()).prop_map(|(n, version, merged)| pr(with_scalars(n, version, merged))),
        (number.clone(), 1..3u64, 0..6i64).prop_map(|(n, id, version)| pr(with_review(n, id, version))),
        (number.clone(), 0..3i64, 0..3u32, "[ab]")
            .prop_map(|(n, version, pages, sha)| { pr(with_commits(n, version, pages, &[&sha])) }),
        (number.clone(), 0..3i64, 1..3u32, "[cd]").prop_map(|(n, version, index, sha)| page(
            n,
            version,
            index,
            &[&sha]
        )),
        (number, 0..6i64, any::<bool>()).prop_map(|(n, second, listed)| {
            let mut document = PullRequest::new(key(n));
            let event = DraftEvent { at: at(second), kind: DraftEventKind::Ready };
            if listed {
                document.draft_history.listed.insert(event);
                document.draft_history.listed_at = Some(at(second));
            } else {
                document.draft_history.heard.insert(event);
            }
            // As connectors make it: what was heard is later than what was listed.
            let mut normal = PullRequest::new(key(n));
            normal.merge(document);
            pr(normal)
        }),
        (0..9i64, any::<bool>()).prop_map(|(seen, listing)| {
            let actor = account(1, &named("login", seen), seen);
            Fact::Account(if listing {
                Account { name: Some(named("name", seen)), role: None, member: Some(seen < 6), ..actor }
            } else {
                actor
            })
        }),
        (0..9i64, any::<bool>()).prop_map(|(seen, knows)| Fact::Repository(Repository {
            key: repository(1),
            full_name: named("acme/r", seen),
            default_branch: knows.then(|| named("branch", seen)),
            archived: seen >= 6,
            gone_at: None,
            seen_at: at(seen),
        })),
        (0..9i64).prop_map(|seen| Fact::Group(Group {
            id: VendorId::new(Provider::Github, 3),
            slug: named("slug", seen),
            name: "Core".into(),
            parent: None,
            gone_at: None,
            seen_at: at(seen),
        })),
        (0..9i64).prop_map(|seen| Fact::Membership(Membership {
            group: VendorId::new(Provider::Github, 3),
            account: VendorId::new(Provider::Github, 1),
            role: Some(named("role", seen)),
            gone_at: None,
            seen_at: at(seen),
        })),
        (any::<bool>(), "[ef]").prop_map(|(linked, sha)| {
            let author = linked.then(|| crate::sample::actor(1));
            Fact::BranchCommit(BranchCommit { repository: repository(1), commit: Commit { author, ..commit(&sha) } })
        }),
    ]
}

/// All that can be read of the team, without when listings were seen.
async fn everything(store: &TestStore, team: &TeamId) -> serde_json::Value {
    let mut repositories = store.load_repositories(team).await.expect("loads");
    let mut accounts = store.load_accounts(team).await.expect("loads");
    let (mut groups, mut memberships) = store.load_groups(team).await.expect("loads");
    for fact in &mut repositories {
        fact.seen_at = at(0);
    }
    for fact in &mut accounts {
        fact.seen_at = at(0);
    }
    for fact in &mut groups {
        fact.seen_at = at(0);
    }
    for fact in &mut memberships {
        fact.seen_at = at(0);
    }
    let pull_requests = store.list_pull_requests(team, repository(1), None, 99).await.expect("loads");
    let commits = store.list_branch_commits(team, repository(1), None, 99).await.expect("loads");
    serde_json::json!([repositories, accounts, groups, memberships, pull_requests, commits])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_repetition_and_grouping_of_facts_ends_in_the_same_documents(
        (facts, shuffled) in proptest::collection::vec(fact(), 1..24).prop_flat_map(|facts| {
            let repeated = [facts.clone(), facts.iter().take(6).cloned().collect()].concat();
            (Just(facts), Just(repeated).prop_shuffle())
        }),
        size in 1..6usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (at_once, in_parts) = runtime.block_on(async {
            let store = memory_store().await;
            let (a, b): (TeamId, TeamId) = ("a".parse().expect("an id"), "b".parse().expect("an id"));
            store.save_facts(&a, facts).await.expect("saved");
            for part in shuffled.chunks(size) {
                store.save_facts(&b, part.to_vec()).await.expect("saved");
            }
            (everything(&store, &a).await, everything(&store, &b).await)
        });
        prop_assert_eq!(at_once, in_parts);
    }
}
