//! What holds of every history. The worlds are small, so that addresses, names and ids meet all the time.

use crate::{
    AccountView, Assignment, CommitEmail, Decided, Decision, Member, SeenEmail,
    fixtures::{Team, account, at},
};
use plumbline_domain::{ActorKind, MemberId, Provider, VendorId};
use proptest::{prelude::*, sample::select};
use std::collections::{BTreeMap, BTreeSet};

const PROVIDERS: [Provider; 4] = [Provider::Github, Provider::Copilot, Provider::Jira, Provider::Slack];
const ADDRESSES: [&str; 7] = [
    "anna@corp.com",
    "bert@corp.com",
    "team@corp.com",
    "anna@mail.org",
    "bert@mail.org",
    "1+anna@users.noreply.github.com",
    "noreply@github.com",
];
const NAMES: [&str; 5] = ["Anna Meier", "Meier, Anna", "Bert Kraus", "Andreas Meier", "anna"];
const LOGINS: [&str; 4] = ["anna.meier", "ameier", "bkraus", "bert"];

fn a_vendor_id() -> impl Strategy<Value = VendorId> {
    (select(&PROVIDERS[..]), 1..4_u32).prop_map(|(provider, number)| VendorId::new(provider, number))
}

fn an_email() -> impl Strategy<Value = SeenEmail> {
    (select(&ADDRESSES[..]), prop::bool::weighted(0.8))
        .prop_map(|(address, verified)| SeenEmail { address: address.to_owned(), verified })
}

fn a_view() -> impl Strategy<Value = AccountView> {
    let texts = (prop::option::of(select(&LOGINS[..])), prop::option::of(select(&NAMES[..])));
    let kind = prop_oneof![8 => Just(ActorKind::User), 1 => Just(ActorKind::Bot), 1 => Just(ActorKind::Other)];
    let links = prop::collection::vec(a_vendor_id(), 0..=1);
    (a_vendor_id(), texts, prop::collection::vec(an_email(), 0..=2), kind, any::<bool>(), links).prop_map(
        |(id, (login, name), emails, kind, active, links_to)| {
            let (login, name) = (login.map(str::to_owned), name.map(str::to_owned));
            AccountView { id, login, name, emails, kind, active, links_to }
        },
    )
}

fn a_commit() -> impl Strategy<Value = CommitEmail> {
    (1..4_u32, select(&ADDRESSES[..]), 0..2_u32).prop_map(|(account, address, commits)| CommitEmail {
        account: VendorId::new(Provider::Github, account),
        address: address.to_owned(),
        commits,
    })
}

/// A step of a team's history.
#[derive(Debug, Clone)]
enum Step {
    /// What the vendors show from now on.
    Sync(Vec<AccountView>, Vec<CommitEmail>),
    /// A decision about the n-th account or members of those known.
    Confirm(VendorId, usize),
    Split(VendorId),
    NotAPerson(VendorId),
    Merge(usize, usize),
    /// Another decision in the same run.
    And(Box<Step>, Box<Step>),
}

fn a_sync() -> impl Strategy<Value = Step> {
    let accounts = prop::collection::vec(a_view(), 0..9);
    (accounts, prop::collection::vec(a_commit(), 0..4)).prop_map(|(accounts, commits)| Step::Sync(accounts, commits))
}

fn a_decision() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (a_vendor_id(), any::<usize>()).prop_map(|(account, member)| Step::Confirm(account, member)),
        2 => a_vendor_id().prop_map(Step::Split),
        1 => a_vendor_id().prop_map(Step::NotAPerson),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(from, into)| Step::Merge(from, into)),
    ]
}

fn a_step() -> impl Strategy<Value = Step> {
    let two = (a_decision(), a_decision()).prop_map(|(one, other)| Step::And(Box::new(one), Box::new(other)));
    prop_oneof![3 => a_sync(), 3 => a_decision(), 1 => two]
}

fn a_history() -> impl Strategy<Value = Vec<Step>> {
    (a_sync(), prop::collection::vec(a_step(), 0..7)).prop_map(|(first, more)| [vec![first], more].concat())
}

/// Any member that was ever made, by number; one that nobody made while there is none.
fn any_member(members: &[Member], number: usize) -> MemberId {
    let made = members.get(number.checked_rem(members.len()).unwrap_or_default());
    made.map_or_else(|| "m_of_nobody".parse().unwrap(), |member| member.id.clone())
}

fn apply(team: &mut Team, step: Step) {
    let members = &team.now.members;
    let decision = match step {
        Step::Sync(accounts, commits) => {
            (team.accounts, team.commits) = (accounts, commits);
            return;
        }
        Step::And(one, other) => {
            apply(team, *one);
            return apply(team, *other);
        }
        Step::Confirm(account, member) => Decision::Confirm { account, member: any_member(members, member) },
        Step::Split(account) => Decision::Split { account },
        Step::NotAPerson(account) => Decision::NotAPerson { account },
        Step::Merge(from, into) => Decision::Merge { from: any_member(members, from), into: any_member(members, into) },
    };
    let minute = i64::try_from(team.decisions.len()).unwrap();
    team.decisions.push(Decided { at: at(minute), decision });
}

/// The team after its history. Each run is repeated on its own output by `Team::run`.
fn after(history: Vec<Step>) -> Team {
    let mut team = Team::of([]);
    for step in history {
        apply(&mut team, step);
        team.run();
    }
    team
}

fn shuffled<T: Clone>(list: &[T], seed: &[u16]) -> Vec<T> {
    let mut keyed: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(place, one)| (seed[place % seed.len()].rotate_left(u32::try_from(place % 16).unwrap()), one))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, one)| one.clone()).collect()
}

/// The last word of the admins on each account.
fn last_words(team: &Team) -> BTreeMap<VendorId, Decision> {
    let about = team.decisions.iter().filter_map(|decided| {
        let account = decided.decision.account()?;
        Some((account.clone(), decided.decision.clone()))
    });
    about.collect()
}

/// Each decision on an account, against the assignment.
fn stand(team: &Team, now: &Assignment) {
    let people = now.people();
    for (account, decision) in last_words(team) {
        let found = people.get(&account).copied();
        match decision {
            Decision::Confirm { member, .. } => assert_eq!(found, now.resolve(&member).map(|member| &member.id)),
            Decision::NotAPerson { .. } => assert_eq!(found, None),
            Decision::Split { .. } => assert!(found.is_some()),
            Decision::Merge { .. } => {}
        }
    }
}

fn check(now: &Assignment) {
    let mut seen = BTreeSet::new();
    let live: BTreeSet<_> =
        now.members.iter().filter(|member| member.merged_into.is_none()).map(|member| &member.id).collect();
    for member in &now.members {
        if let Some(into) = &member.merged_into {
            assert!(live.contains(into) && member.accounts.is_empty(), "an alias of a member, without accounts");
        }
        for link in &member.accounts {
            assert!(seen.insert(&link.account), "an account in two members");
            assert!(link.manual || link.confidence.applies(), "a link by weak evidence");
        }
    }
    assert!(now.not_people.iter().all(|account| !seen.contains(account)));
    assert!(now.unmatched.iter().all(|account| seen.contains(account)));
    assert!(now.members.is_sorted_by_key(|member| &member.id));
}

proptest! {
    #[test]
    fn a_history_keeps_the_invariants(history in a_history()) {
        let mut team = Team::of([]);
        let mut given = BTreeSet::new();
        for step in history {
            apply(&mut team, step);
            team.run();
            check(&team.now);
            stand(&team, &team.now);
            given.extend(team.now.members.iter().map(|member| member.id.clone()));
            prop_assert!(given.iter().all(|id| team.now.resolve(id).is_some()), "an id that no longer resolves");
            let shown = team.accounts.iter().map(|view| &view.id);
            let people = team.now.people();
            for account in shown {
                prop_assert!(people.contains_key(account) || team.now.not_people.contains(account));
            }
        }
    }

    #[test]
    fn the_order_of_the_input_makes_no_difference(
        history in a_history(),
        seed in prop::collection::vec(any::<u16>(), 1..40),
    ) {
        let team = after(history);
        let mut other = team.clone();
        other.accounts = shuffled(&team.accounts, &seed);
        for view in &mut other.accounts {
            view.emails = shuffled(&view.emails, &seed);
        }
        other.commits = shuffled(&team.commits, &seed);
        other.decisions = shuffled(&team.decisions, &seed);
        prop_assert_eq!(other.next_after(&[]), team.next_after(&[]));
        prop_assert_eq!(other.next_after(&shuffled(&team.now.members, &seed)), team.now);
    }

    #[test]
    fn a_decision_survives_whatever_vendors_say_later(history in a_history(), later in a_sync()) {
        let mut team = after(history);
        let before = team.now.clone();
        apply(&mut team, later);
        team.run();
        stand(&team, &team.now);
        let (then, now) = (before.people(), team.now.people());
        for link in before.members.iter().flat_map(|member| &member.accounts).filter(|link| link.manual) {
            let was = before.resolve(then[&link.account]).map(|member| member.id.clone());
            let is = team.now.resolve(now[&link.account]).map(|member| member.id.clone());
            let expected = was.and_then(|was| team.now.resolve(&was)).map(|member| member.id.clone());
            prop_assert_eq!(is, expected, "{} was moved", link.account);
        }
    }

    #[test]
    fn nobody_joins_a_split_account_but_by_a_decision(history in a_history(), later in a_sync()) {
        let mut team = after(history);
        let split: BTreeSet<_> = last_words(&team)
            .into_iter()
            .filter(|(_, decision)| matches!(decision, Decision::Split { .. }))
            .map(|(account, _)| account)
            .collect();
        let alone = |now: &Assignment| -> BTreeSet<VendorId> {
            let single = now.members.iter().filter(|member| member.accounts.len() == 1);
            single.map(|member| member.accounts[0].account.clone()).filter(|account| split.contains(account)).collect()
        };
        let before = alone(&team.now);
        apply(&mut team, later);
        team.run();
        prop_assert!(alone(&team.now).is_superset(&before));
    }

    #[test]
    fn an_unrelated_account_changes_no_link(history in a_history()) {
        let mut team = after(history);
        for members in [team.now.members.clone(), Vec::new()] {
            team.accounts.retain(|view| view.id.provider != Provider::Trello);
            let before = team.next_after(&members);
            team.accounts.push(account("trello:new").named("Zoe Quist").login("zquist").email("zoe@corp.com"));
            let mut after = team.next_after(&members);
            after.members.retain(|member| member.accounts.iter().all(|link| link.account.provider != Provider::Trello));
            after.unmatched.retain(|account| account.provider != Provider::Trello);
            prop_assert_eq!(after, before);
        }
    }
}
