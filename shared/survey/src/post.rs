//! A message's way to Slack, exactly once. Slack's `chat.postMessage` is not idempotent, so the attempt is noted before
//! the call, and one that nobody finished is never made again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a caller may take to finish what it began: after that it counts as crashed.
pub const LEASE: SignedDuration = SignedDuration::from_secs(120);

/// What the wait after a failure begins with; it doubles with every further one.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_secs(15);
/// And the longest.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(600);

/// Where a message is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Slack's id of the channel (`D0001`).
    pub channel: String,
    /// Slack's time stamp of the message (`1700000000.000100`): its id in the channel.
    pub ts: String,
}

/// A message that is to be posted once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// How far it is.
    #[serde(default)]
    pub state: PostState,
    /// Attempts begun so far: the number of the one in flight.
    #[serde(default)]
    pub attempts: u32,
    /// Failures in a row, of which the wait is computed where Slack names none; a message's updates count, too.
    #[serde(default)]
    pub failures: u32,
    /// Nothing may be sent to the channel before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

/// How far a message is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PostState {
    /// Not sent yet, or certainly not taken.
    #[default]
    Waiting,
    /// An attempt is under way, or was lost.
    Sending {
        /// When it was begun.
        since: Timestamp,
    },
    /// Slack has it.
    Sent(Place),
    /// Nobody knows whether Slack took it: it is never sent again.
    Unknown {
        /// When the attempt was begun.
        since: Timestamp,
    },
    /// Slack certainly did not take it and never will.
    Refused {
        /// In Slack's words (`user_not_found`).
        reason: String,
    },
    /// It is not to be sent any more.
    Dropped,
}

/// What came of a call to Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Slack took it; the message is there.
    Done(Place),
    /// Slack certainly did not take it (429, no connection, a failure that it tells before it accepts).
    Later {
        /// When to try again, where Slack says so (`Retry-After`); `None` for a wait that grows from 15 seconds to 10
        /// minutes.
        not_before: Option<Timestamp>,
    },
    /// Slack certainly did not take it, and trying again would change nothing (`user_not_found`, `message_not_found`,
    /// `account_inactive`).
    Refused {
        /// Slack's error.
        reason: String,
    },
    /// It may have been taken: no answer came, or none that tells (a time-out, a broken connection, a 5xx).
    Unknown,
}

impl Post {
    /// Notes that an attempt begins, and gives its number; `None` when none may be made (now). Save before calling.
    pub fn begin(&mut self, now: Timestamp) -> Option<u32> {
        if self.state != PostState::Waiting || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        self.state = PostState::Sending { since: now };
        self.attempts += 1;
        Some(self.attempts)
    }

    /// Notes what came of an attempt. Of an attempt that is not the present one, or is settled, it changes nothing; one
    /// that was given up as unknown is only changed by the certainty that Slack has it.
    pub fn finish(&mut self, attempt: u32, outcome: Outcome, now: Timestamp) {
        self.settle(now);
        if attempt != self.attempts {
            return;
        }
        match (&self.state, outcome) {
            (PostState::Sending { .. } | PostState::Unknown { .. }, Outcome::Done(place)) => self.sent(place),
            (PostState::Sending { .. }, Outcome::Later { not_before }) => {
                self.state = PostState::Waiting;
                self.wait(not_before, now);
            }
            (PostState::Sending { .. }, Outcome::Refused { reason }) => self.state = PostState::Refused { reason },
            (PostState::Sending { since }, Outcome::Unknown) => self.state = PostState::Unknown { since: *since },
            _ => {}
        }
    }

    /// Notes that the message is there, from its attempt or from a click in it.
    pub(crate) fn sent(&mut self, place: Place) {
        self.state = PostState::Sent(place);
        self.succeeded();
    }

    /// Gives up an attempt that nobody finished in time. Whether anything changed.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        match self.state {
            PostState::Sending { since } if is_lost(since, now) => {
                self.state = PostState::Unknown { since };
                true
            }
            _ => false,
        }
    }

    /// Whether nobody knows whether Slack took it.
    pub fn is_unknown(&self, now: Timestamp) -> bool {
        match self.state {
            PostState::Unknown { .. } => true,
            PostState::Sending { since } => is_lost(since, now),
            _ => false,
        }
    }

    /// Whether Slack refused it for good.
    pub fn is_refused(&self) -> bool {
        matches!(self.state, PostState::Refused { .. })
    }

    /// Where it is, once that is known.
    pub fn place(&self) -> Option<&Place> {
        if let PostState::Sent(place) = &self.state { Some(place) } else { None }
    }

    /// The channel may be used again, and failures are forgotten.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.not_before = None;
    }

    /// Waits as long as Slack said, else longer after each failure.
    pub(crate) fn wait(&mut self, not_before: Option<Timestamp>, now: Timestamp) {
        let doublings = self.failures.min(10);
        self.failures = self.failures.saturating_add(1);
        let wait = (SHORTEST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
        self.not_before = Some(not_before.unwrap_or_else(|| later(now, wait)));
    }
}

/// Whether an attempt's time is over.
pub(crate) fn is_lost(since: Timestamp, now: Timestamp) -> bool {
    now >= later(since, LEASE)
}

/// A span later, within what jiff knows.
pub(crate) fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}
