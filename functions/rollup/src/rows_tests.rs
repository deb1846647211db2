//! From saved facts through the stream's records to rows, over a real table.

use crate::{Answer, Call, Rebuild, handle, rebuild, recompute};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use plumbline_domain::{
    Actor, ActorKind, Clock, Commit, CommitList, CommitPage, Fact, Provider, PullRequest, PullRequestKey, Repository,
    RepositoryKey, Review, ReviewState, Scalars, State, TeamId,
};
use plumbline_metrics::flow_row;
use plumbline_store::{
    Store, Tables,
    testing::{TestStore, memory_store},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
}

fn team() -> TeamId {
    "demo".parse().unwrap()
}

fn key(repository: u64, number: u64) -> PullRequestKey {
    PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id: repository }, number }
}

/// Version `version` of a pull request, merged at a minute or open.
fn document(key: PullRequestKey, version: i64, merged: Option<i64>) -> PullRequest {
    let scalars = Scalars {
        updated_at: at(version),
        id: key.number,
        title: format!("Change {version}"),
        author: Some(Actor { id: 1, login: "account-1".into(), kind: ActorKind::User }),
        state: if merged.is_some() { State::Merged } else { State::Open },
        draft: false,
        created_at: at(0),
        merged_at: merged.map(at),
        closed_at: merged.map(at),
        additions: 10,
        deletions: 2,
        changed_files: 1,
        commits: 1,
        base_ref: "main".into(),
        head_ref: "topic".into(),
        reverts: false,
        attribution: None,
    };
    PullRequest { scalars: Some(scalars), ..PullRequest::new(key) }
}

fn review(key: PullRequestKey, minute: i64) -> PullRequest {
    let review = Review {
        author: Some(Actor { id: 2, login: "account-2".into(), kind: ActorKind::User }),
        state: ReviewState::Approved,
        submitted_at: at(minute),
        updated_at: at(minute),
    };
    PullRequest { reviews: BTreeMap::from([(u64::try_from(minute).unwrap(), review)]), ..PullRequest::new(key) }
}

fn commit(minute: i64) -> Commit {
    let at = at(minute);
    Commit {
        sha: format!("{minute:040}"),
        author: None,
        author_name: None,
        author_email: None,
        authored_at: at,
        committed_at: at,
        committer: None,
        attribution: None,
    }
}

fn repository(id: u64) -> Fact {
    Fact::Repository(Repository {
        key: key(id, 1).repository,
        full_name: format!("example/{id}"),
        default_branch: None,
        archived: false,
        gone_at: None,
        seen_at: at(0),
    })
}

fn fact(pull_request: PullRequest) -> Fact {
    Fact::PullRequest(Box::new(pull_request))
}

/// A store whose facts table has a stream, told by hand: a record for each item that a save changed.
struct Stage {
    store: TestStore,
    /// The facts table as the records left it.
    facts: Dump,
    records: Vec<Value>,
}

/// An item of the tables: keys, then the body or the row's bytes, then the revision.
type Dump = BTreeMap<(String, String), (Vec<u8>, String)>;

impl Stage {
    async fn new() -> Self {
        Self { store: memory_store().await, facts: Dump::new(), records: Vec::new() }
    }

    async fn dump(&self, table: &str) -> Dump {
        let mut pages = self.store.client.scan().table_name(table).into_paginator().items().send();
        let mut items = Dump::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let text = |name: &str| item[name].as_s().unwrap().clone();
            let content = match (item.get("body"), item.get("d")) {
                (Some(body), _) => body.as_s().unwrap().clone().into_bytes(),
                (_, Some(row)) => row.as_b().unwrap().clone().into_inner(),
                _ => Vec::new(),
            };
            let rev = item.get("rev").or(item.get("r")).map_or("", |rev| rev.as_n().unwrap());
            items.insert((text("pk"), text("sk")), (content, rev.to_owned()));
        }
        items
    }

    async fn rows(&self) -> Dump {
        self.dump(&self.store.tables.rollups).await
    }

    /// Saves facts and remembers the records that the stream would bring.
    async fn save(&mut self, facts: Vec<Fact>) {
        self.store.save_facts(&team(), facts).await.unwrap();
        self.remember().await;
    }

    async fn remember(&mut self) {
        let after = self.dump(&self.store.tables.facts).await;
        let before = std::mem::replace(&mut self.facts, after.clone());
        let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
        for key in keys {
            let (old, new) = (before.get(&key), after.get(&key));
            if old == new {
                continue;
            }
            let name = match (old, new) {
                (None, _) => "INSERT",
                (_, None) => "REMOVE",
                _ => "MODIFY",
            };
            let image = |(content, rev): &(Vec<u8>, String)| {
                json!({"pk": {"S": key.0}, "sk": {"S": key.1}, "body": {"S": str::from_utf8(content).unwrap()},
                    "rev": {"N": rev}})
            };
            let mut change = json!({
                "ApproximateCreationDateTime": 1_790_000_000,
                "Keys": {"pk": {"S": key.0}, "sk": {"S": key.1}},
                "SequenceNumber": format!("{:021}", self.records.len()),
                "SizeBytes": 1000,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            });
            if let Some(old) = old {
                change["OldImage"] = image(old);
            }
            if let Some(new) = new {
                change["NewImage"] = image(new);
            }
            self.records.push(json!({"eventID": "1", "eventName": name, "eventVersion": "1.1",
                "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1", "dynamodb": change}));
        }
    }

    async fn remove(&mut self, pk: &str, sk: &str) {
        let delete = self.store.client.delete_item().table_name(&self.store.tables.facts);
        let delete = delete.key("pk", AttributeValue::S(pk.into())).key("sk", AttributeValue::S(sk.into()));
        delete.send().await.unwrap();
        self.remember().await;
    }

    /// Delivers records; answers the sequence numbers to begin again from.
    async fn deliver(&self, records: &[Value]) -> Value {
        call(&self.store, &json!({ "Records": records })).await
    }

    /// Delivers what was not delivered yet, in order.
    async fn deliver_all(&mut self) {
        let records = std::mem::take(&mut self.records);
        assert_eq!(self.deliver(&records).await, json!({"batchItemFailures": []}));
    }
}

async fn call(store: &Store, event: &Value) -> Value {
    let call: Call = serde_json::from_value(event.clone()).unwrap();
    let answer = handle(call, store, &Clock::fixed(at(0)), at(1)).await.unwrap();
    serde_json::to_value(answer).unwrap()
}

async fn loaded(store: &Store) -> Vec<plumbline_domain::FlowRow> {
    store.load_rows(&team(), at(-100_000), at(100_000)).await.unwrap().rows
}

#[tokio::test]
async fn a_merged_pull_request_leaves_the_row_of_its_facts() {
    let mut stage = Stage::new().await;
    stage.save(vec![fact(document(key(1, 7), 1, None)), fact(document(key(1, 8), 1, Some(30)))]).await;
    stage.deliver_all().await;
    assert_eq!(loaded(&stage.store).await, [flow_row(&document(key(1, 8), 1, Some(30))).unwrap()]);

    stage.save(vec![fact(document(key(1, 7), 2, Some(50))), fact(review(key(1, 7), 20))]).await;
    stage.deliver_all().await;
    let mut merged = document(key(1, 7), 2, Some(50));
    merged.merge(review(key(1, 7), 20));
    assert_eq!(loaded(&stage.store).await.last(), flow_row(&merged).as_ref());
}

#[tokio::test]
async fn a_further_page_of_commits_changes_the_row() {
    let mut stage = Stage::new().await;
    let mut merged = document(key(1, 7), 1, Some(30));
    merged.commits = Some(CommitList { version: at(1), further_pages: 1, commits: vec![commit(-10)] });
    stage.save(vec![fact(merged)]).await;
    stage.deliver_all().await;
    assert_eq!(loaded(&stage.store).await[0].coding_seconds, Some(600));

    let page = CommitPage { key: key(1, 7), version: at(1), index: 1, commits: vec![commit(-20)] };
    stage.save(vec![Fact::CommitPage(page)]).await;
    stage.deliver_all().await;
    assert_eq!(loaded(&stage.store).await[0].coding_seconds, Some(1200));
}

#[tokio::test]
async fn a_row_moves_with_its_merge_and_goes_with_it() {
    let mut stage = Stage::new().await;
    for (version, merged) in [(1, Some(30)), (2, Some(90_000)), (3, Some(31)), (4, None)] {
        stage.save(vec![fact(document(key(1, 7), version, merged))]).await;
        stage.deliver_all().await;
        let merges: Vec<Timestamp> = loaded(&stage.store).await.iter().map(|row| row.merged_at).collect();
        assert_eq!(merges, merged.map(at).into_iter().collect::<Vec<_>>());
        assert_eq!(stage.rows().await.len(), merges.len());
    }
}

#[tokio::test]
async fn a_deleted_document_takes_its_row_along_even_when_it_is_begun_anew() {
    let mut stage = Stage::new().await;
    for version in 1..4 {
        stage.save(vec![fact(document(key(1, 7), version, Some(30)))]).await;
    }
    stage.deliver_all().await;
    stage.remove("TEAM#demo#REPO#github:1", "PR#0000000007").await;
    let removal = stage.records.clone();
    stage.deliver_all().await;
    assert!(stage.rows().await.is_empty());

    // Begun anew at revision 1, and the row's old revision was 3.
    stage.save(vec![fact(document(key(1, 7), 1, Some(30))), fact(review(key(1, 7), 5))]).await;
    stage.deliver_all().await;
    stage.deliver(&removal).await;
    assert_eq!(loaded(&stage.store).await[0].reviewers.len(), 1);
}

#[tokio::test]
async fn records_of_other_items_are_no_concern() {
    let mut stage = Stage::new().await;
    stage.save(vec![repository(1)]).await;
    let odd = |pk: Value, sk: Value| json!({"eventName": "INSERT", "dynamodb": {"Keys": {"pk": pk, "sk": sk}}});
    stage.records.extend([
        odd(json!({"S": "TEAM#demo#REPO#github:1"}), json!({"S": "PR#seven"})),
        odd(json!({"S": "TEAM#../#REPO#github:1"}), json!({"S": "PR#0000000007"})),
        odd(json!({"N": "1"}), json!({"N": "2"})),
        json!({"eventName": "INSERT", "dynamodb": {}}),
        // Of a pull request that is not there.
        odd(json!({"S": "TEAM#demo#REPO#github:1"}), json!({"S": "PR#0000000099"})),
    ]);
    stage.deliver_all().await;
    assert!(stage.rows().await.is_empty());
}

#[tokio::test]
async fn a_document_that_cannot_be_read_does_not_stop_the_others() {
    let mut stage = Stage::new().await;
    stage.save((1..=3).map(|number| fact(document(key(1, number), 1, Some(30)))).collect()).await;
    let put = stage.store.client.put_item().table_name(&stage.store.tables.facts);
    let put = put.item("pk", AttributeValue::S("TEAM#demo#REPO#github:1".into()));
    let put = put.item("sk", AttributeValue::S("PR#0000000002".into()));
    put.item("body", AttributeValue::S("{}".into())).item("rev", AttributeValue::N("9".into())).send().await.unwrap();
    stage.deliver_all().await;
    let numbers: Vec<u64> = loaded(&stage.store).await.iter().map(|row| row.key.number).collect();
    assert_eq!(numbers, [1, 3]);
    assert!(recompute(&stage.store, &team(), &[key(1, 2)]).await.is_err());
}

#[tokio::test]
async fn what_failed_for_now_is_reported_by_its_first_record() {
    let mut stage = Stage::new().await;
    stage.records.push(json!({"eventName": "INSERT", "dynamodb": {"Keys": {}, "SequenceNumber": "0"}}));
    stage.save(vec![fact(document(key(1, 9), 1, None))]).await;
    stage.save(vec![fact(document(key(1, 8), 1, Some(30)))]).await;
    stage.save(vec![fact(document(key(1, 7), 1, Some(30)))]).await;
    stage.save(vec![fact(document(key(1, 8), 2, Some(30)))]).await;
    let tables = Tables { rollups: "not-there".into(), ..stage.store.tables.clone() };
    let broken = Store::new(stage.store.client.clone(), tables);
    let answer = call(&broken, &json!({ "Records": stage.records })).await;
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": format!("{:021}", 2)}]}));
    stage.deliver_all().await;
    assert_eq!(loaded(&stage.store).await.len(), 2);
}

#[tokio::test]
async fn all_rows_come_back_from_the_facts_byte_for_byte() {
    let mut stage = Stage::new().await;
    let repository_of = |number: u64| if number > 20 { 2 } else { 1 };
    stage.save([1, 2, 30].map(repository).to_vec()).await;
    for version in 1..3 {
        let facts = (1..=130).map(|n| {
            let number = i64::try_from(n).unwrap();
            let merged = (number % 3 != 0).then_some(number * 400 + version);
            fact(document(key(repository_of(n), n), version, merged))
        });
        stage.save(facts.collect()).await;
    }
    stage.save((1..=130).map(|n| fact(review(key(repository_of(n), n), 3))).collect()).await;
    for records in stage.records.chunks(100) {
        assert_eq!(stage.deliver(records).await, json!({"batchItemFailures": []}));
    }
    let rows = stage.rows().await;
    assert_eq!(rows.len(), 87);

    for (pk, sk) in rows.keys() {
        let delete = stage.store.client.delete_item().table_name(&stage.store.tables.rollups);
        let delete = delete.key("pk", AttributeValue::S(pk.clone())).key("sk", AttributeValue::S(sk.clone()));
        delete.send().await.unwrap();
    }
    assert!(stage.rows().await.is_empty());

    // In as many calls as it takes when the time is always up.
    let (mut asked, mut calls, mut pull_requests) = (Rebuild { team_id: team(), next: None }, 0, 0);
    loop {
        let rebuilt = rebuild(&stage.store, &asked, || false).await.unwrap();
        (calls, pull_requests) = (calls + 1, pull_requests + rebuilt.pull_requests);
        let Some(next) = rebuilt.next else { break };
        asked.next = Some(next);
    }
    assert_eq!((calls, pull_requests), (4, 130));
    assert_eq!(stage.rows().await, rows);

    // Once more, by the event, over rows that are there.
    let answer = call(&stage.store, &json!({"rebuild": {"team_id": "demo"}})).await;
    assert_eq!(answer, json!({"pull_requests": 130, "issues": 0, "next": null}));
    assert_eq!(stage.rows().await, rows);
}

#[tokio::test]
async fn a_rebuild_says_where_it_stopped_and_goes_on_from_there() {
    let mut stage = Stage::new().await;
    stage.save(vec![repository(1), repository(2), fact(document(key(2, 7), 1, Some(30)))]).await;
    let late = async |event: Value| {
        let call: Call = serde_json::from_value(event).unwrap();
        let Answer::Rebuild(rebuilt) = handle(call, &stage.store, &Clock::fixed(at(2)), at(1)).await.unwrap() else {
            panic!("a rebuild was asked for");
        };
        serde_json::to_value(rebuilt).unwrap()
    };
    let first = late(json!({"rebuild": {"team_id": "demo"}})).await;
    assert_eq!(first, json!({"pull_requests": 0, "issues": 0, "next": {"repository": "github:2", "after": null}}));
    assert!(loaded(&stage.store).await.is_empty());
    let second = late(json!({"rebuild": {"team_id": "demo", "next": first["next"]}})).await;
    assert_eq!(second, json!({"pull_requests": 1, "issues": 0, "next": null}));
    assert_eq!(loaded(&stage.store).await.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Saves in any order, deliveries late, repeated and in any order between them: the same rows.
    #[test]
    fn any_order_and_repetition_of_records_gives_the_same_rows(
        order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(),
        early in proptest::collection::vec(proptest::collection::vec(any::<proptest::sample::Index>(), 0..3), 9),
        seed in proptest::collection::vec(any::<proptest::sample::Index>(), 12),
    ) {
        let facts = |index: usize| -> Vec<Fact> {
            let (one, other) = (key(1, 7), key(2, 7));
            match index {
                0 => vec![fact(document(one, 1, None))],
                1 => vec![fact(document(one, 2, Some(30)))],
                2 => vec![fact(document(one, 3, Some(90_000)))],
                3 => vec![fact(document(one, 4, Some(40)))],
                4 => vec![fact(review(one, 5)), fact(review(other, 6))],
                5 => vec![fact(review(one, 50))],
                6 => vec![fact(document(other, 1, Some(30)))],
                7 => vec![fact(document(other, 2, None))],
                _ => vec![fact(review(one, 35))],
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (rows, expected) = runtime.block_on(async {
            let mut stage = Stage::new().await;
            for (index, deliver) in order.into_iter().zip(early) {
                stage.save(facts(index)).await;
                for pick in deliver {
                    if !stage.records.is_empty() {
                        let record = pick.get(&stage.records).clone();
                        stage.deliver(&[record]).await;
                    }
                }
            }
            let mut late = stage.records.clone();
            for (place, pick) in seed.iter().enumerate() {
                let (a, b) = (place % late.len(), pick.index(late.len()));
                late.swap(a, b);
            }
            stage.deliver(&late).await;
            let mut one = document(key(1, 7), 4, Some(40));
            for minute in [5, 50, 35] {
                one.merge(review(key(1, 7), minute));
            }
            (loaded(&stage.store).await, flow_row(&one).unwrap())
        });
        prop_assert_eq!(rows, vec![expected]);
    }
}
