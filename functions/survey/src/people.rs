//! Who is who: the accounts at the code host, the members, the people in Slack.

use plumbline_domain::{MemberId, Provider, VendorId};
use plumbline_identity::{Member, member_of_account};
use plumbline_survey::PersonView;
use std::collections::{BTreeMap, BTreeSet};

/// Members as the survey needs them.
pub(crate) struct People<'a> {
    members: &'a [Member],
    /// Those who opted out, aliases resolved.
    opted_out: BTreeSet<&'a MemberId>,
}

impl<'a> People<'a> {
    pub(crate) fn new(members: &'a [Member], opt_outs: &'a BTreeSet<MemberId>) -> Self {
        let stands_for: BTreeMap<&MemberId, &MemberId> =
            members.iter().filter_map(|member| Some((&member.id, member.merged_into.as_ref()?))).collect();
        let opted_out = opt_outs.iter().map(|id| stands_for.get(id).copied().unwrap_or(id)).collect();
        Self { members, opted_out }
    }

    /// The team's accounts at the code host, with what is known of the people behind them.
    pub(crate) fn at_code_host(
        &self,
        provider: Provider,
        is_in_slack: bool,
        asked_today: &BTreeMap<MemberId, u32>,
    ) -> BTreeMap<VendorId, PersonView> {
        let mut people = BTreeMap::new();
        for member in self.members {
            let view = PersonView {
                member: Some(member.id.clone()),
                slack_user: slack_user(member).filter(|_| is_in_slack),
                opted_out: self.is_opted_out(&member.id),
                asked_today: asked_today.get(&member.id).copied().unwrap_or_default(),
            };
            for link in member.accounts.iter().filter(|link| link.account.provider == provider) {
                people.insert(link.account.clone(), view.clone());
            }
        }
        people
    }

    /// The members behind accounts at the code host.
    pub(crate) fn behind(&self, accounts: &BTreeSet<VendorId>) -> BTreeSet<MemberId> {
        let is_one = |member: &&Member| member.accounts.iter().any(|link| accounts.contains(&link.account));
        self.members.iter().filter(is_one).map(|member| member.id.clone()).collect()
    }

    /// The member that a person in Slack is.
    pub(crate) fn in_slack(&self, user: &str) -> Option<&'a Member> {
        let id = member_of_account(self.members, &VendorId::new(Provider::Slack, user))?;
        self.members.iter().find(|member| member.id == *id)
    }

    pub(crate) fn is_opted_out(&self, member: &MemberId) -> bool {
        self.opted_out.contains(member)
    }
}

/// Slack's id of a member: the first, where there are several.
fn slack_user(member: &Member) -> Option<String> {
    let link = member.accounts.iter().find(|link| link.account.provider == Provider::Slack)?;
    Some(link.account.id.clone())
}

/// All accounts of a member but those in Slack: by which they take part in surveys.
pub(crate) fn accounts(member: &Member) -> BTreeSet<VendorId> {
    member.accounts.iter().map(|link| link.account.clone()).filter(|id| id.provider != Provider::Slack).collect()
}
