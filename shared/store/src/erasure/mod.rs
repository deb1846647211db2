//! Erasing people, and what is kept so that no sync brings them back.
//!
//! A tombstone is stored first: from then on everything that is saved ([`Store::save_facts`]) knows the person. Then a sweep
//! goes through every item of the team in every table and replaces what names them. It scans the tables, which nothing
//! else does: it is rare, and no list of partitions can have forgotten one. Whatever was on its way meanwhile is found by
//! sweeping again until nothing is found.

mod facts;
mod people;
mod surveys;
mod traces;

use crate::{
    Result, Store,
    documents::body_of,
    identities::body_item,
    keys::{self, Key},
    retry,
    table::{self, Item, Sort},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use plumbline_domain::{Account, Erased, MemberId, Person, Salt, TeamId, Tombstone, UserId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The state table's place among the tables of a sweep.
const STATE: usize = 4;

/// How many items that name an erased person there were, by what they are (`pull requests`).
pub type Found = BTreeMap<String, u64>;

/// Where a sweep goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepPlace {
    /// Tables that are done.
    tables: usize,
    /// The last item's keys.
    after: Option<(String, String)>,
}

/// What a page of a sweep brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepPage {
    /// What named somebody.
    pub found: Found,
    /// Where to go on; `None` at the end.
    pub next: Option<SweepPlace>,
}

/// A sweep's page at work.
struct Sweep<'a> {
    store: &'a Store,
    team: &'a TeamId,
    erased: &'a Erased,
    /// Only look.
    dry: bool,
    now: Timestamp,
}

impl Store {
    /// Everybody whom the team erased.
    pub async fn load_erased(&self, team: &TeamId) -> Result<Erased> {
        let sort = Sort::Prefix(keys::ERASED.into());
        let items = self.query_all(&self.tables.accounts, &keys::team_partition(team), sort).await?;
        // The salt comes first, in order of keys.
        let Some((salt, tombstones)) = items.split_first() else { return Ok(Erased::default()) };
        let tombstones: Vec<Tombstone> = tombstones.iter().map(body_of).collect::<Result<_>>()?;
        Ok(Erased::new(body_of(salt)?, tombstones))
    }

    /// The salt of the team's tombstones, made of `random` where it has none yet.
    pub async fn erased_salt(&self, team: &TeamId, random: [u8; 16]) -> Result<Salt> {
        let key = keys::erased_salt(team);
        let put = table::put(&self.tables.accounts, body_item(&key, &Salt::new(random))?);
        self.transact(vec![table::transact_put(put.condition_expression("attribute_not_exists(pk)"))?]).await?;
        let item = self.get(&self.tables.accounts, &key).await?;
        body_of(&item.ok_or_else(|| crate::StoreError::Conflict(key.to_string()))?)
    }

    /// Keeps a person's tombstone, under a name that tells nothing of them.
    pub async fn save_tombstone(&self, team: &TeamId, name: &str, tombstone: &Tombstone) -> Result<()> {
        let item = body_item(&keys::tombstone(team, name), tombstone)?;
        self.batch_write(&self.tables.accounts, vec![table::write_request(item)?]).await
    }

    /// All that is known of somebody: a member with their accounts, those who sign in as them, and further accounts that
    /// an admin says are theirs.
    pub async fn find_person(
        &self,
        team: &TeamId,
        member: Option<&MemberId>,
        users: &BTreeSet<UserId>,
        also: &BTreeSet<VendorId>,
    ) -> Result<Person> {
        let mut person = Person { accounts: also.clone(), users: users.clone(), ..Person::default() };
        for one in self.load_members(team).await? {
            let is_theirs = member.is_some_and(|id| one.id == *id || one.merged_into.as_ref() == Some(id));
            // Somebody of whom nothing else is known than accounts that are theirs is they.
            let is_they = !one.accounts.is_empty() && one.accounts.iter().all(|link| also.contains(&link.account));
            if is_theirs || is_they {
                person.names.extend(one.name);
                person.accounts.extend(one.accounts.into_iter().map(|link| link.account));
                person.members.insert(one.id);
            }
        }
        for user in self.load_users(team).await?.into_iter().filter(|user| users.contains(&user.id)) {
            person.names.extend(user.name);
            person.emails.extend(user.email);
        }
        for account in self.load_accounts(team).await?.into_iter().filter(|one| person.accounts.contains(&one.id)) {
            person.logins.insert(account.login);
            person.names.extend(account.name);
            person.emails.extend(account.email.map(|email| email.address));
            person.emails.extend(account.commit_emails);
        }
        Ok(person)
    }

    /// Other accounts that show a name of several words, a login or an address of the person's: an admin has to say whether
    /// they are theirs.
    pub async fn look_alikes(&self, team: &TeamId, person: &Person) -> Result<BTreeSet<VendorId>> {
        let lower = |texts: &BTreeSet<String>| -> BTreeSet<String> {
            texts.iter().map(|text| text.trim().to_lowercase()).collect()
        };
        let (mut names, logins, emails) = (lower(&person.names), lower(&person.logins), lower(&person.emails));
        names.retain(|name| name.contains(' '));
        let alike = |account: &Account| {
            let is = |texts: &BTreeSet<String>, text: &str| texts.contains(&text.trim().to_lowercase());
            account.name.as_deref().is_some_and(|name| is(&names, name))
                || is(&logins, &account.login)
                || account.email.as_ref().is_some_and(|email| is(&emails, &email.address))
        };
        let accounts = self.load_accounts(team).await?.into_iter();
        let others = accounts.filter(|one| !person.accounts.contains(&one.id));
        Ok(others.filter(alike).map(|account| account.id).collect())
    }

    /// Goes through one page of one table. `dry`: only counts what names the people.
    pub async fn sweep_people(
        &self,
        team: &TeamId,
        erased: &Erased,
        place: SweepPlace,
        dry: bool,
        now: Timestamp,
    ) -> Result<SweepPage> {
        let tables = &self.tables;
        // Facts before rows, which are computed from them.
        let all = [&tables.facts, &tables.rollups, &tables.surveys, &tables.accounts, &tables.state];
        let Some(table) = all.get(place.tables) else { return Ok(SweepPage::default()) };
        // Sessions are their users', not a team's.
        let sessions = (place.tables == STATE).then_some(keys::SESSIONS);
        let (items, after) = self.scan_team(table, team, sessions, place.after).await?;
        let sweep = Sweep { store: self, team, erased, dry, now };
        let kinds: Vec<Option<&'static str>> = stream::iter(items)
            .map(|item| sweep.item(place.tables, item))
            .buffer_unordered(table::CONCURRENCY)
            .try_collect()
            .await?;
        let mut found = Found::new();
        for kind in kinds.into_iter().flatten() {
            *found.entry(kind.to_owned()).or_default() += 1;
        }
        let tables = place.tables + usize::from(after.is_none());
        let next = (tables < all.len()).then_some(SweepPlace { tables, after });
        Ok(SweepPage { found, next })
    }

    /// Removes everything of a team in one page of one table; how many items that were.
    pub async fn delete_team_page(&self, team: &TeamId, place: SweepPlace) -> Result<(u64, Option<SweepPlace>)> {
        let tables = &self.tables;
        let all = [&tables.facts, &tables.rollups, &tables.surveys, &tables.accounts, &tables.state];
        let Some(table) = all.get(place.tables) else { return Ok((0, None)) };
        let (items, after) = self.scan_team(table, team, None, place.after).await?;
        let mut keys = BTreeSet::new();
        let mut deleted = 0;
        for item in &items {
            let key = table::key_of(item)?;
            // What goes on with the deletion goes with its end.
            if !keys::is_job(team, &key) {
                keys.extend(people::lookups_of(team, &key, item)?);
                keys.insert(key);
                deleted += 1;
            }
        }
        let deletes = keys.iter().map(table::delete_request).collect::<Result<Vec<_>>>()?;
        self.batch_write(table, deletes).await?;
        let tables = place.tables + usize::from(after.is_none());
        Ok((deleted, (tables < all.len()).then_some(SweepPlace { tables, after })))
    }

    /// The team's items on a page of a whole table, as they are now, and those of partitions that begin with `besides`.
    async fn scan_team(
        &self,
        table: &str,
        team: &TeamId,
        besides: Option<&str>,
        after: Option<(String, String)>,
    ) -> Result<(Vec<Item>, Option<(String, String)>)> {
        // A partition is the team's own, or one of those whose keys go on behind a separator, which no id contains.
        let own = "pk = :team OR begins_with(pk, :below)";
        let filter = if besides.is_some() { format!("{own} OR begins_with(pk, :besides)") } else { own.to_owned() };
        let scan = self
            .client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .filter_expression(filter)
            .expression_attribute_values(":team", table::text(keys::team_partition(team)))
            .expression_attribute_values(":below", table::text(format!("{}#", keys::team_partition(team))))
            .set_exclusive_start_key(after.map(|(pk, sk)| table::key_item(&Key { pk, sk })));
        let scan = match besides {
            Some(prefix) => scan.expression_attribute_values(":besides", table::text(prefix)),
            None => scan,
        };
        let answer = retry::call(|| scan.clone().send()).await?;
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
        let next = next.map(|item| table::key_of(&item)).transpose()?.map(|key| (key.pk, key.sk));
        Ok((answer.items.unwrap_or_default(), next))
    }
}

impl Sweep<'_> {
    /// What the item is, where it names somebody who is erased.
    async fn item(&self, table: usize, item: Item) -> Result<Option<&'static str>> {
        match table {
            0 => self.fact(item).await,
            1 => self.row(&item).await,
            2 => self.survey_item(&item).await,
            3 => self.account_item(&item).await,
            _ => self.state_item(&item).await,
        }
    }

    /// Puts `new` in the place of an item, which lay under `old`.
    async fn replace(&self, table: &str, old: &Key, new: Item) -> Result<()> {
        if self.dry {
            return Ok(());
        }
        let moved = table::key_of(&new)? != *old;
        // The new one first: a crash between leaves one too many, which the next sweep finds.
        self.store.batch_write(table, vec![table::write_request(new)?]).await?;
        if moved { self.remove(table, old).await } else { Ok(()) }
    }

    async fn remove(&self, table: &str, key: &Key) -> Result<()> {
        if self.dry {
            return Ok(());
        }
        self.store.batch_write(table, vec![table::delete_request(key)?]).await
    }
}

#[cfg(test)]
#[path = "../erasure_tests.rs"]
mod tests;
