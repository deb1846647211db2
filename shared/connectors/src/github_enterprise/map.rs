//! From rows of licences to facts.
//!
//! Rows have no numeric id, so an account is known by the first of these that its row has:
//!
//! | id | when |
//! |---|---|
//! | `monalisa` | its login on github.com, in lower case |
//! | `server:ghe.example.com:123` | it has an account on an Enterprise Server only; of several, the first in order |
//! | `saml:<hash>` | it is known to single sign-on only |
//! | `visual_studio:<hash>` | it has a Visual Studio subscription only |
//!
//! (`other:<hash>` where one of them has characters that no id may have.) The last two hold a hash, since what they are made from is mostly an e-mail address, and ids are never erased. Who
//! gets another id, such as with the first login, is gone under the old one.

use super::wire::Licence;
use crate::github::hash;
use jiff::Timestamp;
use plumbline_domain::{Account, ActorKind, Email, Fact, Record, Seat, VendorId};
use std::collections::BTreeSet;

/// The product of the facts.
pub(super) const PRODUCT: &str = "github_enterprise";

/// Whose the licence is; `None`: nothing tells it apart.
pub(super) fn id(licence: &Licence) -> Option<VendorId> {
    let hashed = |kind: &str, text: &String| format!("{kind}:{}", hash::short(text.to_lowercase().as_bytes()));
    let server = || licence.server_users.iter().min().map(|user| format!("server:{user}"));
    let saml = || licence.saml_name_id.as_ref().map(|name| hashed("saml", name));
    let visual_studio =
        || licence.visual_studio_subscription_email.as_ref().map(|email| hashed("visual_studio", email));
    let id = licence.login.as_ref().map(|login| login.to_lowercase());
    let id = id.or_else(server).or_else(saml).or_else(visual_studio)?;
    // Parsed, since an id with another shape would break a key.
    let id = format!("{PRODUCT}:{id}").parse().or_else(|_| format!("{PRODUCT}:{}", hashed("other", &id)).parse());
    id.ok()
}

/// The account and its seat.
pub(super) fn facts(licence: Licence, id: VendorId, started: Timestamp) -> [Fact; 2] {
    let status = status(&licence);
    let role = if is_owner(&licence) { "owner" } else { "member" };
    let email = email(&licence);
    let named = licence.login.or(licence.saml_name_id).or(licence.visual_studio_subscription_email);
    let account = Account {
        id: id.clone(),
        login: named.unwrap_or_else(|| id.id.clone()),
        kind: ActorKind::User,
        name: licence.name,
        role: Some(role.into()),
        member: Some(true),
        email,
        commit_emails: BTreeSet::new(),
        active: Some(true),
        seen_at: started,
    };
    let seat = Seat {
        seen_at: started,
        gone_at: None,
        product: PRODUCT.into(),
        account: id,
        status,
        used: true,
        plan: licence.license_type,
        assigned_at: None,
        last_active_at: None,
        activity_source: None,
        granted_by: Vec::new(),
    };
    [Fact::Account(account), Fact::Record(Record::Seat(seat))]
}

/// `active` with an account; else Visual Studio's word in lower case (`pending_invitation`).
fn status(licence: &Licence) -> String {
    if licence.login.is_some() || !licence.server_users.is_empty() {
        return "active".into();
    }
    let status = licence.visual_studio_license_status.as_deref().unwrap_or("no_account");
    status.to_lowercase().replace(' ', "_")
}

/// Of the enterprise, or of an organisation in it.
fn is_owner(licence: &Licence) -> bool {
    let of_enterprise = licence.enterprise_roles.iter().any(|role| role.eq_ignore_ascii_case("owner"));
    let owns = |role: &String| role.rsplit_once(':').is_some_and(|(_, role)| role.trim().eq_ignore_ascii_case("owner"));
    of_enterprise || licence.member_roles.iter().any(owns)
}

/// The first at a domain that the enterprise verified; without an account on github.com, the one that is known at all.
fn email(licence: &Licence) -> Option<Email> {
    let verified = licence.verified_emails.first().map(|address| Email { address: address.clone(), verified: true });
    let other = || licence.server_emails.first().or(licence.visual_studio_subscription_email.as_ref());
    verified.or_else(|| {
        let address = other().filter(|_| licence.login.is_none())?;
        Some(Email { address: address.clone(), verified: false })
    })
}
