//! Answering surveys on the web: the same rules as in Slack, for people without Slack, and where a message got lost.

use crate::{
    access::TeamAccess,
    app::App,
    input::Body,
    me::not_a_member,
    problem::Problem,
    shapes::{Instant, ProviderName},
};
use axum::Json;
use jiff::SignedDuration;
use plumbline_domain::{MemberId, PullRequestKey, RepositoryKey, SurveyMessage, VendorId};
use plumbline_store::{StoredSurvey, SurveyRecord};
use plumbline_survey::{
    Answer, EXPIRES_DAYS, Event, Mine, MyStats, Origin, Person, Quality, Question, Reply, Role, my_stats,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use utoipa::ToSchema;

/// Tries to save an answer while others save the same survey.
const TRIES: u32 = 10;

/// The surveys of whoever asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct MySurveys {
    /// Those of pull requests merged within the last seven days, the newest first.
    surveys: Vec<MySurvey>,
    /// Statistics over all surveys.
    stats: MyStats,
}

/// A survey as one of those asked sees it. Nothing of the truth is in it before they may know it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MySurvey {
    /// The code host.
    provider: ProviderName,
    /// The host's id of the repository.
    repository_id: u64,
    /// `owner/name` of the repository.
    repository: String,
    /// The pull request's number.
    number: u64,
    /// Its title.
    title: String,
    /// Where it can be read.
    url: String,
    /// When it was merged.
    merged_at: Instant,
    /// When it is too late.
    expires_at: Instant,
    /// `author` or `reviewer`.
    role: &'static str,
    /// What they can answer now: `assisted`, `quality`, `guess`; nothing once it expired.
    open: Vec<&'static str>,
    /// Their answer as the author: AI-assisted.
    assisted: Option<bool>,
    /// Their rating, 1 to 3.
    quality: Option<u8>,
    /// Their guess: AI-assisted.
    guess: Option<bool>,
    /// Whether they guessed right, once that is known and if the team wants reveals.
    guessed_right: Option<bool>,
    /// Whether AI was used, as far as `guessed_right` is told.
    truth: Option<bool>,
}

impl MySurvey {
    fn new(stored: &StoredSurvey, mine: &Mine) -> Self {
        let survey = &stored.survey;
        Self {
            provider: ProviderName(survey.key.repository.provider),
            repository_id: survey.key.repository.id,
            repository: survey.repository.clone(),
            number: survey.key.number,
            title: survey.title.clone(),
            url: survey.url.clone(),
            merged_at: Instant(survey.merged_at),
            expires_at: Instant(mine.expires_at),
            role: match mine.role {
                Role::Author => "author",
                Role::Reviewer => "reviewer",
            },
            open: mine.open.iter().map(|question| name(*question)).collect(),
            assisted: mine.assisted,
            quality: mine.quality.map(u8::from),
            guess: mine.guess,
            guessed_right: mine.verdict.map(|verdict| verdict.right),
            truth: mine.verdict.map(|verdict| verdict.truth),
        }
    }
}

const fn name(question: Question) -> &'static str {
    match question {
        Question::Assisted => "assisted",
        Question::Quality => "quality",
        Question::Guess => "guess",
    }
}

/// My surveys
///
/// What whoever asks was asked about pull requests of the last seven days, in Slack or not, and how they answered.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/surveys", operation_id = "listMySurveys", tag = "surveys",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The surveys", body = MySurveys)),
)]
pub(crate) async fn list(access: TeamAccess) -> Result<Json<MySurveys>, Problem> {
    let (me, accounts) = myself(&access).await?;
    let (store, team, now) = (&access.app.store, access.id(), access.app.clock.now());
    let since = now.checked_sub(SignedDuration::from_hours(24 * EXPIRES_DAYS)).unwrap_or(now);
    let (stored, rows) =
        futures::try_join!(store.load_person_surveys(team, &accounts, since), store.load_person_rows(team, &accounts))?;
    let person = person(me);
    let mine = |stored: &StoredSurvey| Some(MySurvey::new(stored, &stored.survey.mine(&person, now)?));
    let surveys = stored.iter().rev().filter_map(mine).collect();
    Ok(Json(MySurveys { surveys, stats: my_stats(&rows, &accounts) }))
}

/// An answer; exactly one of `assisted`, `quality` and `guess`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MyAnswer {
    /// The code host's id of the repository.
    repository_id: u64,
    /// The pull request's number.
    number: u64,
    /// As the author: it was AI-assisted.
    assisted: Option<bool>,
    /// As a reviewer: 1 could be better, 2 OK, 3 super.
    #[schema(minimum = 1, maximum = 3)]
    quality: Option<u8>,
    /// As a reviewer: a guess whether it was AI-assisted.
    guess: Option<bool>,
}

/// Answer a survey
///
/// The first answer is final. Each question is answered on its own.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/surveys", operation_id = "answerSurvey", tag = "surveys", request_body = MyAnswer,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "It counts; the survey as it is now", body = MySurvey)),
)]
pub(crate) async fn answer(access: TeamAccess, Body(body): Body<MyAnswer>) -> Result<Json<MySurvey>, Problem> {
    let (me, _) = myself(&access).await?;
    let (app, team) = (&access.app, access.id());
    let answer = checked(&body)?;
    let repository = RepositoryKey { provider: plumbline_domain::Provider::Github, id: body.repository_id };
    let key = PullRequestKey { repository, number: body.number };
    let settings = app.store.load_survey_settings(team).await?;
    for _ in 0..TRIES {
        let Some(SurveyRecord::Opened(stored)) = app.store.load_survey(team, key).await? else {
            return Err(not_asked());
        };
        let now = app.clock.now();
        let mut survey = stored.survey.clone();
        survey.reveals = settings.reveals;
        let event = Event::Answer { person: person(me.clone()), answer, from: Origin::Web, place: None, at: now };
        refused(survey.apply(&event))?;
        survey.settle(now);
        let Some(saved) = app.store.save_survey(&stored, survey, now).await? else { continue };
        bring_up_to_date(app, &saved).await;
        let mine = saved.survey.mine(&person(me), now).ok_or_else(not_asked)?;
        return Ok(Json(MySurvey::new(&saved, &mine)));
    }
    Err(Problem::try_later("Others answer the same survey just now. Send it again.", 1))
}

/// Has `survey` bring what people see in Slack up to date. What it does not hear now is due, and comes within a minute.
async fn bring_up_to_date(app: &App, saved: &StoredSurvey) {
    let survey = &saved.survey;
    let message = SurveyMessage::Due { team_id: survey.team_id.clone(), pull_request: survey.key };
    let sent = match serde_json::to_string(&message) {
        Ok(body) => {
            app.surveys.send_later(survey.team_id.as_str(), body, Duration::ZERO).await.map_err(anyhow::Error::new)
        }
        Err(error) => Err(anyhow::Error::new(error)),
    };
    if let Err(error) = sent {
        tracing::warn!(error = format!("{error:#}"), "an answer on the web reaches Slack later");
    }
}

/// Whoever asks as a member, and all their accounts.
async fn myself(access: &TeamAccess) -> Result<(MemberId, BTreeSet<VendorId>), Problem> {
    let member = access.own_member().await?.ok_or_else(not_a_member)?;
    Ok((member.id, member.accounts.into_iter().map(|link| link.account).collect()))
}

fn person(member: MemberId) -> Person {
    Person { slack_user: None, member: Some(member) }
}

fn checked(body: &MyAnswer) -> Result<Answer, Problem> {
    match (body.assisted, body.quality, body.guess) {
        (Some(yes), None, None) => Ok(Answer::Assisted(yes)),
        (None, Some(number), None) => Quality::try_from(number)
            .map(Answer::Quality)
            .map_err(|_| Problem::invalid("`quality` must be 1 (could be better), 2 (OK) or 3 (super).")),
        (None, None, Some(yes)) => Ok(Answer::Guess(yes)),
        _ => Err(Problem::invalid("Answer exactly one question: `assisted`, `quality` or `guess`.")),
    }
}

fn refused(reply: Reply) -> Result<(), Problem> {
    match reply {
        Reply::Recorded => Ok(()),
        Reply::AlreadyAnswered(_) => {
            Err(Problem::conflict("already-answered", "You answered this before, and the first answer is final."))
        }
        Reply::Expired => Err(Problem::conflict("survey-expired", "The seven days for this survey are over.")),
        Reply::NotAsked | Reply::Malformed => Err(not_asked()),
        Reply::OptedOut => Err(Problem::conflict("opted-out", "You opted out of surveys. Opt in to be asked again.")),
    }
}

fn not_asked() -> Problem {
    Problem::not_found("not-asked", "You were not asked this. GET this address lists what you were asked.")
}
