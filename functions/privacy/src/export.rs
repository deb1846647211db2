//! Exports.

use crate::{App, Held, Outcome, Stop};
use plumbline_store::ExportTask;

pub(crate) async fn run(_app: &App, _held: &mut Held<'_>, _task: ExportTask) -> Result<Outcome, Stop> {
    Err(Stop::Final("Exports are not made by this version.".into()))
}
