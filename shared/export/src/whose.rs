//! Which of a team's people a user is.

use plumbline_domain::{Account, VendorId};
use plumbline_identity::{Member, member_of_account};
use plumbline_store::User;
use std::collections::BTreeSet;

/// The member that a user is: as an admin said, else by an account that signing in proved, else by an address that both
/// the issuer and a vendor checked.
pub fn own_member<'a>(user: &User, members: &'a [Member], accounts: &[Account]) -> Option<&'a Member> {
    let by_id = |id| members.iter().find(|member| member.id == id);
    let of = |account: &VendorId| member_of_account(members, account).cloned().and_then(by_id);
    if let Some(id) = &user.member {
        let named = by_id(id.clone())?;
        return match &named.merged_into {
            Some(other) => by_id(other.clone()),
            None => Some(named),
        };
    }
    if let Some(member) = user.accounts.iter().find_map(of) {
        return Some(member);
    }
    let address = user.email.as_deref()?;
    let proved = |account: &&Account| {
        account.email.as_ref().is_some_and(|email| email.verified && email.address.eq_ignore_ascii_case(address))
    };
    accounts.iter().filter(proved).find_map(|account| of(&account.id))
}

/// All accounts of a user: those of the member they are, and those that signing in proved.
pub fn own_accounts(user: &User, own: Option<&Member>) -> BTreeSet<VendorId> {
    let of_member = own.into_iter().flat_map(|member| &member.accounts).map(|link| link.account.clone());
    user.accounts.iter().cloned().chain(of_member).collect()
}
