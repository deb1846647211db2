//! The stored document.

use crate::{
    post::Post,
    question::{Given, Person, Quality, Question},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{MemberId, PullRequestKey, TeamId, VendorId};
use serde::{Deserialize, Serialize};

/// Days from the merge until the buttons expire.
pub const EXPIRES_DAYS: i64 = 7;

/// Days from the merge until nothing is tried any more, however long Slack was down.
pub const CLOSES_DAYS: i64 = 14;

/// A survey of one merged pull request: all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Whose.
    pub team_id: TeamId,
    /// Of which pull request.
    pub key: PullRequestKey,
    /// `owner/name` of its repository.
    pub repository: String,
    /// Title of the pull request.
    pub title: String,
    /// Where it can be read.
    pub url: String,
    /// When it was merged: everything expires [`EXPIRES_DAYS`] later.
    pub merged_at: Timestamp,
    /// When the survey was opened.
    pub opened_at: Timestamp,
    /// Whether the team wants reveals. What counts is its value at the moment when a guess and the truth are both
    /// known: set it from the team's settings before applying an event or taking steps.
    pub reveals: bool,
    /// What the detector found; `None` when it could not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Detection>,
    /// Chosen for the control sample: the author is asked whatever was detected.
    pub control: bool,
    /// Whether AI was used, as far as anybody may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
    /// The author; `None` when the account was deleted or is no person's.
    pub author: Option<Author>,
    /// Everybody else who reviewed before the merge, in the order of their first reviews.
    pub reviewers: Vec<Reviewer>,
}

/// What the detector found in the pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// Signs of AI use.
    pub assisted: bool,
    /// The text denies it ("no AI used"): then signs do not answer for the author, who is asked.
    pub denied: bool,
    /// Names of the tools.
    pub tools: Vec<String>,
    /// Which rule matched what, in the detector's words.
    pub evidence: Vec<String>,
    /// Version of the rules (`2026-11-29`).
    pub version: String,
}

impl Detection {
    /// Whether it answers for the author.
    pub fn answers(&self) -> bool {
        self.assisted && !self.denied
    }
}

/// Whether AI was used, and who says so. Once there it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// AI was used.
    pub assisted: bool,
    /// Who says so.
    pub source: TruthSource,
    /// Since when it is known.
    pub at: Timestamp,
}

/// Who says whether AI was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthSource {
    /// The author.
    Answer,
    /// The author, asked as one of the control sample: a label for the detector.
    Control,
    /// The detector, at once.
    Auto,
    /// The detector, when an author of the control sample had not answered in time: no label.
    Fallback,
}

/// One of a survey's people. The account stands for the person in the survey, who may have others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The account with which they wrote or first reviewed.
    pub account: VendorId,
    /// Its login, for people to read.
    pub login: String,
    /// The member it belonged to when the survey was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Slack's id of the person (`U0001`) when the survey was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack_user: Option<String>,
    /// Whether and where they are asked.
    pub asked: Asked,
    /// They opted out by the button of this survey's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<Timestamp>,
    /// The message with the questions.
    #[serde(default)]
    pub message: QuestionMessage,
}

/// Whether and where somebody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "where", content = "why")]
pub enum Asked {
    /// By a direct message; they can answer on the web as well.
    Slack,
    /// On the web only: a member who is not known in Slack.
    Web,
    /// Not at all.
    Nowhere(WhyNot),
}

/// Why somebody is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// Neither known in Slack nor a member.
    Unreachable,
    /// Opted out of surveys.
    OptedOut,
    /// Was asked as often today as the team allows.
    OverCap,
    /// The author: what was detected answers for them.
    Detected,
}

/// The direct message with somebody's questions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionMessage {
    /// Its way to Slack.
    #[serde(default)]
    pub post: Post,
    /// What it shows; `None` while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<View>,
    /// When an update was begun that nobody finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updating: Option<Timestamp>,
    /// Updates begun so far: the number of the one in flight.
    #[serde(default)]
    pub updates: u32,
    /// It cannot be updated any more: the person deleted it, or Slack refuses for another reason that stays.
    #[serde(default)]
    pub gone: bool,
}

/// What a message of questions shows, apart from its words. Nothing in it depends on the truth or the detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// For whom.
    pub role: Role,
    /// The author's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assisted: Option<bool>,
    /// The reviewer's rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// The reviewer's guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess: Option<bool>,
    /// Why what is still open has no buttons; `None` while it has, and when nothing is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// Why nothing can be clicked any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Seven days have passed.
    Expired,
    /// The person opted out.
    OptedOut,
}

/// As what somebody takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Wrote the pull request.
    Author,
    /// Reviewed it before the merge.
    Reviewer,
}

/// The author and their answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Who.
    pub person: Participant,
    /// Whether they used AI, as they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assisted: Option<Given<bool>>,
}

/// A reviewer, their answers and their reveal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewer {
    /// Who.
    pub person: Participant,
    /// Their rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Given<Quality>>,
    /// Whether they think that AI was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess: Option<Given<bool>>,
    /// The reveal's way to Slack.
    #[serde(default)]
    pub reveal: Post,
}

/// How many people a survey reached, for admins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Asked at all: in Slack, or on the web only.
    pub asked: u32,
    /// Not to be reached in Slack: no Slack identity, or Slack refused the message for good. Some of them are asked on
    /// the web.
    pub unreachable: u32,
    /// Opted out before they were asked.
    pub opted_out: u32,
    /// Asked often enough that day.
    pub over_cap: u32,
    /// Messages, reveals included, of which nobody knows whether Slack took them.
    pub unknown: u32,
}

impl Survey {
    /// When the buttons expire.
    pub fn expires_at(&self) -> Timestamp {
        days_after(self.merged_at, EXPIRES_DAYS)
    }

    /// When nothing is tried any more.
    pub fn closes_at(&self) -> Timestamp {
        days_after(self.merged_at, CLOSES_DAYS)
    }

    /// Everybody in it, asked or not: the author first.
    pub fn participants(&self) -> impl Iterator<Item = &Participant> {
        let author = self.author.iter().map(|author| &author.person);
        author.chain(self.reviewers.iter().map(|reviewer| &reviewer.person))
    }

    /// How many people it reached.
    pub fn counts(&self, now: Timestamp) -> Counts {
        let mut counts = Counts::default();
        for person in self.participants() {
            let refused = person.message.post.is_refused();
            match person.asked {
                Asked::Slack | Asked::Web => counts.asked += 1,
                Asked::Nowhere(WhyNot::OptedOut) => counts.opted_out += 1,
                Asked::Nowhere(WhyNot::OverCap) => counts.over_cap += 1,
                Asked::Nowhere(WhyNot::Unreachable | WhyNot::Detected) => {}
            }
            let unreachable = matches!(person.asked, Asked::Web | Asked::Nowhere(WhyNot::Unreachable));
            counts.unreachable += u32::from(unreachable || refused);
            counts.unknown += u32::from(person.message.post.is_unknown(now));
        }
        let reveals = self.reviewers.iter().filter(|reviewer| reviewer.reveal.is_unknown(now));
        counts.unknown += u32::try_from(reveals.count()).unwrap_or(u32::MAX);
        counts
    }

    /// Whom somebody is in this survey, asked or not.
    pub(crate) fn participant(&self, person: &Person) -> Option<&Participant> {
        self.participants()
            .find(|known| known.slack_user.is_some() && known.slack_user == person.slack_user)
            .or_else(|| self.participants().find(|known| known.member.is_some() && known.member == person.member))
    }
}

impl Participant {
    /// Asked in Slack or on the web.
    pub fn is_asked(&self) -> bool {
        !matches!(self.asked, Asked::Nowhere(_))
    }
}

impl Author {
    /// What the message should show.
    pub(crate) fn view(&self, expired: bool) -> View {
        let assisted = self.assisted.map(|given| given.value);
        let end = end(&self.person, expired).filter(|_| assisted.is_none());
        View { role: Role::Author, assisted, quality: None, guess: None, end }
    }
}

impl Reviewer {
    /// What the message should show.
    pub(crate) fn view(&self, expired: bool) -> View {
        let (quality, guess) = (self.quality.map(|given| given.value), self.guess.map(|given| given.value));
        let end = end(&self.person, expired).filter(|_| quality.is_none() || guess.is_none());
        View { role: Role::Reviewer, assisted: None, quality, guess, end }
    }
}

impl View {
    /// What can still be answered, were it not for the end.
    pub fn open(&self) -> Vec<Question> {
        let questions = match self.role {
            Role::Author => vec![(Question::Assisted, self.assisted.is_none())],
            Role::Reviewer => {
                vec![(Question::Quality, self.quality.is_none()), (Question::Guess, self.guess.is_none())]
            }
        };
        questions.into_iter().filter(|(_, open)| *open).map(|(question, _)| question).collect()
    }
}

/// Opting out comes first: the message said so already, and need not change once more.
fn end(person: &Participant, expired: bool) -> Option<End> {
    if person.opted_out_at.is_some() { Some(End::OptedOut) } else { expired.then_some(End::Expired) }
}

/// So many times 24 hours later.
fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}
