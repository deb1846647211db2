//! Keys of the table of surveys.

use super::{Key, escaped, flow_sort, key, month, pull_request_sort, pull_requests_after, team_partition, vendor};
use crate::table::Sort;
use jiff::{Timestamp, civil::Date};
use plumbline_domain::{MemberId, PullRequestKey, RepositoryKey, TeamId, VendorId};

pub(crate) const SURVEY: &str = "#SURVEY#";

/// A pull request's survey, or the record that it has none.
pub(crate) fn survey(team: &TeamId, pull_request: PullRequestKey) -> Key {
    let PullRequestKey { repository, number } = pull_request;
    key(format!("TEAM#{team}{SURVEY}{repository}"), pull_request_sort(number))
}

/// The partition of a repository's surveys, and the sort keys of those with numbers above `after`.
pub(crate) fn surveys_after(team: &TeamId, repository: RepositoryKey, after: Option<u64>) -> (String, Sort) {
    let (from, to) = pull_requests_after(after);
    (format!("TEAM#{team}{SURVEY}{repository}"), Sort::Between(from, to))
}

/// The pull request's number that a survey's sort key has.
pub(crate) fn parse_survey_sort(sk: &str) -> Option<u64> {
    sk.strip_prefix("PR#")?.parse().ok()
}

/// Partition of the rows of surveys of pull requests merged in the UTC month that `at` lies in.
pub(crate) fn survey_rows_partition(team: &TeamId, at: Timestamp) -> String {
    format!("TEAM#{team}#SURVEYS#{}", month(at))
}

pub(crate) fn survey_row(team: &TeamId, pull_request: PullRequestKey, merged_at: Timestamp) -> Key {
    key(survey_rows_partition(team, merged_at), flow_sort(pull_request, merged_at))
}

/// Partition of the surveys in which an account takes part.
pub(crate) fn asked_partition(team: &TeamId, account: &VendorId) -> String {
    format!("TEAM#{team}#ASKED#{}", vendor(account))
}

pub(crate) fn asked(team: &TeamId, account: &VendorId, pull_request: PullRequestKey, merged_at: Timestamp) -> Key {
    key(asked_partition(team, account), flow_sort(pull_request, merged_at))
}

pub(crate) fn survey_settings(team: &TeamId) -> Key {
    key(team_partition(team), "SURVEY_SETTINGS")
}

pub(crate) const OPT_OUTS: &str = "OPTOUT#";

/// Whether a member wants to be asked.
pub(crate) fn opt_out(team: &TeamId, member: &MemberId) -> Key {
    key(team_partition(team), format!("{OPT_OUTS}{}", escaped(member.as_str())))
}

/// How often a member was asked on a day of the team's.
pub(crate) fn cap(team: &TeamId, member: &MemberId, date: Date) -> Key {
    key(team_partition(team), format!("CAP#{}#{date}", escaped(member.as_str())))
}

const LEADERBOARD: &str = "LEADERBOARD";

/// What the keys of a team's leaderboards begin with.
pub(crate) const LEADERBOARDS: &str = "LEADERBOARD#";

/// When a team's next leaderboard is due.
pub(crate) fn next_leaderboard(team: &TeamId) -> Key {
    key(team_partition(team), LEADERBOARD)
}

/// The leaderboard of a week, by its Monday.
pub(crate) fn leaderboard(team: &TeamId, week: Date) -> Key {
    key(team_partition(team), format!("{LEADERBOARDS}{week}"))
}

/// What an item of the index by due time is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// Something of a survey: a message not sent yet, its end.
    Survey {
        /// Whose.
        team_id: TeamId,
        /// Of which pull request.
        pull_request: PullRequestKey,
    },
    /// A team's next leaderboard, which nobody has begun.
    Leaderboard {
        /// Whose.
        team_id: TeamId,
    },
    /// A leaderboard that was begun.
    Post {
        /// Whose.
        team_id: TeamId,
        /// The Monday of its week.
        week: Date,
    },
}

impl Due {
    /// Whose.
    pub fn team_id(&self) -> &TeamId {
        let (Self::Survey { team_id, .. } | Self::Leaderboard { team_id } | Self::Post { team_id, .. }) = self;
        team_id
    }

    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Survey { team_id, pull_request } => survey(team_id, *pull_request),
            Self::Leaderboard { team_id } => next_leaderboard(team_id),
            Self::Post { team_id, week } => leaderboard(team_id, *week),
        }
    }

    /// What an item's key is about; `None` for items that are never due.
    pub(crate) fn parse(key: &Key) -> Option<Self> {
        let team = key.pk.strip_prefix("TEAM#")?;
        if let Some((team, repository)) = team.split_once(SURVEY) {
            let (provider, id) = repository.split_once(':')?;
            let repository = RepositoryKey { provider: provider.parse().ok()?, id: id.parse().ok()? };
            let number = key.sk.strip_prefix("PR#")?.parse().ok()?;
            let pull_request = PullRequestKey { repository, number };
            return Some(Self::Survey { team_id: team.parse().ok()?, pull_request });
        }
        let team_id = team.parse().ok()?;
        match key.sk.strip_prefix(LEADERBOARD)?.strip_prefix('#') {
            None => Some(Self::Leaderboard { team_id }),
            Some(week) => Some(Self::Post { team_id, week: week.parse().ok()? }),
        }
    }
}
