//! Going through a team's records, shelf by shelf, and through its groups.

use crate::{
    Cursor, Error, Kind, Page, RangeRule, Window,
    people::People,
    record_rows::{self, Names},
    walk::fill,
};
use plumbline_domain::{Clock, Group, Membership, Record, RecordKind, Shelf, TeamId, VendorId};
use plumbline_store::Store;
use std::collections::BTreeMap;

/// Records read at once. Whole organisations' days have tens of kilobytes each, everything else less than one.
const AT_ONCE: usize = 200;

/// An export over records.
pub(crate) struct Walk<'a> {
    store: &'a Store,
    clock: &'a Clock,
    team: &'a TeamId,
    kind: Kind,
    records: RecordKind,
    window: Window,
    people: &'a People,
    names: Names,
}

impl<'a> Walk<'a> {
    pub(crate) async fn new(
        (store, clock): (&'a Store, &'a Clock),
        team: &'a TeamId,
        kind: Kind,
        records: RecordKind,
        window: Window,
        people: &'a People,
    ) -> Result<Self, Error> {
        let of = match kind {
            Kind::Issues => vec![RecordKind::Project],
            Kind::Sprints => vec![RecordKind::Board],
            _ => vec![],
        };
        let mut names = Names::default();
        for kind in of {
            for shelf in store.load_shelves(team, kind).await? {
                names.add(store.load_shelf(team, &shelf).await?);
            }
        }
        Ok(Self { store, clock, team, kind, records, window, people, names })
    }

    /// Fills the page; where the next one begins, or `None` at the end.
    pub(crate) async fn run(&self, cursor: Option<Cursor>, page: &mut Page<'_>) -> Result<Option<Cursor>, Error> {
        let (first, first_after, first_begun) = match cursor {
            Some(Cursor::Records { scope, after, begun, .. }) => (Some(scope), after, begun),
            _ => (None, String::new(), None),
        };
        let at = |shelf: &Shelf, after: &str, begun| {
            Some(Cursor::Records { kind: self.kind, scope: shelf.scope.clone(), after: after.to_owned(), begun })
        };
        for shelf in self.store.load_shelves(self.team, self.records).await? {
            if first.as_ref().is_some_and(|first| shelf.scope < *first) || !self.may_hold(&shelf) {
                continue;
            }
            let is_first = first.as_ref() == Some(&shelf.scope);
            let mut after = if is_first { first_after.clone() } else { String::new() };
            let begun = first_begun.clone().filter(|_| is_first);
            // The page may have filled up with the last row of the shelf before.
            if page.is_over(self.clock.now()) && !is_first {
                return Ok(at(&shelf, "", None));
            }
            loop {
                let count = page.rows_left().clamp(1, AT_ONCE);
                let listed = self.list(&shelf, &after, count).await?;
                let last_batch = listed.len() < count;
                for record in listed {
                    let id = record.id();
                    let rows = record_rows::of_record(&record, self.people, &self.names, &self.window);
                    let done = begun.as_ref().filter(|(of, _)| *of == id).map_or(0, |(_, done)| *done);
                    if let Some(done) = fill(page, &rows, done)? {
                        return Ok(at(&shelf, &after, Some((id, done))));
                    }
                    after = id;
                }
                if last_batch {
                    break;
                }
                if page.is_over(self.clock.now()) {
                    return Ok(at(&shelf, &after, None));
                }
            }
        }
        Ok(None)
    }

    /// Whether days of the shelf, which is a month's, were asked for.
    fn may_hold(&self, shelf: &Shelf) -> bool {
        if self.kind.range_rule() != RangeRule::Days {
            return true;
        }
        let Some((_, month)) = shelf.scope.rsplit_once(':') else { return true };
        let (from, to) = self.window.days;
        // `2026-11` is before all days of that month, as text.
        from.is_none_or(|from| from.to_string().as_str() < format!("{month}~").as_str())
            && to.is_none_or(|to| month <= to.to_string().as_str())
    }

    /// The shelf's next records: of daily ones only those of the days asked for, whose ids begin with the day.
    async fn list(&self, shelf: &Shelf, after: &str, count: usize) -> Result<Vec<Record>, Error> {
        let (mut from, mut to) = (None, None);
        if self.kind.range_rule() == RangeRule::Days {
            from = self.window.days.0.map(|day| day.to_string());
            to = self.window.days.1.map(|day| format!("{day}~"));
        }
        let after = from.into_iter().chain(Some(after.to_owned())).max().filter(|after| !after.is_empty());
        Ok(self.store.list_records(self.team, shelf, after.as_deref(), to.as_deref(), count).await?)
    }
}

/// Groups and their memberships; they are few enough to be read at once.
pub(crate) fn groups(
    groups: Vec<Group>,
    memberships: Vec<Membership>,
    people: &People,
    cursor: Option<Cursor>,
    page: &mut Page<'_>,
) -> Result<Option<Cursor>, Error> {
    let mut last = match cursor {
        Some(Cursor::Groups { group, account }) => Some((group, account)),
        _ => None,
    };
    let mut members: BTreeMap<VendorId, BTreeMap<VendorId, Membership>> = BTreeMap::new();
    for membership in memberships {
        let of_group = members.entry(membership.group.clone()).or_default();
        of_group.insert(membership.account.clone(), membership);
    }
    // A group of which only a membership was heard of has rows, too.
    let mut all: BTreeMap<VendorId, Option<Group>> = members.keys().map(|id| (id.clone(), None)).collect();
    all.extend(groups.into_iter().map(|group| (group.id.clone(), Some(group))));
    for (id, group) in &all {
        let of_group = members.get(id);
        let accounts = of_group.into_iter().flat_map(BTreeMap::values).map(Some);
        let alone = of_group.is_none().then_some(None);
        for membership in accounts.chain(alone) {
            let here = (id.clone(), membership.map(|membership| membership.account.clone()));
            if last.as_ref().is_some_and(|last| here <= *last) {
                continue;
            }
            if let Some((group, account)) = last.as_ref().filter(|_| page.is_full()) {
                return Ok(Some(Cursor::Groups { group: group.clone(), account: account.clone() }));
            }
            page.push(&record_rows::of_group(id, group.as_ref(), membership, people))?;
            last = Some(here);
        }
    }
    Ok(None)
}
