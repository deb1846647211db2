//! What a team can set about its surveys and its leaderboard.

use plumbline_domain::parse_time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A team's settings. What is left out has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SurveySettings {
    /// Whether anybody is asked; default yes.
    pub surveys: bool,
    /// Whether reviewers learn if they guessed right; default yes.
    pub reveals: bool,
    /// Share of merged pull requests that are surveyed, 0 to 1; default all.
    pub sampling_rate: f64,
    /// Share of surveys whose author is asked whatever was detected, 0 to 1; default 0.1.
    pub control_rate: f64,
    /// Most surveys in which a person is asked a day, in the team's time zone; default no limit.
    pub daily_cap: Option<u32>,
    /// The day on which the leaderboard is posted; default Monday.
    pub leaderboard_weekday: Weekday,
    /// The time at which it is, `HH:MM` in the team's time zone; default 09:00.
    pub leaderboard_at: String,
    /// Slack's id of the channel (`C0123ABCD`) that it is posted to; without one it is not.
    pub leaderboard_channel: Option<String>,
}

impl Default for SurveySettings {
    fn default() -> Self {
        Self {
            surveys: true,
            reveals: true,
            sampling_rate: 1.0,
            control_rate: 0.1,
            daily_cap: None,
            leaderboard_weekday: Weekday::Monday,
            leaderboard_at: "09:00".to_owned(),
            leaderboard_channel: None,
        }
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<Weekday> for jiff::civil::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// Why settings are not accepted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A share outside 0 to 1.
    #[error("`{field}` is {value}: use a number from 0 (none) to 1 (all)")]
    Rate {
        /// Of which field.
        field: &'static str,
        /// What it was.
        value: f64,
    },
    /// A cap of nobody.
    #[error("`daily_cap` is 0: use 1 or more, null for no limit, or `surveys: false` to ask nobody")]
    Cap,
    /// No time of day.
    #[error("`leaderboard_at` is `{0}`: use HH:MM, 24 hours, such as 09:00")]
    Time(String),
    /// No channel's id.
    #[error(
        "`leaderboard_channel` is `{0}`: use the channel's id (C0123ABCD), which Slack shows at the end of the channel's \
         details"
    )]
    Channel(String),
}

impl SurveySettings {
    /// Whether they can be used as they are.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (field, value) in [("sampling_rate", self.sampling_rate), ("control_rate", self.control_rate)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(SettingsError::Rate { field, value });
            }
        }
        if self.daily_cap == Some(0) {
            return Err(SettingsError::Cap);
        }
        if parse_time(&self.leaderboard_at).is_none() {
            return Err(SettingsError::Time(self.leaderboard_at.clone()));
        }
        match &self.leaderboard_channel {
            Some(channel) if !is_channel(channel) => Err(SettingsError::Channel(channel.clone())),
            _ => Ok(()),
        }
    }
}

/// Slack's ids of channels: `C` or `G` (an old private one), then capitals and digits.
fn is_channel(id: &str) -> bool {
    id.strip_prefix(['C', 'G']).is_some_and(|rest| {
        (2..=20).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
