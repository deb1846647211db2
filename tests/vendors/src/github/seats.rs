//! Copilot seats and the enterprise's licences.
//!
//! <https://docs.github.com/en/rest/copilot/copilot-user-management>
//! <https://docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/licensing>

use super::{json, model::Role, rest::Asked, state::State};
use crate::service::Reply;
use jiff::{
    Timestamp,
    civil::Date,
    tz::{self, TimeZone},
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A Copilot seat.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Whose; of deleted accounts GitHub answers `null`.
    pub assignee: Option<u64>,
    /// When it was assigned.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_activity_at: Option<Timestamp>,
    /// With what.
    pub last_activity_editor: Option<String>,
    /// The day on which it ends.
    pub pending_cancellation: Option<Date>,
    /// Ids of the teams that grant it: the enterprise lists it once for each.
    pub granted_by: Vec<u64>,
}

/// The enterprise that the organization belongs to.
#[derive(Debug, Clone)]
pub struct Enterprise {
    /// Its id.
    pub id: u64,
    /// The `{enterprise}` of addresses.
    pub slug: String,
    /// Licences bought.
    pub purchased: u64,
    /// Work e-mails by account id, as single sign-on knows them.
    pub identities: BTreeMap<u64, String>,
    /// E-mails of those who use an Enterprise Server alone: no login, and empty texts for all that belongs to one.
    pub server_only: Vec<String>,
}

impl Enterprise {
    pub(super) fn of(organization: &str) -> Self {
        Self {
            id: 4_242,
            slug: format!("{organization}-group"),
            purchased: 150,
            identities: BTreeMap::new(),
            server_only: Vec::new(),
        }
    }
}

/// The offset that GitHub answers these instants with.
fn with_offset(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(tz::offset(-6))).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn seat(state: &State, seat: &Seat, team: Option<u64>, of_enterprise: bool) -> Value {
    let last = seat.last_activity_at.map(with_offset);
    let updated = seat.last_activity_at.unwrap_or(seat.created_at).max(seat.created_at);
    let mut shown = json!({
        "created_at": with_offset(seat.created_at), "updated_at": with_offset(updated),
        "pending_cancellation_date": seat.pending_cancellation, "last_activity_at": last,
        "last_activity_editor": seat.last_activity_editor, "assignee": json::user(state, seat.assignee),
    });
    let map: &mut Map<String, Value> = shown.as_object_mut().expect("it is an object");
    // Only `created_at` is sure to be there.
    match seat.assignee.unwrap_or(0) % 9 {
        3 => {}
        4 => {
            map.insert("plan_type".into(), "unknown".into());
            map.remove("pending_cancellation_date");
        }
        _ => {
            map.insert("plan_type".into(), "business".into());
            map.insert("last_authenticated_at".into(), last.into());
        }
    }
    if let Some(team) = team.and_then(|id| state.teams.get(&id)) {
        map.insert("assigning_team".into(), json::team(state, team));
    }
    if of_enterprise {
        map.insert("organization".into(), json::owner(state, &state.organization.login));
    }
    shown
}

fn distinct(state: &State) -> usize {
    let known: BTreeSet<_> = state.copilot.iter().filter_map(|seat| seat.assignee).collect();
    known.len() + state.copilot.iter().filter(|seat| seat.assignee.is_none()).count()
}

/// `GET /orgs/{org}/copilot/billing`.
pub(super) fn billing(state: &State) -> Reply {
    let cycle = state.now().to_zoned(TimeZone::UTC).date().first_of_month();
    let start = cycle.to_zoned(TimeZone::UTC).expect("in range").timestamp();
    let count = |test: &dyn Fn(&Seat) -> bool| state.copilot.iter().filter(|seat| test(seat)).count();
    let active = count(&|seat| seat.last_activity_at.is_some_and(|at| at >= start));
    Reply::ok(json!({
        "seat_breakdown": {
            "total": state.copilot.len(), "added_this_cycle": count(&|seat| seat.created_at >= start),
            "pending_invitation": 0, "pending_cancellation": count(&|seat| seat.pending_cancellation.is_some()),
            "active_this_cycle": active, "inactive_this_cycle": state.copilot.len() - active,
        },
        "seat_management_setting": "assign_selected", "ide_chat": "enabled", "platform_chat": "enabled",
        "cli": "enabled", "public_code_suggestions": "block", "plan_type": "business",
    }))
}

/// `GET /orgs/{org}/copilot/billing/seats`: once for each person.
pub(super) fn of_organization(asked: &Asked<'_>) -> Reply {
    let state = asked.state;
    let canonical = format!("organizations/{}/copilot/billing/seats", state.organization.id);
    let total = distinct(state);
    asked.page_in(
        (&canonical, 50),
        &state.copilot,
        |one| seat(state, one, one.granted_by.first().copied(), false),
        |seats| json!({"total_seats": total, "seats": seats}),
    )
}

/// `GET /enterprises/{enterprise}/copilot/billing/seats`: once for each team that grants the seat.
pub(super) fn of_enterprise(asked: &Asked<'_>) -> Reply {
    let state = asked.state;
    let canonical = format!("enterprises/{}/copilot/billing/seats", state.enterprise.slug);
    let total = distinct(state);
    let mut rows: Vec<(&Seat, Option<u64>)> = Vec::new();
    for seat in &state.copilot {
        if seat.granted_by.is_empty() {
            rows.push((seat, None));
        }
        rows.extend(seat.granted_by.iter().map(|&team| (seat, Some(team))));
    }
    asked.page_in(
        (&canonical, 50),
        &rows,
        |(one, team)| seat(state, one, *team, true),
        |seats| json!({"total_seats": total, "seats": seats}),
    )
}

/// `GET /enterprises/{enterprise}/consumed-licenses`.
pub(super) fn consumed(asked: &Asked<'_>) -> Reply {
    let state = asked.state;
    let enterprise = &state.enterprise;
    let canonical = format!("enterprises/{}/consumed-licenses", enterprise.slug);
    let members = state.members.iter().filter(|(id, _)| state.actor(Some(**id)).is_some());
    let mut rows: Vec<Consumer<'_>> = members.map(|(&id, &role)| Consumer::Member(id, role)).collect();
    rows.extend(enterprise.server_only.iter().enumerate().map(|(n, email)| Consumer::ServerOnly(n, email)));
    let total = rows.len();
    asked.page_in(
        (&canonical, 30),
        &rows,
        |consumer| match *consumer {
            Consumer::Member(id, role) => licence(state, id, role),
            Consumer::ServerOnly(n, email) => server_only(n, email),
        },
        |users| json!({"total_seats_consumed": total, "total_seats_purchased": enterprise.purchased, "users": users}),
    )
}

/// Whose a licence is.
enum Consumer<'a> {
    Member(u64, Role),
    ServerOnly(usize, &'a str),
}

/// What is absent is an empty text, never `null`.
fn licence(state: &State, id: u64, role: Role) -> Value {
    let user = &state.users[&id];
    let identity = state.enterprise.identities.get(&id);
    let role = if role == Role::Admin { "Owner" } else { "Member" };
    let verified: Vec<&String> = identity.into_iter().filter(|_| !id.is_multiple_of(5)).collect();
    json!({
        "github_com_login": user.login, "github_com_name": user.name.clone().unwrap_or_default(),
        "enterprise_server_user_ids": [], "github_com_user": true, "enterprise_server_user": false,
        "visual_studio_subscription_user": false, "license_type": "enterprise",
        "github_com_profile": format!("{}/{}", state.html(), user.login),
        "github_com_member_roles": [format!("{}:{role}", state.organization.login)],
        "github_com_enterprise_roles": if id.is_multiple_of(60) { vec!["owner"] } else { Vec::new() },
        "github_com_verified_domain_emails": verified,
        "github_com_saml_name_id": identity.cloned().unwrap_or_default(),
        "github_com_orgs_with_pending_invites": [], "github_com_two_factor_auth": !id.is_multiple_of(13),
        "enterprise_server_emails": [], "visual_studio_license_status": "", "visual_studio_subscription_email": "",
        "total_user_accounts": 1,
    })
}

fn server_only(n: usize, email: &str) -> Value {
    json!({
        "github_com_login": "", "github_com_name": "", "enterprise_server_user_ids": [format!("git.acme-rail.example:{}", n + 7)],
        "github_com_user": false, "enterprise_server_user": true, "visual_studio_subscription_user": false,
        "license_type": "enterprise", "github_com_profile": "", "github_com_member_roles": [],
        "github_com_enterprise_role": "", "github_com_enterprise_roles": [], "github_com_verified_domain_emails": [],
        "github_com_saml_name_id": "", "github_com_orgs_with_pending_invites": [], "github_com_two_factor_auth": "",
        "enterprise_server_emails": [email], "visual_studio_license_status": "", "visual_studio_subscription_email": "",
        "total_user_accounts": 1,
    })
}
