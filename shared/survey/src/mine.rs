//! What one person may see of a survey: for the web and the App Home.

use crate::{
    question::{Person, Quality, Question},
    survey::{Role, Survey, View},
};
use jiff::Timestamp;

/// A survey as one of those asked sees it. Nothing of the truth is in it before they may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    /// As what they take part.
    pub role: Role,
    /// What they can answer now; empty once it expired.
    pub open: Vec<Question>,
    /// Their answer as the author.
    pub assisted: Option<bool>,
    /// Their rating.
    pub quality: Option<Quality>,
    /// Their guess.
    pub guess: Option<bool>,
    /// Whether they guessed right, once their guess and the truth are known and if the team wants reveals.
    pub verdict: Option<Verdict>,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Nobody knows whether Slack took the message.
    pub message_unknown: bool,
}

/// What a reveal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The guess was right.
    pub right: bool,
    /// AI was used.
    pub truth: bool,
}

impl Survey {
    /// The survey as a person sees it; `None` for somebody who is not asked.
    pub fn mine(&self, person: &Person, now: Timestamp) -> Option<Mine> {
        let found = self.participant(person).filter(|found| found.is_asked())?;
        let expired = now >= self.expires_at();
        let author = self.author.iter().find(|author| author.person.account == found.account);
        let reviewer = self.reviewers.iter().find(|reviewer| reviewer.person.account == found.account);
        let view: View = author.map(|one| one.view(expired)).or_else(|| reviewer.map(|one| one.view(expired)))?;
        // The detection may have answered in the end: then the author's answer comes too late.
        let closed = expired || (view.role == Role::Author && self.truth.is_some());
        let verdict = view
            .guess
            .zip(self.truth)
            .filter(|_| self.reveals)
            .map(|(guess, truth)| Verdict { right: guess == truth.assisted, truth: truth.assisted });
        Some(Mine {
            role: view.role,
            open: if closed { Vec::new() } else { view.open() },
            assisted: view.assisted,
            quality: view.quality,
            guess: view.guess,
            verdict,
            expires_at: self.expires_at(),
            message_unknown: found.message.post.is_unknown(now),
        })
    }
}

#[cfg(test)]
#[path = "mine_tests.rs"]
mod tests;
