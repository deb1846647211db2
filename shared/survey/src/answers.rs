//! What people do, and what they are told.

use crate::{
    post::{Place, PostState},
    question::{Answer, Given, Origin, Person},
    survey::{Asked, Detection, Participant, Reviewer, Survey, Truth, TruthSource},
};
use jiff::Timestamp;
use plumbline_domain::VendorId;

/// Something that a person did in a survey. Every event may come twice, late and in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Answered a question.
    Answer {
        /// Who, as the caller has proved it.
        person: Person,
        /// What.
        answer: Answer,
        /// Where.
        from: Origin,
        /// The message that was clicked in, as Slack's signed payload names it.
        place: Option<Place>,
        /// When it came in.
        at: Timestamp,
    },
    /// Opted out of surveys by the button of this survey's message. The member's setting is the caller's business.
    OptOut {
        /// Who.
        person: Person,
        /// The message that was clicked in.
        place: Option<Place>,
        /// When it came in.
        at: Timestamp,
    },
}

/// What to tell the person, and nobody else. [`crate::messages::reply`] has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The answer is recorded; the message says so itself.
    Recorded,
    /// There is an answer already, and the first is final.
    AlreadyAnswered(Answer),
    /// The seven days are over.
    Expired,
    /// The person was not asked this.
    NotAsked,
    /// They are opted out.
    OptedOut,
    /// The button carried what none of ours does ([`crate::Malformed`]).
    Malformed,
}

impl Survey {
    /// Applies what a person did. Where a message was clicked in, the click tells where it is, should that not be known.
    pub fn apply(&mut self, event: &Event) -> Reply {
        let (Event::Answer { person, place, at, .. } | Event::OptOut { person, place, at }) = event;
        let account = self.participant(person).map(|found| found.account.clone());
        if let (Some(account), Some(place)) = (&account, place) {
            self.learn_place(account, place);
        }
        let account = account.as_ref();
        let reply = match event {
            Event::Answer { answer, from, .. } => {
                account.map_or(Reply::NotAsked, |account| self.answer(account, *answer, *from, *at))
            }
            Event::OptOut { .. } => {
                if let Some(person) = account.and_then(|account| self.person_mut(account)) {
                    person.opted_out_at.get_or_insert(*at);
                }
                Reply::OptedOut
            }
        };
        self.resolve();
        reply
    }

    fn answer(&mut self, account: &VendorId, answer: Answer, from: Origin, at: Timestamp) -> Reply {
        let expired = at >= self.expires_at();
        let truth = self.truth;
        let reply = match answer {
            Answer::Assisted(value) => {
                let Some(author) = self.author.as_mut().filter(|author| author.person.account == *account) else {
                    return Reply::NotAsked;
                };
                // The detection answered in the end, and reviewers may have read it.
                let expired = expired || (truth.is_some() && author.assisted.is_none());
                give(&author.person, &mut author.assisted, Given { value, at, from }, expired, Answer::Assisted)
            }
            Answer::Quality(value) => {
                let Some(reviewer) = self.reviewer_mut(account) else { return Reply::NotAsked };
                give(&reviewer.person, &mut reviewer.quality, Given { value, at, from }, expired, Answer::Quality)
            }
            Answer::Guess(value) => {
                let Some(reviewer) = self.reviewer_mut(account) else { return Reply::NotAsked };
                give(&reviewer.person, &mut reviewer.guess, Given { value, at, from }, expired, Answer::Guess)
            }
        };
        if let (None, Some(given)) = (self.truth, self.author.as_ref().and_then(|author| author.assisted)) {
            let source = if self.control { TruthSource::Control } else { TruthSource::Answer };
            self.truth = Some(Truth { assisted: given.value, source, at: given.at });
        }
        reply
    }

    /// Brings up to date what time alone changes: lost attempts become unknown, and a control author's unanswered
    /// question falls back to the detection. Whether anything changed, and so is to be saved.
    pub fn settle(&mut self, now: Timestamp) -> bool {
        let mut changed = false;
        for person in self.people_mut() {
            changed |= person.message.post.settle(now);
        }
        for reviewer in &mut self.reviewers {
            changed |= reviewer.reveal.settle(now);
        }
        let detected = self.detection.as_ref().is_some_and(Detection::answers);
        if self.truth.is_none() && detected && now >= self.expires_at() {
            self.truth = Some(Truth { assisted: true, source: TruthSource::Fallback, at: self.expires_at() });
            changed = true;
        }
        changed | self.resolve()
    }

    /// Drops the reveals that are not to be: where the pair became known while reveals were off, and of people who
    /// cannot be told in Slack or want no more messages. Whether anything changed.
    fn resolve(&mut self) -> bool {
        let Some(_) = self.truth else { return false };
        let mut changed = false;
        for reviewer in &mut self.reviewers {
            let person = &reviewer.person;
            let told = self.reveals
                && person.asked == Asked::Slack
                && person.opted_out_at.is_none()
                && !person.message.post.is_refused();
            if reviewer.guess.is_some() && reviewer.reveal.state == PostState::Waiting && !told {
                reviewer.reveal.state = PostState::Dropped;
                changed = true;
            }
        }
        changed
    }

    /// A click proves that its message is there, whatever became of the attempt to post it.
    fn learn_place(&mut self, account: &VendorId, place: &Place) {
        let Some(person) = self.person_mut(account).filter(|person| person.asked == Asked::Slack) else { return };
        let post = &mut person.message.post;
        if post.place().is_none() {
            post.sent(place.clone());
        }
    }

    pub(crate) fn people_mut(&mut self) -> impl Iterator<Item = &mut Participant> {
        let author = self.author.iter_mut().map(|author| &mut author.person);
        author.chain(self.reviewers.iter_mut().map(|reviewer| &mut reviewer.person))
    }

    pub(crate) fn person_mut(&mut self, account: &VendorId) -> Option<&mut Participant> {
        self.people_mut().find(|person| person.account == *account)
    }

    pub(crate) fn reviewer_mut(&mut self, account: &VendorId) -> Option<&mut Reviewer> {
        self.reviewers.iter_mut().find(|reviewer| reviewer.person.account == *account)
    }
}

/// Records an answer where there is none yet.
fn give<T: Copy + PartialEq>(
    person: &Participant,
    slot: &mut Option<Given<T>>,
    given: Given<T>,
    expired: bool,
    answer: fn(T) -> Answer,
) -> Reply {
    match slot {
        _ if !person.is_asked() => Reply::NotAsked,
        // The same click, delivered again.
        Some(known) if *known == given => Reply::Recorded,
        Some(known) => Reply::AlreadyAnswered(answer(known.value)),
        None if expired => Reply::Expired,
        None => {
            *slot = Some(given);
            Reply::Recorded
        }
    }
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
