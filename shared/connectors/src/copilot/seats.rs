//! Steps: who has a seat.
//!
//! `/orgs/{org}/copilot/billing/seats` has one row for each account. `/enterprises/{enterprise}/copilot/billing/seats`
//! has one for each organisation or team that grants the seat, on any pages: an account's rows are put together, in
//! whatever order they come, to one seat that
//!
//! - is active unless every grant is about to end, and has the richest plan of them,
//! - was assigned when the first grant was made, and used when the last use of any was,
//! - was granted by all of them, in order.
//!
//! An enterprise's rows therefore wait in the marks until the last page is read, when there are several pages; told page
//! by page, a seat would change its content twice in every run.
//!
//! Source: GitHub, "REST API endpoints for Copilot user management".

use super::{
    cursor::{GrantsStep, SeatsStep, Step},
    run::Run,
    scope::Scope,
    wire::{AssignedRow, SeatRow, SeatsAnswer},
};
use crate::{
    Failure, Listed,
    github::{map, pages::Next},
    json::{refuse_if_all_broken, unreadable, wrong_shape},
};
use jiff::Timestamp;
use plumbline_domain::{Account, Actor, ActorKind, Fact, Listing, Provider, Record, RecordKind, Seat, Shelf, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The product of the facts.
pub(super) const PRODUCT: &str = "copilot";
/// Seats told in one go from the marks.
const SEATS_AT_ONCE: usize = 1_000;
/// What a credential needs for this, for people.
pub(super) const NEEDED: &str =
    "Copilot seats (scope manage_billing:copilot, or read:org and read:enterprise; in an app, Copilot Business: read)";

/// What one row says, or several of one account together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    #[serde(rename = "i")]
    pub(super) id: u64,
    #[serde(rename = "l")]
    pub(super) login: String,
    #[serde(rename = "k")]
    pub(super) kind: ActorKind,
    /// About to end.
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) ending: bool,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<String>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Timestamp>,
    /// Last use, and with what.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub(super) active: Option<(Timestamp, Option<String>)>,
    /// The team or organisation that granted it.
    #[serde(rename = "b", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) granted_by: BTreeSet<String>,
}

impl Grant {
    /// Both together; the same in any order.
    pub(super) fn join(self, other: Self) -> Self {
        // A plan that is not told apart says nothing; the others sort `business`, `enterprise`.
        let told = |plan: &Option<String>| plan.as_deref().is_some_and(|plan| plan != "unknown");
        Self {
            id: self.id,
            kind: self.kind.max(other.kind),
            login: self.login.max(other.login),
            ending: self.ending && other.ending,
            plan: if told(&self.plan) == told(&other.plan) {
                self.plan.max(other.plan)
            } else if told(&self.plan) {
                self.plan
            } else {
                other.plan
            },
            created_at: match (self.created_at, other.created_at) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
            active: self.active.max(other.active),
            granted_by: self.granted_by.into_iter().chain(other.granted_by).collect(),
        }
    }

    fn of(row: SeatRow) -> Option<Self> {
        let actor = map::rest_actor(row.assignee?);
        let team = row.assigning_team.map(|team| VendorId::new(Provider::Github, team.id).to_string());
        let organization = row.organization.map(|organization| format!("org:{}", organization.id));
        Some(Self {
            id: actor.id,
            login: actor.login,
            kind: actor.kind,
            ending: row.pending_cancellation_date.is_some(),
            plan: row.plan_type,
            created_at: row.created_at,
            active: row.last_activity_at.map(|at| (at, row.last_activity_editor)),
            granted_by: team.into_iter().chain(organization).collect(),
        })
    }

    fn facts(self, started: Timestamp) -> [Fact; 2] {
        let actor = Actor { id: self.id, login: self.login, kind: self.kind };
        let (last_active_at, editor) = self.active.map_or((None, None), |(at, editor)| (Some(at), editor));
        let source = editor.map_or_else(|| PRODUCT.to_owned(), |editor| format!("{PRODUCT}: {editor}"));
        let seat = Seat {
            seen_at: started,
            gone_at: None,
            product: PRODUCT.into(),
            account: VendorId::new(Provider::Github, actor.id),
            status: if self.ending { "pending_cancellation" } else { "active" }.into(),
            used: true,
            plan: self.plan,
            assigned_at: self.created_at,
            last_active_at,
            activity_source: last_active_at.map(|_| source),
            granted_by: self.granted_by.into_iter().collect(),
        };
        // A seat says who somebody is, not whether that is a member of the organisation.
        [Fact::Account(Account::from_actor(Provider::Github, &actor, started)), Fact::Record(Record::Seat(seat))]
    }
}

/// One of each account, of the first `most` accounts in order of their ids.
fn joined(grants: impl Iterator<Item = Grant>, most: usize) -> BTreeMap<u64, Grant> {
    let mut first: BTreeMap<u64, Grant> = BTreeMap::new();
    for grant in grants {
        let grant = match first.remove(&grant.id) {
            Some(known) => known.join(grant),
            None => grant,
        };
        first.insert(grant.id, grant);
        // Whoever is too far behind once stays there: all rows of those who are kept are joined.
        if first.len() > most {
            first.pop_last();
        }
    }
    first
}

impl Run<'_> {
    /// One page of seats, 100 rows.
    pub(super) async fn seats(&mut self, mut step: SeatsStep) -> Result<Option<Step>, Failure> {
        let first = self.api.path(&self.scope.path(&["copilot", "billing", "seats"]), &[("per_page", "100")])?;
        let url = step.at.url(&self.api, first)?;
        let answer = self.api.get(url.clone(), None).await;
        let answer = answer.map_err(|refused| self.scope.about(refused, NEEDED))?;
        // The first day of usage takes three calls.
        self.api.note_budget(&answer, 3);
        let SeatsAnswer { total_seats, seats } =
            serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        let (mut grants, mut ids, mut broken) = (Vec::new(), BTreeSet::new(), 0);
        for row in &seats {
            match serde_json::from_str::<SeatRow>(row.get()) {
                Ok(row) => match Grant::of(row) {
                    Some(grant) => grants.push(grant),
                    None => self.unassigned += 1,
                },
                Err(error) => {
                    broken += 1;
                    let assigned = serde_json::from_str::<AssignedRow>(row.get()).ok();
                    let id = assigned.and_then(|row| row.assignee).map(|assignee| assignee.id);
                    step.at.unsure |= id.is_none();
                    ids.extend(id);
                    let what = id.map_or_else(|| "seat".to_owned(), |id| format!("seat of account {id}"));
                    self.quarantine(what, wrong_shape(&error));
                }
            }
        }
        refuse_if_all_broken(seats.len(), broken)?;
        let (page, done) = (step.at.page, step.done + seats.len() as u64);
        self.show("seats", done, total_seats);
        let next = step.at.next(&url, &answer.headers);
        if next == Next::Circle {
            step.at.unsure = true;
            self.quarantine("seats", "the listing does not end: its next page was read already");
        }
        ids.extend(grants.iter().map(|grant| grant.id));
        let listing = Listing::Shelf(Shelf::new(RecordKind::Seat, PRODUCT));
        let ids = ids.into_iter().map(|id| VendorId::new(Provider::Github, id).to_string()).collect();
        self.listed.push(Listed { listing: listing.clone(), ids });
        // Only an enterprise's rows of one account lie on several pages.
        let wait = matches!(self.scope, Scope::Enterprise(_)) && (page > 0 || matches!(next, Next::Page(_)));
        if wait {
            self.book.set_grants(page, self.started, grants);
        } else {
            self.book.forget_grants();
            self.facts.extend(
                joined(grants.into_iter(), usize::MAX).into_values().flat_map(|grant| grant.facts(self.started)),
            );
        }
        if let Next::Page(at) = next {
            return Ok(Some(Step::Seats(SeatsStep { at, done })));
        }
        if !step.at.unsure {
            self.complete.push(listing);
        }
        Ok(if wait { Some(Step::Grants(GrantsStep { after: None, done: 0, told: false })) } else { self.first_usage() })
    }

    /// Tells some of an enterprise's seats, in order of the accounts' ids. No call.
    pub(super) fn grants(&mut self, step: &GrantsStep) -> Option<Step> {
        self.show("seats", step.done, Some(step.done));
        if step.told {
            let is_all = self.book.forget_grants();
            return if is_all { self.first_usage() } else { Some(Step::Grants(step.clone())) };
        }
        let mut all = BTreeSet::new();
        let later = self.book.grants(self.started).filter(|grant| {
            all.insert(grant.id);
            step.after.is_none_or(|after| grant.id > after)
        });
        // One more than are told now shows whether there are more.
        let later = joined(later, SEATS_AT_ONCE + 1);
        let total = all.len() as u64;
        let more = later.len() > SEATS_AT_ONCE;
        let some: Vec<Grant> = later.into_values().take(SEATS_AT_ONCE).collect();
        let (last, done) = (some.last().map(|grant| grant.id), step.done + some.len() as u64);
        self.facts.extend(some.into_iter().flat_map(|grant| grant.facts(self.started)));
        self.show("seats", done, Some(total));
        if more || !self.book.has_few_grants() {
            return Some(Step::Grants(GrantsStep { after: last.or(step.after), done, told: !more }));
        }
        self.book.forget_grants();
        self.first_usage()
    }
}
