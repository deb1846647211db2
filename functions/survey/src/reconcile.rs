//! Bringing a survey's messages to what they should be.
//!
//! Each round notes what came of the last round's calls and which calls come next, saves both at once, and makes the
//! calls side by side. A save that lost against somebody else's is done again on what they saved.

use crate::{
    App,
    desk::{self, Desk},
    send_again,
};
use anyhow::Context as _;
use futures::{StreamExt, stream, try_join};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{MemberId, PullRequestKey, SurveyMessage, TeamId};
use plumbline_lambda::queue::LONGEST_DELAY;
use plumbline_store::{StoredSurvey, SurveyRecord};
use plumbline_survey::{Event, Outcome, Participant, Person, PostState, Reply, Step, Survey, SurveySettings};
use std::collections::BTreeSet;

/// Calls to Slack under way at once.
const CONCURRENCY: usize = 16;

/// Rounds in one invocation: what is left is due at once. One asks, one reveals and updates; the others are for races.
const ROUNDS: usize = 12;

/// What is due of a survey.
pub(crate) async fn reconcile(app: &App, team: &TeamId, pull_request: PullRequestKey) -> anyhow::Result<()> {
    let now = app.clock.now();
    let (desk, settings, opt_outs, stored) = try_join!(
        desk::open(app, team, now),
        async { app.store.load_survey_settings(team).await.context("the team's settings") },
        async { app.store.load_opt_outs(team).await.context("who opted out") },
        load(app, team, pull_request),
    )?;
    let Some(stored) = stored else { return Ok(()) };
    Drive { app, desk: &desk, settings: &settings, opt_outs }.go(stored, None, Vec::new()).await?;
    Ok(())
}

/// The survey of a pull request, if it has one.
pub(crate) async fn load(
    app: &App,
    team: &TeamId,
    pull_request: PullRequestKey,
) -> anyhow::Result<Option<StoredSurvey>> {
    Ok(match app.store.load_survey(team, pull_request).await.context("the survey")? {
        Some(SurveyRecord::Opened(stored)) => Some(*stored),
        Some(SurveyRecord::NotAsked { .. }) | None => None,
    })
}

/// All that driving a survey takes.
pub(crate) struct Drive<'a> {
    pub(crate) app: &'a App,
    pub(crate) desk: &'a Desk,
    pub(crate) settings: &'a SurveySettings,
    /// Members who opted out, perhaps since the survey was opened: what they were not asked yet, they are not asked.
    pub(crate) opt_outs: BTreeSet<MemberId>,
}

impl Drive<'_> {
    /// Carries out the first steps of a survey, which are saved with it.
    pub(crate) async fn begun(&self, stored: StoredSurvey, steps: Vec<Step>) -> anyhow::Result<()> {
        if steps.is_empty() {
            // It was saved with what has to wait.
            return self.look_again(&stored).await;
        }
        self.go(stored, None, steps).await.map(|_| ())
    }

    /// Applies what somebody did, and carries out what follows.
    pub(crate) async fn apply(&self, stored: StoredSurvey, event: &Event) -> anyhow::Result<Reply> {
        self.go(stored, Some(event), Vec::new()).await?.context("others kept saving the survey")
    }

    /// Applies an event, carries out what follows, and sees to it that what must wait is looked at again. `steps` are noted
    /// and saved already. The reply to the event, if there was one and it could be saved.
    async fn go(
        &self,
        mut stored: StoredSurvey,
        event: Option<&Event>,
        mut steps: Vec<Step>,
    ) -> anyhow::Result<Option<Reply>> {
        let app = self.app;
        let mut pending = event;
        let (mut reply, mut outcomes, mut saved_any) = (None, Vec::new(), false);
        for round in 1..=ROUNDS {
            outcomes.extend(self.carry_out(&stored, std::mem::take(&mut steps)).await);
            let now = app.clock.now();
            let mut survey = stored.survey.clone();
            survey.reveals = self.settings.reveals;
            for (step, outcome) in &outcomes {
                survey.finish(step, outcome.clone(), now);
            }
            let said = pending.map(|event| survey.apply(event));
            self.opt_out(&mut survey, now);
            survey.settle(now);
            // The last round only notes what came of the calls.
            let next = if round < ROUNDS { self.desk.take_steps(&mut survey, now) } else { Vec::new() };
            if survey == stored.survey && !stored.is_due_too_early(now) {
                reply = said.or(reply);
                break;
            }
            let (team, pull_request) = (survey.team_id.clone(), survey.key);
            let Some(after) = app.store.save_survey(&stored, survey, now).await? else {
                stored = load(app, &team, pull_request).await?.context("a survey is there for ever")?;
                continue;
            };
            stored = after;
            saved_any = true;
            reply = said.or(reply);
            pending = None;
            outcomes.clear();
            steps = next;
            if steps.is_empty() {
                break;
            }
        }
        if saved_any {
            self.look_again(&stored).await?;
        }
        Ok(reply)
    }

    /// Drops the questions of people who opted out while their messages had to wait.
    fn opt_out(&self, survey: &mut Survey, now: Timestamp) {
        let waits = |person: &&Participant| person.message.post.state == PostState::Waiting && person.is_asked();
        let members = survey.participants().filter(waits).filter_map(|person| person.member.clone());
        let members: Vec<_> = members.filter(|member| self.opt_outs.contains(member)).collect();
        for member in members {
            let person = Person { slack_user: None, member: Some(member) };
            survey.apply(&Event::OptOut { person, place: None, at: now });
        }
    }

    async fn carry_out(&self, stored: &StoredSurvey, steps: Vec<Step>) -> Vec<(Step, Outcome)> {
        stream::iter(steps)
            .map(|step| async move {
                let outcome = desk::carry_out(self.app, self.desk, &stored.survey, &step).await;
                if outcome == Outcome::Unknown {
                    tracing::warn!(team = %stored.survey.team_id, pull_request = %stored.survey.key,
                        "nobody knows whether Slack took a message about {}", stored.survey.key);
                }
                (step, outcome)
            })
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await
    }

    /// What is due within a quarter of an hour comes by a delayed message, to the second; the index by due time, which is
    /// read every minute, has it in any case. Whoever saved the waiting sends the message, and nobody else.
    async fn look_again(&self, stored: &StoredSurvey) -> anyhow::Result<()> {
        let now = self.app.clock.now();
        let Some(mut at) = stored.survey.due_at(now) else { return Ok(()) };
        if let Desk::Waits(until) = self.desk {
            at = at.max(*until);
        }
        if at > now.checked_add(SignedDuration::try_from(LONGEST_DELAY)?)? {
            return Ok(());
        }
        let (team_id, pull_request) = (stored.survey.team_id.clone(), stored.survey.key);
        send_again(self.app, &SurveyMessage::Due { team_id, pull_request }, at).await
    }
}
