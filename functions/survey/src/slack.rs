//! What people, and workspaces, do in Slack.

use crate::{
    App,
    desk::{self, Desk},
    people::{People, accounts},
    reconcile::{Drive, load},
};
use anyhow::Context as _;
use futures::try_join;
use jiff::{SignedDuration, Timestamp};
use plumbline_connectors::slack::chat::{Chat, Outcome};
use plumbline_domain::{MemberId, Provider, PullRequestKey, SlackAction, SlackEvent, TeamId};
use plumbline_identity::Member;
use plumbline_survey::{
    Answer, Click, Command, EXPIRES_DAYS, Event, MyStats, Origin, Person, Place, Reply, Survey,
    messages::{self, Home, SlackMessage},
    my_stats,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// In the words of whoever reads the connection's state.
const UNINSTALLED: &str = "the Slack workspace removed the app or took its token back; connect Slack again";

/// An event, with the teams that connected its workspace.
struct Heard<'a> {
    app: &'a App,
    teams: &'a [TeamId],
    user: &'a str,
    at: Timestamp,
}

pub(crate) async fn happened(app: &App, event: SlackEvent) -> anyhow::Result<()> {
    let source = format!("team:{}", event.workspace);
    let teams = app.store.load_webhook_teams(Provider::Slack, &[source]).await?;
    if teams.is_empty() {
        tracing::info!(unknown_workspace = 1, "no team has connected the workspace");
        return Ok(());
    }
    if event.what == SlackAction::Uninstalled {
        return uninstalled(app, &teams, event.received_at).await;
    }
    let Some(user) = event.user.as_deref() else {
        tracing::warn!("an event that only a person can cause names none");
        return Ok(());
    };
    let heard = Heard { app, teams: &teams, user, at: event.received_at };
    match event.what {
        SlackAction::Click { action_id, value, channel, message, response_url } => {
            let place = channel.zip(message).map(|(channel, ts)| Place { channel, ts });
            Box::pin(heard.click(&action_id, &value, place, response_url.as_deref())).await
        }
        SlackAction::Command { text, response_url } => heard.command(&text, &response_url).await,
        SlackAction::HomeOpened => heard.show_home().await,
        SlackAction::Uninstalled => Ok(()),
    }
}

/// Nobody calls Slack any more until somebody connects it again; people answer on the web meanwhile. A connection made
/// after the event stays.
async fn uninstalled(app: &App, teams: &[TeamId], at: Timestamp) -> anyhow::Result<()> {
    for team in teams {
        let connection = app.store.load_connection(team, Provider::Slack).await?;
        if connection.is_some_and(|connection| connection.updated_at <= at) {
            app.store.mark_broken(team, Provider::Slack, UNINSTALLED, at).await?;
            tracing::warn!(team = %team, "the Slack workspace of team {team} removed the app");
        }
    }
    Ok(())
}

impl Heard<'_> {
    async fn click(
        &self,
        action_id: &str,
        value: &str,
        place: Option<Place>,
        response_url: Option<&str>,
    ) -> anyhow::Result<()> {
        // The team that a button names has to be one of the workspace's: the value is no proof of anything.
        let click = Click::parse(action_id, value).ok().filter(|click| self.teams.contains(click.team_id()));
        let Some(click) = click else {
            let Some(team) = self.teams.first() else { return Ok(()) };
            let desk = desk::open(self.app, team, self.app.clock.now()).await?;
            return self.respond(&desk, response_url, messages::reply(Reply::Malformed)).await;
        };
        match click {
            Click::Answer { team_id, pull_request, answer } => {
                Box::pin(self.answered(&team_id, pull_request, Deed::Answer(answer), place, response_url)).await
            }
            Click::OptOut { team_id, pull_request } => {
                Box::pin(self.answered(&team_id, pull_request, Deed::OptOut, place, response_url)).await
            }
            Click::Settings { team_id, opted_in } => {
                if let Some(member) = self.member(&team_id).await? {
                    self.app.store.save_opt_out(&team_id, &member.id, !opted_in, self.at).await?;
                }
                self.show_home().await
            }
        }
    }

    /// A click in the message of a survey, or on one in the App Home.
    async fn answered(
        &self,
        team: &TeamId,
        pull_request: PullRequestKey,
        deed: Deed,
        place: Option<Place>,
        response_url: Option<&str>,
    ) -> anyhow::Result<()> {
        let (app, now) = (self.app, self.app.clock.now());
        let (desk, settings, stored) = try_join!(
            desk::open(app, team, now),
            async { app.store.load_survey_settings(team).await.context("the team's settings") },
            load(app, team, pull_request),
        )?;
        let known = stored.as_ref().and_then(|stored| participant(&stored.survey, self.user));
        let member = match known {
            Some(member) => Some(member),
            None => self.member(team).await?.map(|member| member.id),
        };
        let from = if place.is_some() { Origin::Slack } else { Origin::AppHome };
        if deed == Deed::OptOut {
            let Some(member) = &member else {
                return self.respond(&desk, response_url, Some(messages::not_a_member())).await;
            };
            app.store.save_opt_out(team, member, true, self.at).await?;
        }
        let person = Person { slack_user: Some(self.user.to_owned()), member };
        let event = match deed {
            Deed::Answer(answer) => Event::Answer { person, answer, from, place, at: self.at },
            Deed::OptOut => Event::OptOut { person, place, at: self.at },
        };
        let reply = match stored {
            Some(stored) => {
                let drive = Drive { app, desk: &desk, settings: &settings, opt_outs: BTreeSet::new() };
                Box::pin(drive.apply(stored, &event)).await?
            }
            None if deed == Deed::OptOut => Reply::OptedOut,
            None => Reply::NotAsked,
        };
        if from == Origin::AppHome {
            return self.show_home().await;
        }
        self.respond(&desk, response_url, messages::reply(reply)).await
    }

    async fn command(&self, text: &str, response_url: &str) -> anyhow::Result<()> {
        let command = Command::parse(text);
        // Of several teams of one workspace the first that knows the person shows its numbers; opting is for all.
        let mut known = Vec::new();
        for team in self.teams {
            known.extend(self.member(team).await?.map(|member| (team, member)));
        }
        let Some(team) = known.first().map(|(team, _)| *team).or(self.teams.first()) else { return Ok(()) };
        let desk = desk::open(self.app, team, self.app.clock.now()).await?;
        let message = match (command, known.first()) {
            (Command::Help, _) => messages::help(),
            (Command::Unknown, _) => messages::unknown_command(),
            (_, None) => messages::not_a_member(),
            (Command::Stats, Some((team, member))) => messages::stats(&self.stats(team, member).await?),
            (Command::OptOut | Command::OptIn, Some(_)) => {
                let out = command == Command::OptOut;
                for (team, member) in &known {
                    self.app.store.save_opt_out(team, &member.id, out, self.at).await?;
                }
                if out { messages::opted_out() } else { messages::opted_in() }
            }
        };
        self.respond(&desk, Some(response_url), Some(message)).await
    }

    /// Publishes the App Home of the first team that knows the person.
    async fn show_home(&self) -> anyhow::Result<()> {
        let (app, now) = (self.app, self.app.clock.now());
        let mut view = None;
        let mut of_team = self.teams.first();
        for team in self.teams {
            let members = app.store.load_members(team).await?;
            let opt_outs = app.store.load_opt_outs(team).await?;
            let people = People::new(&members, &opt_outs);
            let Some(member) = people.in_slack(self.user) else { continue };
            let since = now.checked_sub(SignedDuration::from_hours(24 * EXPIRES_DAYS))?;
            let (stats, stored) = try_join!(self.stats(team, member), async {
                anyhow::Ok(app.store.load_person_surveys(team, &accounts(member), since).await?)
            })?;
            let person = Person { slack_user: Some(self.user.to_owned()), member: Some(member.id.clone()) };
            let surveys: Vec<_> = stored
                .into_iter()
                .filter_map(|stored| {
                    let mine = stored.survey.mine(&person, now)?;
                    Some((stored.survey, mine))
                })
                .collect();
            let opted_in = !people.is_opted_out(&member.id);
            view = Some(messages::home(&Home { team_id: team, stats: &stats, surveys: &surveys, opted_in }));
            of_team = Some(team);
            break;
        }
        let Some(team) = of_team else { return Ok(()) };
        let desk = desk::open(app, team, now).await?;
        let Some(connection) = desk.connection() else { return Ok(()) };
        let chat = Chat::new(&app.client, connection, now)?;
        let outcome = chat.publish_home(self.user, &view.unwrap_or_else(messages::home_of_nobody)).await;
        told(team, "the App Home", &outcome);
        Ok(())
    }

    async fn stats(&self, team: &TeamId, member: &Member) -> anyhow::Result<MyStats> {
        let accounts = accounts(member);
        let rows = self.app.store.load_person_rows(team, &accounts).await?;
        Ok(my_stats(&rows, &accounts))
    }

    async fn member(&self, team: &TeamId) -> anyhow::Result<Option<Member>> {
        let members = self.app.store.load_members(team).await?;
        Ok(People::new(&members, &BTreeSet::new()).in_slack(self.user).cloned())
    }

    /// Tells the person who acted, and nobody else. Nothing depends on it: an address that does not work any more is no
    /// reason to do it all again.
    async fn respond(
        &self,
        desk: &Desk,
        response_url: Option<&str>,
        message: Option<SlackMessage>,
    ) -> anyhow::Result<()> {
        let (Some(url), Some(message), Some(connection)) = (response_url, message, desk.connection()) else {
            return Ok(());
        };
        let chat = Chat::new(&self.app.client, connection, self.app.clock.now())?;
        let outcome = chat.respond(url, &message.text, &Value::Array(message.blocks), true).await;
        told(&connection.team_id, "an answer", &outcome);
        Ok(())
    }
}

/// What somebody did in a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Answer(Answer),
    OptOut,
}

/// The member who takes part in a survey under this id in Slack.
fn participant(survey: &Survey, user: &str) -> Option<MemberId> {
    let found = survey.participants().find(|person| person.slack_user.as_deref() == Some(user))?;
    found.member.clone()
}

fn told(team: &TeamId, what: &str, outcome: &Outcome<()>) {
    match outcome {
        Outcome::Sent(()) => {}
        Outcome::RateLimited { .. } => tracing::warn!(team = %team, "{what} came too fast for Slack"),
        Outcome::Unavailable(reason) | Outcome::Unknown(reason) => {
            tracing::warn!(team = %team, reason, "{what} did not get to Slack");
        }
        Outcome::Refused(refusal) => tracing::warn!(team = %team, reason = refusal.reason, "Slack refused {what}"),
    }
}
