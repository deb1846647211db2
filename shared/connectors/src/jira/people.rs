//! Step: the accounts.

use super::{
    api::may_not,
    cursor::{BoardsStep, OffsetStep, Step},
    map, points,
    run::{Run, count},
    wire::{self, account_id_of},
};
use crate::{
    Failure,
    json::{Read, elements, read_each},
};
use plumbline_domain::{Fact, Listing};

/// Accounts in an answer.
pub(super) const PER_PAGE: u32 = 1_000;

impl Run<'_> {
    /// `/rest/api/3/users/search`: people, apps and customers, inactive and deleted ones, too. A page may be short of
    /// what was asked for, so only an empty one is the end. Credentials that may not see them cost the accounts and
    /// nothing else.
    pub(super) async fn users(&mut self, mut step: OffsetStep) -> Result<Option<Step>, Failure> {
        let after = Ok(Some(Step::Boards(BoardsStep::default())));
        let (start, most) = (step.start.to_string(), PER_PAGE.to_string());
        let query = [("startAt", start.as_str()), ("maxResults", most.as_str())];
        let answer = match self.api.get(&["rest", "api", "3", "users", "search"], &query).await {
            Ok(answer) => answer,
            Err(refused) if may_not(&refused) => {
                self.notice(
                    "Jira does not let this account see the site's accounts: give it the permission Browse users and groups.",
                );
                self.show("accounts", 0, None);
                return after;
            }
            Err(refused) => return Err(refused.into()),
        };
        let records = elements(&answer.body)?;
        self.api.spend(points::of_users(count(records.len())));
        let Read { items, broken } = read_each::<wire::User>(&records, account_id_of)?;
        step.unsure |= self.quarantine_all("account", &broken);
        let known = broken.iter().filter_map(|one| one.id.as_deref()).filter_map(map::account_id);
        let mut ids: Vec<String> = known.map(|id| id.to_string()).collect();
        for user in items {
            if let Some(account) = map::account(user, self.started) {
                ids.push(account.id.to_string());
                self.tell(Fact::Account(account));
            } else {
                step.unsure = true;
                self.quarantine("account", "its id cannot be one");
            }
        }
        let (step, last) = self.following("accounts", step, &records, false);
        self.show("accounts", step.start, None);
        self.list(Listing::Accounts(map::PROVIDER), ids, last && !step.unsure);
        if last { after } else { Ok(Some(Step::Users(step))) }
    }
}
