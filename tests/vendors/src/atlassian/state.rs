//! What the simulated Atlassian holds.

use super::{
    auth::Tokens,
    model::{Board, History, Issue, Item, Project, SPRINT_FIELD, Sprint, Status},
};
use crate::{
    demo::company::{AtlassianAccount, AtlassianKind},
    service::Clock,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The account whose API token works at the site.
pub const EMAIL: &str = "plumbline@acme-rail.example";
/// That API token.
pub const API_TOKEN: &str = "simulated-atlassian-api-token";
/// The OAuth client.
pub const CLIENT_ID: &str = "simulated-atlassian-client";
/// Its secret.
pub const CLIENT_SECRET: &str = "simulated-atlassian-client-secret";
/// The site's cloud id.
pub const CLOUD_ID: &str = "7e0b1c6c-4c7e-4d0a-9f4e-acme0ra11001";
/// The organization's id.
pub const ORGANIZATION_ID: &str = "2f1e9a0c-5b7d-4a52-8d59-acme0ra11002";
/// The directory of its users.
pub const DIRECTORY_ID: &str = "c9d2b6d7-6a0c-4b7f-b1a0-acme0ra11003";
/// The organization's API key.
pub const ORGANIZATION_KEY: &str = "simulated-atlassian-organization-key";

/// All that the simulated Atlassian holds. Plain data: a test may change any of it.
#[derive(Debug, Clone)]
pub struct State {
    /// The clock.
    pub clock: Clock,
    /// The server's origin, in all addresses.
    pub origin: String,
    /// The site's and organization's name in addresses.
    pub slug: String,
    /// The organization's display name.
    pub name: String,
    /// The verified domain: accounts of it are managed.
    pub domain: String,
    /// Accounts by id.
    pub accounts: BTreeMap<String, AtlassianAccount>,
    /// Projects by id.
    pub projects: BTreeMap<u64, Project>,
    /// Boards by id.
    pub boards: BTreeMap<u64, Board>,
    /// Sprints by id.
    pub sprints: BTreeMap<u64, Sprint>,
    /// Issues by id.
    pub issues: BTreeMap<u64, Issue>,
    /// Issues that exist and that the account may not see: they are missing in all answers.
    pub hidden: BTreeSet<u64>,
    /// E-mails and API tokens that work at the site.
    pub basic: BTreeMap<String, String>,
    /// API keys of the organization that work.
    pub organization_keys: BTreeSet<String>,
    pub(super) tokens: Tokens,
    next_id: u64,
}

impl State {
    /// A site without anything in it, whose clock stands at `now`.
    pub fn new(slug: &str, name: &str, domain: &str, now: Timestamp) -> Self {
        Self {
            clock: Clock::fixed(now),
            origin: format!("https://{slug}.atlassian.net"),
            slug: slug.into(),
            name: name.into(),
            domain: domain.into(),
            accounts: BTreeMap::new(),
            projects: BTreeMap::new(),
            boards: BTreeMap::new(),
            sprints: BTreeMap::new(),
            issues: BTreeMap::new(),
            hidden: BTreeSet::new(),
            basic: [(EMAIL.to_owned(), API_TOKEN.to_owned())].into(),
            organization_keys: [ORGANIZATION_KEY.to_owned()].into(),
            tokens: Tokens::default(),
            next_id: 10_000,
        }
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The issue with this key.
    ///
    /// # Panics
    /// When there is none.
    pub fn issue(&self, key: &str) -> &Issue {
        self.issues.values().find(|issue| issue.key == key).unwrap_or_else(|| panic!("no issue {key}"))
    }

    /// The account that is typed so, in order of their ids.
    pub(super) fn of_kind(&self, kind: AtlassianKind) -> impl Iterator<Item = &AtlassianAccount> {
        self.accounts.values().filter(move |account| account.kind == kind)
    }

    /// Moves an issue to another status at the present instant; who did it, if anybody.
    ///
    /// # Panics
    /// When there is no such issue.
    pub fn transition(&mut self, key: &str, status: Status, author: Option<&str>) {
        let at = self.clock.now();
        let id = self.issue(key).id;
        self.change_status(id, status, author, at);
    }

    /// Opens an issue in the project with this key at the present instant, and returns its key.
    ///
    /// # Panics
    /// When there is no such project, or nobody who could report it.
    pub fn add_issue(&mut self, project: &str, summary: &str) -> String {
        let found = self.projects.values().find(|one| one.key == project);
        let project = found.unwrap_or_else(|| panic!("no project {project}")).id;
        let reporter = self.accounts.keys().next().expect("somebody reports it").clone();
        let at = self.clock.now();
        let id = self.insert_issue(project, summary, "Aufgabe", &reporter, at);
        self.issues[&id].key.clone()
    }

    /// Deletes an issue: nothing tells of it.
    ///
    /// # Panics
    /// When there is no such issue.
    pub fn delete_issue(&mut self, key: &str) {
        let id = self.issue(key).id;
        self.issues.remove(&id);
    }

    pub(super) fn insert_issue(
        &mut self,
        project: u64,
        summary: &str,
        kind: &'static str,
        reporter: &str,
        at: Timestamp,
    ) -> u64 {
        let id = self.next_id();
        let key = self.projects[&project].key;
        let numbers = self.issues.values().rev().find(|issue| issue.project == project);
        let number = numbers.and_then(|issue| issue.key.rsplit('-').next()?.parse().ok()).unwrap_or(0_u64) + 1;
        let issue = Issue {
            id,
            key: format!("{key}-{number}"),
            project,
            summary: summary.into(),
            kind,
            status: super::model::TO_DO,
            points: None,
            assignee: None,
            reporter: reporter.into(),
            created_at: at,
            updated_at: at,
            resolved_at: None,
            sprints: Vec::new(),
            history: Vec::new(),
        };
        self.issues.insert(id, issue);
        id
    }

    /// Writes a change down, not before the one before it.
    pub(super) fn write(&mut self, issue: u64, author: Option<&str>, at: Timestamp, items: Vec<Item>) -> Timestamp {
        let id = self.next_id();
        let issue = self.issues.get_mut(&issue).unwrap();
        let last = issue.history.last().map_or(issue.created_at, |history| history.at);
        let at = at.max(last + jiff::SignedDuration::from_secs(20));
        issue.history.push(History { id, author: author.map(Into::into), at, items });
        issue.updated_at = issue.updated_at.max(at);
        at
    }

    pub(super) fn change_status(&mut self, id: u64, to: Status, author: Option<&str>, at: Timestamp) -> Timestamp {
        let from = self.issues[&id].status;
        let item = Item {
            field: "status",
            field_id: "status",
            from: Some(from.id.to_string()),
            from_string: Some(from.name.into()),
            to: Some(to.id.to_string()),
            to_string: Some(to.name.into()),
        };
        let at = self.write(id, author, at, vec![item]);
        let issue = self.issues.get_mut(&id).unwrap();
        issue.status = to;
        issue.resolved_at = (to.category == super::model::Category::Done).then_some(at);
        at
    }

    pub(super) fn change_sprints(&mut self, id: u64, to: Vec<u64>, author: Option<&str>, at: Timestamp) -> Timestamp {
        let ids = |list: &[u64]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let names = |list: &[u64]| list.iter().map(|id| self.sprints[id].name.as_str()).collect::<Vec<_>>().join(", ");
        let from = &self.issues[&id].sprints;
        let item = Item {
            field: "Sprint",
            field_id: SPRINT_FIELD,
            from: Some(ids(from)),
            from_string: Some(names(from)),
            to: Some(ids(&to)),
            to_string: Some(names(&to)),
        };
        let at = self.write(id, author, at, vec![item]);
        self.issues.get_mut(&id).unwrap().sprints = to;
        at
    }

    pub(super) fn change_points(&mut self, id: u64, to: u32, author: Option<&str>, at: Timestamp) {
        let (field_id, field) = self.projects[&self.issues[&id].project].points_field();
        let text = |points: Option<u32>| points.map(|points| points.to_string());
        let from = text(self.issues[&id].points);
        let to_text = text(Some(to));
        let item = Item { field, field_id, from: None, from_string: from, to: None, to_string: to_text };
        self.write(id, author, at, vec![item]);
        self.issues.get_mut(&id).unwrap().points = Some(to);
    }

    pub(super) fn change_assignee(&mut self, id: u64, to: &str, author: Option<&str>, at: Timestamp) {
        let name = |account: &str| self.accounts.get(account).map(|account| account.name.clone());
        let from = self.issues[&id].assignee.clone();
        let item = Item {
            field: "assignee",
            field_id: "assignee",
            from_string: from.as_deref().and_then(name),
            from,
            to_string: name(to),
            to: Some(to.into()),
        };
        self.write(id, author, at, vec![item]);
        self.issues.get_mut(&id).unwrap().assignee = Some(to.into());
    }
}
