//! What admins decide stands, and can be decided anew.

use crate::{
    Decided, Decision, Evidence, Note, changes,
    fixtures::{Team, account, at, id},
};
use plumbline_domain::ActorKind;

fn two_named_alike() -> Team {
    Team::of([account("github:1").named("Anna Meier"), account("jira:a").named("Anna Meier")])
}

#[test]
fn a_confirmation_links_and_the_former_member_becomes_an_alias() {
    let mut team = two_named_alike();
    let (stays, former) = (team.member("github:1"), team.member("jira:a"));
    team.confirm("jira:a", "github:1");
    assert_eq!(team.member("jira:a"), stays);
    assert_eq!(team.now.resolve(&former).unwrap().id, stays);
    assert!(team.link("jira:a").manual);
    assert_eq!(team.evidence("jira:a"), &Evidence::Confirmed { at: at(0) });
    assert!(team.now.review.is_empty() && team.now.unmatched.is_empty());
}

#[test]
fn a_confirmed_account_brings_new_ones_along() {
    let mut team = Team::of([account("github:1"), account("jira:a").email("anna@corp.com")]);
    team.confirm("jira:a", "github:1");
    team.see(account("slack:U1").email("anna@corp.com"));
    assert!(team.are_one(&["github:1", "jira:a", "slack:U1"]));
}

#[test]
fn a_confirmed_account_does_not_pull_in_members_that_were_there() {
    let mut team = Team::of([account("github:1"), account("jira:a"), account("slack:U1").email("anna@corp.com")]);
    team.confirm("jira:a", "github:1");
    team.see(account("jira:a").email("anna@corp.com"));
    assert!(!team.are_one(&["jira:a", "slack:U1"]), "the admin did not place it there");
    assert_eq!(team.proposed("slack:U1"), ["github:1"]);
    // Evidence of its member's other accounts is not the decision's business.
    team.see(account("github:1").is("slack:U1"));
    assert!(team.are_one(&["jira:a", "github:1", "slack:U1"]));
}

#[test]
fn later_evidence_against_a_confirmation_is_a_note() {
    let mut team = two_named_alike();
    team.see(account("github:2").named("Anna B"));
    team.confirm("jira:a", "github:1");
    team.see(account("jira:a").named("Anna Meier").is("github:2"));
    assert!(team.are_one(&["jira:a", "github:1"]) && !team.are_one(&["jira:a", "github:2"]));
    assert_eq!(team.proposed("jira:a"), ["github:2"]);
    assert_eq!(team.entry("jira:a").unwrap().notes, [Note::AgainstDecision].into());
}

#[test]
fn evidence_between_two_members_that_admins_filled_is_a_note() {
    let mut team = Team::of([account("github:1"), account("github:2"), account("jira:a"), account("jira:b")]);
    team.confirm("jira:a", "github:1");
    team.confirm("jira:b", "github:2");
    team.see(account("github:1").email("x@corp.com").named("A B"));
    team.see(account("github:2").email("x@corp.com").named("A B"));
    assert!(!team.are_one(&["github:1", "github:2"]));
    // Somebody new who fits both is for an admin to place.
    team.see(account("slack:U1").email("x@corp.com"));
    assert_eq!(team.now.unmatched, [id("slack:U1")]);
    assert_eq!(team.proposed("slack:U1").len(), 2);
}

#[test]
fn a_split_account_is_a_person_of_its_own_whatever_the_evidence() {
    let mut team = Team::of([account("github:1").email("a@corp.com"), account("jira:a").email("a@corp.com")]);
    let before = team.member("github:1");
    team.split("jira:a");
    assert!(!team.are_one(&["github:1", "jira:a"]));
    assert_eq!(team.member("github:1"), before);
    assert_eq!(team.evidence("jira:a"), &Evidence::SplitOff { at: at(0) });
    assert_eq!(team.entry("jira:a").unwrap().notes, [Note::AgainstDecision].into());
    // The address is two people's now: a third account that shows it is for an admin to place.
    team.see(account("slack:U1").email("a@corp.com"));
    assert_eq!(team.proposed("slack:U1").len(), 2);
    team.confirm("slack:U1", "jira:a");
    assert!(team.are_one(&["slack:U1", "jira:a"]) && !team.are_one(&["slack:U1", "github:1"]));
}

#[test]
fn the_account_that_a_member_was_made_for_can_be_split_from_it() {
    let mut team = Team::of([account("github:1").email("a@corp.com"), account("jira:a").email("a@corp.com")]);
    let before = team.member("github:1");
    team.split("github:1");
    assert_eq!(team.member("jira:a"), before);
    assert_ne!(team.member("github:1"), before);
}

#[test]
fn a_wrong_confirmation_is_undone_by_a_split() {
    let mut team = two_named_alike();
    let own = team.member("jira:a");
    team.confirm("jira:a", "github:1");
    team.split("jira:a");
    assert_eq!(team.member("jira:a"), own, "what was recorded under it is its own again");
    team.confirm("jira:a", "github:1");
    assert!(team.are_one(&["jira:a", "github:1"]));
}

#[test]
fn an_alias_follows_the_account_that_it_was_made_for() {
    let mut team = two_named_alike();
    team.see(account("github:2").named("Anna Meier"));
    let own = team.member("jira:a");
    team.confirm("jira:a", "github:1");
    team.confirm("jira:a", "github:2");
    assert_eq!(team.now.resolve(&own).unwrap().id, team.member("github:2"));
}

#[test]
fn an_alias_stays_with_the_accounts_that_it_had() {
    let mut team = Team::of([account("github:1").is("jira:2"), account("jira:2"), account("slack:U1")]);
    let (both, other) = (team.member("github:1"), team.member("slack:U1"));
    // The account that the member was made for leaves it; later the rest of it turns out to be somebody else.
    team.confirm("github:1", "slack:U1");
    assert_eq!((team.member("jira:2"), team.member("github:1")), (both.clone(), other));
    team.see(account("trello:t").email("a@corp.com"));
    team.see(account("jira:2").email("a@corp.com"));
    assert!(team.are_one(&["jira:2", "trello:t"]));
    assert_eq!(team.now.resolve(&both).unwrap().id, team.member("jira:2"));
}

#[test]
fn a_merge_keeps_the_id_that_the_admin_chose() {
    let mut team = Team::of([account("github:1").named("Anna Meier")]);
    team.see(account("jira:a").named("Anna Meier"));
    let (older, younger) = (team.member("github:1"), team.member("jira:a"));
    team.decide(Decision::Merge { from: older.clone(), into: younger.clone() });
    assert_eq!((team.member("github:1"), team.member("jira:a")), (younger.clone(), younger.clone()));
    assert_eq!(team.now.resolve(&older).unwrap().id, younger);
    // Decided the other way round later.
    team.decide(Decision::Merge { from: younger.clone(), into: older.clone() });
    assert_eq!(team.member("jira:a"), older);
    assert_eq!(team.now.resolve(&younger).unwrap().id, older);
    // And one of the accounts taken out again.
    team.split("jira:a");
    assert!(!team.are_one(&["github:1", "jira:a"]));
    assert_eq!(team.now.resolve(&younger).unwrap().id, older, "the merge still stands");
}

#[test]
fn a_split_account_can_be_merged() {
    let mut team = Team::of([account("github:1").email("a@corp.com"), account("jira:a").email("a@corp.com")]);
    team.split("jira:a");
    team.decide(Decision::Merge { from: team.member("jira:a"), into: team.member("github:1") });
    assert!(team.are_one(&["github:1", "jira:a"]));
}

#[test]
fn an_account_that_is_no_persons_stays_so() {
    let mut team = Team::of([account("github:1").email("a@corp.com"), account("jira:a").email("a@corp.com")]);
    team.decide(Decision::NotAPerson { account: id("jira:a") });
    assert_eq!(team.now.not_people, [id("jira:a")]);
    assert_eq!(team.now.person_of(&id("jira:a")), None);
    assert_eq!(team.proposed("jira:a"), ["github:1"]);
    assert_eq!(team.entry("jira:a").unwrap().notes, [Note::AgainstDecision].into());
    assert_eq!(team.evidence("github:1"), &Evidence::Own);
    team.forget("jira:a");
    assert_eq!(team.now.not_people, [id("jira:a")]);
}

#[test]
fn what_is_called_no_persons_no_longer_makes_a_mailbox_shared() {
    let address = "anna@corp.com";
    let mut team = Team::of([
        account("jira:a").named("Anna Meier").email(address),
        account("jira:robot").named("Release robot").email(address),
        account("github:1").email(address),
    ]);
    assert_eq!(team.now.unmatched.len(), 3);
    team.decide(Decision::NotAPerson { account: id("jira:robot") });
    assert!(team.are_one(&["jira:a", "github:1"]));
}

#[test]
fn an_admin_may_call_a_bots_account_a_persons() {
    let mut team = Team::of([account("github:1"), account("jira:app").kind(ActorKind::Other)]);
    team.confirm("jira:app", "github:1");
    assert!(team.are_one(&["github:1", "jira:app"]));
    assert_eq!(team.entry("jira:app").unwrap().notes, [Note::NotTypedAsPerson].into());
    assert!(team.now.not_people.is_empty());
}

#[test]
fn the_latest_decision_on_an_account_holds_in_whatever_order_they_come() {
    let mut team = two_named_alike();
    let member = team.member("github:1");
    let confirm = Decision::Confirm { account: id("jira:a"), member };
    let refuse = Decision::NotAPerson { account: id("jira:a") };
    team.decisions = vec![Decided { at: at(9), decision: confirm }, Decided { at: at(5), decision: refuse }];
    team.run();
    assert!(team.are_one(&["github:1", "jira:a"]));
    team.decisions.reverse();
    assert_eq!(team.next(), team.now);
}

#[test]
fn a_decision_that_is_no_longer_listed_stands_in_the_link_it_made() {
    let mut team = Team::of([account("github:1"), account("github:2"), account("jira:a").named("Anna Meier")]);
    team.confirm("jira:a", "github:1");
    team.decisions.clear();
    team.see(account("jira:a").named("Anna Meier").is("github:2"));
    assert!(team.link("jira:a").manual && team.are_one(&["jira:a", "github:1"]));
}

#[test]
fn a_member_without_accounts_is_kept() {
    let mut team = Team::of([account("github:1").named("Anna Meier")]);
    let member = team.member("github:1");
    team.decide(Decision::NotAPerson { account: id("github:1") });
    let kept = team.now.resolve(&member).unwrap();
    assert!(kept.accounts.is_empty() && kept.merged_into.is_none());
}

#[test]
fn changes_say_what_to_write_and_what_moved() {
    let mut team = two_named_alike();
    let first = changes(&[], &team.now.members);
    assert_eq!((first.added.len(), first.moved.len()), (2, 2));
    assert!(first.changed.is_empty() && first.merged.is_empty());
    let (old, from, to) = (team.now.clone(), team.member("jira:a"), team.member("github:1"));
    team.confirm("jira:a", "github:1");
    let found = changes(&old.members, &team.now.members);
    assert_eq!(found.changed.len(), 2);
    assert_eq!((&found.merged[0].from, &found.merged[0].into), (&from, &to));
    assert_eq!(found.moved.len(), 1);
    assert_eq!((&found.moved[0].from, &found.moved[0].to), (&Some(from), &Some(to)));
    assert!(changes(&team.now.members, &team.now.members).is_empty());
}
