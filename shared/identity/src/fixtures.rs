//! A small team for the tests: accounts made by hand, and what became of them.

use crate::{
    AccountView, Archive, Assignment, Batch, Candidate, CommitEmail, Decided, Decision, Evidence, Input, Known, Link,
    Member, Policy, SeenEmail, assign,
};
use jiff::Timestamp;
use plumbline_domain::{ActorKind, MemberId, VendorId};
use std::collections::BTreeMap;

pub(crate) fn id(text: &str) -> VendorId {
    text.parse().unwrap()
}

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
}

/// An account in use of which nothing but the id is shown.
pub(crate) fn account(text: &str) -> AccountView {
    AccountView {
        id: id(text),
        login: None,
        name: None,
        emails: Vec::new(),
        kind: ActorKind::User,
        active: true,
        links_to: Vec::new(),
    }
}

impl AccountView {
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    pub(crate) fn login(mut self, login: &str) -> Self {
        self.login = Some(login.to_owned());
        self
    }

    pub(crate) fn email(mut self, address: &str) -> Self {
        self.emails.push(SeenEmail { address: address.to_owned(), verified: true });
        self
    }

    pub(crate) fn typed_email(mut self, address: &str) -> Self {
        self.emails.push(SeenEmail { address: address.to_owned(), verified: false });
        self
    }

    pub(crate) fn is(mut self, other: &str) -> Self {
        self.links_to.push(id(other));
        self
    }

    pub(crate) fn kind(mut self, kind: ActorKind) -> Self {
        self.kind = kind;
        self
    }
}

/// What is known of a team, and what the last run made of it. `corp.com` is its domain.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) accounts: Vec<AccountView>,
    pub(crate) commits: Vec<CommitEmail>,
    pub(crate) decisions: Vec<Decided>,
    pub(crate) policy: Policy,
    pub(crate) now: Assignment,
}

impl Team {
    /// A team and its first run.
    pub(crate) fn of(accounts: impl IntoIterator<Item = AccountView>) -> Self {
        let mut team = Self {
            accounts: accounts.into_iter().collect(),
            commits: Vec::new(),
            decisions: Vec::new(),
            policy: Policy { verified_domains: vec!["corp.com".into()] },
            now: Assignment::default(),
        };
        team.run();
        team
    }

    pub(crate) fn next(&self) -> Assignment {
        self.next_after(&self.now.members)
    }

    pub(crate) fn next_after(&self, members: &[Member]) -> Assignment {
        let next = assign(Input {
            accounts: &self.accounts,
            commit_emails: &self.commits,
            members,
            decisions: &self.decisions,
            policy: &self.policy,
        });
        let by_groups: Vec<_> = self.by_groups(members, 1).into_iter().flat_map(|batch| batch.members).collect();
        let by_id: BTreeMap<_, _> = by_groups.iter().map(|member| (&member.id, member)).collect();
        assert_eq!(by_groups.len(), by_id.len(), "a member of two groups");
        assert!(
            by_id.into_values().eq(&next.members),
            "group by group it is another assignment: {by_groups:#?}\n{next:#?}"
        );
        next
    }

    /// The members, at least `most` things at a time.
    pub(crate) fn by_groups(&self, members: &[Member], most: usize) -> Vec<Batch> {
        let mut archive = Archive::default();
        let accounts = self.accounts.iter().cloned().map(Known::Account);
        let commits = self.commits.iter().cloned().map(Known::Commit);
        let decisions = self.decisions.iter().cloned().map(Known::Decided);
        let members = members.iter().cloned().map(Known::Member);
        for known in accounts.chain(commits).chain(decisions).chain(members) {
            archive.add(known).unwrap();
        }
        archive.assign(&self.policy, most).unwrap().collect::<Result<_, _>>().unwrap()
    }

    pub(crate) fn run(&mut self) {
        self.now = self.next();
        assert_eq!(self.next(), self.now, "a run on its own output changes nothing");
    }

    /// The same team seen for the first time with these addresses on commits.
    pub(crate) fn commits(mut self, seen: &[(&str, &str)]) -> Self {
        self.now = Assignment::default();
        self.see_commits(seen);
        self
    }

    pub(crate) fn see_commits(&mut self, seen: &[(&str, &str)]) {
        let commit = |(account, address): &(&str, &str)| CommitEmail {
            account: id(account),
            address: (*address).to_owned(),
            commits: 3,
        };
        self.commits.extend(seen.iter().map(commit));
        self.run();
    }

    pub(crate) fn see(&mut self, account: AccountView) {
        self.accounts.retain(|known| known.id != account.id);
        self.accounts.push(account);
        self.run();
    }

    pub(crate) fn forget(&mut self, account: &str) {
        self.accounts.retain(|known| known.id != id(account));
        self.run();
    }

    /// An admin decides, a minute after the last decision.
    pub(crate) fn decide(&mut self, decision: Decision) {
        let minute = i64::try_from(self.decisions.len()).unwrap();
        self.decisions.push(Decided { at: at(minute), decision });
        self.run();
    }

    pub(crate) fn confirm(&mut self, account: &str, with: &str) {
        self.decide(Decision::Confirm { account: id(account), member: self.member(with) });
    }

    pub(crate) fn split(&mut self, account: &str) {
        self.decide(Decision::Split { account: id(account) });
    }

    pub(crate) fn member(&self, account: &str) -> MemberId {
        self.now.person_of(&id(account)).unwrap().clone()
    }

    pub(crate) fn link(&self, account: &str) -> &Link {
        let mut links = self.now.members.iter().flat_map(|member| &member.accounts);
        links.find(|link| link.account == id(account)).unwrap()
    }

    pub(crate) fn evidence(&self, account: &str) -> &Evidence {
        &self.link(account).evidence
    }

    pub(crate) fn are_one(&self, accounts: &[&str]) -> bool {
        accounts.iter().all(|account| self.member(account) == self.member(accounts[0]))
    }

    pub(crate) fn entry(&self, account: &str) -> Option<&Candidate> {
        self.now.review.iter().find(|candidate| candidate.account == id(account))
    }

    /// The accounts of the proposed members, by the member's first account.
    pub(crate) fn proposed(&self, account: &str) -> Vec<String> {
        let Some(entry) = self.entry(account) else { return Vec::new() };
        let first = |member: &MemberId| self.now.resolve(member).unwrap().accounts[0].account.to_string();
        entry.proposals.iter().map(|proposal| first(&proposal.member)).collect()
    }
}
