//! One page of a run: the organization, its directories and groups, and what all steps share.

use super::{
    api::{Api, PACE, Search},
    cursor::{
        ALL_DIRECTORIES, At, DirectoriesStep, GroupsStep, Known, OrganizationsStep, Place, Position, Step, UsersStep,
    },
    map::{self, PROVIDER},
    wire::{Directory, Group, Listing, Organization},
};
use crate::{
    Connection, Failure, Listed, Marks, Page, Quarantined,
    http::Refused,
    json::{Broken, read_each},
    pace::Meter,
};
use jiff::Timestamp;
use plumbline_domain::{self as domain, Fact, Listing as Whole};
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, BTreeSet};

/// The mark of the calls made lately.
const PACE_MARK: &str = "pace";
/// The mark of every product that a seat was ever seen of: [`BTreeSet`] of keys.
const PRODUCTS_MARK: &str = "products";
/// What the marks of groups begin with; the group's id follows.
pub(super) const GROUP_MARK: &str = "group ";

/// No listing has more pages; a server that gives ever new cursors ends here.
const MOST_PAGES: u32 = 10_000;

/// A group whose members may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupMark {
    /// The start of the last run that had it.
    pub(super) seen: Timestamp,
}

/// What follows on a page.
pub(super) enum Turn {
    /// Another page.
    Page(At),
    /// Nothing: the listing is whole.
    End,
    /// The vendor's cursors lead nowhere.
    Lost,
}

/// One page in the making.
pub(super) struct Run<'a> {
    pub(super) api: Api<'a>,
    connection: &'a Connection,
    marks: &'a Marks,
    meter: Meter,
    /// When the run began: "now" for everything that a repeated page must find unchanged.
    pub(super) started: Timestamp,
    now: Timestamp,
    pub(super) page: Page,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a Client,
        connection: &'a Connection,
        marks: &'a Marks,
        started: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let api = Api::new(client, connection, now)?;
        let meter = marks.get(PACE_MARK).unwrap_or_default();
        Ok(Self { api, connection, marks, meter, started, now, page: Page::default() })
    }

    /// Reads one page.
    pub(super) async fn read(mut self, position: Position) -> Result<Page, Failure> {
        position.step.name().clone_into(&mut self.page.progress.step);
        let wanted = position.step.calls();
        let next = if self.meter.room(PACE, self.now) < wanted {
            Some(position.step)
        } else {
            match position.step {
                Step::Organizations(step) => Some(self.organizations(step).await?),
                Step::Directories(step) => Some(self.directories(step).await?),
                Step::Groups(step) => Some(self.groups(step).await?),
                Step::Users(step) => self.users(step).await?,
                Step::SweepSeats(step) => self.sweep_seats(step),
                Step::SweepMembers(step) => self.sweep_members(step),
            }
        };
        self.meter.note(PACE, self.api.calls, self.now);
        if self.api.calls > 0 {
            let pace = self.meter.clone();
            self.set_mark(PACE_MARK, Some(&pace))?;
        }
        if let Some(step) = next {
            let free_at = self.meter.free_at(PACE, step.calls(), self.now);
            let exhausted = self.api.exhausted_until.filter(|_| step.calls() > 0).unwrap_or(free_at);
            self.page.pause_until = Some(free_at.max(exhausted)).filter(|until| *until > self.now);
            self.page.next = Some(to_json(&Position { started: self.started, step })?);
        }
        self.page.calls = self.api.calls;
        Ok(self.page)
    }

    /// Tries what a run needs: the organization, its directories, one user.
    pub(super) async fn probe(mut self) -> Result<(), Failure> {
        let mut step = Position::first(self.connection, self.now).step;
        loop {
            step = match step {
                Step::Organizations(step) => self.organizations(step).await?,
                Step::Directories(step) => self.directories(step).await?,
                Step::Groups(GroupsStep { place, .. }) => {
                    let answer = self.search(&place, &Search::users(1, None)).await;
                    let answer = answer.map_err(|refused| about(refused, &place.organization))?;
                    return Listing::parse(&answer.body).map(|_| ());
                }
                _ => return Ok(()),
            };
        }
    }

    /// `GET /v1/orgs`: the organizations that the key belongs to.
    async fn organizations(&mut self, step: OrganizationsStep) -> Result<Step, Failure> {
        let url = self.api.path(&["v1", "orgs"])?;
        let answer = self.api.list(url, false, step.at.cursor.as_deref()).await?;
        let listing = Listing::parse(&answer.body)?;
        let read = read_each::<Organization>(&listing.data, |_| None)?;
        self.set_aside("organization", read.broken);
        let found: BTreeSet<String> = step.found.into_iter().chain(read.items.into_iter().map(|one| one.id)).collect();
        if found.len() > 1 {
            let ids: Vec<String> = found.into_iter().collect();
            return Err(Failure::Invalid(format!(
                "this key sees several organizations; choose one and give its id as `organization`: {}",
                ids.join(", ")
            )));
        }
        let found = found.into_iter().next();
        match (turn(&step.at, listing.next()), found) {
            (Turn::Page(at), found) => Ok(Step::Organizations(OrganizationsStep { at, found })),
            (_, Some(id)) => Ok(Step::Directories(DirectoriesStep::of(id))),
            (_, None) if !listing.data.is_empty() => {
                Err(Failure::Unavailable("the answer has an unexpected shape: its organization has no id".into()))
            }
            (_, None) => Err(Failure::Invalid("this key sees no organization; make one for the organization".into())),
        }
    }

    /// `GET /v2/orgs/{org}/directories`. A key that may not list them may still read users of all of them. Of several
    /// directories all are read at once: a person in two of them then is one user, whose seats are told together.
    async fn directories(&mut self, step: DirectoriesStep) -> Result<Step, Failure> {
        let organization = step.organization;
        let url = self.api.path(&["v2", "orgs", &organization, "directories"])?;
        let all = |organization| {
            let place = Place { organization, directory: ALL_DIRECTORIES.into() };
            Step::Groups(GroupsStep { place, at: At::default(), done: 0, unsure: false })
        };
        let answer = match self.api.list(url, false, step.at.cursor.as_deref()).await {
            Ok(answer) => answer,
            Err(refused) if refused.status == Some(StatusCode::FORBIDDEN) && refused.is_denied() => {
                return Ok(all(organization));
            }
            Err(refused) => return Err(about(refused, &organization)),
        };
        let listing = Listing::parse(&answer.body)?;
        let read = read_each::<Directory>(&listing.data, |_| None)?;
        let ids: Vec<Option<String>> = read.items.into_iter().map(Directory::into_id).collect();
        let unknown = !read.broken.is_empty() || ids.contains(&None);
        self.set_aside("directory", read.broken);
        let found: BTreeSet<String> = step.found.into_iter().chain(ids.into_iter().flatten()).collect();
        let turn = turn(&step.at, listing.next());
        let mut found = found.into_iter();
        match (found.next(), found.next(), turn) {
            (found, None, Turn::Page(at)) if !unknown => {
                Ok(Step::Directories(DirectoriesStep { organization, at, found }))
            }
            (Some(directory), None, Turn::End) if !unknown => {
                let place = Place { organization, directory };
                Ok(Step::Groups(GroupsStep { place, at: At::default(), done: 0, unsure: false }))
            }
            _ => Ok(all(organization)),
        }
    }

    /// `GET /v2/orgs/{org}/directories/{directory}/groups`, which Atlassian ends after 2027-06-30 in favour of a search.
    /// Groups that may not be read cost their names; who is in them comes with the users.
    async fn groups(&mut self, mut step: GroupsStep) -> Result<Step, Failure> {
        let Place { organization, directory } = &step.place;
        let url = self.api.path(&["v2", "orgs", organization, "directories", directory, "groups"])?;
        let answer = match self.api.list(url, true, step.at.cursor.as_deref()).await {
            Ok(answer) => answer,
            Err(refused) => match begun_again(&refused, &step.at) {
                Some(at) => return Ok(Step::Groups(GroupsStep { at, done: 0, ..step })),
                None if refused.is_denied() => {
                    let failure = Failure::from(refused);
                    self.page.notice = Some(format!("groups cannot be read, so that they have no names: {failure}"));
                    return Ok(first_users(step.place));
                }
                None => return Err(about(refused, organization)),
            },
        };
        let listing = Listing::parse(&answer.body)?;
        let read = read_each::<Group>(&listing.data, |_| None)?;
        step.unsure |= !read.broken.is_empty();
        self.set_aside("group", read.broken);
        let mut ids = Vec::with_capacity(read.items.len());
        for group in read.items {
            let Some(id) = map::vendor_id(&group.id) else {
                self.quarantine("group", "its id cannot be one");
                continue;
            };
            ids.push(id.to_string());
            self.saw_group(&group.id)?;
            let name = group.name.filter(|name| !name.trim().is_empty()).unwrap_or(group.id);
            let seen_at = self.started;
            let slug = name.clone();
            self.page.facts.push(Fact::Group(domain::Group { id, slug, name, parent: None, gone_at: None, seen_at }));
        }
        step.done += ids.len() as u64;
        self.page.progress.done = step.done;
        let groups = Whole::Groups(PROVIDER);
        self.list(groups.clone(), ids);
        match turn(&step.at, listing.next()) {
            Turn::Page(at) => Ok(Step::Groups(GroupsStep { at, ..step })),
            Turn::End if !step.unsure => {
                self.page.complete.push(groups);
                Ok(first_users(step.place))
            }
            Turn::End => Ok(first_users(step.place)),
            Turn::Lost => {
                self.quarantine("groups", LOST);
                Ok(first_users(step.place))
            }
        }
    }

    /// Notes that members of a group may be stored.
    pub(super) fn saw_group(&mut self, id: &str) -> Result<(), Failure> {
        let (key, mark) = (format!("{GROUP_MARK}{id}"), GroupMark { seen: self.started });
        if self.mark::<GroupMark>(&key) == Some(mark) { Ok(()) } else { self.set_mark(&key, Some(&mark)) }
    }

    /// Groups whose members may be stored, after the one of this id, in order of their ids.
    pub(super) fn groups_after(&self, after: Option<&str>) -> BTreeMap<String, GroupMark> {
        let marks = self.marks.0.keys().filter_map(|key| key.strip_prefix(GROUP_MARK));
        let later = marks.filter(|id| after.is_none_or(|after| *id > after));
        later.filter_map(|id| Some((id.to_owned(), self.mark(&format!("{GROUP_MARK}{id}"))?))).collect()
    }

    /// Products that a seat was ever seen of.
    pub(super) fn products(&self) -> BTreeSet<String> {
        self.mark(PRODUCTS_MARK).unwrap_or_default()
    }

    /// Notes products that a seat was seen of.
    pub(super) fn saw_products(&mut self, products: &BTreeSet<String>) -> Result<(), Failure> {
        let known = self.products();
        let all: BTreeSet<String> = known.union(products).cloned().collect();
        if all == known { Ok(()) } else { self.set_mark(PRODUCTS_MARK, Some(&all)) }
    }

    fn mark<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        match self.page.marks.get(key) {
            Some(changed) => changed.as_ref().and_then(|value| T::deserialize(value).ok()),
            None => self.marks.get(key),
        }
    }

    pub(super) fn set_mark<T: Serialize>(&mut self, key: &str, value: Option<&T>) -> Result<(), Failure> {
        let value = value.map(to_json).transpose()?;
        self.page.marks.insert(key.to_owned(), value);
        Ok(())
    }

    pub(super) fn list(&mut self, listing: Whole, ids: Vec<String>) {
        if !ids.is_empty() {
            self.page.listed.push(Listed { listing, ids });
        }
    }

    pub(super) fn quarantine(&mut self, what: &str, reason: &str) {
        self.page.quarantined.push(Quarantined { what: what.into(), reason: reason.into() });
    }

    pub(super) fn set_aside(&mut self, what: &str, broken: Vec<Broken>) {
        for record in broken {
            let what = record.id.map_or_else(|| what.to_owned(), |id| format!("{what} {id}"));
            self.quarantine(&what, &record.reason);
        }
    }
}

/// What follows on a page: the vendor's next cursor, unless it is the one that led here.
pub(super) fn turn(at: &At, next: Option<String>) -> Turn {
    match next {
        None => Turn::End,
        next if next == at.cursor || at.page >= MOST_PAGES => Turn::Lost,
        cursor => Turn::Page(At { page: at.page + 1, cursor, again: at.again }),
    }
}

/// Why a listing is not believed to be whole.
pub(super) const LOST: &str = "the vendor's cursor of the next page leads nowhere; the listing is not whole";

/// Where reading users begins.
fn first_users(place: Place) -> Step {
    let (products, groups) = (Known::default(), Known::default());
    Step::Users(UsersStep { place, at: At::default(), done: 0, unsure: false, products, groups })
}

/// A cursor that the vendor does not know any more, after a long pause, costs the listing its place, once.
pub(super) fn begun_again(refused: &Refused, at: &At) -> Option<At> {
    let forgotten = refused.status == Some(StatusCode::BAD_REQUEST) && at.cursor.is_some() && !at.again;
    forgotten.then(|| At { again: true, ..At::default() })
}

/// Names the organization that a failure is about, and where its id is found if it was not.
pub(super) fn about(refused: Refused, organization: &str) -> Failure {
    let hint = match refused.status {
        Some(StatusCode::NOT_FOUND) => "; its id is the part after /o/ in the address of admin.atlassian.com",
        _ => "",
    };
    match refused.failure {
        Failure::Invalid(reason) => Failure::Invalid(format!("organization {organization}: {reason}{hint}")),
        Failure::Unauthorized(reason) => Failure::Unauthorized(format!("organization {organization}: {reason}")),
        other => other,
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::Bug(format!("a cursor or mark does not serialise: {error}")))
}
