use crate::{
    Identified, SamePerson, Store, Team,
    sample::{account, at, team},
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

async fn identified(store: &Store, second: i64) -> Assignment {
    match store.identify(&team(), at(second)).await.expect("assigns") {
        Identified::Assigned(assignment) => *assignment,
        Identified::Busy => panic!("nobody else is at it"),
    }
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
    assert_eq!(store.load_members(&team()).await.expect("loads"), assignment.members);
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
    assert!(matches!(store.identify(&team(), at(1)).await.expect("asked"), Identified::Busy));
    assert!(matches!(store.identify(&team(), at(26)).await.expect("asked"), Identified::Assigned(_)));
    assert!(matches!(store.identify(&team(), at(26)).await.expect("asked"), Identified::Assigned(_)), "given back");
}

#[test]
fn without_members_everybody_is_themselves() {
    let nobody = SamePerson::default();
    let one = id(Provider::Github, "7");
    assert_eq!(nobody.of(&one), &one);
    assert!(nobody.numeric(Provider::Github).is_empty());
}
