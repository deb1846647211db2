//! Whose rows a caller is shown, and which narrowed numbers.

use crate::{access::TeamAccess, problem::Problem};
use futures::future::BoxFuture;
use plumbline_auth::{Sight, roles::LEAST_GROUP};
use plumbline_domain::{Membership, Role, VendorId};
use plumbline_export::own_member;
use plumbline_identity::Member;
use plumbline_store::User;
use std::collections::BTreeSet;

impl TeamAccess {
    /// The member who asks, where somebody signed in and is known among the team's people.
    pub(crate) fn own_member(&self) -> BoxFuture<'_, Result<Option<Member>, Problem>> {
        Box::pin(self.find_own_member())
    }

    async fn find_own_member(&self) -> Result<Option<Member>, Problem> {
        let Some(user) = &self.user else { return Ok(None) };
        let store = &self.app.store;
        let (members, accounts) = futures::try_join!(store.load_members(self.id()), store.load_accounts(self.id()))?;
        Ok(own_member(user, &members, &accounts).cloned())
    }

    /// Whose rows are shown to whoever asks; the audit log is told.
    pub(crate) fn sight(&self) -> BoxFuture<'_, Result<Sight, Problem>> {
        Box::pin(self.find_sight())
    }

    async fn find_sight(&self) -> Result<Sight, Problem> {
        let Some(user) = self.user.as_ref().filter(|_| self.role() != Some(Role::Admin)) else {
            self.trail.shows_everybody();
            return Ok(Sight::Everybody);
        };
        let store = &self.app.store;
        let leads = self.role() == Some(Role::Lead);
        let groups = async { if leads { store.load_groups(self.id()).await } else { Ok((Vec::new(), Vec::new())) } };
        let (members, accounts, (_, memberships)) =
            futures::try_join!(store.load_members(self.id()), store.load_accounts(self.id()), groups)?;
        self.trail.shows_only_oneself();
        let led: &[VendorId] = if leads { &user.leads } else { &[] };
        for group in led {
            self.trail.shows_group(group);
        }
        let own = own_member(user, &members, &accounts);
        Ok(Sight::Only(seen(user, own, led, &members, &memberships)))
    }
}

/// That what was asked for would show individuals.
pub(crate) fn too_few() -> Problem {
    Problem::forbidden(
        "too-few-people",
        format!(
            "These numbers would be of fewer than {LEAST_GROUP} people, or would leave fewer than {LEAST_GROUP} others to \
             be told from the whole. Ask for a larger group."
        ),
    )
}

/// The accounts of oneself and of the people in the groups that one leads.
fn seen(
    user: &User,
    own: Option<&Member>,
    led: &[VendorId],
    members: &[Member],
    memberships: &[Membership],
) -> BTreeSet<VendorId> {
    let in_groups = memberships
        .iter()
        .filter(|membership| membership.gone_at.is_none() && led.contains(&membership.group))
        .map(|membership| membership.account.clone());
    let mut seen: BTreeSet<VendorId> = in_groups.chain(user.accounts.iter().cloned()).collect();
    for member in members {
        let is_seen = own == Some(member) || member.accounts.iter().any(|link| seen.contains(&link.account));
        if is_seen {
            seen.extend(member.accounts.iter().map(|link| link.account.clone()));
        }
    }
    seen
}
