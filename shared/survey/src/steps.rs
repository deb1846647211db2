//! What is to be done in Slack next.

use crate::{
    post::{LEASE, Outcome, Place, Post, PostState, is_lost, later},
    survey::{Asked, Participant, QuestionMessage, Survey, View},
};
use jiff::Timestamp;
use plumbline_domain::VendorId;

/// One call to Slack. It was noted in the document: save that before calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The participant whose message it is, by their account in the survey.
    pub account: VendorId,
    /// The number of the attempt.
    pub attempt: u32,
    /// What to call. [`crate::messages::step`] has the words.
    pub call: Call,
}

/// A call to Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Post the questions (`chat.postMessage`), in the direct messages with a person.
    Ask {
        /// Slack's id of the person.
        user: String,
        /// What to show.
        view: View,
    },
    /// Show something else in the message of the questions (`chat.update`).
    Update {
        /// Where it is.
        place: Place,
        /// What to show.
        view: View,
    },
    /// Post the reveal (`chat.postMessage`, with `thread_ts` where there is a thread).
    Reveal {
        /// Slack's id of the person.
        user: String,
        /// The message of the questions; `None` when nobody knows where it is, or whether: then among the direct
        /// messages.
        thread: Option<Place>,
        /// What they guessed.
        guess: bool,
        /// What is true.
        truth: bool,
    },
}

impl Survey {
    /// The next call to Slack, if there is one now. It is noted in the document: save, call, [`Survey::finish`], save.
    /// Questions come first, then reveals, then updates; steps of one person never overlap.
    pub fn next(&mut self, now: Timestamp) -> Option<Step> {
        self.settle(now);
        if now >= self.closes_at() {
            return None;
        }
        let expired = now >= self.expires_at();
        self.next_question(expired, now).or_else(|| self.next_reveal(now)).or_else(|| self.next_update(expired, now))
    }

    /// Notes what came of a step. It may be noted twice.
    pub fn finish(&mut self, step: &Step, outcome: Outcome, now: Timestamp) {
        match &step.call {
            Call::Ask { view, .. } => {
                let Some(person) = self.person_mut(&step.account) else { return };
                let before = person.message.post.clone();
                person.message.post.finish(step.attempt, outcome, now);
                let message = &mut person.message;
                // Only the attempt itself knows what it showed; a click that came before leaves that open.
                if message.post != before && message.post.place().is_some() {
                    message.shown = Some(*view);
                }
            }
            Call::Reveal { .. } => {
                if let Some(reviewer) = self.reviewer_mut(&step.account) {
                    reviewer.reveal.finish(step.attempt, outcome, now);
                }
            }
            Call::Update { view, .. } => {
                if let Some(person) = self.person_mut(&step.account) {
                    person.message.finish_update(step.attempt, *view, &outcome, now);
                }
            }
        }
        self.settle(now);
    }

    /// When there is something to do again: something to send, an attempt to give up, the end. `None` when there will
    /// never be. It is `now` when there is something already.
    pub fn due_at(&self, now: Timestamp) -> Option<Timestamp> {
        let posts = self.participants().flat_map(|person| {
            let message = &person.message;
            [wakes(&message.post), [message.updating.map(|since| later(since, LEASE)), None]]
        });
        let reveals = self.reviewers.iter().map(|reviewer| wakes(&reviewer.reveal));
        let mut moments: Vec<_> = posts.chain(reveals).flatten().flatten().filter(|at| *at > now).collect();
        moments.extend([now, self.expires_at().max(now)]);
        moments.sort_unstable();
        moments.into_iter().find(|at| {
            let mut then = self.clone();
            then.settle(*at) || then.next(*at).is_some()
        })
    }

    /// Whether nothing will be sent or change by itself any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.due_at(now).is_none()
    }

    fn next_question(&mut self, expired: bool, now: Timestamp) -> Option<Step> {
        if expired {
            return None;
        }
        let author = self.author.iter_mut().map(|author| (author.view(expired), &mut author.person));
        let reviewers = self.reviewers.iter_mut().map(|reviewer| (reviewer.view(expired), &mut reviewer.person));
        author.chain(reviewers).find_map(|(view, person)| {
            if !is_to_be_asked(person, view) {
                return None;
            }
            let user = person.slack_user.clone()?;
            let attempt = person.message.post.begin(now)?;
            Some(Step { account: person.account.clone(), attempt, call: Call::Ask { user, view } })
        })
    }

    fn next_reveal(&mut self, now: Timestamp) -> Option<Step> {
        let truth = self.truth?.assisted;
        let expired = now >= self.expires_at();
        self.reviewers.iter_mut().find_map(|reviewer| {
            let guess = reviewer.guess?.value;
            let view = reviewer.view(expired);
            let message = &reviewer.person.message;
            let comes = match message.post.state {
                PostState::Waiting => !expired && is_to_be_asked(&reviewer.person, view),
                PostState::Sending { .. } => true,
                _ => false,
            };
            if comes || message.is_held(now) {
                return None;
            }
            let (user, thread) = (reviewer.person.slack_user.clone()?, message.post.place().cloned());
            let attempt = reviewer.reveal.begin(now)?;
            let call = Call::Reveal { user, thread, guess, truth };
            Some(Step { account: reviewer.person.account.clone(), attempt, call })
        })
    }

    fn next_update(&mut self, expired: bool, now: Timestamp) -> Option<Step> {
        let author = self.author.iter_mut().map(|author| (author.view(expired), None, &mut author.person));
        let reviewers = self
            .reviewers
            .iter_mut()
            .map(|reviewer| (reviewer.view(expired), Some(&reviewer.reveal), &mut reviewer.person));
        author.chain(reviewers).find_map(|(view, reveal, person)| {
            let in_use = reveal.is_some_and(|reveal| {
                matches!(reveal.state, PostState::Sending { .. }) || reveal.not_before.is_some_and(|at| now < at)
            });
            let message = &mut person.message;
            let place = message.post.place()?.clone();
            if in_use || message.gone || message.shown == Some(view) || message.is_held(now) {
                return None;
            }
            message.updating = Some(now);
            message.updates += 1;
            let call = Call::Update { place, view };
            Some(Step { account: person.account.clone(), attempt: message.updates, call })
        })
    }
}

/// Whether somebody's questions are to be posted, as long as they have not expired: not when they were answered elsewhere
/// before.
fn is_to_be_asked(person: &Participant, view: View) -> bool {
    person.asked == Asked::Slack && view.end.is_none() && !view.open().is_empty()
}

/// When a post changes by itself, or may be tried.
fn wakes(post: &Post) -> [Option<Timestamp>; 2] {
    let lost = match post.state {
        PostState::Sending { since } => Some(later(since, LEASE)),
        _ => None,
    };
    [lost, post.not_before]
}

impl QuestionMessage {
    /// Whether an update is in flight, or nothing may be sent to the channel yet.
    fn is_held(&self, now: Timestamp) -> bool {
        self.updating.is_some_and(|since| !is_lost(since, now)) || self.post.not_before.is_some_and(|at| now < at)
    }

    /// What came of an update: only of the one in flight.
    fn finish_update(&mut self, attempt: u32, view: View, outcome: &Outcome, now: Timestamp) {
        if self.updating.is_none() || attempt != self.updates {
            return;
        }
        self.updating = None;
        match outcome {
            Outcome::Done(_) => {
                self.shown = Some(view);
                self.post.succeeded();
            }
            Outcome::Later { not_before } => self.post.wait(*not_before, now),
            Outcome::Unknown => self.post.wait(None, now),
            Outcome::Refused { .. } => self.gone = true,
        }
    }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
