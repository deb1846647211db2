//! Questions, answers, and who gives them.

use jiff::Timestamp;
use plumbline_domain::MemberId;
use serde::{Deserialize, Serialize};

/// An answer that was given: it is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given<T> {
    /// The answer.
    pub value: T,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub from: Origin,
}

/// Where an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// By a button in the direct message.
    Slack,
    /// In the app's home in Slack.
    AppHome,
    /// On the web, signed in.
    Web,
}

/// A rating; serialised as 1, 2 or 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Quality {
    /// 1: could be better.
    CouldBeBetter,
    /// 2: OK.
    Ok,
    /// 3: super.
    Super,
}

impl From<Quality> for u8 {
    fn from(quality: Quality) -> Self {
        match quality {
            Quality::CouldBeBetter => 1,
            Quality::Ok => 2,
            Quality::Super => 3,
        }
    }
}

impl TryFrom<u8> for Quality {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::CouldBeBetter),
            2 => Ok(Self::Ok),
            3 => Ok(Self::Super),
            _ => Err(format!("{number} is not a rating: use 1 (could be better), 2 (OK) or 3 (super)")),
        }
    }
}

/// A question of the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// To the author: was it AI-assisted?
    Assisted,
    /// To a reviewer: how good is it?
    Quality,
    /// To a reviewer: do you think that it was AI-assisted?
    Guess,
}

/// An answer to a question: `{"question": "quality", "answer": 2}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "question", content = "answer")]
pub enum Answer {
    /// The author's.
    Assisted(bool),
    /// A reviewer's rating.
    Quality(Quality),
    /// A reviewer's guess.
    Guess(bool),
}

impl Answer {
    /// What it answers.
    pub fn question(self) -> Question {
        match self {
            Self::Assisted(_) => Question::Assisted,
            Self::Quality(_) => Question::Quality,
            Self::Guess(_) => Question::Guess,
        }
    }
}

/// Who acts, as the caller has proved it: by Slack's signed payload or by a session, never by what a button carries.
/// Give all that is known; a participant is found by the Slack id first, then by the member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Slack's id of the person.
    pub slack_user: Option<String>,
    /// The member.
    pub member: Option<MemberId>,
}
