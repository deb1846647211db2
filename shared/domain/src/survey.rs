//! Messages to `survey`: merges from `ingest`, what is due from `schedule`, what people do from `slack-webhook`; and to
//! `notify`: what is due from `schedule`.

use crate::ids::{PullRequestKey, TeamId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// What the queue of `survey` carries. Every message may arrive twice, late and in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SurveyMessage {
    /// A pull request was merged, as GitHub's webhook said.
    Merged {
        /// A team that connected its repository.
        team_id: TeamId,
        /// Which one.
        pull_request: PullRequestKey,
        /// `owner/name` of its repository.
        repository: String,
        /// When.
        merged_at: Timestamp,
    },
    /// Something of a survey is due: a message not sent yet, or its end.
    Due {
        /// Whose.
        team_id: TeamId,
        /// The survey's pull request.
        pull_request: PullRequestKey,
    },
    /// Somebody did something in Slack.
    Slack(SlackEvent),
}

/// Something that a person, or the workspace, did in Slack: verified, but not yet matched with a team or a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackEvent {
    /// Slack's id of the workspace (`T0001`).
    pub workspace: String,
    /// Slack's id of the person (`U0001`), from the signed payload alone; `None` where the workspace itself acted.
    pub user: Option<String>,
    /// When it came in.
    pub received_at: Timestamp,
    /// What it was.
    pub what: SlackAction,
}

/// What can be done in Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum SlackAction {
    /// A button was clicked: Slack sends one action per click.
    Click {
        /// The button's `action_id`.
        action_id: String,
        /// The button's `value`: from the sender's side, so that nothing in it is to be believed.
        value: String,
        /// The channel of the message it is in; `None` in the App Home.
        channel: Option<String>,
        /// The `ts` of the message it is in; `None` in the App Home.
        message: Option<String>,
        /// Where an answer that only this person sees can be posted, for 30 minutes; `None` in the App Home.
        response_url: Option<String>,
    },
    /// The slash command.
    Command {
        /// What follows `/plumbline`.
        text: String,
        /// Where the answer can be posted.
        response_url: String,
    },
    /// Somebody opened the app's home.
    HomeOpened,
    /// The workspace took the app's tokens back, or removed the app.
    Uninstalled,
}

/// What the queue of `notify` carries. Every message may arrive twice, late and in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotifyMessage {
    /// A team's leaderboard is due, or an attempt to post it is to be looked after.
    Leaderboard {
        /// Whose.
        team_id: TeamId,
        /// The Monday of the week that it covers.
        week: Date,
    },
}
