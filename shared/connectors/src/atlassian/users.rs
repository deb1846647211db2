//! Users: each is an account, a seat for each of its products, and a member of its groups.

use super::{
    api::{PAGE_SIZE, Search},
    cursor::{Place, Step, SweepStep, UsersStep},
    map::{self, PROVIDER},
    run::{LOST, Run, Turn, about, begun_again, turn},
    wire::{Listing, User},
};
use crate::{
    Failure,
    http::{Answer, Refused},
    json::read_each,
};
use plumbline_domain::{Fact, Listing as Whole, Record, RecordKind, Shelf, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// The seats of a product.
pub(super) fn seats_of(product: &str) -> Whole {
    Whole::Shelf(Shelf::new(RecordKind::Seat, product))
}

/// What a page's users had, by listing.
#[derive(Default)]
struct Seen {
    accounts: Vec<String>,
    products: BTreeSet<String>,
    lists: BTreeMap<Whole, Vec<String>>,
}

impl Run<'_> {
    /// `POST /v2/orgs/{org}/directories/{directory}/users/search`.
    ///
    /// <https://developer.atlassian.com/cloud/admin/organization/rest/api-group-users/>
    pub(super) async fn search(&mut self, place: &Place, search: &Search<'_>) -> Result<Answer, Refused> {
        let Place { organization, directory } = place;
        let url = self.api.path(&["v2", "orgs", organization, "directories", directory, "users", "search"])?;
        self.api.search(url, search).await
    }

    /// One page of users. Which products and groups a user has comes with the user.
    pub(super) async fn users(&mut self, mut step: UsersStep) -> Result<Option<Step>, Failure> {
        let search = Search::users(PAGE_SIZE, step.at.cursor.as_deref());
        let answer = match self.search(&step.place, &search).await {
            Ok(answer) => answer,
            Err(refused) => match begun_again(&refused, &step.at) {
                Some(at) => return Ok(Some(Step::Users(UsersStep { at, done: 0, ..step }))),
                None => return Err(about(refused, &step.place.organization)),
            },
        };
        let listing = Listing::parse(&answer.body)?;
        let read = read_each::<User>(&listing.data, |_| None)?;
        step.unsure |= !read.broken.is_empty();
        self.set_aside("user", read.broken);
        let mut seen = Seen::default();
        for user in read.items {
            match map::vendor_id(&user.account_id) {
                Some(id) => self.user(&user, &id, &mut step, &mut seen)?,
                None => self.quarantine("user", "the account's id cannot be one"),
            }
        }
        step.done += seen.accounts.len() as u64;
        self.page.progress.done = step.done;
        self.saw_products(&seen.products)?;
        self.list(Whole::Accounts(PROVIDER), seen.accounts);
        for (listing, ids) in seen.lists {
            self.list(listing, ids);
        }
        match turn(&step.at, listing.next()) {
            Turn::Page(at) => return Ok(Some(Step::Users(UsersStep { at, ..step }))),
            Turn::End => {}
            Turn::Lost => {
                self.quarantine("users", LOST);
                step.unsure = true;
            }
        }
        Ok(self.users_end(&step))
    }

    /// After the last page. An organization has the user who made the key at least: a listing of nobody, or of users
    /// without a word on products, says nothing on who is gone.
    fn users_end(&mut self, step: &UsersStep) -> Option<Step> {
        if step.done == 0 {
            self.page.notice = Some("Atlassian shows no users to this key; what was read before is kept".into());
        }
        if step.unsure || step.done == 0 {
            return None;
        }
        self.page.complete.push(Whole::Accounts(PROVIDER));
        let sweep = SweepStep { members: step.groups.is_whole(), ..SweepStep::default() };
        if !step.products.told {
            self.page.notice = Some(
                "Atlassian told no user's products, so that seats are as they were read before; check the key's scopes"
                    .into(),
            );
        }
        match (step.products.is_whole(), sweep.members) {
            (true, _) => Some(Step::SweepSeats(sweep)),
            (false, true) => Some(Step::SweepMembers(sweep)),
            (false, false) => None,
        }
    }

    fn user(&mut self, user: &User, id: &VendorId, step: &mut UsersStep, seen: &mut Seen) -> Result<(), Failure> {
        let what = format!("user {}", id.id);
        for (known, told, broken, list) in [
            (&mut step.products, user.product_access.is_there, user.product_access.broken, "a product"),
            (&mut step.groups, user.groups.is_there, user.groups.broken, "a group"),
        ] {
            known.told |= told;
            known.unsure |= broken;
            if broken {
                self.quarantine(&what, &format!("{list} of this user has an unexpected shape"));
            }
        }
        let account = id.to_string();
        self.page.facts.push(Fact::Account(map::account(user, id, self.started)));
        for seat in map::seats(user, id, self.started) {
            seen.lists.entry(seats_of(&seat.product)).or_default().push(account.clone());
            seen.products.insert(seat.product.clone());
            self.page.facts.push(Fact::Record(Record::Seat(seat)));
        }
        for membership in map::memberships(user, id, self.started) {
            self.saw_group(&membership.group.id)?;
            seen.lists.entry(Whole::Memberships(membership.group.clone())).or_default().push(account.clone());
            self.page.facts.push(Fact::Membership(membership));
        }
        seen.accounts.push(account);
        Ok(())
    }
}
