//! The company is one company.

use super::{Company, VendorAccount, company};
use crate::{demo, github::Role};
use jiff::Timestamp;
use std::collections::BTreeSet;

fn now() -> Timestamp {
    "2026-11-22T18:00:00Z".parse().unwrap()
}

fn count(company: &Company, test: impl Fn(&super::Person) -> bool) -> usize {
    company.people.iter().filter(|person| test(person)).count()
}

#[test]
fn the_same_seed_makes_the_same_company() {
    let shown = |seed| serde_json::to_string(&company(seed, now())).unwrap();
    assert!(shown(7) == shown(7) && shown(7) != shown(8));
}

#[test]
fn its_github_accounts_are_those_of_the_organization() {
    let (company, state) = (company(7, now()), demo::organization(7, now()));
    let accounts: Vec<_> = company.people.iter().filter_map(|person| person.github.as_ref()).collect();
    assert_eq!(accounts.iter().filter(|account| account.member).count(), state.members.len());
    for account in accounts {
        let user = &state.users[&account.id];
        assert_eq!((&user.login, user.deleted), (&account.login, account.deleted));
        assert_eq!(state.members.contains_key(&account.id), account.member);
        for slug in &account.teams {
            assert!(state.teams.values().any(|team| team.slug == *slug && team.members.contains_key(&account.id)));
        }
        for (slug, id) in &account.maintains {
            assert!(state.teams[id].slug == *slug && state.teams[id].members[&account.id], "{slug}");
        }
        assert_eq!(account.owner, state.members.get(&account.id) == Some(&Role::Admin));
        assert_eq!(account.email, user.email);
    }
}

#[test]
fn every_gap_and_mismatch_is_there() {
    let company = company(7, now());
    assert!((125..=140).contains(&company.people.len()), "{}", company.people.len());
    assert!((4..=9).contains(&company.leavers().count()));
    let old = |at: Timestamp| (19..=121).contains(&((now().as_second() - at.as_second()) / 86_400));
    assert!(company.leavers().all(|person| person.left_at.is_some_and(old)));
    assert!(company.leavers().all(|p| p.github.as_ref().is_none_or(|account| !account.member)));
    assert!(company.leavers().filter(|person| person.copilot.is_some()).count() >= 2);
    assert!(company.leavers().filter(|p| !p.atlassian.is_empty() && p.trello.is_some()).count() >= 4);
    assert!(count(&company, |person| person.atlassian.len() == 2) == 3);
    assert!(count(&company, |person| person.atlassian.is_empty()) >= 4);
    let shown = company.people.iter().flat_map(|p| &p.atlassian).filter(|account| account.email_shown).count();
    assert!((5..=14).contains(&shown), "{shown} of them show an e-mail");
    let other = |person: &super::Person| person.atlassian.first().is_some_and(|account| account.name != person.name);
    assert!(count(&company, other) > 20);
    assert!(company.without_slack().count() >= 4);
    assert!(company.people.iter().all(|person| person.email.is_ascii()));
    assert!(count(&company, |person| !person.name.is_ascii()) >= 5);
    let unlike = |person: &super::Person| {
        let local = person.email.split('@').next().unwrap();
        person.jfrog.as_ref().is_some_and(|user| user.username != local)
    };
    assert!(count(&company, unlike) > 10 && count(&company, |person| person.jfrog.is_some()) > 40);
}

#[test]
fn no_account_belongs_to_two_and_the_counts_agree() {
    let company = company(7, now());
    let links = company.links();
    let accounts: BTreeSet<_> = links.iter().map(|link| &link.account).collect();
    assert_eq!(accounts.len(), links.len());
    let counts = company.account_counts();
    let of = |test: &dyn Fn(&VendorAccount) -> bool| links.iter().filter(|link| test(&link.account)).count();
    assert_eq!(of(&|a| matches!(a, VendorAccount::Github(_))), counts["github"]);
    assert_eq!(of(&|a| matches!(a, VendorAccount::Atlassian(_))) + company.other_atlassian.len(), counts["atlassian"]);
    assert_eq!(of(&|a| matches!(a, VendorAccount::Slack(_))) + company.other_slack.len(), counts["slack"]);
    assert_eq!(of(&|a| matches!(a, VendorAccount::Trello(_))), counts["trello"]);
    assert!((70..=110).contains(&company.copilot_seats()));
    assert!(company.copilot_never_used() > 0);
    let (month, quarter) = (company.copilot_idle(30), company.copilot_idle(90));
    assert!(company.copilot_never_used() < quarter && quarter < month && month < company.copilot_seats() / 2);
    for product in ["jira-software", "confluence"] {
        assert!(company.product_idle(product, 30) > 5);
        assert!(company.product_idle(product, 30) < company.product_seats(product) / 2);
    }
    assert!(company.jfrog_idle(60) > 5);
    let seats = company.people.iter().filter_map(|person| person.copilot.as_ref());
    assert!(seats.clone().all(|seat| seat.last_activity_at.is_none_or(|at| at <= now() && seat.assigned_at <= at)));
}
