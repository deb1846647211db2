//! The rules of the survey: who is asked what, which answers count, who is told the result, and what is shown where.
//! Pure: no I/O, no clock.
//!
//! One [`Survey`] is one stored document, one per merged pull request for ever, made by [`open`]. Whoever drives it
//! loads it, changes it here and saves it under its revision; a save that lost is done again from the load on.
//!
//! - **What people do** is an [`Event`], applied with [`Survey::apply`], which says what to [reply](Reply).
//! - **What is to be done in Slack** comes from [`Survey::next`], one [`Step`] at a time, until there is none. `next`
//!   notes the attempt in the document: *save it, then call Slack, then [`Survey::finish`] with what came of it, and save
//!   again*. Several steps may be taken before one save and carried out side by side; they go to different messages.
//!   Posting is not idempotent, so an attempt that nobody finished is never made again: it becomes
//!   [unknown](PostState::Unknown) after [`LEASE`]. Updating is idempotent: it is done until what is shown is what is
//!   wanted.
//! - **When to look again** is [`Survey::due_at`]; `None` for a survey that is over.
//! - **What the others need of it** is its [`SurveyRow`]: statistics ([`my_stats`]), the leaderboard ([`leaderboard`]).
//!
//! [`messages`] has every word that people read in Slack; [`Click`] makes and reads what buttons carry.
//!
//! **Invariants.** Nobody is asked twice. No answer changes once it was given. Each pair of a guess and the truth is
//! revealed at most once, and exactly once unless its attempt was lost. Nothing that a reviewer sees before the reveal
//! depends on the truth or on the detection.

mod answers;
mod blocks;
mod board;
mod click;
mod erasing;
#[cfg(test)]
mod fixtures;
mod mine;
mod opening;
mod post;
#[cfg(test)]
mod property_tests;
mod question;
mod row;
mod sample;
mod settings;
mod stats;
mod steps;
mod survey;
mod week;

pub mod messages;

pub use answers::{Event, Reply};
pub use board::{Board, BoardInput, BoardMember, Place as BoardPlace, Ranked, TeamNumbers, leaderboard};
pub use click::{Click, Command, Malformed};
pub use mine::{Mine, Verdict};
pub use opening::{NotAsked, Opened, Opening, PersonView, open};
pub use post::{LEASE, Outcome, Place, Post, PostState};
pub use question::{Answer, Given, Origin, Person, Quality, Question};
pub use row::{DetectionRow, ReviewerRow, SurveyRow, TruthRow};
pub use settings::{SettingsError, SurveySettings, Weekday};
pub use stats::{Accuracy, MyStats, accuracy, my_stats};
pub use steps::{Call, Step};
pub use survey::{
    Asked, Author, CLOSES_DAYS, Counts, Detection, EXPIRES_DAYS, End, Participant, QuestionMessage, Reviewer, Role,
    Survey, Truth, TruthSource, View, WhyNot,
};
pub use week::{Week, next_post_at, week_of};
