//! Steps: who is in which workspace, and what follows for each person.
//!
//! Somebody in several workspaces has one seat, and what is told of one instant must be the same from whichever workspace
//! it is looked at. So the memberships are collected first, as marks of the run, and told of afterwards, person by person:
//! active in one workspace counts before invited in another, and that before deactivated; the role is the strongest
//! that the person has anywhere.

use super::{
    api::is_denied,
    run::{Run, Step, WORKSPACE, Walk},
    wire::{self, member_id_of},
};
use crate::{
    Failure, Listed, Quarantined,
    json::{elements, id_of, read_each},
};
use jiff::Timestamp;
use plumbline_domain::{Account, ActorKind, Fact, Listing, Provider, Record, RecordKind, Seat, Shelf, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The product that a seat is of.
pub(super) const PRODUCT: &str = "trello";
const PEOPLE: &str = "people:";
/// How many people one mark holds.
const MARKED_AT_ONCE: usize = 250;
/// How many people one page tells of.
const TOLD_AT_ONCE: usize = 100;

/// Some of a workspace's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PeopleMark {
    /// The start of the run that listed them.
    listed: Timestamp,
    people: Vec<Person>,
}

/// A member of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Person {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// `None`: the record was broken; the person is there all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_active: Option<Timestamp>,
}

/// What a membership is, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// By an administrator.
    Deactivated,
    /// Invited, and not yet there.
    Unconfirmed,
    /// In use.
    Active,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::Unconfirmed => "unconfirmed",
            Self::Active => "active",
        }
    }
}

/// One membership of a person, with the workspace's id and plan.
type Belonging<'a> = (&'a str, Option<String>, Person);

impl<'a> Run<'a> {
    /// The step after a workspace's memberships were read.
    pub(super) fn after_workspace(&self, walk: &Walk) -> Step {
        match self.workspace_after(walk) {
            Some(_) => Step::Memberships(walk.clone()),
            None => Step::People(Walk::default()),
        }
    }

    fn workspace_after(&self, walk: &Walk) -> Option<&'a str> {
        let after = walk.after.as_deref();
        self.workspaces_of_run().into_keys().find(|id| after.is_none_or(|after| *id > after))
    }

    /// `GET /1/organizations/{id}/memberships`, and `/members` where that does not bring the names along. A workspace
    /// that the token may not look into costs itself only, unless the settings name it.
    pub(super) async fn memberships(&mut self, walk: Walk) -> Result<Step, Failure> {
        let Some(workspace) = self.workspace_after(&walk) else { return Ok(Step::People(Walk::default())) };
        match self.people_of(workspace).await? {
            Ok(people) => self.remember(workspace, &people),
            Err(failure) if self.settings.organization.is_some() => {
                return Err(crate::github::about(failure, &format!("members of workspace {workspace}")));
            }
            Err(failure) => {
                self.position.unsure = true;
                let (what, reason) = (format!("members of workspace {workspace}"), failure.to_string());
                self.page.quarantined.push(Quarantined { what, reason });
            }
        }
        let walk = Walk { after: Some(workspace.to_owned()), done: walk.done + 1 };
        self.show("workspaces' members", walk.done, Some(self.workspaces_of_run().len() as u64));
        Ok(self.after_workspace(&walk))
    }

    /// The members of a workspace; the inner failure concerns this workspace only.
    async fn people_of(&mut self, workspace: &str) -> Result<Result<Vec<Person>, Failure>, Failure> {
        let query = [("filter", "all"), ("member", "true"), ("member_fields", "fullName,username")];
        let url = self.api.path(&["organizations", workspace, "memberships"], &query)?;
        let answer = match self.api.get(url).await {
            Ok(answer) => answer,
            Err(refused) if is_denied(&refused) => return Ok(Err(refused.into())),
            Err(refused) => return Err(refused.into()),
        };
        let read = read_each::<wire::Membership>(&elements(&answer.body)?, member_id_of)?;
        self.quarantine("membership of member", &read.broken);
        self.position.unsure |= read.broken.iter().any(|broken| broken.id.is_none());
        let named = read.items.iter().all(|membership| membership.member.is_some());
        let names = if named { BTreeMap::new() } else { self.names_in(workspace).await? };
        let broken = read.broken.into_iter().filter_map(|broken| broken.id);
        let mut people: Vec<Person> = broken.map(Person::unread).collect();
        people.extend(read.items.into_iter().map(|membership| {
            let member = membership.member.or_else(|| names.get(&membership.id_member).cloned());
            let (login, name) = member.map(|member| (member.username, member.full_name)).unzip();
            let state = match (membership.deactivated, membership.unconfirmed) {
                (Some(true), _) => State::Deactivated,
                (_, Some(true)) => State::Unconfirmed,
                _ => State::Active,
            };
            Person {
                id: membership.id_member,
                login,
                name: name.flatten().filter(|name| !name.trim().is_empty()),
                role: membership.member_type,
                state: Some(state),
                last_active: membership.last_active,
            }
        }));
        people.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Ok(people))
    }

    /// Names only: one that cannot be read is a name less, so nothing depends on it.
    async fn names_in(&mut self, workspace: &str) -> Result<BTreeMap<String, wire::Member>, Failure> {
        let url = self.api.path(&["organizations", workspace, "members"], &[("fields", "fullName,username")])?;
        let answer = match self.api.get(url).await {
            Ok(answer) => answer,
            Err(refused) if is_denied(&refused) => return Ok(BTreeMap::new()),
            Err(refused) => return Err(refused.into()),
        };
        let read = read_each::<wire::Member>(&elements(&answer.body)?, id_of)?;
        self.quarantine("member", &read.broken);
        Ok(read.items.into_iter().map(|member| (member.id.clone(), member)).collect())
    }

    fn remember(&mut self, workspace: &str, people: &[Person]) {
        let own = format!("{PEOPLE}{workspace}:");
        // An earlier reading of this page may have had more of them.
        for key in self.marks.0.keys().filter(|key| key.starts_with(&own)) {
            self.change_mark(key, None);
        }
        let listed = self.position.started;
        for (part, people) in people.chunks(MARKED_AT_ONCE).enumerate() {
            self.set_mark(&format!("{own}{part:04}"), &PeopleMark { listed, people: people.to_vec() });
        }
    }

    /// Everybody of this run with their memberships, in order of their ids.
    fn everybody(&self) -> BTreeMap<String, Vec<Belonging<'a>>> {
        let workspaces = self.workspaces_of_run();
        let mut everybody: BTreeMap<String, Vec<Belonging<'a>>> = BTreeMap::new();
        for key in self.marks.0.keys() {
            let Some((workspace, _)) = key.strip_prefix(PEOPLE).and_then(|rest| rest.split_once(':')) else { continue };
            let Some(plan) = workspaces.get(workspace).map(|workspace| &workspace.plan) else { continue };
            let Some(mark) = self.marks.get::<PeopleMark>(key) else { continue };
            if mark.listed == self.position.started {
                for person in mark.people {
                    everybody.entry(person.id.clone()).or_default().push((workspace, plan.clone(), person));
                }
            }
        }
        everybody
    }

    /// Tells of some people; no call.
    pub(super) fn people(&mut self, walk: &Walk) -> Step {
        let everybody = self.everybody();
        let total = everybody.len() as u64;
        let after = walk.after.as_deref();
        let later = everybody.iter().filter(|(id, _)| after.is_none_or(|after| id.as_str() > after));
        let some: Vec<_> = later.take(TOLD_AT_ONCE + 1).collect();
        let is_last = some.len() <= TOLD_AT_ONCE;
        let (mut ids, mut last) = (Vec::new(), None);
        for (id, belongings) in some.into_iter().take(TOLD_AT_ONCE) {
            let account = VendorId::new(Provider::Trello, id);
            ids.push(account.to_string());
            last = Some(id.clone());
            self.tell(&account, belongings);
        }
        let done = walk.done + ids.len() as u64;
        self.show("people", done, Some(total));
        for listing in [Listing::Accounts(Provider::Trello), Listing::Shelf(Shelf::new(RecordKind::Seat, PRODUCT))] {
            self.page.listed.push(Listed { listing: listing.clone(), ids: ids.clone() });
            self.page.complete.extend((is_last && !self.position.unsure).then_some(listing));
        }
        if is_last { Step::Forget } else { Step::People(Walk { after: last, done }) }
    }

    fn tell(&mut self, account: &VendorId, belongings: &[Belonging<'_>]) {
        let seen_at = self.position.started;
        let readable =
            belongings.iter().filter_map(|(workspace, plan, person)| Some((person.state?, workspace, plan, person)));
        let readable: Vec<_> = readable.collect();
        let Some(best) = readable.iter().map(|(state, ..)| *state).max() else { return };
        let people = || readable.iter().map(|(_, _, _, person)| *person);
        let role = people().filter_map(|person| person.role.as_deref()).max_by_key(|role| (strength(role), *role));
        if let Some(login) = people().filter_map(|person| person.login.clone()).max() {
            self.page.facts.push(Fact::Account(Account {
                id: account.clone(),
                login,
                kind: ActorKind::User,
                name: people().filter_map(|person| person.name.clone()).max(),
                role: role.map(ToOwned::to_owned),
                member: Some(true),
                email: None,
                commit_emails: BTreeSet::new(),
                active: Some(best != State::Deactivated),
                seen_at,
            }));
        }
        let giving = || readable.iter().filter(|(state, ..)| *state == best);
        let last_active_at = people().filter_map(|person| person.last_active).max();
        self.page.facts.push(Fact::Record(Record::Seat(Seat {
            seen_at,
            gone_at: None,
            product: PRODUCT.into(),
            account: account.clone(),
            status: best.as_str().into(),
            used: best == State::Active,
            plan: giving().filter_map(|(_, _, plan, _)| plan.as_deref()).max().map(ToOwned::to_owned),
            assigned_at: None,
            last_active_at,
            activity_source: last_active_at.map(|_| "last active".into()),
            granted_by: giving().map(|(_, workspace, ..)| (**workspace).to_owned()).collect(),
        })));
    }

    /// Nothing about people outlives the run. A step of its own: the page that read the marks may be read again.
    pub(super) fn forget(&mut self) {
        let of_runs = |key: &&String| key.starts_with(PEOPLE) || key.starts_with(WORKSPACE);
        for key in self.marks.0.keys().filter(of_runs) {
            self.change_mark(key, None);
        }
        self.show("people", 0, None);
    }
}

impl Person {
    /// Somebody whose membership could not be read.
    fn unread(id: String) -> Self {
        Self { id, login: None, name: None, role: None, state: None, last_active: None }
    }
}

/// Which of a person's roles counts.
fn strength(role: &str) -> u8 {
    match role {
        "admin" => 3,
        "normal" => 2,
        "observer" => 0,
        _ => 1,
    }
}
