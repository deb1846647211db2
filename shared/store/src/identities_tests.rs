use crate::{
    Identified, SamePerson, Store, Team, keys,
    sample::{account, at, team},
    table::{self, Sort},
    testing::memory_store,
};
use plumbline_domain::{Account, ActorKind, Email, Fact, Provider, VendorId};
use plumbline_identity::{Assignment, Decided, Decision};
use std::time::Duration;

fn id(provider: Provider, id: &str) -> VendorId {
    VendorId::new(provider, id)
}

fn at_vendor(provider: Provider, name: &str, email: Option<&str>) -> Account {
    Account {
        id: id(provider, name),
        kind: ActorKind::User,
        member: Some(true),
        email: email.map(|address| Email { address: address.into(), verified: true }),
        ..account(0, name, 0)
    }
}

async fn store_with(accounts: Vec<Account>) -> crate::testing::TestStore {
    let store = memory_store().await;
    let known = Team {
        id: team(),
        name: "Acme".into(),
        time_zone: "UTC".into(),
        created_at: at(0),
        bots: Vec::new(),
        email_domains: vec!["acme.example".into()],
        join_domains: Vec::new(),
        join_by_github: false,
    };
    store.create_team(&known).await.expect("created");
    store.save_facts(&team(), accounts.into_iter().map(Fact::Account).collect()).await.expect("saved");
    store
}

/// Who is who after assigning anew; what was saved is what the review queue is shown with.
async fn identified(store: &Store, second: i64) -> Assignment {
    assert_eq!(store.identify(&team(), at(second)).await.expect("assigns"), Identified::Assigned);
    let assignment = store.assignment(&team()).await.expect("loads");
    assert_eq!(store.load_members(&team()).await.expect("loads"), assignment.members);
    assignment
}

/// Ids of the accounts that are one person with this one.
fn with(assignment: &Assignment, account: &VendorId) -> Vec<String> {
    let member = assignment.person_of(account).and_then(|id| assignment.resolve(id)).expect("somebody's");
    member.accounts.iter().map(|link| link.account.to_string()).collect()
}

#[tokio::test]
async fn accounts_of_all_vendors_become_people_by_what_vendors_state_and_addresses_show() {
    let committer = Account { commit_emails: ["ada@acme.example".to_owned()].into(), ..account(7, "ada", 0) };
    let store = store_with(vec![
        committer,
        at_vendor(Provider::Slack, "U1", Some("ada@acme.example")),
        at_vendor(Provider::Jira, "557058:a", None),
        at_vendor(Provider::Atlassian, "557058:a", Some("ada@acme.example")),
        at_vendor(Provider::GithubEnterprise, "ada", None),
        at_vendor(Provider::Trello, "t9", None),
    ])
    .await;
    let assignment = identified(&store, 1).await;
    let ada = with(&assignment, &id(Provider::Slack, "U1"));
    assert_eq!(ada, ["github:7", "github_enterprise:ada", "jira:557058:a", "atlassian:557058:a", "slack:U1"]);
    assert_eq!(with(&assignment, &id(Provider::Trello, "t9")), ["trello:t9"]);
    let again = identified(&store, 2).await;
    assert_eq!(again, assignment, "once more changes nothing");
}

#[tokio::test]
async fn a_decision_outlives_every_sync_and_a_person_with_two_accounts_counts_once() {
    let store = store_with(vec![account(7, "ada", 0), account(9, "ada-at-work", 0)]).await;
    let before = identified(&store, 1).await;
    let member = |account: &VendorId| before.person_of(account).expect("somebody's").clone();
    let (one, other) = (id(Provider::Github, "7"), id(Provider::Github, "9"));
    let decision = Decision::Merge { from: member(&other), into: member(&one) };
    store.save_decision(&team(), &Decided { at: at(2), decision }, "d1").await.expect("kept");
    let after = identified(&store, 3).await;
    assert_eq!(with(&after, &other), ["github:7", "github:9"]);
    let same = store.load_same_person(&team()).await.expect("loads");
    assert_eq!((same.of(&other), same.of(&one)), (&one, &one));
    assert_eq!(same.numeric(Provider::Github), [(9, 7)].into());
    assert_eq!(with(&identified(&store, 4).await, &other), ["github:7", "github:9"]);
}

#[tokio::test]
async fn one_at_a_time_assigns() {
    let store = store_with(vec![account(7, "ada", 0)]).await;
    let claim = crate::keys::identities_claim(&team());
    assert!(store.claim(&claim, at(0), Duration::from_secs(25)).await.expect("claims"));
    assert_eq!(store.identify(&team(), at(1)).await.expect("asked"), Identified::Busy);
    assert_eq!(store.identify(&team(), at(26)).await.expect("asked"), Identified::Assigned);
    assert_eq!(store.identify(&team(), at(26)).await.expect("asked"), Identified::Assigned, "given back");
}

#[tokio::test]
async fn a_team_of_several_batches_is_assigned_as_one() {
    let github = |n: u64, person: u64| {
        let address = format!("u{person}@acme.example");
        let (name, email) = (Some(format!("Person {person}")), Some(Email { address, verified: true }));
        Account { name, email, ..account(n, &format!("login{n}"), 0) }
    };
    let slack = |n: u64| at_vendor(Provider::Slack, &format!("U{n}"), Some(&format!("u{n}@acme.example")));
    let mut accounts: Vec<_> = (1..30).map(|n| github(n, n)).chain((1..20).map(slack)).collect();
    // Two people have a second account at GitHub, and a licence.
    accounts.extend([github(91, 3), github(92, 7)]);
    accounts.extend([3, 7].map(|n| at_vendor(Provider::GithubEnterprise, &format!("LOGIN{n}"), None)));
    let store = store_with(accounts).await;

    for at_once in [4, 1_000] {
        store.assign_anew(&team(), at_once).await.expect("assigns");
        let assignment = store.assignment(&team()).await.expect("loads");
        assert_eq!(store.load_members(&team()).await.expect("loads"), assignment.members);
        assert_eq!(assignment.members.len(), 29);
        let third = ["github:3", "github:91", "github_enterprise:LOGIN3", "slack:U3"];
        assert_eq!(with(&assignment, &id(Provider::Slack, "U3")), third);
        let same = store.load_same_person(&team()).await.expect("loads");
        assert_eq!(same.numeric(Provider::Github), [(91, 3), (92, 7)].into(), "of two batches");
    }
}

#[tokio::test]
async fn only_members_that_differ_are_written() {
    let store = store_with(vec![account(7, "ada", 0), account(9, "bert", 0)]).await;
    let before = identified(&store, 1).await;
    let accounts = &store.tables.accounts;
    // What is written again loses what was added here.
    for member in &before.members {
        let mut item = super::body_item(&keys::member(&team(), &member.id), member).expect("a member");
        item.insert("kept".into(), table::text("yes"));
        store.batch_write(accounts, vec![table::write_request(item).expect("an item")]).await.expect("written");
    }
    let named = Account { name: Some("Bert Kraus".into()), ..account(9, "bert", 1) };
    store.save_facts(&team(), vec![Fact::Account(named)]).await.expect("saved");
    identified(&store, 2).await;
    let items = store.query_all(accounts, &keys::team_partition(&team()), Sort::Prefix(keys::MEMBERS.into())).await;
    let items = items.expect("loads");
    let kept: Vec<_> = items.iter().filter(|item| item.contains_key("kept")).collect();
    assert_eq!((items.len(), kept.len()), (2, 1));
    let ada = before.person_of(&id(Provider::Github, "7")).expect("somebody's");
    assert_eq!(table::key_of(kept[0]).expect("a key"), keys::member(&team(), ada));
}

#[test]
fn without_members_everybody_is_themselves() {
    let nobody = SamePerson::default();
    let one = id(Provider::Github, "7");
    assert_eq!(nobody.of(&one), &one);
    assert!(nobody.numeric(Provider::Github).is_empty());
}
