//! That groups are small, whole, and told apart by what differs. That they give what `assign` gives is asserted wherever
//! `fixtures::Team` runs.

use super::*;
use crate::{
    Decision,
    fixtures::{Team, account, at, id},
};
use std::collections::BTreeSet;

/// Two people with two accounts each, and three with one: their names and logins are alike, and prove nothing.
fn team() -> Team {
    Team::of([
        account("slack:U1").named("Anna Meier").email("anna@corp.com"),
        account("jira:1").named("Anna Meier").email("anna@corp.com"),
        account("github:2").named("Bert Kraus").login("bert"),
        account("copilot:2").login("bert").is("github:2"),
        account("trello:a").named("Anna Meier"),
        account("trello:b").named("Anna Meier"),
        account("trello:c").login("bert"),
    ])
}

fn accounts(batch: &Batch) -> Vec<String> {
    batch.members.iter().flat_map(|member| &member.accounts).map(|link| link.account.to_string()).collect()
}

#[test]
fn what_has_nothing_in_common_that_proves_anything_is_apart() {
    let mut team = team();
    for members in [Vec::new(), team.now.members.clone()] {
        let batches: BTreeSet<_> = team.by_groups(&members, 1).iter().map(accounts).collect();
        let expected = [
            vec!["github:2", "copilot:2"],
            vec!["jira:1", "slack:U1"],
            vec!["trello:a"],
            vec!["trello:b"],
            vec!["trello:c"],
        ];
        assert_eq!(batches, expected.map(|group| group.into_iter().map(str::to_owned).collect()).into());
    }
    // What an admin says joins groups, too.
    team.confirm("trello:a", "slack:U1");
    let batches = team.by_groups(&team.now.members, 1);
    assert_eq!(batches.iter().map(accounts).filter(|accounts| accounts.contains(&"trello:a".into())).count(), 1);
    assert_eq!(batches.len(), 4);
}

#[test]
fn a_batch_ends_with_the_group_that_fills_it() {
    let team = team();
    // Of seven accounts and five members: two accounts and their member are over the limit together.
    let sizes = |most| team.by_groups(&team.now.members, most).iter().map(|batch| accounts(batch).len()).collect();
    let (by_two, at_once): (Vec<usize>, Vec<usize>) = (sizes(2), sizes(100));
    assert_eq!(by_two, [2, 2, 1, 1, 1]);
    assert_eq!(at_once, [7]);
}

#[test]
fn only_members_that_differ_are_told() {
    let mut team = team();
    let different = |team: &Team, members: &[Member]| -> Vec<_> {
        let batches = team.by_groups(members, 1);
        batches.iter().flat_map(|batch| batch.different().cloned().collect::<Vec<_>>()).collect()
    };
    assert_eq!(different(&team, &[]).len(), 5, "all are new");
    assert_eq!(different(&team, &team.now.members), []);
    let before = team.now.members.clone();
    team.see(account("trello:c").login("bert").named("Berta Klein"));
    let [berta] = &different(&team, &before)[..] else { panic!("one has another name") };
    assert_eq!(berta.name.as_deref(), Some("Berta Klein"));
}

#[test]
fn a_new_member_is_of_the_run_that_made_it_whatever_its_group() {
    let mut team = team();
    team.see(account("trello:d"));
    let run_of =
        |account: &str| team.now.members.iter().find(|member| member.id == team.member(account)).unwrap().created;
    assert_eq!((run_of("trello:c"), run_of("trello:d")), (0, 1));
    team.see(account("trello:e"));
    assert_eq!(team.now.members.iter().map(|member| member.created).max(), Some(2));
}

#[test]
fn an_id_that_went_to_others_is_theirs_though_they_have_nothing_in_common() {
    let mut team = Team::of([account("trello:a"), account("trello:b")]);
    let first = team.member("trello:a");
    // b becomes a's member, and a leaves it: the id that would be a's own is another person's by now.
    team.confirm("trello:b", "trello:a");
    team.decide(Decision::NotAPerson { account: id("trello:a") });
    assert_eq!(team.member("trello:b"), first);
    team.split("trello:a");
    assert_ne!(team.member("trello:a"), first);
    assert_eq!(team.member("trello:b"), first);
}

#[test]
fn everything_is_read_back_as_it_was() {
    let account = account("jira:1").named("Anna").email("anna@corp.com").typed_email("a@b.c").is("atlassian:1");
    let commit = CommitEmail { account: id("github:1"), address: "a@b.c".into(), commits: 3 };
    let link = |account: &str, evidence| Link::new(id(account), evidence);
    let member = Member {
        id: "m_a".parse().unwrap(),
        created: 7,
        name: Some("Anna".into()),
        accounts: vec![
            link("jira:1", Evidence::Own),
            Link { confidence: Confidence::APPLIES, ..link("slack:U1", Evidence::SplitOff { at: at(1) }) },
            link("slack:U2", Evidence::DomainEmail { address: "anna@corp.com".into(), with: id("jira:1") }),
        ],
        merged_into: None,
        follows: None,
    };
    let alias = Member {
        merged_into: Some(member.id.clone()),
        follows: Some(id("jira:1")),
        accounts: Vec::new(),
        ..member.clone()
    };
    let decision = Decision::Confirm { account: id("jira:1"), member: member.id.clone() };
    let all = [
        Known::Account(account),
        Known::Commit(commit),
        Known::Member(member),
        Known::Member(alias),
        Known::Decided(Decided { at: at(2), decision }),
    ];
    let mut archive = Archive::default();
    for known in &all {
        archive.add(known.clone()).unwrap();
    }
    let read: Vec<_> = (0..all.len()).map(|number| archive.get(number).unwrap()).collect();
    assert_eq!(read, all);
    assert!(archive.get(all.len()).is_err());
}
