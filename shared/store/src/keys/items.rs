//! What an item of a team is, by its key: for whoever goes through whole tables.

use super::{
    API_TOKENS, CONNECTIONS, DECISIONS, INVITATIONS, JOB_SLOTS, JOBS, Key, MEMBERS, OPT_OUTS, SESSIONS, SURVEY, SYNCS,
    USERS, team_partition,
};
use plumbline_domain::{MemberId, PullRequestKey, RepositoryKey, TeamId, UserId};

/// An item of the table of surveys.
pub(crate) enum SurveyItem {
    /// A survey.
    Survey(PullRequestKey),
    /// A person's record of a survey.
    Asked,
    /// A member's opt-out, or how often they were asked on a day.
    OfMember(MemberId),
    /// Names nobody by itself.
    Other,
}

pub(crate) fn survey_item(team: &TeamId, key: &Key) -> SurveyItem {
    let Some(rest) = key.pk.strip_prefix(&team_partition(team)) else { return SurveyItem::Other };
    if let Some(repository) = rest.strip_prefix(SURVEY) {
        return survey_of(repository, &key.sk).map_or(SurveyItem::Other, SurveyItem::Survey);
    }
    if rest.starts_with("#ASKED#") {
        return SurveyItem::Asked;
    }
    let member = key.sk.strip_prefix(OPT_OUTS).or_else(|| key.sk.strip_prefix("CAP#"));
    let member = member.and_then(|rest| rest.split('#').next()?.parse().ok());
    member.filter(|_| rest.is_empty()).map_or(SurveyItem::Other, SurveyItem::OfMember)
}

fn survey_of(repository: &str, sk: &str) -> Option<PullRequestKey> {
    let (provider, id) = repository.split_once(':')?;
    let repository = RepositoryKey { provider: provider.parse().ok()?, id: id.parse().ok()? };
    Some(PullRequestKey { repository, number: sk.strip_prefix("PR#")?.parse().ok()? })
}

/// An item of the table of accounts.
pub(crate) enum AccountItem {
    /// The team itself.
    Team,
    /// A connection.
    Connection,
    /// A member.
    Member,
    /// An admin's decision about an identity.
    Decision,
    /// The map of accounts of one person.
    SamePerson,
    /// Somebody who may sign in.
    User,
    /// That somebody was removed.
    Removed(UserId),
    /// An invitation.
    Invitation,
    /// An API token.
    Token,
    /// An entry of the audit log.
    Audit,
    /// Names nobody.
    Other,
}

pub(crate) fn account_item(team: &TeamId, key: &Key) -> AccountItem {
    let Key { pk, sk } = key;
    match pk.strip_prefix(&team_partition(team)) {
        Some(rest) if rest.starts_with("#AUDIT#") => AccountItem::Audit,
        Some("") => match sk.as_str() {
            "TEAM" => AccountItem::Team,
            "SAME_PERSON" => AccountItem::SamePerson,
            sk if sk.starts_with(CONNECTIONS) => AccountItem::Connection,
            sk if sk.starts_with(MEMBERS) => AccountItem::Member,
            sk if sk.starts_with(DECISIONS) => AccountItem::Decision,
            sk if sk.starts_with(USERS) => AccountItem::User,
            sk if sk.starts_with(INVITATIONS) => AccountItem::Invitation,
            sk if sk.starts_with(API_TOKENS) => AccountItem::Token,
            sk => {
                let removed = sk.strip_prefix("REMOVED#").and_then(|user| user.parse().ok());
                removed.map_or(AccountItem::Other, AccountItem::Removed)
            }
        },
        _ => AccountItem::Other,
    }
}

/// An item of the state table.
pub(crate) enum StateItem {
    /// The record of a connection's runs.
    Sync,
    /// What a connector remembers.
    Mark,
    /// A long job.
    Job,
    /// Which job is the latest of a slot, by the slot's name.
    JobSlot(String),
    /// A session of somebody, of whatever team.
    Session,
    /// Names nobody: hashes and numbers.
    Other,
}

pub(crate) fn state_item(team: &TeamId, key: &Key) -> StateItem {
    match key.pk.strip_prefix(&team_partition(team)) {
        Some("") if key.sk.starts_with(SYNCS) => StateItem::Sync,
        Some("") if key.sk.starts_with(JOBS) => StateItem::Job,
        Some("") if key.sk.starts_with(JOB_SLOTS) => StateItem::JobSlot(key.sk.clone()),
        Some(rest) if rest.starts_with("#MARKS#") => StateItem::Mark,
        None if key.pk.starts_with(SESSIONS) => StateItem::Session,
        _ => StateItem::Other,
    }
}

/// Whether a partition has rows of pull requests.
pub(crate) fn is_flow_partition(team: &TeamId, pk: &str) -> bool {
    pk.strip_prefix(&team_partition(team)).is_some_and(|rest| rest.starts_with("#FLOW#"))
}

/// Whether an item is a long job's.
pub(crate) fn is_job(team: &TeamId, key: &Key) -> bool {
    key.pk == team_partition(team) && (key.sk.starts_with(JOBS) || key.sk.starts_with(JOB_SLOTS))
}
