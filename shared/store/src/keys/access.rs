//! Keys of users, invitations, API tokens, sessions and the audit log.

use super::{Key, key, month, team_partition};
use jiff::Timestamp;
use plumbline_domain::{GrantId, TeamId, UserId};

// accounts

pub(crate) const USERS: &str = "USER#";

/// Somebody who may sign in to a team.
pub(crate) fn user(team: &TeamId, user: &UserId) -> Key {
    key(team_partition(team), format!("{USERS}{user}"))
}

/// That somebody was removed from a team: they do not come back by themselves.
pub(crate) fn removed_user(team: &TeamId, user: &UserId) -> Key {
    key(team_partition(team), format!("REMOVED#{user}"))
}

/// Partition of the teams that somebody may sign in to.
pub(crate) fn lookup_user_teams(user: &UserId) -> String {
    format!("LOOKUP#USER#{user}")
}

pub(crate) fn lookup_user_team(user: &UserId, team: &TeamId) -> Key {
    key(lookup_user_teams(user), team.as_str())
}

pub(crate) const INVITATIONS: &str = "INVITATION#";

pub(crate) fn invitation(team: &TeamId, id: &GrantId) -> Key {
    key(team_partition(team), format!("{INVITATIONS}{id}"))
}

/// Partition of the invitations for the address with this hash.
pub(crate) fn lookup_invited(email_hash: &str) -> String {
    format!("LOOKUP#INVITED#{email_hash}")
}

pub(crate) fn lookup_invitation(email_hash: &str, team: &TeamId, id: &GrantId) -> Key {
    key(lookup_invited(email_hash), format!("{team}#{id}"))
}

/// The invitation that [`lookup_invitation`] put into a sort key.
pub(crate) fn parse_lookup_invitation(sk: &str) -> Option<(TeamId, GrantId)> {
    let (team, id) = sk.split_once('#')?;
    Some((team.parse().ok()?, id.parse().ok()?))
}

/// Partition of the teams that people with addresses of a domain may join.
pub(crate) fn lookup_domain_teams(domain: &str) -> String {
    format!("LOOKUP#DOMAIN#{domain}")
}

pub(crate) fn lookup_domain_team(domain: &str, team: &TeamId) -> Key {
    key(lookup_domain_teams(domain), team.as_str())
}

pub(crate) const API_TOKENS: &str = "TOKEN#";

pub(crate) fn api_token(team: &TeamId, id: &GrantId) -> Key {
    key(team_partition(team), format!("{API_TOKENS}{id}"))
}

/// An API token's team and id, by its hash.
pub(crate) fn lookup_api_token(hash: &str) -> Key {
    key(format!("LOOKUP#TOKEN#{hash}"), "TOKEN")
}

/// Partition of what was done in the UTC month that `at` lies in.
pub(crate) fn audit_partition(team: &TeamId, at: Timestamp) -> String {
    format!("TEAM#{team}#AUDIT#{}", month(at))
}

/// The sort key of an entry: when, and by which request.
pub(crate) fn audit_sort(at: Timestamp, request_id: &str) -> String {
    format!("{:015}#{request_id}", at.as_millisecond().max(0))
}

pub(crate) fn audit(team: &TeamId, at: Timestamp, request_id: &str) -> Key {
    key(audit_partition(team, at), audit_sort(at, request_id))
}

// state

/// What the partitions of sessions begin with.
pub(crate) const SESSIONS: &str = "LOOKUP#SESSION#";

pub(crate) fn lookup_session(hash: &str) -> Key {
    key(format!("{SESSIONS}{hash}"), "SESSION")
}

/// From when on a user's sessions hold.
pub(crate) fn lookup_sessions_valid_from(user: &UserId) -> Key {
    key(format!("LOOKUP#SESSIONS#{user}"), "VALID_FROM")
}

/// A sign-in under way at an issuer, by the hash of its state.
pub(crate) fn lookup_sign_in(state_hash: &str) -> Key {
    key(format!("LOOKUP#SIGN_IN#{state_hash}"), "SIGN_IN")
}

/// What a session or a token may still call, by the hash of its text.
pub(crate) fn lookup_bucket(hash: &str) -> Key {
    key(format!("LOOKUP#BUCKET#{hash}"), "BUCKET")
}
