//! The export of commits: those of pull requests, and those that went straight to the default branch.

use crate::{
    exports::{pages, rows},
    facts::{account, at, branch_commit, commit, merged, pull_request, repository, save, user},
    world::World,
};
use plumbline_domain::{ActorKind, CommitList, Fact, PullRequest, TeamId};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn sha(n: u64) -> String {
    format!("{n:040x}")
}

fn with_commits(repository: u64, number: u64, hashes: &[u64]) -> PullRequest {
    let mut one = merged(repository, number, Some(user(1)), 2, "2026-11-10T12:00:00Z");
    let commits = hashes.iter().map(|n| commit(&sha(*n), Some(user(1)), "2026-11-09T10:00:00Z")).collect();
    one.commits = Some(CommitList { version: at("2026-11-10T12:00:00Z"), further_pages: 0, commits });
    one
}

async fn team_with(world: &World, facts: Vec<Fact>) -> TeamId {
    let team = world.connected_team("Acme").await;
    let mut all = vec![repository(10, "acme/api"), account(1, "alice", ActorKind::User, Some(true))];
    all.extend(facts);
    save(&world.store, &team, all).await;
    team
}

fn numbers_and_hashes(rows: &[Value]) -> Vec<(Option<u64>, u64)> {
    let hash = |row: &Value| u64::from_str_radix(row["sha"].as_str().unwrap().trim_start_matches('0'), 16).unwrap();
    rows.iter().map(|row| (row["number"].as_u64(), hash(row))).collect()
}

#[tokio::test]
async fn a_commit_of_a_pull_request_is_listed_with_it_and_not_again_on_the_branch() {
    let world = World::new().await;
    let mut facts = vec![pull_request(with_commits(10, 1, &[3, 1])), pull_request(with_commits(10, 2, &[1, 5]))];
    facts.extend([1, 2, 5, 9].map(|n| branch_commit(10, commit(&sha(n), None, "2026-11-09T10:00:00Z"))));
    let team = team_with(&world, facts).await;
    let expected = [(Some(1), 3), (Some(1), 1), (Some(2), 1), (Some(2), 5), (None, 2), (None, 9)];
    for limit in 1..=8 {
        let found = rows(&world, &team, &format!("commits?format=ndjson&limit={limit}")).await;
        assert_eq!(numbers_and_hashes(&found), expected, "by {limit}");
    }
    let found = rows(&world, &team, "commits?format=ndjson").await;
    assert_eq!(
        found[0],
        json!({
            "provider": "github", "repository": "acme/api", "number": 1, "sha": sha(3), "author": "alice",
            "authored_at": "2026-11-09T10:00:00Z", "committed_at": "2026-11-09T10:00:00Z", "is_bot": false,
        })
    );
    assert_eq!(
        (&found[4]["author"], &found[4]["number"]),
        (&json!("Ada"), &Value::Null),
        "no account: the commit's name"
    );
}

#[tokio::test]
async fn many_branch_commits_go_over_many_pages_and_slow_reads() {
    let world = World::new().await;
    let mut facts: Vec<Fact> =
        (1..=1100).map(|n| branch_commit(10, commit(&sha(n), None, "2026-11-09T10:00:00Z"))).collect();
    facts.push(pull_request(with_commits(10, 1, &[7, 8])));
    facts.push(repository(20, "acme/web"));
    facts.push(branch_commit(20, commit(&sha(7), None, "2026-11-09T10:00:00Z")));
    let team = team_with(&world, facts).await;
    let whole = numbers_and_hashes(&rows(&world, &team, "commits?format=ndjson&limit=5000").await);
    assert_eq!(whole.len(), 1101, "7 and 8 once with their pull request, and 7 of the other repository");
    assert_eq!(numbers_and_hashes(&rows(&world, &team, "commits?format=ndjson&limit=333").await), whole);
    world.tick.store(20_000, Ordering::SeqCst);
    let slow = pages(&world, &team, "commits?format=ndjson&limit=5000").await;
    assert!(slow.len() > 3, "every read ends a page");
    let lines: usize = slow.iter().map(|page| page.text.lines().count()).sum();
    assert_eq!(lines, 1101);
}

#[tokio::test]
async fn a_range_selects_commits_by_their_authors_date() {
    let world = World::new().await;
    let facts = vec![
        branch_commit(10, commit(&sha(1), None, "2026-11-08T22:59:59Z")),
        branch_commit(10, commit(&sha(2), None, "2026-11-08T23:00:00Z")),
        branch_commit(10, commit(&sha(3), None, "2026-11-09T23:00:00Z")),
        pull_request(with_commits(10, 1, &[4])),
    ];
    let team = team_with(&world, facts).await;
    let found = rows(&world, &team, "commits?format=ndjson&from=2026-11-09&to=2026-11-09").await;
    assert_eq!(numbers_and_hashes(&found), [(Some(1), 4), (None, 2)]);
}
