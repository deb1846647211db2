//! Exports: everything of a person's, or of a team's, in one zip.
//!
//! One invocation makes one export; killed, it begins again. The file is complete before it is uploaded, and the job has it
//! only once it is.

mod archive;
mod contents;

use crate::{App, Held, Outcome, Stop};
use archive::Archive;
use contents::Scope;
use jiff::{SignedDuration, Timestamp};
use plumbline_store::{ExportFile, ExportOf, ExportTask, Job, Task, Team, export_object_key};
use std::sync::atomic::{AtomicU64, Ordering};

/// How long a file is there; the bucket forgets it by itself.
pub const FILE_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How long after its file an export is forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24 * 7);

pub(crate) async fn run(app: &App, held: &mut Held<'_>, task: ExportTask) -> Result<Outcome, Stop> {
    let key = export_object_key(&held.job.team_id, &held.job.id);
    if task.removed {
        held.during("Removing the file", &AtomicU64::new(0), app.files.delete(&key)).await??;
        return Ok(Outcome::Forget);
    }
    let Some(team) = app.store.load_team(&held.job.team_id).await? else {
        return Err(Stop::Final("The team is not there any more.".into()));
    };
    let scope = Box::pin(Scope::find(app, &held.job, task.of, &team)).await?;
    let (file, bytes) = Box::pin(write(app, held, &scope, &team)).await.map_err(in_words)?;
    held.during("Storing the file", &AtomicU64::new(0), app.files.put(&key, file, bytes)).await??;
    let now = app.clock.now();
    let ends_at = now + FILE_KEPT;
    held.set_task(Task::Export(ExportTask { file: Some(ExportFile { bytes, ends_at }), ..task }));
    Ok(Outcome::Done { expires_at: ends_at + FORGOTTEN_AFTER })
}

/// Removes the file of an export that somebody did not want any more while it was stored: whoever took its removal may have
/// looked before it was there.
pub(crate) async fn tidy(app: &App, job: &Job) -> anyhow::Result<()> {
    let present = app.store.load_job(&job.team_id, &job.id).await?;
    let is_wanted = present.is_some_and(|job| job.task.export().is_some_and(|task| !task.removed));
    if !is_wanted {
        app.files.delete(&export_object_key(&job.team_id, &job.id)).await?;
    }
    Ok(())
}

/// The zip and its size in bytes.
async fn write(app: &App, held: &mut Held<'_>, scope: &Scope, team: &Team) -> Result<(std::fs::File, u64), Stop> {
    let begun_at = app.clock.now();
    let mut archive = Archive::new(&app.scratch, held.job.asked_at)?;
    let tables = contents::tables(scope);
    for (index, table) in tables.iter().enumerate() {
        let step = format!("Writing {} ({} of {})", table.name(), index + 1, tables.len());
        let rows = AtomicU64::new(0);
        let mut entry = archive.table(&app.scratch, table.columns(), (table.name(), table.what(scope)), &rows)?;
        held.during(&step, &rows, Box::pin(table.write(app, team, scope, &mut entry))).await??;
        let aside = entry.finish()?;
        archive.add(aside)?;
        tracing::info!(
            team = %team.id, job = %held.job.id, rows = rows.load(Ordering::Relaxed), "{} written", table.name()
        );
    }
    Box::pin(contents::documents(app, team, scope, &mut archive)).await?;
    Ok(archive.finish(&readme(scope, team, held.job.asked_at, begun_at))?)
}

fn readme(scope: &Scope, team: &Team, asked_at: Timestamp, begun_at: Timestamp) -> String {
    let whose = match scope {
        Scope::Team => format!("Everything that Plumbline keeps of the team {} ({}).", team.name, team.id),
        Scope::Person(person) => format!(
            "What Plumbline keeps of the user {} in the team {} ({}). Rows about nobody, such as sprints, and whatever \
             names other people are left out.",
            person.user.id, team.name, team.id
        ),
    };
    format!(
        "{whose}\n\nAsked for at {asked_at}, read from {begun_at} on. Instants are RFC 3339 in UTC; the team counts its days \
         in the time zone {}.\n\nCSV files have a header row. A text in them that a spreadsheet would take for a formula has \
         a ' in front. NDJSON files have one JSON object a line, with the same names.\n",
        team.time_zone
    )
}

/// What a full disk means for whoever asked.
fn in_words(stop: Stop) -> Stop {
    match stop {
        Stop::Retry(error) if archive::is_full(&error) => Stop::Final(
            "The export does not fit on the disk of the function `privacy`. The operator has to raise its EphemeralStorage \
             in template.yaml (up to 10240 MB) and deploy; then ask for it again."
                .into(),
        ),
        other => other,
    }
}

impl Scope {
    async fn find(app: &App, job: &Job, of: ExportOf, team: &Team) -> Result<Self, Stop> {
        match (of, &job.asked_by) {
            (ExportOf::Team, _) => Ok(Self::Team),
            (ExportOf::Me, Some(user)) => {
                let user = app.store.load_user(&team.id, user).await?;
                let Some(user) = user else {
                    return Err(Stop::Final("Whoever asked for this export is not in the team any more.".into()));
                };
                let person = Box::pin(contents::Person::load(app, &team.id, user)).await?;
                Ok(Self::Person(Box::new(person)))
            }
            (ExportOf::Me, None) => {
                Err(Stop::Final("The operator is nobody in a team: there is nothing of theirs.".into()))
            }
        }
    }
}
