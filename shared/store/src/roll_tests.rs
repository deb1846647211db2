use crate::{
    Checkpoint, Held, Lease, LeaseOutcome, Store,
    sample::{at, team},
    testing::memory_store,
};
use plumbline_domain::{
    Account, ActorKind, Fact, Group, Listing, Membership, Provider, Record, RecordKind, Seat, Shelf, VendorId,
};
use std::time::Duration;

const TTL: Duration = Duration::from_secs(30);

fn id(provider: Provider, id: &str) -> VendorId {
    VendorId::new(provider, id)
}

fn seat(account: &str, seconds: i64) -> Fact {
    Fact::Record(Record::Seat(Seat {
        seen_at: at(seconds),
        gone_at: None,
        product: "copilot".into(),
        account: id(Provider::Github, account),
        status: "active".into(),
        used: true,
        plan: None,
        assigned_at: None,
        last_active_at: None,
        activity_source: None,
        granted_by: vec![],
    }))
}

fn seats() -> Listing {
    Listing::Shelf(Shelf::new(RecordKind::Seat, "copilot"))
}

async fn run(store: &Store, run: &str, seconds: i64) -> Lease {
    store.open_sync(&team(), Provider::Copilot, None).await.expect("opened");
    let begun = store.begin_run(&team(), Provider::Copilot, run.parse().expect("id"), at(seconds), None).await;
    let job = begun.expect("begins").expect("connected").job;
    match store.acquire_lease(&job, at(seconds), TTL).await.expect("leases") {
        LeaseOutcome::Acquired(lease) => lease,
        other => panic!("{other:?}"),
    }
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| format!("github:{id}")).collect()
}

async fn gone(store: &Store) -> Vec<String> {
    let records = store.load_shelf(&team(), &Shelf::new(RecordKind::Seat, "copilot")).await.expect("loads");
    records.iter().filter(|record| record.gone_at().is_some()).map(Record::id).collect()
}

#[tokio::test]
async fn what_a_whole_listing_no_longer_has_is_gone_and_comes_back_when_it_has_it_again() {
    let store = memory_store().await;
    let facts = (1..=5).map(|n| seat(&n.to_string(), 0)).collect();
    store.save_facts(&team(), facts).await.expect("saved");
    let lease = run(&store, "r1", 10).await;
    let page = Checkpoint { listed: vec![(seats(), ids(&["1", "2"]))], ..Checkpoint::default() };
    assert_eq!(store.save_checkpoint(&lease, &page, at(11), TTL).await.expect("saved"), Held::Yes);
    let sweep =
        async |at_second| store.sweep(&lease.job, &seats(), &ids(&["4"]), at(at_second)).await.expect("swept").marked;
    assert_eq!(sweep(12).await, 2);
    assert_eq!(gone(&store).await, ["github:3", "github:5"]);
    assert_eq!(sweep(13).await, 0, "once is enough");
    store.save_facts(&team(), vec![seat("3", 20)]).await.expect("saved");
    assert_eq!(gone(&store).await, ["github:5"]);
}

#[tokio::test]
async fn another_runs_roll_and_other_listings_say_nothing() {
    let store = memory_store().await;
    store.save_facts(&team(), vec![seat("1", 0), seat("2", 0)]).await.expect("saved");
    let first = run(&store, "r1", 10).await;
    let other = Listing::Shelf(Shelf::new(RecordKind::Seat, "jfrog"));
    let page = Checkpoint { listed: vec![(seats(), ids(&["1"])), (other, ids(&["2"]))], ..Checkpoint::default() };
    store.save_checkpoint(&first, &page, at(11), TTL).await.expect("saved");
    store.finish_run(&first, crate::RunEnd::Success, None, at(12)).await.expect("ends");
    let second = run(&store, "r2", 20).await;
    assert_eq!(store.sweep(&second.job, &seats(), &ids(&["2"]), at(21)).await.expect("swept").marked, 1);
    assert_eq!(gone(&store).await, ["github:1"]);
}

#[tokio::test]
async fn accounts_groups_and_memberships_go_alike() {
    let store = memory_store().await;
    let account = |name: &str, member| {
        Fact::Account(Account {
            id: id(Provider::Jfrog, name),
            login: name.into(),
            kind: ActorKind::User,
            name: None,
            role: None,
            member,
            email: None,
            commit_emails: [].into(),
            active: None,
            seen_at: at(0),
        })
    };
    let group = id(Provider::Jfrog, "readers");
    let membership = |name: &str| {
        let account = id(Provider::Jfrog, name);
        Fact::Membership(Membership { group: group.clone(), account, role: None, gone_at: None, seen_at: at(0) })
    };
    let plain = Group {
        id: group.clone(),
        slug: "readers".into(),
        name: "readers".into(),
        parent: None,
        gone_at: None,
        seen_at: at(0),
    };
    let facts = vec![
        account("ada", Some(true)),
        account("bob", Some(true)),
        account("seen-elsewhere", None),
        Fact::Group(plain),
        membership("ada"),
        membership("bob"),
    ];
    store.save_facts(&team(), facts).await.expect("saved");
    let lease = run(&store, "r1", 10).await;
    let sweep = async |listing: Listing, last: &[&str]| {
        let last: Vec<String> = last.iter().map(|id| (*id).to_owned()).collect();
        store.sweep(&lease.job, &listing, &last, at(11)).await.expect("swept").marked
    };
    assert_eq!(sweep(Listing::Accounts(Provider::Jfrog), &["jfrog:ada"]).await, 1);
    assert_eq!(sweep(Listing::Memberships(group.clone()), &["jfrog:bob"]).await, 1);
    assert_eq!(sweep(Listing::Groups(Provider::Jfrog), &["jfrog:readers"]).await, 0);
    let accounts = store.load_accounts(&team()).await.expect("loads");
    let members: Vec<_> = accounts.iter().map(|account| (account.login.as_str(), account.member)).collect();
    assert_eq!(members, [("ada", Some(true)), ("bob", Some(false)), ("seen-elsewhere", None)]);
    let (_, memberships) = store.load_groups(&team()).await.expect("loads");
    let gone: Vec<_> = memberships.iter().filter(|one| one.gone_at.is_some()).map(|one| &one.account.id).collect();
    assert_eq!(gone, ["ada"]);
}
