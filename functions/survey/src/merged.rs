//! A merge: whether anybody is asked, and the first messages.

use crate::{App, desk, detected::detected, people::People, reconcile::Drive, send_again};
use anyhow::Context as _;
use futures::try_join;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use plumbline_connections::Unusable;
use plumbline_connectors::{
    Failure,
    github::merge::{Merged, read_pull_request},
};
use plumbline_domain::{Actor, Erase as _, Provider, PullRequest, PullRequestKey, SurveyMessage, TeamId, VendorId};
use plumbline_store::{Created, DailyCap, MOST_REVIEWERS, Team};
use plumbline_survey::{EXPIRES_DAYS, Opened, Opening, open};
use std::collections::{BTreeMap, BTreeSet};

/// How often a survey is decided anew because its people were asked elsewhere meanwhile.
const DECISIONS: usize = 8;

/// The shortest and longest waits for a code host that does not answer; in between, half of what has passed since the
/// merge.
const SHORTEST: SignedDuration = SignedDuration::from_secs(15);
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// The merge that a webhook told of.
#[derive(Debug, Clone)]
pub(crate) struct Merge {
    pub(crate) team_id: TeamId,
    pub(crate) pull_request: PullRequestKey,
    /// `owner/name`.
    pub(crate) repository: String,
    pub(crate) merged_at: Timestamp,
}

/// Opens the survey of a merged pull request, or keeps why there is none, once for ever; then asks.
pub(crate) async fn open_survey(app: &App, merge: Merge) -> anyhow::Result<()> {
    let (store, team, now) = (&app.store, &merge.team_id, app.clock.now());
    let (known, github, desk, team_record, settings, members, opt_outs, erased) = try_join!(
        async { store.load_survey(team, merge.pull_request).await.context("the survey") },
        read(app, &merge, now),
        desk::open(app, team, now),
        async { store.load_team(team).await.context("the team") },
        async { store.load_survey_settings(team).await.context("the team's settings") },
        async { store.load_members(team).await.context("the team's members") },
        async { store.load_opt_outs(team).await.context("who opted out") },
        async { store.load_erased(team).await.context("whom the team erased") },
    )?;
    let (None, Some(team_record)) = (known, team_record) else { return Ok(()) };
    // Reading took its time.
    let now = app.clock.now();
    let read = match github {
        Read::Done(read) => read,
        Read::Never(reason) => return not_asked(app, &merge, reason).await,
        Read::Later { at, reason } => {
            tracing::warn!(team = %team, pull_request = %merge.pull_request, reason, "{} cannot be read yet", merge.pull_request);
            return later(app, &merge, at).await;
        }
    };
    let detection = detected(&read);
    let people = People::new(&members, &opt_outs);
    let bots: BTreeSet<VendorId> = team_record.bots.iter().cloned().collect();
    let zone = zone_of(&team_record)?;
    let date = now.to_zoned(zone).date();
    let cap = settings.daily_cap.map(|most| DailyCap { date, most });
    for _ in 0..DECISIONS {
        let asked_today = match cap {
            Some(_) => store.load_asked_counts(team, date, people.behind(&accounts_in(&read.document))).await?,
            None => BTreeMap::new(),
        };
        let provider = merge.pull_request.repository.provider;
        let opened = open(Opening {
            team,
            pull_request: &read.document,
            repository: &read.repository,
            url: &read.url,
            people: &people.at_code_host(provider, desk.is_there(), &asked_today),
            team_bots: &bots,
            settings: &settings,
            detection: Some(detection.clone()),
            now,
        });
        let mut survey = match opened {
            Opened::NotAsked(reason) => return not_asked(app, &merge, reason.as_str()).await,
            Opened::Survey(survey) => *survey,
        };
        survey.erase(&erased);
        if survey.reviewers.len() > MOST_REVIEWERS {
            tracing::warn!(team = %team, reviewers = survey.reviewers.len(), "only the first {MOST_REVIEWERS} reviewers of {} are asked", survey.key);
            survey.reviewers.truncate(MOST_REVIEWERS);
        }
        // The first messages are noted in the very write that makes the survey.
        let steps = desk.take_steps(&mut survey, now);
        match store.create_survey(survey, cap, now).await? {
            Created::Yes(stored) => {
                tracing::info!(team = %team, steps = steps.len(), "survey of {} opened", merge.pull_request);
                let drive = Drive { app, desk: &desk, settings: &settings, opt_outs: BTreeSet::new() };
                drive.begun(*stored, steps).await?;
                return Ok(());
            }
            Created::Taken => return Ok(()),
            Created::CapReached => {}
        }
    }
    anyhow::bail!("people of {} kept being asked elsewhere", merge.pull_request)
}

async fn not_asked(app: &App, merge: &Merge, reason: &str) -> anyhow::Result<()> {
    tracing::info!(team = %merge.team_id, reason, "no survey of {}", merge.pull_request);
    app.store.create_not_asked(&merge.team_id, merge.pull_request, merge.merged_at, reason).await?;
    Ok(())
}

/// The same again at an instant.
async fn later(app: &App, merge: &Merge, at: Timestamp) -> anyhow::Result<()> {
    let Merge { team_id, pull_request, repository, merged_at } = merge.clone();
    send_again(app, &SurveyMessage::Merged { team_id, pull_request, repository, merged_at }, at).await
}

/// Whether the pull request could be read.
enum Read {
    Done(Box<Merged>),
    Later { at: Timestamp, reason: String },
    Never(&'static str),
}

/// Reads the pull request as it is at its code host now: webhooks may be missing. A host that does not answer is asked
/// again until the survey would have expired; so is one that refuses the credentials, which somebody may mend.
async fn read(app: &App, merge: &Merge, now: Timestamp) -> anyhow::Result<Read> {
    if merge.pull_request.repository.provider != Provider::Github {
        return Ok(Read::Never("no_connection"));
    }
    let opened = match app.connections.open(&merge.team_id, &app.github, now).await? {
        Ok(opened) => opened,
        Err(Unusable::Missing) => return Ok(Read::Never("no_connection")),
        Err(Unusable::Later { at, reason }) => return Ok(Read::Later { at, reason }),
        Err(Unusable::Broken { reason }) => return Ok(unreadable(merge, None, reason, now)),
    };
    let (client, key) = (&app.github_client, merge.pull_request);
    Ok(match read_pull_request(client, &opened.connection, &merge.repository, key, now).await {
        Ok(read) => Read::Done(Box::new(read)),
        Err(Failure::RateLimited { until, reason }) => unreadable(merge, Some(until), reason, now),
        Err(failure) => unreadable(merge, None, failure.to_string(), now),
    })
}

fn unreadable(merge: &Merge, until: Option<Timestamp>, reason: String, now: Timestamp) -> Read {
    let passed = now.duration_since(merge.merged_at);
    if passed >= SignedDuration::from_hours(24 * EXPIRES_DAYS) {
        return Read::Never("unreadable");
    }
    let wait = (passed / 2).clamp(SHORTEST, LONGEST);
    let at = until.unwrap_or_else(|| now.checked_add(wait).unwrap_or(Timestamp::MAX));
    Read::Later { at, reason }
}

/// Everybody who may be asked.
fn accounts_in(pull_request: &PullRequest) -> BTreeSet<VendorId> {
    let author = pull_request.scalars.iter().filter_map(|scalars| scalars.author.as_ref());
    let reviewers = pull_request.reviews.values().filter_map(|review| review.author.as_ref());
    let account = |actor: &Actor| VendorId::new(pull_request.key.repository.provider, actor.id);
    author.chain(reviewers).map(account).collect()
}

/// The team's time zone.
pub(crate) fn zone_of(team: &Team) -> anyhow::Result<TimeZone> {
    TimeZone::get(&team.time_zone).with_context(|| format!("`{}` is not a time zone", team.time_zone))
}
