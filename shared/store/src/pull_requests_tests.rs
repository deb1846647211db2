use super::*;
use crate::{
    sample::{key, page, pr, repository, team, with_commits, with_scalars},
    testing::memory_store,
};

fn shas(pull_request: &PullRequest) -> Vec<&str> {
    pull_request.commits.iter().flat_map(|list| &list.commits).map(|commit| commit.sha.as_str()).collect()
}

#[tokio::test]
async fn further_pages_count_while_they_are_of_the_documents_version() {
    let store = memory_store().await;
    let facts = vec![
        pr(with_commits(1, 5, 2, &["a"])),
        page(1, 5, 2, &["c"]),
        page(1, 5, 1, &["b"]),
        page(1, 5, 3, &["beyond the end"]),
    ];
    store.save_facts(&team(), facts).await.expect("saved");
    let load = async || store.load_pull_request(&team(), key(1)).await.expect("loads").expect("there");
    let (whole, first_rev) = load().await;
    assert_eq!(shas(&whole), ["a", "b", "c"]);

    // A force-push: the newer list has one further page; those of the older do not count any more.
    store.save_facts(&team(), vec![pr(with_commits(1, 6, 1, &["x"]))]).await.expect("saved");
    let (without, rev) = load().await;
    assert_eq!(shas(&without), ["x"]);
    assert!(rev > first_rev);
    store.save_facts(&team(), vec![page(1, 6, 1, &["y"])]).await.expect("saved");
    let (with, rev_with_page) = load().await;
    assert_eq!(shas(&with), ["x", "y"]);
    assert!(rev_with_page > rev, "a page's arrival is a new revision, so that the row is computed again");
}

#[tokio::test]
async fn loaded_are_those_that_are_there_in_the_order_asked_for() {
    let store = memory_store().await;
    let facts: Vec<_> = (1..=120).map(|number| pr(with_scalars(number, 1, false))).collect();
    store.save_facts(&team(), facts).await.expect("saved");
    let wanted: Vec<_> = (1..=130).rev().map(key).collect();
    let found = store.load_pull_requests(&team(), &wanted).await.expect("loads");
    let numbers: Vec<u64> = found.iter().map(|(pull_request, _)| pull_request.key.number).collect();
    assert_eq!(numbers, (1..=120).rev().collect::<Vec<_>>());
    assert!(found.iter().all(|(_, rev)| *rev == 1));
    assert_eq!(store.load_pull_request(&team(), key(500)).await.expect("loads"), None);
}

#[tokio::test]
async fn a_list_goes_on_after_a_number_and_never_cuts_commits_off() {
    let store = memory_store().await;
    let mut facts = Vec::new();
    for number in [1, 2, 9, 10, 11] {
        facts.push(pr(with_scalars(number, 1, false)));
        facts.push(pr(with_commits(number, 1, 2, &["a"])));
        facts.push(page(number, 1, 1, &["b"]));
        facts.push(page(number, 1, 2, &["c"]));
    }
    store.save_facts(&team(), facts).await.expect("saved");
    for limit in 1..=6 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let part = store.list_pull_requests(&team(), repository(1), after, limit).await.expect("loads");
            assert!(part.len() <= limit);
            assert!(part.iter().all(|pull_request| shas(pull_request) == ["a", "b", "c"]));
            let Some(last) = part.last() else { break };
            after = Some(last.key.number);
            seen.extend(part.iter().map(|pull_request| pull_request.key.number));
        }
        assert_eq!(seen, [1, 2, 9, 10, 11], "in parts of {limit}");
    }
    assert_eq!(store.list_pull_requests(&team(), repository(2), None, 5).await.expect("loads"), []);
    assert_eq!(store.list_pull_requests(&team(), repository(1), None, 0).await.expect("loads"), []);
}
