use crate::{
    sample::{account, actor, at, commit, repository, team},
    testing::memory_store,
};
use plumbline_domain::{Account, BranchCommit, Commit, Fact, Group, Membership, Provider, Repository, VendorId};

fn github(id: u64) -> VendorId {
    VendorId::new(Provider::Github, id)
}

fn listed(id: u64, seen: i64) -> Account {
    Account {
        name: Some("Ada Example".into()),
        role: Some("admin".into()),
        member: Some(true),
        ..account(id, &format!("user{id}"), seen)
    }
}

fn a_repository(name: &str, seen: i64) -> Repository {
    Repository {
        key: repository(1),
        full_name: name.into(),
        default_branch: Some("main".into()),
        archived: false,
        gone_at: None,
        seen_at: at(seen),
    }
}

#[tokio::test]
async fn groups_and_their_members_come_apart() {
    let store = memory_store().await;
    let group = Group {
        id: github(3),
        slug: "core".into(),
        name: "Core".into(),
        parent: Some(github(2)),
        gone_at: None,
        seen_at: at(1),
    };
    let membership =
        Membership { group: github(3), account: github(5), role: Some("member".into()), gone_at: None, seen_at: at(1) };
    let facts = vec![Fact::Group(group.clone()), Fact::Membership(membership.clone())];
    store.save_facts(&team(), facts).await.expect("saved");
    let loaded = store.load_groups(&team()).await.expect("loads");
    assert_eq!(loaded, (vec![group.clone()], vec![membership.clone()]));

    // Moved to the top, and the member left.
    let group = Group { parent: None, seen_at: at(2), ..group };
    let membership = Membership { role: None, gone_at: Some(at(2)), seen_at: at(2), ..membership };
    let facts = vec![Fact::Group(group.clone()), Fact::Membership(membership.clone())];
    store.save_facts(&team(), facts).await.expect("saved");
    let left = Membership { role: Some("member".into()), ..membership };
    assert_eq!(store.load_groups(&team()).await.expect("loads"), (vec![group], vec![left]));
}

#[tokio::test]
async fn what_a_pull_request_tells_of_an_account_wipes_nothing_that_a_listing_told() {
    let store = memory_store().await;
    store.save_facts(&team(), vec![Fact::Account(listed(5, 10))]).await.expect("saved");
    let same = store.save_facts(&team(), vec![Fact::Account(account(5, "user5", 20))]).await.expect("saved");
    assert_eq!((same.written, same.unchanged), (0, 1));
    let old = store.save_facts(&team(), vec![Fact::Account(account(5, "an_old_login", 3))]).await.expect("saved");
    assert_eq!((old.written, old.unchanged), (0, 1));
    let new = store.save_facts(&team(), vec![Fact::Account(account(5, "renamed", 30))]).await.expect("saved");
    assert_eq!((new.written, new.unchanged), (1, 0));
    let accounts = store.load_accounts(&team()).await.expect("loads");
    assert_eq!(accounts, [Account { login: "renamed".into(), seen_at: at(30), ..listed(5, 10) }]);
}

#[tokio::test]
async fn listing_the_same_again_writes_nothing() {
    let store = memory_store().await;
    let facts = |seen| {
        vec![
            Fact::Repository(a_repository("acme/shop", seen)),
            Fact::Account(listed(5, seen)),
            Fact::Group(Group {
                id: github(3),
                slug: "core".into(),
                name: "Core".into(),
                parent: None,
                gone_at: None,
                seen_at: at(seen),
            }),
            Fact::Membership(Membership {
                group: github(3),
                account: github(5),
                role: None,
                gone_at: (seen > 5).then(|| at(seen)),
                seen_at: at(seen),
            }),
        ]
    };
    let save = async |seen| {
        let saved = store.save_facts(&team(), facts(seen)).await.expect("saved");
        (saved.written, saved.unchanged)
    };
    assert_eq!(save(1).await, (4, 0));
    assert_eq!(save(2).await, (0, 4));
    assert_eq!(save(6).await, (1, 3));
    assert_eq!(save(7).await, (0, 4));
    let (_, memberships) = store.load_groups(&team()).await.expect("loads");
    assert_eq!(memberships[0].gone_at, Some(at(6)));
}

#[tokio::test]
async fn a_repository_is_renamed_and_keeps_what_the_newer_source_does_not_know() {
    let store = memory_store().await;
    store.save_facts(&team(), vec![Fact::Repository(a_repository("acme/new", 2))]).await.expect("saved");
    let later = Repository { default_branch: None, archived: true, ..a_repository("acme/newer", 3) };
    let older = a_repository("acme/old", 1);
    store.save_facts(&team(), vec![Fact::Repository(later.clone()), Fact::Repository(older)]).await.expect("saved");
    let expected = Repository { default_branch: Some("main".into()), ..later };
    assert_eq!(store.load_repositories(&team()).await.expect("loads"), [expected]);
}

#[tokio::test]
async fn a_branchs_commits_are_written_once_and_listed_by_hash() {
    let store = memory_store().await;
    let of = |sha: &str| Fact::BranchCommit(BranchCommit { repository: repository(1), commit: commit(sha) });
    let names: Vec<String> = (0..130).map(|n| format!("{n:04}")).collect();
    let saved = store.save_facts(&team(), names.iter().map(|sha| of(sha)).collect()).await.expect("saved");
    assert_eq!((saved.written, saved.unchanged), (130, 0));
    let again = store.save_facts(&team(), names[..40].iter().map(|sha| of(sha)).collect()).await.expect("saved");
    assert_eq!((again.written, again.unchanged), (0, 40));

    // The vendor links an account to the e-mail later on: that is kept, whichever is saved last.
    let linked = Commit { author: Some(actor(1)), ..commit("0001") };
    let fact = Fact::BranchCommit(BranchCommit { repository: repository(1), commit: linked.clone() });
    assert_eq!(store.save_facts(&team(), vec![fact]).await.expect("saved").written, 1);
    assert_eq!(store.save_facts(&team(), vec![of("0001")]).await.expect("saved").written, 0);

    let list =
        async |after, limit| store.list_branch_commits(&team(), repository(1), after, limit).await.expect("loads");
    let all = list(None, 1_000).await;
    assert_eq!(all.iter().map(|commit| &commit.commit.sha).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert_eq!(all[1].commit, linked);
    assert_eq!(list(Some("0009"), 3).await, all[10..13]);
    assert_eq!(list(Some("0129"), 3).await, []);
}
