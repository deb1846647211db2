//! Ending listings: every product and every group that anything is stored of, though nobody has it any more.
//!
//! Each ending makes the store compare what it has, so that only some are on one page.

use super::{
    cursor::{Step, SweepStep},
    map,
    run::{GROUP_MARK, Run},
    users::seats_of,
};
use plumbline_domain::Listing as Whole;

/// Products ended on one page: each may have thousands of seats.
const PRODUCTS_AT_ONCE: usize = 3;
/// Groups ended on one page.
const GROUPS_AT_ONCE: usize = 20;

impl Run<'_> {
    /// Ends the seats of the next products.
    pub(super) fn sweep_seats(&mut self, mut step: SweepStep) -> Option<Step> {
        let products = self.products();
        let after = step.after.take();
        let mut later = products.iter().filter(|product| after.as_ref().is_none_or(|after| *product > after));
        for product in later.by_ref().take(PRODUCTS_AT_ONCE) {
            self.page.complete.push(seats_of(product));
            step.after = Some(product.clone());
            step.done += 1;
        }
        self.page.progress.done = step.done;
        self.page.progress.total = Some(products.len() as u64);
        if later.next().is_some() {
            Some(Step::SweepSeats(step))
        } else {
            step.members.then(|| Step::SweepMembers(SweepStep { members: true, ..SweepStep::default() }))
        }
    }

    /// Ends the members of the next groups, and forgets the groups that this run did not have: nothing is stored of
    /// their members after that.
    pub(super) fn sweep_members(&mut self, mut step: SweepStep) -> Option<Step> {
        let groups = self.groups_after(step.after.as_deref());
        let mut later = groups.into_iter();
        for (id, mark) in later.by_ref().take(GROUPS_AT_ONCE) {
            if let Some(group) = map::vendor_id(&id) {
                self.page.complete.push(Whole::Memberships(group));
            }
            if mark.seen != self.started {
                self.page.marks.insert(format!("{GROUP_MARK}{id}"), None);
            }
            step.after = Some(id);
            step.done += 1;
        }
        self.page.progress.done = step.done;
        (later.len() > 0).then_some(Step::SweepMembers(step))
    }
}
