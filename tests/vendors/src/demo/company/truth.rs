//! The right answers about the company, counted in the plainest way.

use super::{AtlassianAccount, AtlassianKind, Company, Person};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// An account at one of the vendors.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "vendor", content = "id", rename_all = "snake_case")]
pub enum VendorAccount {
    /// GitHub, by account id.
    Github(u64),
    /// Jira and Confluence, by account id.
    Atlassian(String),
    /// Slack, by user id.
    Slack(String),
    /// JFrog, by user name.
    Jfrog(String),
    /// Trello, by member id.
    Trello(String),
}

/// An account and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link {
    /// The person's work e-mail.
    pub person: String,
    /// The account.
    pub account: VendorAccount,
}

impl Person {
    /// All accounts of this person.
    pub fn accounts(&self) -> Vec<VendorAccount> {
        let github = self.github.iter().filter(|account| !account.deleted);
        let mut all: Vec<_> = github.map(|account| VendorAccount::Github(account.id)).collect();
        all.extend(self.atlassian.iter().map(|account| VendorAccount::Atlassian(account.id.clone())));
        all.extend(self.slack.iter().map(|account| VendorAccount::Slack(account.id.clone())));
        all.extend(self.jfrog.iter().map(|account| VendorAccount::Jfrog(account.username.clone())));
        all.extend(self.trello.iter().map(|account| VendorAccount::Trello(account.id.clone())));
        all
    }
}

/// Not used within so many days before `now`; never used is idle, too.
fn idle(last: Option<Timestamp>, now: Timestamp, days: i64) -> bool {
    last.is_none_or(|at| at < now - SignedDuration::from_hours(24 * days))
}

impl Company {
    /// Which accounts belong to whom; deleted GitHub accounts are not among them.
    pub fn links(&self) -> Vec<Link> {
        let one = |person: &Person| {
            let email = person.email.clone();
            person.accounts().into_iter().map(move |account| Link { person: email.clone(), account })
        };
        self.people.iter().flat_map(one).collect()
    }

    /// The person with this work e-mail.
    pub fn person(&self, email: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.email == email)
    }

    /// Everybody who left.
    pub fn leavers(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.left_at.is_some())
    }

    /// Accounts of each vendor, people's and others'. GitHub's are those that are not deleted.
    pub fn account_counts(&self) -> BTreeMap<&'static str, usize> {
        let github = self.people.iter().filter(|p| p.github.as_ref().is_some_and(|account| !account.deleted));
        let slack = self.people.iter().filter(|p| p.slack.is_some()).count() + self.other_slack.len();
        let jfrog = self.people.iter().filter(|p| p.jfrog.is_some()).count() + self.other_jfrog.len();
        BTreeMap::from([
            ("github", github.count()),
            ("atlassian", self.atlassian_accounts().count()),
            ("slack", slack),
            ("jfrog", jfrog),
            ("trello", self.people.iter().filter(|p| p.trello.is_some()).count()),
        ])
    }

    /// All accounts at Atlassian: people's, apps' and customers'.
    pub fn atlassian_accounts(&self) -> impl Iterator<Item = &AtlassianAccount> {
        self.people.iter().flat_map(|person| &person.atlassian).chain(&self.other_atlassian)
    }

    /// Copilot seats.
    pub fn copilot_seats(&self) -> usize {
        self.people.iter().filter(|person| person.copilot.is_some()).count()
    }

    /// Copilot seats not used for so many days, those never used included.
    pub fn copilot_idle(&self, days: i64) -> usize {
        let seats = self.people.iter().filter_map(|person| person.copilot.as_ref());
        seats.filter(|seat| idle(seat.last_activity_at, self.now, days)).count()
    }

    /// Copilot seats never used.
    pub fn copilot_never_used(&self) -> usize {
        let seats = self.people.iter().filter_map(|person| person.copilot.as_ref());
        seats.filter(|seat| seat.last_activity_at.is_none()).count()
    }

    /// Licences of GitHub Enterprise that the organization's members use.
    pub fn github_licences(&self) -> usize {
        self.people.iter().filter(|p| p.github.as_ref().is_some_and(|account| account.member)).count()
    }

    /// Seats of this product of Atlassian: accounts that are active, not suspended, and people's.
    pub fn product_seats(&self, product: &str) -> usize {
        self.product(product).count()
    }

    /// Those of them not used for so many days.
    pub fn product_idle(&self, product: &str, days: i64) -> usize {
        self.product(product).filter(|last| idle(*last, self.now, days)).count()
    }

    fn product(&self, product: &str) -> impl Iterator<Item = Option<Timestamp>> {
        let used = |account: &&AtlassianAccount| {
            account.kind == AtlassianKind::Atlassian && account.active && !account.suspended
        };
        let seats = self.atlassian_accounts().filter(used).flat_map(|account| &account.products);
        seats.filter(move |seat| seat.product == product).map(|seat| seat.last_active_at)
    }

    /// Enabled users at JFrog without a login for so many days, build servers included.
    pub fn jfrog_idle(&self, days: i64) -> usize {
        let people = self.people.iter().filter_map(|person| person.jfrog.as_ref());
        let enabled = people.chain(&self.other_jfrog).filter(|user| user.status == "enabled");
        enabled.filter(|user| idle(user.last_login_at, self.now, days)).count()
    }

    /// People who work there and cannot be reached in Slack.
    pub fn without_slack(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.left_at.is_none() && person.slack.is_none())
    }
}
