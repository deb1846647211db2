//! Requests to the app on their way: what is due, what became of it, and what is tried again.
//!
//! Clicks and commands are sent once. Events are sent again three times: at once, after a minute, after five more.

use super::{
    Knobs, State,
    actions::Refused,
    model::{Sent, Workspace},
    signed::{Signed, Surface},
};
use crate::service::{Answered, Outgoing, Unanswered};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

/// When an event that failed is sent again, in seconds after the failure.
const RETRIES: [i64; 3] = [0, 60, 300];
/// Slack waits so long for the app.
const PATIENCE: Duration = Duration::from_secs(3);
/// The simulated GitHub sends its webhooks before it answers.
const MERGE_PATIENCE: Duration = Duration::from_secs(30);

/// What is to be sent.
#[derive(Debug, Clone)]
enum What {
    /// A request to the app: the attempt's number and why it is made again.
    App { signed: Signed, retry: u8 },
    /// A request to the simulated GitHub that a pull request be merged.
    Merge(Value),
}

/// A request that waits, or that is on its way.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    id: u64,
    at: Timestamp,
    what: What,
    under_way: bool,
}

impl State {
    /// Has a request sent to the app.
    pub(super) fn send(&mut self, signed: Signed, knobs: &Knobs) -> Result<(), Refused> {
        if knobs.app.is_none() {
            let how = "PATCH /_control/settings {\"app\": \"http://...\"}";
            return Err(Refused(format!("nobody said where the app is: {how}")));
        }
        let now = self.clock.now();
        self.queue(now, What::App { signed, retry: 0 });
        Ok(())
    }

    /// Has a pull request of people with accounts here merged in the simulated GitHub.
    pub(super) fn merge(&mut self, mut wanted: Value, knobs: &Knobs) -> Result<(), Refused> {
        if knobs.github.is_none() {
            let how = "PATCH /_control/settings {\"github\": \"http://...\"}";
            return Err(Refused(format!("nobody said where the simulated GitHub is: {how}")));
        }
        let there = |id: &String| self.users.iter().any(|user| user.id == *id && !user.deleted);
        let people: Vec<&String> = self.logins.iter().filter(|(id, _)| there(id)).map(|(_, login)| login).collect();
        if wanted.get("people").is_none() {
            wanted["people"] = json!(people);
        }
        let now = self.clock.now();
        self.queue(now, What::Merge(wanted));
        Ok(())
    }

    fn queue(&mut self, at: Timestamp, what: What) {
        let id = self.workspace.number();
        self.deliveries.push(Delivery { id, at, what, under_way: false });
    }

    /// Takes what is due.
    pub(super) fn take_due(&mut self, now: Timestamp, knobs: &Knobs) -> Vec<Outgoing> {
        let mut due = Vec::new();
        for delivery in self.deliveries.iter_mut().filter(|delivery| !delivery.under_way && delivery.at <= now) {
            let outgoing = match (&delivery.what, &knobs.app, &knobs.github) {
                (What::App { signed, .. }, Some(app), _) => Outgoing {
                    id: delivery.id,
                    url: format!("{}{}", app.trim_end_matches('/'), signed.surface.path()),
                    headers: signed.headers.clone(),
                    body: signed.body.clone(),
                    patience: PATIENCE,
                },
                (What::Merge(wanted), _, Some(github)) => Outgoing {
                    id: delivery.id,
                    url: format!("{}/_control/merge", github.trim_end_matches('/')),
                    headers: Vec::new(),
                    body: wanted.to_string().into_bytes(),
                    patience: MERGE_PATIENCE,
                },
                _ => continue,
            };
            delivery.under_way = true;
            due.push(outgoing);
        }
        due
    }

    /// Learns what became of a request.
    pub(super) fn learn(
        &mut self,
        outgoing: &Outgoing,
        outcome: Result<Answered, Unanswered>,
        now: Timestamp,
        knobs: &Knobs,
    ) -> Value {
        let Some(index) = self.deliveries.iter().position(|delivery| delivery.id == outgoing.id) else {
            return Value::Null;
        };
        match self.deliveries.remove(index).what {
            What::App { signed, retry } => self.learn_from_app(&signed, retry, outcome, now, knobs),
            What::Merge(_) => self.learn_of_merge(outcome),
        }
    }

    fn learn_from_app(
        &mut self,
        signed: &Signed,
        retry: u8,
        outcome: Result<Answered, Unanswered>,
        now: Timestamp,
        knobs: &Knobs,
    ) -> Value {
        let status = outcome.as_ref().ok().map(|answer| answer.status);
        let (what, user) = (signed.what(), signed.user.clone());
        let mut told = json!({"what": what, "user": user, "retry": retry, "status": status});
        self.workspace.sent.push(Sent { at: now, what: what.clone(), user, retry, status });
        if self.workspace.sent.len() > Workspace::KEPT {
            self.workspace.sent.remove(0);
        }
        let fine = outcome.as_ref().is_ok_and(|answer| (200..300).contains(&answer.status));
        match (signed.surface, outcome) {
            (Surface::Commands, Ok(answer)) if fine => {
                if let (Some(user), Some(channel)) = (&signed.user, &signed.channel) {
                    self.answered_command(user, channel, &answer.body, now);
                }
            }
            (Surface::Commands, outcome) => {
                let timeout = matches!(outcome, Err(Unanswered::Timeout));
                let why = if timeout { "operation_timeout" } else { "dispatch_failed" };
                if let (Some(user), Some(channel)) = (&signed.user, &signed.channel) {
                    self.slackbot(user, channel, why, now);
                }
            }
            (Surface::Events, Ok(answer)) if fine && what == "url_verification" => {
                told["verified"] = echoes(&answer.body, &signed.payload()["challenge"]).into();
            }
            (Surface::Events, outcome) if !fine && what != "url_verification" => {
                self.retry(signed, retry, outcome, now, knobs);
            }
            _ => {}
        }
        told
    }

    /// An event is sent again, unless the app said not to.
    fn retry(
        &mut self,
        signed: &Signed,
        retry: u8,
        outcome: Result<Answered, Unanswered>,
        now: Timestamp,
        knobs: &Knobs,
    ) {
        let reason = match outcome {
            Ok(answer) if answer.headers.get("x-slack-no-retry").is_some_and(|value| value == "1") => return,
            Ok(_) => "http_error",
            Err(Unanswered::Timeout) => "http_timeout",
            Err(Unanswered::Connection) => "connection_failed",
        };
        let Some(wait) = RETRIES.get(usize::from(retry)) else { return };
        let at = now + SignedDuration::from_secs(*wait);
        let again = signed.retried(&knobs.signing_secret, at, retry + 1, reason);
        self.queue(at, What::App { signed: again, retry: retry + 1 });
    }

    fn learn_of_merge(&mut self, outcome: Result<Answered, Unanswered>) -> Value {
        let Ok(answer) = outcome else {
            return json!({"what": "merge", "error": "the simulated GitHub does not answer"});
        };
        let told: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if answer.status != 200 {
            return json!({"what": "merge", "status": answer.status, "error": told["error"]});
        }
        self.workspace.merges.push(told.clone());
        json!({"what": "merge", "status": 200, "merged": told})
    }
}

/// Whether the app sent the challenge back: as plain text, as JSON or as a form.
fn echoes(body: &str, challenge: &Value) -> bool {
    let challenge = challenge.as_str().unwrap_or_default();
    let json = || serde_json::from_str::<Value>(body).is_ok_and(|value| value["challenge"] == challenge);
    body.trim() == challenge || body.trim() == format!("challenge={challenge}") || json()
}

impl Signed {
    /// The same event once more, with the number of the retry and its reason.
    #[must_use]
    pub fn retried(&self, secret: &str, at: Timestamp, number: u8, reason: &str) -> Self {
        let mut again = self.signed_again(secret, at);
        again.headers.retain(|(name, _)| !name.starts_with("x-slack-retry-"));
        again.headers.push(("x-slack-retry-num".into(), number.to_string()));
        again.headers.push(("x-slack-retry-reason".into(), reason.into()));
        again
    }
}
